//! How a channel signs, tried on a message that lies in a file: each step with what it yields, so that a person can lay it
//! beside the partner's document. Contacts nobody, needs nothing that runs, and shows no secret.

mod expect;
mod message;

use http::{HeaderMap, Method};
use huiliu_contract::{Fault, Site};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::recipe::{Recipe, RecipeOptions, Specimen, Traced, Way};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

pub use expect::{Found, look};
pub use message::Message;

use crate::settings::{ChannelSettings, Mistake, Text};

/// Where recipes stand in a channel's file, and whether messages come in by them.
const PLACES: [(&str, Way); 3] =
    [("connect.recipe", Way::Out), ("connect.verify.recipe", Way::In), ("return.recipe", Way::Out)];

/// One recipe of a channel, built.
#[derive(Debug)]
pub struct Signing {
    /// Where it stands, for example `connect.recipe`.
    pub key: &'static str,
    /// Whether requests go out or pushes come in by it.
    pub way: Way,
    /// Method and path of a message of which only the body is known.
    pub bare: Message,
    /// Whether it opens what was sealed, so that a person sees by it what the file alone does not show.
    pub opens: bool,
    recipe: Recipe,
}

/// What of a message is given instead of being new, so that a partner's example can be computed again.
#[derive(Clone, Copy, Default, Debug)]
pub struct Given<'a> {
    /// The time as the message writes it.
    pub stamp: Option<&'a str>,
    /// The nonce.
    pub nonce: Option<&'a str>,
}

impl Signing {
    /// Every recipe of a channel, in the order in which they are told; none where it signs nothing.
    ///
    /// # Errors
    ///
    /// Everything wrong with them, a secret that is not entered among it.
    pub fn all(channel: &ChannelSettings, site: &dyn Site) -> Result<Vec<Self>, Vec<Mistake>> {
        let mut wrong = Mistakes::default();
        let mut all = Vec::new();
        for (key, way) in PLACES {
            let Some(written) = at(&channel.options, key) else { continue };
            // The channel's own check has read it by the same type.
            let Ok(options) = serde_json::from_value::<RecipeOptions>(written.clone()) else { continue };
            let recipe = Recipe::build(&options, way, key, site, &mut wrong);
            let opens = way == Way::In && !options.own.seal.is_empty();
            all.extend(recipe.map(|recipe| Self { key, way, bare: bare(channel, key), opens, recipe }));
        }
        let wrong = wrong.into_vec();
        if wrong.is_empty() { Ok(all) } else { Err(wrong.iter().map(|found| channel.mistake(found)).collect()) }
    }

    /// Every step on a message, at this time where none is given.
    ///
    /// # Errors
    ///
    /// What the recipe needs of the message and the message has not, in words that quote nothing of it.
    pub fn trace(&self, message: &Message, given: Given<'_>, now: Timestamp) -> Result<Vec<Traced>, Text> {
        let specimen = Specimen {
            way: self.way,
            method: message.method.as_str(),
            path_and_query: &message.target,
            headers: &message.headers,
            body: message.body.clone().into(),
            stamp: given.stamp,
            nonce: given.nonce,
            now,
        };
        self.recipe.trace(&specimen).map_err(|fault| match fault {
            Fault::Malformed { message, .. } => Text::new(format!("样例里缺少签名要用的内容:{message}"), message),
            other => Text::new(other.to_string(), other.to_string()),
        })
    }
}

fn at<'v>(options: &'v Value, key: &str) -> Option<&'v Value> {
    key.split('.').try_fold(options, |at, step| at.get(step)).filter(|found| found.is_object())
}

/// The first request that a channel would sign by this recipe, or the push that it would take, without a body.
fn bare(channel: &ChannelSettings, key: &str) -> Message {
    let options = &channel.options;
    let (base, request) = match key {
        "connect.recipe" => (options.pointer("/connect/url"), options.pointer("/poll/list")),
        "return.recipe" => (options.pointer("/return/url"), ways(options)),
        _ => (None, None),
    };
    let base = base.and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    let front = base.map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
    let path = |verb: &str| request.and_then(|request| request.get(verb)).and_then(Value::as_str);
    let (method, path) = match (path("get"), path("post")) {
        (Some(path), _) => (Method::GET, path.to_owned()),
        (None, Some(path)) => (Method::POST, path.to_owned()),
        (None, None) => (Method::POST, format!("/channels/{}", channel.code)),
    };
    // An absolute one has a path of its own.
    let target = match Url::parse(&path) {
        Ok(url) => url.path().to_owned(),
        Err(_) => format!("{front}/{}", path.trim_start_matches('/')),
    };
    Message { method, target, headers: HeaderMap::new(), body: Vec::new(), bare: true }
}

/// The first way home that is a request.
fn ways(options: &Value) -> Option<&Value> {
    let ways = options.get("return")?.as_object()?.values();
    ways.into_iter().find(|way| way.get("post").is_some() || way.get("get").is_some())
}
