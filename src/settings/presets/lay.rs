//! What of a preset a channel's file takes: tables are laid over one another, everything else is taken whole, and what the
//! file says itself always wins.

use serde_json::{Map, Value};

use crate::settings::walk::{is_choice, named};

/// Keys of one table that take each other's place: who writes one of them has decided against the others.
const INSTEAD: [&[&str]; 6] = [
    &["get", "post"],
    &["days", "hours"],
    &["unit", "hours"],
    &["program", "file"],
    &["since", "slice"],
    &["from", "column", "label", "links_under", "css", "template", "join", "value", "lat"],
];

/// The nodes of `under` that `own` takes, each as the path to a key that `own` has not. `root` is the schema of both.
pub(super) fn adopted(root: &Value, own: &Value, under: &Value) -> Vec<Vec<String>> {
    let mut laying = Laying { root, at: Vec::new(), adopted: Vec::new() };
    if let (Some(own), Some(under)) = (own.as_object(), under.as_object()) {
        laying.table(Some(root), own, under);
    }
    laying.adopted
}

struct Laying<'a> {
    root: &'a Value,
    at: Vec<String>,
    adopted: Vec<Vec<String>>,
}

impl<'a> Laying<'a> {
    fn table(&mut self, schema: Option<&'a Value>, own: &Map<String, Value>, under: &Map<String, Value>) {
        let shared = || under.keys().any(|key| own.contains_key(key));
        if schema.is_some_and(|schema| is_choice(self.root, schema)) && !own.is_empty() && !shared() {
            return; // another way was chosen
        }
        // Entries of free tables mean whatever their writer wants; only keys with a meaning of ours exclude each other.
        let is_rule = self.at.len() == 2 && self.at[0] == "fields";
        for (key, value) in under {
            let known = schema.and_then(|schema| named(self.root, schema, key));
            self.at.push(key.clone());
            match (own.get(key), value) {
                (Some(Value::Object(own)), Value::Object(under)) => self.table(known, own, under),
                (Some(_), _) => {}
                (None, _) if (known.is_some() || is_rule) && is_replaced(key, own) => {}
                (None, _) => self.adopted.push(self.at.clone()),
            }
            self.at.pop();
        }
    }
}

fn is_replaced(key: &str, own: &Map<String, Value>) -> bool {
    INSTEAD.iter().filter(|set| set.contains(&key)).any(|set| set.iter().any(|other| own.contains_key(*other)))
}
