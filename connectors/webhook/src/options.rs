//! What an operator may write for a webhook channel: the tables `connect`, `receive`, `answer` and `return`.
//! Only the shape stands here; what makes sense together is judged when the connector is built.

use std::collections::BTreeMap;

use huiliu_contract::{Period, SecretRef};
use huiliu_kit::recipe::RecipeOptions;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::back::BackOptions;
use crate::receive_options::ReceiveOptions;

/// The options of kind `webhook`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Who may push, and how it is proven.
    #[schemars(extend("x-zh" = "怎么连:谁可以推送,怎样验证身份"))]
    pub connect: Connect,
    /// Where the submissions stand in what is pushed.
    #[schemars(extend("x-zh" = "怎么收:来件在推送内容的什么位置"))]
    pub receive: ReceiveOptions,
    /// What the far side is answered.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么应答:收下、重发、拒收、失败时各回什么"))]
    pub answer: AnswerOptions,
    /// How outcomes are carried back, and where to; without it nothing is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么回:结果送到对方哪个接口"))]
    pub r#return: Option<BackOptions>,
}

/// Who may push.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// How a push proves who sent it. There is no default: leaving the door open is a decision.
    #[schemars(extend("x-zh" = "验证方式:none 不验证 | token 固定令牌 | basic 用户名口令 | hmac_sha256 签名 | recipe 按对方文档的签名、加密"))]
    pub verify: Verify,
    /// Networks that may connect, for example `10.0.0.0/8`; empty means any. It is compared with the
    /// address that connected, which behind a reverse proxy is the proxy's.
    #[serde(default)]
    #[schemars(extend("x-zh" = "允许连接的网段,例如 10.0.0.0/8;不写就不限制。经过反向代理时比对的是代理的地址"))]
    pub allow: Vec<String>,
    /// The largest body in bytes, 1 to 67108864 (64 MiB); 1048576 (1 MiB) when absent.
    #[serde(default = "one_mebibyte")]
    #[schemars(extend("x-zh" = "推送内容的最大字节数,1 到 67108864(64 MiB),不写为 1048576(1 MiB)"))]
    pub body_limit: usize,
}

fn one_mebibyte() -> usize {
    1 << 20
}

/// How a push proves who sent it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verify {
    /// Not at all. Refused unless the listener is loopback or `allow` names networks.
    #[schemars(extend("x-zh" = "不验证;只有监听本机或写了 allow 时才允许"))]
    None,
    /// By a static token in a header or the query.
    #[schemars(extend("x-zh" = "固定令牌,放在请求头或网址参数里"))]
    Token(TokenOptions),
    /// By HTTP Basic (RFC 7617).
    #[schemars(extend("x-zh" = "用户名和口令(HTTP Basic)"))]
    Basic(BasicOptions),
    /// By an HMAC-SHA256 (RFC 2104) over the body and what else `signed` names.
    #[schemars(extend("x-zh" = "HMAC-SHA256 签名"))]
    HmacSha256(HmacOptions),
    /// By whatever the partner's document says: a signature over named steps, and sealed contents.
    #[schemars(extend("x-zh" = "按对方文档一步步写的签名、加密办法;先看有没有现成的预设"))]
    Recipe(Box<RecipeOptions>),
}

/// A static token.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenOptions {
    /// The header that holds it; exactly one of `header` and `query` is needed.
    #[serde(default)]
    #[schemars(extend("x-zh" = "放令牌的请求头;header 和 query 只能写一个"))]
    pub header: Option<String>,
    /// The query parameter that holds it.
    #[serde(default)]
    #[schemars(extend("x-zh" = "放令牌的网址参数"))]
    pub query: Option<String>,
    /// What stands before the token in its place, for example `Bearer `.
    #[serde(default)]
    #[schemars(extend("x-zh" = "令牌前面固定的字,例如“Bearer ”"))]
    pub prefix: String,
    /// The tokens; several while one is being changed for another.
    #[schemars(extend("x-zh" = "令牌;换令牌期间可以同时写新旧几个"))]
    pub secrets: Vec<SecretRef>,
}

/// HTTP Basic.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicOptions {
    /// The user; must not hold a colon.
    #[schemars(extend("x-zh" = "用户名,不能含冒号"))]
    pub user: String,
    /// The passwords; several while one is being changed for another.
    #[schemars(extend("x-zh" = "口令;换口令期间可以同时写新旧几个"))]
    pub passwords: Vec<SecretRef>,
}

