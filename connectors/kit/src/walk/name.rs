//! The first step: which addresses a name has.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use huiliu_contract::{Step, Went};
use tokio::time::timeout;

use super::{Way, end, note};
use crate::route::tls::bare;

/// The addresses that a connection may go to: the proxy's where there is one.
pub(super) async fn addresses(way: &Way, limit: Duration, steps: &mut Vec<Step>) -> Result<Vec<SocketAddr>, ()> {
    let (host, port) = match &way.route.proxy {
        Some(proxy) => (proxy.host.clone(), proxy.port),
        None => {
            (way.url.host_str().unwrap_or_default().to_owned(), way.url.port_or_known_default().unwrap_or_default())
        }
    };
    let found = of(way, &host, port, limit, steps).await?;
    let family = |at: &SocketAddr| way.route.bind.is_none_or(|bind| bind.is_ipv4() == at.is_ipv4());
    let fitting: Vec<_> = found.into_iter().filter(family).collect();
    if fitting.is_empty() {
        let step = Step::new(
            "route",
            Went::Wrong,
            format!("`bind` is an address of another family than all addresses of {host}"),
            format!("bind 写的地址和 {host} 的地址不是一类(一个 IPv4,一个 IPv6)"),
        );
        return end(steps, step.remedy("write another address of this machine", "换一个本机地址"));
    }
    Ok(fitting)
}

/// The addresses of a host: as it is, by `resolve`, or by the system's name service.
pub(super) async fn of(
    way: &Way,
    host: &str,
    port: u16,
    limit: Duration,
    steps: &mut Vec<Step>,
) -> Result<Vec<SocketAddr>, ()> {
    if let Ok(ip) = bare(host).parse::<IpAddr>() {
        return Ok(vec![(ip, port).into()]);
    }
    if let Some(known) = way.route.resolve.get(host) {
        let shown = list(known.iter().copied());
        let zh = format!("{host} → {shown}(resolve 指定,没有查域名)");
        note(steps, Step::new("name", Went::Right, format!("{host} → {shown} (by `resolve`, not looked up)"), zh))?;
        return Ok(known.iter().map(|ip| (*ip, port).into()).collect());
    }
    let found = match timeout(limit, tokio::net::lookup_host((host, port))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(error)) => return end(steps, unknown(host, &error.to_string())),
        Err(_) => return end(steps, unknown(host, &format!("no answer within {} s", limit.as_secs()))),
    };
    if found.is_empty() {
        return end(steps, unknown(host, "it has no address"));
    }
    let shown = list(found.iter().map(SocketAddr::ip));
    let said = format!("{host} → {shown}");
    note(steps, Step::new("name", Went::Right, said.clone(), said))?;
    Ok(found)
}

fn unknown(host: &str, why: &str) -> Step {
    let step = Step::new(
        "name",
        Went::Wrong,
        format!("{host}: the name cannot be looked up ({why})"),
        format!("{host}:域名解析不出来({why})"),
    );
    step.remedy(
        "check the spelling; a name of the government extranet is often unknown to the name service of the internet: ask for its \
         address and write it into `resolve`",
        "核对拼写;政务外网的域名在互联网的域名服务器上常常查不到,向对方要 IP 地址,写进 resolve",
    )
}

fn list(found: impl Iterator<Item = IpAddr>) -> String {
    let found: BTreeSet<String> = found.map(|ip| ip.to_string()).collect();
    found.into_iter().collect::<Vec<_>>().join(", ")
}
