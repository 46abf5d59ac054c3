//! Transfer encodings (RFC 2045), as lenient as letters are broken.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::{quoted_printable_decode, quoted_printable_decode_char};

/// How a part is carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Transfer {
    /// As it stands: 7bit, 8bit, binary, and what nobody knows.
    Plain,
    /// Base64.
    Base64,
    /// Quoted-printable.
    Quoted,
}

impl Transfer {
    pub(crate) fn of(value: Option<&[u8]>) -> Self {
        let Some(value) = value else { return Self::Plain };
        let word =
            value.trim_ascii().split(|byte| byte.is_ascii_whitespace() || *byte == b';').next().unwrap_or_default();
        if word.eq_ignore_ascii_case(b"base64") {
            Self::Base64
        } else if word.eq_ignore_ascii_case(b"quoted-printable") {
            Self::Quoted
        } else {
            Self::Plain
        }
    }
}

/// The bytes of a part, and whether they are what the encoding says they are. What calls itself base64 and is not one is
/// given as it stands.
pub(crate) fn from_transfer(bytes: &[u8], transfer: Transfer) -> (Cow<'_, [u8]>, bool) {
    match transfer {
        Transfer::Plain => (Cow::Borrowed(bytes), true),
        Transfer::Base64 => {
            let (decoded, strange) = base64(bytes);
            if strange * 20 > bytes.len() { (Cow::Borrowed(bytes), false) } else { (Cow::Owned(decoded), strange == 0) }
        }
        Transfer::Quoted => match quoted_printable_decode(bytes) {
            Some(decoded) => (Cow::Owned(decoded), true),
            None => (Cow::Owned(quoted(bytes)), false),
        },
    }
}

/// Base64 without what does not belong to it, and how many such bytes there were.
pub(super) fn base64(bytes: &[u8]) -> (Vec<u8>, usize) {
    if let Some(decoded) = base64_decode(bytes) {
        return (decoded, 0);
    }
    let belongs =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\r' | b'\n' | b' ' | b'\t');
    let kept: Vec<u8> = bytes.iter().copied().filter(belongs).collect();
    let strange = bytes.len() - kept.len();
    (base64_decode(&kept).unwrap_or_default(), strange)
}

/// The byte of two hexadecimal digits.
pub(super) fn hex(first: u8, second: u8) -> Option<u8> {
    quoted_printable_decode_char(first, second)
}

/// Quoted-printable in which codes are broken: what is no code stands for itself.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return out,
            [b'=', first, second, behind @ ..] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit() => {
                out.extend(hex(*first, *second));
                behind
            }
            [b'=', b'\r', b'\n', behind @ ..] | [b'=', b'\n', behind @ ..] => behind,
            [byte, behind @ ..] => {
                out.push(*byte);
                behind
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_encodings_give_what_they_can() {
        let read =
            |bytes: &'static [u8], transfer| String::from_utf8_lossy(&from_transfer(bytes, transfer).0).into_owned();
        assert_eq!(read(b"6Lev54Gv5LiN5Lqu77yM6K+3\r\n5p2l5L+u44CC*", Transfer::Base64), "路灯不亮，请来修。");
        assert_eq!(read("路灯不亮".as_bytes(), Transfer::Base64), "路灯不亮", "no base64 at all");
        assert_eq!(read(b"=E8=B7=AF a=ZZ =\r\nb==41=", Transfer::Quoted), "路 a=ZZ b=A=");
        assert_eq!(Transfer::of(Some(b" BASE64 ")), Transfer::Base64);
        assert_eq!(Transfer::of(Some(b"Quoted-Printable; x")), Transfer::Quoted);
        assert_eq!(Transfer::of(Some(b"8bit")), Transfer::Plain);
    }
}
