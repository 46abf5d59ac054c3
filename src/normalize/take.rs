//! The first half of a rule: where a value is taken, and how a text is cut to the part that is wanted.

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value;

use super::clean::Clean;
use super::path::Path;
use super::unmappable::Why;

/// Where a value comes from.
#[derive(Debug)]
pub(super) enum Take {
    /// The first of these places where something stands.
    First(Vec<Path>),
    /// A text with places in it.
    Template(Vec<Piece>),
    /// What stands at these places, one after the other.
    Join(Vec<Path>, String),
    /// Always the same.
    Constant(String),
    /// Two numbers at two places: latitude, longitude.
    Pair(Path, Path),
}

#[derive(Debug)]
pub(super) enum Piece {
    Text(String),
    Place(Path),
}

/// What is done to a text before a value is made of it.
#[derive(Debug)]
pub(super) enum Step {
    Clean(Clean),
    /// The word behind a mark.
    After(String),
    /// The first group of an expression, or all it matches if it has none.
    Find(Regex),
    /// One part of several, counted from 1, or from the end if negative.
    Part(String, i32),
}

/// A text that was taken and the place where it stood.
pub(super) type Found<'r, 'v> = (Cow<'v, str>, Cow<'r, str>);

/// The place and the reason of a failure.
pub(super) type Wrong<'r> = (Cow<'r, str>, Why);

/// A place as its writer named it.
pub(super) fn place(path: &Path) -> Cow<'_, str> {
    Cow::Borrowed(&path.written)
}

impl Take {
    /// The text that is taken and where it stood; nothing if there is none, or if it is only blanks.
    pub(super) fn text<'r: 'v, 'v>(&'r self, document: &'v Value) -> Result<Option<Found<'r, 'v>>, Wrong<'r>> {
        let at = |path: &'r Path| one(path.find(document)).map_err(|why| (place(path), why));
        match self {
            Self::First(paths) => {
                for path in paths {
                    if let Some(text) = at(path)? {
                        return Ok(Some((text, place(path))));
                    }
                }
                Ok(None)
            }
            Self::Constant(text) => Ok(Some((Cow::Borrowed(text), Cow::Borrowed("")))),
            Self::Template(pieces) => {
                let (mut out, mut any) = (String::new(), false);
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => out.push_str(text),
                        Piece::Place(path) => {
                            if let Some(text) = at(path)? {
                                any = true;
                                out.push_str(&text);
                            }
                        }
                    }
                }
                Ok(any.then_some((Cow::Owned(out), Cow::Borrowed(""))))
            }
            Self::Join(paths, with) => {
                let mut out = String::new();
                for path in paths {
                    if let Some(text) = at(path)? {
                        if !out.is_empty() {
                            out.push_str(with);
                        }
                        out.push_str(&text);
                    }
                }
                Ok((!out.is_empty()).then_some((Cow::Owned(out), Cow::Borrowed(""))))
            }
            Self::Pair(..) => Ok(None),
        }
    }

    /// The places that are read, as its writer named them.
    pub(super) fn named(&self) -> Cow<'_, str> {
        match self {
            Self::First(paths) if paths.len() == 1 => place(&paths[0]),
            Self::First(paths) | Self::Join(paths, _) => {
                Cow::Owned(paths.iter().map(|path| path.written.as_str()).collect::<Vec<_>>().join(", "))
            }
            Self::Template(pieces) => {
                let places = pieces.iter().filter_map(|piece| match piece {
                    Piece::Place(path) => Some(path.written.as_str()),
                    Piece::Text(_) => None,
                });
                Cow::Owned(places.collect::<Vec<_>>().join(", "))
            }
            Self::Constant(_) => Cow::Borrowed(""),
            Self::Pair(lat, lng) => Cow::Owned(format!("{}, {}", lat.written, lng.written)),
        }
    }
}

/// One value as text. Nothing, `null` and blanks are nothing; a list or an object is not one value.
pub(super) fn one(value: Option<&Value>) -> Result<Option<Cow<'_, str>>, Why> {
    Ok(match value {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        Some(Value::String(text)) => Some(Cow::Borrowed(text)),
        Some(Value::Bool(true)) => Some(Cow::Borrowed("true")),
        Some(Value::Bool(false)) => Some(Cow::Borrowed("false")),
        Some(Value::Number(number)) => Some(Cow::Owned(number.to_string())),
        Some(Value::Array(_)) => return Err(Why::NotOne("a list")),
        Some(Value::Object(_)) => return Err(Why::NotOne("an object")),
    })
}

/// Runs the steps; nothing if one of them leaves nothing.
pub(super) fn cut<'v>(steps: &[Step], text: Cow<'v, str>) -> Option<Cow<'v, str>> {
    let mut text = text;
    for step in steps {
        text = match step {
            Step::Clean(clean) => clean.apply(text),
            Step::After(mark) => Cow::Owned(word_after(&text, mark)?.to_owned()),
            Step::Find(regex) => {
                let found = regex.captures(&text)?;
                Cow::Owned(found.get(1).or_else(|| found.get(0))?.as_str().to_owned())
            }
            Step::Part(split, which) => Cow::Owned(part(&text, split, *which)?.to_owned()),
        };
        if text.trim().is_empty() {
            return None;
        }
    }
    Some(text)
}

/// The word behind a mark: colons, blanks and brackets in between are passed over; it ends at a blank or a
/// punctuation mark.
fn word_after<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(mark)?;
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":：=为是[【(（".contains(c));
    let end = rest.find(|c: char| c.is_whitespace() || ",，.。;；、]】)）".contains(c)).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|word| !word.is_empty())
}

pub(super) fn parts<'t>(text: &'t str, split: &'t str) -> impl DoubleEndedIterator<Item = &'t str> {
    let parts: Vec<&str> = text.split(split).map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.into_iter()
}

fn part<'t>(text: &'t str, split: &'t str, which: i32) -> Option<&'t str> {
    let at = usize::try_from(which.unsigned_abs()).ok()?.checked_sub(1)?;
    if which > 0 { parts(text, split).nth(at) } else { parts(text, split).nth_back(at) }
}

/// The first of the places where a list stands, its entries as levels; nothing if the first value is none.
pub(super) fn first_list<'p>(paths: &'p [Path], document: &Value) -> Option<(&'p Path, Result<Vec<String>, Why>)> {
    for path in paths {
        match path.find(document) {
            Some(Value::Array(list)) if !list.is_empty() => {
                let levels = list.iter().filter_map(|level| one(Some(level)).transpose());
                return Some((path, levels.map(|level| level.map(Cow::into_owned)).collect()));
            }
            Some(value) if !matches!(one(Some(value)), Ok(None)) => return None,
            _ => {}
        }
    }
    None
}
