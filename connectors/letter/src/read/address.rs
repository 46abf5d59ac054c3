//! Addresses of a field (RFC 5322 section 3.4): the mail parser knows their grammar, the charsets are ours.

use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address as Parsed, HeaderValue};

use crate::Address;
use crate::words::{Decoded, Piece, pieces, shown};

/// Stands for an encoded word while the grammar is read, so that no comma or bracket in a name is taken for grammar.
/// Supplementary private use area A, which no program writes.
const FIRST: u32 = 0xf_0000;
const MOST: u32 = 0xfffd;

/// The addresses of a field, at most so many; whether a charset was guessed and whether characters were lost; whether there
/// were more.
pub(super) fn addresses(value: &[u8], hint: Option<&str>, most: usize) -> (Vec<Address>, Decoded, bool) {
    let (grammar, words, doubt) = grammar(value, hint);
    let mut stream = MessageStream::new(grammar.as_bytes());
    let mut all = Vec::new();
    let mut add = |addr: Addr<'_>| {
        let text =
            |text: Option<std::borrow::Cow<'_, str>>| text.map(|text| restored(&text, &words)).unwrap_or_default();
        let (mut name, mut address) = (shown(&text(addr.name)), shown(&text(addr.address)));
        // `a@b` as a name is an address that was written without brackets.
        if address.is_empty() && name.contains('@') && !name.contains(char::is_whitespace) {
            std::mem::swap(&mut name, &mut address);
        }
        // Some programs encode all of it, brackets and address too.
        if address.is_empty()
            && let Some((before, inner)) = name.rsplit_once('<')
            && let Some(inner) = inner.strip_suffix('>').filter(|inner| inner.contains('@'))
        {
            (name, address) = (before.trim().to_owned(), inner.trim().to_owned());
        }
        let name = name.trim_matches(['"', '\'', ' ']).to_owned();
        if !(name.is_empty() && address.is_empty()) {
            all.push(Address { name, address });
        }
    };
    match stream.parse_address() {
        HeaderValue::Address(Parsed::List(list)) => list.into_iter().for_each(&mut add),
        HeaderValue::Address(Parsed::Group(groups)) => {
            groups.into_iter().flat_map(|group| group.addresses).for_each(&mut add);
        }
        _ => {}
    }
    let cut = all.len() > most;
    all.truncate(most);
    (all, doubt, cut)
}

/// The value with a sign for each encoded word, and the words. It ends like a field of its own.
fn grammar(value: &[u8], hint: Option<&str>) -> (String, Vec<String>, Decoded) {
    let (pieces, doubt) = pieces(value, hint);
    let mut grammar = String::with_capacity(value.len() + 2);
    let mut words = Vec::new();
    for piece in pieces {
        match piece {
            // Line ends would end the field; what looks like a sign of ours is none.
            Piece::Plain(text) => grammar.extend(text.chars().map(|c| match c {
                '\r' | '\n' => ' ',
                c if (FIRST..=FIRST + MOST).contains(&u32::from(c)) => char::REPLACEMENT_CHARACTER,
                c => c,
            })),
            Piece::Word(word) => {
                let sign =
                    u32::try_from(words.len()).ok().filter(|at| *at <= MOST).and_then(|at| char::from_u32(FIRST + at));
                grammar.extend(sign);
                words.push(word);
            }
        }
    }
    grammar.push('\n');
    (grammar, words, Decoded { text: String::new(), guessed: doubt.guessed, damaged: doubt.damaged })
}

fn restored(text: &str, words: &[String]) -> String {
    if words.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 32);
    for c in text.chars() {
        match u32::from(c).checked_sub(FIRST).and_then(|at| words.get(at as usize)) {
            Some(word) => out.push_str(word),
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(value: &[u8]) -> Vec<String> {
        let (all, _, _) = addresses(value, None, 500);
        all.into_iter().map(|Address { name, address }| format!("{name}|{address}")).collect()
    }

    #[test]
    fn names_are_read_in_every_dress() {
        let gb = encoding_rs::GB18030.encode("张三丰").0.into_owned();
        assert_eq!(read(b"=?gbk?B?1cXI/bfh?= <a@b.c>"), ["张三丰|a@b.c"]);
        assert_eq!(read(b"\"=?gbk?B?1cXI/bfh?=\" <a@b.c>"), ["张三丰|a@b.c"]);
        assert_eq!(read(b"=?gbk?B?1cXI/bfh?=<a@b.c>"), ["张三丰|a@b.c"]);
        assert_eq!(read(&[&gb, b" <a@b.c>".as_slice()].concat()), ["张三丰|a@b.c"]);
        assert_eq!(read(&[b"\"", gb.as_slice(), b"\" <a@b.c>, d@e"].concat()), ["张三丰|a@b.c", "|d@e"]);
        assert_eq!(read(b"a@b.c (=?gbk?B?1cXI/bfh?=)"), ["张三丰|a@b.c"]);
        assert_eq!(read(b"=?utf-8?Q?Li=2C_Si_=3Cx=40y=3E?= <a@b.c>"), ["Li, Si <x@y>|a@b.c"]);
        assert_eq!(read(b"=?utf-8?B?5byg5LiJIDxhQGIuYz4=?="), ["张三|a@b.c"], "all of it is one word");
        assert_eq!(read("李四\u{202e}x <a@b.c>".as_bytes()), ["李四x|a@b.c"]);
    }

    #[test]
    fn lists_and_groups_are_read() {
        assert_eq!(read(b"a@b, \"C, D\" <c@d>,\r\n\t<e@f>"), ["|a@b", "C, D|c@d", "|e@f"]);
        assert_eq!(read(b"Office: a@b, c@d; e@f"), ["|a@b", "|c@d", "|e@f"]);
        assert_eq!(read(b"undisclosed-recipients:;"), Vec::<String>::new());
        assert_eq!(read(b""), Vec::<String>::new());
        let many = vec!["a@b"; 700].join(",");
        let (all, _, cut) = addresses(many.as_bytes(), None, 500);
        assert!(cut && all.len() == 500);
    }

    proptest! {
        #[test]
        fn no_value_panics(value in proptest::collection::vec(prop_oneof![
            Just(b'<'), Just(b'>'), Just(b','), Just(b'"'), Just(b'('), Just(b':'), Just(b'@'), any::<u8>()], 0..100)) {
            let _ = addresses(&value, None, 5);
        }
    }
}
