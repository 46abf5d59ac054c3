//! Text in lines that fit a terminal which everybody has, Chinese and English.

use unicode_width::UnicodeWidthChar;

/// Columns of such a terminal.
const WIDTH: usize = 78;

/// How far back from the end of a line a blank is looked for, so that no English word is cut.
const BACK: usize = 18;

/// The text in lines of [`WIDTH`] columns; all but the first begin with so many blanks, for which the first has room.
pub(super) fn folded(text: &str, indent: usize) -> String {
    let (mut out, mut line, mut at) = (String::new(), String::new(), indent);
    for letter in text.chars() {
        let width = letter.width().unwrap_or_default();
        if at + width > WIDTH {
            let rest = tail(&mut line);
            out.push_str(line.trim_end());
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            at = indent + rest.chars().filter_map(UnicodeWidthChar::width).sum::<usize>();
            line = rest;
        }
        line.push(letter);
        at += width;
    }
    out + &line
}

/// Takes the word off the end of a line that goes on in the next one.
fn tail(line: &mut String) -> String {
    let blank = line.rfind(' ').filter(|at| line.len() - at <= BACK);
    let is_word = |at: usize| line.get(at..).is_some_and(|rest| rest.is_ascii());
    match blank.filter(|at| is_word(*at)) {
        Some(at) => line.split_off(at + 1),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn lines_fit_and_say_the_same() {
        let zh = "您反映的“洣水镇兴衡路三盏路灯不亮”一事,由衡东县城市管理和综合执法局办理。".repeat(3);
        let en = "a letter waited in its queue, some attempts in vain, and is kept; one told again is known, and so on";
        for text in [zh.as_str(), en, "", "short"] {
            for indent in [2, 8, 10] {
                let lines = folded(text, indent);
                let mut whole = String::new();
                for (n, line) in lines.lines().enumerate() {
                    assert!(line.width() + if n == 0 { indent } else { 0 } <= WIDTH, "{line}");
                    whole.push_str(line.trim_start());
                }
                assert_eq!(whole.replace(' ', ""), text.replace(' ', ""));
            }
        }
        let words: Vec<String> = folded(en, 8).split_whitespace().map(str::to_owned).collect();
        assert_eq!(words, en.split(' ').collect::<Vec<_>>(), "no word is cut");
    }
}
