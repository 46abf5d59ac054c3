//! The patterns: every word by which something is found, in one place. What none of them names is not found.

use crate::meaning::plain::is_han;

/// What a pattern finds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum What {
    /// A name.
    Name,
    /// A telephone.
    Phone,
    /// An address.
    Address,
}

/// One way of finding something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pattern {
    /// A stable word, kept beside what it found.
    pub word: &'static str,
    /// What it finds.
    pub finds: What,
    /// The words it goes by, colons left out; empty where the form alone counts.
    pub signs: &'static [&'static str],
    /// What it is, for operators.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}

/// Every pattern, the surest first for each thing.
pub const PATTERNS: &[Pattern] = &[
    Pattern {
        word: "name_label",
        finds: What::Name,
        signs: NAME_LABELS,
        zh: "「姓名:」「联系人:」「反映人:」等标签后的姓名",
        en: "a name behind a label and a colon",
    },
    Pattern {
        word: "name_lead",
        finds: What::Name,
        signs: NAME_LEADS,
        zh: "「我叫…」「我是…」「本人…」后的姓名,须以常见姓氏开头",
        en: "a name behind the words with which people introduce themselves; it begins with a known surname",
    },
    Pattern {
        word: "name_signature",
        finds: What::Name,
        signs: &[],
        zh: "落款行:信末三行或签名中只有姓名(可带电话、日期)的一行",
        en: "one of the last three lines, or a line of the signature, that is a name and nothing but a number or a date",
    },
    Pattern {
        word: "phone_label",
        finds: What::Phone,
        signs: PHONE_LABELS,
        zh: "「联系电话」「手机」「微信同号」等标签旁的号码,取离标签最近的一个;物业、单位等他人的号码除外",
        en: "the number nearest to a label; other people's are left out",
    },
    Pattern {
        word: "phone_signature",
        finds: What::Phone,
        signs: &[],
        zh: "信末三行或签名中的唯一手机号",
        en: "the only mobile number of the last three lines or the signature",
    },
    Pattern {
        word: "mobile",
        finds: What::Phone,
        signs: &[],
        zh: "全文唯一的手机号(可带空格、短横、+86、全角数字)",
        en: "the only mobile number of the letter, with blanks, dashes, +86 or full-width digits",
    },
    Pattern {
        word: "landline",
        finds: What::Phone,
        signs: &[],
        zh: "全文唯一带区号的固定电话",
        en: "the only landline number with an area code",
    },
    Pattern {
        word: "address_label",
        finds: What::Address,
        signs: ADDRESS_LABELS,
        zh: "「地址:」「住址:」等标签后的地址;事发地址、单位地址除外",
        en: "an address behind a label and a colon; not that of the matter or of a firm",
    },
    Pattern {
        word: "address_lead",
        finds: What::Address,
        signs: ADDRESS_LEADS,
        zh: "「家住…」「现住…」「住在…」后的地址",
        en: "an address behind the words with which people say where they live",
    },
];

pub(super) const NAME_LABELS: &[&str] = &[
    "姓名",
    "联系人",
    "反映人",
    "投诉人",
    "举报人",
    "来信人",
    "写信人",
    "申请人",
    "诉求人",
    "求助人",
    "信访人",
    "反馈人",
    "署名",
    "名字",
    "称呼",
];

pub(super) const NAME_LEADS: &[&str] = &[
    "我的名字叫",
    "我的名字是",
    "我名叫",
    "我名",
    "我叫",
    "本人姓名",
    "本人名叫",
    "本人叫",
    "本人是",
    "本人",
    "我是",
    "我姓",
    "本人姓",
];

pub(super) const PHONE_LABELS: &[&str] = &[
    "联系电话",
    "联系手机",
    "联系方式",
    "联系号码",
    "电话号码",
    "手机号码",
    "移动电话",
    "固定电话",
    "手机号",
    "手机",
    "电话",
    "座机",
    "电联",
    "微信同号",
    "微信号",
    "微信",
    "telephone",
    "mobile",
    "phone",
    "tel",
];

pub(super) const ADDRESS_LABELS: &[&str] = &[
    "家庭住址",
    "家庭地址",
    "联系地址",
    "居住地址",
    "现住地址",
    "通讯地址",
    "通信地址",
    "详细地址",
    "现住址",
    "居住地",
    "住址",
    "住所",
    "地址",
];

pub(super) const ADDRESS_LEADS: &[&str] = &["家住", "现住", "居住", "我住", "本人住", "现居", "住在", "住"];

/// Words for whoever writes, which may stand before a label.
pub(super) const WRITER: &[&str] = &[
    "联系人",
    "反映人",
    "投诉人",
    "举报人",
    "来信人",
    "写信人",
    "申请人",
    "诉求人",
    "求助人",
    "信访人",
    "反馈人",
    "本人",
    "我的",
    "我",
    "您的",
    "家庭",
    "家里",
    "个人",
    "业主",
    "居民",
    "村民",
    "市民",
    "群众",
];

/// Whether a label may stand behind `before`: at the head of something, behind a blank, or behind a word for whoever writes. `被投诉人`,
/// `物业联系人` are others.
pub(super) fn is_the_writers(before: &str) -> bool {
    match before.chars().next_back() {
        None => true,
        Some(last) if last.is_whitespace() => true,
        Some(last) if !is_han(last) => !last.is_ascii_alphanumeric(),
        Some(_) => WRITER.iter().any(|word| before.strip_suffix(word).is_some_and(|head| !head.ends_with('被'))),
    }
}

/// What stands before a label at the end of a text; blanks may stand between its letters, a note in brackets behind it.
pub(super) fn before_label<'a>(head: &'a str, labels: &[&str]) -> Option<&'a str> {
    let mut head = head.trim_end();
    if let Some(open) = head.strip_suffix(')').and_then(|noted| noted.rfind('(')) {
        head = head.get(..open)?.trim_end();
    }
    labels.iter().find_map(|label| {
        let mut rest = head;
        for letter in label.chars().rev() {
            let shorter = rest.trim_end();
            rest = shorter.strip_suffix(letter).or_else(|| shorter.strip_suffix(letter.to_ascii_uppercase()))?;
        }
        Some(rest)
    })
}

/// What stands behind the first of these labels with a colon that is the writer's, or behind one at the head of a line with
/// a blank.
pub(super) fn labelled<'a>(line: &'a str, labels: &[&str]) -> Option<&'a str> {
    let by_colon = line.match_indices(':').find_map(|(at, _)| {
        // A label with its note is short; what stands before is not looked at.
        let head = crate::meaning::plain::last(line.get(..at)?, 24);
        let before = before_label(head, labels)?;
        is_the_writers(before).then(|| line.get(at + 1..)).flatten()
    });
    by_colon.or_else(|| {
        let (head, value) = line.split_once(' ')?;
        let bare = head.trim_start_matches(|c: char| !is_han(c));
        labels.contains(&bare).then_some(value).filter(|value| !value.trim_start().starts_with(':'))
    })
}

/// Where any label of any pattern begins in a value: there the value ends.
pub(super) fn cut_at_labels(value: &str) -> &str {
    const NEXT: [&str; 15] = [
        "联系电话",
        "联系方式",
        "联系人",
        "电话",
        "手机",
        "微信",
        "姓名",
        "地址",
        "住址",
        "身份证",
        "性别",
        "邮编",
        "邮箱",
        "年龄",
        "日期",
    ];
    let ends = NEXT.into_iter().filter_map(|word| value.find(word)).min();
    value.get(..ends.unwrap_or(value.len())).unwrap_or(value)
}