/// An HMAC-SHA256 signature.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HmacOptions {
    /// The header that holds the signature.
    #[schemars(extend("x-zh" = "放签名的请求头"))]
    pub header: String,
    /// The keys; several while one is being changed for another.
    #[schemars(extend("x-zh" = "签名密钥;换密钥期间可以同时写新旧几个"))]
    pub secrets: Vec<SecretRef>,
    /// How the signature is written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签名的写法:hex 十六进制 | base64"))]
    pub encoding: Encoding,
    /// What stands before the signature in its header, for example `sha256=`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签名前面固定的字,例如“sha256=”"))]
    pub prefix: String,
    /// What is signed: a text with `{body}`, and `{timestamp}` and `{nonce}` where they are declared,
    /// for example `{timestamp}.{body}`. `{body}` alone when absent.
    #[serde(default = "body_alone")]
    #[schemars(extend("x-zh" = "对什么签名,例如“{timestamp}.{nonce}.{body}”;不写就只对正文 {body} 签名"))]
    pub signed: String,
    /// The time of sending, which must be signed as well.
    #[serde(default)]
    #[schemars(extend("x-zh" = "时间戳;必须包含在签名里"))]
    pub timestamp: Option<TimestampOptions>,
    /// A value used once, which must be signed as well and needs a timestamp.
    #[serde(default)]
    #[schemars(extend("x-zh" = "随机串;必须包含在签名里,并且要有时间戳"))]
    pub nonce: Option<NonceOptions>,
}

fn body_alone() -> String {
    "{body}".into()
}

/// How a signature is written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Hexadecimal digits of either case.
    #[default]
    #[schemars(extend("x-zh" = "十六进制,大小写都认"))]
    Hex,
    /// Base64 of the standard alphabet (RFC 4648, 4), with or without padding.
    #[schemars(extend("x-zh" = "Base64 标准字母表"))]
    Base64,
}

/// A signed timestamp: so many seconds or milliseconds since 1970.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimestampOptions {
    /// The header that holds it.
    #[schemars(extend("x-zh" = "放时间戳的请求头"))]
    pub header: String,
    /// Its unit.
    #[serde(default)]
    #[schemars(extend("x-zh" = "单位:s 秒(10 位) | ms 毫秒(13 位)"))]
    pub unit: StampUnit,
    /// How far it may be from our clock, on either side; 1 s to 1 d, 5 m when absent.
    #[serde(default = "five_minutes")]
    #[schemars(extend("x-zh" = "与本机时钟最多相差多久,1s 到 1d,不写为 5m"))]
    pub window: Period,
}

fn five_minutes() -> Period {
    Period::seconds(300)
}

/// The unit of a timestamp.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
pub enum StampUnit {
    /// Seconds, ten digits.
    #[default]
    #[serde(rename = "s")]
    #[schemars(extend("x-zh" = "秒"))]
    Seconds,
    /// Milliseconds, thirteen digits.
    #[serde(rename = "ms")]
    #[schemars(extend("x-zh" = "毫秒"))]
    Milliseconds,
}

/// A signed value used once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NonceOptions {
    /// The header that holds it. Letters, digits and `+ / = _ -`, 1 to 128 of them, are taken.
    #[schemars(extend("x-zh" = "放随机串的请求头;只认字母、数字和 + / = _ -,1 到 128 个"))]
    pub header: String,
    /// Its exact length, where the far side promises one. Needed when nothing in `signed` tells the end
    /// of the nonce from the beginning of the body.
    #[serde(default)]
    #[schemars(extend("x-zh" = "随机串的固定长度;签名串里随机串与正文之间没有分隔符时必须写"))]
    pub length: Option<usize>,
}

/// What the far side is answered; plain JSON where nothing is declared.
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerOptions {
    /// When everything is on disk. Placeholders: `{ticket}`, `{external_id}`, `{what}`, for a list
    /// `{count}`, and `{items}` in either case.
    #[serde(default)]
    #[schemars(extend("x-zh" = "已收下时怎么回;可用 {ticket} 汇流编号、{external_id} 来源编号、{what}、{items}、{count}"))]
    pub taken: Option<EnvelopeOptions>,
    /// When all of it had been taken before; as `taken` when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "重发的件怎么回;不写就和 taken 一样"))]
    pub repeat: Option<EnvelopeOptions>,
    /// When it is refused. Placeholders: `{reason}` (one word), `{detail}` (a sentence). Without a
    /// `status`, the one that fits the reason.
    #[serde(default)]
    #[schemars(extend("x-zh" = "拒收时怎么回;可用 {reason} 原因代号、{detail} 说明"))]
    pub refused: Option<EnvelopeOptions>,
    /// When we failed and the far side shall tell again. Placeholder: `{reason}`. Without a `status`, 503.
    #[serde(default)]
    #[schemars(extend("x-zh" = "我方出错、请对方再推时怎么回;可用 {reason}"))]
    pub failed: Option<EnvelopeOptions>,
}

/// One answer.
#[derive(Clone, Default, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeOptions {
    /// The HTTP status, 200 to 599.
    #[serde(default)]
    #[schemars(extend("x-zh" = "HTTP 状态码,200 到 599"))]
    pub status: Option<u16>,
    /// Further headers.
    #[serde(default)]
    #[schemars(extend("x-zh" = "另加的应答头"))]
    pub headers: BTreeMap<String, String>,
    /// The body: a table becomes JSON, a text is sent as it is. Either may hold placeholders. A text that begins with
    /// `<`, or has an XML content type, is XML: what is filled in is escaped there.
    #[serde(default)]
    #[schemars(extend("x-zh" = "应答正文:写成表就发 JSON,写成一段字就原样发(以 < 开头的当 XML 发);里面可以用占位符"))]
    pub body: Option<Value>,
}
