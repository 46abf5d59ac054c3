//! One compiled rule: where it takes its value, what it does to it, what it makes of it. Nothing in here
//! can fail for a reason that could have been known when the channel was loaded.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::date::Format;
use super::field::{Field, Made};
use super::files::Files;
use super::path::Path;
use super::take::{Step, Take, Wrong, cut, first_list, one, parts, place};
use super::unmappable::Why;
use crate::ticket::{Category, Coordinates, Deadline, Instruction, MatterType, Sex};

/// A compiled rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) field: Field,
    /// What is quoted of it when it fails.
    pub(super) short: String,
    pub(super) take: Take,
    pub(super) steps: Vec<Step>,
    pub(super) make: Make,
    pub(super) required: bool,
    /// Whether its writer says that it may be missing.
    pub(super) optional: bool,
    /// Taken where the source has nothing.
    pub(super) fallback: Option<String>,
}

/// What is made of a text.
#[derive(Debug)]
pub(super) enum Make {
    Text,
    Coded(Table<String>),
    Type { legal: Vec<String> },
    CodedType(Table<MatterType>),
    Sex,
    CodedSex(Table<Sex>),
    Flag,
    CodedFlag(Table<bool>),
    Time(Dates),
    Deadline(Option<Dates>),
    Path { split: Option<String>, table: Option<Table<Vec<String>>> },
    Files(Files),
    Point { split: String, lat_first: bool },
    Instruction { by: Option<Path>, at: Option<(Path, Dates)> },
}

/// A code table for one sort of value.
#[derive(Debug)]
pub(super) struct Table<T> {
    pub(super) name: String,
    pub(super) codes: HashMap<String, T>,
    pub(super) default: Option<T>,
}

/// How times are read.
#[derive(Debug)]
pub(super) struct Dates {
    pub(super) formats: Vec<Format>,
    pub(super) zone: TimeZone,
}

impl Rule {
    /// What the rule yields for a document: a value, nothing, or why it cannot.
    pub(super) fn run<'r>(&'r self, document: &Value) -> Result<Option<Made>, Wrong<'r>> {
        let made = match (&self.make, &self.take) {
            (Make::Files(files), Take::First(paths)) => files.read(paths, document)?,
            (Make::Path { .. }, Take::First(paths)) => match first_list(paths, document) {
                Some((path, levels)) => {
                    Some(self.category(levels.map_err(|why| (place(path), why))?).map_err(|why| (place(path), why))?)
                }
                None => self.worded(document)?,
            },
            (_, Take::Pair(lat, lng)) => point_at(lat, lng, document)?,
            _ => self.worded(document)?,
        };
        if made.is_none() && self.required {
            return Err((self.take.named(), Why::Missing));
        }
        Ok(made)
    }

    fn worded<'r>(&'r self, document: &Value) -> Result<Option<Made>, Wrong<'r>> {
        let Some((text, from)) = self.take.text(document)? else {
            return match &self.fallback {
                Some(text) => self.made(Cow::Borrowed(text)).map_err(|why| (self.take.named(), why)),
                None => Ok(self.default()),
            };
        };
        let Some(text) = cut(&self.steps, text) else {
            return if self.required { Err((from, Why::NoMatch)) } else { Ok(self.default()) };
        };
        let from = if from.is_empty() { self.take.named() } else { from };
        if let Make::Instruction { by, at } = &self.make {
            return instruction(text.into_owned(), by.as_ref(), at.as_ref(), document).map(Some);
        }
        self.made(text).map_err(|why| (from, why))
    }

    /// What a table yields where the source has nothing.
    fn default(&self) -> Option<Made> {
        match &self.make {
            Make::Coded(table) => table.default.clone().map(Made::Text),
            Make::CodedType(table) => table.default.clone().map(Made::Type),
            Make::CodedSex(table) => table.default.map(Made::Sex),
            Make::CodedFlag(table) => table.default.map(Made::Flag),
            _ => None,
        }
    }

    fn made(&self, text: Cow<'_, str>) -> Result<Option<Made>, Why> {
        let word = text.trim();
        Ok(Some(match &self.make {
            Make::Text => Made::Text(text.into_owned()),
            Make::Coded(table) => Made::Text(table.look(&text)?.clone()),
            Make::Type { legal } if legal.iter().any(|known| known == word) => Made::Type(MatterType(word.to_owned())),
            Make::Type { legal } => return Err(Why::NotAllowed { allowed: legal.join(" ") }),
            Make::CodedType(table) => Made::Type(table.look(&text)?.clone()),
            Make::Sex => {
                Made::Sex(Sex::from_word(word).ok_or_else(|| Why::NotAllowed { allowed: Sex::WORDS.join(" ") })?)
            }
            Make::CodedSex(table) => Made::Sex(*table.look(&text)?),
            Make::Flag => Made::Flag(flag(word).ok_or_else(|| Why::NotAllowed { allowed: "true false 是 否".into() })?),
            Make::CodedFlag(table) => Made::Flag(*table.look(&text)?),
            Make::Time(dates) => Made::Time(dates.read(word, false)?),
            Make::Deadline(dates) => {
                let computed = dates.as_ref().map(|dates| dates.read(word, true)).transpose()?;
                Made::Deadline(Deadline { computed, verbatim: Some(text.into_owned()), rule: None })
            }
            Make::Path { split, .. } => {
                let levels = match split {
                    Some(split) => parts(&text, split).map(str::to_owned).collect(),
                    None => vec![word.to_owned()],
                };
                return self.category(levels).map(Some);
            }
            Make::Point { split, lat_first } => return point(word, split, *lat_first).map(Some),
            Make::Files(_) | Make::Instruction { .. } => return Ok(None),
        }))
    }

    fn category(&self, levels: Vec<String>) -> Result<Made, Why> {
        if levels.len() > Category::LEVELS {
            return Err(Why::TooDeep(levels.len()));
        }
        let mapped = match &self.make {
            Make::Path { table: Some(table), split } => {
                let whole = levels.join(split.as_deref().unwrap_or("/"));
                table.look(&whole)?.clone()
            }
            _ => Vec::new(),
        };
        Ok(Made::Path(Category { source: levels, mapped }))
    }
}

