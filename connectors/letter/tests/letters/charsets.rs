//! What charsets do to letters.

use super::hand::{Made, b64, big5, codes, gb, join, letter, word};

const SUBJECT: &str = "投诉兴衡路路灯不亮";
const TEXT: &str = "兴衡路与衡岳北路交叉口的路灯已经三天不亮，晚上学生放学看不清路，请尽快维修。";

fn plain(charset: &str) -> String {
    match charset {
        "" => "Content-Type: text/plain\nContent-Transfer-Encoding: 8bit".to_owned(),
        charset => format!("Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit"),
    }
}

pub(crate) fn letters() -> Vec<Made> {
    let usual = word("gb2312", &gb(SUBJECT));
    let usual = usual.as_bytes();
    let mut all = labels(usual);
    all.extend(words());
    all.extend(bodies(usual));
    all
}

/// Labels that are missing, wrong, or mean more than they say.
fn labels(usual: &[u8]) -> Vec<Made> {
    let of = |name, subject: &[u8], label: &str, body: &[u8]| {
        Made::new(name, letter(subject, &plain(label), body), SUBJECT, TEXT)
    };
    let rare = "朱镕村𠮷家㐂宴餐馆油烟扰民，每月收费20€，请查处。";
    vec![
        of("raw-gbk-subject", &gb(SUBJECT), "gb2312", &gb(TEXT)),
        of("raw-utf8-subject", SUBJECT.as_bytes(), "utf-8", TEXT.as_bytes()),
        of("gbk-labelled-utf8", usual, "utf-8", &gb(TEXT)).guessed(),
        of("gbk-without-a-label", usual, "", &gb(TEXT)).guessed(),
        of("gbk-with-an-unknown-label", usual, "x-unknown", &gb(TEXT)).guessed(),
        of("gbk-labelled-ascii", &gb(SUBJECT), "us-ascii", &gb(TEXT)).guessed(),
        of("utf8-labelled-gb2312", usual, "gb2312", TEXT.as_bytes()).guessed(),
        of("utf8-labelled-iso-8859-1", usual, "iso-8859-1", TEXT.as_bytes()).guessed(),
        of("utf8-without-a-label", usual, "", TEXT.as_bytes()),
        of("x-gbk", usual, "x-gbk", &gb(TEXT)),
        of("cp936", usual, "\"CP936\"", &gb(TEXT)),
        of("gbk-labelled-iso-8859-1", word("iso-8859-1", &gb(SUBJECT)).as_bytes(), "iso-8859-1", &gb(TEXT)).guessed(),
        of("gbk-everywhere-labelled-iso-8859-1", &gb(SUBJECT), "ISO-8859-1", &gb(TEXT)).guessed(),
        Made::new(
            "gb18030-labelled-gb2312",
            letter(word("gb2312", &gb(rare)).as_bytes(), &plain("gb2312"), &gb(rare)),
            rare,
            rare,
        ),
        Made::new(
            "big5",
            letter(
                word("big5", &big5("反映石灣鎮道路積水")).as_bytes(),
                &plain("big5"),
                &big5("石灣鎮老街下雨就積水，請處理。"),
            ),
            "反映石灣鎮道路積水",
            "石灣鎮老街下雨就積水，請處理。",
        ),
        Made::new(
            "hz",
            letter(
                word("HZ-GB-2312", b"~{VwLb~}").as_bytes(),
                &plain("hz-gb-2312"),
                b"~{B75F2;AA~} ~~ 3~{Ll~}\r\n~{Gk4&@m~}",
            ),
            "主题",
            "路灯不亮 ~ 3天\n请处理",
        ),
        Made::new(
            "utf-7",
            letter(b"=?utf-7?Q?=2Bje9wbw-?=", &plain("utf-7"), b"+je9wb04NTq4-, 12345"),
            "路灯",
            "路灯不亮, 12345",
        ),
        Made::new(
            "utf8-cut-in-a-character",
            letter(usual, &plain("utf-8"), &TEXT.as_bytes()[..TEXT.len() - 4]),
            SUBJECT,
            &format!("{}\u{fffd}", TEXT.strip_suffix("修。").unwrap()),
        )
        .noted("个别字符无法识别"),
    ]
}

