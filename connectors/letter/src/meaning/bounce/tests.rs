//! Notices of failed delivery, as servers and providers write them.

use super::*;

fn fields(lines: &[(&str, &str)]) -> Fields {
    Fields::new(lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn told(recipient: &Recipient) -> String {
    let lasting = if recipient.permanent { "for good" } else { "for now" };
    format!("{} {:?} {} {lasting}", recipient.address.reveal(), recipient.verdict, recipient.status)
}

fn recipients(status: &str) -> Vec<String> {
    read(Some(status), None, &Fields::default(), "").recipients.iter().map(told).collect()
}

#[test]
fn a_report_is_read_in_whatever_order_its_fields_stand() {
    let exim = "Reporting-MTA: dns; mx.hengdong.example\n\nAction: failed\nFinal-Recipient: rfc822;lisi@example.cn\n\
                Status: 5.0.0\nRemote-MTA: dns; mx.example.cn\nDiagnostic-Code: smtp; 550 5.1.1 no such\n user here\n";
    assert_eq!(recipients(exim), ["lisi@example.cn Failed 5.1.1 for good"]);
    let read = read(Some(exim), None, &Fields::default(), "");
    assert_eq!(read.recipients[0].diagnostic.reveal(), "smtp; 550 5.1.1 no such user here");
    assert_eq!(read.recipients[0].action, "failed");
    let other = "Diagnostic-Code: smtp; 550 x\r\nStatus: 5.1.1 (bad)\r\nORIGINAL-RECIPIENT: rfc822;<lisi@example.cn>\r\n\
                 Final-Recipient: RFC822; other@example.cn\r\nAction: Failed (no user)\r\n";
    assert_eq!(recipients(other), ["lisi@example.cn Failed 5.1.1 for good"]);
}

#[test]
fn each_action_has_its_verdict_and_late_is_no_failure() {
    for (action, status, expected) in [
        ("failed", "5.1.1", "Failed 5.1.1 for good"),
        ("failed", "5.2.2", "Failed 5.2.2 for now"),
        ("failed", "4.4.7", "Failed 4.4.7 for now"),
        ("delayed", "4.4.1", "Delayed 4.4.1 for now"),
        ("delayed", "5.0.0", "Delayed 5.0.0 for now"),
        ("delivered", "2.1.5", "Delivered 2.1.5 for now"),
        ("relayed", "2.1.9", "Relayed 2.1.9 for now"),
        ("expanded", "2.1.5", "Expanded 2.1.5 for now"),
        ("", "5.1.1", "Failed 5.1.1 for good"),
        ("", "4.2.0", "Delayed 4.2.0 for now"),
        ("unheard-of", "2.0.0", "Delivered 2.0.0 for now"),
    ] {
        let status = format!("Final-Recipient: rfc822; a@b.cn\nAction: {action}\nStatus: {status}\n");
        assert_eq!(recipients(&status), [format!("a@b.cn {expected}")], "{status}");
    }
}

#[test]
fn several_recipients_are_told_apart_with_and_without_an_empty_line() {
    let apart = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.cn\nAction: failed\nStatus: 5.1.1\n\n\
                 Final-Recipient: rfc822; c@d.cn\nAction: delayed\nStatus: 4.0.0\n";
    let glued = apart.replace("\n\n", "\n");
    let expected = ["a@b.cn Failed 5.1.1 for good", "c@d.cn Delayed 4.0.0 for now"];
    assert_eq!(recipients(apart), expected);
    assert_eq!(recipients(&glued), expected);
    let many = "Final-Recipient: rfc822; a@b.cn\nAction: failed\n\n".repeat(500);
    assert_eq!(recipients(&many).len(), MOST_RECIPIENTS);
}

#[test]
fn a_report_of_nothing_names_nobody() {
    assert!(recipients("").is_empty());
    assert!(recipients("Reporting-MTA: dns; x\nArrival-Date: today\n").is_empty());
    assert!(recipients(":::\n : \n\u{feff}").is_empty());
}

#[test]
fn what_failed_by_a_field_is_explained_by_the_text() {
    let own = fields(&[("X-Failed-Recipients", "lisi@example.cn, wang@example.cn")]);
    let text = "The following addresses failed:\n  lisi@example.cn\n    550 5.1.1 no such user\n";
    let read = read(None, None, &own, text);
    let told: Vec<String> = read.recipients.iter().map(told).collect();
    assert_eq!(told, ["lisi@example.cn Failed 5.1.1 for good", "wang@example.cn Failed 5.1.1 for good"]);
    assert_eq!(read.in_text, None);
    assert_eq!(read.failed().count(), 2);
}

#[test]
fn a_page_without_a_report_still_names_one_address() {
    let qq = fields(&[("From", "\"PostMaster\" <PostMaster@qq.example>"), ("To", "12345@hengdong.example")]);
    let netease = fields(&[("From", "Postmaster@163.example"), ("To", "12345@hengdong.example")]);
    for (own, text, expected) in [
        (
            &qq,
            "抱歉,12345@hengdong.example 您好:\n您的邮件被退回来了\n收件人邮件地址(lisi@qq.example)不存在,邮件无法送达。\n\
             host mx.qq.example said: 550 Mailbox not found",
            "lisi@qq.example Failed 5.0.0 for good",
        ),
        (
            &netease,
            "系统退信\n原邮件信息:\n发件人:other@hengdong.example\n收件人:wang@163.example\n退信原因:对方邮箱空间不足,552",
            "wang@163.example Failed 5.2.2 for now",
        ),
        (
            &netease,
            "您的邮件无法投递到以下地址:\n\nwang@163.example\n\n用户不存在",
            "wang@163.example Failed  for good",
        ),
        (&netease, "邮件 wang@163.example 发送延迟,系统将继续尝试", "wang@163.example Delayed  for now"),
        (
            &qq,
            "Hi. This is the qmail-send program.\n\n<lisi@qq.example>:\nSorry, no mailbox here. (#5.1.1)",
            "lisi@qq.example Failed 5.1.1 for good",
        ),
    ] {
        let read = read(None, None, own, text);
        assert_eq!(read.in_text.as_ref().map(told).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(read(None, None, &qq, "12345@hengdong.example postmaster@qq.example").in_text, None);
    assert_eq!(read(None, None, &qq, "").in_text, None);
}

#[test]
fn ids_of_what_we_sent_come_the_surest_first() {
    let returned = fields(&[("Message-ID", "<t.42.1.abc@hengdong.example>")]);
    let own = fields(&[
        ("Message-ID", "<of.the.notice@mx.example>"),
        ("References", "<first@x> <t.42.1.abc@hengdong.example> <last@x>"),
        ("In-Reply-To", "<answered@x>"),
    ]);
    let text = "--- Below this line is a copy of the message.\n\nMessage-ID: <copy@x>\nSubject: 受理回执";
    assert_eq!(
        read(None, Some(&returned), &own, text).message_ids,
        ["t.42.1.abc@hengdong.example", "copy@x", "answered@x", "last@x", "first@x"]
    );
    assert!(read(None, None, &Fields::default(), "").message_ids.is_empty());
}

#[test]
fn nothing_personal_stands_in_debug() {
    let own = fields(&[("X-Failed-Recipients", "lisi@example.cn")]);
    let shown = format!("{:?}", read(None, None, &own, "550 no such user"));
    assert!(!shown.contains("lisi"), "{shown}");
}
