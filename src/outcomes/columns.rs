//! The columns of a sheet of outcomes (办理反馈表): what they are called, what may stand in them, and how that is explained
//! to whoever fills them in.

use huiliu_contract::OutcomeKind;
use huiliu_sheet::{Choice, Column, PageColumn};

use crate::words::{OUTCOME_KINDS, SATISFACTION};

/// A column by its meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    /// 汇流编号.
    Number,
    /// 热线工单号.
    CoreNumber,
    /// What happened.
    Kind,
    /// When.
    At,
    /// Lead units.
    Lead,
    /// Assisting units.
    Assisting,
    /// 办理方式.
    Way,
    /// The text the citizen may read.
    PublicReply,
    /// The text that stays in the house.
    InternalNote,
    /// Why.
    Reason,
    /// Days asked for.
    Days,
    /// Whether it is solved.
    Solved,
    /// Satisfaction, as it was said.
    Satisfaction,
    /// Where it was redirected or merged to.
    Into,
    /// The core's own id of the outcome; not in the template.
    Id,
}

/// A column: its meaning, names, width and explanation.
struct About {
    field: Field,
    column: Column<'static>,
    width: u16,
    must: &'static str,
    explained: &'static str,
    example: &'static str,
}

const fn about(
    field: Field,
    (name, aliases): (&'static str, &'static [&'static str]),
    width: u16,
    (must, explained, example): (&'static str, &'static str, &'static str),
) -> About {
    About { field, column: Column { name, aliases }, width, must, explained, example }
}

/// So many rows of the template offer their choices.
pub const LIST_ROWS: u32 = 2000;

const ALL: [About; 15] = [
    about(
        Field::Number,
        ("汇流编号", &["工单编号", "统一工单编号"]),
        16,
        ("二选一", "统一工单的编号。和“热线工单号”填一个就行;只有热线工单号时,也可以填在这一栏", "261122-00017"),
    ),
    about(
        Field::CoreNumber,
        ("热线工单号", &["热线编号", "热线工单编号", "12345工单号"]),
        20,
        ("二选一", "热线系统给的工单号。位数长的编号要按文本填,这一栏已设为文本", "HD20261122000123"),
    ),
    about(
        Field::Kind,
        ("办理反馈", &["反馈类型", "反馈"]),
        12,
        ("必填", "这一行是什么反馈,从下拉里选。一行只写一次反馈:同一件先签收、后办结,写两行", "办结"),
    ),
    about(
        Field::At,
        ("时间", &["反馈时间", "办理时间", "办结时间", "答复时间"]),
        18,
        ("必填", "什么时候的事。写到分钟;只写日期就按当天0点算", "2026-12-03 09:30"),
    ),
    about(Field::Lead, ("主办单位", &["承办单位", "主办"]), 18, ("", "有几个就用顿号隔开", "县住建局")),
    about(Field::Assisting, ("协办单位", &["协办"]), 18, ("", "有几个就用顿号隔开", "县城管局、县供电公司")),
    about(Field::Way, ("办理方式", &[]), 12, ("", "在线办结或转办;也可以写本地的叫法", "转办")),
    about(
        Field::PublicReply,
        ("公开答复", &["答复内容", "答复"]),
        40,
        ("", "给诉求人看的话,会回传给来件的渠道。不要写诉求人的姓名、电话", "路灯已于12月2日修复。"),
    ),
    about(Field::InternalNote, ("内部备注", &["办理备注"]), 30, ("", "只在本单位看,不会回传", "已电话联系诉求人")),
    about(
        Field::Reason,
        ("理由", &["退单理由", "延期理由", "不予受理理由"]),
        30,
        ("", "退单、延期、不予受理时写明为什么", "不属本县管辖"),
    ),
    about(Field::Days, ("延期天数", &["申请天数"]), 10, ("", "申请延期时写几天,只写数字", "5")),
    about(Field::Solved, ("是否解决", &["解决情况"]), 10, ("", "从下拉里选", "解决")),
    about(
        Field::Satisfaction,
        ("满意度", &["满意情况", "回访满意度"]),
        12,
        ("", "诉求人原话是哪一级就写哪一级;不在下拉里的说法也可以写,会照原样留下", "满意"),
    ),
    about(
        Field::Into,
        ("转往/并入", &["转往、并入", "转往", "并入"]),
        18,
        ("", "转其他渠道时写转到哪里;并单时写并入的编号", "市供水公司"),
    ),
    about(
        Field::Id,
        ("反馈编号", &["反馈ID"]),
        16,
        ("", "模板里没有这一栏。热线系统导出的表带有每条反馈自己的编号时才用", "FK202612030001"),
    ),
];

/// The columns in their order, as a header is looked for.
pub const COLUMNS: [Column<'static>; ALL.len()] = {
    let mut columns = [Column { name: "", aliases: &[] }; ALL.len()];
    let mut n = 0;
    while n < ALL.len() {
        columns[n] = ALL[n].column;
        n += 1;
    }
    columns
};

/// What a sheet must have: one of the two numbers, what happened, and when.
pub const NEEDED: [&[usize]; 3] = [&[0, 1], &[2], &[3]];

impl Field {
    /// Every column, as in [`COLUMNS`].
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|about| about.field)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        ALL.iter().find(|about| about.field == self).map_or("", |about| about.column.name)
    }

    /// Words that may be chosen, and whether others may be written as well; none where anything is written.
    pub(super) fn words(self) -> Option<(Vec<&'static str>, bool)> {
        match self {
            Self::Kind => Some((OUTCOME_KINDS.iter().map(|(_, zh, _)| *zh).collect(), false)),
            Self::Solved => Some((SOLVED.iter().map(|(word, _)| *word).collect(), false)),
            Self::Way => Some((vec!["在线办结", "转办"], true)),
            Self::Satisfaction => Some((SATISFACTION.iter().map(|(_, zh, _)| *zh).collect(), true)),
            _ => None,
        }
    }
}

/// The words of 是否解决, each with others that mean the same.
pub(super) const SOLVED: [(&str, &[&str]); 3] =
    [("解决", &["已解决", "是"]), ("未解决", &["没有解决", "否"]), ("部分解决", &[])];

/// Other words for kinds of outcomes.
const KIND_ALIASES: [(&str, OutcomeKind); 6] = [
    ("退单", OutcomeKind::ReturnedToSource),
    ("延期", OutcomeKind::Extended),
    ("进展", OutcomeKind::Progressed),
    ("答复", OutcomeKind::Replied),
    ("已办结", OutcomeKind::Closed),
    ("不受理", OutcomeKind::Declined),
];

/// The kind of outcome that a word stands for.
pub(super) fn kind(word: &str) -> Option<OutcomeKind> {
    let known = |kind: &OutcomeKind| {
        kind.word() == word || OUTCOME_KINDS.iter().any(|(stable, zh, _)| *stable == kind.word() && *zh == word)
    };
    let alias = || KIND_ALIASES.iter().find(|(alias, _)| *alias == word).map(|(_, kind)| *kind);
    OutcomeKind::ALL.into_iter().find(known).or_else(alias)
}

/// The columns of the template.
pub fn columns() -> Vec<PageColumn> {
    let column = |about: &About| PageColumn {
        name: about.column.name.into(),
        width: about.width,
        choice: about.field.words().map(|(words, open)| Choice {
            otherwise: format!("“{}”请从下拉里选:{}", about.column.name, words.join("、")),
            words: words.into_iter().map(str::to_owned).collect(),
            open,
        }),
    };
    ALL.iter().filter(|about| about.field != Field::Id).map(column).collect()
}

/// Each column explained: name, whether it must be filled in, how, an example, and other names it may have.
pub fn explained() -> Vec<[String; 5]> {
    let row = |about: &About| {
        let words = about.field.words().map(|(words, open)| {
            let more = if open { "等" } else { "" };
            format!("。可填:{}{more}", words.join("、"))
        });
        [
            about.column.name.to_owned(),
            about.must.to_owned(),
            format!("{}{}", about.explained, words.unwrap_or_default()),
            about.example.to_owned(),
            about.column.aliases.join("、"),
        ]
    };
    ALL.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_names_of_its_own() {
        let mut names: Vec<String> = COLUMNS
            .iter()
            .flat_map(|column| [column.name].into_iter().chain(column.aliases.iter().copied()))
            .map(huiliu_sheet::plain)
            .collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
        let needed: Vec<_> =
            NEEDED.iter().map(|group| group.iter().filter_map(|n| Field::all().nth(*n)).collect::<Vec<_>>()).collect();
        assert_eq!(needed, [vec![Field::Number, Field::CoreNumber], vec![Field::Kind], vec![Field::At]]);
    }

    #[test]
    fn every_kind_has_its_word_and_every_choice_fits_a_list() {
        for (stable, zh, _) in OUTCOME_KINDS {
            assert_eq!(kind(zh).map(OutcomeKind::word), Some(*stable));
            assert_eq!(kind(stable).map(OutcomeKind::word), Some(*stable));
        }
        assert_eq!((kind("退单"), kind("办节")), (Some(OutcomeKind::ReturnedToSource), None));
        for column in columns() {
            let chars = column.choice.map_or(0, |choice| choice.words.join(",").chars().count());
            assert!(chars <= 255, "{}", column.name);
        }
    }
}
