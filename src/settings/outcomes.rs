//! `[core.outcomes]` of `gateway.toml`: outcomes (办理反馈) that are asked for at the core. How it is asked is the connector
//! kind's to say, as for a channel that is polled.

use std::collections::BTreeMap;

use huiliu_contract::{Misconfigured, Period};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::walk::{Check, Places, allowed};
use super::{Gateway, KindInfo, Mistake, Text};

/// Where the table stands.
const AT: &str = "core.outcomes";

/// Outcomes that are asked for, for a core that does not post them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomesTable {
    /// How long after a walk the next one begins.
    #[serde(default = "every")]
    #[schemars(extend("x-zh" = "隔多久去取一次"))]
    pub every: Period,
    /// Where the core is and who we are to it, as under `[connect]` of a channel that is polled: `kind`, and that kind's keys.
    #[schemars(extend("x-zh" = "怎么连:和轮询渠道的 [connect] 一样写"))]
    pub connect: Map<String, Value>,
    /// How the list is fetched, as under `[poll]` of a channel, without `every` and `hours`.
    #[schemars(extend("x-zh" = "怎么取:和轮询渠道的 [poll] 一样写,every 写在上一层"))]
    pub poll: Map<String, Value>,
    /// Which member of a record is which member of an outcome.
    #[schemars(extend("x-zh" = "字段对应:左边是办理反馈的字段,右边是热线的字段"))]
    pub fields: OutcomeFields,
    /// What the core's codes mean.
    #[serde(default)]
    #[schemars(extend("x-zh" = "代码表"))]
    pub codes: OutcomeCodes,
}

/// Where each member of an outcome stands in a record: a name, a dotted path or a JSON pointer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeFields {
    /// The core's id of the outcome; absent: the id of the list's record.
    #[serde(default)]
    #[schemars(extend("x-zh" = "反馈编号;不写就用 poll.list 里的 id"))]
    pub id: Option<String>,
    /// The ticket's number (汇流编号), or the core's own number of it.
    #[schemars(extend("x-zh" = "汇流编号,或热线工单号"))]
    pub ticket: String,
    /// What happened.
    #[schemars(extend("x-zh" = "反馈类型;热线用代码的,在 codes.kind 里写对照"))]
    pub kind: String,
    /// When it happened.
    #[schemars(extend("x-zh" = "什么时候的事"))]
    pub at: MomentField,
    /// The lead units: one text with several names, or a list of names.
    #[serde(default)]
    #[schemars(extend("x-zh" = "主办单位"))]
    pub lead: Option<String>,
    /// The assisting units, in the same way.
    #[serde(default)]
    #[schemars(extend("x-zh" = "协办单位"))]
    pub assisting: Option<String>,
    /// 办理方式.
    #[serde(default)]
    #[schemars(extend("x-zh" = "办理方式"))]
    pub way: Option<String>,
    /// The text the citizen may read.
    #[serde(default)]
    #[schemars(extend("x-zh" = "公开答复"))]
    pub public_reply: Option<String>,
    /// The text that never leaves the house.
    #[serde(default)]
    #[schemars(extend("x-zh" = "内部备注,不会回传"))]
    pub internal_note: Option<String>,
    /// Why.
    #[serde(default)]
    #[schemars(extend("x-zh" = "理由"))]
    pub reason: Option<String>,
    /// Days asked for.
    #[serde(default)]
    #[schemars(extend("x-zh" = "延期天数"))]
    pub days: Option<String>,
    /// Whether the matter is solved.
    #[serde(default)]
    #[schemars(extend("x-zh" = "是否解决"))]
    pub solved: Option<String>,
    /// Satisfaction, as it was said; what a word means stands under `[satisfaction]`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "满意度;各种说法的对照写在 [satisfaction]"))]
    pub satisfaction: Option<String>,
    /// Where it was redirected or merged to.
    #[serde(default)]
    #[schemars(extend("x-zh" = "转往、并入"))]
    pub into: Option<String>,
}

/// Where a time stands, and how it is written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MomentField {
    /// Where.
    #[schemars(extend("x-zh" = "在哪个字段"))]
    pub from: String,
    /// `iso`, `seconds`, `millis` or a pattern of `yyyy MM dd HH mm ss SSS XXX`; without a zone in the site's.
    #[serde(default = "iso")]
    #[schemars(extend("x-zh" = "时间格式,例如 yyyy-MM-dd HH:mm:ss"))]
    pub date: String,
}

/// Code tables: the core's code on the left, our word on the right. A code that a written table does not have needs a person.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutcomeCodes {
    /// What happened: `closed` or 办结, and so on.
    #[schemars(extend("x-zh" = "反馈类型:右边写 办结、签收、公开答复 等"))]
    pub kind: BTreeMap<String, String>,
    /// 办理方式.
    #[schemars(extend("x-zh" = "办理方式"))]
    pub way: BTreeMap<String, String>,
    /// 解决, 未解决, 部分解决.
    #[schemars(extend("x-zh" = "是否解决"))]
    pub solved: BTreeMap<String, String>,
}

fn every() -> Period {
    Period::seconds(60)
}

fn iso() -> String {
    "iso".into()
}

impl OutcomesTable {
    /// The connector kind that is named, if one is.
    pub fn kind(&self) -> Option<&str> {
        self.connect.get("kind")?.as_str()
    }

    /// What the kind is built from.
    pub fn options(&self) -> Value {
        let mut connect = self.connect.clone();
        connect.remove("kind");
        json!({ "connect": connect, "poll": self.poll })
    }
}

/// A part of the file, checked by a schema of its own.
struct Below<'a>(&'a Gateway);

impl Places for Below<'_> {
    fn at_value(&self, key: &str, problem: Text) -> Mistake {
        self.0.at(&below(key), problem)
    }

    fn at_key(&self, key: &str, problem: Text) -> Mistake {
        self.0.at_key(&below(key), problem)
    }

    fn is_moment(&self, _: &str) -> bool {
        false
    }
}

fn below(key: &str) -> String {
    super::document::join(AT, key)
}

impl Gateway {
    /// A mistake found in `[core.outcomes]`, at its place; its key is told from there.
    pub fn mistake_of_outcomes(&self, found: &Misconfigured) -> Mistake {
        let key = found.key.trim_matches('.');
        self.at(&below(key), Text::new(found.problem_zh.clone(), found.problem.clone()))
    }

    /// Checks how the core is asked for outcomes against what the kind takes; tells the kind where nothing is wrong.
    ///
    /// # Errors
    ///
    /// All that is found wrong, each at its place.
    pub fn outcomes_kind(&self, table: &OutcomesTable, kinds: &[KindInfo]) -> Result<&'static str, Vec<Mistake>> {
        let polled = || kinds.iter().filter(|kind| kind.sections().any(|section| section == "poll"));
        let Some(kind) = polled().find(|kind| Some(kind.name) == table.kind()) else {
            let known: Vec<_> = polled().map(|kind| (kind.name.to_owned(), Some(kind.summary_zh.to_owned()))).collect();
            let text = match table.kind() {
                Some(name) => Text::new(
                    format!("没有“{name}”这种可以去取的接入方式"),
                    format!("there is no kind `{name}` that can be asked"),
                ),
                None => Text::new("没有写接入方式 kind", "no `kind` is written"),
            };
            let remedy = allowed(table.kind().unwrap_or_default(), &known);
            return Err(vec![self.at(&below("connect.kind"), text).remedy(remedy)]);
        };
        let wrong = Check::new(kind.schema.clone()).whole(&table.options(), &Below(self));
        if wrong.is_empty() { Ok(kind.name) } else { Err(wrong) }
    }
}
