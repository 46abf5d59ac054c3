//! What an operator may write about the way out. Nothing is compiled or contacted here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use huiliu_contract::SecretRef;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::auth::User;

/// By which way requests leave: keys of the table that holds the address.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct RouteOptions {
    /// Certificates to trust instead of the system's (PEM), for a platform that signs its own.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方自签证书的文件(PEM);填了就只信它"))]
    pub ca_file: Option<PathBuf>,
    /// SHA-256 of the certificate of the address's host, or of its public key: exactly this one is trusted, whoever signed it,
    /// whatever name and time it shows. Several while one takes the place of another.
    #[serde(default)]
    #[schemars(extend("x-zh" = "只认这张证书:证书或公钥的 SHA-256 指纹,不再看签发者、域名和有效期;换证书期间新旧都写"))]
    pub pin: Vec<String>,
    /// Through which proxy; without it straight there, whatever the environment says.
    #[serde(default)]
    #[schemars(extend("x-zh" = "走哪个代理;不写就直连,不看环境变量"))]
    pub proxy: Option<ProxyOptions>,
    /// Addresses of hosts that the name service does not know, or knows by another address: the host on the left.
    #[serde(default)]
    #[schemars(extend("x-zh" = "指定域名的地址(域名解析不到、或解析到外网地址时):左边主机,右边 IP 地址列表"))]
    pub resolve: BTreeMap<String, Vec<String>>,
    /// From which address of this machine requests leave.
    #[serde(default)]
    #[schemars(extend("x-zh" = "从本机哪个 IP 地址出去(有几块网卡时)"))]
    pub bind: Option<String>,
}

impl RouteOptions {
    /// Whether anything of it is written.
    pub fn is_written(&self) -> bool {
        let lists = !self.pin.is_empty() || !self.resolve.is_empty();
        lists || self.ca_file.is_some() || self.proxy.is_some() || self.bind.is_some()
    }
}

/// A proxy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxyOptions {
    /// Its address: `http://`, `https://` or `socks5://`, host and port; without user and password.
    #[schemars(extend("x-zh" = "代理地址,例如 http://10.1.2.3:3128;也可以是 https://、socks5://;不带用户名密码"))]
    pub url: String,
    /// Our user name there, plain or kept as a secret.
    #[serde(default)]
    #[schemars(extend("x-zh" = "代理的用户名"))]
    pub user: Option<User>,
    /// Our password there.
    #[serde(default)]
    #[schemars(extend("x-zh" = "代理的密码"))]
    pub password: Option<SecretRef>,
}
