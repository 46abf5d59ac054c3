//! What an operator may write for a polled platform. Nothing is compiled or looked up here.

mod census;
mod detail;
mod walk;

use std::collections::BTreeMap;

use huiliu_contract::Period;
use huiliu_kit::line::Connect;
use huiliu_kit::outlet::ReturnOptions;
use huiliu_kit::session::Login;
use huiliu_kit::success::{Errors, Success};
use huiliu_kit::target::SendAs;
use huiliu_kit::xml::{AnswerFormat, XmlOptions};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

pub use census::{Census, End};
pub use detail::{Detail, Empty, When};
pub use walk::{Slice, Sweep};

/// The tables of `channel.toml` that belong to this kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Where the platform is and who we are to it.
    #[schemars(extend("x-zh" = "怎么连"))]
    pub connect: Connect,
    /// How a login yields the token that every request shows; without it there is none.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么登录"))]
    pub login: Option<Login>,
    /// How items are fetched.
    #[schemars(extend("x-zh" = "怎么取"))]
    pub poll: PollOptions,
    /// How outcomes are carried back; without it nothing is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么回"))]
    pub r#return: Option<ReturnOptions>,
}

/// `[poll]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PollOptions {
    /// The request for a list, and where things stand in its answer.
    #[schemars(extend("x-zh" = "列表怎么请求、返回里各样东西在哪"))]
    pub list: List,
    /// How pages follow each other; without it there is one page.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么翻页;不写就是只有一页"))]
    pub page: Paging,
    /// How only what is new is asked for; without it every walk takes all.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么只取新的;不写就每次全取"))]
    pub since: Option<Since>,
    /// How answers are written; JSON when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回的格式:json 或 xml,默认 json"))]
    pub format: AnswerFormat,
    /// How XML becomes a document: the root element is its one member, attributes are `@name`, text beside them `#text`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "XML 怎么读;根元素是最外面一层,属性写 @名,属性旁边的文字写 #text"))]
    pub xml: Option<XmlOptions>,
    /// How a bounded time is asked for, slice after slice; it takes the place of `since`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方只许查一段时间时,怎么一段一段地取(和 since 只写一个)"))]
    pub slice: Option<Slice>,
    /// Once a day, a walk that begins further back.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每天往前再核一遍,防漏"))]
    pub sweep: Option<Sweep>,
    /// How many items there are for a day, for reconciliation (对账); without it the platform cannot say.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对账:怎么问对方某一天有多少件;不写就是对方说不出"))]
    pub census: Option<Census>,
    /// The request for one item, where the list shows a part of it only.
    #[serde(default)]
    #[schemars(extend("x-zh" = "列表内容不全时,怎么再取每一件的详情"))]
    pub detail: Option<Detail>,
    /// When an answer counts as success.
    #[serde(default)]
    #[schemars(extend("x-zh" = "什么样的返回算成功"))]
    pub success: Option<Success>,
    /// What the platform's error codes, or HTTP statuses, mean.
    #[serde(default)]
    #[schemars(extend("x-zh" = "错误代码各是什么意思"))]
    pub errors: Errors,
}

/// The request for a list. Texts may hold `{page}`, `{size}`, `{since}`, `{from}` and `{to}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Path of a GET; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用GET请求的路径(get、post 只写一个)"))]
    pub get: Option<String>,
    /// Path of a POST; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用POST请求的路径(get、post 只写一个)"))]
    pub post: Option<String>,
    /// Query parameters; one whose value is not known yet (`{since}` at first) is left out.
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
    /// Where the list stands in the answer, for example `/data/records`; empty if the answer is the list.
    #[schemars(extend("x-zh" = "返回里列表在哪,例如 /data/records"))]
    pub items: String,
    /// Where an item's number stands in the item.
    #[schemars(extend("x-zh" = "每件的来源编号在哪"))]
    pub id: String,
    /// Where the platform's own version of the item stands.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方自己的版本号或更新时间在哪"))]
    pub version: Option<String>,
    /// When the platform handed the item over.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方转出的时间"))]
    pub sent_at: Option<SentAt>,
    /// Where the number of all items stands in the answer; a walk that comes short of it is an error.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回里总条数在哪;取不够会报错"))]
    pub total: Option<String>,
    /// Where an answer says how many items it carries itself; another number of items is an error.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回里本页条数在哪;和实际条数不一样就报错"))]
    pub rows: Option<String>,
    /// What an answer without items must say; one that does not is an error, never “nothing new”.
    #[serde(default)]
    #[schemars(extend("x-zh" = "没有件时返回里必须有的标志;没有这个标志就报错"))]
    pub empty: Option<Empty>,
    /// Places of texts that the list may cut: a text that ends in dots (… or ...), or is exactly `cut_at` long, is
    /// never taken for the whole.
    #[serde(default)]
    #[schemars(extend("x-zh" = "列表里哪些文字可能被截断;以省略号结尾的不当作全文"))]
    pub cut: Vec<String>,
    /// How many characters such a text has when it is cut without dots.
    #[serde(default)]
    #[schemars(extend("x-zh" = "不带省略号截断时,截到多少个字"))]
    pub cut_at: Option<u64>,
}

