//! What an operator may write for a back end. Nothing is compiled or looked up here.

mod back;
mod login;
mod poll;

use std::collections::BTreeMap;

use huiliu_contract::{Period, SecretRef};
use huiliu_kit::auth::User;
use huiliu_kit::route::RouteOptions;
use schemars::JsonSchema;
use serde::Deserialize;

pub use back::{Answering, Back, Fill, Status, UploadFirst};
pub use login::{Captcha, KeepAlive, Kicked, Login, LoginForm, PasswordAs};
pub use poll::{Census, Detail, Format, Key, List, PageBy, Paging, PollOptions, RowTime, Until};

/// The tables of `channel.toml` that belong to this kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Where the back end is, and the account.
    #[schemars(extend("x-zh" = "怎么连"))]
    pub connect: Connect,
    /// How to log in; without it pages are asked for as anybody would.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么登录"))]
    pub login: Option<Login>,
    /// How items are fetched.
    #[schemars(extend("x-zh" = "怎么取"))]
    pub poll: PollOptions,
    /// How outcomes are filled in; without it nothing is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么回"))]
    pub r#return: Option<Back>,
}

/// `[connect]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// The address that all paths below are added to; http or https.
    #[schemars(extend("x-zh" = "网站后台的地址,后面的路径都接在它后面"))]
    pub url: String,
    /// The account's name, plain or kept as a secret.
    #[serde(default)]
    #[schemars(extend("x-zh" = "账号"))]
    pub user: Option<User>,
    /// The account's password.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密码"))]
    pub password: Option<SecretRef>,
    /// In which letters its pages are written: `auto` (default), `gbk`, `utf-8`, or another name that pages use.
    #[serde(default)]
    #[schemars(extend("x-zh" = "网页的编码:auto 自动(默认)、gbk、utf-8 等"))]
    pub charset: Option<String>,
    /// Headers of every request; no secrets here.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每次请求都带的请求头(不放密钥)"))]
    pub headers: BTreeMap<String, String>,
    /// By which way requests leave.
    #[serde(flatten)]
    pub route: RouteOptions,
    /// The longest time for one request; 30s by default, 1s to 10m.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一次请求最多等多久,默认30s"))]
    pub timeout: Option<Period>,
    /// Other hosts that requests may go to, by a link or a redirect.
    #[serde(default)]
    #[schemars(extend("x-zh" = "除后台地址外还允许访问的主机"))]
    pub allow_hosts: Vec<String>,
}
