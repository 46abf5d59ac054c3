//! Values of header fields: encoded words (RFC 2047) as they are really written, raw bytes, folded lines.

use super::charset::{self, Decoded};
use super::transfer;

/// A stretch of a value.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    /// What stands there plainly.
    Plain(String),
    /// What encoded words say.
    Word(String),
}

/// What is said of a value as a whole.
#[derive(Default, Clone, Copy)]
pub(crate) struct Doubt {
    pub(crate) guessed: bool,
    pub(crate) damaged: bool,
}

impl Doubt {
    fn take(&mut self, decoded: Decoded) -> String {
        self.guessed |= decoded.guessed;
        self.damaged |= decoded.damaged;
        decoded.text
    }
}

/// A value as one line of text. `hint` is the charset that the rest of the letter declares, for bytes that declare none.
pub(crate) fn line(value: &[u8], hint: Option<&str>) -> Decoded {
    let value = value.trim_ascii();
    if !is_special(value) {
        return Decoded { text: String::from_utf8_lossy(value).into_owned(), guessed: false, damaged: false };
    }
    let (pieces, doubt) = pieces(value, hint);
    let mut text = String::with_capacity(value.len());
    for piece in &pieces {
        match piece {
            Piece::Plain(plain) | Piece::Word(plain) => unfolded(plain, &mut text),
        }
    }
    if text.len() != text.trim().len() {
        text = text.trim().to_owned();
    }
    Decoded { text, guessed: doubt.guessed, damaged: doubt.damaged }
}

/// Whether there is anything to decode or to unfold.
fn is_special(value: &[u8]) -> bool {
    !value.is_ascii()
        || memchr::memchr3(b'\r', b'\n', 0, value).is_some()
        || memchr::memmem::find(value, b"=?").is_some()
}

/// Blanks with a line end among them are one blank.
fn unfolded(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        out.push_str(rest.get(..at).unwrap_or_default().trim_end_matches([' ', '\t']));
        out.push(' ');
        rest = rest.get(at..).unwrap_or_default().trim_start_matches(['\r', '\n', ' ', '\t']);
    }
    out.push_str(rest);
}

/// A value as what stands plainly and what encoded words say. Words of one charset with at most blanks between them are
/// joined as bytes before they are decoded, since clients split characters between two words; a word needs no blank before
/// or behind it.
pub(crate) fn pieces(value: &[u8], hint: Option<&str>) -> (Vec<Piece>, Doubt) {
    let mut doubt = Doubt::default();
    let (words, plain) = split(value);
    // All that is plain is decoded as one: a charset shows itself the better the more there is of it.
    let decoded = doubt.take(charset::decode(&plain, hint));
    let mut plain = decoded.split('\0');
    let mut pieces = Vec::with_capacity(words.len() * 2 + 1);
    let push = |pieces: &mut Vec<Piece>, text: &str| {
        if !text.is_empty() {
            pieces.push(Piece::Plain(text.to_owned()));
        }
    };
    push(&mut pieces, plain.next().unwrap_or_default());
    for group in words {
        let mut text = String::new();
        for (charset, bytes) in group {
            text.push_str(&doubt.take(charset::decode(&bytes, Some(&charset))));
        }
        pieces.push(Piece::Word(text.replace('\0', "")));
        push(&mut pieces, plain.next().unwrap_or_default());
    }
    (pieces, doubt)
}

/// Neighbouring words: runs of one charset each, decoded to bytes.
type Group = Vec<(String, Vec<u8>)>;

/// The groups of words, and all that stands before, between and behind the groups, a zero byte for each group.
fn split(value: &[u8]) -> (Vec<Group>, Vec<u8>) {
    let mut groups: Vec<Group> = Vec::new();
    let mut plain = Vec::with_capacity(value.len());
    let mut rest = value;
    // Where the last word ended, as long as only blanks came since.
    let mut adjacent = false;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        let (before, from) = rest.split_at(at);
        let Some((word, behind)) = word(from) else {
            let (marks, behind) = from.split_at(2);
            plain.extend(before.iter().chain(marks).filter(|byte| **byte != 0));
            rest = behind;
            adjacent = false;
            continue;
        };
        if !(adjacent && before.iter().all(u8::is_ascii_whitespace)) {
            plain.extend(before.iter().filter(|byte| **byte != 0));
            plain.push(0);
            groups.push(Group::new());
        }
        if let Some(group) = groups.last_mut() {
            join(group, &word);
        }
        adjacent = true;
        rest = behind;
    }
    plain.extend(rest.iter().filter(|byte| **byte != 0));
    (groups, plain)
}

fn join(group: &mut Group, word: &Word<'_>) {
    let same = group.last().is_some_and(|(charset, _)| charset.as_bytes().eq_ignore_ascii_case(word.charset));
    if !same {
        group.push((String::from_utf8_lossy(word.charset).into_owned(), Vec::new()));
    }
    if let Some((_, bytes)) = group.last_mut() {
        if word.base64 {
            bytes.extend_from_slice(&transfer::base64(word.text).0);
        } else {
            q(word.text, bytes);
        }
    }
}

