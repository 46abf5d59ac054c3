//! A letter that somebody passed on inside of their own text: who wrote it first, when, about what. Whether that is to be
//! believed is the caller's to say: only of clerks who are configured for it.

use std::ops::Range;

use huiliu_contract::Personal;

use super::plain::{self, behind, is_blank, narrowed, part};
use super::quote::marks::{self, Label};
use super::{address, quote};

/// A letter passed on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Forwarded {
    /// Its writer's name as it stands there; empty where none does.
    pub from_name: Personal<String>,
    /// Its writer's address.
    pub from_address: Option<Personal<String>>,
    /// When it was sent, as it is written there.
    pub date_text: Option<String>,
    /// Its subject.
    pub subject: Option<Personal<String>>,
    /// Where its text stands in the whole, in bytes, behind the block of its header.
    pub text: Range<usize>,
}

/// What subjects of letters begin with that were passed on; colons are half-width here.
const SUBJECTS: [&str; 5] = ["转发:", "转:", "fwd:", "fw:", "转寄:"];

/// Whether a subject says that a letter was passed on.
pub fn is_forwarding(subject: &str) -> bool {
    let subject = narrowed(plain::first(subject.trim_start(), 40));
    SUBJECTS.into_iter().any(|mark| behind(subject.trim_start(), mark).is_some())
}

/// Finds the first letter that was passed on in a text. A block of its header under a mark of forwarding is enough; under a
/// mark that answers bear as well (`原始邮件`), or under none, the subject must say it.
pub fn read(subject: &str, text: &str) -> Option<Forwarded> {
    let by_subject = is_forwarding(subject);
    if !by_subject && !["转发", "orward"].into_iter().any(|word| text.contains(word)) {
        return None;
    }
    let lines = plain::lines(text);
    let mut by_mark = false;
    for (at, (_, line)) in lines.iter().enumerate().filter(|(_, (_, line))| !line.is_empty()) {
        if line.contains(quote::REPLY_LINE) {
            // What stands below is what we sent.
            return None;
        }
        by_mark |= marks::begins_forwarded(line) || marks::dashed(line).is_some_and(|(_, forwarded)| forwarded);
        let rest = lines.get(at..).unwrap_or_default();
        if marks::header_begins(rest) {
            // The first header decides: one further down is of a letter inside.
            return (by_mark || by_subject).then(|| block(text, rest));
        }
    }
    None
}

/// Lines of one block, empty ones among them.
const MOST_LINES: usize = 24;

fn block(text: &str, lines: &[(usize, &str)]) -> Forwarded {
    let mut found = Forwarded {
        from_name: Personal::default(),
        from_address: None,
        date_text: None,
        subject: None,
        text: text.len()..text.len(),
    };
    let mut seen = Vec::new();
    let mut end = 0;
    for (at, (_, line)) in lines.iter().enumerate().take(MOST_LINES) {
        match marks::label(line) {
            Some((label, _)) if seen.contains(&label) => break,
            Some((label, value)) => {
                seen.push(label);
                found.take(label, value);
                end = at + 1;
            }
            None if is_blank(line) => {}
            // A list of receivers goes on over several lines, with nothing blank between.
            None if end == at && matches!(seen.last(), Some(Label::To | Label::Cc)) && is_list(line) => end = at + 1,
            None => break,
        }
    }
    let body = lines.iter().skip(end).find(|(_, line)| !is_blank(line) && !is_border(line));
    found.text = body.map_or(text.len(), |(start, _)| *start)..text.len();
    found
}

/// The rest of a list of receivers.
fn is_list(line: &str) -> bool {
    line.contains('@') && (line.trim_end().ends_with([';', '；', ',', '>']) || line.starts_with([' ', '\t']))
}

/// A border of the table in which NetEase writes the header.
fn is_border(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || "|-─│>+".contains(c))
}

impl Forwarded {
    fn take(&mut self, label: Label, value: &str) {
        match label {
            Label::From => {
                let (name, address) = address::person(value);
                self.from_name = Personal::new(name.trim_end_matches([';', '；']).to_owned());
                self.from_address = address.map(|address| Personal::new(address.to_owned()));
            }
            Label::Date if !value.is_empty() => self.date_text = Some(plain::first(value, 80).to_owned()),
            Label::Subject if !value.is_empty() => self.subject = Some(Personal::new(value.to_owned())),
            _ => {}
        }
    }

