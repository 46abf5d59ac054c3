//! A text with placeholders, compiled: literal bytes and slots.

use http::HeaderName;
use huiliu_contract::Misconfigured;

use crate::mistakes::Mistakes;
use crate::pick::Pointer;

/// What a placeholder stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Atom {
    Method,
    Path,
    Query,
    Body,
    Stamp,
    Nonce,
    KeyId,
    Secret,
    /// A constant, by its position.
    Value(usize),
    Header(HeaderName),
    /// A query parameter, decoded.
    Param(Box<str>),
    /// A field of the body.
    Field(Pointer),
    /// What a step yields.
    Step(usize),
    /// The name of a parameter, in `pair`.
    Name,
    /// The value of a parameter, in `pair`.
    Content,
}

/// A piece of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    Literal(Box<[u8]>),
    Slot(Atom),
}

/// A compiled text.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Text(pub(super) Vec<Piece>);

impl Text {
    /// The slots, in their order.
    pub(super) fn slots(&self) -> impl Iterator<Item = &Atom> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Slot(atom) => Some(atom),
            Piece::Literal(_) => None,
        })
    }

    pub(super) fn reads(&self, wanted: &Atom) -> bool {
        self.slots().any(|atom| atom == wanted)
    }
}

/// What placeholders there are at one place.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) values: &'a [String],
    /// All steps; those at or behind `known` cannot be read yet.
    pub(super) steps: &'a [String],
    pub(super) known: usize,
    pub(super) stamp: bool,
    pub(super) nonce: bool,
    pub(super) keys: bool,
    /// Method, path and query: an answer has none.
    pub(super) request: bool,
    /// Only the name and the value of a parameter.
    pub(super) pair: bool,
    /// Only constants.
    pub(super) constants: bool,
}

impl Names<'_> {
    /// Compiles a text; every mistake in it is told.
    pub(super) fn compile(&self, source: &str, key: &str, wrong: &mut Mistakes) -> Option<Text> {
        let before = wrong.count();
        let mut pieces = Vec::new();
        let mut literal = Vec::new();
        let mut rest = source;
        while let Some(brace) = rest.find(['{', '}']) {
            literal.extend_from_slice(&rest.as_bytes()[..brace]);
            let from = &rest[brace..];
            if from.starts_with("{{") || from.starts_with("}}") {
                literal.push(from.as_bytes()[0]);
                rest = &from[2..];
                continue;
            }
            let Some((name, after)) = from.strip_prefix('{').and_then(|inside| inside.split_once('}')) else {
                wrong.tell(
                    key,
                    "a brace stands alone; write `{{` or `}}` where the brace itself is meant",
                    "大括号不成对;要写大括号本身,请写 {{ 或 }}",
                );
                return None;
            };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal).into()));
            }
            if let Some(atom) = wrong.take(self.atom(name, key)) {
                pieces.push(Piece::Slot(atom));
            }
            rest = after;
        }
        literal.extend_from_slice(rest.as_bytes());
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.into()));
        }
        (wrong.count() == before).then_some(Text(pieces))
    }

    fn atom(&self, name: &str, key: &str) -> Result<Atom, Misconfigured> {
        if self.pair {
            return match name {
                "name" => Ok(Atom::Name),
                "value" => Ok(Atom::Content),
                _ => Err(self.unknown(name, key)),
            };
        }
        if let Some(position) = self.values.iter().position(|known| known == name) {
            return Ok(Atom::Value(position));
        }
        if self.constants {
            return Err(self.unknown(name, key));
        }
        if let Some(position) = self.steps.iter().position(|known| known == name) {
            if position < self.known {
                return Ok(Atom::Step(position));
            }
            return Err(Misconfigured::new(
                key,
                format!("`{{{name}}}` is a step that comes later; a step reads only what stands before it"),
                format!("{{{name}}} 是后面的步骤;只能用前面步骤的结果,请调整顺序"),
            ));
        }
        match name {
            "method" if self.request => return Ok(Atom::Method),
            "path" if self.request => return Ok(Atom::Path),
            "query" if self.request => return Ok(Atom::Query),
            "body" => return Ok(Atom::Body),
            "stamp" if self.stamp => return Ok(Atom::Stamp),
            "nonce" if self.nonce => return Ok(Atom::Nonce),
            "key_id" if self.keys => return Ok(Atom::KeyId),
            "secret" if self.keys => return Ok(Atom::Secret),
            "stamp" | "nonce" => return Err(undeclared(name, name, key)),
            "key_id" | "secret" => return Err(undeclared(name, "keys", key)),
            _ => {}
        }
        if let Some(header) = name.strip_prefix("header.") {
            return HeaderName::try_from(header).map(Atom::Header).map_err(|_| bad_header(header, key));
        }
        if let Some(parameter) = name.strip_prefix("query.").filter(|_| self.request) {
            return Ok(Atom::Param(parameter.into()));
        }
        if let Some(field) = name.strip_prefix("field:") {
            return Pointer::parse(field).map(Atom::Field).map_err(|bad| bad.at_key(key));
        }
        Err(self.unknown(name, key))
    }

    fn known(&self) -> Vec<&str> {
        if self.pair {
            return vec!["name", "value"];
        }
        let values = self.values.iter().map(String::as_str);
        if self.constants {
            return values.collect();
        }
        let request = if self.request { &["method", "path", "query"][..] } else { &[] };
        let mut known: Vec<&str> = request.iter().copied().chain(["body"]).collect();
        let declared = [("stamp", self.stamp), ("nonce", self.nonce), ("key_id", self.keys), ("secret", self.keys)];
        known.extend(declared.into_iter().filter(|(_, there)| *there).map(|(name, _)| name));
        known.extend(values);
        known.extend(self.steps.iter().take(self.known).map(String::as_str));
        known.extend(["header.NAME", "field:PLACE"]);
        known.extend(self.request.then_some("query.NAME"));
        known
    }

    fn unknown(&self, name: &str, key: &str) -> Misconfigured {
        let known = self.known();
        let list = known.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>();
        let shown: String = name.escape_debug().take(60).collect();
        let (meant, meant_zh) = match nearest(name, &known) {
            Some(near) => (format!("; did you mean `{{{near}}}`?"), format!(",是不是 {{{near}}}?")),
            None => Default::default(),
        };
        Misconfigured::new(
            key,
            format!("`{{{shown}}}` is unknown{meant}; known are {}", list.join(", ")),
            format!("没有“{{{shown}}}”这个占位符{meant_zh};可用的有 {}", list.join("、")),
        )
    }
}

/// The word most like the one found, if one is like enough to be meant.
pub(super) fn nearest<'k>(found: &str, known: &[&'k str]) -> Option<&'k str> {
    let likeness = known.iter().map(|word| (strsim::jaro_winkler(&found.to_lowercase(), word), *word));
    likeness.filter(|(likeness, _)| *likeness > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, word)| word)
}

fn undeclared(name: &str, table: &str, key: &str) -> Misconfigured {
    Misconfigured::new(
        key,
        format!("`{{{name}}}` is read, but nothing says what it is; write `{table}`"),
        format!("用了 {{{name}}},却没有写 {table} 说明它是什么"),
    )
}

pub(super) fn bad_header(name: &str, key: &str) -> Misconfigured {
    Misconfigured::new(
        key,
        format!("`{}` is no header name; letters, digits and hyphens are allowed", name.escape_debug()),
        format!("“{name}”不能做请求头的名字;只能用字母、数字和连字符"),
    )
}
