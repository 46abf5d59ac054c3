//! What an operator may write about the way back: a row in a table of results, or a statement with bound values.

use std::collections::BTreeMap;

use huiliu_kit::outlet::{States, Ways};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// `[return]`: one way for each kind of outcome that is carried back. There is none for 退回补正, which never leaves.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnOptions {
    /// One way for each kind of outcome that is carried back.
    #[serde(flatten)]
    pub ways: Ways<Way>,
    /// How the database is asked what became of a write-back.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么查对方的状态:送到没有、认不认"))]
    pub status: Option<Status>,
    /// Whether writing every one of these twice is harmless; where all ways have a `key`, it is known to be.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这些写法重复执行一遍也没有妨碍(例如只是改状态);每种都写了 key 的不用写"))]
    pub honours_key: bool,
}

/// One way of writing: exactly one of `table` and `statement`. Texts may hold `{id}`, `{key}`, `{kind}`, `{at}`, `{unit}`,
/// `{lead}`, `{assisting}`, `{way}`, `{public_reply}`, `{greeting}`, `{ending}`, `{reply}`, `{reason}`, `{days}`, `{solved}`,
/// `{satisfaction}`, `{agree_public}` and `{into}`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// The table of results that a row is added to.
    #[serde(default)]
    #[schemars(extend("x-zh" = "往哪张结果表里加一行(table、statement 只写一个)"))]
    pub table: Option<String>,
    /// What goes into which column of that row.
    #[serde(default)]
    #[schemars(extend("x-zh" = "那一行每列写什么;可用 {id} 来源编号、{unit} 承办单位、{public_reply} 公开答复、{reply} 带开头结尾的答复、{reason} 理由、{days} 天数、{at} 时间 等"))]
    pub row: BTreeMap<String, Value>,
    /// A column with a unique index that takes our number of the write-back: then a second time adds no second row.
    #[serde(default)]
    #[schemars(extend("x-zh" = "放发送编号的列,对方要给它建唯一索引;有了它,重发不会多出一行"))]
    pub key: Option<String>,
    /// One statement, `UPDATE` or `INSERT`; each placeholder becomes a bound value, so none stands in quotes.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一条 UPDATE 或 INSERT 语句;占位符会变成绑定的参数,外面不要加引号"))]
    pub statement: Option<String>,
    /// How many rows the statement must touch; 1 by default. Any other number is undone.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这条语句应当改到几行,默认1;不是这个数就撤销"))]
    pub rows: Option<u64>,
    /// Whether the upper level still judges what it has taken.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方收下以后还要审核"))]
    pub review: bool,
}

/// How the database is asked for the state of an item. The lists beside `state` are for 办结, 公开答复, 阶段反馈, 不予受理,
/// 转其他渠道, 并单 and 回访; a kind that has a table of its own has its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The table or view in which it stands.
    #[schemars(extend("x-zh" = "状态在哪张表或视图"))]
    pub from: String,
    /// The column of an item's number there; `poll.id` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "那里来源编号是哪一列;默认同 poll.id"))]
    pub id: Option<String>,
    /// The column of the state.
    #[schemars(extend("x-zh" = "状态在哪一列"))]
    pub state: String,
    /// The column of the upper level's reason.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方的审核意见在哪一列"))]
    pub reason: Option<String>,
    /// Whether an item without a row there was not told yet; else a person must look.
    #[serde(default)]
    #[schemars(extend("x-zh" = "那里没有这一件就算没送到;不写就请人看"))]
    pub absent_without_row: bool,
    /// The lists for what concludes, answers or reports.
    #[serde(flatten)]
    pub states: States,
    /// The lists for 签收.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签收以后的各种状态"))]
    pub signed: Option<States>,
    /// The lists for 申请退单.
    #[serde(default)]
    #[schemars(extend("x-zh" = "申请退单以后的各种状态"))]
    pub returned: Option<States>,
    /// The lists for 申请延期.
    #[serde(default)]
    #[schemars(extend("x-zh" = "申请延期以后的各种状态"))]
    pub extended: Option<States>,
}

impl ReturnOptions {
    /// Whether anything of it is written; a table that holds only what is the gateway's is empty here.
    pub fn is_written(&self) -> bool {
        self.status.is_some() || self.honours_key || !self.ways.is_empty()
    }
}
