//! Getting a file from where a link points, and from nowhere else: only from hosts that are named, never from a private
//! address unless that is named too, and every redirect by the same rules.
//!
//! A name is resolved once; every address it has is checked, and the connection goes to one of the checked addresses. So
//! a name that means another machine a moment later leads nowhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, header};
use huiliu_contract::{Fault, Reached};
use jiff::Timestamp;
use reqwest::redirect::Policy;
use url::{Host, Url};

use crate::client::{leaving, trouble};
use crate::retry_after::retry_after;
use crate::route::{Route, tls};

/// Redirects followed for one file.
const HOPS: usize = 3;

/// The longest time to get a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// From where files may be fetched.
#[derive(Clone, Debug, Default)]
pub struct Borders {
    hosts: Vec<String>,
    private: Vec<String>,
    route: Route,
}

/// What the rules forbid about a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Barred {
    /// It is no http or https address, or leads from https to http.
    BadLink,
    /// Its host is not among those named.
    HostNotAllowed,
    /// Its host has an address in a private network, and is not named as one that may.
    PrivateAddress,
    /// It leads on and on.
    TooManyRedirects,
}

impl Barred {
    /// One stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::BadLink => "bad_link",
            Self::HostNotAllowed => "host_not_allowed",
            Self::PrivateAddress => "private_address",
            Self::TooManyRedirects => "too_many_redirects",
        }
    }
}

/// Why a file does not come.
#[derive(Debug)]
pub enum Halt {
    /// The rules forbid it; nothing was sent to where it may not go.
    Barred(Barred),
    /// The far side failed.
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Borders {
    /// Hosts by name or address, without port. Those that may lie in a private network need not be named twice.
    pub fn new(hosts: impl IntoIterator<Item = String>, private: impl IntoIterator<Item = String>) -> Self {
        // As addresses write them: small letters, names of other scripts in ASCII.
        let written = |host: String| Host::parse(&host).map(|host| host.to_string()).unwrap_or(host);
        let (hosts, private) = (hosts.into_iter().map(written).collect(), private.into_iter().map(written).collect());
        Self { hosts, private, route: Route::default() }
    }

    /// The same, reached by a way. A proxy is not gone through: it would look names up by itself, and whether a name leads
    /// into a private network could not be seen.
    #[must_use]
    pub fn by(self, route: Route) -> Self {
        Self { route: Route { proxy: None, ..route }, ..self }
    }

    /// The addresses to which a connection for this link may go.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Halt> {
        let bad = || Halt::Barred(Barred::BadLink);
        let (Some(host), Some(name), Some(port)) = (url.host(), url.host_str(), url.port_or_known_default()) else {
            return Err(bad());
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad());
        }
        let private = self.private.iter().any(|known| known == name);
        if !private && !self.hosts.iter().any(|known| known == name) {
            return Err(Halt::Barred(Barred::HostNotAllowed));
        }
        let found: Vec<SocketAddr> = match host {
            Host::Ipv4(at) => vec![(at, port).into()],
            Host::Ipv6(at) => vec![(at, port).into()],
            Host::Domain(domain) if self.route.resolve.contains_key(domain) => {
                self.route.resolve[domain].iter().map(|ip| (*ip, port).into()).collect()
            }
            Host::Domain(domain) => match tokio::net::lookup_host((domain, port)).await {
                Ok(found) => found.collect(),
                Err(_) => return Err(Fault::unavailable("the host's name has no address now", Reached::No).into()),
            },
        };
        if !private && found.iter().any(|at| !is_public(at.ip())) {
            return Err(Halt::Barred(Barred::PrivateAddress));
        }
        Ok(found)
    }
}

/// A file whose head was answered; its bytes are still to come.
pub struct Coming {
    response: reqwest::Response,
}

impl std::fmt::Debug for Coming {
    /// Without the link: it is personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Coming").field("told_length", &self.told_length()).finish_non_exhaustive()
    }
}

impl Coming {
    /// The media type that the far side names, without parameters, in small letters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.response.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
        Some(value.split(';').next()?.trim().to_ascii_lowercase())
    }

    /// How long the far side says it is, in bytes; not to be trusted.
    pub fn told_length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next bytes; none at its end. A line that breaks is a fault, also where it breaks silently.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        self.response.chunk().await.map_err(trouble::fault)
    }
}

/// Asks for the file behind a link, following at most three redirects, each by the same rules. `idle` is the longest
/// silence that is borne.
pub async fn open(link: &str, borders: &Borders, idle: Duration) -> Result<Coming, Halt> {
    let mut url = Url::parse(link.trim()).map_err(|_| Halt::Barred(Barred::BadLink))?;
    for _ in 0..=HOPS {
        let addresses = borders.addresses(&url).await?;
        let response = ask(&url, &addresses, &borders.route, idle).await?;
        let status = response.status();
        if !status.is_redirection() {
            return answered(response);
        }
        let to = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let to = to.and_then(|to| url.join(to).ok()).ok_or(Halt::Barred(Barred::BadLink))?;
        if url.scheme() == "https" && to.scheme() != "https" {
            return Err(Halt::Barred(Barred::BadLink));
        }
        url = to;
    }
    Err(Halt::Barred(Barred::TooManyRedirects))
}

