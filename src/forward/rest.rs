//! A core with a REST interface: one event or a batch by POST, judged by status and a declared rule.

use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use huiliu_contract::{FarSide, Fault, Misconfigured, Reached, Site, Upload};
use huiliu_kit::auth::Credentials;
use huiliu_kit::client::{Answer, Client, ClientOptions};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::multipart::{Form, upload};
use huiliu_kit::pick::{Pointer, scalar};
use huiliu_kit::route::{Ends, Route};
use huiliu_kit::success::Judge;
use huiliu_kit::template::{Filling, Template};
use huiliu_kit::walk::{ClientSide, Way};
use serde_json::Value;
use url::Url;

use super::closed::Closed;
use super::cloud::{self, Cloud};
use super::{CoreRef, Forwarder, NotTaken};
use crate::settings::{Attachments, CoreSettings};
use crate::store::Fresh;
use crate::ticket::event::idempotency_key;

/// What a body template may name.
const NAMES: [&str; 6] = ["event", "ticket", "sequence", "key", "channel", "external_id"];

/// A core that is posted to.
#[derive(Debug)]
pub struct RestForwarder {
    client: Client,
    route: Route,
    url: Url,
    headers: HeaderMap,
    credentials: Credentials,
    judge: Judge,
    closed: Closed,
    body: Option<Template>,
    cloud: Option<Cloud>,
    number_at: Option<Pointer>,
    answers_at: Option<Pointer>,
    batch: usize,
    in_flight: usize,
    /// Where events bring their files: how these go, and how long a request without any may take.
    files: Option<(Client, Duration)>,
}

