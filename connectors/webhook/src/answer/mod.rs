//! What the far side is told after the commit: four envelopes, compiled once. It words; it decides
//! nothing.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use huiliu_contract::{Answer, Misconfigured, Refusal, Reply, Taken, What};
use huiliu_kit::template::{Filling, Template};
use serde::Serialize;
use serde_json::{Value, json};

use crate::options::{AnswerOptions, EnvelopeOptions};

/// What a taken answer can name. A channel whose pushes are lists has only the first two: one ticket
/// number would be a guess there.
const TAKEN: [&str; 5] = ["items", "count", "ticket", "external_id", "what"];
const OF_LISTS: usize = 2;
const REFUSED: [&str; 2] = ["reason", "detail"];
const FAILED: [&str; 1] = ["reason"];

/// After how many seconds the far side may come again, unless the channel declares another header.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("5");

/// The four answers of a channel.
pub(crate) struct Envelopes {
    taken: Envelope,
    repeat: Envelope,
    refused: Envelope,
    failed: Envelope,
}

#[derive(Clone)]
struct Envelope {
    /// None: the one that fits.
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Template,
}

impl Envelopes {
    /// Compiles them; `lists` tells whether a push of this channel holds a list.
    pub(crate) fn build(options: &AnswerOptions, lists: bool, mistakes: &mut Vec<Misconfigured>) -> Option<Self> {
        let names = if lists { &TAKEN[..OF_LISTS] } else { &TAKEN[..] };
        let plain = if lists {
            json!({ "success": true, "items": "{items}" })
        } else {
            json!({ "success": true, "ticket": "{ticket}", "external_id": "{external_id}" })
        };
        let of = |written: &Option<EnvelopeOptions>| written.clone().unwrap_or_default();
        let (yes, refused, failed) = (of(&options.taken), of(&options.refused), of(&options.failed));

        says_yes("answer.taken", &yes, mistakes);
        let taken = Envelope::build("answer.taken", &yes, &plain, names, mistakes);
        let repeat = match &options.repeat {
            Some(again) => {
                says_yes("answer.repeat", again, mistakes);
                Envelope::build("answer.repeat", again, &plain, names, mistakes)
            }
            None => taken.clone(),
        };
        let again = options.repeat.as_ref().unwrap_or(&yes);
        is_no_yes("answer.refused", &refused, [&yes, again], mistakes);
        is_no_yes("answer.failed", &failed, [&yes, again], mistakes);
        let plain = json!({ "success": false, "reason": "{reason}", "detail": "{detail}" });
        let refused = Envelope::build("answer.refused", &refused, &plain, &REFUSED, mistakes);
        let plain = json!({ "success": false, "reason": "{reason}" });
        let failed = Envelope::build("answer.failed", &failed, &plain, &FAILED, mistakes);
        let mut failed = failed?;
        failed.headers.entry(header::RETRY_AFTER).or_insert(COME_AGAIN);
        Some(Self { taken: taken?, repeat: repeat?, refused: refused?, failed })
    }

    /// Words an answer.
    pub(crate) fn answer(&self, what: Answer<'_>) -> Reply {
        match what {
            Answer::Taken(items) => {
                let told_again = !items.is_empty() && items.iter().all(|item| item.what == What::Repeat);
                let envelope = if told_again { &self.repeat } else { &self.taken };
                envelope.taken(items)
            }
            Answer::Refused(refusal) => self.refused.refused(refusal),
            Answer::Failed => self.failed.fill(StatusCode::SERVICE_UNAVAILABLE, &[Filling::Text("failed")]),
        }
    }
}

/// An acknowledgement with another status than 2xx would make every far side tell again for ever.
fn says_yes(key: &str, options: &EnvelopeOptions, mistakes: &mut Vec<Misconfigured>) {
    if options.status.is_some_and(|status| !(200..300).contains(&status)) {
        mistakes.push(Misconfigured::new(
            format!("{key}.status"),
            "an acknowledgement needs a status from 200 to 299, or the far side would take it for a failure",
            "收下件的应答,状态码要在 200 到 299 之间,否则对方会当成失败",
        ));
    }
}

/// A refusal or failure that looks like an acknowledgement would lose submissions silently.
fn is_no_yes(key: &str, options: &EnvelopeOptions, yes: [&EnvelopeOptions; 2], mistakes: &mut Vec<Misconfigured>) {
    let looks_taken = options.status.is_some_and(|status| (200..300).contains(&status));
    if looks_taken && yes.iter().any(|yes| options.body.is_some() && yes.body == options.body) {
        mistakes.push(Misconfigured::new(
            format!("{key}.body"),
            "status and body are those of an acknowledgement, so the far side would believe that we have it",
            "状态码和正文都和“已收下”一样,对方会以为我们已经收到",
        ));
    }
}

