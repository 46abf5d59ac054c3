//! What a person sees of a letter, with the links in it; and names of files, sizes and ends in such a text.

use crate::meaning::plain::{find, narrowed, part};
use crate::meaning::quote::{attributes, tag_end};

/// A text and its links.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) text: String,
    pub(super) links: Vec<Link>,
}

/// A link and the part of the text that it covers.
pub(super) struct Link {
    pub(super) target: String,
    /// What its attributes call the file.
    pub(super) title: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The longest link that is kept.
const LONGEST_LINK: usize = 4096;

/// Links of one letter that are looked at.
const MOST_LINKS: usize = 2000;

/// The text of HTML with its links. No parser: for names beside links this is enough, and it cannot be made slow.
pub(super) fn html(html: &str) -> Seen {
    let mut seen = Seen::default();
    let mut open: Option<Link> = None;
    let mut at = 0;
    while at < html.len() {
        let rest = part(html, at..html.len());
        let Some(tag) = rest.strip_prefix('<') else {
            let text = part(rest, 0..rest.find('<').unwrap_or(rest.len()));
            seen.text.push_str(&unescaped(text));
            at += text.len();
            continue;
        };
        if tag.starts_with("!--") {
            at += rest.find("-->").map_or(rest.len(), |close| close + 3);
            continue;
        }
        let close = tag_end(rest);
        let tag = part(rest, 1..close);
        at += close + 1;
        let name: String = tag.chars().take(12).take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        match name.to_ascii_lowercase().as_str() {
            "a" => {
                seen.close(open.take());
                let target = unescaped(attributes(tag, &["href"]).trim());
                let title = unescaped(attributes(tag, &["download", "title", "filename"]).trim());
                let start = seen.text.len();
                if target.len() <= LONGEST_LINK {
                    open = Some(Link { target, title, start, end: start });
                }
            }
            "/a" => seen.close(open.take()),
            "style" | "script" | "title" => {
                let inside = part(html, at..html.len());
                at += find(inside, &format!("</{}", name.to_ascii_lowercase())).unwrap_or(inside.len());
            }
            "b" | "/b" | "i" | "/i" | "em" | "/em" | "strong" | "/strong" | "font" | "/font" | "wbr" => {}
            "span" | "/span" => seen.text.push(' '),
            _ => seen.text.push('\n'),
        }
    }
    seen.close(open);
    seen
}

impl Seen {
    fn close(&mut self, link: Option<Link>) {
        if let Some(link) = link.filter(|_| self.links.len() < MOST_LINKS) {
            self.links.push(Link { end: self.text.len(), ..link });
        }
    }
}

/// The links of a plain text; they end at a blank, a bracket or a Chinese character.
pub(super) fn plain(text: &str) -> Seen {
    let mut links = Vec::new();
    let mut from = 0;
    while let Some(at) = part(text, from..text.len()).find("http").map(|at| at + from) {
        let rest = part(text, at..text.len());
        let is_link = rest.starts_with("http://") || rest.starts_with("https://");
        let ends = |c: char| c.is_whitespace() || !c.is_ascii() || "<>\"'()[]|".contains(c);
        let end = at + rest.find(ends).unwrap_or(rest.len());
        from = if is_link { end } else { at + 4 };
        if is_link && end - at <= LONGEST_LINK && links.len() < MOST_LINKS {
            let target = part(text, at..end).trim_end_matches(['.', ',', ';']).to_owned();
            links.push(Link { target, title: String::new(), start: at, end });
        }
    }
    Seen { text: text.to_owned(), links }
}

/// The few character references that stand in links and names.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    const KNOWN: [(&str, &str); 7] = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#160;", " "),
        ("&amp;", "&"),
    ];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(part(rest, 0..at));
        let from = part(rest, at..rest.len());
        let (name, meaning) = KNOWN.into_iter().find(|(name, _)| from.starts_with(name)).unwrap_or(("&", "&"));
        out.push_str(meaning);
        rest = part(from, name.len()..from.len());
    }
    out.push_str(rest);
    out
}

/// Whether a text is the name of a file: one line, an ending, no link.
pub(super) fn is_file_name(text: &str) -> bool {
    let text = text.trim();
    let Some((head, ending)) = text.rsplit_once('.') else { return false };
    !head.is_empty()
        && (1..=5).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (ending.starts_with(|c: char| c.is_ascii_alphabetic()) || matches!(ending, "7z" | "3gp"))
        && text.chars().count() <= 200
        && !text.contains(['\n', '\r', '/', '\\', '?', '@'])
}

/// The last name of a file in a text, and where it begins: a line, or the part of one before a bracket.
pub(super) fn last_file_name(text: &str) -> Option<(usize, &str)> {
    const ENDS: [char; 14] = ['\n', '\r', '(', '（', ')', '）', '|', '\t', ':', '：', ',', '，', '<', '>'];
    let mut end = text.len();
    loop {
        let head = part(text, 0..end);
        let start = head.char_indices().rev().find(|(_, c)| ENDS.contains(c)).map_or(0, |(at, c)| at + c.len_utf8());
        let piece = part(text, start..end);
        if is_file_name(piece) {
            return Some((start, piece.trim()));
        }
        end = head.char_indices().rev().find(|(_, c)| ENDS.contains(c)).map(|(at, _)| at)?;
    }
}

/// The first size in a text: `30.50M`, `1.2 GB`, `800 KB`.
pub(super) fn size(text: &str) -> Option<u64> {
    let text = narrowed(text);
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let glued = rest
            .get(..at)
            .and_then(|head| head.chars().next_back())
            .is_some_and(|c| c.is_ascii_alphanumeric() || c == '.');
        let from = part(rest, at..rest.len());
        let end = from.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(from.len());
        rest = part(from, end..from.len());
        let unit = rest.trim_start();
        let factor = match unit.bytes().next().map(|byte| byte.to_ascii_uppercase()) {
            Some(b'K') => 1024.0,
            Some(b'M') => 1024.0 * 1024.0,
            Some(b'G') => 1024.0 * 1024.0 * 1024.0,
            _ => continue,
        };
        let behind = part(unit, 1..unit.len());
        let behind = behind.strip_prefix(['B', 'b']).unwrap_or(behind);
        if glued || behind.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            continue;
        }
        let number: Option<f64> = part(from, 0..end).parse().ok();
        // Stores hold less than a terabyte a file; a number beyond it is none.
        return number.map(|number| number * factor).filter(|bytes| *bytes < 1e12).map(|bytes| bytes.round() as u64);
    }
    None
}

/// Words of an end, and of there being none.
const ENDS: [&str; 8] = ["到期", "过期", "有效期", "失效", "无限期", "永久有效", "expire", "valid until"];

/// The clause of a text that says when a file ends.
pub(super) fn expiry(text: &str) -> Option<String> {
    let clauses = text.split(['\n', '\r', '(', '（', ')', '）', '|', ',', '，', ';', '；', '。']);
    let says = |clause: &&str| {
        let has_time =
            clause.chars().any(|c| c.is_ascii_digit()) || clause.contains("无限期") || clause.contains("永久");
        has_time && ENDS.into_iter().any(|word| find(clause, word).is_some())
    };
    let clause = clauses.map(str::trim).find(says)?;
    (clause.chars().count() <= 60).then(|| clause.to_owned())
}
