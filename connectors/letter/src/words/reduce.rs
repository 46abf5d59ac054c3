//! HTML cut down to what lays out text, before a tree is built of it.
//!
//! A tree builder can be made to work for hours: by elements that are never closed, by formatting that is opened again in
//! every paragraph, by text between the rows of tables that is moved in front of them one piece at a time. What leaves here
//! has no formatting, no attributes, no comments, text only where text may be, and a bounded depth.

use super::layout::{Reduced, Writer};

/// Elements whose content is nothing to read.
const SILENT: [&str; 8] = ["script", "style", "title", "template", "xml", "iframe", "object", "textarea"];

/// The HTML reduced; nothing nests deeper than `levels`. What would make it longer than about `most` bytes is left out:
/// pictures within the page do not count, words do.
pub(super) fn reduce(html: &str, levels: usize, most: usize) -> Reduced {
    let mut writer = Writer::new(html.len().min(most) / 2, levels);
    let mut rest = html;
    let mut left = Left { tags: true, quotes: true, comments: true, silent: SILENT.to_vec() };
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        if writer.len() > most {
            rest = "";
            break;
        }
        let (text, from) = rest.split_at(at);
        writer.text(text);
        if let Some(behind) = left.comment(from) {
            rest = behind;
            continue;
        }
        let Some(tag) = left.tag(from) else {
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
                rest = left.silent_end(rest, name);
            }
        } else if tag.closing {
            writer.close(name);
        } else {
            writer.start(name);
        }
    }
    let room = most.saturating_sub(writer.len());
    writer.text(rest.get(..rest.floor_char_boundary(room)).unwrap_or_default());
    writer.finish()
}

struct Tag<'a> {
    /// Empty for declarations and the like.
    name: &'a str,
    closing: bool,
    /// Bytes from `<` to behind `>`.
    length: usize,
}

/// What may still be found in what is left of the page. What was looked for to the end and not found is not looked for
/// again: else a page of beginnings without ends would be walked through once for each of them.
struct Left {
    /// A `>`.
    tags: bool,
    /// A `>` that stands outside of quotes.
    quotes: bool,
    /// A `-->`.
    comments: bool,
    /// The ends of silent elements.
    silent: Vec<&'static str>,
}

impl Left {
    /// What stands behind the comment that begins here, if one does; `<!-->` is a whole one.
    fn comment<'a>(&mut self, from: &'a str) -> Option<&'a str> {
        let inner = from.strip_prefix("<!--").filter(|_| self.comments)?;
        let end = if inner.starts_with('>') { Some(0) } else { inner.find("-->").map(|end| end + 2) };
        self.comments = end.is_some();
        inner.get(end? + 1..)
    }

    /// The tag that begins here, if one does.
    fn tag<'a>(&mut self, from: &'a str) -> Option<Tag<'a>> {
        let body = from.get(1..).filter(|_| self.tags)?;
        let (closing, body) = body.strip_prefix('/').map_or((false, body), |body| (true, body));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-');
        let name_end = body.bytes().position(|byte| !is_name(byte)).unwrap_or(body.len());
        let (name, rest) = body.split_at(name_end);
        // `<!DOCTYPE …>`, `<![endif]>`, `<?xml …>` have no name. `a<b元` is no tag: behind its name come a blank, a slash or
        // the end.
        let begins = match name.chars().next() {
            None => body.starts_with(['!', '?']),
            Some(first) => {
                first.is_ascii_alphabetic()
                    && rest.starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace())
            }
        };
        let end = if begins { self.end(rest.as_bytes(), !name.is_empty())? } else { return None };
        Some(Tag { name, closing, length: from.len() - rest.len() + end })
    }

    /// From the end of a silent element on; if it has none, all of it is text.
    fn silent_end<'a>(&mut self, rest: &'a str, name: &str) -> &'a str {
        if !self.silent.contains(&name) {
            return rest;
        }
        let bytes = rest.as_bytes();
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memmem::find(rest, b"</")) {
            let start = at + found;
            at = start + 2;
            if bytes.get(at..at + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes())) {
                return rest.get(start..).unwrap_or_default();
            }
        }
        self.silent.retain(|silent| *silent != name);
        rest
    }

    /// Behind the `>` that ends a tag. One that stands in a quoted value does not, unless no other is left.
    fn end(&mut self, rest: &[u8], quotes: bool) -> Option<usize> {
        if quotes && self.quotes {
            let end = outside_quotes(rest);
            if end.is_some() {
                return end;
            }
            self.quotes = false;
        }
        let end = memchr::memchr(b'>', rest).map(|at| at + 1);
        self.tags = end.is_some();
        end
    }
}

/// Behind the first `>` outside of quotes. A quote that is not behind an equals sign, or that is never closed, is none.
fn outside_quotes(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = rest.get(at..).and_then(|rest| memchr::memchr3(b'>', b'"', b'\'', rest)) {
        at += found + 1;
        let quote = *rest.get(at - 1)?;
        if quote == b'>' {
            return Some(at);
        }
        let opens = rest.get(..at - 1).is_some_and(|before| before.trim_ascii_end().ends_with(b"="));
        if let Some(close) = rest.get(at..).filter(|_| opens).and_then(|value| memchr::memchr(quote, value)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(html: &str) -> String {
        reduce(html, 20, 1 << 24).html
    }

    #[test]
    fn only_what_lays_out_text_stays() {
        assert_eq!(
            reduced("<p class=\"a>b\" style='x'>路<b id=1>灯</b><!-- <p> -->坏<br/>了</p>"),
            "<p>路灯坏<br>了</p>"
        );
        assert_eq!(reduced("<style>p{}</style>a<SCRIPT>x</p></SCRIPT >b<o:p>c</o:p>"), "abc");
        let picture = format!("<img src=\"data:image/png;base64,{}==\">b<i c=\"d\">e", "A".repeat(1 << 20));
        assert_eq!(reduced(&picture), "be", "a picture of any size is one tag");
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
            "<table><tr><td>x </td></tr><tr><td>a </td><td>b </td></tr></table>"
        );
    }

    #[test]
    fn nothing_nests_deeper_than_allowed() {
        let deep = reduced(&"<blockquote>x".repeat(1000));
        assert_eq!(deep.matches("<blockquote>").count(), 20);
        assert_eq!(deep.matches('x').count(), 1000);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        assert!(reduce(&"<p>路灯".repeat(1000), 20, 600).html.len() < 640);
        assert_eq!(reduce(&"路".repeat(1000), 20, 601).html.len(), 600);
    }

    #[test]
    fn what_never_ends_is_read_in_one_pass() {
        for piece in
            ["<a ", "<!--", "<a b=\"", "<script", "<script>", "</", "<x y='>", "<a b=\">\"", "<p \"", "<!", "<?"]
        {
            for end in ["", ">", "b=\">\"", "-->", "\""] {
                let many = piece.repeat(60_000) + end;
                assert!(reduced(&many).len() <= many.len() * 4);
            }
        }
    }
}
