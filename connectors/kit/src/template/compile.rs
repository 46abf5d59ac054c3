//! From what an operator wrote to a flat list of parts.

use serde_json::Value;

use super::{BadTemplate, Flaw, Part, Place, Template};

/// Literal bytes are gathered until a slot comes, so that neighbours melt into one part.
struct Builder<'n> {
    names: &'n [&'n str],
    parts: Vec<Part>,
    open: Vec<u8>,
    path: Vec<String>,
}

/// One piece of a scanned text.
enum Piece<'s> {
    Text(&'s str),
    Slot(usize),
}

pub(super) fn text(source: &str, names: &[&str], place: Place) -> Result<Template, BadTemplate> {
    let mut builder = Builder { names, parts: Vec::new(), open: Vec::new(), path: Vec::new() };
    for piece in builder.scan(source)? {
        match piece {
            Piece::Text(text) => builder.open.extend_from_slice(text.as_bytes()),
            Piece::Slot(name) => builder.slot(name, place),
        }
    }
    Ok(builder.finish())
}

pub(super) fn json(tree: &Value, names: &[&str]) -> Result<Template, BadTemplate> {
    let mut builder = Builder { names, parts: Vec::new(), open: Vec::new(), path: Vec::new() };
    builder.tree(tree)?;
    Ok(builder.finish())
}

impl Builder<'_> {
    fn tree(&mut self, tree: &Value) -> Result<(), BadTemplate> {
        match tree {
            Value::String(text) => self.string(text)?,
            Value::Array(list) => {
                self.open.push(b'[');
                for (position, value) in list.iter().enumerate() {
                    if position > 0 {
                        self.open.push(b',');
                    }
                    self.inside(position.to_string(), value)?;
                }
                self.open.push(b']');
            }
            Value::Object(members) => {
                self.open.push(b'{');
                for (position, (name, value)) in members.iter().enumerate() {
                    if position > 0 {
                        self.open.push(b',');
                    }
                    super::fill::quoted(name, &mut self.open);
                    self.open.push(b':');
                    self.inside(name.clone(), value)?;
                }
                self.open.push(b'}');
            }
            plain => self.open.extend_from_slice(plain.to_string().as_bytes()),
        }
        Ok(())
    }

    fn inside(&mut self, step: String, value: &Value) -> Result<(), BadTemplate> {
        self.path.push(step);
        self.tree(value)?;
        self.path.pop();
        Ok(())
    }

    fn string(&mut self, text: &str) -> Result<(), BadTemplate> {
        let pieces = self.scan(text)?;
        if let [Piece::Slot(name)] = pieces[..] {
            self.slot(name, Place::Whole);
            return Ok(());
        }
        self.open.push(b'"');
        for piece in pieces {
            match piece {
                Piece::Text(text) => super::fill::escaped(text, &mut self.open),
                Piece::Slot(name) => self.slot(name, Place::InString),
            }
        }
        self.open.push(b'"');
        Ok(())
    }

    fn slot(&mut self, name: usize, place: Place) {
        if !self.open.is_empty() {
            self.parts.push(Part::Literal(std::mem::take(&mut self.open).into()));
        }
        self.parts.push(Part::Slot { name, place });
    }

    fn scan<'s>(&self, source: &'s str) -> Result<Vec<Piece<'s>>, BadTemplate> {
        let mut pieces = Vec::new();
        let mut rest = source;
        while let Some(brace) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(brace);
            if !before.is_empty() {
                pieces.push(Piece::Text(before));
            }
            rest = match from.get(..2) {
                Some("{{" | "}}") => {
                    pieces.push(Piece::Text(&from[..1]));
                    &from[2..]
                }
                _ => {
                    let inside = from.strip_prefix('{').ok_or_else(|| self.bad(Flaw::LoneBrace))?;
                    let (name, after) = inside.split_once('}').ok_or_else(|| self.bad(Flaw::LoneBrace))?;
                    pieces.push(Piece::Slot(self.position(name)?));
                    after
                }
            };
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        Ok(pieces)
    }

    fn position(&self, name: &str) -> Result<usize, BadTemplate> {
        self.names.iter().position(|known| *known == name).ok_or_else(|| {
            let known = self.names.iter().map(|&known| known.into()).collect();
            self.bad(Flaw::Unknown { name: name.into(), known })
        })
    }

    fn bad(&self, flaw: Flaw) -> BadTemplate {
        BadTemplate { path: self.path.join("."), flaw }
    }

    fn finish(mut self) -> Template {
        if !self.open.is_empty() {
            self.parts.push(Part::Literal(self.open.into()));
        }
        let literal = self.parts.iter().map(|part| if let Part::Literal(bytes) = part { bytes.len() } else { 0 }).sum();
        Template { parts: self.parts.into(), literal }
    }
}
