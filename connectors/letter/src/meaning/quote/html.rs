//! Where history begins in HTML, so that it can be cut off before the rest is made text.

use super::marks::{REPLY_LINE, dashed};
use crate::meaning::plain::{find, is_blank, part};

/// Bytes of HTML that are looked at.
const LOOKED_AT: usize = 2 * 1024 * 1024;

/// Words in the attributes of an element that holds a quoted letter, in lower case.
const QUOTING: [&str; 14] = [
    "gmail_quote",
    "gmail_attr",
    "divrplyfwdmsg",
    "includetail",
    "moz-cite",
    "moz-forward",
    "yahoo_quoted",
    "isreplycontent",
    "isforwardcontent",
    "ntes-mailmaster-quote",
    "mail-editor-reference-message-container",
    "appendonsend",
    "ms-outlook-mobile-reference-message",
    "stopspelling",
];

/// Wrappers that some programs put around the new text as well: they count only where text stands above them.
const WRAPPING: [&str; 2] = ["qmbox", "qqmailbox"];

/// What Outlook and Foxmail draw above a quoted header, without blanks.
const RULES: [&str; 3] =
    ["border:none;border-top:solid#e1e1e1", "border:none;border-top:solid#b5c4df", "border-top:solid#b5c4df"];

/// Where quoted history begins: the byte at which a tag or a line of dashes starts. `None` where there is none, or nothing
/// that a person sees stands above the first; then the history is the letter. One pass over at most 2 MiB.
pub fn html_history(html: &str) -> Option<usize> {
    let mut seen = false;
    let mut at = 0;
    let end = html.len().min(LOOKED_AT);
    while at < end {
        let rest = part(html, at..html.len());
        if let Some(tag) = rest.strip_prefix('<') {
            if tag.starts_with("!--") {
                at += rest.find("-->").map_or(rest.len(), |close| close + 3);
                continue;
            }
            let close = tag_end(rest);
            let tag = part(rest, 1..close);
            if let Some(mark) = mark(tag) {
                if seen {
                    return Some(at);
                }
                if mark == Mark::Quote {
                    return None;
                }
            }
            at += close + 1;
            // What stands in these nobody sees.
            if let Some(name) = ["style", "script", "title"].into_iter().find(|name| is_element(tag, name)) {
                let inside = part(html, at..html.len());
                at += find(inside, &format!("</{name}")).unwrap_or(inside.len());
            }
            continue;
        }
        let text = part(rest, 0..rest.find('<').unwrap_or(rest.len()));
        let own =
            text.find(REPLY_LINE).map(|place| part(text, 0..place).trim_end_matches(['-', '—', '–', '_', ' ']).len());
        let place = [own, dashed(text).map(|(place, _)| place)].into_iter().flatten().min();
        if let Some(place) = place {
            return (seen || !is_blank(part(text, 0..place))).then_some(at + place);
        }
        // The dashes of a line whose words stand in a tag of their own are nobody's text.
        seen |= !is_blank(&text.replace("&#160;", " ").replace(['-', '—', '–', '_'], ""));
        at += text.len().max(1);
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Quote,
    Wrapper,
}

/// What an opening tag says by its name and its attributes.
fn mark(tag: &str) -> Option<Mark> {
    if tag.starts_with('/') {
        return None;
    }
    if is_element(tag, "blockquote") || is_element(tag, "includetail") {
        return Some(Mark::Quote);
    }
    let named: String = attributes(tag, &["class", "id"]).to_ascii_lowercase();
    if QUOTING.into_iter().any(|word| named.contains(word)) {
        return Some(Mark::Quote);
    }
    if WRAPPING.into_iter().any(|word| named.split_ascii_whitespace().any(|class| class == word)) {
        return Some(Mark::Wrapper);
    }
    let style: String = attributes(tag, &["style"]).chars().filter(|c| !c.is_whitespace()).collect();
    let style = style.to_ascii_lowercase();
    RULES.into_iter().any(|rule| style.contains(rule)).then_some(Mark::Quote)
}

fn is_element(tag: &str, name: &str) -> bool {
    let is_name = tag.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
    is_name && part(tag, name.len()..tag.len()).chars().next().is_none_or(|c| c.is_whitespace() || c == '/' || c == '>')
}

/// The longest tag that is taken apart; a longer one bears a picture, not a mark.
const LONGEST_TAG: usize = 4096;

/// The values of these attributes of a tag.
pub(in crate::meaning) fn attributes(tag: &str, names: &[&str]) -> String {
    let mut values = String::new();
    let mut rest = part(tag, 0..tag.len().min(LONGEST_TAG));
    rest = rest.trim_start_matches(|c: char| !c.is_whitespace() && c != '/');
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let name_end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let name = part(rest, 0..name_end);
        let after = part(rest, name_end..rest.len()).trim_start();
        let Some(after) = after.strip_prefix('=') else {
            if name.is_empty() && after.is_empty() {
                return values;
            }
            rest = if name.is_empty() {
                part(after, after.chars().next().map_or(0, char::len_utf8)..after.len())
            } else {
                after
            };
            continue;
        };
        let after = after.trim_start();
        let (value, behind) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inner = part(after, 1..after.len());
                inner.split_once(quote).unwrap_or((inner, ""))
            }
            _ => {
                let end = after.find(char::is_whitespace).unwrap_or(after.len());
                (part(after, 0..end), part(after, end..after.len()))
            }
        };
        if names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)) {
            values.push_str(value);
            values.push(' ');
        }
        rest = behind;
    }
}

/// Where a tag ends: its `>` outside of quotes, looked for not far.
pub(in crate::meaning) fn tag_end(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b'>') => return at,
            _ => {}
        }
    }
    // A quote that nobody closed, or a picture: the first `>` then.
    rest.find('>').unwrap_or(rest.len())
}
