//! Checks a value against a JSON Schema as schemars renders it, every mistake at once and in the reader's words.
//! It knows the part of JSON Schema that our types use; it is no validator for schemas of others.

mod choose;
mod schema;
mod words;

use std::cell::RefCell;
use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value};

use super::document::{Document, join};
use super::{Mistake, Text};

pub(super) use schema::{coerce, is_choice, meaning, named, nearest, possible_keys, table_behind, types, views};
pub(super) use words::allowed;

/// Where keys stand: in one file, or in several layers.
pub(super) trait Places {
    /// A mistake at the value of a dotted key, or at the nearest table around it.
    fn at_value(&self, key: &str, problem: Text) -> Mistake;
    /// A mistake at a dotted key itself.
    fn at_key(&self, key: &str, problem: Text) -> Mistake;
    /// A mistake about a key that is missing in the table of a dotted key.
    fn at_missing(&self, key: &str, problem: Text) -> Mistake {
        self.at_key(key, problem)
    }
    /// Whether a bare date or time stands there.
    fn is_moment(&self, key: &str) -> bool;
}

impl Places for Document {
    fn at_value(&self, key: &str, problem: Text) -> Mistake {
        self.mistake(key, problem)
    }

    fn at_key(&self, key: &str, problem: Text) -> Mistake {
        self.mistake_of_key(key, problem)
    }

    fn at_missing(&self, key: &str, problem: Text) -> Mistake {
        self.mistake_of_missing(key, problem)
    }

    fn is_moment(&self, key: &str) -> bool {
        Document::is_moment(self, key)
    }
}

/// A schema, ready to check any number of values; patterns are compiled when first met, and once.
pub(super) struct Check {
    root: Value,
    patterns: RefCell<BTreeMap<String, Option<Regex>>>,
}

impl Check {
    pub(super) fn new(root: Value) -> Self {
        Self { root, patterns: RefCell::default() }
    }

    pub(super) fn root(&self) -> &Value {
        &self.root
    }

    /// All mistakes of a value.
    pub(super) fn whole(&self, value: &Value, places: &dyn Places) -> Vec<Mistake> {
        told(Walker { check: self, root: &self.root, places, complete: true, mistakes: Vec::new() }, value)
    }

    /// All mistakes of a layer that need not be complete: nothing is missing yet.
    pub(super) fn layer(&self, value: &Value, places: &dyn Places) -> Vec<Mistake> {
        told(Walker { check: self, root: &self.root, places, complete: false, mistakes: Vec::new() }, value)
    }

    fn matches(&self, pattern: &str, text: &str) -> bool {
        let mut known = self.patterns.borrow_mut();
        let regex = known.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok());
        regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

fn told(mut walker: Walker<'_>, value: &Value) -> Vec<Mistake> {
    walker.node(value, walker.root, "");
    let mut mistakes = walker.mistakes;
    let mut seen = std::collections::BTreeSet::new();
    mistakes.retain(|mistake| seen.insert((mistake.key.clone(), mistake.problem.en.clone())));
    mistakes.sort_by_key(|mistake| mistake.place);
    mistakes
}

struct Walker<'a> {
    check: &'a Check,
    root: &'a Value,
    places: &'a dyn Places,
    complete: bool,
    mistakes: Vec<Mistake>,
}

impl<'a> Walker<'a> {
    fn node(&mut self, value: &Value, schema: &'a Value, at: &str) {
        let views = schema::views(self.root, schema);
        if !self.types(value, schema, &views, at) {
            return;
        }
        for view in &views {
            self.choices(value, view, schema, at);
            match value {
                Value::String(text) => self.text(text, schema, view, at),
                Value::Number(number) => self.number(number, schema, view, at),
                Value::Array(list) => self.list(list, schema, view, at),
                Value::Object(table) => self.table(table, view, at),
                Value::Bool(_) | Value::Null => {}
            }
            for part in branches(view, "allOf") {
                self.node(value, part, at);
            }
            for word in ["anyOf", "oneOf"] {
                let ways: Vec<&'a Value> = branches(view, word).filter(|way| !schema::is_null(way)).collect();
                self.one_of(value, &ways, schema, at);
            }
        }
    }

