//! The citizen's own words apart from the history that mail programs put below them, and from a signature. Only for reading:
//! the whole is kept, and where nothing stands above the history, the history is the letter.

mod html;
pub(super) mod marks;
mod sign_off;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::plain::{self, part};

pub(super) use html::{attributes, tag_end};

pub use html::html_history;
pub use marks::REPLY_LINE;

/// A text in three parts, one behind the other; together they are the whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Split<'a> {
    whole: &'a str,
    signature: usize,
    history: usize,
}

impl std::fmt::Debug for Split<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Split")
            .field("signature", &self.signature_range())
            .field("history", &self.history_range())
            .finish()
    }
}

impl<'a> Split<'a> {
    /// What the citizen wrote now.
    pub fn new_text(&self) -> &'a str {
        part(self.whole, self.new_range())
    }

    /// A signature below it: a card after `-- `, `发自我的iPhone`. Empty if there is none.
    pub fn signature(&self) -> &'a str {
        part(self.whole, self.signature_range())
    }

    /// What was written before, from its mark to the end. Empty if there is none.
    pub fn history(&self) -> &'a str {
        part(self.whole, self.history_range())
    }

    /// Where the new text stands, in bytes.
    pub fn new_range(&self) -> Range<usize> {
        0..self.signature
    }

    /// Where the signature stands, in bytes.
    pub fn signature_range(&self) -> Range<usize> {
        self.signature..self.history
    }

    /// Where the history stands, in bytes.
    pub fn history_range(&self) -> Range<usize> {
        self.history..self.whole.len()
    }
}

/// Splits a text at the first mark of history above which something stands, and what is above at its signature. A mark
/// that has nothing but a signature above it leaves the text whole: then a forwarded or an answered letter is all there is.
pub fn split(text: &str) -> Split<'_> {
    let lines = plain::lines(text);
    let history = marks::first(&lines).unwrap_or(text.len());
    let above = sign_off::begins(&lines, history);
    let signature = if plain::is_blank(part(text, 0..above)) { history } else { above };
    let is_alone = plain::is_blank(part(text, 0..signature)) || sign_off::is_all(&lines, history);
    if is_alone && history < text.len() {
        let signature = sign_off::begins(&lines, text.len());
        return Split { whole: text, signature, history: text.len() };
    }
    Split { whole: text, signature, history }
}
