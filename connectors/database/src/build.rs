//! From options to a connector: everything is compiled and checked here, once, and all mistakes are told together. Nothing is
//! contacted.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use huiliu_contract::{Connector, Misconfigured, Secret, Site};
use huiliu_kit::auth::User;
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::route::{Ends, Route, RouteOptions, Trust};
use huiliu_kit::walk::Way;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use crate::care::Care;
use crate::cell;
use crate::census::Counter;
use crate::door::{Door, Sessions};
use crate::engine::Engine;
use crate::far::Far;
use crate::options::{Connect, Options, ReturnOptions, Tls};
use crate::outlet::{Look, Outlet, Road};
use crate::read::{Asked, Reader};
use crate::saved::SavedRows;

mod poll;

/// Builds the connector.
pub(crate) fn connector(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let engine = options.connect.engine;
    let door = door(&options.connect, site, &mut wrong);
    let plan = poll::plan(engine, &options.poll, site.zone(), &mut wrong);
    let care = options.poll.taken.as_ref().map(|taken| poll::care(engine, &options.poll, taken, &mut wrong));
    let back = options.r#return.as_ref().filter(|back| back.is_written());
    let ways = back.map(|back| ways(engine, back, &options.poll.id, &mut wrong));
    let wrong = wrong.into_vec();
    let (Some(door), Some(plan), true) = (door, plan, wrong.is_empty()) else { return Err(wrong) };
    let door = Arc::new(door);
    let writes = Arc::new(Sessions::new(Arc::clone(&door), true));
    let care = care.flatten().map(|marking| Care { sessions: Arc::clone(&writes), marking });
    let outlet = ways.map(|(roads, look, honours_key)| {
        let reading = Sessions::new(Arc::clone(&door), false);
        Box::new(Outlet { sessions: Arc::clone(&writes), reading, roads, look, honours_key }) as _
    });
    let may_write = care.is_some() || back.is_some();
    let far = Box::new(Far { door: Arc::clone(&door), from: plan.from.clone(), may_write }) as _;
    let reader = Arc::new(Reader { plan, sessions: Sessions::new(door, false), care, heard: AtomicBool::new(false) });
    let saved = Some(Box::new(SavedRows(Arc::clone(&reader))) as _);
    let census = reader.plan.census.is_some().then(|| Box::new(Counter(Arc::clone(&reader))) as _);
    let poll = Some(Box::new(Asked(reader)) as _);
    Ok(Connector { poll, census, outlet, saved, far: vec![far], ..Connector::default() })
}

/// The ways back, the look, and whether twice is harmless.
fn ways(engine: Engine, back: &ReturnOptions, id: &str, wrong: &mut Mistakes) -> (Vec<Road>, Option<Look>, bool) {
    let mut roads = Vec::new();
    for (kind, way) in back.ways.each() {
        roads.extend(way.and_then(|way| Road::read(engine, kind, way, wrong)));
    }
    if back.ways.is_empty() {
        wrong.tell(
            "return",
            "no way back is written; write one such as `closed`, or `manual = true`, or leave the table out",
            "没有写任何回传办法;写上 closed 等,或写 manual = true,或删掉这一栏",
        );
    }
    let look = back.status.as_ref().and_then(|status| Look::read(engine, status, id, wrong));
    let keyed = !roads.is_empty() && roads.iter().all(|road| road.again.is_some());
    (roads, look, back.honours_key || keyed)
}

