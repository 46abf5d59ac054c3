//! Outcomes in the words of the office: their kinds, the levels of satisfaction, and what becomes of rows of a sheet.

use huiliu_contract::OutcomeKind;

use super::Entry;
use crate::settings::Text;
use crate::ticket::BadNumber;

/// A kind of outcome, with what it is called in English.
const fn kind(kind: OutcomeKind, en: &'static str) -> Entry {
    (kind.word(), kind.zh(), en)
}

/// Kinds of outcomes.
pub const OUTCOME_KINDS: &[Entry] = &[
    kind(OutcomeKind::Signed, "signed"),
    kind(OutcomeKind::ReturnedToGateway, "returned for data"),
    kind(OutcomeKind::ReturnedToSource, "return"),
    kind(OutcomeKind::Extended, "extension"),
    kind(OutcomeKind::Progressed, "progress"),
    kind(OutcomeKind::Replied, "public reply"),
    kind(OutcomeKind::Closed, "closing"),
    kind(OutcomeKind::Declined, "declined"),
    kind(OutcomeKind::Redirected, "redirected"),
    kind(OutcomeKind::Merged, "merged"),
    kind(OutcomeKind::Visited, "follow-up visit"),
];

/// Levels of satisfaction, by their stable word.
pub const SATISFACTION: &[Entry] = &[
    ("very_satisfied", "非常满意", "very satisfied"),
    ("satisfied", "满意", "satisfied"),
    ("basically_satisfied", "基本满意", "basically satisfied"),
    ("dissatisfied", "不满意", "dissatisfied"),
    ("very_dissatisfied", "非常不满意", "very dissatisfied"),
];

/// What became of a row of a sheet.
pub const BECAME: &[Entry] = &[
    ("taken", "已收下", "taken"),
    ("ready", "可以导入", "would be taken"),
    ("known", "没有新内容", "told before"),
    ("unknown_ticket", "没有这件工单", "unknown ticket"),
    ("refused", "没有收下", "refused"),
    ("unsent", "没有送到", "not sent"),
    ("unfilled", "还没填", "not filled in"),
];

/// What is wrong with a ticket's number (汇流编号).
pub fn bad_number(wrong: BadNumber) -> Text {
    let zh = match wrong {
        BadNumber::CheckDigit => "汇流编号的校验位不对:有一位听错或写错了,请核对",
        BadNumber::Day => "汇流编号的前六位应是日期(年月日)",
        BadNumber::Part => "拆单的序号写在汇流编号后面,是 1 到 99,例如 261122-00017-1",
        BadNumber::Serial | BadNumber::Length(_) | BadNumber::NotDigits => {
            "汇流编号形如 261122-00017:六位日期、当天序号、一位校验"
        }
    };
    Text::new(zh, wrong.to_string())
}

/// What became of a submission that was mapped anew.
pub const WHATS: &[Entry] = &[
    ("new", "新件", "new"),
    ("repeat", "重发", "repeat"),
    ("revised", "更正", "revised"),
    ("joined", "并单", "joined"),
    ("act", "对已有工单的来件", "act on a ticket"),
    ("unmapped", "仍认不出", "still unmapped"),
    ("held", "疑似编号复用", "suspected re-used number"),
    ("unticketed", "未立件", "no submission"),
];