struct Word<'a> {
    charset: &'a [u8],
    base64: bool,
    text: &'a [u8],
}

/// The encoded word that begins here, and what stands behind it.
fn word(from: &[u8]) -> Option<(Word<'_>, &[u8])> {
    // No charset has a longer name, so text full of `=?` is not walked through again and again.
    const LONGEST_NAME: usize = 60;
    let inner = from.strip_prefix(b"=?")?;
    let end = memchr::memchr(b'?', inner.get(..inner.len().min(LONGEST_NAME))?)?;
    let (charset, rest) = inner.split_at(end);
    if charset.is_empty() || !charset.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let (base64, rest) = match rest {
        [b'?', b'b' | b'B', b'?', rest @ ..] => (true, rest),
        [b'?', b'q' | b'Q', b'?', rest @ ..] => (false, rest),
        _ => return None,
    };
    let mut from = 0;
    loop {
        let at = from + memchr::memchr(b'?', rest.get(from..)?)?;
        if rest.get(at + 1) == Some(&b'=') {
            let text = rest.get(..at)?;
            return Some((Word { charset, base64, text }, rest.get(at + 2..).unwrap_or_default()));
        }
        // Base64 has no question mark, and where another word begins this one has no end.
        if base64
            || (at > 0 && rest.get(at - 1) == Some(&b'=') && rest.get(at + 1).is_some_and(u8::is_ascii_alphabetic))
        {
            return None;
        }
        from = at + 1;
    }
}

/// The Q encoding of RFC 2047. What is no code stands for itself.
fn q(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return,
            [b'_', behind @ ..] => {
                out.push(b' ');
                behind
            }
            [b'=', first, second, behind @ ..] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit() => {
                out.extend(transfer::hex(*first, *second));
                behind
            }
            // A word that a server folded.
            [b'\r' | b'\n', behind @ ..] => behind.trim_ascii_start(),
            [byte, behind @ ..] => {
                out.push(*byte);
                behind
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use proptest::prelude::*;

    use super::*;

    fn read(value: &[u8]) -> String {
        line(value, None).text
    }

    fn gb(text: &str) -> Vec<u8> {
        encoding_rs::GB18030.encode(text).0.into_owned()
    }

    fn b64(bytes: &[u8]) -> String {
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    #[test]
    fn a_character_split_between_two_words_is_whole() {
        for (name, bytes) in [("gb18030", gb("投诉路灯")), ("utf-8", "投诉路灯".as_bytes().to_vec())] {
            for at in 1..bytes.len() {
                let value = format!("=?{name}?B?{}?=\r\n =?{name}?B?{}?=", b64(&bytes[..at]), b64(&bytes[at..]));
                assert_eq!(read(value.as_bytes()), "投诉路灯", "{value}");
            }
        }
    }

    #[test]
    fn words_stand_beside_anything() {
        let word = format!("=?gbk?B?{}?=", b64(&gb("路灯")));
        assert_eq!(read(format!("[SPAM]{word}（12345）").as_bytes()), "[SPAM]路灯（12345）");
        assert_eq!(read(format!("{word}{word}").as_bytes()), "路灯路灯");
        assert_eq!(read(format!("Re: {word} a {word}").as_bytes()), "Re: 路灯 a 路灯");
        assert_eq!(read(format!("{word} =?utf-8?Q?=E5=9D=8F=E4=BA=86?=").as_bytes()), "路灯坏了");
    }

    #[test]
    fn odd_words_are_read_and_what_is_none_stays() {
        assert_eq!(read(b"=?gbk*zh?Q?hello=CA=C0=BD=E7=3F?="), "hello世界?");
        assert_eq!(read(b"=?GBK?B?wre1xg?="), "路灯", "no padding");
        assert_eq!(read(b"=?GBK?B?wr\r\n e1xg==?="), "路灯", "folded inside");
        assert_eq!(read(b"=?utf-8?Q?a b=?="), "a b=");
        for plain in ["=?", "=?x?", "=?gbk?X?a?=", "a =? b ?= c", "=?gbk?B?abc", "1=?2"] {
            assert_eq!(read(plain.as_bytes()), plain);
        }
        assert_eq!(read(b"=?gbk?B?abc =?gbk?B?wre1xg==?="), "=?gbk?B?abc 路灯");
    }

    #[test]
    fn raw_bytes_are_read_by_the_rules_of_bodies() {
        let raw = [b"  Re: ".as_slice(), &gb("兴衡路路灯"), b"\r\n\tnot on  \r\n"].concat();
        let decoded = line(&raw, None);
        assert_eq!((decoded.text.as_str(), decoded.guessed), ("Re: 兴衡路路灯 not on", true));
        assert!(!line(&raw, Some("gb2312")).guessed, "the body says what it is");
        assert_eq!(line("路灯".as_bytes(), None), Decoded { text: "路灯".to_owned(), guessed: false, damaged: false });
    }

    proptest! {
        #[test]
        fn no_value_panics(value in proptest::collection::vec(prop_oneof![Just(b'='), Just(b'?'), Just(b'B'), any::<u8>()], 0..120)) {
            let _ = line(&value, None);
        }
    }
}
