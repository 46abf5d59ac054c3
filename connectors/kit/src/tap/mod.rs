//! A tap on the line: while a person looks, it hears what leaves and what is answered. It is set for one task; whoever set
//! none pays nothing.
//!
//! Secrets never come out of it. Passwords, keys and tokens tell the tap of themselves when they are put on a request;
//! besides, headers that are marked as sensitive, members that are called like a secret, and whatever looks like a token
//! in the answer to a login, are dotted. Personal data are not hidden here: whoever shows an exchange must.

mod redact;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method};
use huiliu_contract::{Fault, Secret};
use reqwest::Request;
use serde_json::Value;
use tokio::task_local;
use url::Url;

use crate::client::Answer;

pub use redact::DOTS;
use redact::Redactor;

task_local! {
    static TAP: Tap;
}

/// What was heard. Cloning shares it.
#[derive(Clone, Default)]
pub struct Tap(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    exchanges: Vec<Raw>,
    secrets: Vec<Secret>,
    logging_in: bool,
}

/// An exchange as it went over the line.
struct Raw {
    login: bool,
    method: Method,
    url: Url,
    headers: HeaderMap,
    /// None where there is no body; none inside where it was streamed.
    body: Option<Option<Bytes>>,
    answer: Option<Result<Answer, String>>,
}

/// One request and what was answered, without secrets. It may hold personal data, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Exchange {
    /// Whether it was a login.
    pub login: bool,
    /// The method.
    pub method: String,
    /// The address; its parameters are decoded, so that they can be read.
    pub address: String,
    /// The headers that the request was given; what the client adds by itself is not among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Content,
    /// The answer; else why there is none, in our own words.
    pub answer: Result<Answered, String>,
}

/// An answer, without secrets.
#[derive(Clone, PartialEq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Content,
}

/// A body, read by what it is.
#[derive(Clone, PartialEq)]
pub enum Content {
    /// There is none.
    Nothing,
    /// JSON.
    Json(Value),
    /// XML, as the document that rules read; elements that are lists by declaration alone are not told apart here.
    Xml(Value),
    /// A form: names and values, decoded.
    Form(Vec<(String, String)>),
    /// Any other text.
    Text(String),
    /// No text, or a body that was streamed: so many bytes, where they are known.
    Bytes(Option<usize>),
}

impl Tap {
    /// A tap that knows these secrets beforehand.
    pub fn knowing(secrets: Vec<Secret>) -> Self {
        let tap = Self::default();
        tap.heard().secrets = secrets;
        tap
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a call, and hears what it sends. Tasks that it starts are not heard.
    pub async fn on<F: Future>(&self, call: F) -> F::Output {
        TAP.scope(self.clone(), call).await
    }

    /// What was heard so far, in its order.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let heard = self.heard();
        let redactor = Redactor::new(&heard.secrets);
        heard.exchanges.iter().map(|raw| raw.shown(&redactor)).collect()
    }

    /// A text of the far side's, without secrets.
    pub fn redacted(&self, text: &str) -> String {
        Redactor::new(&self.heard().secrets).text(text)
    }
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tap").field("exchanges", &self.heard().exchanges.len()).finish()
    }
}

impl Raw {
    fn shown(&self, redactor: &Redactor) -> Exchange {
        let media_type = self.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let body = match &self.body {
            None => Content::Nothing,
            Some(None) => Content::Bytes(None),
            Some(Some(bytes)) => redactor.body(bytes, media_type, false),
        };
        let answer = match &self.answer {
            None => Err("it was broken off before it was answered".to_owned()),
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(answer)) => Ok(Answered {
                status: answer.status.as_u16(),
                headers: redactor.headers(&answer.headers),
                body: redactor.answer(answer, self.login),
            }),
        };
        Exchange {
            login: self.login,
            method: self.method.to_string(),
            address: redactor.address(&self.url),
            headers: redactor.headers(&self.headers),
            body,
            answer,
        }
    }
}

/// What lies in a file, read as an answer is: nothing is known of its secrets but how they are called.
pub fn content(bytes: &Bytes) -> Content {
    let answer = Answer { status: http::StatusCode::OK, headers: HeaderMap::new(), body: bytes.clone() };
    Redactor::new(&[]).answer(&answer, false)
}

/// Tells whoever listens of a request that is about to leave; gives its place, to be answered at.
pub(crate) fn leaves(request: &Request) -> Option<usize> {
    TAP.try_with(|tap| {
        let mut heard = tap.heard();
        let body = request.body().map(|body| body.as_bytes().map(Bytes::copy_from_slice));
        let login = heard.logging_in;
        heard.exchanges.push(Raw {
            login,
            method: request.method().clone(),
            url: request.url().clone(),
            headers: request.headers().clone(),
            body,
            answer: None,
        });
        heard.exchanges.len() - 1
    })
    .ok()
}

/// Tells how it was answered.
pub(crate) fn answered(at: Option<usize>, answer: &Result<Answer, Fault>) {
    let Some(at) = at else { return };
    let _ = TAP.try_with(|tap| {
        if let Some(raw) = tap.heard().exchanges.get_mut(at) {
            raw.answer = Some(answer.clone().map_err(|fault| fault.to_string()));
        }
    });
}

/// Tells of a secret that goes onto a request, or came in an answer.
pub fn secret(secret: &Secret) {
    let _ = TAP.try_with(|tap| {
        let mut heard = tap.heard();
        if heard.secrets.iter().all(|known| known.expose() != secret.expose()) {
            heard.secrets.push(secret.clone());
        }
    });
}

/// Whatever leaves in this call is a login.
pub(crate) async fn login<F: Future>(call: F) -> F::Output {
    let mark = |on| TAP.try_with(|tap| tap.heard().logging_in = on).is_ok();
    let heard = mark(true);
    let output = call.await;
    if heard {
        mark(false);
    }
    output
}
