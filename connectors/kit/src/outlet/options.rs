//! What an operator may write about the way back, the same for every kind that answers by HTTP. Nothing is
//! compiled here.

use std::collections::BTreeMap;

use huiliu_contract::OutcomeKind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::success::{Errors, Plain, Success};
use crate::target::SendAs;
use crate::xml::{AnswerFormat, XmlOptions};

/// `[return]`: one way for each kind of outcome that is carried back. There is none for 退回补正, which never leaves.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnOptions {
    /// 签收.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签收"))]
    pub signed: Option<Way>,
    /// 申请退单.
    #[serde(default)]
    #[schemars(extend("x-zh" = "申请退单"))]
    pub returned: Option<Way>,
    /// 申请延期.
    #[serde(default)]
    #[schemars(extend("x-zh" = "申请延期"))]
    pub extended: Option<Way>,
    /// 阶段反馈.
    #[serde(default)]
    #[schemars(extend("x-zh" = "阶段反馈"))]
    pub progressed: Option<Way>,
    /// 公开答复.
    #[serde(default)]
    #[schemars(extend("x-zh" = "公开答复"))]
    pub replied: Option<Way>,
    /// 办结.
    #[serde(default)]
    #[schemars(extend("x-zh" = "办结"))]
    pub closed: Option<Way>,
    /// 不予受理.
    #[serde(default)]
    #[schemars(extend("x-zh" = "不予受理"))]
    pub declined: Option<Way>,
    /// 转其他渠道.
    #[serde(default)]
    #[schemars(extend("x-zh" = "转其他渠道"))]
    pub redirected: Option<Way>,
    /// 并单.
    #[serde(default)]
    #[schemars(extend("x-zh" = "并单"))]
    pub merged: Option<Way>,
    /// 回访.
    #[serde(default)]
    #[schemars(extend("x-zh" = "回访"))]
    pub visited: Option<Way>,
    /// How the far side is asked what became of a write-back.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么查对方的状态:送到没有、认不认"))]
    pub status: Option<Status>,
    /// When an answer counts as success; as `poll.success` if it is not written, and by the HTTP status alone where
    /// there is none.
    #[serde(default)]
    #[schemars(extend("x-zh" = "什么样的返回算成功;不写同 poll.success,没有 poll 就只看 HTTP 状态码"))]
    pub success: Option<Success>,
    /// What error codes mean; as `poll.errors` if it is not written and there is one.
    #[serde(default)]
    #[schemars(extend("x-zh" = "错误代码各是什么意思;不写同 poll.errors"))]
    pub errors: Option<Errors>,
    /// How its answers are written; as `poll.format` if it is not written, and JSON where there is none.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方返回的写法:json 或 xml;不写同 poll.format,没有 poll 就是 json"))]
    pub format: Option<AnswerFormat>,
    /// How answers in XML are read; as `poll.xml` if it is not written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "XML 怎么读;不写同 poll.xml"))]
    pub xml: Option<XmlOptions>,
    /// Whether being told twice with one `Idempotency-Key` is harmless there; it must be agreed, never guessed.
    #[serde(default)]
    #[schemars(extend("x-zh" = "同一个 Idempotency-Key 送两遍,对方保证只算一遍;要对方书面确认,不能猜"))]
    pub honours_key: bool,
}

/// One request that carries an outcome back. Texts may hold `{id}`, `{key}`, `{kind}`, `{at}`, `{unit}`, `{lead}`,
/// `{assisting}`, `{way}`, `{public_reply}`, `{greeting}`, `{ending}`, `{reply}`, `{reason}`, `{days}`, `{solved}`,
/// `{satisfaction}`, `{agree_public}` and `{into}`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Path of a POST; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用POST请求的路径(get、post 只写一个)"))]
    pub post: Option<String>,
    /// Path of a GET; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用GET请求的路径(get、post 只写一个)"))]
    pub get: Option<String>,
    /// What is sent, as a tree of values: the body of a POST, the query parameters of a GET.
    #[serde(default)]
    #[schemars(extend("x-zh" = "发送的内容;可用 {id} 来源编号、{unit} 承办单位、{public_reply} 公开答复、{reply} 带开头结尾的答复、{reason} 理由、{days} 天数 等"))]
    pub send: Option<Value>,
    /// How the body of a POST is written; JSON by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "内容的写法:json 或 form"))]
    pub send_as: Option<SendAs>,
    /// Headers of this request, besides those of every request; one of the same name takes its place.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这个请求另带的请求头;和每次都带的同名时以这里为准"))]
    pub headers: BTreeMap<String, String>,
    /// Under which name the files of an answer are sent, once for each: then the POST is `multipart/form-data`, and `send`
    /// holds its fields. Absent sends the text alone.
    #[serde(default)]
    #[schemars(extend("x-zh" = "附件用什么参数名送;写了就按 multipart/form-data 送,send 里的是各个字段;不写就不带附件"))]
    pub files: Option<String>,
    /// Where the platform's own number for this write-back stands in its answer.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方回执号在返回里的位置"))]
    pub reference: Option<String>,
    /// Whether the upper level still judges what it has taken.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方收下以后还要审核"))]
    pub review: bool,
}

