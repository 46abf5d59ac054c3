//! `[[alarms.to]]`: where alarms go. A message platform or a robot is a templated request, a mail leaves by the account of
//! `[alarms.mail]`, a command gets the text.

use std::collections::BTreeMap;

use huiliu_contract::{Period, SecretRef};
use huiliu_kit::auth::Auth;
use huiliu_kit::recipe::RecipeOptions;
use huiliu_kit::route::RouteOptions;
use huiliu_kit::success::Success;
use huiliu_kit::target::SendAs;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::AlarmKind;

/// One outlet of alarms.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmOutlet {
    /// What people call it; each outlet has a name of its own.
    #[schemars(length(min = 1, max = 40), extend("x-zh" = "出口的名字,不能重复"))]
    pub name: String,
    /// A request, a mail, or a command.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎样送出"))]
    pub kind: OutletKind,
    /// A robot whose request is known: only `url` (and `secret`) is needed then.
    #[serde(default)]
    #[schemars(extend("x-zh" = "现成的机器人;写了它,只要再写 url(钉钉加签的再写 secret)"))]
    pub preset: Option<OutletPreset>,
    /// Where the request goes. The address of a robot is a secret: whoever has it can speak in the group.
    #[serde(default)]
    #[schemars(extend("x-zh" = "请求地址;机器人的地址就是密钥,写 { file = \"secrets/…\" }"))]
    pub url: Option<Address>,
    /// The secret by which a DingTalk robot wants requests signed (加签).
    #[serde(default)]
    #[schemars(extend("x-zh" = "钉钉机器人“加签”的密钥"))]
    pub secret: Option<SecretRef>,
    /// The body as a tree of values. Placeholders: `{text}` `{title}` `{kind}` `{channel}` `{since}` `{todo}` `{phone}` `{key}`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "请求内容;可用 {text} 全文 {title} 标题 {kind} 种类 {channel} 渠道 {since} 从何时起 {todo} 怎么办 {phone} 号码 {key} 这条消息的编号(重发不变)"))]
    pub post: Option<Value>,
    /// How the body is written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "请求内容的写法:json 或 form"))]
    pub send_as: SendAs,
    /// Who we are to the platform.
    #[serde(default)]
    #[schemars(extend("x-zh" = "身份验证办法"))]
    pub auth: Option<Auth>,
    /// How the request is signed.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签名的办法,和渠道的 [connect.recipe] 一样写"))]
    pub recipe: Option<Box<RecipeOptions>>,
    /// Further request headers; no secrets here.
    #[serde(default)]
    #[schemars(extend("x-zh" = "附加请求头(不放密钥)"))]
    pub headers: BTreeMap<String, String>,
    /// What in the answer means success; absent trusts the HTTP status.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎样算送到;不写就看 HTTP 状态"))]
    pub success: Option<Success>,
    /// By which way the request leaves.
    #[serde(flatten)]
    pub route: RouteOptions,
    /// The command and its arguments, which may hold `{phone}`; the text comes on its standard input. No shell is between.
    #[serde(default)]
    #[schemars(extend("x-zh" = "命令和参数(不经过 shell),参数里可用 {phone};告警全文从标准输入给它"))]
    pub run: Vec<String>,
    /// Numbers or addresses that each get a message of their own, as `{phone}`; absent sends one message.
    #[serde(default)]
    #[schemars(extend("x-zh" = "值班号码,每个号码单独发一条({phone});不写就只发一条"))]
    pub phones: Vec<String>,
    /// Addresses that each get a mail of their own, with `kind = "mail"`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "收件人邮箱,每人单独一封(kind = \"mail\" 用)"))]
    pub to: Vec<String>,
    /// How long one message may take; 1s to 2m. A mail has the time of its account.
    #[serde(default = "timeout")]
    #[schemars(extend("x-zh" = "发一条最多等多久"))]
    pub timeout: Period,
    /// 1 is told at once, 2 where nobody took the alarm within `second_after`.
    #[serde(default = "first")]
    #[schemars(range(min = 1, max = 2), extend("x-zh" = "1 马上发;2 过了 second_after 没人认领才发"))]
    pub level: u8,
    /// Which kinds it gets; absent gets all.
    #[serde(default)]
    #[schemars(extend("x-zh" = "只发这几种;不写就全发"))]
    pub kinds: Vec<AlarmKind>,
    /// Whether it gets the daily digest.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每天的小结也发到这里"))]
    pub digest: bool,
}

/// How messages leave.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutletKind {
    /// By a request.
    #[default]
    #[schemars(extend("x-zh" = "HTTP 请求:政务短信平台、企业微信或钉钉机器人"))]
    Http,
    /// By mail, from the account of `[alarms.mail]`.
    #[schemars(extend("x-zh" = "邮件,账号写在 [alarms.mail]"))]
    Mail,
    /// By a command of this machine.
    #[schemars(extend("x-zh" = "本机的一个命令"))]
    Command,
}

/// A robot whose request is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutletPreset {
    /// A robot of a WeCom group.
    #[schemars(extend("x-zh" = "企业微信群机器人"))]
    WecomRobot,
    /// A robot of a DingTalk group; signed if `secret` is written.
    #[schemars(extend("x-zh" = "钉钉群机器人"))]
    DingtalkRobot,
}

/// An address: kept as a secret, or written down.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Address {
    /// Kept as a secret.
    #[schemars(extend("x-zh" = "按密钥保管的地址"))]
    Secret(SecretRef),
    /// Written down.
    #[schemars(extend("x-zh" = "直接写出的地址"))]
    Plain(String),
}

const fn timeout() -> Period {
    Period::seconds(10)
}

const fn first() -> u8 {
    1
}

impl AlarmOutlet {
    /// Whether it gets alarms of this kind.
    pub fn takes(&self, kind: AlarmKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}
