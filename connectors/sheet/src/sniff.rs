//! What a file is, by its first bytes and what they hold.

use std::io::{Read, Seek};

use zip::ZipArchive;

use crate::guard::Limits;
use crate::unreadable::Unreadable;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A workbook of Excel 2007 and later.
    Xlsx,
    /// A workbook of Excel 97–2003; WPS's `.et` is one too.
    Xls,
    /// An XML spreadsheet of Excel 2002 and 2003; many systems export one and call it `.xls`.
    Xml2003,
    /// A web page with tables; many systems export one and call it `.xls`.
    Html,
    /// Text with separators.
    Text,
    /// JSON. It is told apart here, and read by who knows what stands in it.
    Json,
    /// XML that is no spreadsheet, told apart likewise.
    Xml,
}

/// How much of the beginning is looked at for words.
const HEAD: usize = 4096;

pub(crate) fn format(source: &mut (impl Read + Seek), limits: &Limits) -> Result<Format, Unreadable> {
    let mut bytes = Vec::with_capacity(HEAD);
    source.take(HEAD as u64).read_to_end(&mut bytes).map_err(|_| Unreadable::broken("read"))?;
    let starts = |mark: &[u8]| bytes.starts_with(mark);
    if bytes.len() < HEAD && bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::new("empty", "文件是空的", "the file is empty"));
    }
    if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        return packed(source);
    }
    if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        source.take(limits.bytes as u64).read_to_end(&mut bytes).map_err(|_| Unreadable::broken("read"))?;
        return compound(&bytes);
    }
    for (mark, zh, en) in [
        (&b"%PDF"[..], "PDF 文件", "a PDF file"),
        (b"\x89PNG", "图片", "a picture"),
        (b"\xff\xd8\xff", "图片", "a picture"),
        (b"GIF8", "图片", "a picture"),
        (b"Rar!", "压缩包", "an archive"),
        (b"7z\xbc\xaf", "压缩包", "an archive"),
        (b"\x1f\x8b", "压缩包", "an archive"),
        (b"{\\rtf", "RTF 文档", "an RTF document"),
    ] {
        if starts(mark) {
            return Err(Unreadable::other(zh, en));
        }
    }
    if starts(b"\xff\xfe") || starts(b"\xfe\xff") {
        return Ok(Format::Text);
    }
    text(&bytes)
}

/// Names in the archive tell what it is.
fn packed(source: impl Read + Seek) -> Result<Format, Unreadable> {
    let archive = ZipArchive::new(source).map_err(Unreadable::broken)?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("xl/workbook.bin") {
        return Err(Unreadable::other("二进制工作簿(.xlsb)", "a binary workbook (.xlsb)"));
    }
    if archive.file_names().any(|name| name.is_ok_and(|name| name.starts_with("xl/"))) {
        return Ok(Format::Xlsx);
    }
    if has("word/document.xml") {
        return Err(Unreadable::other("Word 文档", "a Word document"));
    }
    if has("content.xml") {
        return Err(Unreadable::other("OpenDocument 文件(.ods)", "an OpenDocument file (.ods)"));
    }
    Err(Unreadable::other("压缩包", "an archive"))
}

fn compound(bytes: &[u8]) -> Result<Format, Unreadable> {
    let utf16 = |word: &str| word.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let holds = |word: &str| {
        let word = utf16(word);
        bytes.windows(word.len()).any(|window| window == word)
    };
    if holds("EncryptedPackage") {
        return Err(Unreadable::password());
    }
    if holds("Workbook") || holds("Book") {
        return Ok(Format::Xls);
    }
    Err(Unreadable::other("Word 文档或别的 Office 文件", "a Word document or another Office file"))
}

/// Web pages and XML that call themselves `.xls` are told apart from text.
fn text(head: &[u8]) -> Result<Format, Unreadable> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if head.contains(&0) {
        return Err(Unreadable::other("别种二进制文件", "a binary file of another sort"));
    }
    let words = String::from_utf8_lossy(head).trim_start().to_lowercase();
    let of_2003 = words.contains("urn:schemas-microsoft-com:office:spreadsheet");
    let workbook = ["<workbook", "<ss:workbook"].into_iter().any(|tag| words.contains(tag));
    if of_2003 && workbook && (words.starts_with("<?") || words.starts_with('<') && !words.starts_with("<html")) {
        return Ok(Format::Xml2003);
    }
    let page = ["<html", "<!doctype html", "<table", "<meta", "<head", "<body", "<style"];
    let page = page.iter().any(|tag| words.starts_with(tag)) || words.starts_with('<') && words.contains("<table");
    if page || words.starts_with("<?xml") && words.contains("<html") {
        return Ok(Format::Html);
    }
    if words.starts_with("<?xml") || words.starts_with("<!doctype") || is_element(&words) {
        return Ok(Format::Xml);
    }
    if is_json(&words) {
        return Ok(Format::Json);
    }
    Ok(Format::Text)
}

/// `<word…>` at the beginning.
fn is_element(words: &str) -> bool {
    let Some(rest) = words.strip_prefix('<') else { return false };
    rest.starts_with(|c: char| c.is_alphabetic()) && rest.contains('>')
}

/// An object or a list at the beginning: a row of heads begins with neither.
fn is_json(words: &str) -> bool {
    let mut marks = words.chars().filter(|c| !c.is_whitespace());
    matches!((marks.next(), marks.next()), (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | '[' | '"' | ']')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(bytes: &[u8]) -> String {
        match format(&mut std::io::Cursor::new(bytes), &Limits::default()) {
            Ok(format) => format!("{format:?}"),
            Err(why) => why.en,
        }
    }

    #[test]
    fn a_file_is_what_it_holds() {
        assert_eq!(word("编号,标题\n".as_bytes()), "Text");
        assert_eq!(word(b"\xff\xfea\0"), "Text");
        assert_eq!(word(b" \r\n"), "the file is empty");
        assert_eq!(word(b"<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table>"), "Html");
        assert_eq!(word(b"\xef\xbb\xbf  <TABLE border=1>"), "Html");
        assert_eq!(word("\u{feff} [ {\"编号\": 1} ]".as_bytes()), "Json");
        assert_eq!(word(b"{\n  \"data\": []}"), "Json");
        assert_eq!(word("[编号],标题\n".as_bytes()), "Text");
        assert_eq!(word(b"<?xml version=\"1.0\"?><rows/>"), "Xml");
        let xml = b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">";
        assert_eq!((word(xml), word(&xml[21..])), ("Xml2003".into(), "Xml2003".into()));
        assert_eq!(word(b"<rows><row/></rows>"), "Xml");
        for (bytes, what) in [(&b"%PDF-1.7"[..], "PDF"), (b"MZ\0\0", "binary"), (b"PK\x03\x04", "damaged")] {
            assert!(word(bytes).contains(what), "{}", word(bytes));
        }
    }
}
