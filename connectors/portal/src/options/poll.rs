//! What an operator may write about lists and letters.

use std::collections::BTreeMap;

use huiliu_contract::{CountedBy, Period};
use huiliu_kit::success::{Errors, Success};
use schemars::JsonSchema;
use serde::Deserialize;

/// `[poll]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PollOptions {
    /// The list, and what stands where in it.
    #[schemars(extend("x-zh" = "列表怎么打开、各样东西在哪"))]
    pub list: List,
    /// How pages follow each other; without it there is one page.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么翻页;不写就是只有一页"))]
    pub page: Paging,
    /// How far back each run looks, for example 30d: by `{from}` and `{to}` in the list's request, or by `list.time`. All
    /// that is listed when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每次重看近多少天,改过的件会记成“更正”;不写就看列表上全部的"))]
    pub window: Option<Period>,
    /// The words that a list without rows shows; one that does not show them is another page than before, and an error.
    #[serde(default)]
    #[schemars(extend("x-zh" = "列表没有行时必须看到的字,否则算页面变了"))]
    pub empty: Option<String>,
    /// How the list of one day is asked for, for reconciliation (对账); without it the back end is not asked.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对账:怎么打开某一天的列表;不写就不问"))]
    pub census: Option<Census>,
    /// How an item's own page is opened; without it the list's row is all there is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每一件的详情怎么打开;不写就只用列表上的"))]
    pub detail: Option<Detail>,
    /// When an answer in JSON counts as success.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回是 JSON 时,什么样的算成功"))]
    pub success: Option<Success>,
    /// What error codes in JSON, or HTTP statuses, mean.
    #[serde(default)]
    #[schemars(extend("x-zh" = "错误代码各是什么意思"))]
    pub errors: Errors,
}

/// How something is written that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A page for people.
    #[default]
    #[schemars(extend("x-zh" = "网页"))]
    Html,
    /// JSON, as the page itself loads it.
    #[schemars(extend("x-zh" = "JSON(网页自己加载的那种)"))]
    Json,
}

/// The list. Texts may hold `{page}`, `{size}`, `{from}` and `{to}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Path of a GET; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用GET打开的路径(get、post 只写一个)"))]
    pub get: Option<String>,
    /// Path of a POST; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用POST打开的路径(get、post 只写一个)"))]
    pub post: Option<String>,
    /// The fields of a POST.
    #[serde(default)]
    #[schemars(extend("x-zh" = "POST 的各个字段"))]
    pub send: BTreeMap<String, String>,
    /// How `{from}` and `{to}` are written; `yyyy-MM-dd` when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "{from}、{to} 的写法,默认 yyyy-MM-dd"))]
    pub date: Option<String>,
    /// How it is written; a page when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "列表是网页 html 还是 json"))]
    pub format: Format,
    /// A CSS selector of the rows; when absent, the table is found by its heads.
    #[serde(default)]
    #[schemars(extend("x-zh" = "行的 CSS 选择器;不写就按表头找"))]
    pub row: Option<String>,
    /// Where the rows stand in JSON, for example `/res/tbody`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "JSON 里列表在哪,例如 /res/tbody"))]
    pub items: Option<String>,
    /// The head over an item's number; in JSON its place. Without it the number is `key`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "来源编号在哪一栏(JSON 写位置);不写就用 key"))]
    pub id: Option<String>,
    /// The head over the link to an item's own page.
    #[serde(default)]
    #[schemars(extend("x-zh" = "点哪一栏打开详情"))]
    pub link: Option<String>,
    /// What opens an item, where that is not its number: `{key}` in the addresses of details.
    #[serde(default)]
    #[schemars(extend("x-zh" = "打开详情用的内部编号从哪来,后面写 {key}"))]
    pub key: Option<Key>,
    /// Where it stands how many items there are in all: a CSS selector, in JSON a place. A walk that comes short of it is
    /// an error.
    #[serde(default)]
    #[schemars(extend("x-zh" = "总条数在哪:CSS 选择器(JSON 写位置);取不够会报错"))]
    pub total: Option<String>,
    /// The time by which the list is sorted, newest first, so that a walk may end where rows are older than `window`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "列表按哪个时间从新到旧排;早于 window 的就不再往后翻"))]
    pub time: Option<RowTime>,
}

/// The list of one day, read and paged like `poll.list`: all items of the day, also those that are done with. Without `get` and
/// `post` it is the poll's own list. Texts may hold `{page}`, `{size}`, `{from}` and `{to}`, both of which are the day.
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Census {
    /// Path of a GET.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用GET打开的路径;get、post 都不写就用 poll.list 的"))]
    pub get: Option<String>,
    /// Path of a POST.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用POST打开的路径"))]
    pub post: Option<String>,
    /// The fields of a POST.
    #[serde(default)]
    #[schemars(extend("x-zh" = "POST 的各个字段"))]
    pub send: BTreeMap<String, String>,
    /// By which time the list tells days.
    #[serde(default)]
    #[schemars(extend("x-zh" = "列表按哪个时间算到这一天"))]
    pub by: CountedBy,
}