    /// Its text, without the `>` that some programs put before each line.
    pub fn unquoted(&self, whole: &str) -> String {
        let text = part(whole, self.text.clone());
        let lines = plain::lines(text);
        if !lines.iter().all(|(_, line)| is_blank(line) || line.starts_with('>')) {
            return text.to_owned();
        }
        let bare = lines.into_iter().map(|(_, line)| {
            let line = line.strip_prefix('>').unwrap_or(line);
            line.strip_prefix(' ').unwrap_or(line)
        });
        bare.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(subject: &str, text: &str) -> Option<[String; 5]> {
        read(subject, text).map(|found| {
            [
                found.from_name.reveal().clone(),
                found.from_address.as_ref().map(|address| address.reveal().clone()).unwrap_or_default(),
                found.date_text.clone().unwrap_or_default(),
                found.subject.as_ref().map(|subject| subject.reveal().clone()).unwrap_or_default(),
                found.unquoted(text),
            ]
        })
    }

    #[test]
    fn each_programs_block_names_the_first_writer() {
        let date = "2026年11月22日 13:05";
        for (subject, text) in [
            (
                "",
                format!(
                    "请办理\n---- 转发的邮件 ----\n| 发件人 | 李四<lisi@example.cn> |\n| 发送日期 | {date} |\n| 收件人 | <x@y.cn> |\n| 主题 | 路灯不亮 |\n\n门口的路灯\n不亮。"
                ),
            ),
            (
                "",
                format!(
                    "-------- 转发邮件信息 --------\n发件人：\"李四\" <lisi@example.cn>\n发送日期：{date}\n收件人：x <x@y.cn>\n主题：路灯不亮\n\n门口的路灯\n不亮。"
                ),
            ),
            (
                "",
                format!(
                    "请办\n\n---------- Forwarded message ---------\n发件人： 李四 <lisi@example.cn>\nDate: {date}\nSubject: 路灯不亮\nTo: <x@y.cn>\n\n\n门口的路灯\n不亮。"
                ),
            ),
            (
                "",
                format!(
                    "Begin forwarded message:\n\nFrom: 李四 <lisi@example.cn>\nSubject: 路灯不亮\nDate: {date}\nTo: x@y.cn\n\n门口的路灯\n不亮。"
                ),
            ),
            (
                "",
                format!(
                    "> 开始转发的邮件：\n>\n> 发件人: 李四 <lisi@example.cn>\n> 主题: 路灯不亮\n> 日期: {date}\n> 收件人: x@y.cn\n>\n> 门口的路灯\n> 不亮。"
                ),
            ),
            (
                "转发：路灯不亮",
                format!(
                    "发件人: 李四 [mailto:lisi@example.cn]\n发送时间: {date}\n收件人: 某 <x@y.cn>;\n 另一个 <z@y.cn>;\n抄送: w\n主题: 路灯不亮\n\n门口的路灯\n不亮。"
                ),
            ),
            (
                "Fw：路灯不亮",
                format!(
                    "**发件人:** 李四 <lisi@example.cn>\n\n**发送时间:** {date}\n\n**收件人:** x\n\n**主题:** 路灯不亮\n\n门口的路灯\n不亮。"
                ),
            ),
            (
                "FW: 路灯不亮",
                format!(
                    "------------------ 原始邮件 ------------------\n发件人: \"李四\"<lisi@example.cn>;\n发送时间: {date}\n收件人: \"x\"<x@y.cn>;\n主题: 路灯不亮\n\n门口的路灯\n不亮。"
                ),
            ),
            (
                "Fwd: 路灯不亮",
                format!(
                    "请转有关单位\nFrom: 李四 <mailto:lisi@example.cn>\nSent: {date}\nTo: x\nSubject: 路灯不亮\n\n门口的路灯\n不亮。"
                ),
            ),
        ] {
            let expected = ["李四", "lisi@example.cn", date, "路灯不亮", "门口的路灯\n不亮。"].map(str::to_owned);
            assert_eq!(told(subject, &text), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_answer_is_not_passed_on() {
        let block = "发件人: 李四 <lisi@example.cn>\n发送时间: 今天\n收件人: x\n主题: 路灯\n\n正文";
        for (subject, text) in [
            ("回复：路灯", format!("还没修\n{block}")),
            ("Re: 路灯", format!("还没修\n------------------ 原始邮件 ------------------\n{block}")),
            ("Re: Fwd: 路灯", format!("还没修\n{block}")),
            ("转发：路灯", "没有别的内容".to_owned()),
            ("转发：受理回执", format!("——请在此线以上回复——\n{block}")),
            ("Fwd: 路灯", "发件人：王某\n收件人：李四\n日期：今天".to_owned()),
        ] {
            assert_eq!(told(subject, &text), None, "{text}");
        }
    }

    #[test]
    fn the_outer_of_two_blocks_is_the_letter() {
        let inner = "发件人: 王五 <wang@example.cn>\n发送时间: 昨天\n收件人: y\n主题: 里面\n\n里面的字";
        let text =
            format!("发件人: 李四 <lisi@example.cn>\n发送时间: 今天\n收件人: x\n主题: 外面\n\n外面的字\n{inner}");
        let found = read("转发：外面", &text).unwrap();
        assert_eq!(found.from_name.reveal(), "李四");
        assert!(text[found.text.clone()].starts_with("外面的字"));
        let glued = format!("发件人: 李四 <lisi@example.cn>\n主题: 外面\n日期: 今天\n{inner}");
        let found = read("转发：外面", &glued).unwrap();
        assert_eq!(found.from_name.reveal(), "李四");
        assert!(glued[found.text].starts_with("发件人: 王五"));
    }

    #[test]
    fn subjects_say_it_in_several_ways() {
        for yes in ["转发：路灯", "转发:路灯", " Fwd: 路灯", "FW:路灯", "Fw：路灯", "转：路灯"] {
            assert!(is_forwarding(yes), "{yes}");
        }
        for no in ["转发工作", "Re: Fwd: x", "回复：转发：路灯", "", "Forward: x"] {
            assert!(!is_forwarding(no), "{no}");
        }
    }

    #[test]
    fn nothing_personal_stands_in_debug() {
        let text = "---- 转发的邮件 ----\n发件人: 李四 <lisi@example.cn>\n主题: 路灯\n日期: 今天\n\n正文";
        let shown = format!("{:?}", read("", text));
        assert!(!shown.contains("李四") && !shown.contains("lisi") && !shown.contains("路灯"), "{shown}");
    }
}
