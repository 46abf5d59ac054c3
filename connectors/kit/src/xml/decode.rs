//! From bytes to text: which encoding holds, and that it does. Nothing is guessed and nothing replaced; what says that
//! it is in one encoding and is in another is an error.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::Flaw;

/// How far a declaration may reach, in bytes.
const DECLARATION: usize = 512;

/// The text of a document. `forced` holds whatever it says of itself; `told` is the charset of a header.
pub(super) fn text<'b>(
    bytes: &'b [u8],
    forced: Option<&'static Encoding>,
    told: Option<&str>,
) -> Result<Cow<'b, str>, Flaw> {
    let (mark, body) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (Some(encoding), bytes.get(length..).unwrap_or_default()),
        None => (None, bytes),
    };
    if let Some(forced) = forced {
        // Whatever order of bytes it has, UTF-16 is UTF-16.
        let encoding = if is_wide(forced) { mark.or(wide(body)).unwrap_or(forced) } else { forced };
        return strictly(encoding, body);
    }
    let seen = mark.or(wide(body));
    let told = told.map(|label| known(label).ok_or(Flaw::UnknownEncoding)).transpose()?;
    let text = match seen {
        Some(seen) => strictly(seen, body)?,
        None => Cow::Borrowed(""),
    };
    let head = if seen.is_some() { text.as_bytes() } else { body };
    let declared = declared(head)?;
    for other in [told, declared].into_iter().flatten() {
        if let Some(seen) = seen.filter(|seen| !agree(seen, other)) {
            return Err(Flaw::Disagree(seen.name(), other.name()));
        }
        if seen.is_none() && is_wide(other) {
            return Err(Flaw::NotInEncoding(other.name()));
        }
    }
    if let (Some(told), Some(declared)) = (told, declared)
        && !agree(told, declared)
    {
        return Err(Flaw::Disagree(told.name(), declared.name()));
    }
    if seen.is_some() { Ok(text) } else { strictly(told.or(declared).unwrap_or(UTF_8), body) }
}

/// The encoding of a label, if it is one of those that are taken.
pub(super) fn known(label: &str) -> Option<&'static Encoding> {
    // What is plain ASCII is UTF-8 too; the web's list would make a Western one of it.
    if ["us-ascii", "ascii"].iter().any(|ascii| label.trim().eq_ignore_ascii_case(ascii)) {
        return Some(UTF_8);
    }
    Encoding::for_label(label.as_bytes()).filter(|found| [UTF_8, GBK, GB18030, UTF_16LE, UTF_16BE].contains(found))
}

fn strictly<'b>(encoding: &'static Encoding, body: &'b [u8]) -> Result<Cow<'b, str>, Flaw> {
    encoding.decode_without_bom_handling_and_without_replacement(body).ok_or(Flaw::NotInEncoding(encoding.name()))
}

fn is_wide(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// UTF-16 without a byte order mark shows in its first character (XML 1.0, F.1).
fn wide(body: &[u8]) -> Option<&'static Encoding> {
    match body {
        [b'<', 0, ..] => Some(UTF_16LE),
        [0, b'<', ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// GB2312, GBK and GB18030 are read by one decoder, and the label `utf-16` leaves the order of bytes open.
fn agree(one: &'static Encoding, other: &'static Encoding) -> bool {
    let chinese = |encoding| encoding == GBK || encoding == GB18030;
    one == other || (chinese(one) && chinese(other)) || (one == UTF_16BE && other == UTF_16LE)
}

/// The encoding that the declaration names.
fn declared(head: &[u8]) -> Result<Option<&'static Encoding>, Flaw> {
    let head = head.get(..DECLARATION.min(head.len())).unwrap_or_default().trim_ascii_start();
    let Some(rest) = head.strip_prefix(b"<?xml").filter(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
    else {
        return Ok(None);
    };
    let end = rest.windows(2).position(|pair| pair == b"?>").unwrap_or(rest.len());
    let rest = rest.get(..end).unwrap_or_default();
    let Some(at) = rest.windows(8).position(|word| word == b"encoding") else { return Ok(None) };
    let value = rest.get(at + 8..).unwrap_or_default().trim_ascii_start();
    let value = value.strip_prefix(b"=").map(<[u8]>::trim_ascii_start).ok_or(Flaw::IllFormed)?;
    let (quote, value) = value.split_first().ok_or(Flaw::IllFormed)?;
    let end = value.iter().position(|byte| byte == quote).ok_or(Flaw::IllFormed)?;
    let label = value.get(..end).and_then(|label| std::str::from_utf8(label).ok());
    label.and_then(known).map(Some).ok_or(Flaw::UnknownEncoding)
}
