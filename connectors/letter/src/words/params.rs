//! Content-Type and Content-Disposition: a word and its parameters, with RFC 2231 and with what clients really write.

use super::charset::{self, Decoded};
use super::{encoded, transfer};

/// A value with parameters, in bytes: in which charset a name stands is only known when all of it is there.
#[derive(Default, Debug)]
pub(crate) struct Typed {
    /// What stands first, in lower case and without blanks: `text/plain`, `attachment`.
    pub(crate) word: String,
    params: Vec<Param>,
}

#[derive(Debug)]
struct Param {
    /// In lower case, without what RFC 2231 adds to it.
    name: String,
    /// Which piece of a continued value it is.
    piece: u16,
    /// Written as RFC 2231 has it: percent codes, and charset and language before the first piece.
    extended: bool,
    /// Whether the name had a piece number or a star at all.
    rfc2231: bool,
    value: Vec<u8>,
}

/// So many parameters of one field are looked at.
const MOST: usize = 256;

impl Typed {
    pub(crate) fn parse(value: &[u8]) -> Self {
        let value = value.trim_ascii();
        let end = memchr::memchr(b';', value).unwrap_or(value.len());
        let (mut first, mut rest) = value.split_at(end);
        // A forgotten semicolon: `text/plain charset=gb2312`.
        if let Some(equals) = memchr::memchr(b'=', first) {
            let blank = first
                .get(..equals)
                .and_then(|before| before.trim_ascii_end().iter().rposition(u8::is_ascii_whitespace));
            (first, rest) = value.split_at(blank.unwrap_or(0));
        }
        let first = first.split(|byte| *byte == b'(').next().unwrap_or_default();
        let word = first.iter().filter(|byte| byte.is_ascii_graphic()).map(|byte| byte.to_ascii_lowercase() as char);
        let mut typed = Self { word: word.collect(), params: Vec::new() };
        while typed.params.len() < MOST {
            let skipped = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b';').count();
            rest = rest.get(skipped..).unwrap_or_default();
            let Some(end) = memchr::memchr2(b'=', b';', rest) else { break };
            let (name, behind) = rest.split_at(end);
            let Some(behind) = behind.strip_prefix(b"=") else {
                rest = behind;
                continue;
            };
            let (value, behind) = one(behind.trim_ascii_start());
            rest = behind;
            typed.params.extend(Param::new(name, value));
        }
        typed
    }

    /// The bytes of a parameter that is a plain word: a boundary, a charset.
    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.params.iter().find(|param| param.name == name && !param.extended).map(|param| param.value.as_slice())
    }

    /// A parameter that is one word, without what stands behind it.
    pub(crate) fn token(&self, name: &str) -> Option<&str> {
        let value = std::str::from_utf8(self.bytes(name)?).ok()?;
        value.split(|c: char| c.is_ascii_whitespace() || c == ';' || c == '(').find(|word| !word.is_empty())
    }

    /// A parameter that people read, such as a file's name. Pieces are joined before they are decoded, since their border may
    /// stand inside a character. `hint` is the charset that the rest of the letter declares.
    pub(crate) fn text(&self, name: &str, hint: Option<&str>) -> Option<Decoded> {
        let pieces = self.pieces(name);
        if !pieces.is_empty() {
            return Some(continued(&pieces, hint));
        }
        let value = self.bytes(name)?.trim_ascii();
        if value.is_empty() {
            return None;
        }
        if let Some(plain) = percent_utf8(value) {
            return Some(Decoded { text: plain, ..Decoded::default() });
        }
        Some(encoded::line(value, hint))
    }

    /// The pieces of RFC 2231, in their order; one of each number.
    fn pieces(&self, name: &str) -> Vec<&Param> {
        let mut pieces: Vec<&Param> = self.params.iter().filter(|param| param.rfc2231 && param.name == name).collect();
        pieces.sort_by_key(|param| param.piece);
        pieces.dedup_by_key(|param| param.piece);
        pieces
    }
}

impl Param {
    fn new(name: &[u8], value: Vec<u8>) -> Option<Self> {
        let name = std::str::from_utf8(name.trim_ascii()).ok()?.to_ascii_lowercase();
        let (base, star) = name.split_once('*').map_or((name.as_str(), None), |(base, star)| (base, Some(star)));
        let extended = star.is_some_and(|star| star.is_empty() || star.ends_with('*'));
        let piece = star.map_or("", |star| star.trim_end_matches('*')).parse().unwrap_or(0);
        Some(Self { name: base.to_owned(), piece, extended, rfc2231: star.is_some(), value })
    }
}

/// One value and what stands behind it. Inside quotes a backslash escapes only a quote and itself: `C:\报告.doc` is written
/// with one. The second byte of a character of GBK may look like a backslash and is none.
fn one(rest: &[u8]) -> (Vec<u8>, &[u8]) {
    let Some(quoted) = rest.strip_prefix(b"\"") else {
        let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
        let (value, behind) = rest.split_at(end);
        return (value.trim_ascii().to_vec(), behind);
    };
    let pairs = std::str::from_utf8(quoted).is_err();
    let mut value = Vec::new();
    let mut rest = quoted;
    loop {
        rest = match rest {
            [] => return (value, rest),
            [b'"', behind @ ..] => return (value, behind),
            [b'\\', next @ (b'"' | b'\\'), behind @ ..] => {
                value.push(*next);
                behind
            }
            [b'\r' | b'\n', behind @ ..] => behind,
            [lead @ 0x81..=0xfe, trail @ 0x40..=0xfe, behind @ ..] if pairs => {
                value.extend([*lead, *trail]);
                behind
            }
            [byte, behind @ ..] => {
                value.push(*byte);
                behind
            }
        };
    }
}

