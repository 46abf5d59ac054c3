//! HTML to text, guarded: what is too large or nested too deeply for a tree is stripped of its tags in one
//! pass instead, so that no letter can exhaust the stack or the clock.

/// The largest text, in bytes, of which a tree is built.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// The deepest nesting of which a tree is built.
const MOST_LEVELS: usize = 500;
/// Wide enough that no line is broken by us.
const WIDTH: usize = 10_000;

/// True if a text has a tag or an entity in it; `a < b` and `R&D` have not.
pub(super) fn is_markup(text: &str) -> bool {
    has_tag(text) || text.match_indices('&').any(|(at, _)| entity(&text[at..]).is_some())
}

fn has_tag(text: &str) -> bool {
    // Without the end of the last tag in front of it, every `<` would be followed to the end of the text.
    let tags = text.rfind('>').map_or("", |end| &text[..=end]);
    tags.match_indices('<').any(|(at, _)| tag(&tags[at..]).is_some())
}

/// The text of a piece of HTML, in lines, the cells of tables apart.
pub(super) fn to_text(html: &str) -> String {
    if has_tag(html) && html.len() <= MOST_BYTES && levels(html) <= MOST_LEVELS {
        let config = html2text::config::plain_no_decorate().no_table_borders().allow_width_overflow();
        if let Ok(text) = config.string_from_read(html.as_bytes(), WIDTH) {
            return tidy(&text);
        }
    }
    tidy(&stripped(html))
}

/// Lines without blanks at their ends, never more than one empty line in a row.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim) {
        let line = line.replace('\u{a0}', " ");
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 1 {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out.trim().to_owned()
}

struct Tag<'a> {
    name: &'a str,
    closing: bool,
    /// Bytes from `<` to after `>`.
    length: usize,
}

/// The tag, comment or declaration that begins here, if one does.
fn tag(text: &str) -> Option<Tag<'_>> {
    let body = text.strip_prefix('<')?;
    if let Some(comment) = body.strip_prefix("!--") {
        let length = comment.find("-->").map_or(text.len(), |end| end + 7);
        return Some(Tag { name: "!", closing: false, length });
    }
    let (closing, body) = body.strip_prefix('/').map_or((false, body), |rest| (true, rest));
    let name_end = body.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b':' || *b == b'!').count();
    let name = &body[..name_end];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!') {
        return None;
    }
    // What stands between name and end must be able to be attributes: a blank or a slash comes first.
    let rest = &body[name_end..];
    if !rest.starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace()) {
        return None;
    }
    let end = rest.find('>')?;
    Some(Tag { name, closing, length: text.len() - rest.len() + end + 1 })
}

/// The entity that begins here: its character and its length in bytes.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = text.get(1..end)?;
    let c = match name {
        "nbsp" | "ensp" | "emsp" => ' ',
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" | "ldquo" | "rdquo" => '"',
        "apos" | "lsquo" | "rsquo" => '\'',
        "middot" => '·',
        "hellip" => '…',
        "mdash" => '—',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')?
        }
    };
    Some((c, end + 1))
}

/// Elements that have no end tag.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "!"];

/// How deep the tags nest. Stops counting beyond the limit; a closing tag counts only for a tag that is open.
fn levels(html: &str) -> usize {
    let mut open: Vec<&str> = Vec::new();
    let mut deepest = 0;
    let mut rest = html.rfind('>').map_or("", |end| &html[..=end]);
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let Some(tag) = tag(rest) else {
            rest = &rest[1..];
            continue;
        };
        if tag.closing {
            if let Some(level) = open.iter().rposition(|name| name.eq_ignore_ascii_case(tag.name)) {
                open.truncate(level);
            }
        } else if !VOID.iter().any(|void| void.eq_ignore_ascii_case(tag.name)) && !tag.name.starts_with('!') {
            open.push(tag.name);
            deepest = deepest.max(open.len());
            if deepest > MOST_LEVELS {
                break;
            }
        }
        rest = &rest[tag.length..];
    }
    deepest
}

/// Elements after which a line ends.
const LINES: [&str; 14] = ["br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "section"];

/// One pass over a text that drops tags, decodes entities, and keeps every other character.
fn stripped(html: &str) -> String {
    let is = |tag: &Tag<'_>, names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(tag.name));
    let mut out = String::with_capacity(html.len());
    // How much text stands behind the end of the last tag: no tag can begin in it.
    let tagless = html.rfind('>').map_or(html.len(), |end| html.len() - end - 1);
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        if c == '<'
            && rest.len() > tagless
            && let Some(tag) = tag(rest)
        {
            rest = &rest[tag.length..];
            if is(&tag, &LINES) {
                out.push('\n');
            } else if is(&tag, &["td", "th"]) && !out.ends_with(['\n', ' ']) {
                out.push(' ');
            } else if is(&tag, &["script", "style"]) && !tag.closing {
                rest = rest.find("</").map_or("", |at| &rest[at..]);
            }
        } else if c == '&'
            && let Some((c, length)) = entity(rest)
        {
            out.push(c);
            rest = &rest[length..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_letter_written_in_an_editor_becomes_lines() {
        let html =
            "<div><p>尊敬的领导&nbsp;:</p><p>我是<b>刘某</b>,路灯坏了。<br/>请修。</p><script>x()</script></div>";
        assert_eq!(to_text(html), "尊敬的领导 :\n\n我是刘某,路灯坏了。\n请修。");
    }

    #[test]
    fn cells_of_a_table_stay_apart() {
        let text = to_text("<table><tr><td>姓名</td><td>张某</td></tr><tr><td>电话</td><td>无</td></tr></table>");
        assert!(!text.contains("姓名张某") && text.contains("姓名") && text.contains('\n'), "{text}");
    }

    #[test]
    fn long_lines_are_not_broken() {
        let long = "字".repeat(3000);
        assert_eq!(to_text(&format!("<p>{long}</p>")), long);
    }

    #[test]
    fn what_only_looks_like_markup_is_left() {
        for text in ["a < b", "R&D", "3<5 且 7>6", "<申请人>", "x<b元", "5<6,a>b"] {
            assert!(!is_markup(text), "{text}");
        }
        assert_eq!(to_text("第一行&lt;重要&gt;\n第二行"), "第一行<重要>\n第二行");
    }

    #[test]
    fn deep_and_large_letters_are_stripped_instead() {
        let deep = format!("{}里面{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
        assert_eq!(to_text(&deep), "里面");
        let cheating = format!("{}里面", "<div></x>".repeat(50_000));
        assert_eq!(to_text(&cheating), "里面");
        let large = format!("<p>{}</p>", "大".repeat(MOST_BYTES));
        assert_eq!(to_text(&large).chars().count(), MOST_BYTES);
        let edge = format!("{}里面", "<div>".repeat(MOST_LEVELS));
        assert_eq!(to_text(&edge), "里面");
    }

    #[test]
    fn a_letter_of_opening_brackets_is_read_in_one_pass() {
        let text = "<a ".repeat(400_000);
        assert!(!is_markup(&text));
        assert_eq!(to_text(&text), text.trim());
    }

    proptest! {
        #[test]
        fn no_markup_panics(html in "[<>/&;#!a-z\"= 字-]{0,60}", any in any::<String>()) {
            for text in [html, any] {
                let _ = (is_markup(&text), to_text(&text), stripped(&text), levels(&text));
            }
        }
    }
}
