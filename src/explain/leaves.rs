//! Every setting that is written, one by one; which sentences speak for which, and where they come from.

use huiliu_contract::SecretRef;
use serde_json::{Map, Value};

use super::{Line, Origin, Setting};
use crate::settings::{ChannelSettings, Text};

/// All that is written in a channel's file and its preset: values and lists are one setting each, tables are taken apart.
pub(super) fn of(channel: &ChannelSettings) -> Vec<Setting> {
    let mut out = Vec::new();
    if let Some(table) = channel.value().as_object() {
        collect(channel, table, "", &mut out);
    }
    out
}

fn collect(channel: &ChannelSettings, table: &Map<String, Value>, at: &str, out: &mut Vec<Setting>) {
    for (name, value) in table {
        let key = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        match value {
            Value::Object(inner) if !inner.is_empty() && !is_secret(value) => collect(channel, inner, &key, out),
            value => out.push(Setting { of_preset: channel.is_of_preset(&key), value: value.clone(), key }),
        }
    }
}

fn is_secret(value: &Value) -> bool {
    serde_json::from_value::<SecretRef>(value.clone()).is_ok()
}

/// Whether a dotted key is another one or lies below it.
pub(super) fn lies_in(key: &str, above: &str) -> bool {
    key.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What is said of a setting for which no sentence speaks: its key, what it is for, its value.
pub(super) fn line(setting: &Setting, meaning: Option<Text>) -> Line {
    let (key, value) = (&setting.key, shown(&setting.value));
    let (zh, en) = match meaning {
        Some(Text { zh, en }) => (format!("{key} = {value}:{zh}"), format!("{key} = {value}: {en}")),
        None => (format!("{key} = {value}"), format!("{key} = {value}")),
    };
    Line::new(zh, en, &[key])
}

/// A value in one line; a secret is only pointed to.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

/// Where what a sentence says comes from.
pub(super) fn origin(line: &Line, settings: &[Setting]) -> Option<Origin> {
    if line.keys.is_empty() {
        return None;
    }
    let behind = settings.iter().filter(|one| line.keys.iter().any(|key| lies_in(&one.key, key)));
    let (preset, own): (Vec<_>, Vec<_>) = behind.partition(|one| one.of_preset);
    Some(match (own.is_empty(), preset.is_empty()) {
        (true, true) => Origin::Default,
        (false, true) => Origin::Written,
        (true, false) => Origin::Preset,
        (false, false) => Origin::Both(preset.into_iter().map(|one| one.key.clone()).collect()),
    })
}
