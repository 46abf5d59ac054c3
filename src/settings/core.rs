//! `[core]` of `gateway.toml` for a hotline system with an interface: how events are posted to it. Speaking with it is the
//! forwarder's work; cores of other kinds stand in `hotline`.

use std::collections::BTreeMap;

use huiliu_contract::Period;
use huiliu_kit::auth::Auth;
use huiliu_kit::route::RouteOptions;
use huiliu_kit::success::{Errors, Success, Trouble};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Envelope, OutcomesTable, RestWord};

/// A core (热线系统) that events are posted to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoreSettings {
    /// The word `rest`; it need not be written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎样转给热线系统;写了 url 就可以不写"))]
    pub kind: RestWord,
    /// Where events are posted: an `http` or `https` address.
    #[schemars(extend("x-zh" = "热线系统接收统一工单的地址", "format" = "http-url"))]
    pub url: String,
    /// By which way requests leave for the core.
    #[serde(flatten)]
    pub route: RouteOptions,
    /// Who we are to the core; absent sends no credentials.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录方式"))]
    pub auth: Option<Auth>,
    /// Further request headers.
    #[serde(default)]
    #[schemars(extend("x-zh" = "附加请求头"))]
    pub headers: BTreeMap<String, String>,
    /// The body as a tree of values whose strings may hold placeholders; absent sends the event as it is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "请求正文模板;不写就原样发送流转消息"))]
    pub body: Option<serde_json::Value>,
    /// What stands around an event, where there is no `body`; absent is nothing.
    #[serde(default)]
    #[schemars(extend("x-zh" = "流转消息外面套什么格式;不写就不套,不能和 body 一起写"))]
    pub envelope: Option<Envelope>,
    /// Who we are in the envelope (`source`); absent is `urn:huiliu`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200), extend("x-zh" = "套 cloudevents 时的 source,默认 urn:huiliu"))]
    pub source: Option<String>,
    /// How many events go in one request, 1 to 500.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 500), extend("x-zh" = "一次发几条"))]
    pub batch: u16,
    /// How many requests may be under way at once, 1 to 256.
    #[serde(default = "in_flight")]
    #[schemars(range(min = 1, max = 256), extend("x-zh" = "同时最多几个请求"))]
    pub in_flight: u16,
    /// How long one request may take.
    #[serde(default = "timeout")]
    #[schemars(extend("x-zh" = "一次请求最长等多久"))]
    pub timeout: Period,
    /// What in the answer's body means success; absent trusts the HTTP status.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎样算成功;不写就看 HTTP 状态"))]
    pub success: Option<Success>,
    /// What a code in the answer means: a value at `success.at`, or an HTTP status.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回码对照:对方的代码(或 HTTP 状态码)是什么意思"))]
    pub errors: BTreeMap<String, CoreMeaning>,
    /// By which words a refusal says that the order is closed, where no code in `errors` says so.
    #[serde(default)]
    #[schemars(extend("x-zh" = "拒收时怎样看出热线工单已办结(返回码说不清时,看文字)"))]
    pub closed: Option<ClosedWords>,
    /// Where the answer holds the core's own number (热线工单号): a JSON pointer, a name or a dotted path.
    #[serde(default)]
    #[schemars(extend("x-zh" = "热线工单号在返回内容里的位置"))]
    pub number_at: Option<String>,
    /// Where the answer to a list holds one answer an event, in their order: each is then judged by `success.at` and its
    /// number read at `number_at`, both inside it. Absent takes or refuses a list as a whole.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一次发多条时,逐条的结果在返回内容里的位置;写了就逐条判断成功"))]
    pub answers_at: Option<String>,
    /// How long an item that the core does not take waits before each further attempt; after the last it
    /// needs a person. Absent: 5 s, 30 s, 5 min, 30 min, 2 h, 6 h, 12 h.
    #[serde(default)]
    #[schemars(extend("x-zh" = "单件被拒后隔多久再试,依次写;试完仍不行就转人工"))]
    pub retries: Vec<Period>,
    /// How the files of a ticket reach the core: by links to our API, or inside the request as `multipart/form-data`, a part
    /// `event` and one part `file-<n>` for the n-th file. Links by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "附件怎样给热线:只给下载地址,还是随流转消息一起送"))]
    pub attachments: Attachments,
    /// With `multipart`: how long a ticket waits for files that are still being fetched, at most 60s; then it goes without
    /// them, and each follows when it comes.
    #[serde(default = "attachments_wait")]
    #[schemars(extend("x-zh" = "随流转消息一起送时,工单最多等附件多久,不超过60s;没等到的取到后再补送"))]
    pub attachments_wait: Period,
    /// Whether the core works through a batch in order, so that it may hold several events of one ticket.
    #[serde(default)]
    #[schemars(extend("x-zh" = "热线系统是否按顺序处理一批"))]
    pub ordered_batch: bool,
    /// Outcomes that are asked for; absent waits for the core to post them.
    #[serde(default)]
    #[schemars(extend("x-zh" = "热线不推送办理反馈时,按时去取"))]
    pub outcomes: Option<Box<OutcomesTable>>,
}