#[derive(Serialize)]
struct Told<'a> {
    external_id: Option<&'a str>,
    ticket: Option<&'a str>,
    what: &'static str,
}

impl<'a> From<&'a Taken> for Told<'a> {
    fn from(item: &'a Taken) -> Self {
        Self {
            external_id: item.external_id.as_ref().map(|id| id.as_str()),
            ticket: item.ticket.as_deref(),
            what: item.what.word(),
        }
    }
}

impl Envelope {
    fn build(
        key: &str,
        options: &EnvelopeOptions,
        plain: &Value,
        names: &[&str],
        mistakes: &mut Vec<Misconfigured>,
    ) -> Option<Self> {
        let status = options.status.map(|status| status_code(key, status, mistakes));
        let headers = headers(key, options, mistakes);
        let body = match options.body.as_ref().unwrap_or(plain) {
            Value::String(text) if is_xml(text, headers.as_ref()) => Template::xml(text, names),
            Value::String(text) => Template::text(text, names),
            tree => Template::json(tree, names),
        };
        let body = match body {
            Ok(body) => body,
            Err(bad) => {
                mistakes.push(bad.at_key(&format!("{key}.body")));
                return None;
            }
        };
        Some(Self { status: status.map_or(Some(None), |status| status.map(Some))?, headers: headers?, body })
    }

    fn taken(&self, items: &[Taken]) -> Reply {
        let told = if self.body.uses(0) {
            let told: Vec<Told<'_>> = items.iter().map(Told::from).collect();
            // Texts and nulls in a list: there is nothing in it that could fail to be written.
            serde_json::to_vec(&told).unwrap_or_default()
        } else {
            Vec::new()
        };
        let count = items.len().to_string();
        let first = items.first();
        let fillings = [
            Filling::Json(&told),
            Filling::Json(count.as_bytes()),
            first.and_then(|item| item.ticket.as_deref()).into(),
            first.and_then(|item| item.external_id.as_ref()).map(|id| id.as_str()).into(),
            first.map(|item| item.what.word()).into(),
        ];
        self.fill(StatusCode::OK, &fillings)
    }

    fn refused(&self, refusal: &Refusal) -> Reply {
        let detail = if self.body.uses(1) { refusal.to_string() } else { String::new() };
        self.fill(refusal.status(), &[Filling::Text(refusal.word()), Filling::Text(&detail)])
    }

    fn fill(&self, fitting: StatusCode, fillings: &[Filling<'_>]) -> Reply {
        let mut body = Vec::new();
        self.body.render(fillings, &mut body);
        Reply { status: self.status.unwrap_or(fitting), headers: self.headers.clone(), body: body.into() }
    }
}

fn status_code(key: &str, status: u16, mistakes: &mut Vec<Misconfigured>) -> Option<StatusCode> {
    let code = StatusCode::from_u16(status).ok().filter(|_| (200..600).contains(&status));
    if code.is_none() {
        mistakes.push(Misconfigured::new(
            format!("{key}.status"),
            format!("{status} is no status of an answer; 200 to 599 are allowed"),
            format!("{status} 不是应答的状态码;只能是 200 到 599"),
        ));
    }
    code
}

/// Whether a text is sent as XML, so that what is filled in must be escaped; also where its content type hides it.
fn is_xml(text: &str, headers: Option<&HeaderMap>) -> bool {
    let told = headers.and_then(|headers| headers.get(header::CONTENT_TYPE)).and_then(|told| told.to_str().ok());
    told.is_some_and(|told| told.to_ascii_lowercase().contains("xml")) || text.trim_start().starts_with('<')
}

fn headers(key: &str, options: &EnvelopeOptions, mistakes: &mut Vec<Misconfigured>) -> Option<HeaderMap> {
    /// What belongs to the connection, not to the answer.
    const OURS: [HeaderName; 4] =
        [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION, header::UPGRADE];
    let before = mistakes.len();
    let mut headers = HeaderMap::with_capacity(options.headers.len() + 2);
    let plain = match &options.body {
        Some(Value::String(text)) if text.trim_start().starts_with('<') => "application/xml; charset=utf-8",
        Some(Value::String(_)) => "text/plain; charset=utf-8",
        _ => "application/json",
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(plain));
    for (name, value) in &options.headers {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) if !OURS.contains(&name) => {
                headers.insert(name, value);
            }
            _ => mistakes.push(Misconfigured::new(
                format!("{key}.headers.{name}"),
                "it is no header that an answer can declare; visible ASCII is allowed, and no header of the connection",
                "不能这样写应答头;只能用可见的英文字符,而且不能是连接本身的头",
            )),
        }
    }
    (mistakes.len() == before).then_some(headers)
}

#[cfg(test)]
mod tests;
