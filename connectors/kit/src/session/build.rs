//! From options to a session: everything is compiled and checked here, once. Nothing is contacted.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use huiliu_contract::{Misconfigured, Secret, SecretRef, Site};
use url::Url;

use super::options::{Login, Lost, Oauth2, PutToken, SendSecret};
use super::token::{Place, bearer};
use super::{Session, State};
use crate::auth::{Credentials, User};
use crate::client::{Client, RequestBuilder};
use crate::line::Base;
use crate::mistakes::Mistakes;
use crate::pick::Pointer;
use crate::success::{Errors, Judge, Otherwise, Plain, Success};
use crate::target::{Draft, FORM, Target, method_of};
use crate::xml::{Reading, answers};

/// The placeholders of a login request, in the order of their values.
const NAMES: [&str; 2] = ["user", "password"];

/// The compiled request for a token.
pub(super) enum Question {
    Login { target: Box<Target>, user: Option<Secret>, password: Option<Secret>, credentials: Credentials },
    Oauth2(Grant),
}

/// A request for a token by client credentials.
pub(super) struct Grant {
    url: Url,
    /// Id and secret where they go in a header, each written as a form writes it (RFC 6749, 2.3.1).
    basic: Option<(Secret, Secret)>,
    body: Secret,
    /// The secret alone.
    pub(super) secret: Secret,
}

impl Grant {
    pub(super) fn request(&self, client: &Client) -> RequestBuilder {
        let request =
            client.request(Method::POST, self.url.clone()).header(CONTENT_TYPE, HeaderValue::from_static(FORM));
        let request = match &self.basic {
            Some((id, secret)) => request.basic_auth(id.expose(), Some(secret.expose())),
            None => request,
        };
        request.body(self.body.expose().to_owned())
    }
}

impl Question {
    /// Which far side gives the token: a token that was kept is used for no other.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Login { target, .. } => target.written_address(),
            Self::Oauth2(grant) => grant.url.to_string(),
        }
    }
}

impl Session {
    /// Compiles OAuth2 client credentials; none if anything was wrong. `key` is where they stand, for example
    /// `connect.auth.oauth2`.
    pub fn oauth2(oauth2: &Oauth2, key: &str, base: &Base, site: &dyn Site, wrong: &mut Mistakes) -> Option<Self> {
        let id = secret_user(&oauth2.id, &format!("{key}.id"), site, wrong);
        let secret = wrong.take(site.secret(&format!("{key}.secret"), &oauth2.secret));
        let path = wrong.take(base.join(&oauth2.token, &format!("{key}.token"), &[]));
        let url = path.and_then(|path| {
            let url = Url::parse(&path.to_text(&[])).map_err(|_| {
                Misconfigured::new(format!("{key}.token"), "this is no path and no address", "这不是路径,也不是网址")
            });
            wrong.take(url)
        });
        let (id, secret) = (id?, secret?);
        let in_body = oauth2.send == SendSecret::Body;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if let Some(scope) = &oauth2.scope {
            form.append_pair("scope", scope);
        }
        if in_body {
            form.append_pair("client_id", id.expose()).append_pair("client_secret", secret.expose());
        }
        let written = |secret: &Secret| {
            Secret::new(url::form_urlencoded::byte_serialize(secret.expose().as_bytes()).collect::<String>())
        };
        let basic = (!in_body).then(|| (written(&id), written(&secret)));
        let grant = Grant { url: url?, basic, body: Secret::new(form.finish()), secret };
        let at = |written| Pointer::parse(written).ok();
        Some(Self {
            question: Question::Oauth2(grant),
            judge: Judge::default(),
            token: at("/access_token")?,
            expires_in: at("/expires_in"),
            valid: None,
            put: bearer(),
            lost_at: None,
            signs: Reading::default(),
            lost_statuses: Vec::new(),
            tries: 1,
            remedy: "check `connect.auth.oauth2`: id, secret and scope",
            recipe: None,
            state: State::default().into(),
            logins: 0.into(),
        })
    }

