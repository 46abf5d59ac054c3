//! Outlets: by which a message leaves, as a templated request, as a mail, or as a command with the text on its standard input.

use std::process::Stdio;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use huiliu_contract::{Fault, Misconfigured, Reached, Site};
use huiliu_kit::auth::Credentials;
use huiliu_kit::client::{Client, ClientOptions};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::pick::scalar;
use huiliu_kit::recipe::{Recipe, RecipeOptions, Way as Outward};
use huiliu_kit::route::{Ends, Route};
use huiliu_kit::success::Judge;
use huiliu_kit::target::SendAs;
use huiliu_kit::template::{Filling, Template};
use huiliu_mailer::Mailer;
use jiff::Timestamp;
use tokio::io::AsyncWriteExt;
use url::Url;

use super::Letter;
use super::mail::Post;
use super::robots::Robot;
use crate::settings::{Address, AlarmKind, AlarmOutlet, AlarmSettings, OutletKind};

/// What a message may name.
const NAMES: [&str; 8] = ["text", "title", "kind", "channel", "since", "todo", "phone", "key"];

/// An outlet, ready.
pub struct Outlet {
    /// Its name.
    pub name: String,
    /// Whether it is told only where nobody took the alarm.
    pub second: bool,
    /// Whether it gets the digest.
    pub digest: bool,
    /// How many messages each telling makes: one a number or address.
    pub places: u32,
    kinds: Vec<AlarmKind>,
    receivers: Vec<String>,
    way: Way,
}

enum Way {
    Request(Box<Request>),
    Mail(Post),
    Command { run: Vec<String>, limit: Duration },
}

struct Request {
    client: Client,
    url: Url,
    credentials: Credentials,
    recipe: Option<Recipe>,
    headers: HeaderMap,
    body: Body,
    judge: Judge,
}

enum Body {
    Json(Template),
    Form(Vec<(String, Template)>),
}

/// Builds the outlets; all mistakes at once, keys dotted from `alarms.to`.
///
/// # Errors
///
/// Everything wrong with any of them.
pub fn build(settings: &AlarmSettings, site: &dyn Site) -> Result<Vec<Outlet>, Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let by_mail = settings.to.iter().any(|outlet| outlet.kind == OutletKind::Mail);
    let account = settings.mail.as_ref().filter(|_| by_mail);
    let mailer = account.and_then(|account| wrong.take_all(Mailer::build(account, "alarms.mail", site)));
    // One account, one connection, whatever number of outlets leaves by it.
    let post = mailer.map(|mailer| Post::new(mailer, site));
    let built: Vec<_> = settings
        .to
        .iter()
        .enumerate()
        .filter_map(|(at, outlet)| Outlet::build(outlet, post.as_ref(), &format!("alarms.to.{at}"), site, &mut wrong))
        .collect();
    match wrong.count() {
        0 => Ok(built),
        _ => Err(wrong.into_vec()),
    }
}

/// Reads an address, from where it is kept.
///
/// # Errors
///
/// If it is not there, or no http or https address.
pub fn build_address(address: &Address, key: &str, site: &dyn Site) -> Result<Url, Misconfigured> {
    let text = match address {
        Address::Plain(text) => text.clone(),
        Address::Secret(at) => site.secret(key, at)?.expose().to_owned(),
    };
    let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| Misconfigured::new(key, "this is no http or https address", "这不是 http 或 https 地址"))
}

impl Outlet {
    fn build(
        options: &AlarmOutlet,
        post: Option<&Post>,
        key: &str,
        site: &dyn Site,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let way = match options.kind {
            OutletKind::Http => Way::Request(Box::new(Request::build(options, key, site, wrong)?)),
            OutletKind::Mail => Way::Mail(post?.clone()),
            OutletKind::Command => Way::Command { run: options.run.clone(), limit: options.timeout.0 },
        };
        let receivers = if options.kind == OutletKind::Mail { &options.to } else { &options.phones };
        Some(Self {
            name: options.name.clone(),
            second: options.level > 1,
            digest: options.digest,
            places: u32::try_from(receivers.len()).unwrap_or(u32::MAX).max(1),
            kinds: options.kinds.clone(),
            receivers: receivers.clone(),
            way,
        })
    }

