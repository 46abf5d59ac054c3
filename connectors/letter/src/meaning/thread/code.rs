//! Query codes (查询码): what a citizen asks by, and writes into an answer.

use crate::meaning::plain::{is_invisible, narrow};

/// Query codes taken out of one text.
const MOST_CODES: usize = 20;

/// The 32 characters of a query code: no 0 and O, no 1 and I, which people mix up.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Characters of a query code, the last of them its check.
pub const CODE_LENGTH: usize = 10;

/// A query code (查询码) of the first 45 bits of a digest and a check character. The digest must be keyed, or the code can be
/// guessed; one of less than 6 bytes is filled up with zeros.
pub fn code_of(digest: &[u8]) -> String {
    let bits =
        digest.iter().copied().chain(std::iter::repeat(0)).take(6).fold(0u64, |bits, byte| bits << 8 | u64::from(byte));
    let values: Vec<u8> = (0..CODE_LENGTH - 1).map(|at| (bits >> (43 - 5 * at) & 31) as u8).collect();
    let check = check(&values);
    values.into_iter().chain([check]).map(letter).collect()
}

/// The query codes of a subject or a text, each once, in capital letters, in their order. A code stands by itself; small
/// letters, full-width ones and a dash in its middle are forgiven. One wrong character, or two that changed places, is no
/// code.
pub fn codes(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => word.push(c),
            '\u{ff01}'..='\u{ff5e}' if narrow(c).is_ascii_alphanumeric() => word.push(narrow(c)),
            c if word.is_empty() || is_invisible(c) => {}
            _ => {
                add_word(&mut found, &word);
                word.clear();
            }
        }
    }
    add_word(&mut found, &word);
    found
}

/// Adds what a word is: one code with a dash in its middle, or each of its pieces.
fn add_word(found: &mut Vec<String>, word: &str) {
    match word.split_once('-') {
        Some((one, other)) if one.len() == other.len() => add(found, &format!("{one}{other}")),
        Some(_) => word.split('-').for_each(|piece| add(found, piece)),
        None => add(found, word),
    }
}

fn add(found: &mut Vec<String>, word: &str) {
    if word.len() != CODE_LENGTH || found.len() >= MOST_CODES {
        return;
    }
    let code = word.to_ascii_uppercase();
    let values: Option<Vec<u8>> = code.bytes().map(value).collect();
    let Some(values) = values else { return };
    let is_code = values.split_last().is_some_and(|(last, head)| check(head) == *last);
    if is_code && !found.contains(&code) {
        found.push(code);
    }
}

fn letter(value: u8) -> char {
    char::from(ALPHABET.get(usize::from(value & 31)).copied().unwrap_or(b'A'))
}

fn value(letter: u8) -> Option<u8> {
    ALPHABET.iter().position(|own| *own == letter).and_then(|at| u8::try_from(at).ok())
}

/// The check of a code: a sum over the field of 32 elements in which every place has a weight of its own, and none the
/// weight 1 of the check itself. So each wrong character and each two that changed places, wherever they stand, show.
fn check(values: &[u8]) -> u8 {
    values.iter().rev().fold(0, |sum, value| doubled(sum ^ value))
}

/// Times the element 2, modulo x⁵ + x² + 1.
fn doubled(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 { shifted } else { (shifted ^ 0b10_0101) & 31 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_was_made_is_found_again() {
        for seed in 0u64..500 {
            let digest = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            let code = code_of(&digest);
            assert_eq!(code.len(), CODE_LENGTH);
            assert!(code.bytes().all(|byte| ALPHABET.contains(&byte)), "{code}");
            assert_eq!(codes(&format!("回复:〔查询码{code}〕路灯")), std::slice::from_ref(&code));
            assert_eq!(codes(&format!("我的码是{}。", code.to_lowercase())), std::slice::from_ref(&code));
            let (one, other) = code.split_at(5);
            assert_eq!(codes(&format!("{one}-{other}")), std::slice::from_ref(&code));
            assert!(codes(&format!("x{code}")).is_empty());
        }
        assert_eq!(code_of(&[]), "AAAAAAAAAA");
        assert_eq!(code_of(&[0xff; 16]), code_of(&[0xff; 6]));
    }

    #[test]
    fn every_wrong_character_and_every_change_of_places_shows() {
        let code = code_of(&[0x3a, 0x91, 0x5c, 0x07, 0xee, 0x42]);
        for at in 0..CODE_LENGTH {
            for letter in ALPHABET {
                let mut wrong = code.clone().into_bytes();
                let right = std::mem::replace(&mut wrong[at], *letter);
                let found = codes(std::str::from_utf8(&wrong).unwrap());
                assert_eq!(found.is_empty(), right != *letter, "{at} {letter}");
            }
            for other in 0..at {
                let mut wrong = code.clone().into_bytes();
                wrong.swap(at, other);
                let found = codes(std::str::from_utf8(&wrong).unwrap());
                assert_eq!(found.is_empty(), wrong != code.as_bytes(), "{at} {other}");
            }
        }
    }
}
