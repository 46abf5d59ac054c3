//! The cookies of a session, as a browser keeps them. They are secrets.

use cookie_store::CookieStore;
use cookie_store::serde::json;
use http::{HeaderMap, HeaderValue, header};
use huiliu_contract::Secret;
use huiliu_kit::tap;
use url::Url;

/// The most cookies that an answer may set.
const MOST: usize = 50;

/// Cookies.
#[derive(Clone, Default)]
pub(crate) struct Jar(CookieStore);

impl Jar {
    /// Takes what an answer sets.
    pub(crate) fn take(&mut self, headers: &HeaderMap, from: &Url) {
        let set = headers.get_all(header::SET_COOKIE).iter().take(MOST);
        for cookie in set.filter_map(|value| value.to_str().ok()) {
            if let Some(secret) = value_of(cookie) {
                tap::secret(&secret);
            }
            // What cannot be one of this host's is no cookie.
            let _ = self.0.parse(cookie, from);
        }
    }

    /// The header for a request there; none where no cookie belongs there.
    pub(crate) fn header(&self, to: &Url) -> Option<HeaderValue> {
        let pairs: Vec<String> = self.0.get_request_values(to).map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() {
            return None;
        }
        for (_, value) in self.0.get_request_values(to) {
            tap::secret(&Secret::new(value));
        }
        let mut value = HeaderValue::from_str(&pairs.join("; ")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// As it is kept.
    pub(crate) fn written(&self) -> String {
        let mut out = Vec::new();
        match json::save_incl_expired_and_nonpersistent(&self.0, &mut out) {
            Ok(()) => String::from_utf8(out).unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// What was kept; empty if it is not ours.
    pub(crate) fn read(text: &str) -> Self {
        json::load_all(text.as_bytes()).map(Self).unwrap_or_default()
    }
}

impl PartialEq for Jar {
    fn eq(&self, other: &Self) -> bool {
        let pairs = |jar: &Self| -> Vec<(String, String, String)> {
            let path = |cookie: &cookie_store::Cookie<'_>| -> String { (*cookie.path).to_owned() };
            let all = jar.0.iter_any();
            let mut all: Vec<_> =
                all.map(|cookie| (path(cookie), cookie.name().to_owned(), cookie.value().to_owned())).collect();
            all.sort();
            all
        };
        pairs(self) == pairs(other)
    }
}

fn value_of(cookie: &str) -> Option<Secret> {
    let value = cookie.split(';').next()?.split_once('=')?.1.trim();
    // Short ones are flags and languages; dots in their place would hide half a page.
    (value.len() >= 8).then(|| Secret::new(value))
}

impl std::fmt::Debug for Jar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jar").field("cookies", &self.0.iter_any().count()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_go_back_where_they_came_from_and_outlive_a_restart() {
        let at = |path: &str| Url::parse(&format!("https://szxx.example.gov.cn{path}")).unwrap();
        let mut headers = HeaderMap::new();
        headers.append(header::SET_COOKIE, "JSESSIONID=abcdefgh1; Path=/admin; HttpOnly".parse().unwrap());
        headers.append(header::SET_COOKIE, "theme=red; Domain=elsewhere.example".parse().unwrap());
        let mut jar = Jar::default();
        jar.take(&headers, &at("/admin/login.jsp"));
        for jar in [jar.clone(), Jar::read(&jar.written())] {
            assert_eq!(jar.header(&at("/admin/x")).unwrap(), "JSESSIONID=abcdefgh1");
            assert!(jar.header(&at("/other")).is_none());
            assert!(jar.header(&Url::parse("https://elsewhere.example/admin/").unwrap()).is_none());
        }
        assert!(Jar::read("nonsense").header(&at("/admin/x")).is_none());
        assert!(!format!("{jar:?}").contains("abcdefgh1"));
    }
}
