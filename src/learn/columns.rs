//! The columns of a sample: every place of an item that holds a value, over all items.

use std::collections::BTreeMap;

use serde_json::Value;

/// A place within items and what stands there.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Column {
    /// The members on the way to it.
    pub(super) path: Vec<String>,
    /// What it is called: its member's name, with the name around it where that says more.
    pub(super) name: String,
    /// What stands there in each item; null where there is nothing.
    pub(super) values: Vec<Value>,
}

/// Members around others that say nothing of them.
const WRAPPERS: [&str; 16] = [
    "data", "info", "detail", "item", "order", "letter", "ticket", "record", "result", "body", "payload", "base",
    "request", "row", "issue", "main",
];

/// How deep members of members are looked at.
const DEEP: usize = 6;

impl Column {
    /// How rules name the place: a bare name, a dotted path or a JSON pointer.
    pub(super) fn written(&self) -> String {
        written(&self.path)
    }

    /// Whether nothing stands there in any item.
    pub(super) fn is_empty(&self) -> bool {
        let nothing = |value: &Value| match value {
            Value::Array(list) => list.is_empty(),
            other => text(other).is_none() && !other.is_object(),
        };
        self.values.iter().all(nothing)
    }

    /// Texts that are there, trimmed and not empty; numbers and booleans as they are written.
    pub(super) fn texts(&self) -> Vec<String> {
        self.values.iter().filter_map(text).collect()
    }
}

/// A place as rules name it.
pub(super) fn written(path: &[String]) -> String {
    let simple = |name: &String| {
        !name.is_empty() && name.trim() == name && !name.contains(['.', '/', '~']) && name.parse::<usize>().is_err()
    };
    if path.iter().all(simple) && !path.is_empty() { path.join(".") } else { pointer(path) }
}

/// A place as a JSON pointer (RFC 6901); empty for the whole document.
pub(super) fn pointer(path: &[String]) -> String {
    path.iter().map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
}

/// A value as text; none where there is nothing to read.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Every column of these items, by place. Lists stand for themselves: they are not gone into.
pub(super) fn columns(items: &[Value]) -> Vec<Column> {
    let mut found: BTreeMap<Vec<String>, Vec<Value>> = BTreeMap::new();
    for (n, item) in items.iter().enumerate() {
        leaves(item, &mut Vec::new(), &mut |path, value| {
            let values = found.entry(path.to_vec()).or_insert_with(|| vec![Value::Null; items.len()]);
            if let Some(slot) = values.get_mut(n) {
                slot.clone_from(value);
            }
        });
    }
    let named = |path: &[String]| {
        let own = path.last().map(|name| name.trim_start_matches('@')).unwrap_or_default();
        let around = path.len().checked_sub(2).and_then(|at| path.get(at)).filter(|_| own.is_ascii());
        match around {
            _ if own == "#text" => around.cloned().unwrap_or_default(),
            Some(around) if !WRAPPERS.contains(&around.to_lowercase().as_str()) => format!("{around}_{own}"),
            _ => own.to_owned(),
        }
    };
    found.into_iter().map(|(path, values)| Column { name: named(&path), path, values }).collect()
}

fn leaves(value: &Value, path: &mut Vec<String>, see: &mut impl FnMut(&[String], &Value)) {
    match value {
        Value::Object(members) if path.len() < DEEP => {
            for (name, member) in members {
                path.push(name.clone());
                leaves(member, path, see);
                path.pop();
            }
        }
        _ if path.is_empty() => {}
        other => see(path, other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_written_as_rules_read_them() {
        let items = [
            json!({ "caller": { "phone": "1", "@no": 2 }, "data": { "bt": "x" }, "a.b": [1], "0": true }),
            json!({ "data": { "bt": null } }),
        ];
        let columns = columns(&items);
        let told: Vec<_> = columns.iter().map(|column| (column.written(), column.name.as_str())).collect();
        let told: Vec<_> = told.iter().map(|(at, name)| (at.as_str(), *name)).collect();
        assert_eq!(
            told,
            [
                ("/0", "0"),
                ("/a.b", "a.b"),
                ("caller.@no", "caller_no"),
                ("caller.phone", "caller_phone"),
                ("data.bt", "bt")
            ]
        );
        assert_eq!(columns[4].texts(), ["x"]);
        assert_eq!((pointer(&[]), pointer(&["a/b".into()])), (String::new(), "/a~1b".into()));
    }
}
