//! What settings must know of a connector kind: its name and the schema of its options. Nothing is built here.

use huiliu_contract::{ConnectorKind, Sentence};
use serde_json::Value;

/// A connector kind, as far as the check of a file needs it. The list of kinds is the caller's.
#[derive(Clone, Debug)]
pub struct KindInfo {
    /// The word in `[connect] kind`.
    pub name: &'static str,
    /// One line of English.
    pub summary: &'static str,
    /// The name on screens.
    pub summary_zh: &'static str,
    /// JSON Schema of the options: one object whose members are the tables of the file that belong to the kind.
    pub schema: Value,
    /// What a channel with such options, and this code, does in plain words.
    pub explain: fn(&Value, &str) -> Vec<Sentence>,
}

impl KindInfo {
    /// Of a kind's own declaration.
    pub fn of<K: ConnectorKind>() -> Self {
        Self {
            name: K::NAME,
            summary: K::SUMMARY,
            summary_zh: K::SUMMARY_ZH,
            schema: crate::settings::schema::of::<K::Options>(),
            explain: explain::<K>,
        }
    }

    /// The tables of the file that belong to the kind.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str())
    }
}

/// What cannot be read as the kind's options is not explained: its mistakes are told instead.
fn explain<K: ConnectorKind>(options: &Value, channel: &str) -> Vec<Sentence> {
    serde_json::from_value(options.clone()).map(|options| K::explain(&options, channel)).unwrap_or_default()
}
