//! New words and quoted ones, program by program.

use super::*;

const NEW: &str = "路灯还是不亮。\n\n李四\n\n";

/// Above and below each mark, as the programs named write it.
const MARKS: [&str; 32] = [
    // QQ
    "------------------ 原始邮件 ------------------\n发件人: \"12345\" <12345@hengdong.example>;\n",
    "------------------&nbsp;原始邮件&nbsp;------------------\n发件人:&nbsp;\"12345\"\n",
    "------------------\u{a0}原邮件\u{a0}------------------\n",
    "---原始邮件---\n发件人: x\n",
    // NetEase
    "---- 回复的原邮件 ----\n| 发件人 | 12345<12345@hengdong.example> |\n",
    "---- 转发的邮件 ----\n| 发件人 | x |\n",
    "-------- 转发邮件信息 --------\n发件人:x\n",
    "At 2026-11-22 13:05:43, \"12345\" <12345@hengdong.example> wrote:\n>您好\n",
    "在 2026-11-22 13:05:43，\"12345\" <12345@hengdong.example> 写道：\n您好\n",
    // Outlook
    "-----Original Message-----\nFrom: 12345\n",
    "-----邮件原件-----\n发件人: x\n",
    "发件人: 12345 <12345@hengdong.example>\n发送时间: 2026年11月22日 13:05\n收件人: 李四\n主题: 受理回执\n\n您好\n",
    "发件人： 12345\n\n发送时间： 2026年11月22日\n\n收件人： 李四\n\n主题： 受理回执\n",
    "**发件人:** 12345 **<x@y.cn>**\n**日期:** 2026年11月22日\n**收件人:** 李四\n",
    "________________________________\nFrom: 12345 <12345@hengdong.example>\nSent: Sunday\nTo: x\nSubject: 受理\n",
    "From: 12345\r\nDate: Sunday\r\nTo: x\r\nSubject: 受理\r\n",
    // Foxmail
    "\u{a0}\n发件人： 12345\n发送时间： 2026-11-22 13:05\n收件人： lisi\n抄送： x\n主题： 受理回执\n",
    "主 题：受理\n发 件 人：x@y.cn\n日 期：今天\n",
    // Aliyun
    "------------------------------------------------------------------\n发件人：x <x@y.cn>\n发送时间：2026年\n收件人：z\n主　题：受理\n",
    // Gmail
    "On Sun, Nov 22, 2026 at 1:05 PM 12345 <12345@hengdong.example> wrote:\n\n> 您好\n",
    "On Sun, Nov 22, 2026 at 1:05 PM A Very Long Name Of Somebody\n<12345@hengdong.example> wrote:\n\n> 您好\n",
    "12345热线 <12345@hengdong.example> 于2026年11月22日周日 13:05写道：\n\n> 您好\n",
    "12345热线 <12345@hengdong.example> 于2026年11月22日周日\n13:05写道：\n您好\n",
    // Apple
    "在 2026年11月22日，下午1:05，12345 <12345@hengdong.example> 写道：\n\n> 您好\n",
    "2026年11月22日 13:05，12345 <12345@hengdong.example> 写道：\n您好\n",
    "Begin forwarded message:\n\nFrom: x\n",
    "开始转发的邮件：\n\n发件人: x\n",
    "> 您好\n> 我们已受理\n",
    "  >您好\n",
    // ours
    "——请在此线以上回复——\n您的来信已受理\n",
    "---------- 请在此线以上回复 ----------\n",
    "> ——请在此线以上回复——\n> 您的来信\n",
];

#[test]
fn history_begins_at_the_mark_of_each_program() {
    for mark in MARKS {
        let text = format!("{NEW}{mark}");
        let split = split(&text);
        assert_eq!(split.new_text().trim(), NEW.trim(), "{mark}");
        assert_eq!(split.history().trim(), mark.trim(), "{mark}");
        assert_eq!(format!("{}{}{}", split.new_text(), split.signature(), split.history()), text);
    }
}

#[test]
fn a_mark_with_nothing_above_it_leaves_the_text_whole() {
    for mark in MARKS {
        for above in ["", " \r\n\u{a0}\n", "&nbsp;\n", "发自我的iPhone\n\n"] {
            let text = format!("{above}{mark}");
            let split = split(&text);
            assert_eq!(split.history(), "", "{text}");
            assert_eq!(format!("{}{}", split.new_text(), split.signature()), text);
        }
    }
}

#[test]
fn the_first_of_several_marks_cuts() {
    let text = "已读\n——请在此线以上回复——\n受理\n> 老的\n---- 回复的原邮件 ----\n";
    assert_eq!(split(text).new_text(), "已读\n");
}

