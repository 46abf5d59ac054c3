//! The configuration as JSON Schema 2020-12: what `huiliu schema` prints, and what files are checked against.

use serde_json::{Value, json};

use super::GatewaySettings;
use super::channel::{KindInfo, compose};

/// The schema of `gateway.toml`.
pub fn gateway() -> Value {
    of::<GatewaySettings>()
}

/// The schema of `channel.toml`, for the kinds there are: one whole branch a kind, chosen by `[connect] kind`.
pub fn channel(kinds: &[KindInfo]) -> Value {
    let mut defs = serde_json::Map::new();
    let mut branches = Vec::new();
    for kind in kinds {
        let mut whole = compose::whole(kind);
        if let Some(Value::Object(own)) = whole.get_mut("$defs").map(Value::take) {
            defs.extend(own);
        }
        if let Some(whole) = whole.as_object_mut() {
            whole.remove("$defs");
            whole.remove("$schema");
        }
        branches.push(whole);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "channel.toml",
        "oneOf": branches,
        "$defs": defs,
    })
}

/// The schema of a type.
pub(super) fn of<T: schemars::JsonSchema>() -> Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}
