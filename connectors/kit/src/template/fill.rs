//! What is put in place of a placeholder, and how it is written there.

use std::borrow::Cow;

use super::Place;

/// A value for a placeholder, borrowed for the moment of rendering.
#[derive(Clone, Copy, Debug)]
pub enum Filling<'a> {
    /// A text.
    Text(&'a str),
    /// A value that is written as JSON already and is not read again; it must be valid.
    Json(&'a [u8]),
}

impl Filling<'_> {
    /// Nothing: `null` where a whole value stands, and no text at all elsewhere.
    pub const NULL: Filling<'static> = Filling::Json(b"null");

    pub(super) fn write(&self, place: Place, out: &mut Vec<u8>) {
        match (place, self) {
            (Place::Whole, Self::Text(text)) => quoted(text, out),
            (Place::Whole, Self::Json(raw)) => out.extend_from_slice(raw),
            (Place::InString, Self::Text(text)) => escaped(text, out),
            (Place::InString, Self::Json(raw)) => escaped(&as_text(raw), out),
            (Place::Text, Self::Text(text)) => out.extend_from_slice(text.as_bytes()),
            (Place::Text, Self::Json(raw)) => out.extend_from_slice(as_text(raw).as_bytes()),
            (Place::Xml, Self::Text(text)) => marked_up(text, out),
            (Place::Xml, Self::Json(raw)) => marked_up(&as_text(raw), out),
            (Place::Url, Self::Text(text)) => percent(text, out),
            (Place::Url, Self::Json(raw)) => percent(&as_text(raw), out),
        }
    }
}

impl<'a> From<&'a str> for Filling<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<Option<&'a str>> for Filling<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Filling::NULL, Self::Text)
    }
}

/// A JSON string without its quotes, null as nothing, everything else as it is written.
fn as_text(raw: &[u8]) -> Cow<'_, str> {
    match raw.trim_ascii() {
        b"null" => Cow::Borrowed(""),
        text @ [b'"', ..] => match serde_json::from_slice::<String>(text) {
            Ok(text) => Cow::Owned(text),
            Err(_) => String::from_utf8_lossy(text),
        },
        other => String::from_utf8_lossy(other),
    }
}

/// Writes a JSON string with its quotes.
pub(super) fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escaped(text, out);
    out.push(b'"');
}

/// Writes what stands between the quotes of a JSON string (RFC 8259, 7).
pub(super) fn escaped(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut clean = 0;
    for (position, &byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..=0x1f => 0,
            _ => continue,
        };
        out.extend_from_slice(&bytes[clean..position]);
        clean = position + 1;
        match short {
            0 => out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), digit(byte & 15)]),
            short => out.extend_from_slice(&[b'\\', short]),
        }
    }
    out.extend_from_slice(&bytes[clean..]);
}

/// Writes text that may stand in an element or in a quoted attribute. What no XML can hold becomes U+FFFD.
fn marked_up(text: &str, out: &mut Vec<u8>) {
    for character in text.chars() {
        match character {
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '&' => out.extend_from_slice(b"&amp;"),
            '"' => out.extend_from_slice(b"&quot;"),
            '\'' => out.extend_from_slice(b"&#39;"),
            // A reader would fold them to other white space.
            '\t' | '\n' | '\r' => out.extend_from_slice(format!("&#{};", u32::from(character)).as_bytes()),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.extend_from_slice("\u{fffd}".as_bytes()),
            plain => out.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

fn percent(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
            _ => out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
}

fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}
