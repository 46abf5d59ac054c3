//! From options to a mailbox: everything is compiled and checked here, once, and all mistakes are told together. Nothing is
//! contacted.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{Blind, Misconfigured, Secret, SecretRef, Site};
use huiliu_kit::auth::User;
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::route::{Ends, Route, RouteOptions, Trust};
use huiliu_kit::walk::Way;
use jiff::civil::Date;
use rustls::ClientConfig;
use url::Url;

use super::options::{Afterwards, ImapConnect, ImapOptions, ImapPoll, ImapTls};

/// What proves who we are.
pub(super) enum Proof {
    /// A password.
    Password(Secret),
    /// A token (XOAUTH2).
    Token(Secret),
    /// A token in a file that is read at each login.
    TokenFile(PathBuf),
}

/// How a mailbox is reached, compiled.
pub(super) struct Door {
    /// For walking there, and for names and addresses.
    pub(super) way: Way,
    pub(super) host: String,
    pub(super) tls: ImapTls,
    /// The check of certificates; none where no TLS is spoken.
    pub(super) trust: Option<(Trust, Arc<ClientConfig>)>,
    pub(super) user: Secret,
    pub(super) proof: Proof,
    /// Whether it is told who we are even if it does not list that it listens.
    pub(super) netease: bool,
    pub(super) contact: Option<String>,
    pub(super) within: Duration,
}

/// Where the first time begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Start {
    Now,
    All,
    Since(Date),
}

/// What is taken and what is done afterwards, compiled.
pub(super) struct Plan {
    pub(super) folders: Vec<String>,
    pub(super) junk: bool,
    pub(super) start: Start,
    pub(super) look_back: Duration,
    /// The largest letter that is taken whole, in bytes.
    pub(super) largest: u64,
    pub(super) without_idle: Duration,
    pub(super) afterwards: Afterwards,
    pub(super) unfit_to: Option<String>,
    /// The letters of a page at most.
    pub(super) page: usize,
    /// What the letters of a page may weigh, in bytes; the first one may weigh more.
    pub(super) weight: u64,
    pub(super) blind: Arc<dyn Blind>,
}

impl Plan {
    /// How many days are looked back.
    pub(super) fn look_back_days(&self) -> i64 {
        i64::try_from(self.look_back.as_secs() / 86_400).unwrap_or(3650)
    }
}

/// Hosts of providers that let nobody read who has not said who he is.
const NETEASE: [&str; 4] = ["163.com", "126.com", "yeah.net", "qq.com"];
/// The letters of a page at most, and what they may weigh.
const PAGE: usize = 50;
const WEIGHT: u64 = 32 << 20;

/// Compiles both; all mistakes at once.
pub(super) fn read(options: ImapOptions, site: &dyn Site) -> Result<(Door, Plan), Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let door = door(&options.connect, site, &mut wrong);
    let plan = plan(options.poll, site, &mut wrong);
    let wrong = wrong.into_vec();
    match (door, plan, wrong.is_empty()) {
        (Some(door), Some(plan), true) => Ok((door, plan)),
        _ => Err(wrong),
    }
}

fn door(connect: &ImapConnect, site: &dyn Site, wrong: &mut Mistakes) -> Option<Door> {
    let before = wrong.count();
    let user = match &connect.user {
        User::Plain(name) => Some(Secret::new(name.clone())),
        User::Secret(at) => wrong.take(site.secret("connect.user", at)),
    };
    let proof = proof(connect, site, wrong);
    let host = connect.host.trim().to_lowercase();
    let within = connect.timeout.map_or(Duration::from_secs(60), |timeout| timeout.0);
    if !(Duration::from_secs(1)..=Duration::from_secs(120)).contains(&within) {
        wrong.tell("connect.timeout", "a time from 1s to 2m is needed", "要在 1s 到 2m 之间");
    }
    let loopback = host == "localhost" || bare(&host).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if connect.tls == ImapTls::Off {
        if !loopback {
            wrong.tell(
                "connect.tls",
                "without TLS the password and every letter can be read by whoever is on the line; only a server on this \
                 machine may be asked so: write `implicit` or `starttls`",
                "不加密,线路上谁都能看到密码和信件,只许用于本机上的服务器;请写 implicit 或 starttls",
            );
        }
        if connect.ca_file.is_some() || !connect.pin.is_empty() {
            wrong.tell(
                "connect.tls",
                "without TLS no certificate is looked at; delete `ca_file` and `pin`, or write `implicit`",
                "不加密就不看证书;删掉 ca_file、pin,或写 implicit",
            );
        }
    }
    let way = way(connect, &host, site, wrong)?;
    let trust = match connect.tls {
        ImapTls::Off => None,
        _ => wrong.take(Trust::read(&way.route, "connect.ca_file")).and_then(|trust| {
            let client = trust.client().ok()?;
            Some((trust, client))
        }),
    };
    let (user, proof) = (user?, proof?);
    if wrong.count() > before {
        return None;
    }
    let known = NETEASE.iter().any(|name| host == *name || host.ends_with(&format!(".{name}")));
    let own = Some(user.expose()).filter(|user| user.contains('@')).map(str::to_owned);
    Some(Door {
        way,
        tls: connect.tls,
        trust,
        netease: connect.netease.unwrap_or(known),
        contact: connect.contact.clone().or(own),
        user,
        proof,
        host,
        within,
    })
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
}

