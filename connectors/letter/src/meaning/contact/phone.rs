//! Telephones: which of the numbers of a letter is the writer's.

use super::number::{Number, numbers};
use super::patterns::{PHONE_LABELS, WRITER, before_label};
use super::{Found, Line};
use crate::meaning::plain::{first, last, part};

/// Whose a number is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Whose {
    /// The writer's, by a label so many characters away.
    Writers(usize),
    /// Nothing says it.
    Open,
    /// Somebody else's, or no telephone at all.
    Others,
}

/// Words before a label that make it somebody else's.
const OTHERS: [&str; 58] = [
    "物业",
    "他",
    "她",
    "他们",
    "对方",
    "老板",
    "店",
    "店家",
    "商家",
    "厂家",
    "卖家",
    "公司",
    "单位",
    "书记",
    "村长",
    "主任",
    "经理",
    "房东",
    "中介",
    "开发商",
    "施工方",
    "客服",
    "热线",
    "办公室",
    "局",
    "所",
    "队",
    "站",
    "处",
    "学校",
    "医院",
    "司机",
    "律师",
    "医生",
    "业务员",
    "管理员",
    "负责人",
    "居委会",
    "村委会",
    "中心",
    "银行",
    "法院",
    "部门",
    "老师",
    "举报",
    "投诉",
    "服务",
    "咨询",
    "监督",
    "值班",
    "办公",
    "求助",
    "报修",
    "骚扰",
    "诈骗",
    "陌生",
    "公开",
    "公示",
];

/// Words behind a number that make it somebody else's.
const OTHERS_BEHIND: [&str; 6] = ["这个", "这一", "这部", "该", "打来", "来电"];

/// Words of numbers that are no telephones.
const NO_PHONES: [&str; 20] = [
    "身份证",
    "证件",
    "证号",
    "卡号",
    "银行卡",
    "账号",
    "帐号",
    "账户",
    "帐户",
    "订单",
    "单号",
    "编号",
    "工单",
    "税号",
    "信用代码",
    "车牌",
    "户号",
    "表号",
    "学号",
    "qq",
];

/// Characters before a number in which its label is looked for.
const BEFORE: usize = 24;

fn whose(before: &str, after: &str) -> Whose {
    let head = last(before, BEFORE).trim_end_matches([' ', '+', '(', ':', '是', '为', '=', '-']).to_ascii_lowercase();
    if let Some(before) = before_label(&head, PHONE_LABELS) {
        return owner(before, 0);
    }
    let after = after.trim_start_matches([' ', '(', ',']);
    if ["微信同号", "同微信", "微信同", "本人", "是我的", "是我手机", "是我电话"]
        .into_iter()
        .any(|word| after.starts_with(word))
    {
        return Whose::Writers(1);
    }
    if OTHERS_BEHIND.into_iter().any(|word| after.starts_with(word)) {
        return Whose::Others;
    }
    // The last sentence alone.
    let sentence = head.rsplit(['。', ';', '!', '?']).next().unwrap_or_default();
    let rightmost =
        |words: &[&str]| words.iter().filter_map(|word| sentence.rfind(word).map(|at| at + word.len())).max();
    let (label, barred) = (rightmost(PHONE_LABELS), rightmost(&NO_PHONES));
    match label {
        _ if barred > label => Whose::Others,
        Some(end) => {
            let distance = part(sentence, end..sentence.len()).chars().count();
            let before = before_label(part(sentence, 0..end), PHONE_LABELS).unwrap_or_default();
            // A name or a word may stand between them, no clause.
            if distance <= 8 { owner(before, distance + 1) } else { Whose::Open }
        }
        None if OTHERS.into_iter().any(|word| sentence.trim_end_matches(':').ends_with(word)) => Whose::Others,
        None => Whose::Open,
    }
}

/// Whose the label is that stands behind `before`.
fn owner(before: &str, distance: usize) -> Whose {
    let before = last(before.trim_end_matches([' ', '的', ':']), 8);
    let is_writers = WRITER.iter().any(|word| before.strip_suffix(word).is_some_and(|head| !head.ends_with('被')));
    let is_others =
        OTHERS.into_iter().any(|word| before.ends_with(word)) || before.ends_with('人') || before.contains('被');
    if is_others && !is_writers { Whose::Others } else { Whose::Writers(distance) }
}

/// A number with where it stands and whose it is.
struct Candidate {
    number: Number,
    whose: Whose,
    closing: bool,
}

/// Characters of a closing line that holds a number and little else.
const SHORT: usize = 40;

pub(super) fn find(lines: &[Line]) -> Option<Found> {
    let mut candidates = Vec::new();
    for line in lines {
        let closing = line.closing && first(&line.text, SHORT).len() == line.text.len();
        let mut from = 0;
        for number in numbers(&line.text) {
            let before = part(&line.text, from..number.start);
            let after = first(part(&line.text, number.end..line.text.len()), 8);
            let whose = whose(before, after);
            from = number.end;
            candidates.push(Candidate { number, whose, closing });
        }
    }
    let labelled = candidates.iter().filter_map(|candidate| match candidate.whose {
        Whose::Writers(distance) => Some((distance, !candidate.number.mobile, candidate)),
        _ => None,
    });
    let nearest = labelled.min_by_key(|(distance, landline, _)| (*distance, *landline));
    if let Some((_, _, candidate)) = nearest {
        return Some(Found::new(candidate.number.value.clone(), "phone_label"));
    }
    let open = || candidates.iter().filter(|candidate| candidate.whose == Whose::Open);
    only(open().filter(|one| one.closing && one.number.mobile))
        .map(|value| Found::new(value, "phone_signature"))
        .or_else(|| only(open().filter(|one| one.number.mobile)).map(|value| Found::new(value, "mobile")))
        .or_else(|| {
            let no_mobile = open().all(|one| !one.number.mobile);
            only(open().filter(|_| no_mobile)).map(|value| Found::new(value, "landline"))
        })
}

/// The number, if all are one.
fn only<'a>(mut candidates: impl Iterator<Item = &'a Candidate>) -> Option<String> {
    let first = candidates.next()?;
    candidates.all(|other| other.number.value == first.number.value).then(|| first.number.value.clone())
}
