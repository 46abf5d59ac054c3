//! In which letters a page is written: what it says of itself, unless its bytes say otherwise.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

/// How the bytes of a page become text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Charset {
    /// The first of these that fits the bytes: the byte order mark, the content type, the page's own declaration, UTF-8,
    /// GB18030 (and with it GBK and GB2312).
    #[default]
    Auto,
    /// Always this one, whatever the far side declares.
    Named(&'static Encoding),
}

impl Charset {
    /// The charset of that name, as pages name them (`gb2312`, `UTF-8`), or `auto`; none if there is none.
    pub fn named(name: &str) -> Option<Self> {
        if name.trim().eq_ignore_ascii_case("auto") {
            return Some(Self::Auto);
        }
        Encoding::for_label(name.trim().as_bytes()).map(Self::Named)
    }
}

/// A page declares itself at its beginning.
const HEAD: usize = 4096;

/// The text of a page. A byte that is no letter in any of the declared charsets becomes a replacement character: one
/// broken byte makes no page unreadable.
pub(crate) fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>, charset: Charset) -> Cow<'b, str> {
    if let Charset::Named(encoding) = charset {
        return encoding.decode(bytes).0;
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    let declared = [content_type.and_then(|declared| within(declared.as_bytes())), meta(bytes)];
    let declared: Vec<&'static Encoding> = declared.into_iter().flatten().collect();
    let tried = declared.iter().copied().chain([UTF_8, GB18030]);
    for encoding in tried {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return text;
        }
    }
    let first = declared.first().copied().unwrap_or(GB18030);
    first.decode_without_bom_handling(bytes).0
}

/// The charset behind `charset=`, if it is one.
fn within(text: &[u8]) -> Option<&'static Encoding> {
    behind(text, b"charset")
}

fn behind(text: &[u8], key: &[u8]) -> Option<&'static Encoding> {
    let at = text.windows(key.len()).position(|part| part.eq_ignore_ascii_case(key))?;
    let rest = text.get(at + key.len()..)?;
    let skip = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'"' | b'\'')).count();
    let rest = rest.get(skip..)?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    Encoding::for_label(rest.get(..length)?)
}

/// What a `<meta>` or an XML declaration at the beginning says.
fn meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let xml = head.strip_prefix(b"<?xml").and_then(|rest| {
        let end = rest.iter().position(|byte| *byte == b'>')?;
        behind(&rest[..end], b"encoding")
    });
    let mut rest = head;
    let mut found = None;
    while found.is_none() {
        let Some(at) = rest.windows(5).position(|part| part.eq_ignore_ascii_case(b"<meta")) else { break };
        let tag = &rest[at..];
        let end = tag.iter().position(|byte| *byte == b'>').unwrap_or(tag.len());
        found = within(&tag[..end]);
        rest = &tag[end..];
    }
    // A page that was decoded to be looked at cannot be UTF-16, or the declaration could not have been read.
    found.or(xml).map(|encoding| if encoding.is_ascii_compatible() { encoding } else { UTF_8 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn what_a_page_says_of_itself_is_believed_if_its_bytes_agree() {
        let page = "<meta http-equiv=Content-Type content='text/html; charset=gb2312'>来信人";
        assert_eq!(decode(&gbk(page), None, Charset::Auto), page);
        assert_eq!(decode(page.as_bytes(), None, Charset::Auto), page, "saved anew in UTF-8 with the old declaration");
        assert_eq!(decode(&gbk("办理"), Some("text/html; charset=UTF-8"), Charset::Auto), "办理");
        assert_eq!(decode(&gbk("镕"), Some("text/html;charset=\"GBK\""), Charset::Auto), "镕");
        assert_eq!(decode("办理".as_bytes(), None, Charset::Auto), "办理");
        assert_eq!(decode("\u{feff}办理".as_bytes(), Some("text/html; charset=gbk"), Charset::Auto), "办理");
        assert_eq!(
            decode(&gbk("<?xml version='1.0' encoding='GBK'?>件"), None, Charset::Auto).chars().last(),
            Some('件')
        );
        assert_eq!(decode(&gbk("件"), None, Charset::named("gb2312").unwrap()), "件");
        assert_eq!((Charset::named("auto"), Charset::named("klingon")), (Some(Charset::Auto), None));
    }

    #[test]
    fn one_broken_byte_spoils_one_letter() {
        let mut bytes = b"<meta charset=utf-8>".to_vec();
        bytes.extend("办".as_bytes());
        bytes.push(0xff);
        assert_eq!(decode(&bytes, None, Charset::Auto), "<meta charset=utf-8>办\u{fffd}");
    }
}
