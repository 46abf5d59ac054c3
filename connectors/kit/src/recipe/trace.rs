//! A recipe walked before a person's eyes: every step with its value, secrets as dots.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use huiliu_contract::{Fault, Refusal, Remark};
use jiff::Timestamp;

use super::Way;
use super::dress::{Given, lacking};
use super::message::Message;
use super::options::Order;
use super::plan::Plan;
use super::put::Place;
use super::run::Run;
use super::seal::Opened;
use super::step::Work;
use super::text::{Atom, Piece};
use super::verify::{Said, fits};
use crate::tap::DOTS;

/// A request or a push taken from a file. It may hold personal data, so it has no `Debug`.
pub struct Specimen<'a> {
    /// Which way it goes.
    pub way: Way,
    /// The method.
    pub method: &'a str,
    /// Path and query, as they stand in the first line of a request.
    pub path_and_query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The stamp, where the one of a partner's example is wanted; going out only.
    pub stamp: Option<&'a str>,
    /// The nonce, likewise.
    pub nonce: Option<&'a str>,
    /// What time it is.
    pub now: Timestamp,
}

/// One step, for people.
#[derive(Clone, PartialEq, Eq)]
pub struct Traced {
    /// The name of the step, or the place where something is put.
    pub name: String,
    /// What the step does.
    pub said: Remark,
    /// What it yields; secrets are dots, and what is no text is written as hexadecimal digits.
    pub value: String,
    /// Whether by this alone the message is refused.
    pub fails: bool,
    /// Whether it is a digest or a signature, of which one character says nothing of the next.
    pub is_digest: bool,
    /// What it really yields; none where that is not to be compared with anything.
    clear: Option<Clear>,
}

/// A text with a secret in it. It is compared and never shown.
#[derive(Clone, PartialEq, Eq)]
struct Clear(String);

impl Traced {
    /// Whether it yields exactly this.
    pub fn is(&self, text: &str) -> bool {
        self.clear.as_ref().is_some_and(|clear| clear.0 == text)
    }

    /// Whether it yields this but for upper and lower case.
    pub fn is_but_for_case(&self, text: &str) -> bool {
        self.clear.as_ref().is_some_and(|clear| clear.0.eq_ignore_ascii_case(text))
    }

    /// How many characters from the front are those of this text.
    pub fn agrees(&self, text: &str) -> usize {
        let clear = self.clear.as_ref().map(|clear| clear.0.as_str()).unwrap_or_default();
        clear.chars().zip(text.chars()).take_while(|(ours, theirs)| ours == theirs).count()
    }

    fn yielding(mut self, step: &super::step::Step, clear: &[u8]) -> Self {
        self.is_digest = !matches!(step.work, Work::Text(_) | Work::List(_));
        self.clear = Some(Clear(shown(clear)));
        self
    }

    fn failing(mut self) -> Self {
        self.fails = true;
        self
    }

    fn new(name: impl Into<String>, zh: impl Into<String>, en: impl Into<String>, value: &[u8]) -> Self {
        let (name, said, value) = (name.into(), Remark::new(zh, en), shown(value));
        Self { name, said, value, fails: false, is_digest: false, clear: None }
    }
}

fn shown(value: &[u8]) -> String {
    std::str::from_utf8(value).map_or_else(|_| format!("0x{}", hex::encode(value)), str::to_owned)
}

pub(super) fn trace(plan: &Plan, what: &Specimen<'_>) -> Result<Vec<Traced>, Fault> {
    let (path, query) = what.path_and_query.split_once('?').unwrap_or((what.path_and_query, ""));
    let mut message = Message::new(what.method, path, query, what.headers, Some(what.body.clone()));
    match what.way {
        Way::Out => outgoing(plan, &mut message, what),
        Way::In => incoming(plan, &mut message, what),
    }
}

/// The same walk again with secrets as dots, one step behind the real one.
struct Masked {
    done: Vec<Vec<u8>>,
}

impl Masked {
    fn step(&mut self, run: &Run<'_>) -> Vec<u8> {
        let at = self.done.len();
        let step = &run.plan.steps[at];
        let masked = like(run, std::mem::take(&mut self.done), true);
        let value = if run.plan.is_made_of_secrets(step) {
            DOTS.as_bytes().to_vec()
        } else {
            match &step.work {
                Work::Text(text) => masked.text(text).map(|text| step.finish(text)).unwrap_or_default(),
                Work::List(list) => {
                    // The real values say the order.
                    let before = like(run, run.done[..at].to_vec(), false);
                    let order = list.items(&before).and_then(|items| list.order(&items)).unwrap_or_default();
                    let items = list.items(&masked).unwrap_or_default();
                    step.finish(list.joined(&items, &order))
                }
                // Of a signature that is verified the text is shown that it is over.
                Work::Sign { of, .. } if run.plan.kind.comes_in() => masked.text(of).unwrap_or_default(),
                Work::Digest { .. } | Work::Hmac { .. } | Work::Sign { .. } => run.done[at].clone(),
            }
        };
        self.done = masked.done;
        self.done.push(value.clone());
        value
    }
}

