//! `[return]`, the part every channel has: when something goes back, who looks at it first, what stands around the
//! public text, and what happens when nobody knows whether it arrived.

use std::collections::BTreeMap;
use std::time::Duration;

use huiliu_contract::{Manners, OutcomeKind, Period, ReturnWord};
use huiliu_kit::template::{BadTemplate, Template};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::{FileType, FilesTable};

/// `[return]`, without what belongs to the kind.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReturnTable {
    /// When 签收 goes back for us; absent is never.
    #[schemars(extend("x-zh" = "什么时候替我们签收"))]
    pub sign: Sign,
    /// What a person agrees to before it leaves; absent is 申请退单, 申请延期 and 办结.
    #[schemars(extend("x-zh" = "哪几样发出前要人点“同意”,不写就是退单、延期、办结"))]
    pub approve: Option<Vec<ReturnWord>>,
    /// What is done when nobody knows whether a write-back arrived; absent is to look where the far side can be asked, to
    /// tell it once more where it leaves by mail, else to ask a person.
    #[schemars(extend("x-zh" = "发出后没等到回音怎么办;不写就是:能查状态先查,邮件再发一次,都不是就问人"))]
    pub uncertain: Option<Uncertain>,
    /// Whether a person answers on the far side's own pages instead of a machine.
    #[schemars(extend("x-zh" = "没有接口,由人到对方后台回复"))]
    pub manual: bool,
    /// What a person shall answer there (with `manual`); absent is everything that asks for something, answers or
    /// concludes.
    #[schemars(extend("x-zh" = "人工回复时,哪几样要提醒人去办;不写就是退单、延期、答复、办结、不予受理、转其他渠道"))]
    pub wants: Option<Vec<ReturnWord>>,
    /// What becomes of a write-back that fails for good; absent is 待人工处理 as it is.
    #[schemars(extend("x-zh" = "始终送不到时怎么办"))]
    pub fallback: Option<Fallback>,
    /// What the public text begins with. It may hold `{title}`, `{unit}`, `{date}` and `{name}`.
    #[schemars(with = "Option<String>", extend("x-zh" = "公开答复的开头;可用 {title} 标题、{unit} 承办单位、{date} 日期、{name} 姓名"))]
    pub greeting: Option<Wording>,
    /// What the public text ends with. It may hold `{title}`, `{unit}`, `{date}` and `{name}`.
    #[schemars(with = "Option<String>", extend("x-zh" = "公开答复的结尾;可用 {title} 标题、{unit} 承办单位、{date} 日期、{name} 姓名"))]
    pub ending: Option<Wording>,
    /// The most characters of the public text that the far side takes, 1 or more.
    #[schemars(range(min = 1, max = 1_000_000), extend("x-zh" = "公开答复最多多少字"))]
    pub max_chars: Option<u32>,
    /// Our words and the far side's.
    #[schemars(extend("x-zh" = "我们的说法 → 对方的代码"))]
    pub codes: ReturnCodes,
    /// Whether the far side publishes what it is answered: then what is confidential, or not agreed to be public, is held.
    #[schemars(extend("x-zh" = "对方会不会把答复公开"))]
    pub publishes: bool,
    /// Telephone numbers that a public text may name: the office's own.
    #[schemars(extend("x-zh" = "公开答复里可以出现的电话,例如本单位的值班电话"))]
    pub allowed_numbers: Vec<String>,
    /// The largest file of an answer that the far side takes, in MiB, 1 to 500; absent is 50.
    #[schemars(range(min = 1, max = 500), extend("x-zh" = "对方收的单个附件最大多少MiB,默认50"))]
    pub max_file_mib: Option<u16>,
    /// Which files of an answer the far side takes; absent is all but archives.
    #[schemars(extend("x-zh" = "对方收哪些类型的附件;不写就是除压缩包(archive)以外都收"))]
    pub file_types: Option<Vec<FileType>>,
    /// How long a write-back that the far side does not take waits before each further attempt; after the last a person is
    /// asked. Absent: 5 s, 30 s, 5 min, 30 min, 2 h, 6 h, 12 h.
    #[schemars(extend("x-zh" = "被拒后隔多久再试,依次写;试完仍不行就转人工"))]
    pub retries: Vec<Period>,
    /// How often the far side is asked what it decided; absent is every ten minutes.
    #[schemars(extend("x-zh" = "等对方审核时多久查一次,默认10m"))]
    pub watch: Option<Period>,
    /// How many write-backs may be under way at once, 1 to 64; absent is 4.
    #[schemars(range(min = 1, max = 64), extend("x-zh" = "同时最多回传几件,默认4"))]
    pub in_flight: Option<u8>,
}