    /// Whether the value is of a type that every view allows.
    fn types(&mut self, value: &Value, schema: &'a Value, views: &[&'a Map<String, Value>], at: &str) -> bool {
        let moment = value.is_string() && self.places.is_moment(at);
        for view in views {
            let wanted = schema::types(view);
            let dated = moment && !matches!(view.get("format").and_then(Value::as_str), Some("date" | "date-time"));
            let free = wanted.is_empty();
            if !free && (dated || !wanted.iter().any(|name| schema::is_of(value, name))) {
                let problem = words::wrong_type(value, moment, &wanted);
                let mistake = self.places.at_value(at, problem);
                self.mistakes.push(words::with_form(mistake, self.root, schema));
                return false;
            }
        }
        true
    }

    /// `enum` and `const`.
    fn choices(&mut self, value: &Value, view: &'a Map<String, Value>, schema: &'a Value, at: &str) {
        let single = view.get("const").map(std::slice::from_ref);
        let many = view.get("enum").and_then(Value::as_array).map(Vec::as_slice);
        let Some(allowed) = single.or(many) else { return };
        if !allowed.contains(value) {
            let options = allowed.iter().filter_map(Value::as_str).map(|word| (word.to_owned(), None)).collect();
            self.not_allowed(value, options, schema, at);
        }
    }

    fn not_allowed(&mut self, value: &Value, options: Vec<(String, Option<String>)>, schema: &Value, at: &str) {
        let meaning = schema::meaning(self.root, schema);
        let mistake = self.places.at_value(at, words::not_allowed(value, meaning.zh.as_deref()));
        self.mistakes.push(mistake.remedy(words::allowed(value.as_str().unwrap_or_default(), &options)));
    }

    fn text(&mut self, text: &str, schema: &'a Value, view: &'a Map<String, Value>, at: &str) {
        let length = text.chars().count() as u64;
        let bound = |name: &str| view.get(name).and_then(Value::as_u64);
        if bound("minLength").is_some_and(|least| length < least) {
            self.mistakes.push(self.places.at_value(at, words::too_short(length)));
        } else if let Some(most) = bound("maxLength").filter(|most| length > *most) {
            self.mistakes.push(self.places.at_value(at, words::too_long(length, most)));
        }
        let pattern = view.get("pattern").and_then(Value::as_str);
        let format = view.get("format").and_then(Value::as_str);
        let wrong = pattern.is_some_and(|pattern| !self.check.matches(pattern, text));
        if wrong || format.is_some_and(|name| !schema::fits(name, text)) {
            let mistake = self.places.at_value(at, words::wrong_form(text));
            self.mistakes.push(words::with_form(mistake, self.root, schema));
        }
    }

    fn number(&mut self, number: &serde_json::Number, schema: &'a Value, view: &'a Map<String, Value>, at: &str) {
        let Some(found) = number.as_f64() else { return };
        let bound = |name: &str| view.get(name).filter(|bound| bound.is_number());
        let (least, most) = (bound("minimum"), bound("maximum"));
        let below = least.and_then(Value::as_f64).is_some_and(|least| found < least);
        let above = most.and_then(Value::as_f64).is_some_and(|most| found > most);
        if below || above {
            let meaning = schema::meaning(self.root, schema);
            let problem = words::out_of_range(number, meaning.zh.as_deref());
            self.mistakes.push(self.places.at_value(at, problem).remedy(words::range(least, most)));
        }
    }

    fn list(&mut self, list: &[Value], schema: &'a Value, view: &'a Map<String, Value>, at: &str) {
        if let Some(items) = view.get("items") {
            for (n, item) in list.iter().enumerate() {
                self.node(item, items, &join(at, &n.to_string()));
            }
        }
        let bound = |name: &str| view.get(name).and_then(Value::as_u64);
        let count = list.len() as u64;
        let (least, most) = (bound("minItems"), bound("maxItems"));
        if least.is_some_and(|least| count < least) || most.is_some_and(|most| count > most) {
            let mistake = self.places.at_value(at, words::wrong_count(count, least, most));
            self.mistakes.push(words::with_form(mistake, self.root, schema));
        }
    }

    fn table(&mut self, table: &Map<String, Value>, view: &'a Map<String, Value>, at: &str) {
        let known = view.get("properties").and_then(Value::as_object);
        let others = view.get("additionalProperties").or_else(|| view.get("unevaluatedProperties"));
        for (key, value) in table {
            let place = join(at, key);
            match (known.and_then(|known| known.get(key)), others) {
                (Some(schema), _) => self.node(value, schema, &place),
                (None, Some(Value::Bool(false))) => {
                    let names = schema::keys_of(self.root, view);
                    if names.iter().any(|name| name.0 == *key) {
                        continue; // a flattened branch has it, and checks it there
                    }
                    let names: Vec<_> = names.into_iter().filter(|name| !table.contains_key(&name.0)).collect();
                    self.mistakes.push(self.unknown(key, &place, &names));
                }
                (None, Some(schema @ Value::Object(_))) => self.node(value, schema, &place),
                (None, _) => {}
            }
        }
        let required = view.get("required").filter(|_| self.complete).and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str).filter(|name| !table.contains_key(*name)) {
            let schema = known.and_then(|known| known.get(name));
            let meaning = schema.map(|schema| schema::meaning(self.root, schema)).unwrap_or_default();
            let is_table = schema.is_some_and(|schema| schema::is_table(self.root, schema));
            let mut mistake = self.places.at_missing(at, words::missing(name, is_table, &meaning));
            mistake.key = join(at, name);
            self.mistakes.push(mistake);
        }
    }

    fn unknown(&self, key: &str, place: &str, names: &[(String, Option<String>)]) -> Mistake {
        let remedy = match words::would_not_look(key) && names.iter().any(|name| name.0 == "ca_file") {
            true => words::no_blind_trust(),
            false => words::allowed(key, names),
        };
        self.places.at_key(place, words::unknown(key)).remedy(remedy)
    }
}

fn branches<'a>(view: &'a Map<String, Value>, word: &str) -> impl Iterator<Item = &'a Value> {
    view.get(word).and_then(Value::as_array).into_iter().flatten()
}
