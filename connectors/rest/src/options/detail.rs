//! What an operator may write about items of which a list shows a part only.

use std::collections::BTreeMap;

use huiliu_kit::success::Plain;
use huiliu_kit::target::SendAs;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// The request for one item of a list. Texts may hold `{id}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// Path of a GET; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用GET请求的路径(get、post 只写一个);可用 {id}"))]
    pub get: Option<String>,
    /// Path of a POST; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用POST请求的路径(get、post 只写一个);可用 {id}"))]
    pub post: Option<String>,
    /// Query parameters.
    #[serde(default)]
    #[schemars(extend("x-zh" = "网址参数;可用 {id}"))]
    pub query: BTreeMap<String, String>,
    /// Headers of this request.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这个请求另带的请求头"))]
    pub headers: BTreeMap<String, String>,
    /// The body of a POST, as a tree of values.
    #[serde(default)]
    #[schemars(extend("x-zh" = "POST 的内容;可用 {id}"))]
    pub body: Option<Value>,
    /// How the body is written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "内容的写法:json 或 form"))]
    pub send_as: SendAs,
    /// Where the item stands in the answer, for example `/data`; empty if the answer is the item.
    #[schemars(extend("x-zh" = "返回里这一件在哪,例如 /data"))]
    pub item: String,
    /// For which items it is asked.
    #[serde(default)]
    #[schemars(extend("x-zh" = "哪些件要再取详情:always 每件、cut 文字被截断的、missing 缺内容的"))]
    pub when: When,
    /// Which places an item of the list must have, with something in it, to do without its detail (`when = "missing"`).
    #[serde(default)]
    #[schemars(extend("x-zh" = "列表里缺了哪些就取详情(when = \"missing\" 时写)"))]
    pub needs: Vec<String>,
    /// Under which member of the item its detail is put; by default the members of the detail stand among the item's own
    /// and take the place of those of the same name.
    #[serde(default)]
    #[schemars(extend("x-zh" = "详情放在哪个字段下面;不写就和列表里的合在一起,同名的以详情为准"))]
    pub into: Option<String>,
}

/// For which items their detail is asked.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// For every one.
    #[default]
    #[schemars(extend("x-zh" = "每件都取"))]
    Always,
    /// Where one of `poll.list.cut` is cut.
    #[schemars(extend("x-zh" = "列表里文字被截断的才取"))]
    Cut,
    /// Where one of `needs` is missing, or one of `poll.list.cut` is cut.
    #[schemars(extend("x-zh" = "列表里缺内容(或文字被截断)的才取"))]
    Missing,
}

/// By what a list without items shows that there really are none.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {
    /// Where the sign stands in the answer.
    #[schemars(extend("x-zh" = "看返回里哪个位置,例如 /msg"))]
    pub at: String,
    /// The values that say so.
    #[schemars(extend("x-zh" = "哪些值表示确实没有,例如 暂无数据"))]
    pub is: Vec<Plain>,
}
