//! What a sample is, told by its content: an answer or a push in JSON or XML, a sheet, a letter by mail.

use huiliu_kit::xml::Reading;
use huiliu_sheet::{Limits, Workbook};
use serde_json::Value;

use crate::settings::Text;

/// How a document is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// JSON.
    Json,
    /// XML.
    Xml,
}

/// A sample, read.
pub(super) enum Sample {
    Document(Value, Form),
    Sheets(Workbook),
}

/// So much of a file is looked at for words.
const HEAD: usize = 4096;

/// Reads a sample; fails with what it is and what helps.
pub(super) fn read(bytes: &[u8]) -> Result<Sample, Text> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Text::new("样例是空的", "the sample is empty"));
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).trim_start().to_lowercase();
    if is_mail(&head) {
        return Err(Text::new(
            "这是一封电子邮件。这一版的汇流还不能接入电子邮箱(没有 email 这种接入方式),所以不能照它生成渠道;\
             来信不多的,可以先建手工登记的渠道:huiliu channel new 名称 --kind manual",
            "this is a letter by mail. This version takes in no mail (there is no kind `email` yet), so no channel can be made \
             from it; for a few letters make a channel that people enter: huiliu channel new NAME --kind manual",
        ));
    }
    if head.starts_with('{') || head.starts_with('[') {
        match serde_json::from_slice(bytes) {
            Ok(value) => return Ok(Sample::Document(value, Form::Json)),
            // A row of heads may begin with a bracket.
            Err(error)
                if head.starts_with('{') || !head.contains(',') || head.contains("{\"") || head.contains(":") =>
            {
                return Err(Text::new(
                    format!(
                        "样例不是完整的 JSON(第{}行第{}列);请把对方返回的内容整个存下来",
                        error.line(),
                        error.column()
                    ),
                    format!(
                        "the sample is no whole JSON (line {}, column {}); save all of what the far side answers",
                        error.line(),
                        error.column()
                    ),
                ));
            }
            Err(_) => {}
        }
    }
    if head.starts_with('<') && !is_page(&head) {
        let read = Reading::default().read(bytes);
        return match read {
            Ok(value) => Ok(Sample::Document(value, Form::Xml)),
            Err(why) => Err(Text::new(
                format!("样例不是能读的 XML:{}", why.zh()),
                format!("the sample is no readable XML: {why}"),
            )),
        };
    }
    match huiliu_sheet::read(bytes, &Limits::default()) {
        Ok(book) => Ok(Sample::Sheets(book)),
        Err(why) => Err(Text::new(format!("样例读不了:{}", why.zh), format!("the sample cannot be read: {}", why.en))),
    }
}

fn is_page(head: &str) -> bool {
    head.starts_with("<!doctype html")
        || ["<html", "<table", "<head", "<body", "<meta", "<style"].iter().any(|tag| head.contains(tag))
        || head.contains("urn:schemas-microsoft-com:office:spreadsheet")
}

/// Heads of a mail at the beginning: two of those that every mail has.
fn is_mail(head: &str) -> bool {
    const HEADS: [&str; 10] = [
        "from",
        "to",
        "subject",
        "date",
        "received",
        "return-path",
        "message-id",
        "mime-version",
        "delivered-to",
        "content-type",
    ];
    if head.starts_with("from ") && head.contains("\nreceived:") {
        return true;
    }
    let names = head.lines().take_while(|line| !line.trim().is_empty()).filter_map(|line| line.split_once(':'));
    let mut known: Vec<&str> = names.map(|(name, _)| name).filter(|name| HEADS.contains(name)).collect();
    let first = head
        .lines()
        .next()
        .and_then(|line| line.split_once(':'))
        .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    known.sort_unstable();
    known.dedup();
    first && known.len() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> String {
        match read(bytes) {
            Ok(Sample::Document(_, form)) => format!("{form:?}"),
            Ok(Sample::Sheets(book)) => format!("{:?}", book.format),
            Err(why) => why.en,
        }
    }

    #[test]
    fn a_sample_is_what_it_holds() {
        assert_eq!(told(b"\xef\xbb\xbf {\"a\": 1}"), "Json");
        assert_eq!(told(b"[{\"a\": 1}]"), "Json");
        assert_eq!(told(b"<?xml version=\"1.0\"?><a><b>1</b></a>"), "Xml");
        assert_eq!(told(b"<!DOCTYPE html><html><table><tr><td>a</td></tr></table></html>"), "Html");
        assert_eq!(told("编号,标题\n1,2\n".as_bytes()), "Text");
        assert_eq!(told("[编号],标题\n1,2\n".as_bytes()), "Text");
        assert!(told(b"{\"a\": [1, 2").contains("line 1"), "{}", told(b"{\"a\": [1, 2"));
        assert!(told(b"<a><b></a>").contains("no readable XML"));
        assert!(told(b"  \n").contains("empty"));
        assert!(told(b"%PDF-1.7").contains("PDF"));
    }

    #[test]
    fn a_mail_is_said_to_be_none_of_what_there_is() {
        let mail = "Received: from a by b\r\nFrom: a@example.cn\r\nSubject: x\r\n\r\nbody";
        assert!(told(mail.as_bytes()).contains("no kind `email`"));
        assert!(told(b"From: a@example.cn\nTo: b@example.cn\nSubject: x\n\nbody").contains("no kind `email`"));
        assert_eq!(told(b"date,subject\n1,2\n"), "Text");
    }
}
