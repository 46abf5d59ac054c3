//! Where in a document a rule looks: a bare name, a dotted path or a JSON pointer (RFC 6901). And the
//! set of all places that rules read, from which follows what no rule reads.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// A place in a document, cut into its steps once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Path {
    /// As its writer wrote it; shown when something there is wrong.
    pub(super) written: String,
    /// A name with dots in it may also be one key, as forms have them.
    whole: bool,
    steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Step {
    key: String,
    index: Option<usize>,
}

impl Path {
    /// Reads a path as people write it. Fails for an empty text, an empty step of a dotted path, and a
    /// `~` in a pointer that escapes nothing.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let steps = match text.strip_prefix('/') {
            Some(rest) => rest.split('/').map(unescape).collect::<Option<Vec<_>>>()?,
            None => {
                text.split('.').map(|part| (!part.trim().is_empty()).then(|| part.to_owned())).collect::<Option<_>>()?
            }
        };
        let steps: Vec<Step> = steps.into_iter().map(|key| Step { index: key.parse().ok(), key }).collect();
        let whole = !text.starts_with('/') && steps.len() > 1;
        Some(Self { written: text.to_owned(), whole, steps })
    }

    /// The key of that very name, dots or no dots: the label of a page or the head of a column.
    pub(super) fn label(text: &str) -> Self {
        Self { written: text.to_owned(), whole: false, steps: vec![Step { key: text.to_owned(), index: None }] }
    }

    /// By which names of members what stands there is called: the last on the way that is no position in a list; and the
    /// whole text where a name may have dots in it.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let last = self.steps.iter().rev().find(|step| step.index.is_none()).map(|step| step.key.as_str());
        last.into_iter().chain(self.whole.then_some(self.written.as_str()))
    }

    /// What stands there; `null` stands for nothing.
    pub(super) fn find<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        if self.whole
            && let Some(value) = document.get(&self.written)
        {
            return Some(value).filter(|value| !value.is_null());
        }
        let mut at = document;
        for step in &self.steps {
            at = match at {
                Value::Object(map) => map.get(&step.key)?,
                Value::Array(list) => list.get(step.index?)?,
                _ => return None,
            };
        }
        Some(at).filter(|value| !value.is_null())
    }
}

fn unescape(step: &str) -> Option<String> {
    if !step.contains('~') {
        return Some(step.to_owned());
    }
    let mut out = String::with_capacity(step.len());
    let mut chars = step.chars();
    while let Some(c) = chars.next() {
        match c {
            '~' => match chars.next()? {
                '0' => out.push('~'),
                '1' => out.push('/'),
                _ => return None,
            },
            c => out.push(c),
        }
    }
    Some(out)
}

/// The set of places that are read, as a tree.
#[derive(Default, Debug)]
pub(super) struct Reads {
    whole: bool,
    below: HashMap<String, Reads>,
}

impl Reads {
    /// Adds a place.
    pub(super) fn add(&mut self, path: &Path) {
        if path.whole {
            self.below.entry(path.written.clone()).or_default().whole = true;
        }
        let mut at = self;
        for step in &path.steps {
            at = at.below.entry(step.key.clone()).or_default();
        }
        at.whole = true;
    }

    /// What of a document is read by nobody. Lists of which a part is read count as read.
    pub(super) fn rest(&self, document: &Value) -> Map<String, Value> {
        let Value::Object(map) = document else { return Map::new() };
        let mut out = Map::new();
        for (key, value) in map {
            match self.below.get(key) {
                None if value.is_null() => {}
                None => {
                    out.insert(key.clone(), value.clone());
                }
                Some(below) if below.whole || !value.is_object() => {}
                Some(below) => {
                    let rest = below.rest(value);
                    if !rest.is_empty() {
                        out.insert(key.clone(), Value::Object(rest));
                    }
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_three_ways_to_name_a_place() {
        let document = json!({"a": {"b/c": [10, {"d": 1}]}, "x.y": 2, "标题": "t", "n": null});
        let find = |text: &str| Path::parse(text).unwrap().find(&document).cloned();
        assert_eq!(find("标题"), Some(json!("t")));
        assert_eq!(find("/a/b~1c/1/d"), Some(json!(1)));
        assert_eq!(find("a.b/c.0"), Some(json!(10)));
        assert_eq!(find("x.y"), Some(json!(2)));
        assert_eq!(find("n"), None);
        assert_eq!(Path::label("x.y").find(&document), Some(&json!(2)));
        for bad in ["", "a..b", "/a~2", "/~"] {
            assert_eq!(Path::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_nobody_reads_is_the_rest() {
        let mut reads = Reads::default();
        for path in ["title", "reporter.name", "/loc/district", "files.0.name"] {
            reads.add(&Path::parse(path).unwrap());
        }
        let rest = reads.rest(&json!({
            "title": "t", "reporter": {"name": "n", "age": 3}, "loc": {"district": 1}, "files": [{"name": "a"}],
            "extend1": "x", "empty": null
        }));
        assert_eq!(Value::Object(rest), json!({"reporter": {"age": 3}, "extend1": "x"}));
    }

    proptest! {
        #[test]
        fn no_path_panics(text in ".{0,20}") {
            if let Some(path) = Path::parse(&text) {
                let _ = path.find(&json!({"a": [1]}));
            }
        }
    }
}
