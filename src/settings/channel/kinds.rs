//! What settings must know of a connector kind: its name and the schema of its options. Nothing is built here.

use huiliu_contract::ConnectorKind;
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
}

impl KindInfo {
    /// Of a kind's own declaration.
    pub fn of<K: ConnectorKind>() -> Self {
        Self {
            name: K::NAME,
            summary: K::SUMMARY,
            summary_zh: K::SUMMARY_ZH,
            schema: crate::settings::schema::of::<K::Options>(),
        }
    }

    /// The tables of the file that belong to the kind.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str())
    }
}
