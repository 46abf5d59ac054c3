//! What an operator may write about answers by mail. Nothing is compiled or contacted here.

use huiliu_contract::{OutcomeKind, Period};
use huiliu_mailer::MailerOptions;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[return]`: which outcomes are told by mail, and how. 签收 is a receipt that no person wrote; all others are answers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnOptions {
    /// 签收: the receipt, with number and query code.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签收:自动回执,告诉群众编号和查询码"))]
    pub signed: Option<Way>,
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
    /// The account by which mails leave.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用哪个账号发信"))]
    pub smtp: Option<MailerOptions>,
    /// The domain in the ids of our mails; that of the sender's address by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "我方邮件编号(Message-ID)里的域名,默认发件人地址的域名"))]
    pub domain: Option<String>,
    /// Where people look up how their matter stands: an address, or any words. It is what `{lookup}` stands for.
    #[serde(default)]
    #[schemars(extend("x-zh" = "到哪里查进度(网址或一句话),就是模板里的 {lookup}"))]
    pub lookup: Option<String>,
    /// Whether the same is sent as HTML too; `true` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "除纯文本外是否另附一份 HTML,默认 true"))]
    pub html: Option<bool>,
    /// How many MiB of files go along with an answer in all, 0 to 40; 10 by default. What does not fit stays here, and the
    /// mail says so.
    #[serde(default)]
    #[schemars(extend("x-zh" = "答复的附件一封信总共最多带多少MiB,0到40,默认10;带不下的不带,信里会说明"))]
    pub files_mib: Option<u8>,
    /// How many receipts leave at most. Answers are never held back.
    #[serde(default)]
    #[schemars(extend("x-zh" = "自动回执最多发多少(答复不受限)"))]
    pub ration: RationOptions,
}

/// How one kind of outcome is told. Texts may hold `{reply}`, `{public_reply}`, `{greeting}`, `{ending}`, `{number}`, `{code}`,
/// `{subject}`, `{unit}`, `{date}`, `{reason}`, `{days}`, `{into}`, `{solved}` and `{lookup}`. A line that names something which is
/// not there is left out whole.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// The subject; `Re: {subject}〔编号 {number}〕` by default. Of the citizen's own subject at most 40 characters are repeated,
    /// without links.
    #[serde(default)]
    #[schemars(extend("x-zh" = "主题,默认 Re: {subject}〔编号 {number}〕;{subject} 是来信主题的前40字,链接去掉"))]
    pub subject: Option<String>,
    /// The text; one that is shipped by default. The line above which people shall answer is put before it.
    #[serde(default)]
    #[schemars(extend("x-zh" = "正文,不写用自带的;可用 {reply} 带开头结尾的答复、{number} 编号、{code} 查询码、{subject} 来信主题、{unit} 承办单位、{date} 日期、{reason} 理由、{days} 天数、{into} 转到哪里、{lookup} 查询办法 等;一行里有哪样没有,这一行就不写;“请在此线以上回复”会自动加在最前面"))]
    pub text: Option<String>,
}

/// How many receipts leave at most: a hotline that answers every mail by itself is a weapon for whoever forges senders.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RationOptions {
    /// The least time between two receipts to one address; 10m by default, 1m to 1d.
    #[serde(default)]
    #[schemars(extend("x-zh" = "同一个地址两封回执至少隔多久,默认10m"))]
    pub pause: Option<Period>,
    /// How many a day to one address; 5 by default.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100), extend("x-zh" = "同一个地址一天最多几封,默认5"))]
    pub per_day: Option<u32>,
    /// How many an hour to one domain; 200 by default. It does not hold for the big public providers.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100_000), extend("x-zh" = "同一个域名一小时最多几封,默认200;QQ、163 等公共邮箱不算"))]
    pub per_domain: Option<u32>,
    /// How many a minute in all; 30 by default. It belongs below what the provider allows.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000), extend("x-zh" = "一分钟总共最多几封,默认30;要低于邮局的限制"))]
    pub per_minute: Option<u32>,
    /// Further domains of public providers.
    #[serde(default)]
    #[schemars(extend("x-zh" = "另外哪些域名也是公共邮箱"))]
    pub public: Vec<String>,
}

impl ReturnOptions {
    /// Every kind of outcome that can be told by mail, with its way.
    pub fn ways(&self) -> [(OutcomeKind, Option<&Way>); 7] {
        [
            (OutcomeKind::Signed, self.signed.as_ref()),
            (OutcomeKind::Extended, self.extended.as_ref()),
            (OutcomeKind::Progressed, self.progressed.as_ref()),
            (OutcomeKind::Replied, self.replied.as_ref()),
            (OutcomeKind::Closed, self.closed.as_ref()),
            (OutcomeKind::Declined, self.declined.as_ref()),
            (OutcomeKind::Redirected, self.redirected.as_ref()),
        ]
    }

    /// Whether anything of it is written; a table that holds only what is the gateway's is empty here.
    pub fn is_written(&self) -> bool {
        let beside = self.smtp.is_some() || self.domain.is_some() || self.lookup.is_some() || self.html.is_some();
        beside || self.files_mib.is_some() || self.ways().iter().any(|(_, way)| way.is_some())
    }
}
