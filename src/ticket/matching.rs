//! What of a draft can be compared with other tickets: plain strings, which the store turns into keyed
//! digests. No cryptography here, and no judgement either.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::Draft;
use super::phone::phone_digits;

/// The comparable parts of a draft. All of it is personal: it goes into keyed digests and nowhere else.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct MatchInputs {
    /// Telephone numbers of the sender: digits only, without the country code.
    pub phones: Vec<String>,
    /// Number of the identity document, upper case, without blanks.
    pub id_no: Option<String>,
    /// E-mail address, lower case.
    pub email: Option<String>,
    /// Name and the last four digits of the first telephone number, for look-up by a person.
    pub name_phone4: Option<String>,
    /// Name and address.
    pub name_address: Option<String>,
    /// Number plates named in the text.
    pub plates: Vec<String>,
    /// Title and content as [`letters_only`] leaves them.
    pub letter: Option<String>,
}

impl std::fmt::Debug for MatchInputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MatchInputs(…)")
    }
}

/// By what a person finds a ticket: the few parts of [`MatchInputs`] that each new ticket is filed under.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct FindInputs {
    /// Telephone numbers of the sender, as in [`MatchInputs`].
    pub phones: Vec<String>,
    /// Number of the identity document.
    pub id_no: Option<String>,
    /// Name and the last four digits of the first telephone number.
    pub name_phone4: Option<String>,
}

impl std::fmt::Debug for FindInputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FindInputs(…)")
    }
}

impl Draft {
    /// By what this draft's ticket is found. Cheap: the text of the letter is not looked at.
    pub fn find_inputs(&self) -> FindInputs {
        let person = &self.person;
        let mut phones: Vec<String> = Vec::new();
        for number in [&person.phone, &person.contact].into_iter().flatten().filter_map(|text| phone_digits(text)) {
            if !phones.contains(&number) {
                phones.push(number);
            }
        }
        let name = person.name.as_deref().map(letters_only).filter(|name| !name.is_empty());
        let last4 = phones.first().map(|digits| &digits[digits.len() - 4..]);
        FindInputs {
            id_no: person.id_no.as_deref().map(id_letters).filter(|id| !id.is_empty()),
            name_phone4: name.zip(last4).map(|(name, last4)| format!("{name}\n{last4}")),
            phones,
        }
    }

    /// The comparable parts of this draft.
    pub fn match_inputs(&self) -> MatchInputs {
        let FindInputs { phones, id_no, name_phone4 } = self.find_inputs();
        let person = &self.person;
        let letters = |text: &Option<String>| text.as_deref().map(letters_only).filter(|text| !text.is_empty());
        let name_address = letters(&person.name).zip(letters(&person.address));
        MatchInputs {
            id_no,
            email: person.email.as_deref().map(|email| email.trim().to_lowercase()).filter(|email| !email.is_empty()),
            name_phone4,
            name_address: name_address.map(|(name, address)| format!("{name}\n{address}")),
            plates: plates(self.matter.title.as_deref(), self.matter.content.as_deref()),
            letter: Some(self.letter()).filter(|letter| !letter.is_empty()),
            phones,
        }
    }

    /// Title and content as [`letters_only`] leaves them.
    pub(super) fn letter(&self) -> String {
        let mut out = String::new();
        for text in [&self.matter.title, &self.matter.content].into_iter().flatten() {
            push_letters(text, &mut out);
        }
        out
    }
}

/// A text as it is compared: NFKC, lower case, letters and digits only.
pub fn letters_only(text: &str) -> String {
    let mut out = String::new();
    push_letters(text, &mut out);
    out
}

fn push_letters(text: &str, out: &mut String) {
    out.reserve(text.len());
    // Nearly every letter is written in these ranges, where NFKC is known without its tables.
    if text.chars().all(simple) {
        for c in text.chars().map(narrow).filter(|&c| is_letter(c)) {
            out.push(c.to_ascii_lowercase());
        }
    } else {
        // What is left out can change how the rest combines, so it is done until nothing changes: one text, one form.
        let once =
            |text: &str| -> String { text.nfkc().filter(|&c| is_letter(c)).flat_map(char::to_lowercase).collect() };
        let mut letters = once(text);
        for _ in 0..8 {
            let again = once(&letters);
            if again == letters {
                break;
            }
            letters = again;
        }
        out.push_str(&letters);
    }
}

/// A letter or digit; most are told without a look into Unicode's tables.
fn is_letter(c: char) -> bool {
    match c {
        '\u{4e00}'..='\u{9fff}' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        c => c.is_alphanumeric(),
    }
}

/// Characters that NFKC leaves alone or, if full-width, maps to one ASCII character, and that never combine.
fn simple(c: char) -> bool {
    matches!(c, '\0'..='\x7f' | '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{3011}' | '\u{ff01}'..='\u{ff5e}'
        | '\u{2018}'..='\u{201d}' | '\u{2013}' | '\u{2014}' | '\u{b7}' | '\u{b0}')
}

