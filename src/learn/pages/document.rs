//! A letter's page as the document that rules read: what the connector makes of it, too.

use huiliu_page::{Labelled, Page};
use serde_json::{Map, Value, json};

use crate::learn::{FieldGuess, Learnt};

/// Every label with its text; markup and links beside.
pub(super) fn of(page: &Page) -> Value {
    from(page.labels())
}

/// The same of a row's cells.
pub(super) fn from(cells: Vec<(String, Labelled)>) -> Value {
    let (mut out, mut html, mut links) = (Map::new(), Map::new(), Map::new());
    for (label, value) in cells {
        if value.is_marked_up() {
            html.insert(label.clone(), value.html.into());
        }
        let named = value.links.iter().filter(|link| !link.href.is_empty());
        let named: Vec<Value> = named.map(|link| json!({ "name": link.text, "url": link.href })).collect();
        if !named.is_empty() {
            links.insert(label.clone(), named.into());
        }
        out.insert(label, value.text.into());
    }
    for (name, members) in [("@html", html), ("@links", links)] {
        if !members.is_empty() {
            out.insert(name.to_owned(), Value::Object(members));
        }
    }
    Value::Object(out)
}

/// With the cells of its row that its own page does not show, as the connector tells them.
pub(super) fn with_row(mut document: Value, rows: &[Value], id: Option<&str>) -> Value {
    let row = id.and_then(|id| rows.iter().find(|row| row.get(id).is_some() && row.get(id) == document.get(id)));
    let cells = row.and_then(Value::as_object).into_iter().flatten().filter(|(name, _)| !name.starts_with('@'));
    if let Some(members) = document.as_object_mut() {
        for (name, text) in cells {
            members.entry(name.as_str()).or_insert_with(|| text.clone());
        }
    }
    document
}

/// Without the markup, which is the same text once more.
pub(super) fn without_markup(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(members) = document.as_object_mut() {
        members.remove("@html");
    }
    document
}

/// Texts that have markup are read by it.
pub(super) fn mark_up(documents: &[Value], found: &mut [FieldGuess]) {
    for one in found.iter_mut().filter(|one| matches!(one.field, "content" | "instruction")) {
        let Some(label) = one.from.first().and_then(|path| path.first()).cloned() else { continue };
        let marked = |document: &Value| document.get("@html").is_some_and(|html| html.get(&label).is_some());
        if documents.iter().any(marked) {
            one.from.push(vec!["@html".to_owned(), label]);
            one.keys.retain(|(key, _)| *key != "clean");
            one.keys.push(("clean", "\"html\"".to_owned()));
        }
    }
}

/// Only what some rule reads, and the item's number: labels that nothing reads may hold anything.
pub(super) fn only_read(document: &Value, learnt: &Learnt) -> Value {
    let mut paths: Vec<&[String]> = learnt.fields.iter().flat_map(|one| one.from.iter().map(Vec::as_slice)).collect();
    let acts = learnt.acts.as_ref().map(|acts| vec![acts.from.clone()]);
    paths.extend(acts.as_deref());
    paths.extend(learnt.id.as_ref().map(|id| id.path.as_slice()));
    let mut out = json!({});
    for path in paths {
        let Some(value) = path.iter().try_fold(document, |value, name| value.get(name)) else { continue };
        match path {
            [name] => out[name.as_str()] = value.clone(),
            [table, name] => out[table.as_str()][name.as_str()] = value.clone(),
            _ => {}
        }
    }
    out
}
