//! Which charset bytes are in, where labels lie: gb2312 means GB18030, utf-8 may be GBK, and often there is no label.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, WINDOWS_1252};

use super::label::Label;
use super::legacy;

/// Text, and how sure it is.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// The charset was told by the bytes, against the label or without one. Valid UTF-8 without a label is no guess.
    pub(crate) guessed: bool,
    /// Some bytes were no character.
    pub(crate) damaged: bool,
}

impl Decoded {
    fn sure(text: String) -> Self {
        Self { text, guessed: false, damaged: false }
    }

    fn marked(encoding: &'static Encoding, bytes: &[u8], guessed: bool) -> Self {
        let (text, damaged) = encoding.decode_without_bom_handling(bytes);
        Self { text: text.into_owned(), guessed, damaged }
    }
}

/// The text of these bytes, of which `declared` is said.
///
/// ASCII is ASCII; a charset of several bytes a character is believed where the bytes agree; then valid UTF-8, then valid
/// GB18030 if nothing else was declared, or if a Latin charset was and the text becomes Chinese; else the declared one with
/// marks for what cannot be read.
pub(crate) fn decode(bytes: &[u8], declared: Option<&str>) -> Decoded {
    let ascii = bytes.is_ascii();
    if ascii && declared.is_none() {
        return Decoded::sure(utf8(bytes));
    }
    let label = Label::of(declared);
    match label {
        Label::Hz => return Decoded::sure(legacy::hz(bytes)),
        Label::Utf7 if ascii => return Decoded::sure(legacy::utf7(bytes)),
        _ if ascii && !label.is_ascii_shifted() => return Decoded::sure(utf8(bytes)),
        _ => {}
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes)
        && let Some(text) = strict(encoding, bytes.get(mark..).unwrap_or_default())
    {
        return Decoded::sure(text);
    }
    let believed = match label {
        Label::Utf8 => strict(UTF_8, bytes),
        // Text saved anew in UTF-8 under its old label. Pairs of GB18030 do not form so many threes by chance.
        Label::Gb if !surely_utf8(bytes) => strict(GB18030, bytes),
        Label::Wide(encoding) => strict(encoding, bytes),
        _ => None,
    };
    if let Some(text) = believed {
        return Decoded::sure(text);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: text.to_owned(), guessed: !matches!(label, Label::Nothing), damaged: false };
    }
    match label {
        Label::Nothing | Label::Utf8 | Label::Utf7 => unlabelled(bytes),
        Label::Gb => Decoded::marked(GB18030, bytes, false),
        Label::Wide(encoding) => Decoded::marked(encoding, bytes, false),
        Label::Narrow { encoding, latin } => {
            match strict(GB18030, bytes).filter(|text| latin && chinese(text, bytes)) {
                Some(text) => Decoded { text, guessed: true, damaged: false },
                None => Decoded::marked(encoding, bytes, false),
            }
        }
        Label::Old(decoder) => match strict(GB18030, bytes).filter(|text| chinese(text, bytes)) {
            Some(text) => Decoded { text, guessed: true, damaged: false },
            None => Decoded::sure(decoder(bytes)),
        },
        Label::Hz => Decoded::sure(legacy::hz(bytes)),
    }
}

/// Bytes that are no UTF-8 and of which nothing that helps was said.
fn unlabelled(bytes: &[u8]) -> Decoded {
    // UTF-8 that was cut, or in which a byte was lost, is often valid GB18030: it would turn into nonsense as a whole.
    if nearly_utf8(bytes) {
        return Decoded { text: utf8(bytes), guessed: false, damaged: true };
    }
    if western(bytes) {
        return Decoded::marked(WINDOWS_1252, bytes, true);
    }
    if let Some(text) = strict(GB18030, bytes).or_else(|| strict(BIG5, bytes)) {
        return Decoded { text, guessed: true, damaged: false };
    }
    Decoded::marked(GB18030, bytes, true)
}

fn strict(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into)
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Valid UTF-8 of at least six characters outside ASCII, nearly all of three bytes or more.
fn surely_utf8(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let (mut all, mut long) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        long += usize::from(c.len_utf8() > 2);
    }
    long >= 6 && long * 10 >= all * 9
}

/// Far more whole characters than broken ones. Of GBK read as UTF-8 it is the other way round.
fn nearly_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole >= 2 && whole > broken * 4
}

/// Whether text under a Latin label is Chinese: nine of ten characters outside ASCII are Han or its punctuation, and most of
/// them are two high bytes. In `für` or `Frösche` a high byte has a small one behind it.
fn chinese(text: &str, bytes: &[u8]) -> bool {
    let (mut all, mut han) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        han += usize::from(is_chinese(c));
    }
    han * 10 >= all * 9 && high_pairs(bytes) * 2 > all
}

/// Whether bytes without a label are a Western language's: several of them are high, and hardly ever two in a row.
fn western(bytes: &[u8]) -> bool {
    let high = |byte: &u8| *byte >= 0xa1;
    let all = bytes.iter().filter(|byte| high(byte)).count();
    let pairs = bytes.windows(2).filter(|two| two.iter().all(high)).count();
    all >= 4 && pairs * 8 < all && !bytes.iter().any(|byte| (0x81..0xa1).contains(byte))
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' | '\u{2014}'..='\u{2026}' | '\u{b7}')
}