#[test]
fn lines_that_a_server_flattened_are_cut_inside() {
    let text = "已读 ---- 回复的原邮件 ---- 发件人 12345<x@y.cn> 发送日期 2026年11月22日";
    assert_eq!(split(text).new_text(), "已读");
}

#[test]
fn what_people_write_is_no_mark() {
    for text in [
        "他在2025年的信中写道：再等等。我等了一年。",
        "在会上他写道：\n没有钱。",
        "快递单上写着\n发件人：王某\n收件人：李四\n日期：11月22日\n其他都看不清",
        "---\n一、路灯\n---\n二、水管",
        "请看原始邮件和原邮件的区别。",
        "主题：路灯\n时间：昨晚\n地点：洣水镇",
        "On Monday nobody wrote:\nnothing",
        "请发自内心为群众办事",
    ] {
        let text = format!("您好。\n{text}\n请处理。");
        assert_eq!(split(&text).new_text(), text);
    }
}

#[test]
fn signatures_stand_apart_and_stay() {
    for (signature, history) in [
        ("-- \n李四\n衡东县洣水镇\n", ""),
        ("--\n李四\n13800000000\n", "——请在此线以上回复——\n"),
        ("发自我的iPhone\n", "> 您好\n"),
        ("发自我的手机", ""),
        ("发自 我的小米手机\n\n", "------------------ 原始邮件 ------------------\n"),
        ("来自 某某邮箱 客户端\n", ""),
        ("Sent from my iPhone\n", "On Sun, Nov 22, 2026 at 1:05 PM x <x@y.cn> wrote:\n"),
        ("获取 Outlook for iOS\n", ""),
    ] {
        let text = format!("路灯不亮。\n{signature}{history}");
        let split = split(&text);
        assert_eq!((split.new_text(), split.signature(), split.history()), ("路灯不亮。\n", signature, history));
    }
    for text in [
        "-- \n李四\n",
        "--\n第一点\n\n--\n第二点\n三\n四\n五\n六\n七\n八\n九\n",
        "来自衡东县的居民\n路灯不亮",
        "发自内心的感谢\n",
        "路灯不亮。\n发自我的iPhone\n一\n二\n三\n四\n",
    ] {
        assert_eq!(split(text).signature(), "", "{text}");
        assert_eq!(split(text).new_text(), text);
    }
}

#[test]
fn nothing_personal_stands_in_debug() {
    let shown = format!("{:?}", split("李四\n> 您好"));
    assert_eq!(shown, "Split { signature: 7..7, history: 7..15 }");
}

#[test]
fn history_in_html_begins_at_the_mark_of_each_program() {
    for mark in [
        "<blockquote>您好</blockquote>",
        "<BLOCKQUOTE type=cite>您好</BLOCKQUOTE>",
        "<div class=\"gmail_quote gmail_quote_container\">x</div>",
        "<div id=divRplyFwdMsg dir=ltr>x</div>",
        "<includetail>x</includetail>",
        "<div class='includetail'>x</div>",
        "<div class=\"moz-cite-prefix\">x</div>",
        "<div class=\"qmbox\">x</div>",
        "<blockquote id=\"isReplyContent\">x",
        "<div class=\"ntes-mailmaster-quote\">x",
        "<div style=\"border: none; border-top: solid #E1E1E1 1.0pt\">x",
        "<div><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3px'>x",
        "——请在此线以上回复——<br>",
        "------------------&nbsp;原始邮件&nbsp;------------------<br>",
    ] {
        let html = format!("<html><head><title>x</title><style>p{{color:red}}</style></head><p>路灯<br></p>{mark}");
        let expected =
            html.len() - mark.len() + mark.find("<div style").filter(|_| mark.starts_with("<div><")).unwrap_or(0);
        assert_eq!(html_history(&html), Some(expected), "{mark}");
        let alone = format!("<html><head><title>x</title><style>p{{}}</style></head><!-- y --><p>&nbsp;</p>{mark}");
        assert_eq!(html_history(&alone), None, "{mark}");
    }
    let wrapped = "<div class=\"qmbox\"><p>路灯</p><blockquote>x</blockquote></div>";
    assert_eq!(html_history(wrapped), wrapped.find("<blockquote"));
    for none in
        ["<p>路灯 gmail_quote</p>", "<p class=\"quote\">路灯", "路灯 < 5 盏", "<p title=\"<blockquote>\">路灯</p>", ""]
    {
        assert_eq!(html_history(none), None, "{none}");
    }
}