/// Encoded words as clients write them.
fn words() -> Vec<Made> {
    let body = plain("utf-8");
    let of = |name, subject: String| Made::new(name, letter(subject.as_bytes(), &body, TEXT.as_bytes()), SUBJECT, TEXT);
    let (g, u) = (gb(SUBJECT), SUBJECT.as_bytes());
    let token = "〔受理号 12345-261122-0042〕";
    vec![
        of(
            "words-split-in-a-character-gb18030",
            format!("{}\r\n {}", word("gb18030", &g[..7]), word("gb18030", &g[7..])),
        ),
        of("words-split-in-a-character-utf8", format!("{}\r\n\t{}", word("utf-8", &u[..10]), word("UTF-8", &u[10..]))),
        of("words-of-two-encodings", format!("{} =?gb2312?Q?{}?=", word("gb2312", &g[..4]), codes('=', &g[4..]))),
        of("words-of-two-charsets", format!("{}\r\n {}", word("gbk", &g[..4]), word("utf-8", &u[6..]))),
        of("words-without-padding", word("gbk", &g).replace('=', "").replacen('?', "=?", 1) + "="),
        of("words-folded-inside", word("gbk", &g).replacen("?B?", "?B?\r\n ", 1)),
        of("words-with-a-language", word("gb2312*zh-CN", &g)),
        Made::new(
            "words-without-blanks",
            letter(format!("[SPAM]{}{token}", word("gbk", &g)).as_bytes(), &body, TEXT.as_bytes()),
            &format!("[SPAM]{SUBJECT}{token}"),
            TEXT,
        ),
        Made::new(
            "subject-that-hides",
            letter(word("utf-8", "照片\u{202e}gpj\u{200b}请\r\n看".as_bytes()).as_bytes(), &body, TEXT.as_bytes()),
            "照片gpj请 看",
            TEXT,
        ),
    ]
}

/// Bodies: how they are carried, and what HTML says of itself.
fn bodies(usual: &[u8]) -> Vec<Made> {
    let of = |name, fields: &str, body: &[u8], text: &str| Made::new(name, letter(usual, fields, body), SUBJECT, text);
    let html = |label: &str| format!("Content-Type: text/html{label}\nContent-Transfer-Encoding: 8bit");
    let page = |meta: &str| format!("<html><head>{meta}</head><body><p>{TEXT}</p></body></html>");
    let meta = "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\">";
    let g = gb(TEXT);
    // A soft line break between the two bytes of a character.
    let cut = format!("{}=\r\n{}", codes('=', &g[..25]), codes('=', &g[25..]));
    let lines: Vec<&str> = vec!["兴衡路的路灯 ", "已经三天不亮。", "> 您好 ", "> 请问", "-- ", "王建国"];
    vec![
        of(
            "quoted-printable-cut-in-a-character",
            "Content-Type: text/plain; charset=gbk\nContent-Transfer-Encoding: quoted-printable",
            cut.as_bytes(),
            TEXT,
        ),
        of(
            "base64-gbk",
            "Content-Type: text/plain; charset=GBK\nContent-Transfer-Encoding: base64",
            b64(&g).as_bytes(),
            TEXT,
        ),
        of("html-with-meta", &html(""), &gb(&page(meta)), TEXT),
        of("html-with-a-meta-that-lies", &html(""), page(meta).as_bytes(), TEXT).guessed(),
        of("html-without-anything", &html(""), &gb(&page("")), TEXT).guessed(),
        of(
            "flowed",
            "Content-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: 8bit",
            lines.join("\r\n").as_bytes(),
            "兴衡路的路灯已经三天不亮。\n> 您好请问\n-- \n王建国",
        ),
        of(
            "flowed-and-deleted",
            "Content-Type: text/plain; charset=utf-8; format=flowed; DelSp=yes\nContent-Transfer-Encoding: 8bit",
            "Tel 0734-5 \r\n220000 兴衡 \r\n路".as_bytes(),
            "Tel 0734-5220000 兴衡路",
        ),
        of("zero-bytes", &plain("utf-8"), &join(&["路\0灯".as_bytes(), b"\0", "不亮".as_bytes()]), "路灯不亮"),
    ]
}