/// Where a time stands in an item, and how it is written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SentAt {
    /// Where it stands.
    #[schemars(extend("x-zh" = "时间在哪"))]
    pub at: String,
    /// `iso` (default), `seconds`, `millis`, or a pattern such as `yyyy-MM-dd HH:mm:ss`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "时间的写法,例如 yyyy-MM-dd HH:mm:ss"))]
    pub format: Option<String>,
}

/// How pages follow each other.
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// What a page is asked for by.
    #[serde(default)]
    #[schemars(extend("x-zh" = "按什么翻页:none 不翻、number 页码、offset 偏移、cursor 对方给的续取标记、link 返回里的下一页链接、header 响应头里的下一页链接"))]
    pub by: PageBy,
    /// The parameter that carries it: in the query of a GET, in the body of a POST. Without it `{page}`
    /// must stand somewhere in the list request.
    #[serde(default)]
    #[schemars(extend("x-zh" = "页码(偏移、续取标记)的参数名"))]
    pub param: Option<String>,
    /// The first page number (1 by default) or offset (0 by default).
    #[serde(default)]
    #[schemars(extend("x-zh" = "第一页是几,页码默认1,偏移默认0"))]
    pub first: Option<u64>,
    /// The parameter that carries the page size.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每页条数的参数名"))]
    pub size_param: Option<String>,
    /// How many items a full page has; 1 or more.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每页多少条"))]
    pub size: Option<u64>,
    /// Where the next cursor (`by = "cursor"`) or link (`by = "link"`) stands in the answer; none, null or empty there is
    /// the end.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回里下一个续取标记(或下一页链接)在哪"))]
    pub next: Option<String>,
    /// Whether a page with fewer items than `size` is the last one. Some platforms give less than they are
    /// asked for; for those write `empty`, or declare `total`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "翻到哪算完:short 不满一页就完,empty 见到空页才完"))]
    pub until: Until,
    /// The most pages of one walk, 1000 by default; more is an error, never a silent end.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一轮最多翻多少页,默认1000,超过报错"))]
    pub max_pages: Option<u64>,
}

/// What a page is asked for by.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageBy {
    /// There is one page.
    #[default]
    #[schemars(extend("x-zh" = "只有一页"))]
    None,
    /// Pages are counted.
    #[schemars(extend("x-zh" = "页码"))]
    Number,
    /// Items are counted.
    #[schemars(extend("x-zh" = "偏移(从第几条起)"))]
    Offset,
    /// The platform says what to ask next.
    #[schemars(extend("x-zh" = "对方给的续取标记"))]
    Cursor,
    /// The answer holds the address of the next page.
    #[schemars(extend("x-zh" = "返回里的下一页链接"))]
    Link,
    /// A `Link` header holds the address of the next page (RFC 8288, `rel="next"`).
    #[schemars(extend("x-zh" = "响应头 Link 里的下一页链接"))]
    Header,
}

/// When a walk without `total` has reached its end.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// At a page with fewer items than `size`, or none.
    #[default]
    #[schemars(extend("x-zh" = "不满一页"))]
    Short,
    /// At a page with no items.
    #[schemars(extend("x-zh" = "空页"))]
    Empty,
}

/// How only what is new is asked for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// The parameter that carries the mark: in the query of a GET, in the body of a POST. Without it
    /// `{since}` must stand somewhere in the list request.
    #[serde(default)]
    #[schemars(extend("x-zh" = "起点的参数名"))]
    pub param: Option<String>,
    /// Whether the mark is a time or a growing number.
    #[serde(default)]
    #[schemars(extend("x-zh" = "按时间 time 还是按编号 id"))]
    pub by: SinceBy,
    /// Where the mark stands in an item.
    #[schemars(extend("x-zh" = "每件的时间(或编号)在哪"))]
    pub at: String,
    /// How a time is written: `iso` (default), `seconds`, `millis`, or a pattern such as `yyyy-MM-dd HH:mm:ss`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "时间的写法,例如 yyyy-MM-dd HH:mm:ss"))]
    pub format: Option<String>,
    /// How far before the highest time the next walk begins; 2h by default, 1s or more.
    #[serde(default)]
    #[schemars(extend("x-zh" = "往回多取一段,默认2h"))]
    pub overlap: Option<Period>,
    /// What is sent while no mark is known; without it the parameter is left out.
    #[serde(default)]
    #[schemars(extend("x-zh" = "头一次取时写什么;不写就不带这个参数"))]
    pub first: Option<String>,
}

/// What a mark is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SinceBy {
    /// A time.
    #[default]
    #[schemars(extend("x-zh" = "时间"))]
    Time,
    /// A number or text that only grows; what comes later with a smaller one is not seen.
    #[schemars(extend("x-zh" = "只增不减的编号"))]
    Id,
}