/// How the far side is asked for the state of an item. Texts may hold `{id}` and `{kind}`. The lists beside `at` are
/// for 办结, 公开答复, 阶段反馈, 不予受理, 转其他渠道, 并单 and 回访; a kind that has a table of its own has its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// Path of a GET; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用GET请求的路径(get、post 只写一个)"))]
    pub get: Option<String>,
    /// Path of a POST; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用POST请求的路径(get、post 只写一个)"))]
    pub post: Option<String>,
    /// What is sent: the body of a POST, the query parameters of a GET.
    #[serde(default)]
    #[schemars(extend("x-zh" = "发送的内容;可用 {id} 来源编号、{kind} 办理反馈的种类"))]
    pub send: Option<Value>,
    /// How the body of a POST is written; JSON by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "内容的写法:json 或 form"))]
    pub send_as: Option<SendAs>,
    /// Headers of this request, besides those of every request; one of the same name takes its place.
    #[serde(default)]
    #[schemars(extend("x-zh" = "这个请求另带的请求头;和每次都带的同名时以这里为准"))]
    pub headers: BTreeMap<String, String>,
    /// Where the state stands in the answer.
    #[schemars(extend("x-zh" = "返回里状态在哪,例如 /data/state"))]
    pub at: String,
    /// Where the upper level's reason stands in the answer.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回里对方的审核意见在哪"))]
    pub reason_at: Option<String>,
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

/// What the far side's state words say of a write-back; one that is in no list is put before a person.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct States {
    /// It did not arrive.
    #[serde(default)]
    #[schemars(extend("x-zh" = "没送到(还是原来的状态)"))]
    pub absent: Vec<Plain>,
    /// It arrived and is judged.
    #[serde(default)]
    #[schemars(extend("x-zh" = "送到了,对方在审"))]
    pub pending: Vec<Plain>,
    /// It arrived and stands.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方认了"))]
    pub approved: Vec<Plain>,
    /// It was refused: a 退单 or 延期 that is not granted, an answer that is not accepted.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方没同意"))]
    pub refused: Vec<Plain>,
    /// The matter was sent back to be done again.
    #[serde(default)]
    #[schemars(extend("x-zh" = "退回重办"))]
    pub redo: Vec<Plain>,
}

impl ReturnOptions {
    /// Every kind of outcome that can leave, with its way.
    pub fn ways(&self) -> [(OutcomeKind, Option<&Way>); 10] {
        [
            (OutcomeKind::Signed, self.signed.as_ref()),
            (OutcomeKind::ReturnedToSource, self.returned.as_ref()),
            (OutcomeKind::Extended, self.extended.as_ref()),
            (OutcomeKind::Progressed, self.progressed.as_ref()),
            (OutcomeKind::Replied, self.replied.as_ref()),
            (OutcomeKind::Closed, self.closed.as_ref()),
            (OutcomeKind::Declined, self.declined.as_ref()),
            (OutcomeKind::Redirected, self.redirected.as_ref()),
            (OutcomeKind::Merged, self.merged.as_ref()),
            (OutcomeKind::Visited, self.visited.as_ref()),
        ]
    }

    /// Whether anything of it is written; a table that holds only what is the gateway's is empty here.
    pub fn is_written(&self) -> bool {
        let asked = self.status.is_some() || self.success.is_some() || self.errors.is_some() || self.honours_key;
        let asked = asked || self.format.is_some() || self.xml.is_some();
        asked || self.ways().iter().any(|(_, way)| way.is_some())
    }

    /// Whether any way sends files.
    pub fn takes_files(&self) -> bool {
        self.ways().iter().any(|(_, way)| way.is_some_and(|way| way.files.is_some()))
    }

    /// The paths of all requests.
    pub fn paths(&self) -> impl Iterator<Item = &String> {
        let ways = self.ways().into_iter().filter_map(|(_, way)| way);
        let ways = ways.flat_map(|way| [way.get.as_ref(), way.post.as_ref()]);
        let status = self.status.iter().flat_map(|status| [status.get.as_ref(), status.post.as_ref()]);
        ways.chain(status).flatten()
    }
}
