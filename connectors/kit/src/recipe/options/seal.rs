//! What is encrypted: the body or single fields, by which cipher, in which layout.

use huiliu_contract::SecretRef;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Case, Encoding, KeyAs, KeyOptions};

/// One sealing. Going out it is done, coming in it is undone.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealOptions {
    /// What is sealed: the whole body by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "加密什么:body 整个内容(默认)、fields 单个字段、query 网址参数"))]
    pub what: SealWhat,
    /// Which fields (places in JSON, names in a form) or query parameters; those that are absent are passed over.
    #[serde(default)]
    #[schemars(extend("x-zh" = "哪些字段或参数;报文里没有的跳过"))]
    pub fields: Vec<String>,
    /// Where the sealed body stands in a body of its own, for example `/data`; coming in, XML is read too: `/xml/Encrypt`.
    /// Without it the sealed text is the body.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密文放在新内容的哪个位置,例如 /data;不写就是整个内容只有密文"))]
    pub into: Option<String>,
    /// What the body around a sealed body is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密文外面的内容是 json(默认)还是 form 表单"))]
    pub wrap: Wrap,
    /// By which cipher.
    #[schemars(extend("x-zh" = "加密算法"))]
    pub by: Cipher,
    /// Its key, where that is one of the values: `{sm4_key}`. So a preset can name it, and a channel only says where it is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "加密用的密钥是 values 里的哪一个,例如 {sm4_key}"))]
    pub key: Option<String>,
    /// How that value is written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "那个密钥的写法:text 原文,hex 十六进制,base64"))]
    pub key_as: KeyAs,
    /// Its keys, where they are not those of the recipe.
    #[serde(default)]
    #[schemars(extend("x-zh" = "加密用的密钥;不写就用 recipe 的 keys"))]
    pub keys: Vec<KeyOptions>,
    /// Where the initial vector of CBC and GCM stands; random in front of the sealed bytes by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "CBC、GCM 的初始向量在哪:front 随机、放在密文前(默认),key 取密钥前16字节,或写出来"))]
    pub iv: Option<Iv>,
    /// To a multiple of how many bytes is padded (PKCS#7); 16 by default, 32 for frames that want it.
    #[serde(default)]
    #[schemars(extend("x-zh" = "PKCS#7 补齐到多少字节的倍数,默认 16;企业微信是 32"))]
    pub pad: Option<usize>,
    /// A frame around what is sealed: random bytes, its length, and whom it is for.
    #[serde(default)]
    #[schemars(extend("x-zh" = "明文外面的格式:随机字节、长度、接收方编号(企业微信、公众号)"))]
    pub frame: Option<FrameOptions>,
    /// The order of the parts of an SM2 ciphertext; `c1c3c2` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "SM2 密文的顺序:c1c3c2(新国标,默认)、c1c2c3(旧)、der"))]
    pub layout: Layout,
    /// Whether an SM2 ciphertext begins with 04 (uncompressed point); it does by default.
    #[serde(default = "yes")]
    #[schemars(extend("x-zh" = "SM2 密文前面带不带 04,默认带"))]
    pub lead: bool,
    /// How sealed bytes are written; `base64` by default.
    #[serde(default = "base64", rename = "as")]
    #[schemars(extend("x-zh" = "密文的写法,默认 base64"))]
    pub written: Encoding,
    /// The case of hexadecimal digits; lower by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "十六进制用大写 upper 还是小写 lower"))]
    pub case: Option<Case>,
    /// Whether it is sealed before signing (the signature is over the sealed text) or after.
    #[serde(default)]
    #[schemars(extend("x-zh" = "先加密再签名(before_signing,默认)还是先签名再加密(after_signing)"))]
    pub order: Order,
    /// What an opened field is: a text, or JSON that takes its place.
    #[serde(default)]
    #[schemars(extend("x-zh" = "解开的字段是文字 text(默认)还是 json"))]
    pub inner: Inner,
    /// The media type of a body that is sealed text only; as it was by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "整个内容是密文时的 Content-Type,默认不变"))]
    pub media_type: Option<String>,
}

fn yes() -> bool {
    true
}

fn base64() -> Encoding {
    Encoding::Base64
}

/// What is sealed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SealWhat {
    /// The whole body.
    #[default]
    #[schemars(extend("x-zh" = "整个内容"))]
    Body,
    /// Single fields of the body.
    #[schemars(extend("x-zh" = "单个字段"))]
    Fields,
    /// Single query parameters.
    #[schemars(extend("x-zh" = "单个网址参数"))]
    Query,
}

