//! Keys: where they stand, how they are written, from when to when they hold.

use std::path::PathBuf;

use huiliu_contract::SecretRef;
use schemars::JsonSchema;
use serde::Deserialize;

/// One key of a rotation.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyOptions {
    /// Its id, where messages name the key they are signed with.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密钥编号;报文里带编号时要写"))]
    pub id: Option<String>,
    /// The secret, or our private key: RSA as PEM, SM2 as PEM or 64 hexadecimal digits.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密钥,或我方私钥(RSA 用 PEM;SM2 用 PEM 或64位十六进制)"))]
    pub secret: Option<SecretRef>,
    /// The far side's public key: hexadecimal (SM2, with or without 04), base64 of DER, or PEM, also of a certificate;
    /// or the file that holds one.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方公钥:十六进制(SM2)、Base64 或 PEM,证书也行;或写 { file = \"…\" }"))]
    pub public: Option<PublicKey>,
    /// How the secret is written, where its bytes are the key.
    #[serde(default, rename = "as")]
    #[schemars(extend("x-zh" = "密钥的写法:text 原文,hex 十六进制,base64"))]
    pub written: KeyAs,
    /// What stands in front of the secret and is no part of it, for example `whsec_`; cut off where it stands.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密钥前面要去掉的字样,例如 whsec_"))]
    pub prefix: Option<String>,
    /// From when it holds: a day, or a time with its offset.
    #[serde(default)]
    #[schemars(extend("x-zh" = "从哪天起有效,例如 2027-01-01"))]
    pub from: Option<String>,
    /// Until when it holds: a day, which still counts, or a time with its offset.
    #[serde(default)]
    #[schemars(extend("x-zh" = "到哪天为止有效(含当天)"))]
    pub until: Option<String>,
}

/// A public key: no secret.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PublicKey {
    /// In this file.
    #[schemars(extend("x-zh" = "公钥文件"))]
    File {
        /// Relative to the configuration folder; PEM, DER or hexadecimal.
        #[schemars(extend("x-zh" = "文件,相对配置目录;PEM、DER 或十六进制"))]
        file: PathBuf,
    },
    /// Written down.
    #[schemars(extend("x-zh" = "直接写出的公钥"))]
    Text(String),
}

/// How a secret is written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyAs {
    /// Its characters are the key.
    #[default]
    #[schemars(extend("x-zh" = "原文就是密钥"))]
    Text,
    /// As hexadecimal digits.
    #[schemars(extend("x-zh" = "十六进制"))]
    Hex,
    /// As base64, with or without its padding.
    #[schemars(extend("x-zh" = "Base64(末尾的 = 可有可无)"))]
    Base64,
}
