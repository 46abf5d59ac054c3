//! A message that comes in: found, judged, opened. Over the bytes that came, in constant time, and closed by default.

use huiliu_contract::{Fault, Once, Push, Refusal};
use jiff::Timestamp;

use super::Verified;
use super::message::{Lack, Message};
use super::options::Order;
use super::plan::Plan;
use super::run::Run;
use super::seal::Opened;
use super::step::Work;
use super::text::Atom;
use crate::client::Answer;
use crate::crypto::{Refused, digest};

/// The same for a signature that does not fit and for what cannot be opened: whoever tries shall learn nothing.
pub(super) const WRONG: Refusal = Refusal::NotVerified("the signature does not fit");
const MISSING: Refusal = Refusal::NotVerified("a part of the message that is verified is missing, or is there twice");

/// What the places of the recipe hold: for each put its texts, taken apart.
pub(super) struct Said {
    pub(super) places: Vec<Vec<Vec<Vec<u8>>>>,
    pub(super) stamp: String,
    pub(super) nonce: String,
    key_id: Option<String>,
}

pub(super) fn push(plan: &Plan, push: &Push) -> Result<Verified, Refusal> {
    let (path, query) = push.target.split_once('?').unwrap_or((&push.target, ""));
    let mut message = Message::new(push.method.as_str(), path, query, &push.headers, Some(push.body.reveal().clone()));
    let (once, opened, any) = believe(plan, &mut message, push.received_at)?;
    let text = |bytes| String::from_utf8(bytes).map_err(|_| WRONG);
    let query = opened.into_iter().map(|(name, value)| Ok((name, text(value)?))).collect::<Result<_, Refusal>>()?;
    Ok(Verified { once, body: any.then(|| message.body.unwrap_or_default()), query })
}

pub(super) fn answer(plan: &Plan, mut answer: Answer, now: Timestamp) -> Result<Answer, Fault> {
    let headers = answer.headers.clone();
    let mut message = Message::new("", "", "", &headers, Some(answer.body.clone()));
    let (_, _, any) = believe(plan, &mut message, now).map_err(|refusal| {
        Fault::malformed(format!("the answer is not what the recipe says: {refusal}")).quoting(answer.quote())
    })?;
    if any {
        let is_text = message.headers.contains_key(http::header::CONTENT_TYPE);
        answer.body = message.body.unwrap_or_default();
        if !is_text {
            answer.headers.remove(http::header::CONTENT_TYPE);
        }
    }
    Ok(answer)
}

/// Verifies, then opens; tells whether anything of the body was opened.
fn believe(plan: &Plan, message: &mut Message<'_>, now: Timestamp) -> Result<(Option<Once>, Opened, bool), Refusal> {
    let mut opened = Opened::new();
    // What was sealed after signing has to be opened first. Where it cannot be, the rest is done all the same, so that
    // this refusal is like every other.
    let sealed_last = plan.open(Order::AfterSigning, None, now, message, &mut opened);
    let said = Said::of(plan, message);
    let (said, any) = match (said, sealed_last) {
        (Ok(said), Ok(any)) => (said, any),
        (Ok(said), Err(Refused)) => {
            let _ = judged(plan, message, &said, now);
            return Err(WRONG);
        }
        (Err(_), Err(Refused)) => return Err(WRONG),
        (Err(refusal), Ok(_)) => return Err(refusal),
    };
    let (key, token) = judged(plan, message, &said, now)?;
    let once = match &plan.stamp {
        None => None,
        Some(rule) => {
            let until = rule.fresh_until(rule.read(&said.stamp)?, now)?;
            let token = if plan.nonce.is_some() { Some(format!("n{}", said.nonce)) } else { token };
            token.map(|token| Once { token, until })
        }
    };
    let more = plan.open(Order::BeforeSigning, key, now, message, &mut opened).map_err(|Refused| WRONG)?;
    Ok((once, opened, any || more))
}

