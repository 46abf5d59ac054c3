//! Where in a document a rule looks: a bare name, a dotted path, a JSON pointer (RFC 6901), or what stands under a label of
//! a page. And the set of all places that rules read, from which follows what no rule reads.

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
    /// Whether it is a visible label of a page.
    pub(super) is_label: bool,
    /// Other places that mean the same, each looked at if nothing stands at those before it.
    others: Vec<Vec<Step>>,
}

/// What a page's document holds besides its labels: markup, links, and what selectors found, each by name.
const MARKUP: &str = "@html";

/// What a reader of mails adds to a letter's own fields: the whole text, the thread, what an answer needs.
const MAIL: &str = "@mail";
const LINKS: &str = "@links";
const SELECTED: &str = "@css";

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
        Some(Self { written: text.to_owned(), whole, steps, is_label: false, others: Vec::new() })
    }

    /// The key of that very name, dots or no dots: the label of a page or the head of a column.
    pub(super) fn label(text: &str) -> Self {
        Self::of(text, vec![vec![text.to_owned()]])
    }

    /// What stands behind a visible label of a page; with `markup`, its markup where there is any. A label is the same
    /// with or without blanks, a colon, a star, and what stands in brackets behind it.
    pub(super) fn shown(text: &str, markup: bool) -> Self {
        let names = names(text);
        let marked = names.iter().filter(|_| markup).map(|name| vec![MARKUP.to_owned(), name.clone()]);
        let ways = marked.chain(names.iter().map(|name| vec![name.clone()])).collect();
        Self { is_label: true, ..Self::of(text, ways) }
    }

    /// The links behind a visible label of a page.
    pub(super) fn links(text: &str) -> Self {
        Self::of(text, names(text).into_iter().map(|name| vec![LINKS.to_owned(), name]).collect())
    }

    /// What a selector of the channel found, by its name there; with `markup`, its markup where there is any.
    pub(super) fn selected(name: &str, markup: bool) -> Self {
        let marked = markup.then(|| vec![MARKUP.to_owned(), name.to_owned()]);
        Self::of(name, marked.into_iter().chain([vec![SELECTED.to_owned(), name.to_owned()]]).collect())
    }

    fn of(written: &str, ways: Vec<Vec<String>>) -> Self {
        let steps = |way: Vec<String>| way.into_iter().map(|key| Step { key, index: None }).collect::<Vec<_>>();
        let mut ways = ways.into_iter().map(steps);
        let steps = ways.next().unwrap_or_default();
        Self { written: written.to_owned(), whole: false, steps, is_label: false, others: ways.collect() }
    }

    /// By which names of members what stands there is called: the last on the way that is no position in a list; and the
    /// whole text where a name may have dots in it.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let ways = std::iter::once(&self.steps).chain(&self.others);
        let last = ways.filter_map(|steps| steps.iter().rev().find(|step| step.index.is_none()));
        last.map(|step| step.key.as_str()).chain(self.whole.then_some(self.written.as_str()))
    }

    /// What stands there; `null` stands for nothing.
    pub(super) fn find<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        if self.whole
            && let Some(value) = document.get(&self.written)
        {
            return Some(value).filter(|value| !value.is_null());
        }
        walked(document, &self.steps).or_else(|| self.others.iter().find_map(|steps| walked(document, steps)))
    }
}

fn walked<'v>(document: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    let mut at = document;
    for step in steps {
        at = match at {
            Value::Object(map) => map.get(&step.key)?,
            Value::Array(list) => list.get(step.index?)?,
            _ => return None,
        };
    }
    Some(at).filter(|value| !value.is_null())
}

/// The names under which a page's document may hold a label, the exact one first.
fn names(label: &str) -> Vec<String> {
    let mut names = vec![label.to_owned()];
    for name in [huiliu_page::folded(label), huiliu_page::bare(label)] {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
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
        for steps in std::iter::once(&path.steps).chain(&path.others) {
            let mut at = &mut *self;
            for step in steps {
                at = at.below.entry(step.key.clone()).or_default();
            }
            at.whole = true;
        }
    }

    /// What of a document is read by nobody. Lists of which a part is read count as read.
    pub(super) fn rest(&self, document: &Value) -> Map<String, Value> {
        let Value::Object(map) = document else { return Map::new() };
        let mut out = Map::new();
        for (key, value) in map {
            match self.below.get(key) {
                None if value.is_null() => {}
                // The markup of what stands under a label is no more than that, nor is what stands around a letter.
                _ if (key == MARKUP || key == MAIL) && value.is_object() => {}
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

    #[test]
    fn labels_of_a_page_are_found_as_people_write_them() {
        let document = json!({
            "联系电话": "138", "附件(最多3个)": "有", "来信内容": "字", "@html": {"来信内容": "<p>字</p>"},
            "@links": {"附件": [{"name": "a", "url": "u"}]}, "@css": {"正文": "t"}
        });
        let shown = |text: &str, markup| Path::shown(text, markup).find(&document).cloned();
        for written in ["联系电话", "联系电话:", "联 系 电 话(必填)", "*联系电话"] {
            assert_eq!(shown(written, false), Some(json!("138")), "{written}");
        }
        assert_eq!(shown("附件(最多3个)", true), Some(json!("有")));
        assert_eq!((shown("来信内容", true), shown("来信内容", false)), (Some(json!("<p>字</p>")), Some(json!("字"))));
        assert_eq!(Path::links("附件:").find(&document).unwrap()[0]["url"], "u");
        assert_eq!(Path::selected("正文", true).find(&document), Some(&json!("t")));
        assert_eq!(
            Path::shown("来信内容:", true).names().collect::<Vec<_>>(),
            ["来信内容:", "来信内容", "来信内容:", "来信内容"]
        );
        let mut reads = Reads::default();
        reads.add(&Path::shown("来信内容", false));
        reads.add(&Path::links("附件"));
        let rest = Value::Object(reads.rest(&document));
        assert_eq!(rest, json!({"联系电话": "138", "附件(最多3个)": "有", "@css": {"正文": "t"}}));
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
