//! Numbers and addresses of persons in a text: telephone, resident identity, bank card, e-mail. Digits may be
//! full-width and in groups, with blanks, dashes or brackets between.

use std::ops::Range;

use jiff::civil::Date;

use super::Kind;
use crate::ticket::narrow;

/// More groups than this are no one number.
const GROUPS: usize = 8;

/// The longest number that is looked for: a bank card's, or a telephone's with its country code.
const DIGITS: usize = 19;

/// Words before a number of seven or eight digits that make it a telephone number without its area code.
const CALLING: [&str; 9] = ["电话", "致电", "拨打", "座机", "热线", "联系", "咨询", "号码", "手机"];

/// Digits without a gap.
struct Group {
    digits: String,
    range: Range<usize>,
    /// The next group follows after one separator, or a bracket with a blank.
    joined: bool,
}

/// Every telephone, identity and card number, with its place.
pub(super) fn numbers(text: &str, allowed: &[&str]) -> Vec<(Kind, Range<usize>)> {
    let allowed: Vec<String> = allowed.iter().map(|number| digits_of(number)).collect();
    let groups = groups(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < groups.len() {
        let (kind, next) = longest(text, &groups[at..], &allowed);
        if let Some(kind) = kind {
            found.push((kind, groups[at].range.start..groups[at + next - 1].range.end));
        }
        at += next;
    }
    found
}

/// The longest number that begins with the first group: what it is (nothing, if it may be named), and how many groups.
fn longest(text: &str, groups: &[Group], allowed: &[String]) -> (Option<Kind>, usize) {
    let mut digits = String::new();
    let mut best = (None, 1);
    for (n, group) in groups.iter().enumerate().take(GROUPS) {
        digits.push_str(&group.digits);
        if digits.len() > DIGITS {
            break;
        }
        let before = &text[..groups[0].range.start];
        match number(&digits, before) {
            Some(Kind::Phone) if is_public(&digits, allowed) => best = (None, n + 1),
            Some(kind) => best = (Some(kind), n + 1),
            None if is_service(&digits) => best = (None, n + 1),
            None => {}
        }
        if !group.joined {
            break;
        }
    }
    best
}

/// What a number is; nothing, if it is nobody's.
fn number(digits: &str, before: &str) -> Option<Kind> {
    if is_resident_id(digits) {
        Some(Kind::ResidentId)
    } else if is_bank_card(digits) {
        Some(Kind::BankCard)
    } else {
        is_phone(digits, before).then_some(Kind::Phone)
    }
}

/// Every run of digits in a text, an X at the end of an identity number with it.
pub(super) fn runs(text: &str) -> Vec<String> {
    groups(text).into_iter().map(|group| group.digits).collect()
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut gap = Gap::Wide;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let narrowed = narrow(c);
        let end = at + c.len_utf8();
        let after = chars.peek().map(|(_, next)| narrow(*next));
        match groups.last_mut() {
            Some(group) if group.range.end == at && narrowed.is_ascii_digit() => {
                group.digits.push(narrowed);
                group.range.end = end;
            }
            // The last place of an identity number may be an X.
            Some(group)
                if group.range.end == at
                    && matches!(narrowed, 'x' | 'X')
                    && after.is_none_or(|next| !next.is_ascii_alphanumeric()) =>
            {
                group.digits.push('X');
                group.range.end = end;
            }
            last if narrowed.is_ascii_digit() => {
                if let Some(last) = last {
                    last.joined = gap != Gap::Wide && !last.digits.ends_with('X');
                }
                groups.push(Group { digits: narrowed.into(), range: at..end, joined: false });
            }
            _ => {
                gap = gap.after(narrowed, groups.last().is_some_and(|group| group.range.end == at));
            }
        }
    }
    groups
}

/// What stands between two groups.
#[derive(Clone, Copy, PartialEq)]
enum Gap {
    /// One separator.
    One,
    /// Two.
    Two,
    /// More, or something else.
    Wide,
}

impl Gap {
    fn after(self, c: char, first: bool) -> Self {
        let separates = matches!(c, ' ' | '\t' | '-' | '‐' | '‑' | '–' | '—' | '−' | '(' | ')' | '·' | '.');
        match (separates, first, self) {
            (true, true, _) => Self::One,
            (true, false, Self::One) => Self::Two,
            _ => Self::Wide,
        }
    }
}

fn digits_of(number: &str) -> String {
    number.chars().map(narrow).filter(char::is_ascii_digit).collect()
}

