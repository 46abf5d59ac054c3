//! Numbers of mobiles and of landlines with an area code, however people write them.

use crate::meaning::plain::part;

/// A number in a line, in the form in which it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Number {
    pub(super) value: String,
    pub(super) mobile: bool,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Digits and dashes between blanks.
struct Word<'a> {
    text: &'a str,
    start: usize,
    end: usize,
}

/// Every telephone of a line.
pub(super) fn numbers(line: &str) -> Vec<Number> {
    let mut found = Vec::new();
    let words = words(line);
    let mut from = 0;
    while from < words.len() {
        // Words with one blank between them may be one number, or several.
        let mut to = from + 1;
        while let (Some(one), Some(next)) = (words.get(to - 1), words.get(to)) {
            if part(line, one.end..next.start) != " " {
                break;
            }
            to += 1;
        }
        run(words.get(from..to).unwrap_or_default(), &mut found);
        from = to;
    }
    bracketed(line, &words, &mut found);
    found.sort_by_key(|number| number.start);
    found
}

/// Words that stand by themselves: no letter, no address, no web page around them.
fn words(line: &str) -> Vec<Word<'_>> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(digit) = bytes.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
        at += digit;
        let start = at;
        while bytes.get(at).is_some_and(|byte| byte.is_ascii_digit())
            || (bytes.get(at) == Some(&b'-') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit))
        {
            at += 1;
        }
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        let (after, next) = (bytes.get(at), bytes.get(at + 1));
        let glued_before = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"@._/=&%#?-".contains(byte));
        let glued_after = after.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"@_=&%".contains(byte))
            || (after == Some(&b'.') && next.is_some_and(u8::is_ascii_alphanumeric));
        if !glued_before && !glued_after {
            words.push(Word { text: part(line, start..at), start, end: at });
        }
    }
    words
}

/// The numbers of words with single blanks between them. A number that is spread over several words counts only where
/// every word belongs to one: else it may be a piece of a card's number.
fn run(words: &[Word<'_>], found: &mut Vec<Number>) {
    let mut spread = Vec::new();
    let mut all_belong = true;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if let Some((value, mobile)) = judged(word.text) {
            found.push(Number { value, mobile, start: word.start, end: word.end });
            at += 1;
        } else if matches!(word.text, "86" | "0086") && words.get(at + 1).is_some() {
            at += 1;
        } else if let Some((count, value, mobile)) = joined(words.get(at..).unwrap_or_default()) {
            let end = words.get(at + count - 1).map_or(word.end, |last| last.end);
            spread.push(Number { value, mobile, start: word.start, end });
            at += count;
        } else {
            all_belong = false;
            at += 1;
        }
    }
    if all_belong {
        found.extend(spread);
    }
}

/// How people part the digits of a mobile.
const PARTED: [&[usize]; 5] = [&[3, 4, 4], &[4, 4, 3], &[3, 8], &[7, 4], &[5, 6]];

/// A number spread over several words: how many, and what it is.
fn joined(words: &[Word<'_>]) -> Option<(usize, String, bool)> {
    let is_plain = |word: &Word<'_>| !word.text.contains('-');
    let parted = PARTED.into_iter().find_map(|lengths| {
        let taken = words.get(..lengths.len())?;
        let fits = taken.iter().zip(lengths).all(|(word, length)| is_plain(word) && word.text.len() == *length);
        let value: String = taken.iter().map(|word| word.text).collect();
        (fits && is_mobile(&value)).then_some((lengths.len(), value, true))
    });
    parted.or_else(|| {
        let (area, number) = (words.first()?, words.get(1)?);
        (is_plain(area) && is_plain(number) && is_area(area.text))
            .then(|| landline(area.text, number.text, None))
            .flatten()
            .map(|value| (2, value, false))
    })
}

/// `(0734)5221234`
fn bracketed(line: &str, words: &[Word<'_>], found: &mut Vec<Number>) {
    for pair in words.windows(2) {
        let [area, number] = pair else { continue };
        let closes = part(line, area.end..number.start).trim() == ")";
        if closes && part(line, 0..area.start).ends_with('(') && is_area(area.text) {
            let (digits, extension) = number.text.split_once('-').map_or((number.text, None), |(a, b)| (a, Some(b)));
            if let Some(value) = landline(area.text, digits, extension) {
                found.push(Number { value, mobile: false, start: area.start, end: number.end });
            }
        }
    }
}

/// What one word is: a mobile or a landline, in the form in which it is kept.
fn judged(word: &str) -> Option<(String, bool)> {
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let bare = match digits.len() {
        15 => digits.strip_prefix("0086"),
        13 => digits.strip_prefix("86"),
        12 => digits.strip_prefix('0'),
        _ => None,
    };
    let mobile = [Some(digits.as_str()), bare].into_iter().flatten().find(|digits| is_mobile(digits));
    if let Some(mobile) = mobile {
        return (word.split('-').count() <= 4).then(|| (mobile.to_owned(), true));
    }
    let mut groups = word.split('-');
    let (first, second, third) = (groups.next()?, groups.next(), groups.next());
    if groups.next().is_some() {
        return None;
    }
    match second {
        Some(number) => is_area(first).then(|| landline(first, number, third)).flatten(),
        None => {
            let length = if first.starts_with("010") || first.starts_with("02") { 3 } else { 4 };
            let (area, number) = first.split_at_checked(length)?;
            (is_area(area)).then(|| landline(area, number, None)).flatten()
        }
    }
    .map(|value| (value, false))
}

fn is_mobile(digits: &str) -> bool {
    let mut bytes = digits.bytes();
    digits.len() == 11
        && bytes.next() == Some(b'1')
        && bytes.next().is_some_and(|second| (b'3'..=b'9').contains(&second))
}

fn is_area(digits: &str) -> bool {
    match digits.as_bytes() {
        b"010" => true,
        [b'0', b'2', last] => last.is_ascii_digit(),
        [b'0', third, ..] => digits.len() == 4 && (b'3'..=b'9').contains(third),
        _ => false,
    }
}

fn landline(area: &str, number: &str, extension: Option<&str>) -> Option<String> {
    let fits = (7..=8).contains(&number.len()) && number.starts_with(|c: char| ('2'..='8').contains(&c));
    match extension {
        _ if !fits => None,
        None => Some(format!("{area}-{number}")),
        Some(extension) => (extension.len() <= 6).then(|| format!("{area}-{number}-{extension}")),
    }
}
