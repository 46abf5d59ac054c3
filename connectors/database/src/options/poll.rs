//! What an operator may write about reading: the view, its order, what is marked as taken, files.

use std::collections::BTreeMap;

use huiliu_contract::{CountedBy, Period};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// `[poll]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PollOptions {
    /// The view or table that is read: `letters`, `exchange.v_letters`, written as the database writes it.
    #[schemars(extend("x-zh" = "读哪个视图或表,例如 exchange.v_letters;大小写照数据库里的写"))]
    pub from: String,
    /// The columns that are read; all by default. Those named below are read in any case.
    #[serde(default)]
    #[schemars(extend("x-zh" = "读哪些列;不写就全读。下面用到的列总会读"))]
    pub columns: Vec<String>,
    /// The column of a row's number.
    #[schemars(extend("x-zh" = "来源编号在哪一列"))]
    pub id: String,
    /// How only what is new is read; without it every walk reads all.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么只取新的;不写就每次全取"))]
    pub since: Option<Since>,
    /// Only rows whose columns hold these values, or one of these: `{ status = "0", area = ["430424"] }`.
    #[serde(default, rename = "where")]
    #[schemars(extend("x-zh" = "只要这些列等于这些值的行;写列表就是其中之一,例如 { status = \"0\", area = [\"430424\"] }"))]
    pub filter: BTreeMap<String, Value>,
    /// How many rows are read at once; 500 by default, 1 to 2000.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一次读多少行,默认500,1到2000"))]
    pub page: Option<u32>,
    /// The column of the source's own version of a row (a change time or a counter).
    #[serde(default)]
    #[schemars(extend("x-zh" = "来源自己的版本在哪一列(修改时间或计数)"))]
    pub version: Option<String>,
    /// The column of the time at which the row was handed over.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方交来的时间在哪一列"))]
    pub sent_at: Option<String>,
    /// Once a day, a walk that begins further back; for `since` by time.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每天往前再核一遍,防漏(按时间取的才能写)"))]
    pub sweep: Option<Sweep>,
    /// By which column rows are counted to a day, for reconciliation (对账); without it the database is not asked.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对账:按哪一列数某一天有哪些件;不写就不问"))]
    pub census: Option<Census>,
    /// Marks rows as taken once they are kept here for good; without it nothing is ever written for reading.
    #[serde(default)]
    #[schemars(extend("x-zh" = "收妥以后在对方表里打上“已取”标记;不写就绝不写对方的表"))]
    pub taken: Option<Taken>,
    /// Where the files of a row are: in a column of its own, or in a second table.
    #[serde(default)]
    #[schemars(extend("x-zh" = "附件在哪:本行的一列里,或另一张表里"))]
    pub files: Option<Files>,
}

/// By what rows are told new.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// By a number that grows, or by a time.
    #[schemars(extend("x-zh" = "按编号还是按时间"))]
    pub by: SinceBy,
    /// The column of it. A database should have an index on it.
    #[schemars(extend("x-zh" = "哪一列;对方最好给它建索引"))]
    pub column: String,
    /// A column that tells rows with the same number or time apart; `poll.id` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "编号或时间相同的行靠哪一列区分;默认就是来源编号那一列"))]
    pub tie: Option<String>,
    /// How much further back each walk begins, by time; 1h by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "按时间取的,每次往回多看多久(晚提交的行靠它补上),默认1h"))]
    pub lookback: Option<Period>,
    /// How many rows further back each walk begins, by number; 1000 by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "按编号取的,每次往回多看多少行(晚提交的行靠它补上),默认1000"))]
    pub rows_back: Option<u32>,
}

/// What grows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SinceBy {
    /// A number that grows with each row; gaps do not matter.
    #[schemars(extend("x-zh" = "越来越大的编号,可以有空号"))]
    Id,
    /// The time at which a row was made or changed.
    #[schemars(extend("x-zh" = "新增或修改的时间"))]
    Time,
}

/// Once a day, further back.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// From which time of the day on, by the site's clock: `03:30`.
    #[schemars(extend("x-zh" = "几点以后,例如 03:30"))]
    pub at: String,
    /// How far back; 30d by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "往前多久,默认30d"))]
    pub back: Option<Period>,
}

/// How rows are counted to a day. All rows of the view that `where` lets through count, whatever became of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Census {
    /// The column of a day or time.
    #[schemars(extend("x-zh" = "哪一列时间,例如转来时间"))]
    pub column: String,
    /// What that time is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这一列是哪个时间"))]
    pub by: CountedBy,
}

/// How rows are marked as taken.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// The table in which they are marked; `poll.from` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "在哪张表里打标记;默认就是 poll.from"))]
    pub table: Option<String>,
    /// The column of a row's number there; `poll.id` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "那张表里来源编号是哪一列;默认同 poll.id"))]
    pub id: Option<String>,
    /// What is written into which column: fixed values, and `{now}` for the time. At least one fixed value: a row that holds
    /// them already is left alone.
    #[schemars(extend("x-zh" = "哪一列写什么:固定值,或 {now} 当前时间;至少一个固定值,已经是这些值的行不再动"))]
    pub set: BTreeMap<String, Value>,
}

/// Where the files of a row are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The table of files, one a row; without it a row of `poll.from` holds its one file itself.
    #[serde(default)]
    #[schemars(extend("x-zh" = "附件表,一行一个附件;不写就是本行自己带一个附件"))]
    pub from: Option<String>,
    /// The column there that holds the number of the row they belong to.
    #[serde(default)]
    #[schemars(extend("x-zh" = "附件表里哪一列是所属来件的来源编号"))]
    pub of: Option<String>,
    /// The column of a file's name.
    #[schemars(extend("x-zh" = "附件名在哪一列"))]
    pub name: String,
    /// The column of its bytes.
    #[schemars(extend("x-zh" = "附件内容在哪一列(二进制)"))]
    pub bytes: String,
    /// The largest file taken, in MiB; 20 by default, 1 to 64. A larger one is named in the document and stays there.
    #[serde(default)]
    #[schemars(extend("x-zh" = "单个附件最大多少 MiB,默认20,1到64;再大的只记名字"))]
    pub max_mib: Option<u32>,
}
