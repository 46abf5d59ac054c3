//! Parameters of a `Content-Disposition` as far sides write them: quoted or not, in UTF-8 or raw GBK, or spelt by
//! RFC 2231 with a charset and in pieces.

use encoding_rs::{Encoding, GB18030, UTF_8};

/// The value of a parameter; the spelling with a charset (`name*`) goes before the plain one. Bytes that are no text in
/// any way become U+FFFD: it is a label, and what it labels is kept.
pub(super) fn parameter(head: &[u8], name: &str) -> Option<String> {
    let parameters = split(head);
    let value = |wanted: &str| {
        let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted.as_bytes()));
        found.map(|(_, value)| *value)
    };
    if let Some(spelt) = value(&format!("{name}*")).and_then(|spelt| with_charset(&unquoted(spelt))) {
        return Some(spelt);
    }
    pieces(name, &value).or_else(|| value(name).map(|plain| text(&unquoted(plain))))
}

/// The parameters, cut at the semicolons that stand outside of quotes. In GBK no byte of a character is a quote or a
/// semicolon, but one can be a backslash: so a backslash counts only before a quote or another one.
fn split(head: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut cuts = Vec::new();
    let (mut begins, mut quoted, mut at) = (0, false, 0);
    while let Some(byte) = head.get(at) {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted && matches!(head.get(at + 1), Some(b'"')) && !in_character(head, begins, at) => at += 1,
            b';' if !quoted => {
                cuts.push(head.get(begins..at).unwrap_or_default());
                begins = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    cuts.push(head.get(begins..).unwrap_or_default());
    let pair = |piece: &'_ [u8]| piece.iter().position(|byte| *byte == b'=');
    cuts.into_iter()
        .filter_map(|piece| {
            let equals = pair(piece)?;
            Some((piece.get(..equals)?.trim_ascii(), piece.get(equals + 1..)?.trim_ascii()))
        })
        .collect()
}

/// Whether the byte at `at` is the second one of a GBK character: an odd number of high bytes stands right before it.
fn in_character(head: &[u8], begins: usize, at: usize) -> bool {
    let before = head.get(begins..at).unwrap_or_default();
    let is_utf8 = std::str::from_utf8(head).is_ok();
    !is_utf8 && before.iter().rev().take_while(|byte| **byte >= 0x80).count() % 2 == 1
}

fn unquoted(value: &[u8]) -> Vec<u8> {
    let Some(inside) = value.strip_prefix(b"\"") else { return value.to_vec() };
    let inside = inside.strip_suffix(b"\"").unwrap_or(inside);
    let mut out = Vec::with_capacity(inside.len());
    for (at, byte) in inside.iter().enumerate() {
        // Windows paths stand here with lone backslashes, which are kept.
        let escapes = *byte == b'\\' && inside.get(at + 1) == Some(&b'"') && !in_character(inside, 0, at);
        if !escapes {
            out.push(*byte);
        }
    }
    out
}

fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// `charset'language'percent-encoded` (RFC 2231, 4; RFC 8187).
fn with_charset(spelt: &[u8]) -> Option<String> {
    let mut parts = spelt.splitn(3, |byte| *byte == b'\'');
    let (charset, _, value) = (parts.next()?, parts.next()?, parts.next()?);
    let charset = if charset.is_empty() { UTF_8 } else { Encoding::for_label(charset)? };
    Some(charset.decode_without_bom_handling(&percent_decoded(value)).0.into_owned())
}

/// `name*0`, `name*1*` … put together (RFC 2231, 3); the first piece names the charset of those that are encoded.
fn pieces<'v>(name: &str, value: &impl Fn(&str) -> Option<&'v [u8]>) -> Option<String> {
    let (mut bytes, mut charset) = (Vec::new(), None);
    for n in 0..100 {
        if let Some(encoded) = value(&format!("{name}*{n}*")) {
            let encoded = unquoted(encoded);
            let rest = if n == 0 {
                let mut parts = encoded.splitn(3, |byte| *byte == b'\'');
                let label = parts.next()?;
                charset = Some(Encoding::for_label(label).unwrap_or(UTF_8));
                parts.nth(1)?
            } else {
                &encoded
            };
            bytes.extend(percent_decoded(rest));
        } else if let Some(plain) = value(&format!("{name}*{n}")) {
            bytes.extend(unquoted(plain));
        } else {
            break;
        }
    }
    match charset {
        _ if bytes.is_empty() => None,
        Some(charset) => Some(charset.decode_without_bom_handling(&bytes).0.into_owned()),
        None => Some(text(&bytes)),
    }
}

fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((byte, after)) = rest.split_first() {
        let mut decoded = [0];
        match after.get(..2).filter(|_| *byte == b'%') {
            Some(digits) if hex::decode_to_slice(digits, &mut decoded).is_ok() => {
                out.extend(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*byte);
                rest = after;
            }
        }
    }
    out
}
