//! A proxy, compiled: where it is, and who we are to it.

use std::fmt;
use std::hash::{Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use huiliu_contract::{Misconfigured, Secret, Site};
use url::Url;

use super::options::ProxyOptions;
use crate::auth::User;
use crate::mistakes::Mistakes;

/// How a proxy is spoken with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scheme {
    /// In clear; what goes through it to https is sealed all the same.
    Http,
    /// By TLS.
    Https,
    /// SOCKS version 5 (RFC 1928); names are looked up here.
    Socks5,
}

/// A proxy. Debug shows where it is, and no more.
#[derive(Clone)]
pub struct Proxy {
    /// How it is spoken with.
    pub scheme: Scheme,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User and password.
    who: Option<(Secret, Secret)>,
}

impl Proxy {
    /// Reads it; none if anything was wrong. `section` is the table that holds `proxy`.
    pub(super) fn read(written: &ProxyOptions, section: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Self> {
        let key = format!("{section}.proxy");
        let place = place(&written.url, &key).map_err(|bad| wrong.push(bad)).ok();
        let user = written.user.as_ref().and_then(|user| match user {
            User::Plain(name) => Some(Secret::new(name.clone())),
            User::Secret(at) => wrong.take(site.secret(&format!("{key}.user"), at)),
        });
        let password = written.password.as_ref();
        let password = password.and_then(|at| wrong.take(site.secret(&format!("{key}.password"), at)));
        if written.user.is_some() != written.password.is_some() {
            wrong.tell(
                &key,
                "`user` and `password` belong together; write both, or neither",
                "user 和 password 要一起写,或都不写",
            );
        }
        if user.as_ref().is_some_and(|user| user.expose().contains(':')) {
            wrong.tell(&format!("{key}.user"), "a user name holds no colon", "用户名里不能有冒号");
        }
        let (scheme, host, port) = place?;
        Some(Self { scheme, host, port, who: user.zip(password) })
    }

    /// Its address without who we are.
    pub fn address(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
            Scheme::Socks5 => "socks5",
        };
        format!("{scheme}://{}:{}", self.host, self.port)
    }

    /// Who we are in a header; none where we are nobody.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let (user, password) = self.who.as_ref()?;
        let pair = STANDARD.encode(format!("{}:{}", user.expose(), password.expose()));
        let mut value = HeaderValue::try_from(format!("Basic {pair}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// User and password.
    pub(crate) fn who(&self) -> Option<(&str, &str)> {
        self.who.as_ref().map(|(user, password)| (user.expose(), password.expose()))
    }
}

fn place(written: &str, key: &str) -> Result<(Scheme, String, u16), Misconfigured> {
    let bad = |en: &str, zh: &str| Misconfigured::new(format!("{key}.url"), en, zh);
    let not = || {
        bad(
            "this is no address of a proxy; write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT",
            "这不是代理地址;写 http://主机:端口、https://主机:端口 或 socks5://主机:端口",
        )
    };
    let url = Url::parse(written).map_err(|_| not())?;
    let (scheme, usual) = match url.scheme() {
        "http" => (Scheme::Http, 80),
        "https" => (Scheme::Https, 443),
        "socks5" => (Scheme::Socks5, 1080),
        _ => return Err(not()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "user and password are not written into the address; use `user` and `password` beside it",
            "用户名、密码不能写在地址里;请写在旁边的 user 和 password",
        ));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(bad("a proxy's address ends behind its port", "代理地址写到端口为止,后面不要有别的"));
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(not)?;
    Ok((scheme, host.to_lowercase(), url.port().unwrap_or(usual)))
}

impl PartialEq for Proxy {
    fn eq(&self, other: &Self) -> bool {
        let place = |one: &Self| (one.scheme, one.host.clone(), one.port);
        place(self) == place(other) && self.who() == other.who()
    }
}

impl Eq for Proxy {}

impl Hash for Proxy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.scheme, &self.host, self.port, self.who()).hash(state);
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({}{})", self.address(), if self.who.is_some() { " ••••" } else { "" })
    }
}
