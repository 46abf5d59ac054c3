//! How mail programs put letters together (RFC 5322, RFC 2045, RFC 2047), the sloppy ones too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How many characters of base64 stand in a line.
const LINE: usize = 76;

/// Text as bytes of GB18030, which every program in China calls gb2312.
pub(super) fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// An encoded word.
pub(super) fn word(charset: &str, bytes: &[u8]) -> String {
    format!("=?{charset}?B?{}?=", STANDARD.encode(bytes))
}

/// Encoded words of so many bytes each, wherever that cuts: what RFC 2047 forbids and is sent every day.
pub(super) fn words_cut(charset: &str, bytes: &[u8], at: usize) -> String {
    bytes.chunks(at).map(|piece| word(charset, piece)).collect::<Vec<_>>().join("\r\n ")
}

/// Base64 in lines.
pub(super) fn base64(bytes: &[u8]) -> String {
    let whole = STANDARD.encode(bytes);
    let mut lines = String::new();
    for (at, letter) in whole.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            lines.push_str("\r\n");
        }
        lines.push(letter);
    }
    lines
}

/// A text with the line ends of the wire.
pub(super) fn lines(text: &str) -> String {
    text.replace('\n', "\r\n")
}
