//! Names of folders as they go over the wire: modified UTF-7 (RFC 3501, 5.1.3). Pure.

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose};

/// Its own alphabet of base64: `,` in the place of `/`, and no padding.
const ENGINE: GeneralPurpose =
    GeneralPurpose::new(&IMAP_MUTF7, NO_PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// A name as it goes over the wire: 垃圾邮件 is `&V4NXPpCuTvY-`.
pub(super) fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut other = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut other, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                other.extend(unit.to_be_bytes());
            }
        }
    }
    flush(&mut other, &mut out);
    out
}

fn flush(other: &mut Vec<u8>, out: &mut String) {
    if !other.is_empty() {
        out.push('&');
        ENGINE.encode_string(&*other, out);
        out.push('-');
        other.clear();
    }
}

/// A name as people read it. What is no modified UTF-7 is left as it came: some servers send UTF-8 (RFC 6855) or what they
/// have on their disk.
pub(super) fn decode(wire: &str) -> String {
    read(wire).unwrap_or_else(|| wire.to_owned())
}

fn read(wire: &str) -> Option<String> {
    let mut out = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((plain, behind)) = rest.split_once('&') {
        out.push_str(plain);
        let (coded, after) = behind.split_once('-')?;
        if coded.is_empty() {
            out.push('&');
        } else {
            let bytes = ENGINE.decode(coded).ok()?;
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            if bytes.len() % 2 == 1 {
                return None;
            }
            out.push_str(&String::from_utf16(&units).ok()?);
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_as_servers_know_them() {
        let known = [
            ("INBOX", "INBOX"),
            ("垃圾邮件", "&V4NXPpCuTvY-"),
            ("工单/已处理", "&XeVTVQ-/&XfJZBHQG-"),
            ("R&D", "R&-D"),
            ("😀", "&2D3eAA-"),
        ];
        for (name, wire) in known {
            assert_eq!(encode(name), wire);
            assert_eq!(decode(wire), name);
        }
    }

    #[test]
    fn what_is_none_is_left_as_it_came() {
        for wire in ["已处理", "&V4NX", "a&!!-b", "&AA-", "&2D0-"] {
            assert_eq!(decode(wire), wire);
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in "\\PC{0,30}") {
            let wire = encode(&name);
            prop_assert!(wire.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{}", wire);
            prop_assert_eq!(decode(&wire), name);
        }

        #[test]
        fn nothing_that_comes_breaks_it(wire in "[&A-Za-z0-9+,/ -]{0,40}") {
            decode(&wire);
        }
    }
}
