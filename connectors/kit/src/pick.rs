//! Values out of documents, by a place compiled once. It finds; it never converts or invents.

use std::borrow::Cow;
use std::fmt;

use huiliu_contract::Misconfigured;
use serde_json::Value;

/// A place in a JSON document: a JSON pointer `/data/rows/0` (RFC 6901), a top-level name `orderNo`, or
/// a dotted path `data.rows`. The empty text is the whole document.
#[derive(Clone, PartialEq, Eq)]
pub struct Pointer {
    written: Box<str>,
    steps: Box<[Step]>,
}

#[derive(Clone, PartialEq, Eq)]
struct Step {
    name: Box<str>,
    /// The same step as a position in a list, when it is a whole number without leading zeros.
    index: Option<usize>,
}

/// Why a text is no [`Pointer`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadPointer {
    /// Two dots in a row, or a dot at an end.
    #[error("`{0}` has an empty step; write `/a/b`, `a.b` or a bare name")]
    EmptyStep(String),
    /// `~` stands before something else than 0 or 1.
    #[error("`{0}` holds a lone `~`; in a JSON pointer write `~0` for `~` and `~1` for `/`")]
    BadEscape(String),
}

impl BadPointer {
    /// The same at a key of the configuration, in both languages.
    pub fn at_key(&self, key: &str) -> Misconfigured {
        let zh = match self {
            Self::EmptyStep(text) => format!("“{text}”里有空的一段;应写成 /a/b、a.b 或一个名字"),
            Self::BadEscape(text) => format!("“{text}”里有单独的 ~;~ 要写成 ~0,/ 要写成 ~1"),
        };
        Misconfigured::new(key, self.to_string(), zh)
    }
}

impl Pointer {
    /// Compiles the written form.
    pub fn parse(written: &str) -> Result<Self, BadPointer> {
        let names: Vec<Cow<'_, str>> = match written.strip_prefix('/') {
            Some(rest) => rest.split('/').map(unescape).collect::<Option<_>>(),
            None if written.is_empty() => Some(Vec::new()),
            None => Some(written.split('.').map(Cow::Borrowed).collect()),
        }
        .ok_or_else(|| BadPointer::BadEscape(written.into()))?;
        if !written.starts_with('/') && names.iter().any(|name| name.is_empty()) {
            return Err(BadPointer::EmptyStep(written.into()));
        }
        let steps = names.into_iter().map(|name| Step { index: position(&name), name: name.into() }).collect();
        Ok(Self { written: written.into(), steps })
    }

    /// The value at this place; none where the document has no such place.
    pub fn get<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        self.steps.iter().try_fold(document, |value, step| match value {
            Value::Object(members) => members.get(&*step.name),
            Value::Array(list) => list.get(step.index?),
            _ => None,
        })
    }

    /// The value at this place, to be changed or taken out.
    pub fn get_mut<'v>(&self, document: &'v mut Value) -> Option<&'v mut Value> {
        self.steps.iter().try_fold(document, |value, step| match value {
            Value::Object(members) => members.get_mut(&*step.name),
            Value::Array(list) => list.get_mut(step.index?),
            _ => None,
        })
    }

    /// As the operator wrote it.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

fn unescape(step: &str) -> Option<Cow<'_, str>> {
    if !step.contains('~') {
        return Some(Cow::Borrowed(step));
    }
    let plain = step.replace("~1", "\u{0}").replace("~0", "\u{1}");
    (!plain.contains('~')).then(|| Cow::Owned(plain.replace('\u{0}', "/").replace('\u{1}', "~")))
}

fn position(name: &str) -> Option<usize> {
    let plain = name == "0" || (!name.starts_with('0') && name.bytes().all(|b| b.is_ascii_digit()));
    if plain { name.parse().ok() } else { None }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.written.is_empty() { "(the whole document)" } else { &self.written })
    }
}

impl fmt::Debug for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.written, f)
    }
}

/// A text, number or boolean as text; none for null, lists and objects.
pub fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(true) => Some(Cow::Borrowed("true")),
        Value::Bool(false) => Some(Cow::Borrowed("false")),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What sort of value this is, in words for an error; never the value itself.
pub fn sort_of(value: Option<&Value>) -> &'static str {
    match value {
        None => "nothing",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "true or false",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "text",
        Some(Value::Array(_)) => "a list",
        Some(Value::Object(_)) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn at<'v>(written: &str, document: &'v Value) -> Option<&'v Value> {
        Pointer::parse(written).unwrap().get(document)
    }

    #[test]
    fn three_ways_to_write_one_place() {
        let page = json!({ "data": { "rows": [{ "orderNo": "A1" }], "a/b": 1, "m~n": 2 }, "total": 7, "x.y": 0 });
        assert_eq!(at("/data/rows/0/orderNo", &page), Some(&json!("A1")));
        assert_eq!(at("data.rows.0.orderNo", &page), Some(&json!("A1")));
        assert_eq!(at("total", &page), Some(&json!(7)));
        assert_eq!(at("", &page), Some(&page));
        assert_eq!(at("/data/a~1b", &page), Some(&json!(1)));
        assert_eq!(at("/data/m~0n", &page), Some(&json!(2)));
        assert_eq!(at("/x.y", &page), Some(&json!(0)), "a pointer does not split at dots");
        assert_eq!(at("/data/rows/00", &page), None, "RFC 6901 knows no leading zeros");
        assert_eq!(at("data.rows.x", &page), None);
    }

    #[test]
    fn a_wrong_place_names_the_remedy() {
        for wrong in ["a..b", ".a", "a.", "."] {
            assert_eq!(Pointer::parse(wrong), Err(BadPointer::EmptyStep(wrong.into())));
        }
        for wrong in ["/a~", "/a~2b"] {
            let bad = Pointer::parse(wrong).unwrap_err();
            assert!(bad.to_string().contains("~0"));
            assert_eq!(bad.at_key("poll.list.items").key, "poll.list.items");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(steps in prop::collection::vec("[a-c0-2~/]{0,3}", 0..4), document in tree()) {
            let written: String =
                steps.iter().map(|s| format!("/{}", s.replace('~', "~0").replace('/', "~1"))).collect();
            let pointer = Pointer::parse(&written).unwrap();
            prop_assert_eq!(pointer.get(&document), document.pointer(&written));
            let found = pointer.get_mut(&mut document.clone()).cloned();
            prop_assert_eq!(found.as_ref(), document.pointer(&written));
        }

        #[test]
        fn no_text_makes_it_panic(written in "\\PC{0,20}") {
            if let Ok(pointer) = Pointer::parse(&written) {
                pointer.get(&json!({ "a": [1] }));
            }
        }
    }

    fn tree() -> impl Strategy<Value = Value> {
        any::<u8>().prop_map(Value::from).prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c0-2~/]{0,3}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }
}