/// When 签收 goes back for the county.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// As soon as the submission is on disk.
    #[schemars(extend("x-zh" = "入库即签"))]
    Stored,
    /// When the core has taken the ticket.
    #[schemars(extend("x-zh" = "热线收下再签"))]
    CoreAccepted,
    /// Not by itself; only if the core says so.
    #[default]
    #[schemars(extend("x-zh" = "不替签"))]
    Never,
}

/// What is done when nobody knows whether a write-back arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Uncertain {
    /// The far side is asked first.
    #[schemars(extend("x-zh" = "先查对方状态"))]
    Look,
    /// A person is asked.
    #[schemars(extend("x-zh" = "问人"))]
    Ask,
    /// It is told once more with the same key.
    #[schemars(extend("x-zh" = "用同一个编号再发一次"))]
    Retry,
}

/// What becomes of a write-back that fails for good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// A person answers on the far side's own pages.
    #[schemars(extend("x-zh" = "转成“请人到对方后台回复”"))]
    Manual,
}

/// Our words and the far side's; a table that is empty translates nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReturnCodes {
    /// 是否解决.
    #[schemars(extend("x-zh" = "是否解决"))]
    pub solved: BTreeMap<String, String>,
    /// 满意度: by the word as it was said, or else by its level (`very_satisfied`, `satisfied`, …).
    #[schemars(extend("x-zh" = "满意度:左边写原话,或写级别(very_satisfied、satisfied 等)"))]
    pub satisfaction: BTreeMap<String, String>,
    /// 办理方式.
    #[schemars(extend("x-zh" = "办理方式"))]
    pub way: BTreeMap<String, String>,
}

/// Whether a kind is among those that are written, or among the usual ones where none are.
fn listed(written: Option<&[ReturnWord]>, usual: &[OutcomeKind], kind: OutcomeKind) -> bool {
    written.map_or_else(|| usual.contains(&kind), |words| words.iter().any(|word| word.kind() == kind))
}

impl ReturnTable {
    /// Whether a person agrees before an outcome of this kind leaves.
    pub fn approves(&self, kind: OutcomeKind) -> bool {
        use OutcomeKind::{Closed, Extended, ReturnedToSource};
        listed(self.approve.as_deref(), &[ReturnedToSource, Extended, Closed], kind)
    }

    /// Whether a person is asked to answer an outcome of this kind on the far side's pages; never without `manual`.
    pub fn wants(&self, kind: OutcomeKind) -> bool {
        use OutcomeKind::{Closed, Declined, Extended, Redirected, Replied, ReturnedToSource};
        let usual = [ReturnedToSource, Extended, Replied, Closed, Declined, Redirected];
        self.manual && listed(self.wants.as_deref(), &usual, kind)
    }

    /// How many write-backs may be under way at once; at least 1.
    pub fn in_flight(&self) -> usize {
        usize::from(self.in_flight.unwrap_or(4)).max(1)
    }

    /// How often the far side is asked what it decided.
    pub fn watch(&self) -> Duration {
        self.watch.map_or(Duration::from_secs(600), |period| period.0)
    }

