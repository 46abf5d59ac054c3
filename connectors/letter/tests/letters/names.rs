//! What files are called.

use super::hand::{JPEG, Made, codes, file, gb, join, letter, multipart, plain, word};

const SUBJECT: &str = "新塘镇垃圾堆放";
const TEXT: &str = "新塘镇菜市场后面垃圾堆放多日，照片见附件。";
const NAME: &str = "垃圾堆放照片.jpg";

/// A letter with one file.
fn with(fields: &[u8]) -> Vec<u8> {
    let picture = join(&[fields, b"\r\nContent-Transfer-Encoding: base64\r\n\r\n", super::hand::b64(JPEG).as_bytes()]);
    let body = multipart("=_part_0042", &[&plain(TEXT), &picture]);
    letter(SUBJECT.as_bytes(), "Content-Type: multipart/mixed;\n boundary=\"=_part_0042\"", &body)
}

fn named(name: &'static str, fields: &[u8], file: &'static str) -> Made {
    Made::new(name, with(fields), SUBJECT, TEXT).files(&[file])
}

pub(crate) fn letters() -> Vec<Made> {
    let (g, called) = (gb(NAME), "file 垃圾堆放照片.jpg");
    let jpeg = "Content-Type: image/jpeg\r\nContent-Disposition: attachment;";
    let text = |rest: String| format!("{jpeg}{rest}").into_bytes();
    let raw = |before: &str, after: &str| join(&[before.as_bytes(), &g, after.as_bytes()]);
    let twice = multipart(
        "b-0043",
        &[
            &plain(TEXT),
            &file("Content-Type: image/jpeg; name=IMG.jpg\nContent-Disposition: attachment; filename=IMG.jpg", JPEG),
            &file("Content-Type: image/jpeg\nContent-Disposition: attachment; filename=\"img.JPG\"", JPEG),
            &file("Content-Type: application/pdf\nContent-Disposition: attachment", b"%PDF-1.4"),
        ],
    );
    let long = "很".repeat(200) + "长.docx";
    vec![
        named("name-rfc2231-gbk", &text(format!("\r\n filename*=gbk''{}", codes('%', &g))), called),
        named(
            "name-rfc2231-gbk-continued",
            // The first piece ends inside a character.
            &text(format!(
                "\r\n filename*0*=gb2312'zh-cn'{};\r\n filename*1*={}",
                codes('%', &g[..5]),
                codes('%', &g[5..])
            )),
            called,
        ),
        named(
            "name-rfc2231-utf8-continued",
            &text(format!(
                "\r\n filename*0*=utf-8''{};\r\n filename*1={}",
                codes('%', "垃圾堆放照片".as_bytes()),
                "\".jpg\""
            )),
            called,
        ),
        named("name-raw-gbk-in-quotes", &raw(&format!("{jpeg} filename=\""), "\""), called).guessed(),
        named("name-raw-gbk-bare", &raw(&format!("{jpeg} filename="), "; size=20"), called).guessed(),
        named(
            "name-raw-gbk-in-content-type",
            &raw("Content-Type: image/jpeg; name=\"", "\"\r\nContent-Disposition: attachment"),
            called,
        )
        .guessed(),
        named("name-words-in-quotes", &text(format!("\r\n filename=\"{}\"", word("gb18030", &g))), called),
        named(
            "name-words-split-in-a-character",
            &text(format!("\r\n filename=\"{}\r\n {}\"", word("gbk", &g[..3]), word("gbk", &g[3..]))),
            called,
        ),
        named(
            "name-percent-codes",
            &text(format!(" filename=\"{}.jpg\"", codes('%', "垃圾堆放照片".as_bytes()))),
            called,
        ),
        named("name-that-leaves-its-folder", &text(" filename=\"../../etc/cron.d/x\"".to_owned()), "file x"),
        named("name-of-windows", &text(" filename=\"..\\..\\evil.exe\"".to_owned()), "file evil.exe"),
        named(
            "name-that-hides",
            &text(format!(" filename=\"{}\"", word("utf-8", "照片\u{202e}gpj.exe".as_bytes()))),
            "file 照片gpj.exe",
        ),
        Made::new(
            "names-alike",
            letter(SUBJECT.as_bytes(), "Content-Type: multipart/mixed; boundary=b-0043", &twice),
            SUBJECT,
            TEXT,
        )
        .files(&["file IMG.jpg", "file img(2).JPG", "file 附件1.pdf"]),
        named("name-too-long", &text(format!("\r\n filename=\"{}\"", word("utf-8", long.as_bytes()))), LONG),
    ]
}

/// 120 characters with their ending.
const LONG: &str = concat!(
    "file ",
    "很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很",
    "很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很很",
    ".docx"
);
