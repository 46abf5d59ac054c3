//! What an operator may write about the way back.

use std::collections::BTreeMap;

use huiliu_kit::outlet::{States, Ways};
use huiliu_kit::success::{Errors, Success};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Format;

/// `[return]`: one form for each kind of outcome that is carried back. There is none for 退回补正, which never leaves.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Back {
    /// One way for each kind of outcome that is carried back.
    #[serde(flatten)]
    pub ways: Ways<Answering>,
    /// Words of which one is shown when a form was taken; a way may have its own.
    #[serde(default)]
    #[schemars(extend("x-zh" = "提交成功时页面上的字(有其一);各种回传可另写"))]
    pub done_when: Vec<String>,
    /// Words of which one is shown when a form was certainly not taken.
    #[serde(default)]
    #[schemars(extend("x-zh" = "明确没有提交成功时页面上的字"))]
    pub refused_when: Vec<String>,
    /// Words of which one is shown when a form was not taken now, and may be sent again later.
    #[serde(default)]
    #[schemars(extend("x-zh" = "系统忙、要过会儿再交时页面上的字"))]
    pub busy_when: Vec<String>,
    /// When an answer in JSON counts as success.
    #[serde(default)]
    #[schemars(extend("x-zh" = "提交后的返回是 JSON 时,什么样的算成功"))]
    pub success: Option<Success>,
    /// What error codes in JSON, or HTTP statuses, mean.
    #[serde(default)]
    #[schemars(extend("x-zh" = "错误代码各是什么意思"))]
    pub errors: Option<Errors>,
    /// Where the state of an item is read.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么看对方的状态:送到没有、认不认"))]
    pub status: Option<Status>,
}

/// One form. Texts may hold `{id}`, `{key}`, `{kind}`, `{at}`, `{unit}`, `{lead}`, `{assisting}`, `{way}`,
/// `{public_reply}`, `{greeting}`, `{ending}`, `{reply}`, `{reason}`, `{days}`, `{solved}`, `{satisfaction}`,
/// `{agree_public}` and `{into}`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answering {
    /// Path of the page with the form; its hidden fields go along.
    #[serde(default)]
    #[schemars(extend("x-zh" = "表单页的路径,例如 letter/reply.jsp?id={id};它的隐藏字段会一起带上"))]
    pub form: Option<String>,
    /// Path that is posted to, where a script does so; the form's own when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "提交到的路径;不写就按表单自己的"))]
    pub post: Option<String>,
    /// What is filled in: the box's name, or the label before it, and its text.
    #[serde(default)]
    #[schemars(extend("x-zh" = "填什么:框的名字(或框前的栏目名)= 内容;可用 {id} 来源编号、{unit} 承办单位、{public_reply} 公开答复、{reply} 带开头结尾的答复、{reason} 理由、{days} 天数 等"))]
    pub fill: BTreeMap<String, Fill>,
    /// The name of the box for files; absent sends the text alone.
    #[serde(default)]
    #[schemars(extend("x-zh" = "附件框的名字;不写就不带附件"))]
    pub files: Option<String>,
    /// How files are handed up first, so that the form names them by paths.
    #[serde(default)]
    #[schemars(extend("x-zh" = "附件要先单独上传时怎么传,表单里再填返回的路径"))]
    pub upload: Option<UploadFirst>,
    /// Words of which one is shown when it was taken; those of `return` when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "提交成功时页面上的字;不写同 return.done_when"))]
    pub done_when: Vec<String>,
    /// Whether the upper level still judges what it has taken.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方收下以后还要审核"))]
    pub review: bool,
}

/// What is filled into a box.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Fill {
    /// A text with placeholders.
    #[schemars(extend("x-zh" = "内容"))]
    Text(String),
    /// A text, and the form's words for it: `{ of = "{agree_public}", words = { true = "公开", false = "不公开" } }`.
    #[schemars(extend("x-zh" = "内容和表单自己的说法"))]
    Words {
        /// The text with placeholders.
        #[schemars(extend("x-zh" = "内容"))]
        of: String,
        /// What the form says for it.
        #[schemars(extend("x-zh" = "左边我们的值,右边表单的说法"))]
        words: BTreeMap<String, String>,
    },
}

/// Files that are handed up before the form. Texts may hold what those of the form may.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadFirst {
    /// Path of the POST.
    #[schemars(extend("x-zh" = "上传的路径"))]
    pub post: String,
    /// Under which name files are sent, for example `files[]`.
    #[schemars(extend("x-zh" = "文件的参数名,例如 files[]"))]
    pub field: String,
    /// Further fields.
    #[serde(default)]
    #[schemars(extend("x-zh" = "另外要带的字段"))]
    pub send: BTreeMap<String, String>,
    /// Where the paths stand in the answer: one, or a list.
    #[schemars(extend("x-zh" = "返回里文件路径在哪,例如 /res"))]
    pub at: String,
}

/// Where the state of an item is read. The lists beside it are for 办结, 公开答复, 阶段反馈, 不予受理, 转其他渠道, 并单 and 回访; a
/// kind that has a table of its own has its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// Path of a page, with `{id}`; as `poll.detail` when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "看状态的页面,路径里写 {id};不写同 poll.detail"))]
    pub get: Option<String>,
    /// How it is written; as `poll.detail` when `get` is absent, else a page.
    #[serde(default)]
    #[schemars(extend("x-zh" = "html 还是 json"))]
    pub format: Option<Format>,
    /// The label before the state; in JSON its place.
    #[schemars(extend("x-zh" = "状态的栏目名(JSON 写位置)"))]
    pub label: String,
    /// The label before the upper level's reason; in JSON its place.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方审核意见的栏目名(JSON 写位置)"))]
    pub reason: Option<String>,
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

impl Back {
    /// Whether anything of it is written; a table that holds only what is the gateway's is empty here.
    pub fn is_written(&self) -> bool {
        let signs = [&self.done_when, &self.refused_when, &self.busy_when].iter().any(|words| !words.is_empty());
        let asked = self.status.is_some() || self.success.is_some() || self.errors.is_some();
        signs || asked || !self.ways.is_empty()
    }

    /// Whether any form takes files.
    pub fn takes_files(&self) -> bool {
        self.ways.each().iter().any(|(_, way)| way.is_some_and(|way| way.files.is_some()))
    }
}
