//! What of an exchange is dotted. Pure.

use http::{HeaderMap, header};
use huiliu_contract::Secret;
use serde_json::Value;
use url::Url;

use super::Content;
use crate::client::Answer;
use crate::target::FORM;
use crate::xml::Reading;

/// What stands in the place of a secret.
pub const DOTS: &str = "••••";

/// A secret that is shorter than this is only looked for as a whole value: anywhere it would be found by chance.
const SHORTEST: usize = 4;

/// A word in the answer to a login that is as long as this may be a token under a name that nobody declared.
const TOKEN: usize = 12;

/// Names, or parts of them, of what is a secret wherever it stands.
const NAMES: [&str; 12] = [
    "token",
    "password",
    "passwd",
    "pwd",
    "secret",
    "authorization",
    "cookie",
    "session",
    "credential",
    "api-key",
    "api_key",
    "apikey",
];

/// Parts of names that only sound like it: the place in a list.
const HARMLESS: [&str; 4] = ["next", "page", "cursor", "expire"];

/// Knows the secrets of one conversation.
pub(super) struct Redactor {
    whole: Vec<String>,
    /// The same, as they may stand inside of something longer, in every way of writing; the longest first.
    parts: Vec<String>,
}

impl Redactor {
    pub(super) fn new(secrets: &[Secret]) -> Self {
        let whole: Vec<String> =
            secrets.iter().map(|secret| secret.expose().to_owned()).filter(|text| !text.is_empty()).collect();
        let mut parts: Vec<String> = whole.iter().filter(|text| text.len() >= SHORTEST).flat_map(written).collect();
        parts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        parts.dedup();
        Self { whole, parts }
    }

    /// A text with every secret in it dotted.
    pub(super) fn text(&self, text: &str) -> String {
        if self.whole.iter().any(|secret| secret == text) {
            return DOTS.into();
        }
        let found = self.parts.iter().filter(|part| text.contains(part.as_str()));
        found.fold(text.to_owned(), |text, part| text.replace(part.as_str(), DOTS))
    }

    pub(super) fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let shown = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
            let value = if value.is_sensitive() || is_secret(name.as_str()) {
                DOTS.into()
            } else {
                self.text(&String::from_utf8_lossy(value.as_bytes()))
            };
            (name.to_string(), value)
        };
        headers.iter().map(shown).collect()
    }

    pub(super) fn address(&self, url: &Url) -> String {
        let mut out = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
        if let Some(port) = url.port() {
            out += &format!(":{port}");
        }
        out += &self.text(url.path());
        if url.query().is_some() {
            let pairs = self.pairs(url.query_pairs().into_owned(), false);
            let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            out += &format!("?{}", pairs.join("&"));
        }
        out
    }

    fn pairs(&self, pairs: impl Iterator<Item = (String, String)>, login: bool) -> Vec<(String, String)> {
        pairs
            .map(|(name, value)| {
                let value = if hides(&name, &value) { DOTS.into() } else { self.word(&value, login) };
                (self.text(&name), value)
            })
            .collect()
    }

    /// A value of its own. In the answer to a login, what may be a token is dotted.
    fn word(&self, text: &str, login: bool) -> String {
        let token = login && text.len() >= TOKEN && text.bytes().all(|byte| byte.is_ascii_graphic());
        if token { DOTS.into() } else { self.text(text) }
    }

    fn value(&self, value: &Value, login: bool) -> Value {
        match value {
            Value::String(text) => Value::String(self.word(text, login)),
            Value::Number(number) if self.whole.iter().any(|secret| *secret == number.to_string()) => DOTS.into(),
            Value::Array(list) => list.iter().map(|item| self.value(item, login)).collect(),
            Value::Object(members) => {
                let shown = |(name, value): (&String, &Value)| {
                    let hidden = match value {
                        Value::String(text) => hides(name, text),
                        Value::Number(number) => hides(name, &number.to_string()),
                        _ => false,
                    };
                    (self.text(name), if hidden { DOTS.into() } else { self.value(value, login) })
                };
                Value::Object(members.iter().map(shown).collect())
            }
            other => other.clone(),
        }
    }

    /// A body of ours.
    pub(super) fn body(&self, bytes: &[u8], media_type: Option<&str>, login: bool) -> Content {
        if bytes.is_empty() {
            return Content::Nothing;
        }
        if media_type.is_some_and(|written| written.starts_with(FORM)) {
            return Content::Form(self.pairs(url::form_urlencoded::parse(bytes).into_owned(), login));
        }
        if let Ok(document) = serde_json::from_slice(bytes) {
            return Content::Json(self.value(&document, login));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.plain(text, login),
            Err(_) => Content::Bytes(Some(bytes.len())),
        }
    }

    /// What a far side answered.
    pub(super) fn answer(&self, answer: &Answer, login: bool) -> Content {
        if answer.body.is_empty() {
            return Content::Nothing;
        }
        if let Ok(document) = answer.json() {
            return Content::Json(self.value(&document, login));
        }
        if answer.body.trim_ascii_start().starts_with(b"<")
            && let Ok(document) = answer.xml(&Reading::default())
        {
            return Content::Xml(self.value(&document, login));
        }
        let text = answer.text();
        let strange = text.chars().filter(|c| *c == '\u{fffd}' || (c.is_control() && !c.is_whitespace())).count();
        // One torn character is a text that was cut; more are no text.
        if strange * 20 > text.chars().count() {
            Content::Bytes(Some(answer.body.len()))
        } else {
            self.plain(&text, login)
        }
    }

    fn plain(&self, text: &str, login: bool) -> Content {
        if !login {
            return Content::Text(self.text(text));
        }
        let words = text.split_inclusive(|c: char| !c.is_ascii_graphic() || matches!(c, '"' | '\'' | '<' | '>' | '='));
        let shown = words.map(|word| {
            let bare =
                word.trim_end_matches(|c: char| !c.is_ascii_graphic() || matches!(c, '"' | '\'' | '<' | '>' | '='));
            self.word(bare, true) + &word[bare.len()..]
        });
        Content::Text(self.text(&shown.collect::<String>()))
    }
}

/// A secret as forms, JSON and XML write it.
fn written(secret: &String) -> Vec<String> {
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    let json = Value::String(secret.clone()).to_string();
    let json = json.get(1..json.len() - 1).unwrap_or(secret).to_owned();
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut all = vec![secret.clone(), form, percent, json, xml];
    all.sort();
    all.dedup();
    all
}

/// Whether a value of this name is a secret: a flag or a short word (`isSecret`, 机密) is none.
fn hides(name: &str, value: &str) -> bool {
    value.len() >= 3 && value.is_ascii() && is_secret(name)
}

/// Whether something of this name is a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.starts_with("is") {
        return false;
    }
    NAMES.iter().any(|part| name.contains(part)) && !HARMLESS.iter().any(|part| name.contains(part))
}
