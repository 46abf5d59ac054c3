//! Who we say we are to a far side: three ways, resolved once, never shown.

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use huiliu_contract::{Misconfigured, Secret, SecretRef, Site};
use reqwest::RequestBuilder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tap;

/// How a far side knows us.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// User name and password in every request (RFC 7617).
    #[schemars(extend("x-zh" = "用户名加密码(HTTP Basic)"))]
    Basic(Basic),
    /// A token in the `Authorization` header (RFC 6750).
    #[schemars(extend("x-zh" = "令牌(Authorization: Bearer)"))]
    Bearer(SecretRef),
    /// A key in a header or in the query.
    #[schemars(extend("x-zh" = "接口密钥,放在请求头或网址参数里"))]
    ApiKey(ApiKey),
}

/// User name and password.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basic {
    /// The user name, plain or kept as a secret; it holds no colon.
    #[schemars(extend("x-zh" = "用户名"))]
    pub user: User,
    /// The password.
    #[schemars(extend("x-zh" = "密码"))]
    pub password: SecretRef,
}

/// A user name: some offices print theirs, others guard it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum User {
    /// Kept as a secret.
    #[schemars(extend("x-zh" = "按密钥保管的用户名"))]
    Secret(SecretRef),
    /// Written down.
    #[schemars(extend("x-zh" = "直接写出的用户名"))]
    Plain(String),
}

/// A key, and where it is put: exactly one of `header` and `query`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// The name of the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-zh" = "放密钥的请求头名"))]
    pub header: Option<String>,
    /// The name of the query parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-zh" = "放密钥的网址参数名"))]
    pub query: Option<String>,
    /// The key.
    #[schemars(extend("x-zh" = "密钥"))]
    pub value: SecretRef,
}

/// [`Auth`] with its secrets read, ready for every request.
#[derive(Clone, Default)]
pub struct Credentials(Way);

#[derive(Clone, Default)]
enum Way {
    #[default]
    Nobody,
    Basic {
        user: Secret,
        password: Secret,
    },
    Header(HeaderName, HeaderValue),
    Query(String, Secret),
}

impl Auth {
    /// Reads the secrets. `key` is where this stands in the configuration, for example `connect.auth`.
    pub fn resolve(&self, key: &str, site: &dyn Site) -> Result<Credentials, Vec<Misconfigured>> {
        let way = match self {
            Self::Basic(basic) => basic.resolve(&format!("{key}.basic"), site)?,
            Self::Bearer(token) => {
                let key = format!("{key}.bearer");
                let token = site.secret(&key, token).map_err(|wrong| vec![wrong])?;
                let value = sensitive(&format!("Bearer {}", token.expose()), &key)?;
                Way::Header(AUTHORIZATION, value)
            }
            Self::ApiKey(api_key) => api_key.resolve(&format!("{key}.api_key"), site)?,
        };
        Ok(Credentials(way))
    }
}

impl Basic {
    fn resolve(&self, key: &str, site: &dyn Site) -> Result<Way, Vec<Misconfigured>> {
        let user_key = format!("{key}.user");
        let user = match &self.user {
            User::Plain(name) => Ok(Secret::new(name.clone())),
            User::Secret(at) => site.secret(&user_key, at),
        };
        let user = user.and_then(|user| match user.expose().contains(':') {
            true => Err(Misconfigured::new(
                &user_key,
                "the user name holds a colon, which HTTP Basic does not allow",
                "用户名里有冒号,HTTP Basic 不允许",
            )),
            false => Ok(user),
        });
        match (user, site.secret(&format!("{key}.password"), &self.password)) {
            (Ok(user), Ok(password)) => Ok(Way::Basic { user, password }),
            (user, password) => Err(user.err().into_iter().chain(password.err()).collect()),
        }
    }
}

impl ApiKey {
    fn resolve(&self, key: &str, site: &dyn Site) -> Result<Way, Vec<Misconfigured>> {
        let value_key = format!("{key}.value");
        let secret = site.secret(&value_key, &self.value).map_err(|wrong| vec![wrong])?;
        match (&self.header, &self.query) {
            (Some(name), None) => {
                let header = HeaderName::try_from(name.as_str()).map_err(|_| {
                    vec![Misconfigured::new(
                        format!("{key}.header"),
                        format!("`{name}` is no header name; letters, digits and `-` are allowed"),
                        format!("“{name}”不能作请求头名;只能用字母、数字和 -"),
                    )]
                })?;
                Ok(Way::Header(header, sensitive(secret.expose(), &value_key)?))
            }
            (None, Some(name)) if !name.is_empty() => Ok(Way::Query(name.clone(), secret)),
            _ => Err(vec![Misconfigured::new(
                key,
                "exactly one of `header` and `query` is needed, with a name",
                "header 和 query 要写且只写一个,并写出名字",
            )]),
        }
    }
}

fn sensitive(text: &str, key: &str) -> Result<HeaderValue, Vec<Misconfigured>> {
    let mut value = HeaderValue::try_from(text).map_err(|_| {
        vec![Misconfigured::new(
            key,
            "the secret holds characters that a header cannot carry (a line break, perhaps)",
            "密钥里有请求头不允许的字符(可能是换行)",
        )]
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl Credentials {
    /// Nobody in particular.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Puts the credentials on a request.
    pub fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.0 {
            Way::Nobody => request,
            Way::Basic { user, password } => {
                tap::secret(password);
                request.basic_auth(user.expose(), Some(password.expose()))
            }
            Way::Header(name, value) => request.header(name, value),
            Way::Query(name, secret) => {
                tap::secret(secret);
                request.query(&[(name.as_str(), secret.expose())])
            }
        }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &self.0 {
            Way::Nobody => "Credentials(nobody)",
            Way::Basic { .. } => "Credentials(basic ••••)",
            Way::Header(..) => "Credentials(header ••••)",
            Way::Query(..) => "Credentials(query ••••)",
        })
    }
}
