//! What is broken, doubled, missing, or made to do harm.

use super::hand::{JPEG, Made, b64, file, join, letter, multipart, part, plain};

const SUBJECT: &str = "吴集镇水渠堵塞";
const TEXT: &str = "吴集镇杨林村的水渠堵塞，影响灌溉。";

fn text_letter() -> Vec<u8> {
    letter(SUBJECT.as_bytes(), "Content-Type: text/plain; charset=utf-8", TEXT.as_bytes())
}

fn mixed(body: &[u8]) -> Vec<u8> {
    letter(SUBJECT.as_bytes(), "Content-Type: multipart/mixed; boundary=\"=_t_0007\"", body)
}

fn made(name: &'static str, raw: Vec<u8>) -> Made {
    Made::new(name, raw, SUBJECT, TEXT)
}

pub(crate) fn letters() -> Vec<Made> {
    let mut all = doubled();
    all.extend(broken());
    all.extend(deep());
    all.extend(odd_ends());
    all
}

fn before(fields: &str, raw: &[u8]) -> Vec<u8> {
    join(&[fields.as_bytes(), raw])
}

/// Fields that come twice; the first counts.
fn doubled() -> Vec<Made> {
    let raw = text_letter();
    let behind = |field: &str| {
        String::from_utf8(raw.clone())
            .unwrap()
            .replacen("MIME-Version", &format!("{field}\r\nMIME-Version"), 1)
            .into_bytes()
    };
    vec![
        made("two-from", behind("From: 12345 <12345@hengdong.example.test>")).noted("多个发件人"),
        made("two-subjects", behind("Subject: another")).noted("多个主题"),
        made("two-message-ids", behind("Message-ID: <other@x>")).noted("多个邮件编号"),
        made("two-dates", behind("Date: Wed, 1 Jan 2020 00:00:00 +0000")).noted("多个日期"),
        made("a-forged-from-in-front", before("From: mayor@gov.example.test\r\n", &raw)).noted("多个发件人"),
    ]
}

/// Letters that break off, and such as contradict themselves.
fn broken() -> Vec<Made> {
    let photo = file("Content-Type: image/jpeg\nContent-Disposition: attachment; filename=canal.jpg", JPEG);
    let whole = multipart("=_t_0007", &[&plain(TEXT), &photo]);
    let cut = |bytes: usize| mixed(&whole[..whole.len() - bytes]);
    let unlabelled = letter(SUBJECT.as_bytes(), "Content-Type: multipart/mixed", &whole);
    let wrong = letter(SUBJECT.as_bytes(), "Content-Type: multipart/mixed; boundary=other", &whole);
    let glued = String::from_utf8(whole.clone()).unwrap().replace("\r\n--=_t_0007--", "--=_t_0007--").into_bytes();
    let damaged = multipart(
        "=_t_0007",
        &[
            &plain(TEXT),
            &part(
                "Content-Type: image/jpeg; name=canal.jpg\nContent-Transfer-Encoding: base64",
                format!("{}*!*", b64(JPEG)).as_bytes(),
            ),
        ],
    );
    vec![
        made("cut-inside-a-part", cut(30)).files(&["file canal.jpg"]).noted("邮件不完整"),
        made("without-its-last-boundary", cut(14)).files(&["file canal.jpg"]).noted("邮件不完整"),
        made("boundary-not-declared", unlabelled).files(&["file canal.jpg"]).noted("分界"),
        made("boundary-declared-wrongly", wrong).files(&["file canal.jpg"]).noted("分界"),
        made("boundary-not-there", mixed(TEXT.as_bytes())).noted("找不到分界"),
        made("boundary-behind-words", mixed(&glued)).files(&["file canal.jpg"]),
        made("base64-with-strange-bytes", mixed(&damaged)).files(&["file canal.jpg"]).noted("传输编码有误"),
        made(
            "base64-that-is-none",
            letter(
                SUBJECT.as_bytes(),
                "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64",
                TEXT.as_bytes(),
            ),
        )
        .noted("传输编码有误"),
        Made::new("head-only", letter(SUBJECT.as_bytes(), "Content-Type: text/plain", b""), SUBJECT, ""),
        Made::new("body-only", TEXT.as_bytes().to_vec(), "", TEXT).noted("没有信头").bare(),
        made("without-an-empty-line", format!("Subject: {SUBJECT}\r\nFrom: a@example.test\r\n{TEXT}\r\n").into_bytes())
            .noted("缺少空行"),
        Made::new("nothing-but-a-sender", b"From: a@example.test\r\n\r\n".to_vec(), "", ""),
        made("date-without-a-zone", dated("2026-11-24 09:05:00")),
        made("date-that-is-none", dated("yesterday")).noted("日期"),
    ]
}

