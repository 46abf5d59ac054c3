//! Any text at all: nothing panics, nothing is lost, nothing takes longer than its length asks for.

use proptest::prelude::*;

use super::{authentication, bounce, class, clouds, contact, forward, quote, thread};
use crate::Fields;

/// Pieces out of which texts are made that go deep into every reader.
const PIECES: [&str; 64] = [
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "\u{3000}",
    "&nbsp;",
    "路灯不亮。",
    "发件人：",
    "From: ",
    "收件人:",
    "主题：",
    "Subject:",
    "日期:",
    "------------------ 原始邮件 ------------------",
    "---- 转发的邮件 ----",
    "-----Original Message-----",
    "----",
    "-",
    "> ",
    ">",
    "在 2026-11-22 13:05:43，",
    "写道：",
    "On Sun, Nov 22, 2026 at 1:05 PM ",
    " wrote:",
    "李四 <lisi@example.cn>",
    "@",
    "<",
    ">",
    "\"",
    "——请在此线以上回复——",
    "-- ",
    "--",
    "发自我的iPhone",
    "姓名：",
    "我叫",
    "我是",
    "本人",
    "李四",
    "欧阳",
    "联系电话",
    "电话：",
    "手机",
    "13800001234",
    "138 0000 1234",
    "+86",
    "0734-5221234",
    "430424199001011234",
    "6222 0213 8000 0123 456",
    "家住",
    "住",
    "地址：",
    "衡东县洣水镇踏庄社区3栋",
    "https://wx.mail.qq.com/ftn/download?key=1",
    "<a href=\"https://fs.163.com/fs/1\" title='照片.zip'>",
    "</a>",
    "<blockquote>",
    "<div class=\"gmail_quote\">",
    "<style>",
    "<!--",
    "30.5M, 2026年12月22日到期",
    "Final-Recipient: rfc822; a@b.cn",
    "Action: failed",
    "Status: 5.1.1",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Reads a text as everything that it could be.
fn read_all(text: &str, other: &str) {
    let split = quote::split(text);
    assert_eq!([split.new_text(), split.signature(), split.history()].concat(), text);
    assert_eq!(&text[split.new_range()], split.new_text());
    assert_eq!(&text[split.history_range()], split.history());
    if !split.history().is_empty() {
        assert!(!split.new_text().trim().is_empty(), "nothing stands above the history");
    }
    if let Some(at) = quote::html_history(text) {
        assert!(text.is_char_boundary(at) && at > 0);
    }
    if let Some(found) = forward::read(other, text) {
        assert!(text.get(found.text.clone()).is_some());
        found.unquoted(text);
    }
    let contact = contact::read(split.new_text(), split.signature());
    if let Some(phone) = contact.phone {
        let digits = phone.value.reveal().chars().filter(char::is_ascii_digit).count();
        assert!((10..=18).contains(&digits));
    }
    for file in clouds::find(Some(text), other) {
        assert!(!file.link.reveal().is_empty());
    }
    assert!(thread::ids(text).len() <= thread::MOST_IDS);
    assert!(thread::codes(text).iter().all(|code| code.len() == thread::CODE_LENGTH));
    thread::is_urge(text);
    let names =
        ["from", "subject", "auto-submitted", "precedence", "return-path", "x-spam-status", "authentication-results"];
    let fields = Fields::new(names.into_iter().map(|name| (name.to_owned(), text.to_owned())));
    bounce::read(Some(text), Some(&fields), &fields, other);
    bounce::read(None, None, &fields, text);
    let auth = authentication::read(&fields, &["x".into()]);
    let own = [other.to_owned()];
    let signs = class::Signs {
        fields: &fields,
        report: Some(other),
        own: &own,
        ours: false,
        junk: false,
        calendar: false,
        notices: &own,
        received: 1,
    };
    let sorted = class::sort(&signs);
    assert!(!sorted.reason.zh.is_empty() && !sorted.reason.en.is_empty());
    let _ = class::may_be_answered(&signs, &sorted, auth.as_ref());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read(text in text(), other in text()) {
        read_all(&text, &other);
    }

    #[test]
    fn any_digest_makes_a_code_that_is_found(digest in proptest::collection::vec(any::<u8>(), 0..40)) {
        let code = thread::code_of(&digest);
        prop_assert_eq!(thread::codes(&code), vec![code.clone()]);
    }

    #[test]
    fn ids_that_are_written_are_found(ids in proptest::collection::vec("[a-z0-9.]{1,20}@[a-z]{1,8}", 0..30)) {
        let written: Vec<String> = ids.iter().map(|id| format!("<{id}>")).collect();
        let last = &ids[ids.len().saturating_sub(thread::MOST_IDS)..];
        for apart in [" ", ",", ", ", "", "\t"] {
            prop_assert_eq!(thread::ids(&written.join(apart)), last);
        }
    }
}

#[test]
fn no_piece_repeated_breaks_a_reader() {
    let more = [
        "<\"",
        "<'>",
        "[",
        "(",
        "发件人：a\n主题：",
        "写道\n",
        "我叫李",
        "86 ",
        "1-",
        "\\(",
        "=;",
        "<a ",
        "13800001234,",
        "我是李四,",
        "家住衡东县,",
        "电话:",
        "a@b.cn,",
    ];
    for piece in PIECES.into_iter().chain(more) {
        // A reader whose work grows with the square of the length would take the suite down here.
        read_all(&piece.repeat(16 * 1024 / piece.len()), "");
    }
}
