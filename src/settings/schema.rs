//! The configuration as JSON Schema 2020-12: what `huiliu schema` prints, and what files are checked against.

use serde_json::{Value, json};

use super::GatewaySettings;
use super::channel::{KindInfo, compose};

/// The schema of `gateway.toml`.
pub fn gateway() -> Value {
    of::<GatewaySettings>()
}

/// The schema of `channel.toml`, for the kinds there are: two branches a kind, chosen by `[connect] kind` and by whether it
/// names a preset.
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
        branches.push(under_preset(&whole));
        whole["properties"]["connect"]["not"] = json!({ "required": ["preset"] });
        branches.push(whole);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "channel.toml",
        "oneOf": branches,
        "$defs": defs,
    })
}

/// The same file where it names a preset: what is required may come from there. Editors know the keys of its tables then;
/// what stands in them is checked by `huiliu check`, with the preset under it.
fn under_preset(whole: &Value) -> Value {
    let mut branch = whole.clone();
    branch["required"] = json!(["channel", "connect"]);
    for (name, table) in branch["properties"].as_object_mut().into_iter().flatten() {
        if matches!(name.as_str(), "channel" | "ledger" | "fields" | "codes") {
            continue;
        }
        let Some(keys) = table.get("properties").and_then(Value::as_object) else { continue };
        let known = keys.iter().map(|(key, schema)| {
            let exact = name == "connect" && matches!(key.as_str(), "kind" | "limit" | "budget");
            let told = |word: &str| Some((word.to_owned(), schema.get(word)?.clone()));
            let schema =
                if exact { schema.clone() } else { ["description", "x-zh"].into_iter().filter_map(told).collect() };
            (key.clone(), schema)
        });
        *table = json!({ "type": "object", "properties": known.collect::<serde_json::Map<_, _>>(),
            "additionalProperties": false, "description": table.get("description"), "x-zh": table.get("x-zh") });
    }
    branch["properties"]["connect"]["required"] = json!(["kind", "preset"]);
    branch
}

/// The schema of a type.
pub(super) fn of<T: schemars::JsonSchema>() -> Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}
