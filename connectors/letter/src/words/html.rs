//! HTML to the text that a person would read.

use super::reduce::reduce;
use crate::Limits;

/// Wide enough that no line of a person's is broken by us.
const WIDEST: usize = 10_000;

/// What laying out tables may fill with blanks, in characters: rows times width.
const ROOM: usize = 4_000_000;

/// The most work (see [`Reduced::work`](super::layout::Reduced::work)) that all HTML of a letter may make: about a third of a
/// second. Half a million paragraphs, or quotes five hundred deep, would take minutes.
pub(crate) const MOST_WORK: usize = 60_000;

/// The charset that a page says of itself at its beginning.
pub(crate) fn meta_charset(bytes: &[u8]) -> Option<&str> {
    const HEAD: usize = 4096;
    let head = bytes.get(..bytes.len().min(HEAD))?;
    let mut rest = head;
    loop {
        let at = memchr::memchr(b'<', rest)?;
        rest = rest.get(at + 1..)?;
        if !rest.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"meta")) {
            continue;
        }
        let tag = rest.split(|byte| *byte == b'>').next()?;
        let Some(at) = tag.windows(7).position(|word| word.eq_ignore_ascii_case(b"charset")) else { continue };
        let value = tag.get(at + 7..)?.trim_ascii_start().strip_prefix(b"=")?;
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let length =
            value.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
        return std::str::from_utf8(value.get(..length)?).ok().filter(|name| !name.is_empty());
    }
}

/// The text of a page, in lines, the cells of its tables apart; and whether it was too large to be laid out. `work` is what
/// is left of [`MOST_WORK`].
pub(crate) fn to_text(html: &str, limits: &Limits, work: &mut usize) -> (String, bool) {
    let reduced = reduce(html, limits.html_levels, limits.html.saturating_mul(4));
    let left = work.checked_sub(reduced.work).filter(|_| html.len() <= limits.html);
    let large = left.is_none();
    if let Some(left) = left {
        *work = left;
        let width = (ROOM / (reduced.rows + 1)).clamp(200, WIDEST);
        let config = html2text::config::plain_no_decorate().no_table_borders().allow_width_overflow();
        if let Ok(text) = config.string_from_read(reduced.html.as_bytes(), width) {
            return (tidy(&text), false);
        }
    }
    (tidy(&mail_parser::decoders::html::html_to_text(&reduced.html)), large)
}

/// Lines without blanks at their ends, at most two blanks in a row (tables are filled up with them), at most one empty line
/// in a row.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}');
        if line.is_empty() {
            empty += 1;
            if empty > 1 {
                continue;
            }
        } else {
            empty = 0;
        }
        let mut blanks = 0;
        for c in line.chars() {
            let blank = c == ' ' || c == '\u{a0}';
            blanks = if blank { blanks + 1 } else { 0 };
            match c {
                _ if blanks > 2 => {}
                '\u{a0}' => out.push(' '),
                '\0' => {}
                c => out.push(c),
            }
        }
        out.push('\n');
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(html: &str) -> String {
        let mut work = MOST_WORK;
        to_text(html, &Limits::default(), &mut work).0
    }

    #[test]
    fn a_letter_written_in_an_editor_becomes_lines() {
        let html = "<html><head><title>x</title></head><body><div><p>尊敬的领导&nbsp;:</p><p>我是<b>刘某</b>,路灯坏了。<br/>请修。</p></div>";
        assert_eq!(text(html), "尊敬的领导 :\n\n我是刘某,路灯坏了。\n请修。");
    }

    #[test]
    fn cells_stay_apart_and_rows_are_lines() {
        let table = "<table><tr><td><p>姓名</p></td><td><p>张三</p></td></tr><tr><td>电话</td><td>0734-5220000</td></tr></table>";
        assert_eq!(
            text(table).lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join("|")).collect::<Vec<_>>(),
            ["姓名|张三", "电话|0734-5220000"]
        );
    }

    #[test]
    fn quotes_and_lists_keep_their_marks_and_long_lines_stay_whole() {
        assert_eq!(text("好的<blockquote>旧的<br>更旧</blockquote>"), "好的\n\n> 旧的\n> 更旧");
        let long = "字".repeat(3000);
        assert_eq!(text(&format!("<p>{long}</p>")), long);
    }

    #[test]
    fn pages_say_their_charset_in_many_ways() {
        for page in [
            "<meta charset=gbk>",
            "<META http-equiv=Content-Type content='text/html; charset=gbk'>",
            "<meta name=x><meta charset = \"gbk\" >",
        ] {
            assert_eq!(meta_charset(page.as_bytes()), Some("gbk"), "{page}");
        }
        assert_eq!(meta_charset(b"<p>charset=gbk<meta name=a>"), None);
    }

    #[test]
    fn pages_made_to_exhaust_are_read_all_the_same() {
        let formats: String = (0..400).map(|at| format!("<b id={at}>")).collect();
        for (page, expected) in [
            (format!("{}里面", "<div>".repeat(100_000)), "里面"),
            (format!("{}{}", "<blockquote>".repeat(1000), "<p>里".repeat(5000)), "里"),
            (format!("{}{}", "<ul><li>".repeat(1000), "里<li>".repeat(5000)), "里"),
            (format!("{formats}{}", "<p>里".repeat(20_000)), "里"),
            (format!("{}里面", "<table><tr><td>".repeat(20_000)), "里面"),
            (format!("<table>{}</table>", "里<br>".repeat(20_000)), "里"),
            (format!("<table>{}</table>里面", "<tr><td>a<td>b".repeat(10_000)), "里面"),
        ] {
            assert!(text(&page).contains(expected));
        }
        let (large, cut) =
            to_text(&format!("<p>{}", "大".repeat(1000)), &Limits { html: 1000, ..Limits::default() }, &mut 100);
        assert!(cut && large.chars().count() == 1000);
    }

    proptest! {
        #[test]
        fn no_page_panics(html in "[<>/&;#!a-z\"= 字-]{0,60}", tags in "(<(/)?(td|tr|table|div|p|li|ul|b|pre)>[a字 ]?){0,30}") {
            let _ = (text(&html), text(&tags), meta_charset(html.as_bytes()));
        }
    }
}