fn dated(date: &str) -> Vec<u8> {
    String::from_utf8(text_letter()).unwrap().replace("Tue, 24 Nov 2026 09:05:00 +0800", date).into_bytes()
}

/// Letters that were made to exhaust whoever reads them.
fn deep() -> Vec<Made> {
    let mut multiparts = String::new();
    let mut letters = String::new();
    for level in 0..300 {
        multiparts.push_str(&format!("--b{level}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", level + 1));
        letters.push_str("Content-Type: message/rfc822\r\n\r\n");
    }
    let parts: Vec<Vec<u8>> = (0..1100).map(|at| plain(&at.to_string())).collect();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let first_thousand = (0..1000).map(|at| at.to_string()).collect::<Vec<_>>().join("\n\n");
    let files: Vec<Vec<u8>> = (0..210).map(|_| part("Content-Type: image/gif", b"GIF89a")).collect();
    let mut files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let first = plain(TEXT);
    files.insert(0, &first);
    let names: Vec<String> = (1..=200).map(|at| format!("file 附件{at}.gif")).collect();
    let names: Vec<&'static str> = names.into_iter().map(|name| &*name.leak()).collect();
    let page = format!("{}{TEXT}", "<div><b>".repeat(2000));
    vec![
        Made::new(
            "nested-multiparts",
            letter(SUBJECT.as_bytes(), "Content-Type: multipart/mixed; boundary=b0", multiparts.as_bytes()),
            SUBJECT,
            "",
        )
        .files(&["file 附件1.bin"])
        .noted("嵌套层数过多"),
        Made::new(
            "nested-letters",
            letter(SUBJECT.as_bytes(), "Content-Type: message/rfc822", letters.as_bytes()),
            SUBJECT,
            "",
        )
        .files(&["letter 邮件1.eml"]),
        Made::new("many-parts", mixed(&multipart("=_t_0007", &parts)), SUBJECT, &first_thousand).noted("组成部分过多"),
        made("many-files", mixed(&multipart("=_t_0007", &files))).files(&names).noted("附件过多"),
        made("deep-html", letter(SUBJECT.as_bytes(), "Content-Type: text/html; charset=utf-8", page.as_bytes())),
    ]
}

/// Line ends, mailboxes, marks at the beginning.
fn odd_ends() -> Vec<Made> {
    let photo = file("Content-Type: image/jpeg\nContent-Disposition: attachment; filename=canal.jpg", JPEG);
    let whole = String::from_utf8(mixed(&multipart("=_t_0007", &[&plain(TEXT), &photo]))).unwrap();
    vec![
        made("line-feeds-only", whole.replace("\r\n", "\n").into_bytes()).files(&["file canal.jpg"]).bare(),
        made("carriage-returns-only", whole.replace("\r\n", "\r").into_bytes()).files(&["file canal.jpg"]).bare(),
        made("out-of-a-mailbox", before("From a@example.test Tue Nov 24 09:05:00 2026\r\n", whole.as_bytes()))
            .files(&["file canal.jpg"])
            .bare(),
        made("with-a-byte-order-mark", before("\u{feff}", whole.as_bytes())).files(&["file canal.jpg"]).bare(),
    ]
}
