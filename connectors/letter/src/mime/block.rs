//! A block of header fields (RFC 5322 section 2.2), and where the body begins.

use std::sync::LazyLock;

use mail_parser::parsers::MessageStream;
use mail_parser::{Header, HeaderName, MessageParser};

/// One field as it stands: its name without blanks, its value with its line ends.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a [u8],
}

/// The fields before a body.
#[derive(Default)]
pub(crate) struct Block<'a> {
    pub(crate) fields: Vec<Field<'a>>,
    /// Where the body begins.
    pub(crate) body: usize,
    /// The block or a field was larger than allowed.
    pub(crate) cut: bool,
    /// No empty line stood before the body, or no field at all.
    pub(crate) bare: bool,
}

impl<'a> Block<'a> {
    /// The value of the first field of that name, in any case.
    pub(crate) fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// The values of all fields of that name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    }
}

/// Only offsets are wanted of the parser: values are decoded from their bytes, by rules of our own.
static OFFSETS: LazyLock<MessageParser> =
    LazyLock::new(|| MessageParser::new().ignore_header(HeaderName::Received).default_header_ignore());

/// The block at the beginning of a letter or a part.
pub(crate) fn block(part: &[u8], most: usize, most_field: usize) -> Block<'_> {
    let head = part.get(..part.len().min(most)).unwrap_or_default();
    let mut stream = MessageStream::new(head);
    let mut headers = Vec::with_capacity(24);
    let ended = stream.parse_headers(&OFFSETS, &mut headers);
    let mut block = Block { body: stream.offset(), ..Block::default() };
    if !ended && head.len() < part.len() {
        block.cut = true;
        // The last field goes on behind the limit, or has no end.
        headers.pop();
    }
    let (kept, body) = trusted(part, &headers, block.body);
    if block.cut {
        block.body = behind_empty_line(part, head.len());
    } else if let Some(body) = body {
        block.bare = true;
        block.body = body;
    }
    block.fields.reserve(kept);
    for header in headers.iter().take(kept) {
        let Some((name, mut value)) = field(part, header) else { continue };
        if value.len() > most_field {
            block.cut = true;
            value = value.get(..most_field).unwrap_or_default();
        }
        block.fields.push(Field { name, value });
    }
    block
}

fn behind_empty_line(part: &[u8], limit: usize) -> usize {
    // The empty line may begin before the limit.
    let from = limit.saturating_sub(2);
    let rest = part.get(from..).unwrap_or_default();
    let ends = [(b"\n\n".as_slice(), 2), (b"\n\r\n".as_slice(), 3)];
    let found = ends.iter().filter_map(|(end, length)| memchr::memmem::find(rest, end).map(|at| from + at + length));
    found.min().unwrap_or(part.len())
}

/// A field's name and value, if the name can be one.
fn field<'a>(part: &'a [u8], header: &Header<'_>) -> Option<(&'a str, &'a [u8])> {
    let name = part.get(header.offset_field as usize..header.offset_start as usize)?;
    let name = name.strip_suffix(b":")?.trim_ascii();
    let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic() && *byte != b':');
    let name = std::str::from_utf8(name).ok().filter(|_| is_name)?;
    Some((name, part.get(header.offset_start as usize..header.offset_end as usize)?))
}

/// How many of the fields are fields, and where the body begins if that is not behind the empty line: mailers that are
/// simple programs forget it, and then the first lines of a person's words stand in the block. Lines that are no field are
/// left out where known fields follow them.
fn trusted(part: &[u8], headers: &[Header<'_>], body: usize) -> (usize, Option<usize>) {
    let known = |header: &Header<'_>| {
        let name = header.name.as_str();
        !matches!(header.name, HeaderName::Other(_))
            || name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"))
    };
    let last = headers.iter().rposition(known).map_or(0, |at| at + 1);
    let mut end = last.checked_sub(1).and_then(|at| headers.get(at)).map_or(0, |header| header.offset_end as usize);
    for (at, header) in headers.iter().enumerate().skip(last) {
        let begin = header.offset_field as usize;
        if field(part, header).is_none() || !is_blank(part, end, begin) {
            return (at, Some(end));
        }
        end = header.offset_end as usize;
    }
    if is_blank(part, end, body) { (headers.len(), None) } else { (headers.len(), Some(end)) }
}

fn is_blank(part: &[u8], from: usize, to: usize) -> bool {
    part.get(from..to).unwrap_or_default().iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(part: &str) -> (Vec<String>, String) {
        let block = block(part.as_bytes(), 1 << 16, 1 << 10);
        let fields = block.fields.iter().map(|field| {
            format!("{}={}", field.name, String::from_utf8_lossy(field.value).trim().replace("\r\n", "\n"))
        });
        (fields.collect(), part[block.body..].to_owned())
    }

    #[test]
    fn fields_are_found_in_their_order() {
        let (fields, body) = read("Subject: a\r\n b\r\nX-Y : c\r\n\r\nbody\r\n");
        assert_eq!(fields, ["Subject=a\n b", "X-Y=c"]);
        assert_eq!(body, "body\r\n");
    }

    #[test]
    fn a_forgotten_empty_line_loses_no_words() {
        let (fields, body) = read("From: a@b\nSubject: c\n路灯坏了\n电话: 123\n\n第二段\n");
        assert_eq!((fields.len(), body.as_str()), (2, "路灯坏了\n电话: 123\n\n第二段\n"));
        let (fields, body) = read("没有信头\n第二行");
        assert_eq!((fields.len(), body.as_str()), (0, "没有信头\n第二行"));
    }

    #[test]
    fn a_line_that_is_no_field_among_fields_is_left_out() {
        let (fields, body) = read("Subject: =?utf-8?Q?a?=\n=?utf-8?Q?b?=\nFrom: a@b\n\nwords");
        assert_eq!(fields, ["Subject==?utf-8?Q?a?=", "From=a@b"]);
        assert_eq!(body, "words");
    }

    #[test]
    fn large_blocks_are_cut_and_the_body_is_found() {
        let letter = format!("Subject: a\n{}X-Z: b\n\nbody", "X-Y: c\n".repeat(20_000));
        let block = block(letter.as_bytes(), 1 << 12, 1 << 10);
        assert!(block.cut && block.fields.len() < 600);
        assert_eq!(&letter[block.body..], "body");
        let long = format!("Subject: {}\n\nbody", "a".repeat(5000));
        let block = super::block(long.as_bytes(), 1 << 16, 1 << 10);
        assert!(block.cut && block.get("subject").unwrap().len() == 1 << 10);
    }
}
