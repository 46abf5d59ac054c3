//! From bytes to a letter.

mod address;
mod date;
mod head;

use std::collections::HashSet;

use bytes::Bytes;

use crate::files::Names;
use crate::mime::{Block, Bodies, Budget, Found, block, bodies, walk};
use crate::notes::{self, add};
use crate::words;
use crate::{FileSort, How, Identity, Letter, LetterFile, NotALetter};

pub(crate) use head::fields;

/// Reads a letter, as it came from a server or out of a file.
///
/// Whatever stands in it, this neither panics nor runs over the stack, and it ends soon: see [`crate::Limits`].
///
/// # Errors
///
/// [`NotALetter`] where there is nothing at all. What has no header is all text, what is broken is read as far as it goes;
/// what was odd stands in [`Letter::notes`].
pub fn read(raw: &[u8], how: &How) -> Result<Letter, NotALetter> {
    read_shared(Bytes::copy_from_slice(raw), how)
}

/// As [`read`], without a copy of the bytes: the letter's identity and its files share them.
///
/// # Errors
///
/// As [`read`].
pub fn read_shared(raw: Bytes, how: &How) -> Result<Letter, NotALetter> {
    let limits = &how.limits;
    let identity = Identity::of(raw.clone());
    let large = raw.len() > limits.bytes;
    let mut budget = Budget {
        parts: limits.parts,
        files: if large { 0 } else { limits.files },
        decoded: raw.len().saturating_mul(limits.decoded),
        layout: words::MOST_WORK,
    };
    if !large {
        return letter(&raw, identity, how, 0, &mut budget);
    }
    let head = block(&raw, limits.head, limits.field).body;
    let excerpt = raw.slice(..head.saturating_add(limits.excerpt).min(raw.len()));
    let mut letter = letter(&excerpt, identity, how, 0, &mut budget)?;
    // What is said of files that were cut off would only repeat it.
    let cut = [notes::TRUNCATED, notes::FILES_CUT, notes::BAD_TRANSFER];
    letter.notes.retain(|note| cut.iter().all(|(zh, _)| *zh != note.zh));
    add(&mut letter.notes, notes::TOO_LARGE);
    Ok(letter)
}

/// A letter within another one, on the same budget.
pub(crate) fn nested(raw: &Bytes, how: &How, level: usize, budget: &mut Budget) -> Result<Letter, NotALetter> {
    letter(raw, Identity::of(raw.clone()), how, level, budget)
}

fn letter(raw: &Bytes, identity: Identity, how: &How, level: usize, budget: &mut Budget) -> Result<Letter, NotALetter> {
    let raw = begun(raw);
    if raw.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Err(NotALetter { reason: notes::remark(notes::NOTHING) });
    }
    let block = block(&raw, how.limits.head, how.limits.field);
    let found = walk(&raw, &block, how, level, budget);
    Ok(whole(&block, found, identity, how, budget))
}

/// The letter from its first field on, with line ends that are some: mailboxes put a line of their own before it, and very
/// old programs end lines with CR alone.
fn begun(raw: &Bytes) -> Bytes {
    let mut from = if raw.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let skip_blank = |from: usize| {
        from + raw.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    };
    // Blanks before the first field would make it a continued one; blank lines before it would end the header.
    from = skip_blank(from);
    for mark in [b"From ".as_slice(), b">From "] {
        if raw.get(from..).is_some_and(|rest| rest.starts_with(mark)) {
            let line = raw.get(from..).and_then(|rest| memchr::memchr2(b'\n', b'\r', rest)).unwrap_or(0);
            from = skip_blank(from + line);
        }
    }
    let rest = raw.slice(from.min(raw.len())..);
    if memchr::memchr(b'\n', &rest).is_some() || memchr::memchr(b'\r', &rest).is_none() {
        return rest;
    }
    rest.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect::<Vec<u8>>().into()
}

fn whole(block: &Block<'_>, found: Found, identity: Identity, how: &How, budget: &mut Budget) -> Letter {
    let Found { segments, files, letters, report, unreadable, notes, guessed, damaged, hint } = found;
    let hint = hint.as_deref();
    let mut letter = Letter {
        fields: fields(block, hint),
        subject: String::new(),
        from: Vec::new(),
        reply_to: Vec::new(),
        to: Vec::new(),
        cc: Vec::new(),
        return_path: None,
        date: None,
        message_id: None,
        in_reply_to: Vec::new(),
        references: Vec::new(),
        text: String::new(),
        html: None,
        files: Vec::with_capacity(files.len()),
        letters,
        report,
        charset_guessed: guessed,
        notes,
        unreadable,
        identity,
    };
    let mut damaged = damaged | head::write(&mut letter, block, hint, how);
    let Bodies { text, html, cut } = bodies(segments, &how.limits, &mut budget.layout);
    let shown = html.as_deref().map(pictures).unwrap_or_default();
    let mut names = Names::default();
    for file in files {
        let original = match file.name {
            Some(name) => words::Decoded { text: name, guessed: false, damaged: false },
            None => [(&file.disposition, "filename"), (&file.typed, "name")]
                .into_iter()
                .find_map(|(typed, param)| typed.text(param, hint))
                .unwrap_or_default(),
        };
        letter.charset_guessed |= original.guessed;
        damaged |= original.damaged;
        let inline = file.sort == FileSort::File && !file.id.is_empty() && shown.contains(file.id.as_str());
        let sort = if inline { FileSort::Inline } else { file.sort };
        let name = names.give(&original.text, &file.media, sort);
        letter.files.push(LetterFile {
            name,
            original_name: original.text,
            media_type: file.media,
            bytes: file.bytes,
            sort,
        });
    }
    letter.text = text;
    letter.html = html;
    if block.bare {
        add(&mut letter.notes, if block.fields.is_empty() { notes::NO_HEAD } else { notes::NO_EMPTY_LINE });
    }
    for (said, note) in [
        (block.cut, notes::HEAD_CUT),
        (cut, notes::HTML_CUT),
        (letter.charset_guessed, notes::GUESSED),
        (damaged, notes::DAMAGED),
    ] {
        if said {
            add(&mut letter.notes, note);
        }
    }
    letter
}

/// The ids of the parts that the HTML shows as pictures (RFC 2392).
fn pictures(html: &str) -> HashSet<&str> {
    let mut ids = HashSet::new();
    for (at, _) in html.match_indices("cid:") {
        let rest = html.get(at + 4..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '>' | ')' | '<' | '&'));
        ids.insert(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
    }
    ids
}