    /// How long a write-back of its own fault waits before each further attempt; none: as everywhere.
    pub fn retries(&self) -> Option<Vec<Duration>> {
        (!self.retries.is_empty()).then(|| self.retries.iter().map(|period| period.0).collect())
    }

    /// Which files of an answer the far side takes.
    pub fn files(&self) -> FilesTable {
        FilesTable { max_mib: self.max_file_mib, types: self.file_types.clone(), ..FilesTable::default() }
    }

    /// What is done when nobody knows whether a write-back arrived, at a far side with these manners.
    pub fn uncertain(&self, manners: Manners) -> Uncertain {
        self.uncertain.unwrap_or(match manners {
            Manners { looks: true, .. } => Uncertain::Look,
            Manners { bears_twice: true, .. } => Uncertain::Retry,
            _ => Uncertain::Ask,
        })
    }
}

/// The placeholders of a greeting and an ending, in the order of their values.
const NAMES: [&str; 4] = ["title", "unit", "date", "name"];

/// What a greeting or an ending is filled with; all may be empty.
#[derive(Clone, Copy, Default)]
pub struct Said<'a> {
    /// The ticket's title.
    pub title: &'a str,
    /// The units that handled it.
    pub unit: &'a str,
    /// The day, as it shall be read.
    pub date: &'a str,
    /// The citizen's name.
    pub name: &'a str,
}

/// A text around the public reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wording(Template);

impl Wording {
    /// Compiles the written form.
    ///
    /// # Errors
    ///
    /// If it holds an unknown placeholder or a brace that stands alone.
    pub fn parse(written: &str) -> Result<Self, BadTemplate> {
        Template::text(written, &NAMES).map(Self)
    }

    /// The text with its values.
    pub fn fill(&self, said: &Said<'_>) -> String {
        self.0.to_text(&[said.title.into(), said.unit.into(), said.date.into(), said.name.into()])
    }
}

impl<'de> Deserialize<'de> for Wording {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        Self::parse(&written).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_that_can_leave_has_its_word_and_no_other() {
        let words: Vec<ReturnWord> = OutcomeKind::ALL
            .iter()
            .filter_map(|kind| serde_json::from_value(serde_json::json!(kind.road_word())).ok())
            .collect();
        let kinds: Vec<_> = words.iter().map(|word| word.kind()).collect();
        let leaving: Vec<_> =
            OutcomeKind::ALL.into_iter().filter(|kind| *kind != OutcomeKind::ReturnedToGateway).collect();
        assert_eq!(kinds, leaving);
    }

    #[test]
    fn the_defaults_are_the_careful_ones() {
        let table = ReturnTable::default();
        assert_eq!(table.sign, Sign::Never);
        let approved: Vec<_> = OutcomeKind::ALL.into_iter().filter(|kind| table.approves(*kind)).collect();
        assert_eq!(approved, [OutcomeKind::ReturnedToSource, OutcomeKind::Extended, OutcomeKind::Closed]);
        assert_eq!(table.uncertain(Manners::default()), Uncertain::Ask);
        assert_eq!(table.uncertain(Manners { looks: true, honours_key: true, ..Manners::default() }), Uncertain::Look);
        assert!(!table.wants(OutcomeKind::Closed));
        let by_mail = Manners { bears_twice: true, ..Manners::default() };
        assert_eq!(table.uncertain(by_mail), Uncertain::Retry);
        let manual = ReturnTable { manual: true, ..ReturnTable::default() };
        assert!(manual.wants(OutcomeKind::Closed) && !manual.wants(OutcomeKind::Signed));
    }

    #[test]
    fn a_wording_is_filled() {
        let said = Said { title: "路灯", unit: "住建局", date: "2026年12月1日", name: "" };
        let wording = Wording::parse("您反映的“{title}”{name}收悉。\n{unit}\n{date}").unwrap();
        assert_eq!(wording.fill(&said), "您反映的“路灯”收悉。\n住建局\n2026年12月1日");
        assert!(Wording::parse("{phone}").is_err());
    }
}