    /// Compiles `[login]`; none if anything was wrong. `headers` are those of every request with their key; `otherwise`
    /// is what holds where `[login]` has none of its own. `credentials` go on
    /// the login as on every request.
    pub fn login(
        login: &Login,
        base: &Base,
        headers: (&BTreeMap<String, String>, String),
        otherwise: Otherwise<'_>,
        credentials: Credentials,
        site: &dyn Site,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let before = wrong.count();
        let xml = answers(login.format, login.xml.as_ref(), otherwise.xml, "login", wrong);
        let judge = judge(login, otherwise, wrong).zip(xml.clone()).map(|(judge, xml)| judge.of(xml));
        let user = login.user.as_ref().and_then(|user| secret_user(user, "login.user", site, wrong));
        let password = login.password.as_ref().and_then(|at: &SecretRef| wrong.take(site.secret("login.password", at)));
        let target = target(login, base, headers, wrong);
        for (name, written, key) in
            [(0, login.user.is_some(), "login.user"), (1, login.password.is_some(), "login.password")]
        {
            placeholder(target.as_ref(), name, written, key, wrong);
        }
        let token = wrong.pointer(Some(&login.token), "login.token");
        let expires_in = wrong.pointer(login.expires_in.as_ref(), "login.expires_in");
        if login.valid.is_some_and(|valid| valid.0 < Duration::from_secs(60)) {
            wrong.tell(
                "login.valid",
                "1m or more is needed, else every request would log in",
                "至少 1m,否则每次请求都要登录",
            );
        }
        if !(1..=10).contains(&login.tries.unwrap_or(1)) {
            wrong.tell("login.tries", "a number from 1 to 10 is needed", "要在 1 到 10 之间");
        }
        let put = put(login.put.as_ref(), wrong);
        let (lost_at, lost_statuses) = lost(login.lost.as_ref(), login, otherwise.success, wrong);
        let target = Box::new(target.filter(|_| wrong.count() == before)?);
        Some(Self {
            question: Question::Login { target, user, password, credentials },
            judge: judge?,
            token: token?,
            expires_in,
            valid: login.valid.map(|valid| valid.0),
            put: put?,
            lost_at,
            lost_statuses,
            signs: otherwise.xml.cloned().or(xml.flatten()).unwrap_or_default(),
            tries: login.tries.unwrap_or(1),
            remedy: "check `login.user` and `login.password`",
            recipe: None,
            state: State::default().into(),
            logins: 0.into(),
        })
    }

    /// Whether the token goes into the body: then every request needs one.
    pub fn puts_into_body(&self) -> bool {
        matches!(self.put, Place::Field(_))
    }
}

