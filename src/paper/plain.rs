//! Plain text: without what steers a terminal or a reader's program, and broken into lines as Chinese is printed.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What never begins a line.
const CLOSING: &str = ",。、;:!?)》〉」』】〕”’…%‰℃,.;:!?)]}>";
/// What never ends one.
const OPENING: &str = "(《〈「『【〔“‘([{<";

/// A text in one line, without anything that steers a terminal or turns the direction of writing.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_steering(c) { ' ' } else { c }).collect()
}

/// The same, with its lines kept.
#[must_use]
pub fn clean_text(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

fn is_steering(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A paragraph in lines of at most `width` cells, the first indented; numbers and words stay whole where a line can hold them.
pub(super) fn wrapped(text: &str, indent: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = indent.to_owned();
    for piece in pieces(text) {
        if line.width() + piece.trim_end().width() > width && !line.trim().is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if line.is_empty() && piece.trim().is_empty() {
            continue;
        }
        for c in piece.chars() {
            // Only a piece that no line holds is broken within.
            if line.width() + c.width().unwrap_or(0) > width && c != ' ' {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
    lines
}

/// What is not to be broken: a wide character or a word, with what may not stand without it.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut before) = (0, None);
    for (at, c) in text.char_indices() {
        if before.is_some_and(|before| parts(before, c)) {
            found.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    found.push(&text[start..]);
    found
}

/// Whether a line may be broken between the two.
fn parts(before: char, c: char) -> bool {
    if c == ' ' || CLOSING.contains(c) || OPENING.contains(before) {
        return false;
    }
    before == ' ' || is_wide(before) || is_wide(c)
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}