fn proof(connect: &ImapConnect, site: &dyn Site, wrong: &mut Mistakes) -> Option<Proof> {
    match (&connect.password, &connect.token) {
        (Some(password), None) => wrong.take(site.secret("connect.password", password)).map(Proof::Password),
        (None, Some(token)) => {
            let found = wrong.take(site.secret("connect.token", token))?;
            Some(match token {
                SecretRef::File(path) if found.is_set() => Proof::TokenFile(site.path(path)),
                _ => Proof::Token(found),
            })
        }
        _ => {
            wrong.tell(
                "connect.password",
                "exactly one of `password` and `token` is needed",
                "password 和 token 要写且只写一个",
            );
            None
        }
    }
}

fn way(connect: &ImapConnect, host: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Way> {
    let (scheme, usual) = match connect.tls {
        ImapTls::Implicit => ("imaps", 993),
        _ => ("imap", 143),
    };
    let port = connect.port.unwrap_or(usual);
    let host = bare(host);
    let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let url = Url::parse(&format!("{scheme}://{bracketed}:{port}")).ok();
    let Some(url) = url.filter(|url| url.path().is_empty() && !host.is_empty() && url.username().is_empty()) else {
        wrong.tell(
            "connect.host",
            "a host name or an IP address is needed, without a port; the port is `connect.port`",
            "要写主机名或 IP 地址,不带端口;端口写在 connect.port",
        );
        return None;
    };
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

fn plan(poll: ImapPoll, site: &dyn Site, wrong: &mut Mistakes) -> Option<Plan> {
    let before = wrong.count();
    let start = match poll.start.as_str() {
        "now" => Some(Start::Now),
        "all" => Some(Start::All),
        date => date.parse().ok().map(Start::Since),
    };
    if start.is_none() {
        wrong.tell(
            "poll.start",
            "`now`, `all` or a date such as `2026-11-01` is needed",
            "要写 now、all,或一个日期,例如 2026-11-01",
        );
    }
    names(&poll, wrong);
    let mut between = |key: &str, length: Duration, from: u64, to: u64, en: &str, zh: &str| {
        if !(Duration::from_secs(from)..=Duration::from_secs(to)).contains(&length) {
            wrong.tell(key, en, zh);
        }
    };
    let (en, zh) = ("a time from 5s to 4m is needed", "要在 5s 到 4m 之间");
    between("poll.without_idle", poll.without_idle.0, 5, 240, en, zh);
    let (en, zh) = ("a time from 1d to 3650d is needed", "要在 1d 到 3650d 之间");
    between("poll.look_back", poll.look_back.0, 86_400, 3650 * 86_400, en, zh);
    if !(1..=200).contains(&poll.largest_mb) {
        wrong.tell("poll.largest_mb", "a number from 1 to 200 is needed", "要在 1 到 200 之间");
    }
    let start = start.filter(|_| wrong.count() == before)?;
    Some(Plan {
        folders: poll.folders,
        junk: poll.junk,
        start,
        look_back: poll.look_back.0,
        largest: u64::from(poll.largest_mb) << 20,
        without_idle: poll.without_idle.0,
        afterwards: poll.afterwards,
        unfit_to: poll.unfit_to,
        page: PAGE,
        weight: WEIGHT,
        blind: site.blind(),
    })
}

/// The names of folders and of the keyword.
fn names(poll: &ImapPoll, wrong: &mut Mistakes) {
    let is_name =
        |name: &str| !name.trim().is_empty() && !name.chars().any(|c| c.is_control() || matches!(c, '*' | '%'));
    let mut seen: Vec<&str> = Vec::new();
    for (at, name) in poll.folders.iter().enumerate() {
        let key = format!("poll.folders.{at}");
        if !is_name(name) {
            wrong.tell(&key, "this is empty, or no name of a folder", "没有写,或不是文件夹名");
        } else if seen.iter().any(|one| same(one, name)) {
            wrong.tell(&key, "this folder is named twice", "这个文件夹写了两次");
        }
        seen.push(name);
    }
    if poll.folders.is_empty() {
        wrong.tell("poll.folders", "at least one folder is needed, such as `INBOX`", "至少写一个文件夹,例如 INBOX");
    }
    let moved = match &poll.afterwards {
        Afterwards::Move(to) => Some(("poll.afterwards.move", to)),
        _ => None,
    };
    let unfit = poll.unfit_to.as_ref().map(|to| ("poll.unfit_to", to));
    for (key, to) in moved.into_iter().chain(unfit) {
        if !is_name(to) {
            wrong.tell(key, "this is empty, or no name of a folder", "没有写,或不是文件夹名");
        } else if poll.folders.iter().any(|name| same(name, to)) {
            wrong.tell(
                key,
                "this folder is read too: what is moved there would come in again; name another one",
                "这个文件夹也在读,移过去的信会再收一遍;换一个文件夹",
            );
        }
    }
    match &poll.afterwards {
        Afterwards::Keyword(word) if !is_atom(word) => wrong.tell(
            "poll.afterwards.keyword",
            "1 to 50 letters, digits, `-`, `_` or `$` are needed",
            "只能用 1 到 50 个英文字母、数字和 - _ $",
        ),
        Afterwards::DeleteAfterDays(days) if !(1..=3650).contains(days) => wrong.tell(
            "poll.afterwards.delete_after_days",
            "a number of days from 1 to 3650 is needed",
            "要在 1 到 3650 天之间",
        ),
        _ => {}
    }
}

fn is_atom(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$');
    (1..=50).contains(&word.len()) && word.chars().all(fits)
}

/// Whether two names are one folder's: that of the inbox has no case (RFC 3501, 5.1).
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || (one.eq_ignore_ascii_case("INBOX") && other.eq_ignore_ascii_case("INBOX"))
}
