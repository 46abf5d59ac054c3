//! Texts and JSON bodies with `{name}` placeholders, compiled once and rendered by one pass over a flat
//! list of parts. A template fills in; it knows no conditions, loops or functions.

mod compile;
mod fill;

use std::fmt;

use huiliu_contract::Misconfigured;
use serde_json::Value;

pub use fill::Filling;

/// A compiled text or JSON body.
///
/// `{name}` stands for a value, `{{` and `}}` for the braces themselves. Which names there are is told
/// when it is compiled; an unknown one is an error then, not a surprise when it is rendered.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    parts: Box<[Part]>,
    /// How many bytes the literal parts have, so that rendering grows its buffer once.
    literal: usize,
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Literal(Box<[u8]>),
    Slot { name: usize, place: Place },
}

/// Where a value is put; it decides how the value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Plain text: headers, query values (the client encodes those), whole texts.
    Text,
    /// A piece of a URL: everything but unreserved characters is percent-encoded (RFC 3986, 2.3).
    Url,
    /// Inside the quotes of a JSON string.
    InString,
    /// In place of a whole JSON value: it keeps its type.
    Whole,
    /// Text or the value of an attribute in XML.
    Xml,
}

/// Why a text is no [`Template`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}{flaw}", prefix(.path))]
pub struct BadTemplate {
    /// Dotted path of the text inside a tree; empty where the template is one text.
    pub path: String,
    /// What is wrong there.
    pub flaw: Flaw,
}

/// What can be wrong with a template.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Flaw {
    /// No value has this name.
    #[error("`{{{name}}}` is unknown; known are {}", list(.known))]
    Unknown {
        /// What was written.
        name: String,
        /// What may be written.
        known: Vec<String>,
    },
    /// `{` without `}`, or the other way round.
    #[error("a brace stands alone; write `{{{{` or `}}}}` where the brace itself is meant")]
    LoneBrace,
}

fn prefix(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("in `{path}`: ") }
}

fn list(known: &[String]) -> String {
    known.iter().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", ")
}

impl BadTemplate {
    /// The same at a key of the configuration, in both languages; a path inside a tree is added to the key.
    pub fn at_key(&self, key: &str) -> Misconfigured {
        let zh = match &self.flaw {
            Flaw::Unknown { name, known } => {
                let known: Vec<_> = known.iter().map(|name| format!("{{{name}}}")).collect();
                format!("没有“{{{name}}}”这个占位符;可用的有 {}", known.join("、"))
            }
            Flaw::LoneBrace => "大括号不成对;要写大括号本身,请写 {{ 或 }}".into(),
        };
        let key = if self.path.is_empty() { key.into() } else { format!("{key}.{}", self.path) };
        Misconfigured::new(key, self.flaw.to_string(), zh)
    }
}

impl Template {
    /// Compiles a plain text (a header, a query value, a whole body that is not JSON).
    pub fn text(source: &str, names: &[&str]) -> Result<Self, BadTemplate> {
        compile::text(source, names, Place::Text)
    }

    /// Compiles an XML document; what is filled in is escaped as text, what is written stays.
    pub fn xml(source: &str, names: &[&str]) -> Result<Self, BadTemplate> {
        compile::text(source, names, Place::Xml)
    }

    /// Compiles a URL or a path; what is filled in is percent-encoded, what is written stays.
    pub fn url(source: &str, names: &[&str]) -> Result<Self, BadTemplate> {
        compile::text(source, names, Place::Url)
    }

    /// Compiles a tree of values into a JSON body. Every text of it may hold placeholders; one that is
    /// exactly one placeholder takes the value with its type. Member names are taken as they are.
    pub fn json(tree: &Value, names: &[&str]) -> Result<Self, BadTemplate> {
        compile::json(tree, names)
    }

    /// Writes the template to the end of `out`. `fillings` stand in the order of the `names` it was
    /// compiled with; one that is missing at the end counts as null.
    pub fn render(&self, fillings: &[Filling<'_>], out: &mut Vec<u8>) {
        out.reserve(self.literal + 32);
        for part in &self.parts {
            match part {
                Part::Literal(bytes) => out.extend_from_slice(bytes),
                Part::Slot { name, place } => fillings.get(*name).unwrap_or(&Filling::NULL).write(*place, out),
            }
        }
    }

    /// Renders into a text of its own. Templates and fillings are UTF-8; raw JSON that is not is
    /// replaced character by character.
    pub fn to_text(&self, fillings: &[Filling<'_>]) -> String {
        let mut out = Vec::new();
        self.render(fillings, &mut out);
        String::from_utf8(out).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned())
    }

    /// Whether the name at this position of `names` is asked for, so that a caller need not prepare what
    /// nobody reads.
    pub fn uses(&self, position: usize) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Slot { name, .. } if *name == position))
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots = self.parts.iter().filter(|part| matches!(part, Part::Slot { .. })).count();
        f.debug_struct("Template").field("parts", &self.parts.len()).field("slots", &slots).finish()
    }
}

#[cfg(test)]
mod tests;
