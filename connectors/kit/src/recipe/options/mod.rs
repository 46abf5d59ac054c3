//! A recipe as it is written in `channel.toml`: what is signed, by what, where it goes, what is sealed. One form for what
//! goes out and for what comes in; nothing is compiled here.

mod key;
mod seal;
mod step;

use std::collections::BTreeMap;

use huiliu_contract::{Period, SecretRef};
use schemars::JsonSchema;
use serde::Deserialize;

pub use key::{KeyAs, KeyOptions, PublicKey};
pub use seal::{Cipher, FrameOptions, Inner, Iv, IvAs, Layout, Order, SealOptions, SealWhat, Wrap};
pub use step::{Case, Digest, Empty, Encode, Encoding, Form, Mac, Nested, Signature, Sort, Source, StepOptions};

/// How requests are signed and sealed, or pushes verified and opened.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeOptions {
    /// What holds for the request or the push itself.
    #[serde(flatten)]
    pub own: PartOptions,
    /// What holds for the answers to our requests, where those are signed or sealed. What is not written there holds as
    /// for the requests: values, keys, stamp and nonce.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方的返回怎么验签、解密;values、keys、stamp、nonce 不写就同请求"))]
    pub answer: Option<PartOptions>,
    /// What holds for a GET by which the far side tests our address before it pushes. What is not written there holds as
    /// for pushes: values, keys, stamp and nonce.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方用 GET 测试接收地址时怎么验签、解密;values、keys、stamp、nonce 不写就同推送"))]
    pub echo: Option<PartOptions>,
}

/// The recipe of one sort of message.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartOptions {
    /// Constants of this partner, each a placeholder of its name in the texts below: `{app_key}`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方给的固定值(应用编号等),下面的文字里写 {名字} 就是它;是密钥的写 { file = … }"))]
    pub values: BTreeMap<String, Constant>,
    /// The time of the message, `{stamp}`. Coming in, where it stands is told by `put`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "时间戳,占位符 {stamp};收推送时从 put 写的位置取"))]
    pub stamp: Option<StampOptions>,
    /// A text that is used once, `{nonce}`. Coming in, where it stands is told by `put`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "随机串,占位符 {nonce};收推送时从 put 写的位置取"))]
    pub nonce: Option<NonceOptions>,
    /// The keys, in a rotation several: the first that is valid signs, every valid one verifies. `{secret}` is the secret as
    /// a text, `{key_id}` its id.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密钥;换钥期间写几把:第一把有效的用来签,每把有效的都能验;{secret} 是密钥原文,{key_id} 是它的编号"))]
    pub keys: Vec<KeyOptions>,
    /// The steps in their order; each has a name, under which later ones and `put` read it.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签名的步骤,按顺序;后面的步骤和 put 用 {步骤名} 取它的结果"))]
    pub steps: Vec<StepOptions>,
    /// Where things go. Each is put as soon as what it reads is known, so that later steps can sign it.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签名、时间戳等放在哪里"))]
    pub put: Vec<PutOptions>,
    /// What is encrypted.
    #[serde(default)]
    #[schemars(extend("x-zh" = "哪些内容加密,怎么加密"))]
    pub seal: Vec<SealOptions>,
}

impl PartOptions {
    /// Whether a step reads anything of the body, as far as what is written shows it: for whoever explains a recipe that
    /// is not built.
    pub fn reads_body(&self) -> bool {
        let text = |text: &String| text.contains("{body}") || text.contains("{field:");
        self.steps.iter().any(|step| {
            let written = step.text.iter().chain(&step.of).chain(step.texts.iter().flatten()).chain(step.with.values());
            let places = step.params.iter().flatten();
            written.into_iter().any(text) || places.into_iter().any(|from| matches!(from, Source::Form | Source::Json))
        })
    }
}

/// A constant of a partner: written down, or kept as a secret.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Constant {
    /// Kept as a secret.
    #[schemars(extend("x-zh" = "按密钥保管"))]
    Secret(SecretRef),
    /// Written down.
    #[schemars(extend("x-zh" = "直接写出"))]
    Plain(String),
}

/// The time of a message.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StampOptions {
    /// How it is written: `seconds`, `millis`, `iso`, or a pattern such as `yyyyMMddHHmmss`; `millis` by default.
    #[serde(default = "millis")]
    #[schemars(extend("x-zh" = "时间戳写法:seconds 秒、millis 毫秒(默认)、iso,或 yyyyMMddHHmmss 这样的样式"))]
    pub format: String,
    /// How far it may lie from our clock when it comes in, or from theirs when it goes out; 5m by default, 1s to 1d.
    #[serde(default = "five_minutes")]
    #[schemars(extend("x-zh" = "允许和本机时间相差多少,默认 5m;1s 到 1d"))]
    pub window: Period,
}

fn millis() -> String {
    "millis".into()
}

fn five_minutes() -> Period {
    Period::seconds(300)
}

/// A text that is used once.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NonceOptions {
    /// How many characters; going out 32 by default, coming in any number to 128 unless it is written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "随机串的长度;发出时默认 32,接收时不写就不限(最多 128)"))]
    pub length: Option<usize>,
    /// Of what it is made when it goes out.
    #[serde(default)]
    #[schemars(extend("x-zh" = "发出的随机串用什么字符"))]
    pub of: NonceOf,
}

/// Of what a nonce is made.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NonceOf {
    /// Hexadecimal digits, lower case.
    #[default]
    #[schemars(extend("x-zh" = "0-9 和 a-f"))]
    Hex,
    /// Letters and digits.
    #[schemars(extend("x-zh" = "大小写字母和数字"))]
    Alnum,
    /// Digits; the first is no zero.
    #[schemars(extend("x-zh" = "只有数字"))]
    Digits,
    /// A random UUID, with its hyphens.
    #[schemars(extend("x-zh" = "带连字符的 UUID"))]
    Uuid,
}

/// Where a text goes: exactly one of `header`, `query` and `field`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutOptions {
    /// Into this header.
    #[serde(default)]
    #[schemars(extend("x-zh" = "放在这个请求头里"))]
    pub header: Option<String>,
    /// As this query parameter.
    #[serde(default)]
    #[schemars(extend("x-zh" = "放在这个网址参数里"))]
    pub query: Option<String>,
    /// As this field of the body: a JSON pointer, or the name of a form's field. Coming in, XML is read too: `/xml/Sign`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "放在请求内容的这个字段里:JSON 位置如 /head/sign,或表单字段名;收到的 XML 写 /xml/Sign"))]
    pub field: Option<String>,
    /// The text, with placeholders.
    #[schemars(extend("x-zh" = "放什么,例如 {sign}"))]
    pub text: String,
    /// What separates several texts that stand there together, any of which may fit, when they come in.
    #[serde(default)]
    #[schemars(extend("x-zh" = "收到的签名可能有几个并列,用什么隔开(对上一个就行)"))]
    pub several: Option<String>,
    /// Write it into JSON as a number, without quotes.
    #[serde(default)]
    #[schemars(extend("x-zh" = "在 JSON 里写成数字(不带引号)"))]
    pub number: bool,
    /// Put it before the body is sealed, so that it is sealed with it; only for what goes out.
    #[serde(default)]
    #[schemars(extend("x-zh" = "在加密之前放进去(一起加密);只用于发出的请求"))]
    pub inside: bool,
}
