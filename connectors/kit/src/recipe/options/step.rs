//! The steps of a recipe: texts, sorted parameters, digests and signatures.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// One step: exactly one of `text`, `texts`, `params`, `digest`, `hmac` and `sign`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepOptions {
    /// Its name; what it yields is `{name}` in later steps and in `put`.
    #[schemars(extend("x-zh" = "步骤名;后面写 {步骤名} 取结果"))]
    pub name: String,
    /// A text with placeholders.
    #[serde(default)]
    #[schemars(extend("x-zh" = "拼成的文字,可用占位符"))]
    pub text: Option<String>,
    /// Several texts, joined by `join`, sorted by `sort`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "几段文字,按 sort 排序,用 join 连接"))]
    pub texts: Option<Vec<String>>,
    /// The parameters of these places, sorted and joined.
    #[serde(default)]
    #[schemars(extend("x-zh" = "把这些地方的参数排序、拼接:query 网址参数,form 表单,json 请求内容,headers 请求头"))]
    pub params: Option<Vec<Source>>,
    /// A digest of `of`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对 of 求摘要"))]
    pub digest: Option<Digest>,
    /// An HMAC (RFC 2104) of `of`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对 of 求 HMAC"))]
    pub hmac: Option<Mac>,
    /// A signature of `of` by a private key.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用私钥对 of 签名"))]
    pub sign: Option<Signature>,
    /// What is digested or signed: a text with placeholders, for example `{plain}`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对什么求摘要或签名,例如 {plain}"))]
    pub of: Option<String>,
    /// The key of an HMAC, where it is another text than the secret: `{secret}&`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "HMAC 的密钥不是 secret 本身时怎么拼,例如 {secret}&"))]
    pub key: Option<String>,
    /// How a digest or a signature is written; `hex` by default, for `hmac` and `sign` `base64`.
    #[serde(default, rename = "as")]
    #[schemars(extend("x-zh" = "结果的写法;digest 默认 hex,hmac、sign 默认 base64"))]
    pub written: Option<Encoding>,
    /// How an SM2 signature is laid out; `rs` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "SM2 签名的格式:rs(64字节,默认)或 der"))]
    pub form: Option<Form>,
    /// The signer's id of an SM2 signature; 1234567812345678 by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "SM2 签名的用户标识,默认 1234567812345678"))]
    pub signer: Option<String>,
    /// Below which place of the body `json` takes its parameters; the whole body by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "json 的参数从请求内容的哪个位置取,默认整个内容"))]
    pub under: Option<String>,
    /// Only parameters of these names; needed for `headers`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "只取这些参数;headers 必须写"))]
    pub only: Vec<String>,
    /// No parameters of these names. What `put` adds from this step on is left out by itself.
    #[serde(default)]
    #[schemars(extend("x-zh" = "不取这些参数;由本步骤及后面步骤放进去的签名会自动排除"))]
    pub without: Vec<String>,
    /// Further parameters, which are signed but not sent, with their texts.
    #[serde(default)]
    #[schemars(extend("x-zh" = "另加一起签但不发送的参数,例如 { key = \"{secret}\" }"))]
    pub with: BTreeMap<String, String>,
    /// In which order; `params` by name, `texts` as written, by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "排序办法;params 默认按名字,texts 默认按所写顺序"))]
    pub sort: Option<Sort>,
    /// How one parameter is written; `{name}={value}` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一个参数怎么写,默认 {name}={value}"))]
    pub pair: Option<String>,
    /// What stands between; `&` between parameters, nothing between texts by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用什么连接;参数之间默认 &,文字之间默认什么也没有"))]
    pub join: Option<String>,
    /// How names and values are encoded before they are joined; not at all by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "拼接前怎么编码,默认不编码"))]
    pub encode: Encode,
    /// Whether parameters without a value are signed; left out by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "空值参数:leave_out 不参加(默认),keep 参加"))]
    pub empty: Empty,
    /// How lists and objects among the parameters are written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "参数里的列表、对象怎么写"))]
    pub nested: Nested,
    /// Upper or lower case of the result.
    #[serde(default)]
    #[schemars(extend("x-zh" = "结果转成大写 upper 或小写 lower"))]
    pub case: Option<Case>,
    /// Only these characters of the result: `0..16` are the first sixteen; an end may be left out.
    #[serde(default)]
    #[schemars(extend("x-zh" = "只取结果的一段,例如 0..16 是前16个字符"))]
    pub take: Option<String>,
    /// Cut white space off both ends of the result.
    #[serde(default)]
    #[schemars(extend("x-zh" = "去掉结果首尾的空白"))]
    pub trim: bool,
    /// Accept that two different messages may have one signed text, because the partner's rule has no border between its
    /// parts. Without it such a step is refused where messages are verified.
    #[serde(default)]
    #[schemars(extend("x-zh" = "知道并接受:对方规定的拼法没有分隔,两种不同内容可能拼出同一段文字;不写的话,验签时不允许这样的拼法"))]
    pub borderless: bool,
}

