//! `[core]` of `gateway.toml`, whatever the hotline system is like: it has an interface, it fetches, it takes sheets, or a
//! person types into it. One closed list; `kind` chooses, and each has its own keys.

use std::borrow::Cow;
use std::path::PathBuf;

use huiliu_contract::Period;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{CoreSettings, OutcomesTable};

/// How tickets reach the core (热线系统).
#[derive(Clone, Debug)]
pub enum CoreTable {
    /// It is posted to.
    Rest(Box<CoreSettings>),
    /// A person types them in and tells the number (手工登记).
    Manual(ManualCore),
    /// It takes sheets (导入表格).
    File(Box<FileCore>),
    /// It fetches them.
    Pull(PullCore),
}

/// The word `rest`, and no other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
pub enum RestWord {
    /// The core has an interface that events are posted to.
    #[default]
    #[serde(rename = "rest")]
    #[schemars(extend("x-zh" = "热线有接口,推给它"))]
    Rest,
}

/// The word `manual`, and no other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
pub enum ManualWord {
    /// A person copies what waits into the core and registers its number.
    #[serde(rename = "manual")]
    #[schemars(extend("x-zh" = "热线没有接口,由人照着录入,再登记热线工单号"))]
    Manual,
}

/// The word `file`, and no other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
pub enum FileWord {
    /// The core imports sheets and gives its numbers back in sheets.
    #[serde(rename = "file")]
    #[schemars(extend("x-zh" = "热线能导入表格,按时生成导入表"))]
    File,
}

/// The word `pull`, and no other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
pub enum PullWord {
    /// The core fetches events and says up to which it has them.
    #[serde(rename = "pull")]
    #[schemars(extend("x-zh" = "热线自己来取"))]
    Pull,
}

/// A core that a person types into.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualCore {
    /// The word `manual`.
    #[schemars(extend("x-zh" = "怎样转给热线系统"))]
    pub kind: ManualWord,
    /// What is copied, in the order of the core's entry form; absent is every field that is known, in ours.
    #[serde(default)]
    #[schemars(extend("x-zh" = "录入界面上的栏目,照它的顺序写;不写就按我们的顺序列出全部"))]
    pub form: Vec<FormField>,
    /// Outcomes that are asked for; absent waits for a sheet or a post.
    #[serde(default)]
    #[schemars(extend("x-zh" = "热线不推送办理反馈时,按时去取"))]
    pub outcomes: Option<Box<OutcomesTable>>,
}

/// One box of the core's entry form, or one column of its import sheet.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// What it is called there.
    #[schemars(length(min = 1, max = 100), extend("x-zh" = "热线那边的栏名"))]
    pub name: String,
    /// What stands in it: text with placeholders such as `{title}`.
    #[schemars(extend("x-zh" = "填什么,可用占位符,例如 {title}"))]
    pub value: String,
}

/// A core that fetches.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PullCore {
    /// The word `pull`.
    #[schemars(extend("x-zh" = "怎样转给热线系统"))]
    pub kind: PullWord,
    /// What stands around an event; absent is nothing.
    #[serde(default)]
    #[schemars(extend("x-zh" = "流转消息外面套什么格式;不写就不套"))]
    pub envelope: Option<Envelope>,
    /// Who we are in the envelope (`source`); absent is `urn:huiliu`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200), extend("x-zh" = "套 cloudevents 时的 source,默认 urn:huiliu"))]
    pub source: Option<String>,
    /// Outcomes that are asked for; absent waits for the core to post them.
    #[serde(default)]
    #[schemars(extend("x-zh" = "热线不推送办理反馈时,按时去取"))]
    pub outcomes: Option<Box<OutcomesTable>>,
}

/// What stands around an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
pub enum Envelope {
    /// CloudEvents 1.0 in structured mode; several at once in batch mode.
    #[serde(rename = "cloudevents")]
    #[schemars(extend("x-zh" = "CloudEvents 1.0"))]
    CloudEvents,
}