async fn ask(url: &Url, addresses: &[SocketAddr], route: &Route, idle: Duration) -> Result<reqwest::Response, Fault> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("huiliu/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT.min(idle))
        .read_timeout(idle)
        .referer(false)
        .gzip(false)
        .retry(reqwest::retry::never())
        .redirect(Policy::none());
    let mut builder = leaving(builder, route).map_err(trouble::fault)?;
    if let Some(Host::Domain(domain)) = url.host() {
        builder = builder.resolve_to_addrs(domain, addresses);
    }
    if url.scheme() == "http" {
        builder = builder.tls_certs_only([]);
    } else if route.ca_file.is_some() || route.pinned.is_some() {
        builder = builder.tls_backend_preconfigured(trusting(route)?);
    }
    let client = builder.build().map_err(trouble::fault)?;
    client.get(url.clone()).send().await.map_err(trouble::fault)
}

/// Whom the channel's file trusts, as it stands now.
fn trusting(route: &Route) -> Result<rustls::ClientConfig, Fault> {
    let away = |what: &str| Fault::unavailable(format!("no certificates to trust: {what}"), Reached::No);
    let pem = route.ca_file.as_deref().map(std::fs::read).transpose();
    let pem = pem.map_err(|error| away(&error.kind().to_string()))?;
    let verifier = tls::verifier(route, &pem.unwrap_or_default(), "ca_file").map_err(|bad| away(&bad.problem))?;
    tls::config(verifier).map_err(|error| away(&error.to_string()))
}

fn answered(response: reqwest::Response) -> Result<Coming, Halt> {
    let status = response.status();
    match status {
        StatusCode::OK => Ok(Coming { response }),
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Err(Halt::Fault(Fault::Unavailable {
            message: format!("the far side answered with status {}", status.as_u16()),
            retry_after: retry_after(response.headers(), Timestamp::now()),
            reached: Reached::Maybe,
            quoted: None,
        })),
        _ => Err(Halt::Fault(Fault::malformed(format!(
            "the far side answered with status {} instead of the file",
            status.as_u16()
        )))),
    }
}

/// Whether an address belongs to the open network: not private, loopback, link-local, unspecified, multicast, or set
/// aside for something else (RFC 6890).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match (ip.to_ipv4_mapped(), embedded(ip)) {
            (Some(inner), _) | (None, Some(inner)) => is_public_v4(inner),
            (None, None) => is_public_v6(ip),
        },
    }
}

/// The IPv4 address inside one of NAT64 (RFC 6052) or 6to4 (RFC 3056).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let at = ip.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match at {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let set_aside = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (b == 18 || b == 19));
    !set_aside
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    // Only 2000::/3 is handed out at all; of it, these are for books and laboratories.
    let at = ip.segments();
    at[0] & 0xe000 == 0x2000 && !(at[0] == 0x2001 && (at[1] == 0xdb8 || at[1] < 0x200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_the_open_network_is_known() {
        let public = ["1.1.1.1", "59.255.0.1", "2400:3200::1", "::ffff:1.1.1.1", "64:ff9b::101:101"];
        for ip in public {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        let others = [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "0.1.2.3",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
        ];
        for ip in others {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    async fn barred(link: &str, borders: &Borders) -> Option<Barred> {
        match open(link, borders, Duration::from_millis(200)).await {
            Err(Halt::Barred(barred)) => Some(barred),
            _ => None,
        }
    }

    #[tokio::test]
    async fn only_named_hosts_and_no_private_address_unless_named_as_one() {
        let named = Borders::new(["127.0.0.1".into(), "LOCALHOST".into(), "[::1]".into()], []);
        let cases = [
            ("ftp://127.0.0.1/a", Barred::BadLink),
            ("file:///etc/passwd", Barred::BadLink),
            ("/etc/passwd", Barred::BadLink),
            ("http://example.com/a", Barred::HostNotAllowed),
            ("http://127.0.0.1.example.com/a", Barred::HostNotAllowed),
            ("http://127.0.0.1@example.com/a", Barred::HostNotAllowed),
            ("http://127.0.0.1/a", Barred::PrivateAddress),
            ("http://2130706433/a", Barred::PrivateAddress),
            ("http://0x7f.1/a", Barred::PrivateAddress),
            ("http://localhost/a", Barred::PrivateAddress),
            ("http://[::1]/a", Barred::PrivateAddress),
        ];
        for (link, wanted) in cases {
            assert_eq!(barred(link, &named).await, Some(wanted), "{link}");
        }
        let private = Borders::new([], ["localhost".into()]);
        // Port 9 answers nobody; but it was allowed to ask.
        assert_eq!(barred("http://localhost:9/a", &private).await, None);
        assert_eq!(barred("http://127.0.0.1:9/a", &private).await, Some(Barred::HostNotAllowed));
    }
}
