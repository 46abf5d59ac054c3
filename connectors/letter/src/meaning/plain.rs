//! Text made comparable: half-width signs, no invisible characters, lines with the places where they stand.

use std::ops::Range;

/// Full-width letters, digits and signs as ASCII has them; every sort of blank as a space. One character stays one.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => ' ',
        c => c,
    }
}

/// Characters that nobody sees: joiners, marks of direction, the mark of byte order.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

/// A text with [`narrow`] characters only and none that is [invisible](is_invisible).
pub(crate) fn narrowed(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).map(narrow).collect()
}

/// Whether anything in it is seen. `&nbsp;` is what some clients leave in plain text.
pub(crate) fn is_blank(text: &str) -> bool {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("&nbsp;") {
            rest = behind;
        } else if c.is_whitespace() || is_invisible(c) {
            rest = &rest[c.len_utf8()..];
        } else {
            return false;
        }
    }
    true
}

/// Han characters, as names and places are written.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}' | '〇')
}

/// The lines of a text, each with where it stands, without its end. A lone CR ends a line too.
pub(crate) fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let mut from = start;
        for piece in bare.split_inclusive('\r') {
            lines.push((from, piece.trim_end_matches('\r')));
            from += piece.len();
        }
        if bare.is_empty() {
            lines.push((start, bare));
        }
        start += line.len();
    }
    lines
}

/// A part of a text, empty where the place is none in it.
pub(crate) fn part(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

/// The first so many characters.
pub(crate) fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(at, _)| part(text, 0..at))
}

/// The last so many characters.
pub(crate) fn last(text: &str, most: usize) -> &str {
    if most == 0 {
        return "";
    }
    text.char_indices().rev().nth(most - 1).map_or(text, |(at, _)| part(text, at..text.len()))
}

/// What stands behind `start`, letters of ASCII compared without case.
pub(crate) fn behind<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let head = text.get(..start.len())?;
    head.eq_ignore_ascii_case(start).then(|| part(text, start.len()..text.len()))
}

/// Where `needle` (ASCII in lower case, or any other text) first stands in `hay`, ASCII compared without case.
pub(crate) fn find(hay: &str, needle: &str) -> Option<usize> {
    let (hay, needle) = (hay.as_bytes(), needle.as_bytes());
    let first = *needle.first()?;
    let last = hay.len().checked_sub(needle.len())?;
    (0..=last).find(|at| {
        let window = hay.get(*at..*at + needle.len()).unwrap_or_default();
        window.first().is_some_and(|byte| byte.eq_ignore_ascii_case(&first)) && window.eq_ignore_ascii_case(needle)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_where_they_stand_whatever_ends_them() {
        assert_eq!(lines("一\r\n二\r三\n\n五"), [(0, "一"), (5, "二"), (9, "三"), (13, ""), (14, "五")]);
        assert_eq!(lines(""), []);
        assert_eq!(lines("a\n"), [(0, "a")]);
    }

    #[test]
    fn what_nobody_sees_is_blank() {
        assert!(is_blank(" \u{3000}\u{200b}&nbsp;\r\n"));
        assert!(!is_blank("&nbsp;路"));
        assert_eq!(narrowed("１３８\u{200b}：（路）"), "138:(路)");
    }

    #[test]
    fn words_are_found_in_any_case() {
        assert_eq!(find("An Original message", "original message"), Some(3));
        assert_eq!(find("关于路灯", "路灯"), Some(6));
        assert_eq!(find("短", "长得多"), None);
        assert_eq!(behind("RE: 路灯", "re:"), Some(" 路灯"));
        assert_eq!(first("衡东县", 2), "衡东");
        assert_eq!(last("衡东县", 2), "东县");
        assert_eq!(last("衡", 2), "衡");
    }
}