/// How many characters of GB18030 are two bytes from 0xA1 on, as GB2312's are.
fn high_pairs(bytes: &[u8]) -> usize {
    let (mut count, mut rest) = (0, bytes);
    loop {
        rest = match rest {
            [] => return count,
            [0xa1..=0xff, 0xa1..=0xff, behind @ ..] => {
                count += 1;
                behind
            }
            [0x81..=0xff, 0x30..=0x39, _, _, behind @ ..] | [0x81..=0xff, _, behind @ ..] | [_, behind @ ..] => behind,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    fn read(bytes: &[u8], declared: &str) -> (String, bool) {
        let decoded = decode(bytes, Some(declared).filter(|name| !name.is_empty()));
        (decoded.text, decoded.guessed)
    }

    #[test]
    fn every_name_of_the_gb_family_means_gb18030() {
        for name in
            ["gb2312", "GBK", "x-gbk", "cp936", "MS936", "chinese", "gb18030", "GB_2312-80", "csGB2312", "\"gbk\""]
        {
            assert_eq!(read(&gb("镕㐂𠮷€"), name), ("镕㐂𠮷€".to_owned(), false), "{name}");
        }
    }

    #[test]
    fn a_label_that_lies_is_found_out() {
        let words = "衡东县城关镇兴衡路";
        for name in ["utf-8", "", "x-unknown", "us-ascii", "iso-8859-1", "windows-1252"] {
            assert_eq!(read(&gb(words), name), (words.to_owned(), true), "{name}");
        }
        for name in ["gb2312", "iso-8859-1", "big5"] {
            assert_eq!(read(words.as_bytes(), name), (words.to_owned(), true), "{name}");
        }
        assert_eq!(read(words.as_bytes(), ""), (words.to_owned(), false), "UTF-8 says itself what it is");
    }

    #[test]
    fn western_letters_under_their_own_label_stay_western() {
        for text in ["Fr\u{f6}sche f\u{fc}r Stra\u{df}e", "M\u{fc}ller", "caf\u{e9}"] {
            let bytes: Vec<u8> = text.chars().map(|c| c as u32 as u8).collect();
            assert_eq!(read(&bytes, "iso-8859-1"), (text.to_owned(), false));
        }
        let cyrillic = encoding_rs::WINDOWS_1251.encode("Привет").0.into_owned();
        assert_eq!(read(&cyrillic, "windows-1251"), ("Привет".to_owned(), false));
    }

    #[test]
    fn western_letters_without_a_label_are_told_by_their_loneliness() {
        let bytes: Vec<u8> =
            "Die Fr\u{f6}sche st\u{fc}rzten \u{fc}ber die Stra\u{df}e".chars().map(|c| c as u32 as u8).collect();
        assert_eq!(read(&bytes, ""), ("Die Frösche stürzten über die Straße".to_owned(), true));
    }

    #[test]
    fn utf_8_that_was_cut_is_not_turned_into_chinese_nonsense() {
        let whole = "投诉兴衡路路灯不亮".as_bytes();
        for cut in 1..3 {
            let decoded = decode(&whole[..whole.len() - cut], Some("utf-8"));
            assert!(decoded.text.starts_with("投诉兴衡路路灯不") && decoded.damaged, "{}", decoded.text);
        }
        let cut = &gb("投诉兴衡路路灯不亮")[..17];
        assert!(decode(cut, Some("gb2312")).text.starts_with("投诉兴衡路路灯不"));
        assert!(decode(cut, None).text.starts_with("投诉兴衡路路灯不"));
    }

    #[test]
    fn big5_and_byte_order_marks_are_read() {
        let big5 = BIG5.encode("陳情路燈").0.into_owned();
        assert_eq!(read(&big5, "big5"), ("陳情路燈".to_owned(), false));
        assert_eq!(read(b"\xef\xbb\xbf\xe8\xb7\xaf", "gbk"), ("路".to_owned(), false));
        assert_eq!(read(b"\xff\xfe\xef\x8d", ""), ("路".to_owned(), false));
        assert_eq!(read(b"\x1b$B%O\x1b(B", "iso-2022-jp"), ("ハ".to_owned(), false));
    }

    proptest! {
        #[test]
        fn chinese_is_read_whatever_the_label_says(text in "[\u{4e00}-\u{9fa5}，。]{4,60}") {
            for name in ["gb2312", "utf-8", "gbk", "x-unknown"] {
                let (read, _) = read(&gb(&text), name);
                prop_assert_eq!(&read, &text);
            }
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), name in "[a-z0-9-]{0,12}") {
            let _ = decode(&bytes, Some(&name));
            for name in ["gbk", "hz", "utf-7", "iso-8859-1", "big5", "utf-16", "iso-2022-jp", "ibm850", "koi8-r"] {
                let _ = decode(&bytes, Some(name));
            }
        }
    }
}