/// Whether a number may be named: an allowed one, with or without its area code.
fn is_public(digits: &str, allowed: &[String]) -> bool {
    let without = |number: &str| number.strip_prefix("0086").or_else(|| number.strip_prefix("86")).map(str::to_owned);
    let bare = without(digits).unwrap_or_else(|| digits.to_owned());
    allowed.iter().any(|number| {
        number == digits
            || *number == bare
            || number.trim_start_matches('0') == bare
            || matches!(digits.len(), 7 | 8) && number.starts_with('0') && number.ends_with(digits)
    })
}

fn is_phone(digits: &str, before: &str) -> bool {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let abroad = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86"));
    is_mobile(digits)
        || is_landline(digits)
        || abroad.is_some_and(|rest| is_mobile(rest) || is_landline(rest) || is_landline(&format!("0{rest}")))
        || is_local(digits, before)
}

/// A number of a service, open to everybody: 400 and 800 with seven more digits.
fn is_service(digits: &str) -> bool {
    digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"))
}

fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
}

/// An area code of three digits (010, 02x) with eight, or of four (03xx to 09xx) with seven or eight.
fn is_landline(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let local = match bytes {
        [b'0', b'1', b'0', rest @ ..] | [b'0', b'2', _, rest @ ..] if rest.len() == 8 => rest,
        [b'0', b'3'..=b'9', _, _, rest @ ..] if matches!(rest.len(), 7 | 8) => rest,
        _ => return false,
    };
    (b'2'..=b'8').contains(&local[0])
}

/// A number of the town, if a word before it says that one calls it.
fn is_local(digits: &str, before: &str) -> bool {
    let bytes = digits.as_bytes();
    if !matches!(bytes.len(), 7 | 8) || !(b'2'..=b'8').contains(&bytes[0]) {
        return false;
    }
    let near = before.char_indices().rev().nth(7).map_or(before, |(at, _)| &before[at..]);
    CALLING.iter().any(|word| near.contains(word))
}

/// GB 11643: 18 places with their check character, or 15 of the old form; region and day of birth must exist, so that
/// the number of an order is not taken for one.
pub(super) fn is_resident_id(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let number = |range: Range<usize>| digits.get(range).and_then(|part| part.parse::<i16>().ok());
    let born = |year: Option<i16>, at: usize| {
        let (month, day) = (number(at..at + 2), number(at + 2..at + 4));
        let day = year
            .zip(month)
            .zip(day)
            .and_then(|((year, month), day)| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok());
        day.is_some_and(|day| (1880..=2099).contains(&day.year()))
    };
    let plain = |places: &[u8]| places.iter().all(u8::is_ascii_digit);
    match bytes.len() {
        15 => plain(bytes) && is_province(number(0..2)) && born(number(6..8).map(|year| 1900 + year), 8),
        18 => {
            plain(&bytes[..17])
                && is_province(number(0..2))
                && born(number(6..10), 10)
                && check_character(&bytes[..17]) == bytes[17]
        }
        _ => false,
    }
}

fn is_province(code: Option<i16>) -> bool {
    matches!(code, Some(11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91))
}

/// ISO 7064 MOD 11-2 over the first 17 places.
fn check_character(digits: &[u8]) -> u8 {
    let sum = digits.iter().fold(0_u32, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    match (12 - sum) % 11 {
        10 => b'X',
        n => b'0' + u8::try_from(n).unwrap_or(0),
    }
}

/// 16 to 19 digits with Luhn's check digit. Cards of banks begin with 3 to 6 or 9 (ISO/IEC 7812); numbers of orders,
/// which mostly begin with the year, do not.
fn is_bank_card(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let first = matches!(bytes.first(), Some(b'3'..=b'6' | b'9'));
    if !first || !(16..=19).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = bytes
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(digit - b'0')) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Every e-mail address, with its place.
pub(super) fn emails(text: &str) -> Vec<(Kind, Range<usize>)> {
    let local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let mut found = Vec::new();
    for (at, sign) in text.char_indices().filter(|(_, c)| narrow(*c) == '@') {
        let before = text[..at].char_indices().rev().take_while(|(_, c)| local(narrow(*c))).last();
        let rest = at + sign.len_utf8();
        let after = text[rest..].char_indices().take_while(|(_, c)| host(narrow(*c)));
        let (mut end, mut dotted) = (rest, false);
        for (place, c) in after {
            // A full stop at the end is the sentence's.
            if narrow(c).is_ascii_alphanumeric() {
                dotted |= text[rest..rest + place].chars().any(|c| narrow(c) == '.');
                end = rest + place + c.len_utf8();
            }
        }
        if let Some((start, _)) = before.filter(|_| dotted) {
            found.push((Kind::Email, start..end));
        }
    }
    found
}
