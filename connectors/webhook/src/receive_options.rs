//! `[receive]`: how the body of a push is written, where submissions stand in it, and how the far side tests the address.

use huiliu_contract::SecretRef;
use huiliu_kit::xml::XmlOptions;
use schemars::JsonSchema;
use serde::Deserialize;

/// Where submissions stand in a push.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveOptions {
    /// How the body is written; by its content type when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "正文格式:json | form | xml | multipart;不写就看 Content-Type"))]
    pub format: Option<Format>,
    /// How XML becomes a document: the root element is its one member, attributes are `@name`, text beside them `#text`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "XML 怎么读;根元素是最外面一层,属性写 @名,属性旁边的文字写 #text"))]
    pub xml: Option<XmlOptions>,
    /// Fields of a form of parts that hold JSON, which is read as such; the others are texts.
    #[serde(default)]
    #[schemars(extend("x-zh" = "multipart 里哪些字段的内容是 JSON,要拆开读"))]
    pub json_parts: Vec<String>,
    /// The most files that one push may bring in a form of parts, 0 to 100; 20 when absent.
    #[serde(default)]
    #[schemars(range(max = 100), extend("x-zh" = "一次推送最多带几个文件(multipart),默认20"))]
    pub max_files: Option<u8>,
    /// The largest file of a form of parts, in bytes; as `connect.body_limit` when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "单个文件最大字节数(multipart);不写就只受 connect.body_limit 限制"))]
    pub file_limit: Option<usize>,
    /// Where the list of submissions stands; empty text for a body that is the list. When absent, the
    /// body is one submission.
    #[serde(default)]
    #[schemars(extend("x-zh" = "来件列表的位置;正文本身就是列表时写空串;不写表示正文就是一个来件"))]
    pub items: Option<String>,
    /// Where the source's own number stands in a submission.
    #[schemars(extend("x-zh" = "来源编号的位置"))]
    pub id: String,
    /// Where the source's own version stands in a submission (a counter or a sortable change time).
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方版本号或更新时间的位置"))]
    pub version: Option<String>,
    /// Where the time of handing over stands in a submission: RFC 3339, a local date and time, or
    /// seconds or milliseconds since 1970. What is not readable as one counts as not told.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方发出时间的位置"))]
    pub sent_at: Option<String>,
    /// How the far side tests the address before it pushes; without it a GET is answered 404.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方配置推送地址时怎么验证(握手);不写就不应答握手"))]
    pub handshake: Option<HandshakeOptions>,
}

/// How a body is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON (RFC 8259).
    #[schemars(extend("x-zh" = "JSON"))]
    Json,
    /// `application/x-www-form-urlencoded`, UTF-8.
    #[schemars(extend("x-zh" = "网页表单"))]
    Form,
    /// XML, without DOCTYPE and entities.
    #[schemars(extend("x-zh" = "XML"))]
    Xml,
    /// `multipart/form-data` (RFC 7578): its fields are one document, its files are attachments.
    #[schemars(extend("x-zh" = "带文件的表单"))]
    Multipart,
}

/// How the far side tests the address; nothing of a test is kept.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandshakeOptions {
    /// The query parameter of a GET whose value is answered as plain text, for example `echostr`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "GET 握手:把网址参数里这一项原样回给对方,例如 echostr"))]
    pub echo: Option<String>,
    /// How a GET proves who sent it; without it whoever may connect is answered.
    #[serde(default)]
    #[schemars(extend("x-zh" = "GET 握手怎样验证是对方发的;不写就不验证"))]
    pub verify: Option<EchoProof>,
    /// Where in a POST without a submission the text stands that is answered under its own name, for example
    /// `/challenge`; such a POST is proven as every push is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "POST 握手:正文里这一项原样回给对方,例如 /challenge"))]
    pub challenge: Option<String>,
}

/// A signature over query parameters: SHA-1 in hexadecimal digits over the token and the values of the parameters,
/// sorted as texts and put together.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EchoProof {
    /// The signed parameters, for example `["timestamp", "nonce"]`.
    #[schemars(extend("x-zh" = "和令牌一起排序后做 SHA-1 的网址参数,例如 [\"timestamp\", \"nonce\"]"))]
    pub sha1_sorted: Vec<String>,
    /// The token that both sides know.
    #[schemars(extend("x-zh" = "双方约定的令牌"))]
    pub token: SecretRef,
    /// The parameter that holds the signature.
    #[schemars(extend("x-zh" = "放签名的网址参数,例如 signature"))]
    pub signature: String,
}
