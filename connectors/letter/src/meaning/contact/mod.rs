//! How to reach the citizen, out of their own words: a name, a telephone, an address. By declared patterns only, each find
//! marked with the one that made it, because a header says nothing of a person (it is set by whoever sends).
//!
//! What is found is a help, not a fact. So nothing is guessed where several stand there and none has a label, other people's
//! numbers are left alone, and nothing is ever taken out of an identity card's or a bank card's number.

mod name;
mod number;
mod patterns;
mod phone;
mod place;
#[cfg(test)]
mod tests;

use huiliu_contract::Personal;

use super::plain::{is_blank, is_invisible, lines, narrow, part};

pub use patterns::{PATTERNS, Pattern, What};

/// Bytes of a letter that are looked at; people write how to reach them at the beginning or at the end.
const LOOKED_AT: usize = 64 * 1024;

/// The last lines of a letter, in which names and numbers stand without a label.
const CLOSING: usize = 3;

/// A find, and what made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// What was found: a name as it is written, a telephone in digits with one dash behind the area code, an address.
    pub value: Personal<String>,
    /// The [`Pattern::word`] that found it.
    pub by: &'static str,
}

impl Found {
    fn new(value: impl Into<String>, by: &'static str) -> Self {
        Self { value: Personal::new(value.into()), by }
    }
}

/// How to reach the citizen, as far as they say it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Contact {
    /// The name.
    pub name: Option<Found>,
    /// The telephone.
    pub phone: Option<Found>,
    /// Where they live.
    pub address: Option<Found>,
}

/// A line with half-width signs, and where in the letter it stands.
struct Line {
    text: String,
    /// Among the last lines of the letter, or in its signature.
    closing: bool,
}

/// Reads the citizen's own words and their signature; never give it history or what was quoted.
pub fn read(new_text: &str, signature: &str) -> Contact {
    let mut all = prepared(new_text);
    let filled = all.len();
    for line in all.iter_mut().skip(if filled > 1 { filled.saturating_sub(CLOSING).max(1) } else { 1 }) {
        line.closing = true;
    }
    all.extend(prepared(signature).into_iter().map(|line| Line { closing: true, ..line }));
    Contact { name: name::find(&all), phone: phone::find(&all), address: place::find(&all) }
}

/// The lines that hold anything, of the beginning and the end of a text.
fn prepared(text: &str) -> Vec<Line> {
    let middle = |at: usize| at > LOOKED_AT / 2 && at + LOOKED_AT / 2 < text.len();
    let filled = lines(text).into_iter().filter(|(at, line)| !is_blank(line) && !middle(*at));
    filled.map(|(_, line)| Line { text: made_plain(line), closing: false }).collect()
}

/// Half-width, with every dash as one, without the marks of bold text and tables that conversion leaves.
fn made_plain(line: &str) -> String {
    // The first bytes of what is changed; runs between them, nearly all of a letter, are copied whole.
    let may_change = |byte: &u8| matches!(byte, b'\t' | b'|' | b'*' | 0xc2 | 0xe2 | 0xe3 | 0xef);
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.trim();
    while let Some(at) = rest.as_bytes().iter().position(may_change) {
        let (same, from) = rest.split_at(at);
        plain.push_str(same);
        let Some(c) = from.chars().next() else { break };
        match narrow(c) {
            '*' => {}
            c if is_invisible(c) => {}
            '\t' | '|' | '│' => plain.push(' '),
            '—' | '–' | '−' | '‐' | '‑' => plain.push('-'),
            '﹕' => plain.push(':'),
            c => plain.push(c),
        }
        rest = part(from, c.len_utf8()..from.len());
    }
    plain.push_str(rest);
    plain.truncate(plain.trim_end().len());
    plain.drain(..plain.len() - plain.trim_start().len());
    plain
}
