//! The walk over the parts of a letter: each is text to read, a file, or a letter of its own.

use std::ops::Range;

use bytes::Bytes;
use huiliu_contract::Remark;

use super::block::{Block, block};
use super::body::Segment;
use super::part::Part;
use super::sections::{self, Sections};
use crate::notes::{self, Note};
use crate::words::Typed;
use crate::{FileSort, How, Letter, Report};

/// What a letter and all letters within it may still cost.
pub(crate) struct Budget {
    pub(crate) parts: usize,
    pub(crate) files: usize,
    pub(crate) decoded: usize,
    /// What laying out HTML may cost, see [`crate::words::MOST_WORK`].
    pub(crate) layout: usize,
}

/// A file before it has a name.
pub(crate) struct Raw {
    pub(crate) typed: Typed,
    pub(crate) disposition: Typed,
    pub(crate) media: String,
    pub(crate) id: String,
    pub(crate) bytes: Bytes,
    pub(crate) sort: FileSort,
    /// A name from elsewhere than its fields.
    pub(crate) name: Option<String>,
}

/// What the parts of a letter are.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) segments: Vec<Segment>,
    pub(crate) files: Vec<Raw>,
    pub(crate) letters: Vec<Letter>,
    pub(crate) report: Option<Report>,
    pub(crate) unreadable: Option<Remark>,
    pub(crate) notes: Vec<Remark>,
    pub(crate) guessed: bool,
    pub(crate) damaged: bool,
    /// The charset that the first text declares.
    pub(crate) hint: Option<String>,
}

/// Where a part stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the whole letter.
    Whole,
    /// Among others that are read one after the other.
    Mixed,
    /// One of several forms of the same.
    Alternative,
    /// What the root of a related body refers to.
    Related,
    /// Behind the signed part.
    Signature,
    /// Inside of something encrypted.
    Encrypted,
    /// Behind the words of a report.
    Report,
}

/// Walks over the parts of the letter `raw`, whose fields are `block`.
pub(crate) fn walk(raw: &Bytes, block: &Block<'_>, how: &How, level: usize, budget: &mut Budget) -> Found {
    let mut walk = Walk { raw, how, budget, found: Found::default() };
    let root = Part::of(block, "text/plain");
    let segments = walk.part(root, block.body..raw.len(), Place::Whole, level);
    walk.found.segments = segments;
    walk.found
}

pub(super) struct Walk<'a> {
    raw: &'a Bytes,
    pub(super) how: &'a How,
    pub(super) budget: &'a mut Budget,
    pub(super) found: Found,
}

impl Walk<'_> {
    pub(super) fn note(&mut self, note: Note) {
        notes::add(&mut self.found.notes, note);
    }

    pub(super) fn slice(&self, range: Range<usize>) -> Bytes {
        if range.start <= range.end && range.end <= self.raw.len() { self.raw.slice(range) } else { Bytes::new() }
    }

    fn part(&mut self, part: Part, body: Range<usize>, place: Place, level: usize) -> Vec<Segment> {
        if part.media.starts_with("multipart/") {
            if level >= self.how.limits.levels.min(crate::Limits::MOST_LEVELS) {
                self.note(notes::TOO_DEEP);
                self.file(part, self.slice(body), FileSort::File);
                return Vec::new();
            }
            let bytes = self.slice(body.clone());
            match self.sections(&part, &bytes) {
                Some(sections) => return self.multipart(&part, body.start, sections, place, level),
                None => return self.leaf(Part { media: "text/plain".to_owned(), ..part }, body, place, level),
            }
        }
        self.leaf(part, body, place, level)
    }

    fn sections(&mut self, part: &Part, body: &[u8]) -> Option<Sections> {
        let most = self.budget.parts.max(1);
        let declared = part.typed.bytes("boundary").map(<[u8]>::trim_ascii_end).filter(|boundary| !boundary.is_empty());
        if let Some(found) = declared.and_then(|boundary| sections::sections(body, boundary, most)) {
            return Some(found);
        }
        let found = sections::guessed(body).and_then(|boundary| sections::sections(body, boundary, most));
        self.note(if found.is_some() { notes::BOUNDARY_GUESSED } else { notes::NO_BOUNDARY });
        found
    }

    fn multipart(&mut self, part: &Part, at: usize, sections: Sections, place: Place, level: usize) -> Vec<Segment> {
        if sections.cut {
            self.note(notes::PARTS_CUT);
        } else if !sections.closed {
            self.note(notes::TRUNCATED);
        }
        let kind = part.media.strip_prefix("multipart/").unwrap_or_default();
        let usual = if kind == "digest" { "message/rfc822" } else { "text/plain" };
        match kind {
            "report" => self.report(part),
            "encrypted" => self.found.unreadable = Some(notes::remark(notes::ENCRYPTED)),
            _ => {}
        }
        let mut segments = Vec::new();
        let mut rooted = false;
        for (nth, range) in sections.parts.into_iter().enumerate() {
            let Some(left) = self.budget.parts.checked_sub(1) else {
                self.note(notes::PARTS_CUT);
                break;
            };
            self.budget.parts = left;
            let range = at + range.start..at + range.end;
            let bytes = self.slice(range.clone());
            let limits = &self.how.limits;
            let block = block(&bytes, limits.head, limits.field);
            let inner = Part::of(&block, usual);
            let words = inner.media.starts_with("text/") || inner.media.starts_with("multipart/");
            let inner_place = match kind {
                "alternative" => Place::Alternative,
                "related" if !rooted && words => {
                    rooted = true;
                    if place == Place::Alternative { Place::Alternative } else { Place::Mixed }
                }
                "related" => Place::Related,
                "signed" if nth > 0 => Place::Signature,
                "encrypted" => Place::Encrypted,
                "report" if nth > 0 => Place::Report,
                _ if matches!(place, Place::Encrypted | Place::Report | Place::Related) => place,
                _ => Place::Mixed,
            };
            let found = self.part(inner, range.start + block.body..range.end, inner_place, level + 1);
            if kind == "alternative" { merge(&mut segments, found) } else { segments.extend(found) }
        }
        segments
    }
}

/// Another form of the same: the first plain one counts, and the last one in HTML. Of a second plain one nothing is lost.
fn merge(segments: &mut Vec<Segment>, more: Vec<Segment>) {
    let mut form = Segment::default();
    for Segment { plain, html } in more {
        append(&mut form.plain, plain);
        append(&mut form.html, html);
    }
    let Some(first) = segments.first_mut() else { return segments.push(form) };
    let said = |plain: &String| first.plain.as_deref().is_some_and(|first| first.contains(plain.trim()));
    let other = form.plain.filter(|plain| !said(plain));
    append(&mut first.plain, other);
    first.html = form.html.or(first.html.take());
}

fn append(all: &mut Option<String>, one: Option<String>) {
    match (all.as_mut(), one) {
        (Some(all), Some(one)) => {
            all.push('\n');
            all.push_str(&one);
        }
        (None, one) => *all = one,
        (Some(_), None) => {}
    }
}