/// Where parameters come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The query.
    #[schemars(extend("x-zh" = "网址参数"))]
    Query,
    /// The body, a form.
    #[schemars(extend("x-zh" = "表单"))]
    Form,
    /// The members of the body, a JSON object.
    #[schemars(extend("x-zh" = "JSON 内容的各个成员"))]
    Json,
    /// The headers named in `only`.
    #[schemars(extend("x-zh" = "only 里列出的请求头"))]
    Headers,
}

/// Digests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Digest {
    /// MD5.
    #[schemars(extend("x-zh" = "MD5"))]
    Md5,
    /// SHA-1.
    #[schemars(extend("x-zh" = "SHA-1"))]
    Sha1,
    /// SHA-256.
    #[schemars(extend("x-zh" = "SHA-256"))]
    Sha256,
    /// SM3.
    #[schemars(extend("x-zh" = "国密 SM3"))]
    Sm3,
}

/// Digests of an HMAC.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mac {
    /// HMAC-SHA1.
    #[schemars(extend("x-zh" = "HMAC-SHA1"))]
    Sha1,
    /// HMAC-SHA256.
    #[schemars(extend("x-zh" = "HMAC-SHA256"))]
    Sha256,
    /// HMAC-SM3.
    #[schemars(extend("x-zh" = "HMAC-SM3"))]
    Sm3,
}

/// Signatures by a private key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// RSA with SHA-256 (PKCS#1 v1.5).
    #[schemars(extend("x-zh" = "RSA-SHA256(SHA256withRSA)"))]
    RsaSha256,
    /// SM2 with SM3.
    #[schemars(extend("x-zh" = "国密 SM2(SM3withSM2)"))]
    Sm2,
}

/// How bytes are written as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Hexadecimal.
    #[schemars(extend("x-zh" = "十六进制"))]
    Hex,
    /// Base64.
    #[schemars(extend("x-zh" = "Base64"))]
    Base64,
    /// Base64 for addresses, without padding.
    #[schemars(extend("x-zh" = "网址用的 Base64,末尾不带 ="))]
    Base64url,
    /// As they are.
    #[schemars(extend("x-zh" = "原样的字节"))]
    Bytes,
}

/// How an SM2 signature is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// r and s, 32 bytes each.
    #[default]
    #[schemars(extend("x-zh" = "r 和 s 各32字节相连"))]
    Rs,
    /// ASN.1 DER.
    #[schemars(extend("x-zh" = "ASN.1 DER"))]
    Der,
}

/// An order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// By the bytes of the name.
    #[schemars(extend("x-zh" = "按名字的字典序(ASCII)"))]
    Name,
    /// By the bytes of the value.
    #[schemars(extend("x-zh" = "按值的字典序"))]
    Value,
    /// As they were sent, or written.
    #[schemars(extend("x-zh" = "按原来的顺序"))]
    AsSent,
}

/// How names and values are encoded.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encode {
    /// Not at all.
    #[default]
    #[schemars(extend("x-zh" = "不编码"))]
    None,
    /// As a form writes them: a space is `+`.
    #[schemars(extend("x-zh" = "表单编码(空格成 +)"))]
    Form,
    /// RFC 3986: everything but letters, digits and `-._~`; upper-case digits.
    #[schemars(extend("x-zh" = "网址编码(空格成 %20,大写十六进制)"))]
    Rfc3986,
    /// The same with lower-case digits.
    #[schemars(extend("x-zh" = "网址编码(空格成 %20,小写十六进制)"))]
    Rfc3986Lower,
}

/// What is done with parameters that have no value.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    /// They are left out.
    #[default]
    #[schemars(extend("x-zh" = "空的不参加"))]
    LeaveOut,
    /// They are signed as empty.
    #[schemars(extend("x-zh" = "空的也参加"))]
    Keep,
}

/// How lists and objects are written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nested {
    /// Byte by byte as they were sent.
    #[default]
    #[schemars(extend("x-zh" = "按发来的原文"))]
    AsSent,
    /// As JSON without white space, members sorted.
    #[schemars(extend("x-zh" = "去掉空白、成员排序后的 JSON"))]
    Canonical,
    /// They are left out.
    #[schemars(extend("x-zh" = "不参加"))]
    LeaveOut,
}

/// Upper or lower case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// Upper case.
    #[schemars(extend("x-zh" = "大写"))]
    Upper,
    /// Lower case.
    #[schemars(extend("x-zh" = "小写"))]
    Lower,
}