fn secret_user(user: &User, key: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Secret> {
    match user {
        User::Plain(name) => Some(Secret::new(name.clone())),
        User::Secret(at) => wrong.take(site.secret(key, at)),
    }
}

fn judge(login: &Login, otherwise: Otherwise<'_>, wrong: &mut Mistakes) -> Option<Judge> {
    let own = login.success.is_some() || login.errors.is_some();
    let nothing = Errors::new();
    let success = login.success.as_ref().or(otherwise.success);
    let errors = login.errors.as_ref().or(otherwise.errors).unwrap_or(&nothing);
    let judge = Judge::build(success, "login.success", errors, "login.errors");
    if own { wrong.take_all(judge) } else { Some(judge.unwrap_or_default()) }
}

fn target(
    login: &Login,
    base: &Base,
    headers: (&BTreeMap<String, String>, String),
    wrong: &mut Mistakes,
) -> Option<Target> {
    let (method, path, key) = wrong.take(method_of(login.get.as_ref(), login.post.as_ref(), "login"))?;
    if method == Method::GET && login.body.is_some() {
        wrong.tell("login.body", "a GET has no body; write `query`, or `post`", "GET 没有内容;请写 query,或改用 post");
    }
    let draft = Draft {
        method,
        path: (path, key),
        query: (&login.query, "login.query".into()),
        headers: &[headers, (&login.headers, "login.headers".into())],
        body: (login.body.as_ref(), "login.body".into()),
        send_as: login.send_as,
        names: &NAMES,
        extras: Vec::new(),
    };
    Target::build(&draft, base, wrong)
}

/// A placeholder without its value, or a value that goes nowhere.
fn placeholder(target: Option<&Target>, name: usize, written: bool, key: &str, wrong: &mut Mistakes) {
    let Some(target) = target else { return };
    let placeholder = format!("{{{}}}", NAMES[name]);
    match (target.uses(name), written) {
        (true, false) => wrong.tell(
            key,
            &format!("the login request holds `{placeholder}`, but this key is not written"),
            &format!("登录请求里用了 {placeholder},但没有写这一项"),
        ),
        (false, true) => wrong.tell(
            key,
            &format!("nothing sends it; write `{placeholder}` into `login.body` or `login.query`"),
            &format!("登录请求里没有带上;请在 login.body 或 login.query 里写 {placeholder}"),
        ),
        _ => {}
    }
}

fn put(written: Option<&PutToken>, wrong: &mut Mistakes) -> Option<Place> {
    match written {
        None | Some(PutToken::Bearer(true)) => Some(bearer()),
        Some(PutToken::Header(name)) => match HeaderName::try_from(name.as_str()) {
            Ok(name) => Some(Place::Header(name, "")),
            Err(_) => {
                let problem = format!("`{name}` is no header name; letters, digits and `-` are allowed");
                wrong.tell("login.put.header", &problem, &format!("“{name}”不能作请求头名;只能用字母、数字和 -"));
                None
            }
        },
        Some(PutToken::Query(name)) if !name.is_empty() => Some(Place::Query(name.clone())),
        Some(PutToken::Field(name)) if !name.is_empty() => Some(Place::Field(name.clone())),
        Some(_) => {
            wrong.tell(
                "login.put",
                "write `{ bearer = true }`, or a name: `{ header = \"…\" }`, `{ query = \"…\" }`, `{ field = \"…\" }`",
                "请写 { bearer = true },或写出名字:{ header = \"…\" }、{ query = \"…\" }、{ field = \"…\" }",
            );
            None
        }
    }
}

type Signs = (Option<(Pointer, Vec<String>)>, Vec<u16>);

fn lost(written: Option<&Lost>, login: &Login, otherwise: Option<&Success>, wrong: &mut Mistakes) -> Signs {
    let Some(lost) = written else { return (None, Vec::new()) };
    if let Some(status) = lost.statuses.iter().find(|status| !(300..600).contains(*status)) {
        let problem = format!("`{status}` is no HTTP status of a failure (300–599)");
        wrong.tell("login.lost.statuses", &problem, &format!("{status} 不是表示失败的 HTTP 状态码(300–599)"));
    }
    if lost.at.is_some() == lost.is.is_empty() {
        let problem = "`at` and `is` belong together: where the sign stands, and the values that are one";
        wrong.tell("login.lost", problem, "at 和 is 要一起写:看哪个位置、哪些值表示登录失效");
    } else if lost.at.is_none() && lost.statuses.is_empty() {
        let problem = "no sign is written; write `at` and `is`, or `statuses`, or delete the table";
        wrong.tell("login.lost", problem, "没有写任何标志;请写 at 和 is,或 statuses,或删掉这一项");
    }
    let is: Vec<_> = lost.is.iter().map(Plain::to_string).collect();
    let success = login.success.as_ref().or(otherwise);
    let same = success.filter(|success| Some(&success.at) == lost.at.as_ref());
    if let Some(word) = same.and_then(|success| success.is.iter().find(|word| is.contains(&word.to_string()))) {
        wrong.tell(
            "login.lost.is",
            &format!("`{word}` means success; it cannot mean that the login is over too"),
            &format!("“{word}”表示成功,不能又表示登录失效"),
        );
    }
    let at = wrong.pointer(lost.at.as_ref(), "login.lost.at");
    (at.map(|at| (at, is)), lost.statuses.clone())
}
