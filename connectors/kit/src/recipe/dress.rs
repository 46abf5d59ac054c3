//! A message that goes out: sealed, signed, put together.

use huiliu_contract::{Fault, Secret};
use jiff::Timestamp;
use reqwest::Request;

use super::message::{Lack, Message};
use super::options::Order;
use super::plan::Plan;
use super::run::Run;
use super::step::{Step, Work};
use super::text::{Atom, Text};
use crate::tap;

/// The stamp, the nonce and the key of one message.
pub(super) struct Given {
    pub(super) stamp: String,
    pub(super) nonce: String,
    pub(super) key: Option<usize>,
}

impl Plan {
    /// The key that signs now: the first that holds.
    pub(super) fn signing_key(&self, now: Timestamp) -> Result<Option<usize>, Fault> {
        if self.keys.is_empty() {
            return Ok(None);
        }
        let found = self.keys.iter().position(|key| key.holds(now));
        found.map(Some).ok_or_else(|| Fault::denied("no key of the recipe is valid at this time; enter the next one"))
    }

    /// Seals, signs and puts everything where it goes.
    pub(super) fn dress(
        &self,
        message: &mut Message<'_>,
        given: &Given,
        now: Timestamp,
        seen: &mut dyn FnMut(&Message<'_>, &Run<'_>),
    ) -> Result<(), Lack> {
        let mut done: Vec<Vec<u8>> = Vec::with_capacity(self.steps.len());
        self.put_where(message, given, &mut done, |put| put.inside)?;
        self.seal(Order::BeforeSigning, given.key, now, message)?;
        self.put_where(message, given, &mut done, |put| !put.inside && put.after.is_none())?;
        for step in 0..self.steps.len() {
            let mut run = Run::new(self, message, given.key);
            (run.stamp, run.nonce, run.done) = (&given.stamp, &given.nonce, std::mem::take(&mut done));
            run.step()?;
            seen(message, &run);
            done = run.done;
            self.put_where(message, given, &mut done, |put| !put.inside && put.after == Some(step))?;
        }
        self.seal(Order::AfterSigning, given.key, now, message)
    }

    fn put_where(
        &self,
        message: &mut Message<'_>,
        given: &Given,
        done: &mut Vec<Vec<u8>>,
        which: impl Fn(&super::put::Put) -> bool,
    ) -> Result<(), Lack> {
        for put in self.puts.iter().filter(|put| which(put)) {
            let mut run = Run::new(self, message, given.key);
            (run.stamp, run.nonce, run.done) = (&given.stamp, &given.nonce, std::mem::take(done));
            let text = run.text(&put.text);
            *done = std::mem::take(&mut run.done);
            let text = text?;
            let secret = self.shows_secret(&put.text);
            if secret && let Ok(text) = std::str::from_utf8(&text) {
                tap::secret(&Secret::new(text));
            }
            put.put(&text, secret, message)?;
        }
        Ok(())
    }

    /// Whether a text lets a secret be read: it holds one, or something that is made of secrets alone.
    pub(super) fn shows_secret(&self, text: &Text) -> bool {
        text.slots().any(|atom| match atom {
            Atom::Secret => true,
            Atom::Value(at) => self.values[*at].is_secret,
            Atom::Step(at) => {
                let step = &self.steps[*at];
                match step.work {
                    Work::Text(_) | Work::List(_) => step.texts().into_iter().any(|text| self.shows_secret(text)),
                    Work::Digest { .. } | Work::Hmac { .. } | Work::Sign { .. } => self.is_made_of_secrets(step),
                }
            }
            _ => false,
        })
    }

    /// Whether a step yields the same each time, and a secret went into it: whoever knows it needs the secret no more.
    pub(super) fn is_made_of_secrets(&self, step: &Step) -> bool {
        let constant = |text: &&Text| text.slots().all(|atom| self.is_constant(atom));
        let keyed = matches!(step.work, Work::Hmac { .. });
        let params = matches!(&step.work, Work::List(list) if list.reads_message());
        !params
            && !matches!(step.work, Work::Sign { .. })
            && step.texts().iter().all(constant)
            && (keyed || step.texts().iter().any(|text| self.holds_secret(text)))
    }

    fn is_constant(&self, atom: &Atom) -> bool {
        match atom {
            Atom::Secret | Atom::Value(_) | Atom::KeyId => true,
            Atom::Step(at) => {
                let step = &self.steps[*at];
                !matches!(&step.work, Work::Sign { .. })
                    && !matches!(&step.work, Work::List(list) if list.reads_message())
                    && step.texts().iter().all(|text| text.slots().all(|atom| self.is_constant(atom)))
            }
            _ => false,
        }
    }

    /// Whether a secret goes into a text, by whatever steps.
    pub(super) fn holds_secret(&self, text: &Text) -> bool {
        text.slots().any(|atom| match atom {
            Atom::Secret => true,
            Atom::Value(at) => self.values[*at].is_secret,
            Atom::Step(at) => {
                let step = &self.steps[*at];
                matches!(step.work, Work::Hmac { .. } | Work::Sign { .. })
                    || step.texts().into_iter().any(|text| self.holds_secret(text))
            }
            _ => false,
        })
    }
}

/// Dresses a request.
pub(super) fn apply(plan: &Plan, request: &mut Request, now: Timestamp) -> Result<(), Fault> {
    let nonce = plan.nonce.as_ref().map(|nonce| nonce.make()).transpose();
    let nonce = nonce.map_err(|_| Fault::malformed("the system has no randomness for a nonce"))?;
    let given = Given {
        stamp: plan.stamp.as_ref().map(|stamp| stamp.write(now)).unwrap_or_default(),
        nonce: nonce.unwrap_or_default(),
        key: plan.signing_key(now)?,
    };
    let (method, url, headers) = (request.method().clone(), request.url().clone(), request.headers().clone());
    let body = match request.body() {
        None => Some(bytes::Bytes::new()),
        Some(body) => body.as_bytes().map(bytes::Bytes::copy_from_slice),
    };
    if body.is_none() && plan.reads_body() {
        return Err(Fault::malformed("the recipe reads the body, but this request streams it"));
    }
    let query = url.query().unwrap_or_default();
    let (query, headers, body) = {
        let mut message = Message::new(method.as_str(), url.path(), query, &headers, body.clone());
        plan.dress(&mut message, &given, now, &mut |_, _| {}).map_err(lacking)?;
        let changed = message.body.clone().filter(|after| body.as_ref() != Some(after));
        (message.query.into_owned(), message.headers.into_owned(), changed)
    };
    if query != url.query().unwrap_or_default() {
        request.url_mut().set_query(Some(&query));
    }
    *request.headers_mut() = headers;
    if let Some(body) = body {
        request.headers_mut().remove(http::header::CONTENT_LENGTH);
        *request.body_mut() = Some(body.into());
    }
    Ok(())
}

/// What a message lacks, said of a request of ours.
pub(super) fn lacking(Lack(what): Lack) -> Fault {
    Fault::malformed(format!("the recipe wants {what}, and this message has it not"))
}