fn door(connect: &Connect, site: &dyn Site, wrong: &mut Mistakes) -> Option<Door> {
    let before = wrong.count();
    let engine = connect.engine;
    let port = connect.port.unwrap_or(engine.port());
    let user = match &connect.user {
        User::Plain(name) => Some(Secret::new(name.clone())),
        User::Secret(at) => wrong.take(site.secret("connect.user", at)),
    };
    let password = wrong.take(site.secret("connect.password", &connect.password));
    for (key, text) in [("connect.database", &connect.database), ("connect.host", &connect.host)] {
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            wrong.tell(key, "this is empty, or no name", "没有写,或不是名字");
        }
    }
    let timeout = connect.timeout.map_or(Duration::from_secs(30), |timeout| timeout.0);
    if !(Duration::from_secs(1)..=Duration::from_secs(600)).contains(&timeout) {
        wrong.tell("connect.timeout", "a time from 1s to 10m is needed", "要在 1s 到 10m 之间");
    }
    let charset = connect.charset.as_deref().and_then(|written| {
        let found = cell::charset(written);
        if found.is_none() {
            wrong.tell(
                "connect.charset",
                "`gbk`, `gb18030` or `big5` is needed; delete it where the database is in UTF-8",
                "只能写 gbk、gb18030、big5;数据库本来就是 UTF-8 的不用写",
            );
        }
        found
    });
    let host = connect.host.trim().to_lowercase();
    let way = way(connect, &host, port, site, wrong);
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let tls = connect.tls.unwrap_or(if loopback { Tls::Off } else { Tls::Require }) == Tls::Require;
    if !tls && (connect.ca_file.is_some() || !connect.pin.is_empty()) {
        wrong.tell(
            "connect.tls",
            "without TLS no certificate is looked at; write `tls = \"require\"`, or delete `ca_file` and `pin`",
            "不加密就不看证书;写 tls = \"require\",或删掉 ca_file、pin",
        );
    }
    let way = way?;
    let trust = if tls { wrong.take(Trust::read(&way.route, "connect.ca_file")) } else { None };
    let config = trust.as_ref().and_then(|trust| trust.client().ok());
    let roots = (tls && engine == Engine::Mysql).then(|| roots(&way.route));
    if wrong.count() > before {
        return None;
    }
    let (user, password, database) = (user?, password?, connect.database.clone());
    let zone = site.zone();
    Some(Door { engine, host, port, database, user, password, way, trust, tls: config, roots, timeout, charset, zone })
}

fn way(connect: &Connect, host: &str, port: u16, site: &dyn Site, wrong: &mut Mistakes) -> Option<Way> {
    let scheme = connect.engine.spoken().to_lowercase();
    let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let url = Url::parse(&format!("{scheme}://{bracketed}:{port}")).ok().filter(|url| url.path().is_empty());
    let Some(url) = url else {
        wrong.tell(
            "connect.host",
            "a host name or an IP address is needed, without a port; the port is `connect.port`",
            "要写主机名或 IP 地址,不带端口;端口写在 connect.port",
        );
        return None;
    };
    if connect.engine == Engine::Mysql {
        let en = "the client of MySQL has no way to do this; write `ca_file` instead of `pin`, and leave `bind` out";
        let zh = "连 MySQL 时做不到这一项;pin 请改用 ca_file,bind 请删掉";
        for (key, told) in [("connect.pin", !connect.pin.is_empty()), ("connect.bind", connect.bind.is_some())] {
            if told {
                wrong.tell(key, en, zh);
            }
        }
    }
    let written = RouteOptions {
        ca_file: connect.ca_file.clone(),
        pin: connect.pin.clone(),
        proxy: None,
        resolve: connect.resolve.clone(),
        bind: connect.bind.clone(),
    };
    let route = Route::read(&written, Ends { section: "connect", url: Some(&url), hosts: &[] }, site, wrong);
    Some(Way { url, route, hosts: vec![host.to_owned()], window: None })
}

/// The certificates that are trusted, one by one; those that are none are left out, as the check of ours does.
fn roots(route: &Route) -> Vec<Vec<u8>> {
    let of_file = |file: &std::path::PathBuf| {
        let pem = std::fs::read(file).unwrap_or_default();
        CertificateDer::pem_slice_iter(&pem).flatten().map(|der| der.to_vec()).collect::<Vec<_>>()
    };
    let found = match &route.ca_file {
        Some(file) => of_file(file),
        None => rustls_native_certs::load_native_certs().certs.iter().map(|der| der.to_vec()).collect(),
    };
    let usable = |der: &Vec<u8>| rustls::RootCertStore::empty().add(CertificateDer::from(der.as_slice())).is_ok();
    found.into_iter().filter(usable).collect()
}
