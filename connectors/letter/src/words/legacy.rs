//! Seven-bit charsets that the web's list leaves out.

use encoding_rs::GB18030;
use mail_parser::decoders::charsets::map::charset_decoder;

/// HZ (RFC 1843): `~{` begins pairs of GB2312 without their high bits, `~}` ends them, `~~` is a tilde, and a tilde at the
/// end of a line continues it. The end of a line ends pairs too.
pub(super) fn hz(bytes: &[u8]) -> String {
    let mut high = Vec::with_capacity(bytes.len());
    let mut pairs = false;
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => break,
            [b'~', b'{', behind @ ..] if !pairs => {
                pairs = true;
                behind
            }
            [b'~', b'}', behind @ ..] if pairs => {
                pairs = false;
                behind
            }
            [b'~', b'~', behind @ ..] if !pairs => {
                high.push(b'~');
                behind
            }
            [b'~', b'\n', behind @ ..] | [b'~', b'\r', b'\n', behind @ ..] if !pairs => behind,
            [first @ 0x21..=0x7e, second @ 0x21..=0x7e, behind @ ..] if pairs => {
                high.extend([first | 0x80, second | 0x80]);
                behind
            }
            [byte, behind @ ..] => {
                pairs = pairs && *byte != b'\n';
                high.push(*byte);
                behind
            }
        };
    }
    GB18030.decode_without_bom_handling(&high).0.into_owned()
}

/// UTF-7 (RFC 2152).
pub(super) fn utf7(bytes: &[u8]) -> String {
    match charset_decoder(b"utf-7") {
        Some(decoder) => decoder(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hz_changes_between_pairs_and_ascii() {
        assert_eq!(hz(b"~{VwLb~}: a~~b ~\nc"), "主题: a~b c");
        assert_eq!(hz(b"~{Vw\nA"), "主\nA");
        assert_eq!(hz(b"~{V"), "V");
    }

    #[test]
    fn utf_7_is_read() {
        assert_eq!(utf7(b"+je9wbw-!"), "路灯!");
    }
}
