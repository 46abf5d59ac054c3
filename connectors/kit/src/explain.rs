//! Plain words for what kinds that speak HTTP have in common: who we are to a far side, what counts as success, how
//! outcomes go back. For people who do not read configuration; nothing here reads a secret.

mod recipe;

use std::collections::BTreeMap;

use huiliu_contract::{CountedBy, OutcomeKind, SecretRef, Sentence, Topic};
use serde_json::Value;

use crate::auth::{ApiKey, Auth, Basic, User};
use crate::outlet::{ReturnOptions, States, Status, Way};
use crate::session::{Identity, Login, Oauth2, PutToken, SendSecret};
use crate::success::{Errors, Plain, Success, Trouble};
use crate::target::SendAs;

pub use recipe::recipe;

/// By which time a far side counts a day, in both languages.
pub fn counted_by(by: CountedBy) -> (&'static str, &'static str) {
    match by {
        CountedBy::HandedAt => ("对方转来的时间", "when the far side handed it over"),
        CountedBy::SubmittedAt => ("群众提交的时间", "when it was submitted"),
        CountedBy::ReceivedAt => ("我们收到的时间", "when it came here"),
    }
}

/// A text in both languages: Chinese, English.
pub type Both = (String, String);

/// Where a secret is kept; never what it is.
pub fn secret(at: &SecretRef) -> Both {
    match at {
        SecretRef::File(path) => (format!("密钥在 {}", path.display()), format!("the secret is in {}", path.display())),
        SecretRef::Env(name) => (format!("密钥在环境变量 {name}"), format!("the secret is in the variable {name}")),
    }
}

/// Where several secrets are kept.
pub fn secrets(list: &[SecretRef]) -> Both {
    let (zh, en): (Vec<_>, Vec<_>) = list.iter().map(secret).unzip();
    (zh.join("、"), en.join(", "))
}

/// A request, as it is written: `POST /order/list`.
pub fn request(get: Option<&String>, post: Option<&String>) -> String {
    match (get, post) {
        (Some(path), _) => format!("GET {path}"),
        (None, Some(path)) => format!("POST {path}"),
        (None, None) => "?".into(),
    }
}

/// Names and values in one line: `a=1、b=2`.
pub fn pairs<V: std::fmt::Display>(pairs: &BTreeMap<String, V>) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("、")
}

