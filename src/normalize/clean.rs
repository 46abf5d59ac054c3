//! Cleaning of texts: HTML to text, telephone and identity numbers, full-width forms, blanks. A clean
//! text comes back borrowed.

use std::borrow::Cow;

use super::html;
use crate::ticket::narrow;

/// A way to clean a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Clean {
    Html,
    Phone,
    Id,
    Width,
    Trim,
}

impl Clean {
    /// Every way, by its name in `clean = …`.
    pub(super) const NAMES: [&'static str; 5] = ["html", "phone", "id", "width", "trim"];

    /// The way of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "html" => Some(Self::Html),
            "phone" => Some(Self::Phone),
            "id" => Some(Self::Id),
            "width" => Some(Self::Width),
            "trim" => Some(Self::Trim),
            _ => None,
        }
    }

    /// Cleans a text. All ways but HTML leave a text alone that they have cleaned before; of HTML, what was
    /// escaped is text afterwards and would be taken for markup by a second round.
    pub(super) fn apply(self, text: Cow<'_, str>) -> Cow<'_, str> {
        match self {
            Self::Html if html::is_markup(&text) => Cow::Owned(html::to_text(&text)),
            Self::Html | Self::Trim => trimmed(text),
            Self::Width if text.chars().any(|c| widened(c) != c) => Cow::Owned(text.chars().map(widened).collect()),
            Self::Width => text,
            Self::Phone => phone(text),
            Self::Id => id(text),
        }
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    let inner = text.trim();
    if inner.len() == text.len() {
        return text;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Full-width letters, digits and blanks become half-width, and the signs that stand in addresses of mail
/// and in numbers; Chinese punctuation stays what it is.
fn widened(c: char) -> char {
    let half = narrow(c);
    if half.is_ascii_alphanumeric() || matches!(half, ' ' | '@' | '_' | '-' | '/' | '+' | '.') { half } else { c }
}

/// A telephone number as bare digits, without the country code. Whatever is no number is only trimmed:
/// what a citizen wrote there may still help.
fn phone(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut digits = String::with_capacity(text.len());
    for c in text.trim().chars().map(narrow) {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => digits.push_str("00"),
            ' ' | '-' | '–' | '—' | '(' | ')' | '.' => {}
            c if c.is_whitespace() => {}
            _ => return trimmed(text),
        }
    }
    let mut bare = digits.as_str();
    while let Some(rest) = bare.strip_prefix("0086") {
        bare = rest;
    }
    let bare = bare.strip_prefix("86").filter(|rest| rest.len() == 11 && rest.starts_with('1')).unwrap_or(bare);
    match bare.len() {
        7..=12 if bare == text => text,
        7..=12 => Cow::Owned(bare.to_owned()),
        _ => trimmed(text),
    }
}

/// An identity number without blanks, its letters in upper case. Anything else is only trimmed.
fn id(text: Cow<'_, str>) -> Cow<'_, str> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| narrow(c).to_ascii_uppercase())
        .filter(|&c| c != '-')
        .collect();
    let good = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_alphanumeric());
    if good && plain != text { Cow::Owned(plain) } else { trimmed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clean(how: Clean, text: &str) -> String {
        how.apply(Cow::Borrowed(text)).into_owned()
    }

    #[test]
    fn each_way_does_what_it_says() {
        assert_eq!(clean(Clean::Phone, " +86 138-0000-0000 "), "13800000000");
        assert_eq!(clean(Clean::Phone, "(0734)5200000"), "07345200000");
        assert_eq!(clean(Clean::Phone, " 打家里 "), "打家里");
        assert_eq!(clean(Clean::Phone, "0734-5200000转8"), "0734-5200000转8");
        assert_eq!(clean(Clean::Id, "430424 19000101 002x"), "43042419000101002X");
        assert_eq!(clean(Clean::Width, "ＡＢ１２　，ａ＠ｂ"), "AB12 ，a@b");
        assert_eq!(clean(Clean::Trim, " \u{3000}x\n"), "x");
        assert_eq!(clean(Clean::Html, " 没有标签 a < b "), "没有标签 a < b");
    }

    #[test]
    fn every_name_is_known() {
        for name in Clean::NAMES {
            assert!(Clean::named(name).is_some(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in "[0-9０-９ +()a-zＡ-Ｚ　\u{86}甲，-]{0,24}", long in any::<String>()) {
            for how in [Clean::Phone, Clean::Id, Clean::Width, Clean::Trim] {
                for text in [&text, &long] {
                    let once = clean(how, text);
                    prop_assert_eq!(clean(how, &once), once);
                }
            }
        }

        #[test]
        fn html_without_escapes_is_clean_after_once(words in proptest::collection::vec("[一-龥a-z0-9 ]{0,6}", 1..6)) {
            let html: String = words.iter().map(|word| format!("<p><b>{word}</b></p>")).collect();
            let once = clean(Clean::Html, &html);
            prop_assert_eq!(clean(Clean::Html, &once), once);
        }
    }
}
