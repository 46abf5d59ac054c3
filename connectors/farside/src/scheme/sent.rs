//! A request as it lies on the line, and what can be read from it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A request as it lies on the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers, their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Sent {
    /// A POST of this body.
    pub fn post(target: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".into(), media_type.into())];
        Self { method: "POST".into(), target: target.into(), headers, body: body.into() }
    }

    /// A GET.
    pub fn get(target: &str) -> Self {
        Self { method: "GET".into(), target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// The content of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The path alone.
    pub(super) fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        form_urlencoded::parse(query.as_bytes()).into_owned()
    }

    /// The value of a parameter of the query.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        self.pairs().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The members of a JSON body.
    fn json(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(&self.body).ok()
    }

    fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(|told| told.starts_with("application/x-www-form-urlencoded"))
    }

    /// All parameters: of the query, of a form, and the members of a JSON object, as texts.
    pub(super) fn params(&self) -> BTreeMap<String, String> {
        let mut all: BTreeMap<_, _> = self.pairs().collect();
        if self.is_form() {
            all.extend(form_urlencoded::parse(&self.body).into_owned());
        }
        let members = self.json().unwrap_or_default().into_iter().map(|(name, value)| match value {
            Value::String(text) => (name, text),
            Value::Null => (name, String::new()),
            other => (name, other.to_string()),
        });
        all.extend(members);
        all
    }

    /// Adds a header.
    pub(super) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter to the query.
    pub(super) fn with_query(mut self, name: &str, value: &str) -> Self {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(name, value);
        let between = if self.target.contains('?') { '&' } else { '?' };
        self.target = format!("{}{between}{}", self.target, query.finish());
        self
    }

    /// Adds a parameter where a request has its parameters: in the body, else in the query.
    pub(super) fn with_param(mut self, name: &str, value: &str) -> Self {
        if let Some(mut members) = self.json() {
            members.insert(name.into(), value.into());
            self.body = Value::Object(members).to_string().into_bytes();
            return self;
        }
        if self.is_form() {
            let mut form = form_urlencoded::Serializer::new(String::from_utf8_lossy(&self.body).into_owned());
            self.body = form.append_pair(name, value).finish().into_bytes();
            return self;
        }
        self.with_query(name, value)
    }
}