fn continued(pieces: &[&Param], hint: Option<&str>) -> Decoded {
    let mut charset: Option<String> = None;
    let mut bytes = Vec::new();
    for (at, param) in pieces.iter().enumerate() {
        let mut value = param.value.as_slice();
        if param.extended && at == 0 {
            let mut parts = value.splitn(3, |byte| *byte == b'\'');
            if let (Some(name), Some(_), Some(words)) = (parts.next(), parts.next(), parts.next()) {
                charset = Some(String::from_utf8_lossy(name).into_owned()).filter(|name| !name.is_empty());
                value = words;
            }
        }
        if param.extended { percent(value, &mut bytes) } else { bytes.extend_from_slice(value) }
    }
    // Some clients put encoded words into pieces.
    if charset.is_none() && memchr::memmem::find(&bytes, b"=?").is_some() {
        return encoded::line(&bytes, hint);
    }
    let mut decoded = charset::decode(&bytes, charset.as_deref().or(hint));
    decoded.text = decoded.text.trim().to_owned();
    decoded
}

fn percent(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    loop {
        rest = match rest {
            [] => return,
            [b'%', first, second, behind @ ..] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit() => {
                out.extend(transfer::hex(*first, *second));
                behind
            }
            [byte, behind @ ..] => {
                out.push(*byte);
                behind
            }
        };
    }
}

/// A name that a web form wrote with percent codes and without saying so. `100%.txt` is none, nor is what decodes to ASCII.
fn percent_utf8(value: &[u8]) -> Option<String> {
    memchr::memchr(b'%', value)?;
    if !value.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(value.len());
    percent(value, &mut bytes);
    String::from_utf8(bytes).ok().filter(|text| !text.is_ascii())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(value: &[u8]) -> String {
        Typed::parse(value).text("filename", None).map(|decoded| decoded.text).unwrap_or_default()
    }

    fn gb(text: &str) -> Vec<u8> {
        encoding_rs::GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn names_in_gbk_are_read_in_one_piece_or_in_several() {
        let code = |bytes: &[u8]| bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let bytes = gb("路灯照片.jpg");
        assert_eq!(name(format!("attachment; filename*=gbk''{}", code(&bytes)).as_bytes()), "路灯照片.jpg");
        for at in 1..bytes.len() {
            let (left, right) = (code(&bytes[..at]), code(&bytes[at..]));
            let value = format!("attachment;\r\n filename*0*=gb2312'zh'{left};\r\n filename*1*={right}");
            assert_eq!(name(value.as_bytes()), "路灯照片.jpg");
            let turned = format!("attachment; filename*1*={right}; filename*0*=gb2312''{left}; filename=\"x.jpg\"");
            assert_eq!(name(turned.as_bytes()), "路灯照片.jpg", "any order, and before the plain one");
        }
    }

    #[test]
    fn names_are_read_as_clients_write_them() {
        assert_eq!(
            name(&[b"attachment; filename=\"", gb("欠薪 證據.doc").as_slice(), b"\"; size=3"].concat()),
            "欠薪 證據.doc"
        );
        assert_eq!(
            name(&[b"attachment; filename=", gb("欠薪 證據.doc").as_slice(), b" ; x=1"].concat()),
            "欠薪 證據.doc"
        );
        assert_eq!(name(b"attachment; filename=\"=?gbk?B?wre1xg==?=.jpg\""), "路灯.jpg");
        assert_eq!(name(b"attachment; filename=\"=?gbk?B?wg==?=\r\n =?gbk?B?t7XG?=\""), "路灯");
        assert_eq!(name(b"attachment; filename=%E8%B7%AF%E7%81%AF.jpg"), "路灯.jpg");
        assert_eq!(name(b"attachment; filename=100%.txt"), "100%.txt");
        assert_eq!(name(br#"attachment; filename="C:\temp\a\"b.txt""#), r#"C:\temp\a"b.txt"#);
        assert_eq!(name(br#"attachment; filename="no end"#), "no end");
    }

    #[test]
    fn types_are_read_as_clients_write_them() {
        let charset = |value: &str| Typed::parse(value.as_bytes()).token("charset").map(str::to_owned);
        assert_eq!(charset("text/plain; charset=\"gb2312\""), Some("gb2312".to_owned()));
        assert_eq!(charset("text/plain charset=gbk; format=flowed"), Some("gbk".to_owned()));
        assert_eq!(charset("TEXT/PLAIN;; CharSet = us-ascii (Plain)"), Some("us-ascii".to_owned()));
        assert_eq!(charset("text/plain"), None);
        assert_eq!(Typed::parse(b" Message / RFC822 (x); a=b").word, "message/rfc822");
        assert_eq!(Typed::parse(b"").word, "");
        assert_eq!(Typed::parse(b"multipart/mixed; boundary=\"a;b\"").bytes("boundary"), Some(b"a;b".as_slice()));
    }

    proptest! {
        #[test]
        fn no_value_panics(value in proptest::collection::vec(prop_oneof![Just(b';'), Just(b'='), Just(b'*'), Just(b'"'), any::<u8>()], 0..100)) {
            let typed = Typed::parse(&[b"a/b; filename*0*=".as_slice(), &value].concat());
            let _ = (typed.text("filename", None), typed.token("charset"));
        }
    }
}