/// The same surroundings, so much done.
fn like<'a>(run: &Run<'a>, done: Vec<Vec<u8>>, masked: bool) -> Run<'a> {
    Run { plan: run.plan, message: run.message, stamp: run.stamp, nonce: run.nonce, key: run.key, done, masked }
}

/// The text that the step just taken digests or signs; none where an earlier step shows it already. `masked` is what those
/// before it yield, secrets as dots.
fn signed_text(run: &Run<'_>, masked: &[Vec<u8>]) -> Option<Traced> {
    let at = run.done.len().checked_sub(1)?;
    let step = run.plan.steps.get(at)?;
    let (Work::Digest { of, .. } | Work::Hmac { of, .. } | Work::Sign { of, .. }) = &step.work else { return None };
    if matches!(of.0.as_slice(), [Piece::Slot(Atom::Step(_))]) || run.plan.is_made_of_secrets(step) {
        return None;
    }
    let clear = like(run, run.done.get(..at)?.to_vec(), false).text(of).ok()?;
    let text = like(run, masked.to_vec(), true).text(of).ok()?;
    let mut traced = Traced::new(&step.name, "待签内容", "what is digested or signed", &text);
    traced.clear = Some(Clear(shown(&clear)));
    Some(traced)
}

fn outgoing(plan: &Plan, message: &mut Message<'_>, what: &Specimen<'_>) -> Result<Vec<Traced>, Fault> {
    let nonce = match (what.nonce, &plan.nonce) {
        (Some(nonce), _) => nonce.to_owned(),
        (None, Some(rule)) => rule.make().map_err(|_| Fault::malformed("the system has no randomness"))?,
        (None, None) => String::new(),
    };
    let stamp = match (what.stamp, &plan.stamp) {
        (Some(stamp), _) => stamp.to_owned(),
        (None, rule) => rule.as_ref().map(|rule| rule.write(what.now)).unwrap_or_default(),
    };
    let given = Given { stamp, nonce, key: plan.signing_key(what.now)? };
    let mut traced = given_told(plan, &given);
    let mut masked = Masked { done: Vec::new() };
    let body = message.body.clone();
    plan.dress(message, &given, what.now, &mut |_, run| {
        let step = &plan.steps[run.done.len() - 1];
        let (zh, en) = said(step);
        traced.extend(signed_text(run, &masked.done));
        let clear = run.done.last().cloned().unwrap_or_default();
        traced.push(Traced::new(&step.name, zh, en, &masked.step(run)).yielding(step, &clear));
    })
    .map_err(lacking)?;
    for put in &plan.puts {
        let value = match &put.place {
            Place::Header(name) => message.header(name).map(<[u8]>::to_vec),
            Place::Query(name) => message.parameter(name).map(String::into_bytes),
            // What was sealed behind it cannot be read any more.
            Place::Field(place) => message.field(place).or_else(|_| Ok::<_, super::message::Lack>(DOTS.into())),
        };
        let value = if plan.shows_secret(&put.text) { DOTS.into() } else { value.unwrap_or_default() };
        traced.push(Traced::new(put.place.to_string(), "放在这里的内容", "what is put there", &value));
    }
    if message.body != body {
        traced.push(Traced::new("body", "发出的内容", "the body that leaves", message.bytes()));
    }
    Ok(traced)
}