/// A full-width form as its ASCII character; anything else as it is.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

fn id_letters(text: &str) -> String {
    text.chars().map(narrow).filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// The short names of the divisions that begin a number plate, and those of special plates.
const PLATE_HEADS: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// Number plates in a text: a division, a letter, five or six letters or digits (the last may be 学, 警, 挂 and the like).
fn plates(title: Option<&str>, content: Option<&str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (_, plate) in [title, content].into_iter().flatten().flat_map(plates_in) {
        if !found.contains(&plate) {
            found.push(plate);
        }
    }
    found
}

/// Every number plate in a text: where it stands, in bytes, and how it is written without blanks and dots.
pub(crate) fn plates_in(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    // Letters are rare in these texts, divisions are not: so it is the letter that is looked for.
    let mut head = (0, ' ');
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_ascii_whitespace()) {
        if narrow(c).is_ascii_alphabetic()
            && PLATE_HEADS.contains(head.1)
            && let Some((plate, length)) = plate(head.1, &text[at..])
        {
            found.push((head.0..at + length, plate));
        }
        head = (at, c);
    }
    found
}

/// The plate that goes on with `rest` behind its division, and how many bytes of `rest` are its.
fn plate(head: char, rest: &str) -> Option<(String, usize)> {
    let mut rest = rest
        .char_indices()
        .map(|(at, c)| (at + c.len_utf8(), narrow(c)))
        .filter(|(_, c)| !matches!(c, '·' | '.' | ' ' | '-'))
        .peekable();
    let (mut end, office) = rest.next_if(|(_, c)| c.is_ascii_alphabetic())?;
    let mut out = String::from(head);
    out.push(office.to_ascii_uppercase());
    let mut count = 0;
    while let Some((after, c)) = rest.next_if(|(_, c)| c.is_ascii_alphanumeric()) {
        out.push(c.to_ascii_uppercase());
        end = after;
        count += 1;
        if count > 6 {
            return None;
        }
    }
    if count == 4
        && let Some((after, c)) = rest.next_if(|(_, c)| "学警挂使领港澳".contains(*c))
    {
        out.push(c);
        end = after;
        count += 1;
    }
    let has_digit = out.bytes().any(|b| b.is_ascii_digit());
    ((5..=6).contains(&count) && has_digit).then_some((out, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::{Matter, Person};
    use proptest::prelude::*;

    #[test]
    fn the_parts_of_a_draft() {
        let draft = Draft {
            person: Person {
                name: Some("刘 某".into()),
                phone: Some("138 0000 0000".into()),
                contact: Some("13800000000".into()),
                address: Some("甲镇乙村1组".into()),
                id_no: Some("43042419000101002x".into()),
                ..Person::default()
            },
            matter: Matter {
                title: Some("渣土车".into()),
                content: Some("车牌湘D·A0000 和湘d12345学,不是湘DX".into()),
                ..Matter::default()
            },
            ..Draft::default()
        };
        let got = draft.match_inputs();
        assert_eq!(got.phones, ["13800000000"]);
        assert_eq!(got.id_no.as_deref(), Some("43042419000101002X"));
        assert_eq!(got.name_phone4.as_deref(), Some("刘某\n0000"));
        assert_eq!(got.name_address.as_deref(), Some("刘某\n甲镇乙村1组"));
        assert_eq!(got.plates, ["湘DA0000", "湘D12345"]);
        assert_eq!(got.letter.as_deref(), Some("渣土车车牌湘da0000和湘d12345学不是湘dx"));
        assert_eq!(format!("{got:?}"), "MatchInputs(…)");
    }

    #[test]
    fn marks_that_combine_have_one_form() {
        for text in ["\u{1e023}\u{fe72}", "\u{c55}{\u{16ff0}"] {
            let once = letters_only(text);
            assert_eq!(letters_only(&once), once, "{text:?}");
        }
    }

    proptest! {
        /// The short way must give what the tables of NFKC give.
        #[test]
        fn the_short_way_is_the_long_way(text in "[ -~一-龥、-】!-~·°–—‘-”\u{3000}]{0,60}") {
            let long: String = text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            prop_assert_eq!(letters_only(&text), long);
        }

        #[test]
        fn letters_of_letters_are_the_same(text in any::<String>()) {
            let once = letters_only(&text);
            prop_assert_eq!(letters_only(&once), once);
        }

        #[test]
        fn width_and_blanks_do_not_matter(text in "[a-z0-9一-龥]{0,30}") {
            let wide: String = text.chars().map(|c| if c.is_ascii() { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c })
                .flat_map(|c| [c, ' ', '。']).collect();
            prop_assert_eq!(letters_only(&wide), letters_only(&text));
        }
    }
}
