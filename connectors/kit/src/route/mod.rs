//! By which way requests leave: through which proxy, to which addresses, from which of ours, trusting which certificates.
//!
//! What the file does not name is not used: proxies of the environment (`HTTP_PROXY` and the like) count for nothing. There
//! is no way to switch the check of a certificate off: what signs its own is trusted by `ca_file`, or by `pin`.

mod options;
mod pin;
mod proxy;
pub(crate) mod tls;
pub(crate) mod trust;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use huiliu_contract::Site;
use serde::Deserialize;
use serde_json::Value;
use url::{Host, Url};

pub use options::{ProxyOptions, RouteOptions};
pub use pin::Pin;
pub use proxy::{Proxy, Scheme};
pub use trust::Trust;

use crate::mistakes::Mistakes;

/// A way out, compiled. The way that is not described leads straight there, by the system's names and certificates.
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub struct Route {
    /// Certificates to trust instead of the system's (PEM).
    pub ca_file: Option<PathBuf>,
    /// The host whose certificate is pinned, and the digests of which one must be its; none trusts by signatures.
    pub pinned: Option<(String, Vec<Pin>)>,
    /// Through which proxy.
    pub proxy: Option<Proxy>,
    /// Addresses of hosts that are not looked up.
    pub resolve: BTreeMap<String, Vec<IpAddr>>,
    /// From which of our addresses.
    pub bind: Option<IpAddr>,
}

/// What the way leads to, for judging what is written about it.
#[derive(Clone, Copy, Debug)]
pub struct Ends<'a> {
    /// The table in which it is written, for example `connect`.
    pub section: &'a str,
    /// The address; none where it is wrong itself.
    pub url: Option<&'a Url>,
    /// Other hosts that may be asked.
    pub hosts: &'a [String],
}

impl Route {
    /// Compiles what is written; every mistake is told.
    pub fn read(written: &RouteOptions, ends: Ends<'_>, site: &dyn Site, wrong: &mut Mistakes) -> Self {
        let Ends { section, url, .. } = ends;
        let proxy = written.proxy.as_ref().and_then(|proxy| Proxy::read(proxy, section, site, wrong));
        let bind = written.bind.as_ref().and_then(|text| {
            let key = format!("{section}.bind");
            let found = text.trim().parse().map_err(|_| {
                wrong.tell(
                    &key,
                    &format!(
                        "`{}` is no IP address; write one of this machine, such as 10.1.2.3, without a port",
                        cut(text)
                    ),
                    &format!("“{}”不是 IP 地址;写本机的一个地址,例如 10.1.2.3,不带端口", cut(text)),
                );
            });
            found.ok()
        });
        let resolve = addresses(written, ends, proxy.as_ref(), wrong);
        let pins = pins(written, section, wrong);
        let pinned = url.and_then(Url::host_str).map(|host| (host.to_owned(), pins));
        let pinned = pinned.filter(|(_, pins)| !pins.is_empty());
        if pinned.is_some() && url.is_some_and(|url| url.scheme() == "http") {
            wrong.tell(
                &format!("{section}.pin"),
                "the address is http, which shows no certificate; write https, or delete this",
                "地址是 http,没有证书可核对;改成 https,或删掉这一项",
            );
        }
        Self { ca_file: written.ca_file.as_deref().map(|file| site.path(file)), pinned, proxy, resolve, bind }
    }

    /// The way of a table that was read already, for files that its items name: without the proxy. `folder` is the
    /// configuration folder.
    pub fn for_files(table: &Value, folder: &Path) -> Self {
        let Ok(written) = RouteOptions::deserialize(table) else { return Self::default() };
        let host =
            table.get("url").and_then(Value::as_str).and_then(|url| Some(Url::parse(url).ok()?.host_str()?.into()));
        let pins: Vec<_> = written.pin.iter().filter_map(|text| Pin::parse(text)).collect();
        let ip = |text: &String| text.trim().parse::<IpAddr>().ok();
        let resolve =
            written.resolve.iter().map(|(name, texts)| (name.to_lowercase(), texts.iter().filter_map(ip).collect()));
        Self {
            ca_file: written.ca_file.map(|file| folder.join(file)),
            pinned: host.map(|host| (host, pins)).filter(|(_, pins)| !pins.is_empty()),
            proxy: None,
            resolve: resolve.collect(),
            bind: written.bind.as_ref().and_then(ip),
        }
    }
}

fn pins(written: &RouteOptions, section: &str, wrong: &mut Mistakes) -> Vec<Pin> {
    let mut pins = Vec::with_capacity(written.pin.len());
    for (at, text) in written.pin.iter().enumerate() {
        match Pin::parse(text) {
            Some(pin) => pins.push(pin),
            None => wrong.tell(
                &format!("{section}.pin.{at}"),
                &format!(
                    "`{}` is no SHA-256: write the fingerprint of the certificate (64 hexadecimal digits, colons do not \
                     matter), or `sha256/…` of its public key; `huiliu check --online` prints both",
                    cut(text)
                ),
                &format!(
                    "“{}”不是 SHA-256 指纹;写证书的指纹(64位十六进制,有没有冒号都行),或公钥的 sha256/…;huiliu check --online 会印出这两样",
                    cut(text)
                ),
            ),
        }
    }
    pins
}

/// The table of addresses. An entry that nothing would ever look at is a slip of the pen.
fn addresses(
    written: &RouteOptions,
    ends: Ends<'_>,
    proxy: Option<&Proxy>,
    wrong: &mut Mistakes,
) -> BTreeMap<String, Vec<IpAddr>> {
    let Ends { section, url, hosts } = ends;
    let host = |text: &str| Host::parse(text).map_or_else(|_| text.to_lowercase(), |host| host.to_string());
    let own = url.and_then(Url::host_str).into_iter().map(str::to_owned);
    let far: Vec<String> = own.chain(hosts.iter().map(|text| host(text))).collect();
    // A proxy of HTTP looks names up by itself; one of SOCKS is told an address.
    let looks_up = proxy.is_some_and(|proxy| proxy.scheme != Scheme::Socks5);
    let mut out = BTreeMap::new();
    for (name, texts) in &written.resolve {
        let (key, known) = (format!("{section}.resolve.{name}"), host(name));
        let of_proxy = proxy.is_some_and(|proxy| proxy.host == known);
        if !of_proxy && looks_up {
            wrong.tell(
                &key,
                "the proxy looks names up by itself, so this is read for nothing; delete it, or name the proxy's host",
                "走代理时域名由代理解析,这一项没有用;删掉它,只有代理自己的域名可以写",
            );
        } else if !of_proxy && url.is_some() && !far.contains(&known) {
            let listed = far.join(", ");
            wrong.tell(
                &key,
                &format!("no address here has this host; those are: {listed}"),
                &format!("这里没有哪个地址用到这个主机;用到的是:{listed}"),
            );
        } else if known.parse::<IpAddr>().is_ok() {
            wrong.tell(&key, "this is an address already, not a name", "这已经是地址,不是域名");
        }
        let found: Vec<IpAddr> = texts.iter().filter_map(|text| text.trim().parse().ok()).collect();
        if found.is_empty() || found.len() != texts.len() {
            wrong.tell(
                &key,
                "one or more IP addresses are needed, such as [\"10.1.2.3\"], without a port",
                "要写一个或几个 IP 地址,例如 [\"10.1.2.3\"],不带端口",
            );
        }
        out.insert(known, found);
    }
    out
}

/// What was written, cut short and in one line.
fn cut(text: &str) -> String {
    text.chars().take(70).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