impl Said {
    pub(super) fn of(plan: &Plan, message: &Message<'_>) -> Result<Self, Refusal> {
        let mut said = Self { places: Vec::new(), stamp: String::new(), nonce: String::new(), key_id: None };
        for put in &plan.puts {
            let texts = put.found(message).map_err(|Lack(_)| MISSING)?;
            let alone = texts.first().ok_or(WRONG)?;
            for (atom, text) in put.text.slots().zip(alone) {
                let text = std::str::from_utf8(text);
                match atom {
                    Atom::Stamp => same(&mut said.stamp, text.map_err(|_| MISSING)?)?,
                    Atom::Nonce => same(&mut said.nonce, text.map_err(|_| MISSING)?)?,
                    Atom::KeyId => {
                        let id = said.key_id.get_or_insert_default();
                        same(id, text.map_err(|_| MISSING)?)?;
                    }
                    _ => {}
                }
            }
            said.places.push(texts);
        }
        if let Some(rule) = &plan.stamp {
            rule.read(&said.stamp)?;
        }
        if let Some(rule) = &plan.nonce {
            rule.check_form(&said.nonce)?;
        }
        Ok(said)
    }

    /// The keys that may have signed.
    pub(super) fn candidates(&self, plan: &Plan, now: Timestamp) -> Result<Vec<Option<usize>>, Refusal> {
        if plan.keys.is_empty() {
            return Ok(vec![None]);
        }
        if let Some(id) = &self.key_id {
            let known = plan.keys.iter().position(|key| key.id.as_ref() == Some(id)).ok_or(Refusal::UnknownKey)?;
            return match plan.keys[known].holds(now) {
                true => Ok(vec![Some(known)]),
                false => Err(Refusal::NotVerified("the key that it names is not valid at this time")),
            };
        }
        let holding: Vec<_> = (0..plan.keys.len()).filter(|at| plan.keys[*at].holds(now)).map(Some).collect();
        if holding.is_empty() {
            Err(Refusal::NotVerified("no key of this channel is valid at this time"))
        } else {
            Ok(holding)
        }
    }
}

/// One value that stands in several places is the same everywhere.
fn same(kept: &mut String, text: &str) -> Result<(), Refusal> {
    if kept.is_empty() {
        text.clone_into(kept);
    }
    if kept == text { Ok(()) } else { Err(MISSING) }
}

/// Finds the key under which everything fits; every key is tried, whether an earlier one fitted or not. Gives the token of
/// the signature too.
fn judged(
    plan: &Plan,
    message: &Message<'_>,
    said: &Said,
    now: Timestamp,
) -> Result<(Option<usize>, Option<String>), Refusal> {
    let mut found = None;
    let mut candidates = said.candidates(plan, now)?;
    let proven = plan.proves();
    if !proven {
        // Nothing here tells one key from another: what is sealed will.
        candidates.truncate(1);
    }
    for key in candidates {
        let mut run = Run::new(plan, message, key);
        (run.stamp, run.nonce) = (&said.stamp, &said.nonce);
        for _ in &plan.steps {
            // Which part is missing is the same under every key.
            run.step().map_err(|Lack(_)| MISSING)?;
        }
        let token = fits(plan, said, &run);
        if found.is_none() {
            found = token.map(|token| (key.filter(|_| proven), token));
        }
    }
    found.ok_or(WRONG)
}

/// Whether all that is put fits; gives the token of the signature, where there is one.
pub(super) fn fits(plan: &Plan, said: &Said, run: &Run<'_>) -> Option<Option<String>> {
    let mut all = true;
    let mut token = None;
    for (put, texts) in plan.puts.iter().zip(&said.places) {
        let mut any = false;
        for text in texts {
            let mut fit = true;
            for (atom, offered) in put.text.slots().zip(text) {
                fit &= match atom {
                    // They are what was said; whether they are signed was asked when the recipe was built.
                    Atom::Stamp | Atom::Nonce | Atom::KeyId => true,
                    Atom::Step(at) => run.fits(*at, offered),
                    other => run
                        .text(&super::text::Text(vec![super::text::Piece::Slot(other.clone())]))
                        .is_ok_and(|own| aws_lc_rs::constant_time::verify_slices_are_equal(&own, offered).is_ok()),
                };
                if fit
                    && token.is_none()
                    && let Atom::Step(at) = atom
                {
                    token = token_of(plan, run, *at, offered);
                }
            }
            any |= fit;
        }
        all &= any;
    }
    all.then_some(token)
}

/// A digest of the signature: one spelling of it, whatever was offered.
fn token_of(plan: &Plan, run: &Run<'_>, at: usize, offered: &[u8]) -> Option<String> {
    let step = &plan.steps[at];
    let bytes = match step.work {
        Work::Sign { .. } => step.decoded(offered)?,
        Work::Hmac { .. } | Work::Digest { .. } => run.done[at].clone(),
        Work::Text(_) | Work::List(_) => return None,
    };
    Some(format!("s{}", hex::encode(digest::digest(super::Digest::Sha256, &bytes))))
}
