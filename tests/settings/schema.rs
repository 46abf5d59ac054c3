//! The schemas that `huiliu schema` prints. `HUILIU_GOLDEN=write` writes the golden files anew.

use huiliu::kinds::KINDS;
use huiliu::settings::{KindInfo, schema};
use serde_json::Value;

use crate::scene::{Bell, Slot};

fn golden(name: &str, value: &Value) {
    let path = format!("tests/golden/{name}");
    let now = format!("{}\n", serde_json::to_string_pretty(value).unwrap());
    if std::env::var("HUILIU_GOLDEN").is_ok_and(|said| said == "write") {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == now,
        "{path} is not what is rendered now; if that is meant: HUILIU_GOLDEN=write cargo test --test settings schema"
    );
}

#[test]
fn the_schema_of_the_gateway_is_pinned() {
    golden("gateway.schema.json", &schema::gateway());
}

/// With the kinds that the program has: a new kind, or a key of one, shows here.
#[test]
fn the_schema_of_a_channel_is_pinned() {
    let kinds: Vec<_> = KINDS.iter().map(|kind| (kind.info)()).collect();
    golden("channel.schema.json", &schema::channel(&kinds));
}

/// Rendered from the table of routes and the types of the interface.
#[test]
fn the_document_of_the_interface_is_pinned() {
    golden("openapi.json", &huiliu::http::openapi());
}

/// A file that names a preset need not say what the preset may; one that names none must.
#[test]
fn what_a_preset_may_say_is_not_required_of_the_file() {
    let schema = schema::channel(&[KindInfo::of::<Bell>()]);
    let [under, alone] = schema["oneOf"].as_array().unwrap().as_slice() else { panic!("two branches") };
    let required = |branch: &Value, at: &str| branch.pointer(at).cloned().unwrap_or_default();
    assert_eq!(required(alone, "/properties/poll/required"), serde_json::json!(["list"]));
    assert_eq!(alone["properties"]["connect"]["not"]["required"][0], "preset");
    assert_eq!(required(under, "/properties/poll/required"), Value::Null);
    assert_eq!(required(under, "/properties/connect/required"), serde_json::json!(["kind", "preset"]));
    assert_eq!(under["required"], serde_json::json!(["channel", "connect"]));
    assert_eq!(under["properties"]["poll"]["additionalProperties"], false);
    assert!(under["properties"]["poll"]["properties"]["list"]["x-zh"].is_string());
}

#[test]
fn every_key_says_in_chinese_what_it_is_for() {
    let channel = schema::channel(&[KindInfo::of::<Bell>(), KindInfo::of::<Slot>()]);
    for root in [schema::gateway(), channel] {
        let mut silent = Vec::new();
        keys_without_chinese(&root, "", &mut silent);
        assert!(silent.is_empty(), "{silent:?}");
    }
}

#[test]
fn every_reference_of_the_channel_schema_leads_somewhere() {
    let schema = schema::channel(&[KindInfo::of::<Bell>(), KindInfo::of::<Slot>()]);
    let mut references = Vec::new();
    collect(&schema, &mut references);
    assert!(references.iter().any(|at| at.contains("bell.")));
    for reference in references {
        assert!(schema.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

fn keys_without_chinese(schema: &Value, at: &str, silent: &mut Vec<String>) {
    if let Some(known) = schema.get("properties").and_then(Value::as_object) {
        // The branch of a tagged choice speaks for its only key.
        let spoken = known.len() == 1 && schema.get("x-zh").is_some();
        let mute = known.iter().filter(|(_, key)| !spoken && key.get("x-zh").is_none());
        silent.extend(mute.map(|(name, _)| format!("{at}/{name}")));
    }
    match schema {
        Value::Object(table) => {
            table.iter().for_each(|(key, value)| keys_without_chinese(value, &format!("{at}/{key}"), silent));
        }
        Value::Array(list) => list.iter().for_each(|value| keys_without_chinese(value, at, silent)),
        _ => {}
    }
}

fn collect(schema: &Value, references: &mut Vec<String>) {
    match schema {
        Value::Object(table) => {
            references.extend(table.get("$ref").and_then(Value::as_str).map(str::to_owned));
            table.values().for_each(|value| collect(value, references));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}
