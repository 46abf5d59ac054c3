//! What an operator may write about counting: how many items the platform says there are for a day.

use std::collections::BTreeMap;

use huiliu_contract::CountedBy;
use huiliu_kit::target::SendAs;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// The request for a day's count, or for a day's list; exactly one of `count` and `items` is written. Texts may hold `{from}`,
/// `{to}`, `{page}` and `{size}`. Answers are judged by `poll.success`, `poll.errors` and `poll.format`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Census {
    /// Path of a GET; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用GET请求的路径(get、post 只写一个)"))]
    pub get: Option<String>,
    /// Path of a POST; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用POST请求的路径(get、post 只写一个)"))]
    pub post: Option<String>,
    /// Query parameters.
    #[serde(default)]
    #[schemars(extend("x-zh" = "网址参数"))]
    pub query: BTreeMap<String, String>,
    /// Headers of this request.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这个请求另带的请求头"))]
    pub headers: BTreeMap<String, String>,
    /// The body of a POST, as a tree of values.
    #[serde(default)]
    #[schemars(extend("x-zh" = "POST 的内容"))]
    pub body: Option<Value>,
    /// How the body is written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "内容的写法:json 或 form"))]
    pub send_as: SendAs,
    /// The parameter that carries when the day begins: in the query of a GET, in the body of a POST. Without it `{from}` must
    /// stand somewhere in the request.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这一天起点的参数名"))]
    pub from_param: Option<String>,
    /// The parameter that carries when the day ends. Without it `{to}` must stand somewhere in the request, unless the form
    /// of the times is the day alone.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这一天终点的参数名"))]
    pub to_param: Option<String>,
    /// How the times are written: `iso` (default), `seconds`, `millis`, or a pattern such as `yyyy-MM-dd HH:mm:ss`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "时间的写法,例如 yyyy-MM-dd HH:mm:ss"))]
    pub format: Option<String>,
    /// What stands for the end of the day.
    #[serde(default)]
    #[schemars(extend("x-zh" = "终点写当天最后一刻 last,还是第二天零点 next"))]
    pub end: End,
    /// By which time the platform counts an item to a day.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方按哪个时间算到这一天"))]
    pub by: CountedBy,
    /// Where the count stands in the answer, for example `/data/total`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回里总数在哪,例如 /data/total(和 items 只写一个)"))]
    pub count: Option<String>,
    /// Where the list stands in the answer; it is walked to its end by the rules of `poll.page`, so that each missing item
    /// is known by its number.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回里列表在哪;照 poll.page 翻到底,漏了哪一件都说得出编号(和 count 只写一个)"))]
    pub items: Option<String>,
    /// Where an item's number stands in the item; for `items`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每件的来源编号在哪(写了 items 才写)"))]
    pub id: Option<String>,
    /// Where the number of all items of the day stands; for `items`. A list that ends short of it is an error.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回里总条数在哪(写了 items 才写);列表不够就报错"))]
    pub total: Option<String>,
}

/// What stands for the end of a day.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Its last moment: 23:59:59, or the day itself where days are written.
    #[default]
    #[schemars(extend("x-zh" = "当天最后一刻(只写日期的就是当天)"))]
    Last,
    /// The moment at which the next day begins.
    #[schemars(extend("x-zh" = "第二天零点(只写日期的就是第二天)"))]
    Next,
}
