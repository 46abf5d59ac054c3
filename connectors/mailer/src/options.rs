//! What an operator may write about the account by which mail leaves. Nothing is compiled or contacted here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use huiliu_contract::{Period, SecretRef};
use huiliu_kit::auth::User;
use schemars::JsonSchema;
use serde::Deserialize;

/// An account at a server that takes mail to be sent on (SMTP).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailerOptions {
    /// The server's host name, or its IP address.
    #[schemars(extend("x-zh" = "发信服务器(SMTP)的主机名或 IP 地址,例如 smtp.163.com"))]
    pub host: String,
    /// Its port; 465 by default, 587 with `starttls`, 25 with `none`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "端口;默认 465,starttls 默认 587,none 默认 25"))]
    pub port: Option<u16>,
    /// How the connection is kept from being read on its way; `tls` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎样加密,默认 tls"))]
    pub tls: Tls,
    /// Our account there, plain or kept as a secret; absent logs in nowhere.
    #[serde(default)]
    #[schemars(extend("x-zh" = "账号,多半就是邮箱地址;不写就不登录"))]
    pub user: Option<User>,
    /// Its password; at QQ, NetEase and others the authorisation code, not the password of the web pages.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密码;QQ、163、126 等填授权码,不是网页登录的密码"))]
    pub password: Option<SecretRef>,
    /// A token for XOAUTH2, in place of a password.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用 XOAUTH2 登录的令牌(和 password 只写一个)"))]
    pub xoauth2: Option<SecretRef>,
    /// The address that mails come from; most providers want the account's own.
    #[schemars(extend("x-zh" = "发件人地址;多数邮局要求就是账号本身"))]
    pub from: String,
    /// The name that people see beside it.
    #[serde(default)]
    #[schemars(extend("x-zh" = "发件人名称,例如 某某县12345热线"))]
    pub from_name: Option<String>,
    /// Whom notices of failed delivery go to (the envelope's sender): `account` by default, `empty`, or an address with
    /// `{token}` in it such as `bounce+{token}@example.gov.cn`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "信封发件人(退信退给谁):account 就是发件人地址(默认,163、QQ 只许这样);empty 空;或带 {token} 的地址,例如 bounce+{token}@example.gov.cn"))]
    pub envelope_sender: Sender,
    /// The name by which we greet the server; absent is the address of our end of the connection.
    #[serde(default)]
    #[schemars(extend("x-zh" = "向服务器自报的主机名(HELO);不写就报本机地址"))]
    pub helo: Option<String>,
    /// The longest time for each step of a delivery; 30s by default, 1s to 2m. Large mails get more for their bytes.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每一步最多等多久,默认30s;大信另按大小加"))]
    pub timeout: Option<Period>,
    /// Certificates to trust instead of the system's (PEM), for a server that signs its own.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方自签证书的文件(PEM);填了就只信它"))]
    pub ca_file: Option<PathBuf>,
    /// SHA-256 of the server's certificate or of its public key: exactly this one is trusted, whoever signed it, whatever
    /// name and time it shows. Several while one takes the place of another.
    #[serde(default)]
    #[schemars(extend("x-zh" = "只认这张证书:证书或公钥的 SHA-256 指纹,不再看签发者、域名和有效期;换证书期间新旧都写"))]
    pub pin: Vec<String>,
    /// Addresses of the host where the name service does not know it: the host on the left.
    #[serde(default)]
    #[schemars(extend("x-zh" = "指定域名的地址(域名解析不到时):左边主机,右边 IP 地址列表"))]
    pub resolve: BTreeMap<String, Vec<String>>,
    /// From which address of this machine the connection leaves.
    #[serde(default)]
    #[schemars(extend("x-zh" = "从本机哪个 IP 地址出去(有几块网卡时)"))]
    pub bind: Option<String>,
    /// Signs what leaves (DKIM, RFC 6376), where the server does not do so itself.
    #[serde(default)]
    #[schemars(extend("x-zh" = "给发出的信加 DKIM 签名(自建邮局、服务器自己不签的才要)"))]
    pub dkim: Option<DkimOptions>,
}

/// How the connection is kept from being read on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// From the first byte (RFC 8314).
    #[default]
    #[schemars(extend("x-zh" = "一连上就加密(465 端口)"))]
    Tls,
    /// After a word in the clear (RFC 3207); a server that does not offer it is not spoken with.
    #[schemars(extend("x-zh" = "先连上再转为加密(587 端口);对方不支持就不发"))]
    Starttls,
    /// Not at all; only where the server is on this machine.
    #[schemars(extend("x-zh" = "不加密,只许服务器就在本机"))]
    None,
}

/// Whom notices of failed delivery go to.
#[derive(Clone, PartialEq, Eq, Debug, Default, JsonSchema)]
#[schemars(with = "String")]
pub enum Sender {
    /// The address that mails come from.
    #[default]
    Account,
    /// Nobody, as RFC 3834 wants it for what answers by itself. NetEase and QQ refuse it.
    Empty,
    /// An address made for each mail: what stands before `{token}`, and what stands behind it.
    Bounce(String, String),
}

impl<'de> Deserialize<'de> for Sender {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        match (written.as_str(), written.split_once("{token}")) {
            ("account", _) => Ok(Self::Account),
            ("empty", _) => Ok(Self::Empty),
            (_, Some((before, behind))) => Ok(Self::Bounce(before.to_owned(), behind.to_owned())),
            _ => Err(serde::de::Error::custom(
                "`account`, `empty`, or an address with `{token}` in it is needed · 要写 account、empty,或带 {token} 的地址",
            )),
        }
    }
}

/// How what leaves is signed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DkimOptions {
    /// Under which name the public key is found in the domain's name service.
    #[schemars(extend("x-zh" = "选择器:公钥放在 选择器._domainkey.域名 下"))]
    pub selector: String,
    /// The domain that signs: that of `from`, or one above it.
    #[schemars(extend("x-zh" = "签名的域名,就是发件人地址的域名或它的上级"))]
    pub domain: String,
    /// The private key: RSA, PEM, 2048 bits or more.
    #[schemars(extend("x-zh" = "私钥(RSA,PEM,2048位以上)"))]
    pub key: SecretRef,
}