/// How files reach the core.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attachments {
    /// The event names them, and the core fetches them from us.
    #[default]
    #[schemars(extend("x-zh" = "只给下载地址,热线自己来取"))]
    Links,
    /// They come along with the event.
    #[schemars(extend("x-zh" = "随流转消息一起送(multipart)"))]
    Multipart,
}

impl CoreSettings {
    /// The longest that an event may wait for its files.
    pub const LONGEST_WAIT: Period = Period::seconds(60);

    /// How long an event waits for its files (ms); none where it does not carry them.
    pub fn files_wait(&self) -> Option<i64> {
        let wait = self.attachments_wait.min(Self::LONGEST_WAIT).0.as_millis();
        (self.attachments == Attachments::Multipart).then(|| i64::try_from(wait).unwrap_or_default())
    }
}

const fn attachments_wait() -> Period {
    CoreSettings::LONGEST_WAIT
}

/// What a code in the core's answer means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoreMeaning {
    /// Not now; ask again later.
    #[schemars(extend("x-zh" = "暂时不可用,以后再试"))]
    Unavailable,
    /// It does not accept who we are; a person must mend that.
    #[schemars(extend("x-zh" = "对方不认我们的身份,要人处理"))]
    Denied,
    /// It does not accept what we said.
    #[schemars(extend("x-zh" = "对方不认这条内容"))]
    Malformed,
    /// Its order is closed: a person decides what becomes of the event.
    #[schemars(extend("x-zh" = "热线工单已办结,不再收:不重试,由人选择怎么办"))]
    Closed,
}

/// By which words a refusal says that the order is closed.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosedWords {
    /// Where the words stand in the answer: `/message`, `message` or `a.b`. Only an answer that is no success is looked at.
    #[schemars(length(min = 1), extend("x-zh" = "看返回内容的哪个位置,例如 /message"))]
    pub at: String,
    /// One of these is in it.
    #[schemars(length(min = 1), extend("x-zh" = "里面有这些字样之一,例如 已办结"))]
    pub has: Vec<String>,
}

impl CoreSettings {
    /// What the codes mean for whoever only asks whether an answer is a success.
    pub fn troubles(&self) -> Errors {
        let trouble = |meaning: &CoreMeaning| match meaning {
            CoreMeaning::Unavailable => Trouble::Unavailable,
            CoreMeaning::Denied => Trouble::Denied,
            CoreMeaning::Malformed | CoreMeaning::Closed => Trouble::Malformed,
        };
        self.errors.iter().map(|(code, meaning)| (code.clone(), trouble(meaning))).collect()
    }
}

const fn one() -> u16 {
    1
}

const fn in_flight() -> u16 {
    64
}

const fn timeout() -> Period {
    Period::seconds(15)
}