/// A tree of values in one line; a table at its top without its braces.
pub fn tree(value: &Value) -> String {
    match value {
        Value::Object(table) => {
            let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            table.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect::<Vec<_>>().join("、")
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Values that mean one thing: `200、"ok"`.
pub fn values(list: &[Plain]) -> String {
    list.iter().map(Plain::to_string).collect::<Vec<_>>().join("、")
}

/// Who we are to a far side.
pub fn identity(identity: Option<&Identity>) -> Both {
    match identity {
        None => ("不用登录,不带身份".into(), "no login, no identity".into()),
        Some(Identity::Basic(basic)) => of_basic(basic),
        Some(Identity::Bearer(token)) => of_bearer(token),
        Some(Identity::ApiKey(key)) => of_key(key),
        Some(Identity::Oauth2(oauth)) => of_oauth(oauth),
    }
}

/// The same where nothing has to be fetched first.
pub fn auth(auth: Option<&Auth>) -> Both {
    identity(auth.cloned().map(Identity::from).as_ref())
}

fn of_basic(basic: &Basic) -> Both {
    let (user, password) = (user(&basic.user), secret(&basic.password));
    (
        format!("用户名({})加密码({})", user.0, password.0),
        format!("user name ({}) and password ({})", user.1, password.1),
    )
}

fn of_bearer(token: &SecretRef) -> Both {
    let at = secret(token);
    (format!("固定令牌({})", at.0), format!("a fixed token ({})", at.1))
}

fn of_key(key: &ApiKey) -> Both {
    let at = secret(&key.value);
    let (zh, en) = match (&key.header, &key.query) {
        (Some(name), _) => (format!("请求头 {name}"), format!("the header {name}")),
        (None, name) => {
            let name = name.as_deref().unwrap_or("?");
            (format!("网址参数 {name}"), format!("the parameter {name}"))
        }
    };
    (format!("接口密钥,放在{zh}({})", at.0), format!("a key in {en} ({})", at.1))
}

fn of_oauth(oauth: &Oauth2) -> Both {
    let (id, at) = (user(&oauth.id), secret(&oauth.secret));
    let (how, how_en) = match oauth.send {
        SendSecret::Basic => ("请求头", "the header"),
        SendSecret::Body => ("请求内容", "the body"),
    };
    let (scope, scope_en) = match &oauth.scope {
        Some(scope) => (format!(",权限范围 {scope}"), format!(", scope {scope}")),
        None => Both::default(),
    };
    (
        format!(
            "先到 {} 用客户端编号({})和密钥({})换令牌,编号和密钥放在{how}{scope},快到期自动续",
            oauth.token, id.0, at.0
        ),
        format!(
            "a token fetched at {} with our id ({}) and secret ({}) in {how_en}{scope_en}, renewed in time",
            oauth.token, id.1, at.1
        ),
    )
}

fn user(user: &User) -> Both {
    match user {
        User::Plain(name) => (name.clone(), name.clone()),
        User::Secret(at) => secret(at),
    }
}

/// What counts as success, and what other codes mean. Nothing written is the HTTP status alone.
pub fn success(success: Option<&Success>, errors: &Errors) -> Both {
    let (mut zh, mut en) = match success {
        Some(rule) => (
            format!("返回里 {} 是 {} 才算成功,HTTP 200 不算数", rule.at, values(&rule.is)),
            format!("an answer is a success only if {} is {}; HTTP 200 does not count", rule.at, values(&rule.is)),
        ),
        None => ("成功不成功只看 HTTP 状态码".into(), "the HTTP status alone tells success".into()),
    };
    let told: Vec<_> = errors.iter().map(|(code, trouble)| (code, trouble_words(*trouble))).collect();
    if !told.is_empty() {
        let both = told.iter().map(|(code, words)| (format!("{code} {}", words.0), format!("{code} {}", words.1)));
        let (list, list_en): (Vec<_>, Vec<_>) = both.unzip();
        zh += &format!(";代码 {}", list.join("、"));
        en += &format!("; codes: {}", list_en.join(", "));
    }
    (zh, en)
}

fn trouble_words(trouble: Trouble) -> (&'static str, &'static str) {
    match trouble {
        Trouble::Unavailable => ("暂时不可用,过后再试", "means not now, asked again later"),
        Trouble::Denied => ("不认我们的身份,停下等人处理", "means that we are not accepted, a person is needed"),
        Trouble::Malformed => ("不认这条内容", "means that it does not take what was said"),
    }
}

/// How a login is made.
pub fn login(login: &Login) -> Sentence {
    let name = login.user.as_ref().map(user).unwrap_or_default();
    let at = login.password.as_ref().map(secret).unwrap_or_default();
    let (put, put_en) = match &login.put {
        None | Some(PutToken::Bearer(_)) => ("Authorization: Bearer 请求头".to_owned(), "a bearer token".to_owned()),
        Some(PutToken::Header(name)) => (format!("请求头 {name}"), format!("the header {name}")),
        Some(PutToken::Query(name)) => (format!("网址参数 {name}"), format!("the parameter {name}")),
        Some(PutToken::Field(name)) => (format!("请求内容的 {name}"), format!("the field {name}")),
    };
    let tries = login.tries.unwrap_or(1);
    let ask = request(login.get.as_ref(), login.post.as_ref());
    Sentence::new(
        Topic::Arrives,
        format!(
            "先登录:{ask}(用户 {},{}),令牌在返回的 {},以后每次放在{put}里带上;连着 {tries} 次登录失败就停下等人",
            name.0, at.0, login.token
        ),
        format!(
            "it logs in first: {ask} (user {}, {}); the token stands at {} and goes along in {put_en}; after {tries} refused logins a person is needed",
            name.1, at.1, login.token
        ),
        &[
            "login.get",
            "login.post",
            "login.user",
            "login.password",
            "login.token",
            "login.put.header",
            "login.put.query",
            "login.put.field",
            "login.tries",
        ],
    )
}

/// What a kind of outcome is called: Chinese, English.
pub fn outcome(kind: OutcomeKind) -> (&'static str, &'static str) {
    match kind {
        OutcomeKind::Signed => ("签收", "Signed"),
        OutcomeKind::ReturnedToGateway => ("退回补正", "Handed back"),
        OutcomeKind::ReturnedToSource => ("申请退单", "Returned"),
        OutcomeKind::Extended => ("申请延期", "Extended"),
        OutcomeKind::Progressed => ("阶段反馈", "Progress"),
        OutcomeKind::Replied => ("公开答复", "Replied"),
        OutcomeKind::Closed => ("办结", "Concluded"),
        OutcomeKind::Declined => ("不予受理", "Declined"),
        OutcomeKind::Redirected => ("转其他渠道", "Redirected"),
        OutcomeKind::Merged => ("并单", "Merged"),
        OutcomeKind::Visited => ("回访", "Visited"),
    }
}

/// How outcomes go back by HTTP: one sentence a way, then how the far side is asked what became of them.
pub fn ways(options: &ReturnOptions) -> Vec<Sentence> {
    let ways = options.ways().into_iter().filter_map(|(kind, way)| Some(of_way(kind, way?)));
    let mut said: Vec<_> = ways.collect();
    let missing: Vec<_> =
        options.ways().into_iter().filter(|(_, way)| way.is_none()).map(|(kind, _)| outcome(kind)).collect();
    if !said.is_empty() && !missing.is_empty() {
        let (zh, en): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
        said.push(Sentence::new(
            Topic::Returns,
            format!("没有写办法的不回传:{}", zh.join("、")),
            format!("These have no way back and are not told: {}", en.join(", ")),
            &[],
        ));
    }
    if options.success.is_some() || options.errors.is_some() {
        let (zh, en) = success(options.success.as_ref(), options.errors.as_ref().unwrap_or(&Errors::new()));
        let keys = ["return.success", "return.errors"];
        said.push(Sentence::new(Topic::Returns, format!("回传时{zh}"), format!("When told, {en}"), &keys));
    }
    if let Some(status) = &options.status {
        said.extend(of_status(status));
    }
    if options.honours_key {
        said.push(Sentence::new(
            Topic::Returns,
            "同一个发送编号(Idempotency-Key)送两遍,对方保证只算一遍:没等到回音可以放心再送",
            "The far side promises that one Idempotency-Key told twice counts once, so telling again is safe",
            &["return.honours_key"],
        ));
    }
    said
}

fn of_way(kind: OutcomeKind, way: &Way) -> Sentence {
    let ((zh, en), ask) = (outcome(kind), request(way.get.as_ref(), way.post.as_ref()));
    let (mut zh, mut en) = (format!("{zh}:{ask}"), format!("{en}: {ask}"));
    if let Some(sent) = &way.send {
        zh += &format!(",送 {}", tree(sent));
        en += &format!(" with {}", tree(sent));
    }
    if way.send_as == Some(SendAs::Form) {
        zh += ",按表单送";
        en += ", as a form";
    }
    if let Some(name) = &way.files {
        zh += &format!(",附件用参数 {name} 一起送");
        en += &format!(", files go along as {name}");
    }
    if !way.headers.is_empty() {
        zh += &format!(",另带请求头 {}", pairs(&way.headers));
        en += &format!(", with the headers {}", pairs(&way.headers));
    }
    if let Some(place) = &way.reference {
        zh += &format!(",对方回执号在返回的 {place}");
        en += &format!(", its receipt number stands at {place}");
    }
    if way.review {
        zh += ";对方收下以后还要审,审完才算";
        en += "; the far side still judges it";
    }
    let key = format!("return.{}", kind.road_word());
    Sentence::new(Topic::Returns, zh, en, &[&key])
}

fn of_status(status: &Status) -> Vec<Sentence> {
    let ask = request(status.get.as_ref(), status.post.as_ref());
    let sent = status.send.as_ref().map(tree).unwrap_or_default();
    let reason = status.reason_at.as_ref();
    let mut said = vec![Sentence::new(
        Topic::Returns,
        format!(
            "查对方的状态:{ask},送 {sent},状态在返回的 {}{}",
            status.at,
            reason.map(|at| format!(",审核意见在 {at}")).unwrap_or_default()
        ),
        format!(
            "It is asked for the state: {ask} with {sent}; the state stands at {}{}",
            status.at,
            reason.map(|at| format!(", the reason at {at}")).unwrap_or_default()
        ),
        &[
            "return.status.get",
            "return.status.post",
            "return.status.send",
            "return.status.at",
            "return.status.reason_at",
        ],
    )];
    let own = [
        ("signed", "签收", "Signed", &status.signed),
        ("returned", "申请退单", "Returned", &status.returned),
        ("extended", "申请延期", "Extended", &status.extended),
    ];
    let flat = ["absent", "pending", "approved", "refused", "redo"].map(|name| format!("return.status.{name}"));
    let flat: Vec<&str> = flat.iter().map(String::as_str).collect();
    said.extend(of_states("办结、答复等", "Conclusions and answers", &status.states, &flat));
    for (key, zh, en, states) in own {
        if let Some(states) = states {
            said.extend(of_states(zh, en, states, &[&format!("return.status.{key}")]));
        }
    }
    said
}

fn of_states(what: &str, what_en: &str, states: &States, keys: &[&str]) -> Option<Sentence> {
    let lists = [
        (&states.absent, "没送到", "not arrived"),
        (&states.pending, "对方在审", "being judged"),
        (&states.approved, "对方认了", "accepted"),
        (&states.refused, "对方没同意", "refused"),
        (&states.redo, "退回重办", "to be done again"),
    ];
    let told = lists.iter().filter(|(list, ..)| !list.is_empty());
    let both = told.map(|(list, zh, en)| (format!("{}={zh}", values(list)), format!("{}={en}", values(list))));
    let (zh, en): (Vec<_>, Vec<_>) = both.unzip();
    (!zh.is_empty()).then(|| {
        Sentence::new(
            Topic::Returns,
            format!("{what}以后对方的状态:{};别的状态请人看", zh.join(",")),
            format!("{what_en}, by the far side's state: {}; any other is shown to a person", en.join(", ")),
            keys,
        )
    })
}
