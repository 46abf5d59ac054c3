//! Names and words: a person's full name in a text, and words that stand in the internal note and nowhere else.

use std::collections::HashSet;
use std::ops::Range;

use crate::ticket::{is_double_family_name, letters_only, narrow};

/// So many letters in a row are no coincidence.
const RUN: usize = 12;

/// What stands in the place of a name and is none.
const NOBODY: [&str; 14] = [
    "匿名",
    "匿名用户",
    "群众",
    "市民",
    "网民",
    "网友",
    "居民",
    "村民",
    "业主",
    "来信人",
    "诉求人",
    "未知",
    "不详",
    "本人",
];

/// Forms of address that sources write behind a name.
const ADDRESS: [&str; 4] = ["先生", "女士", "小姐", "同志"];

/// Where a full name stands, blanks within it or not. A name of one character, a family name alone (刘先生, 欧阳女士) or one
/// that is covered already (刘某, 刘**) stands nowhere.
pub(super) fn names(text: &str, name: &str) -> Vec<Range<usize>> {
    let whole: String = name.chars().filter(|c| !skipped(*c)).map(lower).collect();
    let bare = ADDRESS.iter().find_map(|end| whole.strip_suffix(end));
    let name: Vec<char> = bare.unwrap_or(&whole).chars().collect();
    let nobody = NOBODY.contains(&whole.as_str()) || bare.is_some_and(is_double_family_name);
    if name.len() < 2 || nobody || !name.iter().all(|c| c.is_alphabetic() && *c != '某') {
        return Vec::new();
    }
    let letters: Vec<(char, Range<usize>)> =
        text.char_indices().filter(|(_, c)| !skipped(*c)).map(|(at, c)| (lower(c), at..at + c.len_utf8())).collect();
    let latin = |c: Option<char>| c.is_some_and(|c| narrow(c).is_ascii_alphanumeric());
    let mut found = Vec::new();
    for window in letters.windows(name.len()).filter(|window| window.iter().map(|(c, _)| c).eq(&name)) {
        let range = window[0].1.start..window[window.len() - 1].1.end;
        // A Latin name inside of a longer word is another word.
        let inside = name[0].is_ascii() && latin(text[..range.start].chars().next_back())
            || name[name.len() - 1].is_ascii() && latin(text[range.end..].chars().next());
        if !inside {
            found.push(range);
        }
    }
    found
}

fn lower(c: char) -> char {
    narrow(c).to_ascii_lowercase()
}

fn skipped(c: char) -> bool {
    c.is_whitespace() || matches!(c, '·' | '•' | '\u{200b}')
}

/// Where so many letters of the note stand in the text that they were taken from it; what the letter itself says
/// does not count.
pub(super) fn told(text: &str, note: &str, letter: &str) -> Vec<Range<usize>> {
    let note: Vec<char> = letters_only(note).chars().collect();
    let mut secret: Vec<&[char]> = note.windows(RUN).collect();
    if secret.is_empty() {
        return Vec::new();
    }
    secret.sort_unstable();
    let (letters, places) = placed(text);
    let taken = letters.windows(RUN).enumerate().filter(|(_, run)| secret.binary_search(run).is_ok());
    let taken: Vec<(usize, &[char])> = taken.collect();
    // Mostly nothing was taken: the letter, which is long, is then not looked at.
    if taken.is_empty() {
        return Vec::new();
    }
    let letter: Vec<char> = letters_only(letter).chars().collect();
    let own: HashSet<&[char]> = letter.windows(RUN).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    for (n, _) in taken.into_iter().filter(|(_, run)| !own.contains(run)) {
        let range = places[n].start..places[n + RUN - 1].end;
        match found.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = range.end,
            None => found.push(range),
        }
    }
    found
}

/// The letters of a text as they are compared, and where each comes from.
fn placed(text: &str) -> (Vec<char>, Vec<Range<usize>>) {
    let (mut letters, mut places) = (Vec::new(), Vec::new());
    let mut one = [0; 4];
    for (at, c) in text.char_indices() {
        // Most of a text is of these, which are compared as they are.
        if matches!(c, '\u{4e00}'..='\u{9fff}' | '0'..='9' | 'a'..='z') {
            letters.push(c);
            places.push(at..at + c.len_utf8());
            continue;
        }
        for letter in letters_only(c.encode_utf8(&mut one)).chars() {
            letters.push(letter);
            places.push(at..at + c.len_utf8());
        }
    }
    (letters, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_is_compared_as_it_is_is_compared_like_any_other() {
        for c in ('\u{4e00}'..='\u{9fff}').chain('0'..='9').chain('a'..='z') {
            assert_eq!(letters_only(&c.to_string()), c.to_string());
        }
        let text = "路灯A 1栋,Ⅲ级!";
        let (letters, places) = placed(text);
        assert_eq!(letters.iter().collect::<String>(), "路灯a1栋iii级");
        assert_eq!(places.iter().map(|place| &text[place.clone()]).collect::<String>(), "路灯A1栋ⅢⅢⅢ级");
    }
}