fn incoming(plan: &Plan, message: &mut Message<'_>, what: &Specimen<'_>) -> Result<Vec<Traced>, Fault> {
    let refused = |why: &dyn std::fmt::Display| Fault::malformed(format!("the sample is refused: {why}"));
    let mut opened = Opened::new();
    plan.open(Order::AfterSigning, None, what.now, message, &mut opened)
        .map_err(|_| refused(&"what is sealed cannot be opened"))?;
    let said_there = Said::of(plan, message).map_err(|refusal| refused(&refusal))?;
    let keys = said_there.candidates(plan, what.now).map_err(|refusal| refused(&refusal))?;
    let mut fitting = None;
    let mut traced = Vec::new();
    for key in keys {
        let mut run = Run::new(plan, message, key);
        (run.stamp, run.nonce) = (&said_there.stamp, &said_there.nonce);
        let mut masked = Masked { done: Vec::new() };
        let given = Given { stamp: said_there.stamp.clone(), nonce: said_there.nonce.clone(), key };
        let mut told = given_told(plan, &given);
        for step in &plan.steps {
            run.step().map_err(lacking)?;
            let (zh, en) = said(step);
            told.extend(signed_text(&run, &masked.done));
            let clear = run.done.last().cloned().unwrap_or_default();
            told.push(Traced::new(&step.name, zh, en, &masked.step(&run)).yielding(step, &clear));
        }
        let fits = fits(plan, &said_there, &run).is_some();
        if traced.is_empty() || fits {
            traced = told;
        }
        if fits {
            fitting = Some(key);
            break;
        }
    }
    let (zh, en) = if fitting.is_some() {
        ("签名相符", "the signature fits")
    } else {
        ("签名不符", "the signature does not fit")
    };
    for put in &plan.puts {
        let value = put.found(message).ok().and_then(|texts| texts.into_iter().next()).unwrap_or_default();
        let value = if plan.shows_secret(&put.text) { DOTS.into() } else { value.join(&b' ') };
        traced.push(Traced::new(put.place.to_string(), "对方放在这里的", "what stands there", &value));
    }
    let verdict = Traced::new("verdict", zh, en, b"");
    traced.push(if fitting.is_some() { verdict } else { verdict.failing() });
    if let (Some(_), Some(rule)) = (fitting, &plan.stamp) {
        let stale = rule.read(&said_there.stamp).and_then(|at| rule.fresh_until(at, what.now));
        // A published example is old: that says nothing of the recipe.
        if let Err(Refusal::Stale { skew_seconds, window_seconds }) = stale {
            let zh = format!("时间戳与现在相差 {skew_seconds} 秒,最多 {window_seconds} 秒:例子旧了不要紧,真推送会拒收");
            let en = format!(
                "the stamp is {skew_seconds} s from now, at most {window_seconds} s are allowed: an example may be old, a push would be refused"
            );
            traced.push(Traced::new("stamp", zh, en, said_there.stamp.as_bytes()));
        }
    }
    if let Some(key) = fitting
        && plan.open(Order::BeforeSigning, key, what.now, message, &mut opened).is_ok_and(|any| any)
    {
        traced.push(Traced::new("body", "解开的内容", "the opened body", message.bytes()));
    }
    for (name, value) in opened {
        traced.push(Traced::new(format!("query {name}"), "解开的参数", "the opened parameter", &value));
    }
    Ok(traced)
}

/// The stamp, the nonce and the key's id, where they are used.
fn given_told(plan: &Plan, given: &Given) -> Vec<Traced> {
    let mut traced = Vec::new();
    if plan.stamp.is_some() {
        traced.push(Traced::new("stamp", "时间戳", "the stamp", given.stamp.as_bytes()));
    }
    if plan.nonce.is_some() {
        traced.push(Traced::new("nonce", "随机串", "the nonce", given.nonce.as_bytes()));
    }
    if let Some(id) = given.key.and_then(|key| plan.keys[key].id.as_ref()) {
        traced.push(Traced::new("key_id", "密钥编号", "the key's id", id.as_bytes()));
    }
    traced
}

/// What a step does.
fn said(step: &super::step::Step) -> (Cow<'static, str>, Cow<'static, str>) {
    use super::options::{Digest, Mac, Signature};
    match &step.work {
        Work::Text(_) => ("拼成文字".into(), "a text".into()),
        Work::List(list) if list.reads_message() => ("参数排序、拼接".into(), "parameters, sorted and joined".into()),
        Work::List(_) => ("文字排序、拼接".into(), "texts, sorted and joined".into()),
        Work::Digest { kind, .. } => {
            let name = match kind {
                Digest::Md5 => "MD5",
                Digest::Sha1 => "SHA-1",
                Digest::Sha256 => "SHA-256",
                Digest::Sm3 => "SM3",
            };
            (format!("{name} 摘要").into(), format!("digest {name}").into())
        }
        Work::Hmac { kind, .. } => {
            let name = match kind {
                Mac::Sha1 => "HMAC-SHA1",
                Mac::Sha256 => "HMAC-SHA256",
                Mac::Sm3 => "HMAC-SM3",
            };
            (name.into(), name.into())
        }
        Work::Sign { by, .. } => {
            let name = match by {
                Signature::RsaSha256 => "RSA-SHA256",
                Signature::Sm2 => "SM2",
            };
            (format!("{name} 签名").into(), format!("signature {name}").into())
        }
    }
}