fn flag(word: &str) -> Option<bool> {
    match word {
        "true" | "是" => Some(true),
        "false" | "否" => Some(false),
        _ => None,
    }
}

impl<T> Table<T> {
    fn look(&self, code: &str) -> Result<&T, Why> {
        let found = self.codes.get(code).or_else(|| self.codes.get(code.trim())).or(self.default.as_ref());
        found.ok_or_else(|| {
            let mut allowed: Vec<&str> = self.codes.keys().map(String::as_str).collect();
            allowed.sort_unstable();
            Why::NotListed { table: self.name.clone(), allowed: allowed.join(" ") }
        })
    }
}

impl Dates {
    fn read(&self, text: &str, end: bool) -> Result<jiff::Timestamp, Why> {
        let found = self.formats.iter().find_map(|format| format.read(text, &self.zone, end));
        found.ok_or_else(|| Why::NotADate {
            formats: self.formats.iter().map(Format::written).collect::<Vec<_>>().join(" | "),
        })
    }
}

fn degrees(lat: &str, lng: &str) -> Option<Coordinates> {
    let (lat, lng): (f64, f64) = (lat.trim().parse().ok()?, lng.trim().parse().ok()?);
    ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lng)).then_some(Coordinates { lat, lng })
}

fn point(text: &str, split: &str, lat_first: bool) -> Result<Made, Why> {
    let (first, second) = text.split_once(split).ok_or(Why::NotAPoint)?;
    let (lat, lng) = if lat_first { (first, second) } else { (second, first) };
    degrees(lat, lng).map(Made::Point).ok_or(Why::NotAPoint)
}

fn point_at<'r>(lat: &'r Path, lng: &'r Path, document: &Value) -> Result<Option<Made>, Wrong<'r>> {
    let at = |path: &'r Path| one(path.find(document)).map_err(|why| (place(path), why));
    match (at(lat)?, at(lng)?) {
        (Some(y), Some(x)) => match degrees(&y, &x) {
            Some(point) => Ok(Some(Made::Point(point))),
            None => Err((place(lat), Why::NotAPoint)),
        },
        _ => Ok(None),
    }
}

fn instruction<'r>(
    text: String,
    by: Option<&'r Path>,
    at: Option<&'r (Path, Dates)>,
    document: &Value,
) -> Result<Made, Wrong<'r>> {
    let by = match by {
        Some(path) => one(path.find(document)).map_err(|why| (place(path), why))?.map(Cow::into_owned),
        None => None,
    };
    let at = match at {
        Some((path, dates)) => {
            let found = one(path.find(document)).map_err(|why| (place(path), why))?;
            found.map(|text| dates.read(text.trim(), false)).transpose().map_err(|why| (place(path), why))?
        }
        None => None,
    };
    Ok(Made::Instruction(Instruction { by, at, text }))
}
