//! Mapping: what a source wrote becomes a draft of the unified ticket. `[fields]` and `[codes]` of a
//! channel are compiled once, with every mistake at its place; then a document is read without any further
//! parsing. A pure room: no clock, no I/O.

mod acts;
mod clean;
mod compile;
mod date;
mod explain;
mod field;
mod files;
mod html;
mod keys;
mod labels;
mod makes;
mod path;
mod reshape;
mod route;
mod rule;
pub mod samples;
mod tables;
mod take;
mod unmappable;
mod written;

#[cfg(test)]
mod mistakes_tests;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod sheet_tests;
#[cfg(test)]
mod tests;

use huiliu_contract::{Attachment, AttachmentSource};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::settings::{ActsTable, RouteTable};
use crate::ticket::{Draft, File, MatterType};
pub use acts::ActOn;
pub use explain::{Explained, Member};
pub use field::{field_names, field_zh};
pub use reshape::Reshape;
pub use unmappable::{Failed, Unmappable};

use acts::Acts;
use path::Reads;
use route::Route;
use rule::Rule;
use unmappable::Why;

/// The moment that a cell of a sheet means, in whichever of the usual ways it is written; a bare day is its beginning.
pub fn moment_written(text: &str, zone: &TimeZone) -> Option<jiff::Timestamp> {
    const WAYS: [&str; 9] = [
        "excel",
        "zh",
        "iso",
        "yyyy-M-d HH:mm:ss",
        "yyyy-M-d HH:mm",
        "yyyy-M-d",
        "yyyy/M/d HH:mm",
        "yyyy/M/d",
        "yyyy.M.d",
    ];
    WAYS.iter().find_map(|way| date::Format::parse(way).ok()?.read(text, zone, false))
}

/// Whether a text is a time written so, as `date` of a rule names it: `yyyy-MM-dd`, `iso`, `unix_ms`, `excel`, `zh` …
pub fn is_written_as(format: &str, text: &str) -> bool {
    date::Format::parse(format).is_ok_and(|format| format.read(text.trim(), &TimeZone::UTC, false).is_some())
}

/// What a mapping stands on besides its own text.
#[derive(Clone, Debug)]
pub struct Basis<'a> {
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// Types (诉求类型) of the site's own, besides the six that are always legal.
    pub types: &'a [String],
    /// Places that the connector reads itself (id, version), as its options name them; they are not
    /// "unknown" fields and so not in `extra`.
    pub elsewhere: &'a [String],
}

impl Default for Basis<'_> {
    /// No own types, nothing read elsewhere, times in UTC.
    fn default() -> Self {
        Self { zone: TimeZone::UTC, types: &[], elsewhere: &[] }
    }
}

impl Basis<'_> {
    fn legal_types(&self) -> Vec<String> {
        let known = MatterType::KNOWN.into_iter().map(str::to_owned);
        known.chain(self.types.iter().cloned()).collect()
    }
}

/// What a mapping yields.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Reading {
    /// The draft of the ticket; for an act, what it says.
    pub draft: Draft,
    /// What it is there for; none: a matter of its own.
    pub act: Option<ActOn>,
    /// The number of an earlier item that it speaks of, though it may be a matter of its own.
    pub names: Option<String>,
}

/// `[fields]` and `[codes]` of a channel, compiled; with them its `[acts]` and its `[reshape]`.
#[derive(Debug)]
pub struct Mapping {
    rules: Vec<Rule>,
    reads: Reads,
    acts: Option<Acts>,
    route: Option<Route>,
    program: Option<Reshape>,
}

impl Mapping {
    /// Reads a document. Fails with every field that failed.
    pub fn read(&self, document: &Value) -> Result<Reading, Unmappable> {
        self.read_with(document, &[])
    }

    /// Also reads what each document is there for. Fails with the key whose text is no place.
    pub fn with_acts(mut self, table: &ActsTable) -> Result<Self, &'static str> {
        let acts = Acts::compile(table)?;
        acts.places().for_each(|path| self.reads.add(path));
        self.acts = Some(acts);
        Ok(self)
    }

    /// Also reads by which of several channels each document came. Fails with the key whose text is no place.
    pub fn with_route(mut self, table: &RouteTable) -> Result<Self, &'static str> {
        let route = Route::compile(table)?;
        self.reads.add(&route.from);
        self.route = Some(route);
        Ok(self)
    }

    /// Also runs the channel's program on each document before the rules read it.
    pub fn with_program(mut self, program: Reshape) -> Self {
        self.program = Some(program);
        self
    }

    /// Reads a document with the files that came beside it; they stand behind those that the rules find.
    pub fn read_with(&self, document: &Value, parts: &[Attachment]) -> Result<Reading, Unmappable> {
        let mut draft = Draft::default();
        let mut failed = Vec::new();
        if !document.is_object() {
            return Err(Unmappable { failed: vec![whole(&Why::NotAnObject(kind(document)))] });
        }
        let reshaped = self.program.as_ref().map(|program| program.run(document)).transpose()?;
        let document = reshaped.as_ref().unwrap_or(document);
        for rule in &self.rules {
            match rule.run(document) {
                Ok(Some(made)) => rule.field.put(&mut draft, made),
                Ok(None) => {}
                Err((place, why)) => failed.push(rule.failed(&place, &why)),
            }
        }
        let act = match self.acts.as_ref().map(|acts| acts.read(document)).transpose() {
            Ok(act) => act.flatten(),
            Err((place, why)) => {
                failed.push(aside("来件性质", "acts", place, &why));
                None
            }
        };
        match self.route.as_ref().map(|route| route.read(document)) {
            Some(Ok(via)) => draft.via = Some(via),
            Some(Err((place, why))) => failed.push(aside("渠道标记", "route", place, &why)),
            None => {}
        }
        if act.as_ref().is_some_and(|act| !act.or_new) {
            // An urging says who and what is meant by its number; what it leaves out is no mistake.
            failed.clear();
        }
        draft.files.extend(parts.iter().enumerate().map(|(at, part)| file(at, part)));
        if failed.is_empty() && act.is_none() && !draft.says_something() {
            failed.push(whole(&Why::SaysNothing));
        }
        if !failed.is_empty() {
            return Err(Unmappable { failed });
        }
        draft.extra = self.reads.rest(document);
        let names = self.acts.as_ref().and_then(|acts| acts.named(document));
        Ok(Reading { draft, act, names })
    }
}

fn whole(why: &Why) -> Failed {
    let (reason, remedy) = (why.reason(), why.remedy());
    Failed { field: "", field_zh: "", rule: String::new(), place: String::new(), reason, remedy }
}

/// What failed beside the fields, by the table that says it.
fn aside(zh: &'static str, table: &str, place: &str, why: &Why) -> Failed {
    let (reason, remedy) = (why.reason(), why.remedy());
    Failed { field: "", field_zh: zh, rule: table.into(), place: place.to_owned(), reason, remedy }
}

fn file(at: usize, part: &Attachment) -> File {
    let mut file = File {
        name: Some(part.name.reveal().clone()).filter(|name| !name.is_empty()),
        media_type: part.media_type.clone(),
        ..File::default()
    };
    match &part.source {
        AttachmentSource::Bytes(bytes) => {
            file.size = u64::try_from(bytes.reveal().len()).ok();
            file.part = u32::try_from(at).ok();
        }
        AttachmentSource::Link(link) => file.link = Some(link.reveal().clone()),
    }
    file
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