/// What stands around a sealed body.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wrap {
    /// A JSON object.
    #[default]
    #[schemars(extend("x-zh" = "JSON"))]
    Json,
    /// A form.
    #[schemars(extend("x-zh" = "表单"))]
    Form,
}

/// Ciphers. The length of the key chooses between AES-128, -192 and -256.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cipher {
    /// SM4, each block alone; equal blocks are seen to be equal.
    #[schemars(extend("x-zh" = "国密 SM4-ECB"))]
    Sm4Ecb,
    /// SM4 in chains.
    #[schemars(extend("x-zh" = "国密 SM4-CBC"))]
    Sm4Cbc,
    /// SM4 with a tag of 16 bytes behind.
    #[schemars(extend("x-zh" = "国密 SM4-GCM(标签在后)"))]
    Sm4Gcm,
    /// AES, each block alone; equal blocks are seen to be equal.
    #[schemars(extend("x-zh" = "AES-ECB"))]
    AesEcb,
    /// AES in chains.
    #[schemars(extend("x-zh" = "AES-CBC"))]
    AesCbc,
    /// AES with a tag of 16 bytes behind.
    #[schemars(extend("x-zh" = "AES-GCM(标签在后)"))]
    AesGcm,
    /// SM2: sealed with the far side's public key, opened with our private one.
    #[schemars(extend("x-zh" = "国密 SM2(对方公钥加密,我方私钥解密)"))]
    Sm2,
}

/// Where an initial vector stands.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Iv {
    /// Random, in front of the sealed bytes.
    #[schemars(extend("x-zh" = "随机,放在密文前面"))]
    Front,
    /// The first bytes of the key. The same text is sealed to the same bytes each time; not for GCM.
    #[schemars(extend("x-zh" = "密钥的前16字节(GCM 不能用)"))]
    Key,
    /// Always this one; not for GCM.
    #[schemars(extend("x-zh" = "固定的,原文(GCM 不能用)"))]
    Text(SecretRef),
    /// Always this one, written as hexadecimal digits; not for GCM.
    #[schemars(extend("x-zh" = "固定的,十六进制(GCM 不能用)"))]
    Hex(SecretRef),
    /// Random, in this header.
    #[schemars(extend("x-zh" = "随机,放在这个请求头里"))]
    Header(IvAs),
    /// Random, in this field of the body.
    #[schemars(extend("x-zh" = "随机,放在请求内容的这个字段里"))]
    Field(IvAs),
}

/// A place of an initial vector.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IvAs {
    /// The name of the header, or the place in the body.
    #[schemars(extend("x-zh" = "请求头名,或内容里的位置"))]
    pub at: String,
    /// How it is written; `base64` by default.
    #[serde(default = "base64", rename = "as")]
    #[schemars(extend("x-zh" = "写法,默认 base64"))]
    pub written: Encoding,
}

/// A frame around what is sealed: random bytes, the length as four bytes with the highest first, the text, and whom it is
/// for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameOptions {
    /// How many random bytes stand in front; 0 to 64.
    #[schemars(extend("x-zh" = "最前面有几个随机字节,例如 16"))]
    pub random: usize,
    /// Whom it is for, behind the text: a text with placeholders of `values`. One that is for somebody else is refused.
    #[serde(default)]
    #[schemars(extend("x-zh" = "最后面的接收方编号,例如 {corp_id};不是给我方的不收"))]
    pub owner: String,
}

/// The order of the parts of an SM2 ciphertext.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// The present standard's.
    #[default]
    #[schemars(extend("x-zh" = "新国标"))]
    C1c3c2,
    /// The older one.
    #[schemars(extend("x-zh" = "旧标准"))]
    C1c2c3,
    /// ASN.1 DER, as OpenSSL writes it.
    #[schemars(extend("x-zh" = "ASN.1 DER"))]
    Der,
}

/// Whether sealing comes before or after signing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Sealed first; the signature is over the sealed text.
    #[default]
    #[schemars(extend("x-zh" = "先加密,签名签的是密文"))]
    BeforeSigning,
    /// Signed first; the signature is over the plain text.
    #[schemars(extend("x-zh" = "先签名,签名签的是明文"))]
    AfterSigning,
}

/// What an opened field is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Inner {
    /// A text.
    #[default]
    #[schemars(extend("x-zh" = "文字"))]
    Text,
    /// JSON, which takes its place.
    #[schemars(extend("x-zh" = "JSON"))]
    Json,
}
