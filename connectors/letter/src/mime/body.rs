//! What a person reads of a letter: of each piece its plain text, or its HTML as text.

use crate::how::Limits;
use crate::words;

/// A piece of a letter's body: as plain text, as HTML, or as both.
#[derive(Default)]
pub(crate) struct Segment {
    pub(crate) plain: Option<String>,
    pub(crate) html: Option<String>,
}

/// The body as a whole.
#[derive(Default)]
pub(crate) struct Bodies {
    pub(crate) text: String,
    pub(crate) html: Option<String>,
    /// A part of HTML was too large to be laid out.
    pub(crate) cut: bool,
}

/// The body of these pieces, in their order. `work` is what laying out HTML may still cost.
pub(crate) fn bodies(segments: Vec<Segment>, limits: &Limits, work: &mut usize) -> Bodies {
    let mut bodies = Bodies::default();
    for Segment { plain, html } in segments {
        let plain = plain.map(|plain| lines(&plain)).filter(|plain| !is_nothing(plain));
        let text = match (plain, html.as_deref()) {
            (Some(plain), Some(html)) if is_stub(&plain) => {
                laid_out(html, limits, work, &mut bodies.cut).unwrap_or(plain)
            }
            (Some(plain), _) => plain,
            (None, Some(html)) => laid_out(html, limits, work, &mut bodies.cut).unwrap_or_default(),
            (None, None) => String::new(),
        };
        if !text.is_empty() {
            if bodies.text.is_empty() {
                bodies.text = text;
            } else {
                bodies.text.push_str("\n\n");
                bodies.text.push_str(&text);
            }
        }
        match (&mut bodies.html, html) {
            (Some(all), Some(html)) => all.push_str(&html),
            (none @ None, html) => *none = html,
            (Some(_), None) => {}
        }
    }
    bodies
}

fn laid_out(html: &str, limits: &Limits, work: &mut usize, cut: &mut bool) -> Option<String> {
    let (text, large) = words::to_text(html, limits, work);
    *cut |= large;
    Some(text).filter(|text| !is_nothing(text))
}

/// Text with one sort of line ends, without zero bytes, and without blank lines around it.
fn lines(text: &str) -> String {
    let text = text.trim_end().trim_start_matches(['\r', '\n', '\u{feff}']);
    if memchr::memchr2(b'\r', 0, text.as_bytes()).is_none() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'\r', 0, rest.as_bytes()) {
        out.push_str(rest.get(..at).unwrap_or_default());
        let ends_line = rest.get(at..).is_some_and(|rest| rest.starts_with('\r') && !rest.starts_with("\r\n"));
        if ends_line {
            out.push('\n');
        }
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Whether there is nothing to see.
fn is_nothing(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || words::is_hidden(c) || c.is_control())
}

/// Whether a plain part only says that the HTML is the letter.
fn is_stub(plain: &str) -> bool {
    const LONGEST: usize = 300;
    if plain.len() > LONGEST {
        return false;
    }
    let lower = plain.to_ascii_lowercase();
    let about_html = ["html", "网页格式", "富文本", "rich text"].iter().any(|word| lower.contains(word));
    let about_showing =
        ["客户端", "支持", "查看", "浏览", "显示", "阅读", "client", "viewer", "view", "display", "support", "enable"];
    about_html && about_showing.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(plain: &str, html: &str) -> Segment {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Segment { plain: some(plain), html: some(html) }
    }

    fn text(segments: Vec<Segment>) -> String {
        bodies(segments, &Limits::default(), &mut 1000).text
    }

    #[test]
    fn plain_text_is_read_unless_it_is_nothing_or_a_stub() {
        assert_eq!(text(vec![both("路灯坏了", "<p>路灯</p>")]), "路灯坏了");
        assert_eq!(text(vec![both(" \r\n\u{200b}", "<p>路灯</p>")]), "路灯");
        assert_eq!(text(vec![both("请使用支持 HTML 的客户端查看", "<p>路灯</p>")]), "路灯");
        assert_eq!(text(vec![both("This message needs an HTML viewer.", "<p>路灯</p>")]), "路灯");
        assert_eq!(text(vec![both("请使用支持 HTML 的客户端查看", "")]), "请使用支持 HTML 的客户端查看");
    }

    #[test]
    fn pieces_are_read_one_after_the_other() {
        assert_eq!(text(vec![both("一\r\n二\r三\0", ""), both("", "<p>四</p>"), both("", "")]), "一\n二\n三\n\n四");
        assert_eq!(
            bodies(vec![both("", "<p>a"), both("", "<p>b")], &Limits::default(), &mut 1000).html.unwrap(),
            "<p>a<p>b"
        );
    }
}
