//! Samples (样例) prove a mapping: a document and the ticket that must come of it. Reading and writing the
//! files is the caller's part.

use serde_json::Value;

use super::{Mapping, Unmappable};
use crate::settings::{Lang, Text};

/// How a sample went.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// The mapping yields what is expected.
    Same,
    /// There is no expectation yet; this is what the mapping yields.
    New(Value),
    /// The mapping yields something else.
    Differs {
        /// What differs, in the order of the ticket.
        changes: Vec<Change>,
        /// What the mapping yields now.
        found: Value,
    },
    /// The document does not map.
    Unmappable(Unmappable),
    /// The document or the expectation cannot be read as JSON.
    Unreadable(Text),
}

/// One place in a ticket that differs.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The place, as a dotted path.
    pub place: String,
    /// What is expected there; nothing if the place is new.
    pub expected: Option<Value>,
    /// What the mapping yields there; nothing if it yields none.
    pub found: Option<Value>,
}

impl Change {
    /// The change for a person. It shows the sample's own data, which are invented.
    pub fn shown(&self, lang: Lang) -> String {
        let text = |value: &Option<Value>| match (value, lang) {
            (Some(value), _) => value.to_string(),
            (None, Lang::Zh) => "(无)".into(),
            (None, Lang::En) => "(nothing)".into(),
        };
        let (expected, found) = (text(&self.expected), text(&self.found));
        match lang {
            Lang::Zh => format!("{}\n    应为 {expected}\n    现为 {found}", self.place),
            Lang::En => format!("{}\n    expected {expected}\n    found    {found}", self.place),
        }
    }
}

/// Runs one JSON sample: `input` is the document, `expected` the ticket's draft if there is one yet.
pub fn run(mapping: &Mapping, input: &[u8], expected: Option<&[u8]>) -> Verdict {
    let document: Value = match serde_json::from_slice(input) {
        Ok(document) => document,
        Err(error) => return unreadable("来件样例", "the sample document", &error),
    };
    judge(mapping, &document, expected)
}

/// The same for a document that somebody else has read (a form, a row of a sheet).
pub fn judge(mapping: &Mapping, document: &Value, expected: Option<&[u8]>) -> Verdict {
    let found = match mapping.read(document) {
        Ok(reading) => serde_json::to_value(&reading.draft).unwrap_or_default(),
        Err(unmappable) => return Verdict::Unmappable(unmappable),
    };
    let failed = mapping.misspelt_labels(document);
    if !failed.is_empty() {
        return Verdict::Unmappable(Unmappable { failed });
    }
    let Some(expected) = expected else { return Verdict::New(found) };
    let expected: Value = match serde_json::from_slice(expected) {
        Ok(expected) => expected,
        Err(error) => return unreadable("预期工单", "the expected ticket", &error),
    };
    let mut changes = Vec::new();
    compare("", &expected, &found, &mut changes);
    if changes.is_empty() { Verdict::Same } else { Verdict::Differs { changes, found } }
}

/// The bytes to write as `NAME.ticket.json`.
pub fn expectation(found: &Value) -> Vec<u8> {
    format!("{found:#}\n").into_bytes()
}

fn unreadable(zh: &str, en: &str, error: &serde_json::Error) -> Verdict {
    let (line, column) = (error.line(), error.column());
    Verdict::Unreadable(Text::new(
        format!("{zh}不是 JSON:第{line}行第{column}列"),
        format!("{en} is no JSON: line {line}, column {column}"),
    ))
}

fn compare(place: &str, expected: &Value, found: &Value, out: &mut Vec<Change>) {
    let below = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
    match (expected, found) {
        (Value::Object(a), Value::Object(b)) => {
            let fresh = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(fresh) {
                pair(below(key), a.get(key), b.get(key), out);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for at in 0..a.len().max(b.len()) {
                pair(below(&at.to_string()), a.get(at), b.get(at), out);
            }
        }
        (a, b) if a == b => {}
        (a, b) => out.push(Change { place: place.to_owned(), expected: Some(a.clone()), found: Some(b.clone()) }),
    }
}

fn pair(place: String, expected: Option<&Value>, found: Option<&Value>, out: &mut Vec<Change>) {
    match (expected, found) {
        (Some(a), Some(b)) => compare(&place, a, b, out),
        (a, b) => out.push(Change { place, expected: a.cloned(), found: b.cloned() }),
    }
}