    /// Whether it gets alarms of this kind.
    pub fn takes(&self, kind: AlarmKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Sends one message to the number or address at this place; `key` is the same in every attempt.
    ///
    /// # Errors
    ///
    /// As the far side failed; a command as one that is unavailable. Nothing that was answered stands in the message.
    pub async fn send(&self, letter: &Letter, place: u32, key: &str) -> Result<(), Fault> {
        let receiver = self.receivers.get(place as usize).map(String::as_str).unwrap_or_default();
        match &self.way {
            Way::Request(request) => request.send(letter, receiver, key).await,
            Way::Mail(post) => post.send(letter, receiver, key).await,
            Way::Command { run, limit } => {
                let called = tokio::time::timeout(*limit, call(run, &letter.text, receiver)).await;
                let failed = |why: String| Fault::unavailable(why, Reached::Maybe);
                called
                    .map_err(|_| failed(format!("the command did not end within {} s", limit.as_secs())))?
                    .map_err(failed)
            }
        }
    }
}

impl Request {
    fn build(options: &AlarmOutlet, key: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Self> {
        let robot = options.preset.map(Robot::of);
        let url_key = format!("{key}.url");
        let url = options.url.as_ref().and_then(|url| wrong.take(build_address(url, &url_key, site)));
        let ends = Ends { section: key, url: url.as_ref(), hosts: &[] };
        let route = Route::read(&options.route, ends, site, wrong);
        let tls = url.as_ref().is_some_and(|url| url.scheme() == "https");
        let client = ClientOptions { timeout: options.timeout.0, route, tls, ..ClientOptions::default() };
        let client = wrong.take(Client::build(client, &format!("{key}.ca_file")));
        let credentials = match &options.auth {
            Some(auth) => wrong.take_all(auth.resolve(&format!("{key}.auth"), site)),
            None => Some(Credentials::nobody()),
        };
        let signed = robot.as_ref().zip(options.secret.as_ref()).and_then(|(robot, secret)| robot.recipe(secret));
        let recipe = options.recipe.as_deref().cloned().or(signed);
        let recipe = match &recipe {
            Some(recipe) => Some(Self::recipe(recipe, key, site, wrong)?),
            None => None,
        };
        let success = options.success.clone().or(robot.as_ref().map(Robot::success));
        let judge = Judge::build(success.as_ref(), &format!("{key}.success"), &Default::default(), key);
        let judge = wrong.take_all(judge);
        let post = options.post.clone().or(robot.as_ref().map(Robot::post)).unwrap_or_default();
        let body = Body::build(&post, options.send_as, &format!("{key}.post"), wrong);
        let headers = headers(options, key, wrong);
        Some(Self {
            client: client?,
            url: url?,
            credentials: credentials?,
            recipe,
            headers,
            body: body?,
            judge: judge?,
        })
    }

    fn recipe(options: &RecipeOptions, key: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Recipe> {
        Recipe::build(options, Outward::Out, &format!("{key}.recipe"), site, wrong)
    }

    async fn send(&self, letter: &Letter, phone: &str, key: &str) -> Result<(), Fault> {
        let texts = [&letter.text, &letter.title, &letter.kind, &letter.channel, &letter.since, &letter.todo]
            .map(String::as_str);
        let fillings = texts.into_iter().chain([phone, key]).map(Filling::Text).collect::<Vec<_>>();
        let request = self.client.request(Method::POST, self.url.clone()).headers(self.headers.clone());
        let request = request.header("Idempotency-Key", key).body(self.body.filled(&fillings));
        let mut request = Client::written(self.credentials.sign(request))?;
        if let Some(recipe) = &self.recipe {
            recipe.apply(&mut request, Timestamp::now())?;
        }
        let answer = self.client.execute_opened(request, self.recipe.as_ref()).await?;
        if self.judge.trusts_status() && answer.status == StatusCode::NO_CONTENT {
            return Ok(());
        }
        self.judge.accept(&answer, Timestamp::now()).map(drop)
    }
}

impl Body {
    fn build(post: &serde_json::Value, send_as: SendAs, key: &str, wrong: &mut Mistakes) -> Option<Self> {
        if send_as == SendAs::Json {
            return wrong.take(Template::json(post, &NAMES).map_err(|bad| bad.at_key(key))).map(Self::Json);
        }
        let mut fields = Vec::new();
        for (name, value) in post.as_object().into_iter().flatten() {
            let key = format!("{key}.{name}");
            match scalar(value) {
                Some(text) => {
                    let template = wrong.take(Template::text(&text, &NAMES).map_err(|bad| bad.at_key(&key)));
                    fields.extend(template.map(|template| (name.clone(), template)));
                }
                None => wrong.tell(
                    &key,
                    "a form holds texts, numbers and booleans only",
                    "表单里只能放文字、数字和 true/false",
                ),
            }
        }
        Some(Self::Form(fields))
    }

    fn filled(&self, fillings: &[Filling<'_>]) -> Vec<u8> {
        match self {
            Self::Json(template) => {
                let mut body = Vec::new();
                template.render(fillings, &mut body);
                body
            }
            Self::Form(fields) => {
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(fields.iter().map(|(name, template)| (name, template.to_text(fillings))));
                form.finish().into_bytes()
            }
        }
    }
}

fn headers(options: &AlarmOutlet, key: &str, wrong: &mut Mistakes) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let media_type = match options.send_as {
        SendAs::Json => "application/json; charset=utf-8",
        SendAs::Form => "application/x-www-form-urlencoded",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    for (name, value) in &options.headers {
        match (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            (Ok(name), Ok(value)) => drop(headers.insert(name, value)),
            _ => wrong.tell(
                &format!("{key}.headers.{name}"),
                "no valid header name or value",
                "请求头的名字或内容不合规定",
            ),
        }
    }
    headers
}

/// Calls a program with the text on its standard input; why not, in our words.
async fn call(run: &[String], text: &str, phone: &str) -> Result<(), String> {
    let (program, arguments) = run.split_first().ok_or("there is no command")?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments.iter().map(|argument| argument.replace("{phone}", phone)))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|why| format!("the command does not start: {}", why.kind()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read is judged by how it ends.
        let _ = stdin.write_all(text.as_bytes()).await;
    }
    let ended = child.wait().await.map_err(|why| format!("the command cannot be waited for: {}", why.kind()))?;
    match (ended.success(), ended.code()) {
        (true, _) => Ok(()),
        (false, Some(code)) => Err(format!("the command ended with {code}")),
        (false, None) => Err("the command was killed".into()),
    }
}
