//! What an operator may write about logging in. Nothing is compiled or contacted here.

use std::collections::BTreeMap;

use huiliu_contract::{Period, SecretRef};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::auth::{ApiKey, Auth, Basic, User};
use crate::success::{Errors, Plain, Success};
use crate::target::SendAs;
use crate::xml::{AnswerFormat, XmlOptions};

/// How a far side that is asked knows us.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Identity {
    /// User name and password in every request (RFC 7617).
    #[schemars(extend("x-zh" = "用户名加密码(HTTP Basic)"))]
    Basic(Basic),
    /// A token in the `Authorization` header (RFC 6750).
    #[schemars(extend("x-zh" = "令牌(Authorization: Bearer)"))]
    Bearer(SecretRef),
    /// A key in a header or in the query.
    #[schemars(extend("x-zh" = "接口密钥,放在请求头或网址参数里"))]
    ApiKey(ApiKey),
    /// A token that is fetched with our own id and secret (OAuth2 client credentials, RFC 6749, 4.4), and renewed before it
    /// ends.
    #[schemars(extend("x-zh" = "OAuth2 客户端凭证:先用编号和密钥换令牌,快到期自动续"))]
    Oauth2(Oauth2),
}

impl Identity {
    /// The same, where nothing has to be fetched first.
    pub fn at_hand(&self) -> Option<Auth> {
        match self {
            Self::Basic(basic) => Some(Auth::Basic(basic.clone())),
            Self::Bearer(token) => Some(Auth::Bearer(token.clone())),
            Self::ApiKey(key) => Some(Auth::ApiKey(key.clone())),
            Self::Oauth2(_) => None,
        }
    }
}

impl From<Auth> for Identity {
    fn from(auth: Auth) -> Self {
        match auth {
            Auth::Basic(basic) => Self::Basic(basic),
            Auth::Bearer(token) => Self::Bearer(token),
            Auth::ApiKey(key) => Self::ApiKey(key),
        }
    }
}

/// OAuth2 client credentials.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Oauth2 {
    /// Path, or address of an allowed host, where the token is asked for.
    #[schemars(extend("x-zh" = "换令牌的路径,例如 /oauth/token"))]
    pub token: String,
    /// Our id there, plain or kept as a secret.
    #[schemars(extend("x-zh" = "客户端编号(client_id)"))]
    pub id: User,
    /// Our secret there.
    #[schemars(extend("x-zh" = "客户端密钥(client_secret)"))]
    pub secret: SecretRef,
    /// What is asked for; left out if it is not written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "权限范围(scope);不写就不带"))]
    pub scope: Option<String>,
    /// Whether id and secret go in a header or in the body.
    #[serde(default)]
    #[schemars(extend("x-zh" = "编号和密钥怎么带:basic 请求头,body 请求内容"))]
    pub send: SendSecret,
}

/// How id and secret are sent (RFC 6749, 2.3.1).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendSecret {
    /// In the `Authorization` header.
    #[default]
    #[schemars(extend("x-zh" = "请求头(HTTP Basic)"))]
    Basic,
    /// In the body, as `client_id` and `client_secret`.
    #[schemars(extend("x-zh" = "请求内容(client_id、client_secret)"))]
    Body,
}

/// `[login]`: one request that yields a token. Texts may hold `{user}` and `{password}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Path of a GET; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用GET登录的路径(get、post 只写一个)"))]
    pub get: Option<String>,
    /// Path of a POST; exactly one of `get` and `post`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用POST登录的路径(get、post 只写一个)"))]
    pub post: Option<String>,
    /// Query parameters.
    #[serde(default)]
    #[schemars(extend("x-zh" = "网址参数;可用 {user} {password}"))]
    pub query: BTreeMap<String, String>,
    /// Headers of this request.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录请求另带的请求头"))]
    pub headers: BTreeMap<String, String>,
    /// The body of a POST, as a tree of values.
    #[serde(default)]
    #[schemars(extend("x-zh" = "POST 的内容;可用 {user} {password}"))]
    pub body: Option<Value>,
    /// How the body is written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "内容的写法:json 或 form"))]
    pub send_as: SendAs,
    /// The user name, plain or kept as a secret.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用户名"))]
    pub user: Option<User>,
    /// The password.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密码"))]
    pub password: Option<SecretRef>,
    /// Where the token stands in the answer.
    #[schemars(extend("x-zh" = "返回里令牌在哪,例如 /data/token"))]
    pub token: String,
    /// Where the answer says for how many seconds the token holds.
    #[serde(default)]
    #[schemars(extend("x-zh" = "返回里令牌有效多少秒在哪"))]
    pub expires_in: Option<String>,
    /// How long a token holds, where the answer does not say it; 1m or more.
    #[serde(default)]
    #[schemars(extend("x-zh" = "令牌有效多久(返回里没写时),例如 2h"))]
    pub valid: Option<Period>,
    /// How the token is put on requests; as a bearer token by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "令牌怎么带在请求上;默认 Authorization: Bearer"))]
    pub put: Option<PutToken>,
    /// By what it is known that the login is over; HTTP 401 always is.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么看出登录失效了;HTTP 401 总是算"))]
    pub lost: Option<Lost>,
    /// How many refused logins in a row are made before a person is needed; 1 by default, 10 at most.
    #[serde(default)]
    #[schemars(extend("x-zh" = "连着登录失败几次就停下等人处理,默认1,防止账号被锁"))]
    pub tries: Option<u32>,
    /// When a login succeeded; as `poll.success` if it is not written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "什么样的返回算登录成功;不写同 poll.success"))]
    pub success: Option<Success>,
    /// What error codes mean; as `poll.errors` if it is not written. Whatever is not `unavailable` is a refused login.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录的错误代码各是什么意思;不写同 poll.errors;没列出的都算登录被拒"))]
    pub errors: Option<Errors>,
    /// How the answer to a login is written; as `poll.format` if it is not written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录返回的写法:json 或 xml;不写同 poll.format"))]
    pub format: Option<AnswerFormat>,
    /// How a login's answer in XML is read; as `poll.xml` if it is not written.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录返回的 XML 怎么读;不写同 poll.xml"))]
    pub xml: Option<XmlOptions>,
}

/// How a token is put on requests.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PutToken {
    /// In this header, as it is.
    #[schemars(extend("x-zh" = "放在这个请求头里"))]
    Header(String),
    /// As `Authorization: Bearer …`; only `true` makes sense.
    #[schemars(extend("x-zh" = "Authorization: Bearer,只能写 true"))]
    Bearer(bool),
    /// As this query parameter.
    #[schemars(extend("x-zh" = "放在这个网址参数里"))]
    Query(String),
    /// As this member of the body, a JSON object or a form.
    #[schemars(extend("x-zh" = "放在请求内容的这个字段里"))]
    Field(String),
}

/// By what an answer shows that we are no longer logged in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// Where the sign stands in an answer, in JSON or in XML; XML is read as `poll.xml` says.
    #[serde(default)]
    #[schemars(extend("x-zh" = "看返回里哪个位置,例如 /code;返回是 XML 的从根元素写起,例如 /response/code"))]
    pub at: Option<String>,
    /// The values there that say so.
    #[serde(default)]
    #[schemars(extend("x-zh" = "哪些值表示登录失效"))]
    pub is: Vec<Plain>,
    /// HTTP statuses that say so besides 401, for example 302 where it leads to a login page.
    #[serde(default)]
    #[schemars(extend("x-zh" = "除401外哪些 HTTP 状态码也表示登录失效,例如302"))]
    pub statuses: Vec<u16>,
}