impl RestForwarder {
    /// Builds it from `[core]`; all mistakes at once, keys dotted from `core`.
    pub fn build(settings: &CoreSettings, site: &dyn Site) -> Result<Self, Vec<Misconfigured>> {
        let mut wrong = Vec::new();
        let url = Url::parse(&settings.url).map_err(|bad| {
            wrong.push(Misconfigured::new("core.url", format!("no address: {bad}"), "不是有效的网址"));
        });
        let tls = settings.url.starts_with("https");
        let mut mistakes = Mistakes::default();
        let ends = Ends { section: "core", url: url.as_ref().ok(), hosts: &[] };
        let route = Route::read(&settings.route, ends, site, &mut mistakes);
        wrong.extend(mistakes.into_vec());
        let options =
            ClientOptions { timeout: settings.timeout.0, route: route.clone(), tls, ..ClientOptions::default() };
        let files = Self::files(settings, &options, &mut wrong);
        let client = Client::build(options, "core.ca_file").map_err(|bad| wrong.push(bad));
        let credentials = match &settings.auth {
            Some(auth) => auth.resolve("core.auth", site).map_err(|bad| wrong.extend(bad)),
            None => Ok(Credentials::nobody()),
        };
        let judge = Judge::build(settings.success.as_ref(), "core.success", &settings.troubles(), "core.errors")
            .map_err(|bad| wrong.extend(bad));
        let closed = Closed::build(settings, &mut wrong);
        let body = settings.body.as_ref().map(|tree| Template::json(tree, &NAMES)).transpose();
        let body = body.map_err(|bad| wrong.push(bad.at_key("core.body")));
        let cloud = Cloud::build(settings.envelope, settings.source.as_deref(), "core", &mut wrong);
        let number_at = settings.number_at.as_deref().map(Pointer::parse).transpose();
        let number_at = number_at.map_err(|bad| wrong.push(bad.at_key("core.number_at")));
        let answers_at = settings.answers_at.as_deref().map(Pointer::parse).transpose();
        let answers_at = answers_at.map_err(|bad| wrong.push(bad.at_key("core.answers_at"))).unwrap_or_default();
        let mut headers = headers(settings, &mut wrong);
        if cloud.is_some() {
            let media_type = if settings.batch > 1 { cloud::MANY } else { cloud::ONE };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        match (url, client, credentials, judge, body, number_at) {
            (Ok(url), Ok(client), Ok(credentials), Ok(judge), Ok(body), Ok(number_at)) if wrong.is_empty() => {
                Ok(Self {
                    client,
                    route,
                    url,
                    headers,
                    credentials,
                    judge,
                    closed,
                    body,
                    cloud,
                    number_at,
                    answers_at,
                    batch: usize::from(settings.batch.max(1)),
                    in_flight: usize::from(settings.in_flight.max(1)),
                    files,
                })
            }
            _ => Err(wrong),
        }
    }

    /// The core, for who wants to walk there. Nothing is posted.
    pub fn far(&self) -> Box<dyn FarSide> {
        let hosts = self.url.host_str().map(str::to_owned).into_iter().collect();
        let way = Way { url: self.url.clone(), route: self.route.clone(), hosts, window: None };
        Box::new(ClientSide { way, client: self.client.clone() })
    }

    fn files(
        settings: &CoreSettings,
        options: &ClientOptions,
        wrong: &mut Vec<Misconfigured>,
    ) -> Option<(Client, Duration)> {
        if settings.attachments != Attachments::Multipart {
            return None;
        }
        let client = Client::build(ClientOptions { timeout: upload::LONGEST, ..options.clone() }, "core.ca_file");
        Some((client.map_err(|bad| wrong.push(bad)).ok()?, settings.timeout.0))
    }

    fn write(&self, fresh: &Fresh, out: &mut Vec<u8>) -> Result<(), Fault> {
        let event = fresh.json().map_err(|bad| Fault::malformed(bad.to_string()))?;
        if let Some(cloud) = &self.cloud {
            cloud.write(fresh, &event, out);
            return Ok(());
        }
        let Some(template) = &self.body else {
            out.extend_from_slice(&event);
            return Ok(());
        };
        let key = idempotency_key(fresh.ticket.number, u64::from(fresh.n));
        let (ticket, sequence) = (fresh.ticket.number.to_string(), fresh.n.to_string());
        let fillings = [
            Filling::Json(&event),
            Filling::Text(&ticket),
            Filling::Json(sequence.as_bytes()),
            Filling::Text(&key),
            Filling::Text(&fresh.channel),
            Filling::Text(fresh.external_id.as_str()),
        ];
        template.render(&fillings, out);
        Ok(())
    }

    async fn post(&self, body: Vec<u8>, key: Option<&str>) -> Result<Option<Value>, NotTaken> {
        let mut request = self.client.request(http::Method::POST, self.url.clone()).headers(self.headers.clone());
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let answer = self.client.send(self.credentials.sign(request).body(body)).await?;
        let reads = self.number_at.is_some() || self.answers_at.is_some();
        if !reads && self.judge.trusts_status() && answer.status.is_success() {
            return Ok(None);
        }
        self.judge.accept(&answer, jiff::Timestamp::now()).map_err(|fault| self.not_taken(fault, &answer))
    }

    fn not_taken(&self, fault: Fault, answer: &Answer) -> NotTaken {
        NotTaken { fault, closed: self.closed.says(answer.status, answer.json().ok().as_ref()) }
    }

    /// Posts an event with its files: the first part is the event as it goes alone, then one part a file.
    async fn post_form(&self, form: Form, key: &str) -> Result<Option<Value>, NotTaken> {
        let Some((client, usual)) = &self.files else {
            return Err(Fault::malformed("this core takes no files").into());
        };
        let mut headers = self.headers.clone();
        headers.remove(CONTENT_TYPE);
        let length = form.length();
        let request = client.request(http::Method::POST, self.url.clone()).headers(headers);
        let request = request.header("Idempotency-Key", key).timeout(upload::time_for(length, *usual));
        let answer = client.send(form.put_on(self.credentials.sign(request))).await?;
        let judged = self.judge.accept(&answer, jiff::Timestamp::now());
        match judged {
            Err(Fault::Malformed { quoted, .. }) if answer.status == StatusCode::PAYLOAD_TOO_LARGE => {
                let message = format!(
                    "the core takes no request of {length} bytes (413), files included; let it take more, or write \
                     attachments = \"links\" under [core] and try again"
                );
                Err(Fault::Malformed { message, quoted }.into())
            }
            judged => judged.map_err(|fault| self.not_taken(fault, &answer)),
        }
    }

    /// One answer an event, from the list of them. An event without one may have been taken or not.
    fn each(&self, events: usize, document: Option<&Value>) -> Vec<Result<CoreRef, NotTaken>> {
        let found = document.and_then(|document| self.answers_at.as_ref()?.get(document)).and_then(Value::as_array);
        let answer = |at: usize| {
            let member = found.and_then(|list| list.get(at)).ok_or_else(|| {
                let message = format!("the answer to {events} events holds none for event {}", at + 1);
                NotTaken::from(Fault::unavailable(message, Reached::Maybe))
            })?;
            self.judge
                .member(member)
                .map_err(|fault| NotTaken { fault, closed: self.closed.says(StatusCode::OK, Some(member)) })?;
            Ok(CoreRef { number: self.number(Some(member)) })
        };
        (0..events).map(answer).collect()
    }

    fn number(&self, document: Option<&Value>) -> Option<String> {
        let found = self.number_at.as_ref()?.get(document?)?;
        scalar(found).map(std::borrow::Cow::into_owned)
    }
}

fn headers(settings: &CoreSettings, wrong: &mut Vec<Misconfigured>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in &settings.headers {
        match (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            (Ok(name), Ok(value)) => drop(headers.insert(name, value)),
            _ => wrong.push(Misconfigured::new(
                format!("core.headers.{name}"),
                "no valid header name or value",
                "请求头的名字或内容不合规定",
            )),
        }
    }
    headers
}

#[async_trait]
impl Forwarder for RestForwarder {
    async fn forward(&self, events: &[Fresh]) -> Vec<Result<CoreRef, NotTaken>> {
        if let ([one], 1) = (events, self.batch) {
            let mut body = Vec::new();
            if let Err(fault) = self.write(one, &mut body) {
                return vec![Err(fault.into())];
            }
            let key = idempotency_key(one.ticket.number, u64::from(one.n));
            let answer = self.post(body, Some(&key)).await;
            return vec![answer.map(|document| CoreRef { number: self.number(document.as_ref()) })];
        }
        let mut body = vec![b'['];
        for (at, event) in events.iter().enumerate() {
            if at > 0 {
                body.push(b',');
            }
            if let Err(fault) = self.write(event, &mut body) {
                return events.iter().map(|_| Err(fault.clone().into())).collect();
            }
        }
        body.push(b']');
        match self.post(body, None).await {
            Err(not_taken) => events.iter().map(|_| Err(not_taken.clone())).collect(),
            Ok(document) if self.answers_at.is_some() => self.each(events.len(), document.as_ref()),
            Ok(document) => {
                // Numbers of a batch stand as a list at the declared place, in the order of the events.
                let found = document.as_ref().and_then(|document| self.number_at.as_ref()?.get(document));
                let listed = found.and_then(Value::as_array);
                let number = |at: usize| listed.and_then(|list| scalar(list.get(at)?).map(|n| n.into_owned()));
                (0..events.len()).map(|at| Ok(CoreRef { number: number(at) })).collect()
            }
        }
    }

    fn takes_files(&self) -> bool {
        self.files.is_some()
    }

    async fn forward_with(
        &self,
        event: &Fresh,
        files: Vec<(u32, Upload)>,
        boundary: &str,
    ) -> Result<CoreRef, NotTaken> {
        let mut body = Vec::new();
        self.write(event, &mut body)?;
        let media_type = if self.cloud.is_some() { cloud::ONE } else { "application/json" };
        let form = Form::new(boundary).bytes("event", media_type, body.into());
        let form = files.into_iter().fold(form, |form, (n, upload)| form.file(&format!("file-{n}"), upload));
        let key = idempotency_key(event.ticket.number, u64::from(event.n));
        let document = self.post_form(form, &key).await?;
        Ok(CoreRef { number: self.number(document.as_ref()) })
    }

    fn batch(&self) -> usize {
        self.batch
    }

    fn in_flight(&self) -> usize {
        self.in_flight
    }
}
