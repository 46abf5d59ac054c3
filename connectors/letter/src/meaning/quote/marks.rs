//! Where history begins in plain text: the marks of the programs that people here write with.

use crate::meaning::plain::{self, behind, is_blank, narrowed, part};

/// The line above which citizens are asked to answer; it stands in everything that we send, and is the surest mark.
pub const REPLY_LINE: &str = "请在此线以上回复";

/// What stands between dashes above a quoted or a forwarded letter.
const BETWEEN_DASHES: [&str; 17] = [
    "原始邮件",
    "原邮件",
    "原始信件",
    "邮件原件",
    "原文",
    "回复的原邮件",
    "回复的邮件",
    "回复邮件",
    "转发的邮件",
    "转发邮件",
    "转发邮件信息",
    "转发的原邮件",
    "已转发邮件",
    "original message",
    "original",
    "replied message",
    "forwarded message",
];

/// Of these, and beside them, what says that the letter below was forwarded.
const FORWARDED: [&str; 2] = ["转发", "forward"];

/// Lines that begin a forwarded letter without dashes (Apple).
const BEGIN_FORWARDED: [&str; 5] =
    ["begin forwarded message:", "开始转发的邮件:", "下面是被转发的邮件:", "以下是转发的邮件:", "开始转发邮件:"];

/// What a line of a quoted header says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Label {
    From,
    Date,
    To,
    Cc,
    Subject,
}

const LABELS: [(&str, Label); 19] = [
    ("发件人", Label::From),
    ("寄件者", Label::From),
    ("发送时间", Label::Date),
    ("发送日期", Label::Date),
    ("发件时间", Label::Date),
    ("日期", Label::Date),
    ("时间", Label::Date),
    ("收件人", Label::To),
    ("抄送人", Label::Cc),
    ("抄送", Label::Cc),
    ("主题", Label::Subject),
    ("标题", Label::Subject),
    ("from", Label::From),
    ("sent", Label::Date),
    ("date", Label::Date),
    ("to", Label::To),
    ("cc", Label::Cc),
    ("reply-to", Label::To),
    ("subject", Label::Subject),
];

/// Lines of a quoted header that may stand together; empty ones between them are not counted.
const HEADER_LINES: usize = 6;

/// The label at the head of a line, and what stands behind it. Quote marks, stars of bold text and borders of tables are
/// passed over. A border may stand in for the colon.
pub(crate) fn label(line: &str) -> Option<(Label, &str)> {
    let bare = line.trim_start_matches(|c: char| c.is_whitespace() || "\u{feff}>*|│".contains(c));
    // Labels are short; what lies beyond is not looked at.
    let head = plain::first(bare, 14);
    LABELS.into_iter().find_map(|(word, label)| {
        let rest = spaced(head, word)?;
        let rest = part(bare, head.len() - rest.len()..bare.len());
        let after = rest.trim_start_matches(|c: char| c == '*' || c.is_whitespace());
        let value = after.strip_prefix([':', '：', '|', '│'])?;
        Some((label, value.trim_start_matches("&nbsp;").trim_matches(|c: char| c.is_whitespace() || "*|│".contains(c))))
    })
}

/// What stands behind a word between whose letters blanks may stand: `主 题`.
fn spaced<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    if word.is_ascii() {
        return behind(text, word);
    }
    let mut rest = text;
    for letter in word.chars() {
        rest = rest.trim_start_matches([' ', '\u{3000}', '\u{a0}']).strip_prefix(letter)?;
    }
    Some(rest)
}

/// Whether a header block begins at this line: at least three different labels within six lines, among them the sender and
/// either the subject or an address. Parcels have senders and receivers too.
pub(crate) fn header_begins(lines: &[(usize, &str)]) -> bool {
    if lines.first().is_none_or(|(_, line)| label(line).is_none()) {
        return false;
    }
    let mut seen = Vec::new();
    let mut address = false;
    for (_, line) in lines.iter().take(HEADER_LINES * 2).filter(|(_, line)| !is_blank(line)).take(HEADER_LINES) {
        if let Some((label, value)) = label(line) {
            address |= plain::first(value, 400).contains('@');
            if !seen.contains(&label) {
                seen.push(label);
            }
        }
    }
    seen.len() >= 3 && seen.contains(&Label::From) && (address || seen.contains(&Label::Subject))
}

