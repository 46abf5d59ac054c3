//! Bytes to text: charsets that are declared, missing or wrong, words of header fields, parameters, lines that flow, HTML.

mod charset;
mod encoded;
mod flowed;
mod html;
mod label;
mod layout;
mod legacy;
mod params;
mod reduce;
mod transfer;

pub(crate) use charset::{Decoded, decode};
pub(crate) use encoded::{Piece, line, pieces};
pub(crate) use flowed::unfold;
pub(crate) use html::{MOST_WORK, meta_charset, to_text};
pub(crate) use params::Typed;
pub(crate) use transfer::{Transfer, from_transfer};

/// True for what turns text around or hides in it: a name that shows `gpj.exe` as `exe.jpg` is made of these.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
}

/// One line for people: without hidden and control characters.
pub(crate) fn shown(text: &str) -> String {
    let plain = |c: char| c.is_ascii() && !c.is_ascii_control();
    if text.chars().all(plain) {
        return text.trim().to_owned();
    }
    let kept = text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() { ' ' } else { c });
    kept.collect::<String>().trim().to_owned()
}