/// What opens an item; exactly one of `call`, `mark`, `param` and `at`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The name of the script's function that a click calls, for example `view`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "点一下调用的脚本函数名,例如 view"))]
    pub call: Option<String>,
    /// Which argument of the call it is; the first when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "是函数的第几个参数,默认1"))]
    pub arg: Option<u32>,
    /// What the row notes for scripts: `id`, `data-…`, or `value` of the tick before it.
    #[serde(default)]
    #[schemars(extend("x-zh" = "行上记着的:id、data-…,或前面勾选框的 value"))]
    pub mark: Option<String>,
    /// A parameter of the link's address.
    #[serde(default)]
    #[schemars(extend("x-zh" = "链接网址里的参数名"))]
    pub param: Option<String>,
    /// Its place in JSON.
    #[serde(default)]
    #[schemars(extend("x-zh" = "JSON 里的位置"))]
    pub at: Option<String>,
}

/// A time in a row.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowTime {
    /// The head over it; in JSON its place.
    #[schemars(extend("x-zh" = "在哪一栏(JSON 写位置)"))]
    pub at: String,
    /// How it is written; `yyyy-MM-dd HH:mm:ss` when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "时间的写法,默认 yyyy-MM-dd HH:mm:ss"))]
    pub format: Option<String>,
}

/// How pages follow each other.
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// What `{page}` is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "{page} 是什么:none 不翻页、number 页码、offset 从第几条起"))]
    pub by: PageBy,
    /// The first page number (1 by default) or offset (0 by default).
    #[serde(default)]
    #[schemars(extend("x-zh" = "第一页是几,页码默认1,偏移默认0"))]
    pub first: Option<u64>,
    /// How many rows a full page has; also `{size}`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每页多少行,也是 {size}"))]
    pub size: Option<u64>,
    /// What the end is, where `list.total` is not written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "翻到哪算完:short 不满一页就完,empty 见到没有行的页才完;写了 list.total 就看总条数"))]
    pub until: Until,
    /// The most pages of one walk, 50 by default; more is an error, never a silent end.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一轮最多翻多少页,默认50,超过报错"))]
    pub max: Option<u64>,
}

/// What pages are asked for by.
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
    /// Rows are counted.
    #[schemars(extend("x-zh" = "偏移(从第几条起)"))]
    Offset,
}

/// When a walk without `total` has reached its end.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// At a page with fewer rows than `size`, or none.
    #[default]
    #[schemars(extend("x-zh" = "不满一页"))]
    Short,
    /// At a page without rows.
    #[schemars(extend("x-zh" = "没有行的页"))]
    Empty,
}

/// An item's own page. Texts may hold `{id}` and `{key}`.
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// Path of a GET. Without `get` and `post` the row's link is followed.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用GET打开的路径;get、post 都不写就点列表里的链接"))]
    pub get: Option<String>,
    /// Path of a POST.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用POST打开的路径"))]
    pub post: Option<String>,
    /// The fields of a POST.
    #[serde(default)]
    #[schemars(extend("x-zh" = "POST 的各个字段"))]
    pub send: BTreeMap<String, String>,
    /// How it is written; a page when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "详情是网页 html 还是 json"))]
    pub format: Format,
    /// Where the item stands in JSON; the whole answer when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "JSON 里这一件在哪;不写就是整个返回"))]
    pub item: Option<String>,
    /// After how long an item whose row is unchanged is opened again; 24h when absent, 0s each time.
    #[serde(default)]
    #[schemars(extend("x-zh" = "列表上没变的件,隔多久再看一次详情,默认24h;0s 每次都看"))]
    pub again: Option<Period>,
    /// The label before the item's number on its page, which must be the same one; in JSON its place.
    #[serde(default)]
    #[schemars(extend("x-zh" = "详情页上来源编号的栏目名,要和列表的一致(JSON 写位置)"))]
    pub id: Option<String>,
    /// Labels that must be on the page, or it is not laid out as it was; in JSON places.
    #[serde(default)]
    #[schemars(extend("x-zh" = "详情页上必须有的栏目,缺了就算页面变了(JSON 写位置)"))]
    pub needs: Vec<String>,
    /// Labels that are left away, because what stands behind them changes by itself (a clock, a counter).
    #[serde(default)]
    #[schemars(extend("x-zh" = "不要的栏目:自己会变的,例如当前时间、浏览次数"))]
    pub ignore: Vec<String>,
    /// Texts that have no label, by CSS selectors: `{ css = "name" }` reads them in `[fields]`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "没有栏目名的内容:名字 = CSS 选择器"))]
    pub css: BTreeMap<String, String>,
}