/// Where a mark between dashes stands in a line, and whether it is one of forwarding. The rest of the line may hold anything:
/// some servers flatten lines.
pub(crate) fn dashed(line: &str) -> Option<(usize, bool)> {
    let is_dash = |c: char| matches!(c, '-' | '—' | '–' | '−' | '_');
    let mut from = 0;
    while let Some(at) = part(line, from..line.len()).find(is_dash).map(|at| at + from) {
        let rest = part(line, at..line.len());
        let inner = rest.trim_start_matches(is_dash);
        let dashes = rest.len() - inner.len();
        from = at + dashes;
        if inner.is_empty() || dashes < 2 {
            continue;
        }
        // The words between the dashes are short.
        let inner = plain::first(inner, 60);
        let Some(end) = inner.find(is_dash) else { continue };
        let words = narrowed(&part(inner, 0..end).replace("&nbsp;", " ")).to_lowercase();
        let words = words.trim();
        if BETWEEN_DASHES.contains(&words) || words.starts_with("forwarded by ") {
            return Some((at, FORWARDED.into_iter().any(|word| words.contains(word))));
        }
    }
    None
}

/// Whether a line begins a forwarded letter, in Apple's words.
pub(crate) fn begins_forwarded(line: &str) -> bool {
    if line.len() > 120 || !(line.contains("转发") || line.contains("orward")) {
        return false;
    }
    let line = narrowed(plain::first(line.trim_start_matches(['>', ' ']), 40)).to_lowercase();
    BEGIN_FORWARDED.into_iter().any(|words| line.trim_end() == words)
}

/// Lines over which a wrapped attribution may go, and its longest form in bytes.
const ATTRIBUTION: (usize, usize) = (3, 600);

/// Whether `On … wrote:`, `在 … 写道：` or `… 于…写道：` begins at this line.
fn attribution_begins(lines: &[(usize, &str)]) -> bool {
    let Some((_, first)) = lines.first() else { return false };
    let may_end = |line: &str| line.trim_end().ends_with([':', '：', '道', '到']);
    if !lines.iter().take(ATTRIBUTION.0).any(|(_, line)| may_end(line)) {
        return false;
    }
    let mut whole = String::new();
    for (count, (_, line)) in lines.iter().take(ATTRIBUTION.0).enumerate() {
        if is_blank(line) || whole.len() + line.len() > ATTRIBUTION.1 {
            return false;
        }
        whole.push_str(&narrowed(line));
        let end = whole.trim_end();
        let end = end.strip_suffix(':').unwrap_or(end).trim_end();
        if end.ends_with("写道") || end.ends_with("写到") || (whole.trim_end().ends_with(':') && ends_wrote(end)) {
            return is_dated(&whole) && (count == 0 || opens(first));
        }
        whole.push(' ');
    }
    false
}

fn ends_wrote(text: &str) -> bool {
    text.get(text.len().saturating_sub(6)..).is_some_and(|end| end.eq_ignore_ascii_case(" wrote"))
}

/// A date and a time, or an address: a sentence that merely ends in 写道 has neither.
fn is_dated(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let bytes = text.as_bytes();
    let clock =
        bytes.windows(3).any(|window| matches!(window, [a, b':', b] if a.is_ascii_digit() && b.is_ascii_digit()));
    digits >= 4 && (clock || text.contains('@'))
}

/// Whether the first line of a wrapped attribution looks like one; else the citizen's last line would go with it.
fn opens(line: &str) -> bool {
    let line = narrowed(line);
    let line = line.trim_start();
    let digits = |text: &str| text.trim_start().starts_with(|c: char| c.is_ascii_digit());
    behind(line, "on ").is_some()
        || behind(line, "at ").is_some_and(digits)
        || line.strip_prefix('在').is_some_and(digits)
        || line.get(0..4).is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
        || line.split_once('于').is_some_and(|(_, rest)| digits(rest))
        || (line.contains('<') && line.contains('@'))
}

/// A line of nothing but dashes or the like, as stands above a header block.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|c| matches!(c, '-' | '_' | '=' | '—' | '–' | '*' | '─' | '━'))
}

/// Where history begins: the first mark, with a rule or our own words above it. `None` if no mark stands in the text.
pub(super) fn first(lines: &[(usize, &str)]) -> Option<usize> {
    for (at, (start, line)) in lines.iter().enumerate().filter(|(_, (_, line))| !line.is_empty()) {
        let rest = lines.get(at..).unwrap_or_default();
        if let Some(place) = line.find(REPLY_LINE) {
            return Some(start + part(line, 0..place).trim_end_matches(|c: char| "-—–_=~ >*".contains(c)).len());
        }
        if let Some((place, _)) = dashed(line) {
            return Some(start + part(line, 0..place).trim_end_matches(['>', ' ']).len());
        }
        let is_mark = line.trim_start().starts_with('>')
            || begins_forwarded(line)
            || header_begins(rest)
            || attribution_begins(rest);
        if is_mark {
            return Some(with_rule(lines, at).unwrap_or(*start));
        }
    }
    None
}

/// Where a rule above a mark begins, past blank lines; it belongs to the mark.
fn with_rule(lines: &[(usize, &str)], mark: usize) -> Option<usize> {
    let mut above = lines.get(..mark)?.iter().rev().take(3);
    above.find(|(_, line)| !is_blank(line)).filter(|(_, line)| is_rule(line)).map(|(start, _)| *start)
}
