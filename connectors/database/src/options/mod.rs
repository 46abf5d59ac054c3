//! What an operator may write for an exchange database. Nothing is compiled or looked up here.

mod back;
mod poll;

use std::collections::BTreeMap;
use std::path::PathBuf;

use huiliu_contract::{Period, SecretRef};
use huiliu_kit::auth::User;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::engine::Engine;

pub use back::{ReturnOptions, Status, Way};
pub use poll::{Census, Files, PollOptions, Since, SinceBy, Sweep, Taken};

/// The tables of `channel.toml` that belong to this kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Where the database is and who we are to it.
    #[schemars(extend("x-zh" = "怎么连"))]
    pub connect: Connect,
    /// How rows are read.
    #[schemars(extend("x-zh" = "怎么取"))]
    pub poll: PollOptions,
    /// How outcomes are written back; without it nothing is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么回"))]
    pub r#return: Option<ReturnOptions>,
}

/// Where the database is and who we are to it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// What it speaks.
    #[schemars(extend("x-zh" = "哪种数据库"))]
    pub engine: Engine,
    /// Its host, or its IP address.
    #[schemars(extend("x-zh" = "主机名或 IP 地址"))]
    pub host: String,
    /// Its port; 5432 or 3306 by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "端口;默认 PostgreSQL 5432、MySQL 3306"))]
    pub port: Option<u16>,
    /// The database there.
    #[schemars(extend("x-zh" = "库名"))]
    pub database: String,
    /// Our account there, plain or kept as a secret. It should be able to read the view and nothing else.
    #[schemars(extend("x-zh" = "账号;最好只能读这个视图"))]
    pub user: User,
    /// Its password.
    #[schemars(extend("x-zh" = "密码"))]
    pub password: SecretRef,
    /// Whether TLS is spoken: `require` by default, `off` by default where the database is on this machine.
    #[serde(default)]
    #[schemars(extend("x-zh" = "要不要加密连接:默认 require 必须加密;数据库就在本机时默认 off"))]
    pub tls: Option<Tls>,
    /// Certificates to trust instead of the system's (PEM), for a database that signs its own.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方自签证书的文件(PEM);填了就只信它"))]
    pub ca_file: Option<PathBuf>,
    /// SHA-256 of the certificate or of its public key: exactly this one is trusted, whoever signed it, whatever name and time
    /// it shows. PostgreSQL only.
    #[serde(default)]
    #[schemars(extend("x-zh" = "只认这张证书:证书或公钥的 SHA-256 指纹,不再看签发者、域名和有效期(只有 PostgreSQL 能用)"))]
    pub pin: Vec<String>,
    /// Addresses of the host where the name service does not know it: the host on the left.
    #[serde(default)]
    #[schemars(extend("x-zh" = "指定域名的地址(域名解析不到时):左边主机,右边 IP 地址列表"))]
    pub resolve: BTreeMap<String, Vec<String>>,
    /// From which address of this machine the connection leaves. PostgreSQL only.
    #[serde(default)]
    #[schemars(extend("x-zh" = "从本机哪个 IP 地址出去(有几块网卡时;只有 PostgreSQL 能用)"))]
    pub bind: Option<String>,
    /// The longest time for a login and for each statement; 30s by default, 1s to 10m.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录、每条语句最多等多久,默认30s"))]
    pub timeout: Option<Period>,
    /// In which character set texts are that the database takes for something else (SQL_ASCII, latin1): `gbk`, `gb18030`,
    /// `big5`. Columns that say themselves that they are GBK need none.
    #[serde(default)]
    #[schemars(extend("x-zh" = "库里的文字其实是什么编码(库自己说成 SQL_ASCII、latin1 的时候):gbk、gb18030、big5;列自己就是 gbk 的不用写"))]
    pub charset: Option<String>,
}

/// Whether TLS is spoken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Always; what shows no certificate that is trusted is not spoken with.
    #[schemars(extend("x-zh" = "必须加密,证书要可信"))]
    Require,
    /// Never: whoever is on the line reads along.
    #[schemars(extend("x-zh" = "不加密:线路上的人都能看见"))]
    Off,
}
