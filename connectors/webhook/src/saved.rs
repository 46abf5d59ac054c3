//! The body of a push that lies in a file: read as one that is believed, for nobody signed a file.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use huiliu_contract::{Fault, Item, Page, Personal, Push, Refusal, Remark, Saved, SavedPage, Unreadable};
use jiff::Timestamp;

use crate::read::Reader;

/// Reads such bodies by the rules of a channel.
pub(crate) struct SavedBody(pub(crate) Arc<Reader>);

impl Saved for SavedBody {
    fn read(&self, _: &str, bytes: &Bytes, now: Timestamp) -> Result<SavedPage, Fault> {
        let push = push(bytes, now);
        let read = self.0.body(&push).and_then(|body| self.0.items(&push, body));
        let items = match read {
            Ok(items) => items,
            Err(Refusal::Unreadable { raw, reason }) => vec![Item::Unreadable(Unreadable {
                raw,
                reason: Remark::new(format!("推送的内容读不出:{reason}"), reason),
            })],
            Err(other) => return Err(Fault::malformed(other.to_string())),
        };
        let remarks = vec![Remark {
            zh: "只读内容,没有验证是谁推送的(签名、令牌、来源地址都没看)".into(),
            en: "the content alone was read: who pushed it was not verified (no signature, token or address)".into(),
        }];
        Ok(SavedPage { page: Page { items, next: None, more: false, keep: None }, remarks })
    }
}

/// A push with this body, and the content type that it looks to be of.
fn push(bytes: &Bytes, now: Timestamp) -> Push {
    let mut headers = HeaderMap::new();
    if let Some(told) = looks_like(bytes).and_then(|told| HeaderValue::try_from(told).ok()) {
        headers.insert(CONTENT_TYPE, told);
    }
    Push {
        method: Method::POST,
        target: "/".into(),
        headers,
        body: Personal::new(bytes.clone()),
        peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        received_at: now,
        envelope: None,
    }
}

/// What a body is by its look; a form of parts begins with its boundary.
fn looks_like(bytes: &[u8]) -> Option<String> {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    match body.first()? {
        b'{' | b'[' => Some("application/json".into()),
        b'<' => Some("application/xml".into()),
        b'-' if body.starts_with(b"--") => {
            let line = body.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
            let boundary = std::str::from_utf8(line.get(2..)?).ok()?;
            Some(format!("multipart/form-data; boundary=\"{boundary}\""))
        }
        _ if body.contains(&b'=') => Some("application/x-www-form-urlencoded".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_known_by_its_look() {
        for (body, kind) in [
            ("\u{feff} {}", Some("application/json")),
            ("[1]", Some("application/json")),
            ("<r/>", Some("application/xml")),
            ("no=1&title=x", Some("application/x-www-form-urlencoded")),
            ("--b1\r\nContent-Disposition: form-data", Some("multipart/form-data; boundary=\"b1\"")),
            ("", None),
            ("text", None),
        ] {
            assert_eq!(looks_like(body.as_bytes()).as_deref(), kind, "{body}");
        }
    }
}