/// A core that takes sheets.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileCore {
    /// The word `file`.
    #[schemars(extend("x-zh" = "怎样转给热线系统"))]
    pub kind: FileWord,
    /// The folder that sheets are written to; relative to the parent of the configuration folder.
    #[schemars(extend("x-zh" = "导入表写到哪个文件夹"))]
    pub outbox: PathBuf,
    /// The columns of the sheet, as the core's import wants them; one of them holds `{ticket}`.
    #[schemars(length(min = 1), extend("x-zh" = "导入表的栏目,照热线的模板写;其中一栏要填 {ticket}"))]
    pub columns: Vec<FormField>,
    /// How long after a sheet the next one may be written.
    #[serde(default = "half_an_hour")]
    #[schemars(extend("x-zh" = "隔多久出一张表,默认30m"))]
    pub every: Period,
    /// The most rows of one sheet, 1 to 5000.
    #[serde(default = "rows")]
    #[schemars(range(min = 1, max = 5000), extend("x-zh" = "一张表最多几行,默认200"))]
    pub batch: u16,
    /// When an event counts as taken; absent is when its number came back.
    #[serde(default)]
    #[schemars(extend("x-zh" = "什么时候算转成:returned 读到热线工单号才算 | written 写出表就算"))]
    pub settle: Settle,
    /// The folder in which the core's returned sheets lie; absent reads none, and numbers are registered by hand.
    #[serde(default)]
    #[schemars(extend("x-zh" = "热线返回的表放在哪个文件夹;不写就用 huiliu ticket register 登记"))]
    pub returned: Option<PathBuf>,
    /// The column of a returned sheet with the core's number.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "返回表里,热线工单号那一栏的栏名"))]
    pub number: Option<String>,
    /// The column of a returned sheet with our number.
    #[serde(default = "ours")]
    #[schemars(length(min = 1), extend("x-zh" = "返回表里,汇流编号那一栏的栏名,默认 汇流编号"))]
    pub ours: String,
    /// The column of a returned sheet with the event's place (`{sequence}`). Absent: what follows on a ticket (an urging, a
    /// revision) counts as taken as soon as its sheet is on the disk, for a number alone does not say which event it answers.
    #[serde(default)]
    #[schemars(length(min = 1), extend("x-zh" = "返回表里,流转序号({sequence})那一栏的栏名;不写的,催办、更正等后续消息写出表就算"))]
    pub event: Option<String>,
    /// Outcomes that are asked for; absent waits for a sheet or a post.
    #[serde(default)]
    #[schemars(extend("x-zh" = "热线不推送办理反馈时,按时去取"))]
    pub outcomes: Option<Box<OutcomesTable>>,
}

/// When an event that went into a sheet counts as taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Settle {
    /// When its number was read back.
    #[default]
    #[schemars(extend("x-zh" = "读到热线工单号才算"))]
    Returned,
    /// As soon as the sheet is on the disk: the core returns nothing.
    #[schemars(extend("x-zh" = "写出表就算,热线不返回表"))]
    Written,
}

const fn half_an_hour() -> Period {
    Period::seconds(1800)
}

const fn rows() -> u16 {
    200
}

fn ours() -> String {
    "汇流编号".into()
}

impl CoreTable {
    /// Its word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Rest(_) => "rest",
            Self::Manual(_) => "manual",
            Self::File(_) => "file",
            Self::Pull(_) => "pull",
        }
    }

    /// The core that is posted to, if it is one.
    pub fn rest(&self) -> Option<&CoreSettings> {
        match self {
            Self::Rest(rest) => Some(rest),
            _ => None,
        }
    }

    /// How outcomes are asked for, if they are.
    pub fn outcomes(&self) -> Option<&OutcomesTable> {
        match self {
            Self::Rest(core) => core.outcomes.as_deref(),
            Self::Manual(core) => core.outcomes.as_deref(),
            Self::File(core) => core.outcomes.as_deref(),
            Self::Pull(core) => core.outcomes.as_deref(),
        }
    }
}

impl<'de> Deserialize<'de> for CoreTable {
    /// By its `kind`; without one it is posted to, as files from before there were kinds say it.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        let read = match value.get("kind").and_then(Value::as_str) {
            Some("manual") => serde_json::from_value(value).map(Self::Manual),
            Some("file") => serde_json::from_value(value).map(Self::File),
            Some("pull") => serde_json::from_value(value).map(Self::Pull),
            _ => serde_json::from_value(value).map(Self::Rest),
        };
        read.map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for CoreTable {
    fn schema_name() -> Cow<'static, str> {
        "CoreTable".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let ways = [
            generator.subschema_for::<CoreSettings>(),
            generator.subschema_for::<ManualCore>(),
            generator.subschema_for::<FileCore>(),
            generator.subschema_for::<PullCore>(),
        ];
        json_schema!({ "description": "How tickets reach the core, by its `kind`.", "x-zh": "热线系统", "anyOf": ways })
    }
}
