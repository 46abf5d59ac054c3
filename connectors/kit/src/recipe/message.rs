//! A message as recipes read it, going out or coming in: method, path, query, headers, body. Parameters and fields are
//! taken apart only when a step asks for them.

use std::borrow::Cow;
use std::cell::OnceCell;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName};
use serde_json::Value;
use serde_json::value::RawValue;

use super::members::{members, raw_at};
use crate::pick::{Pointer, scalar};
use crate::target::FORM;
use crate::xml::Reading;

/// What a recipe wants of a message, and it has not, or has twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Lack(pub(super) String);

/// A message.
#[derive(Clone)]
pub(super) struct Message<'a> {
    pub(super) method: Cow<'a, str>,
    pub(super) path: Cow<'a, str>,
    pub(super) query: Cow<'a, str>,
    pub(super) headers: Cow<'a, HeaderMap>,
    /// None where there is none, or where it is streamed.
    pub(super) body: Option<Bytes>,
    read: OnceCell<Document>,
}

/// A body that was read.
#[derive(Clone)]
pub(super) enum Document {
    Json(Value),
    Form(Vec<(String, String)>),
    Xml(Value),
    /// No such thing.
    Opaque,
}

impl<'a> Message<'a> {
    pub(super) fn new(
        method: &'a str,
        path: &'a str,
        query: &'a str,
        headers: &'a HeaderMap,
        body: Option<Bytes>,
    ) -> Self {
        Self {
            method: Cow::Borrowed(method),
            path: Cow::Borrowed(path),
            query: Cow::Borrowed(query),
            headers: Cow::Borrowed(headers),
            body,
            read: OnceCell::new(),
        }
    }

    /// Takes another body.
    pub(super) fn set_body(&mut self, body: Vec<u8>) {
        self.body = Some(body.into());
        self.read = OnceCell::new();
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }

    /// The body, read by what it is.
    pub(super) fn document(&self) -> &Document {
        self.read.get_or_init(|| {
            let bytes = self.bytes();
            if self.is_form() {
                return Document::Form(pairs(bytes).collect());
            }
            match bytes.trim_ascii_start().first() {
                Some(b'{' | b'[') => serde_json::from_slice(bytes).map_or(Document::Opaque, Document::Json),
                Some(b'<') => Reading::default().read(bytes).map_or(Document::Opaque, Document::Xml),
                _ => Document::Opaque,
            }
        })
    }

    pub(super) fn is_form(&self) -> bool {
        let media_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        media_type.is_some_and(|media_type| media_type.trim_start().to_ascii_lowercase().starts_with(FORM))
    }

    /// The one value of a header.
    pub(super) fn header(&self, name: &HeaderName) -> Result<&[u8], Lack> {
        lone(self.headers.get_all(name).iter(), || format!("the header `{name}`")).map(|value| value.as_bytes())
    }

    /// The one value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Result<String, Lack> {
        let values = self.parameters().filter(|(known, _)| known == name).map(|(_, value)| value);
        lone(values, || format!("the query parameter `{name}`"))
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        pairs(self.query.as_bytes())
    }

    /// The query as it stands, without parameters of these names.
    pub(super) fn query_without(&self, names: &[String]) -> Cow<'_, str> {
        if names.is_empty() {
            return Cow::Borrowed(&self.query);
        }
        let kept = self.query.split('&').filter(|pair| {
            let name = pairs(pair.as_bytes()).next().map(|(name, _)| name);
            name.is_none_or(|name| !names.contains(&name))
        });
        Cow::Owned(kept.collect::<Vec<_>>().join("&"))
    }

    /// The value of a field of the body: a text as it is, lists and objects as they were sent.
    pub(super) fn field(&self, place: &Pointer) -> Result<Vec<u8>, Lack> {
        let lack = || Lack(format!("the field `{place}` of the body"));
        match self.document() {
            Document::Json(document) => match place.get(document).ok_or_else(lack)? {
                Value::Object(_) | Value::Array(_) => {
                    raw_at(self.bytes(), place).map(|raw| raw.as_bytes().to_vec()).ok_or_else(lack)
                }
                value => scalar(value).map(|text| text.into_owned().into_bytes()).ok_or_else(lack),
            },
            Document::Xml(document) => {
                let text = place.get(document).and_then(scalar).ok_or_else(lack)?;
                Ok(text.into_owned().into_bytes())
            }
            Document::Form(fields) => {
                let name = place.as_str().trim_start_matches('/');
                let values = fields.iter().filter(|(known, _)| known == name);
                lone(values, || lack().0).map(|(_, value)| value.clone().into_bytes())
            }
            Document::Opaque => Err(lack()),
        }
    }

    /// The members of the object at a place, each as it was sent.
    pub(super) fn members(&self, under: &Pointer) -> Result<Vec<(String, &RawValue)>, Lack> {
        let lack = || Lack(format!("an object at `{under}` of the body, without doubled members"));
        members(raw_at(self.bytes(), under).ok_or_else(lack)?).ok_or_else(lack)
    }
}

/// The pairs of a query or a form, decoded.
fn pairs(bytes: &[u8]) -> impl Iterator<Item = (String, String)> {
    url::form_urlencoded::parse(bytes).into_owned()
}

fn lone<T>(mut found: impl Iterator<Item = T>, what: impl Fn() -> String) -> Result<T, Lack> {
    match (found.next(), found.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(Lack(what())),
        (Some(_), Some(_)) => Err(Lack(format!("{} once only", what()))),
    }
}
