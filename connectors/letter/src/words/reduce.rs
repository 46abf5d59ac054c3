//! HTML cut down to what lays out text, before a tree is built of it.
//!
//! A tree builder can be made to work for hours: by elements that are never closed, by formatting that is opened again in
//! every paragraph, by text between the rows of tables that is moved in front of them one piece at a time. What leaves here
//! has no formatting, no attributes, no comments, text only where text may be, and a bounded depth.

use super::layout::{Reduced, Writer};

/// Elements whose content is nothing to read.
const SILENT: [&str; 8] = ["script", "style", "title", "template", "xml", "iframe", "object", "textarea"];

/// The HTML reduced; nothing nests deeper than `levels`.
pub(super) fn reduce(html: &str, levels: usize) -> Reduced {
    let mut writer = Writer::new(html.len() / 2, levels);
    let mut rest = html;
    // Whether a `>` and a `-->` stand anywhere in what is left; without it nothing is looked for twice.
    let mut tags = true;
    let mut comments = true;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        let (text, from) = rest.split_at(at);
        writer.text(text);
        if comments && let Some(comment) = from.strip_prefix("<!--") {
            // `<!-->` is a whole comment.
            let end = if comment.starts_with('>') { Some(0) } else { comment.find("-->").map(|end| end + 2) };
            if let Some(end) = end {
                rest = comment.get(end + 1..).unwrap_or_default();
                continue;
            }
            comments = false;
        }
        let tag = if tags { tag(from) } else { None };
        let Some(tag) = tag else {
            tags = tags && memchr::memchr(b'>', from.as_bytes()).is_some();
            writer.text("&lt;");
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        rest = from.get(tag.length..).unwrap_or_default();
        if tag.name.is_empty() {
            continue;
        }
        let mut name = [0; 12];
        let Some(name) = lower(tag.name, &mut name) else { continue };
        if SILENT.contains(&name) {
            if !tag.closing {
                rest = behind(rest, name);
            }
        } else if tag.closing {
            writer.close(name);
        } else {
            writer.start(name);
        }
    }
    writer.text(rest);
    writer.finish()
}

struct Tag<'a> {
    /// Empty for declarations and the like.
    name: &'a str,
    closing: bool,
    /// Bytes from `<` to behind `>`.
    length: usize,
}

/// The tag that begins here, if one does.
fn tag(from: &str) -> Option<Tag<'_>> {
    let body = from.get(1..)?;
    let (closing, body) = body.strip_prefix('/').map_or((false, body), |body| (true, body));
    let name_end = body
        .bytes()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-')))
        .unwrap_or(body.len());
    let (name, rest) = body.split_at(name_end);
    if name.is_empty() {
        // `<!DOCTYPE …>`, `<![endif]>`, `<?xml …>`.
        let declaration = body.starts_with(['!', '?']);
        return declaration.then(|| rest.find('>')).flatten().map(|end| Tag {
            name: "",
            closing,
            length: from.len() - rest.len() + end + 1,
        });
    }
    // `a<b元` is no tag: behind its name come a blank, a slash or the end.
    if !name.starts_with(|c: char| c.is_ascii_alphabetic())
        || !rest.starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace())
    {
        return None;
    }
    Some(Tag { name, closing, length: from.len() - rest.len() + end(rest.as_bytes())? })
}

/// Behind the `>` that ends a tag; a `>` in a quoted value does not, unless its quote never ends.
fn end(rest: &[u8]) -> Option<usize> {
    // No attribute is longer: a quote that is never closed shall not be searched for to the end at every tag.
    const LONGEST: usize = 64 * 1024;
    let mut at = 0;
    while let Some(found) = rest.get(at..).and_then(|rest| memchr::memchr3(b'>', b'"', b'\'', rest)) {
        at += found + 1;
        let quote = *rest.get(at - 1)?;
        if quote == b'>' {
            return Some(at);
        }
        let value = rest.get(at..)?;
        let window = value.get(..value.len().min(LONGEST))?;
        let opened = rest.get(..at - 1).is_some_and(|before| before.trim_ascii_end().ends_with(b"="));
        if let Some(close) = memchr::memchr(quote, window).filter(|_| opened) {
            at += close + 1;
        }
    }
    None
}

fn lower<'a>(name: &str, into: &'a mut [u8; 12]) -> Option<&'a str> {
    let into = into.get_mut(..name.len())?;
    into.copy_from_slice(name.as_bytes());
    into.make_ascii_lowercase();
    std::str::from_utf8(into).ok()
}

/// What stands behind the end of a silent element; if it has none, all of it is text.
fn behind<'a>(rest: &'a str, name: &str) -> &'a str {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memmem::find(rest, b"</")) {
        let start = at + found;
        let word = bytes.get(start + 2..start + 2 + name.len()).unwrap_or_default();
        if word.eq_ignore_ascii_case(name.as_bytes()) {
            return rest.get(start..).unwrap_or_default();
        }
        at = start + 2;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(html: &str) -> String {
        reduce(html, 20).html
    }

    #[test]
    fn only_what_lays_out_text_stays() {
        assert_eq!(
            reduced("<p class=\"a>b\" style='x'>路<b id=1>灯</b><!-- <p> -->坏<br/>了</p>"),
            "<p>路灯坏<br>了</p>"
        );
        assert_eq!(reduced("<style>p{}</style>a<SCRIPT>x</p></SCRIPT >b<o:p>c</o:p>"), "abc");
        assert_eq!(reduced("<!DOCTYPE html><![if !vml]>a<?xml x?>"), "a");
        assert_eq!(reduced("a < b <申请人> 3<5元 <x"), "a &lt; b &lt;申请人> 3&lt;5元 &lt;x");
    }

    #[test]
    fn elements_are_closed_in_order_and_text_in_tables_stands_in_cells() {
        assert_eq!(reduced("<ul><li>a<li>b</ul>c"), "<ul><li>a</li><li>b</li></ul>c");
        assert_eq!(reduced("<p>a<p>b<div>c"), "<p>a</p><p>b</p><div>c");
        assert_eq!(
            reduced("<div>a<div>b</div>c</div>\n<div><br></div>d"),
            "<div>a</div><div>b</div><div>c</div><div><br></div><div>d"
        );
        assert_eq!(
            reduced("<table>x<tr> <td>a<td>b</table>"),
            "<table><tr><td>x</td></tr><tr><td>a</td><td>b</td></tr></table>"
        );
    }

    #[test]
    fn nothing_nests_deeper_than_allowed() {
        let deep = reduced(&"<blockquote>x".repeat(1000));
        assert_eq!(deep.matches("<blockquote>").count(), 20);
        assert_eq!(deep.matches('x').count(), 1000);
    }

    #[test]
    fn what_never_ends_is_read_in_one_pass() {
        for piece in ["<a ", "<!--", "<a b=\"", "<script", "</", "<x y='>"] {
            let many = piece.repeat(300_000);
            assert!(reduced(&many).len() <= many.len() * 4);
        }
    }
}
