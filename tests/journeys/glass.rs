//! A pane of glass before a far side: requests pass through it unchanged, and it remembers what it saw.
//! Whether the far side failed on purpose is not its affair; a connection that breaks behind it breaks before it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use huiliu_farside::port::{HangUp, Port};
use serde_json::Value;
use tokio::sync::{Notify, watch};

/// One request as it passed.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Path and query.
    pub(crate) target: String,
    /// The idempotency key.
    pub(crate) key: Option<String>,
    /// What was asked.
    pub(crate) body: Bytes,
    /// Status and body of the answer; none while there is none, for ever where the line broke.
    pub(crate) answer: Option<(u16, Bytes)>,
    /// Whether the far side broke the line, on purpose or because it was away.
    pub(crate) broken: bool,
}

impl Seen {
    /// The body as JSON; of a form of parts, the first one.
    pub(crate) fn json(&self) -> Value {
        let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|part| part == what);
        let body = match self.body.strip_prefix(b"--") {
            None => &self.body[..],
            Some(form) => {
                let part = &form[find(form, b"\r\n\r\n").expect("a part has a head") + 4..];
                &part[..find(part, b"\r\n--").expect("a part has an end")]
            }
        };
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// The source's number in an event, without reading the whole of it.
    pub(crate) fn external_id(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let rest = text.split_once("\"external_id\":\"").map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }

    /// Whether a platform's answer holds items.
    pub(crate) fn has_items(&self) -> bool {
        self.answer.as_ref().is_some_and(|(_, body)| String::from_utf8_lossy(body).contains("orderNo"))
    }

    /// Whether neither an answer nor the far side ended it: whoever asked is gone, or still waits.
    pub(crate) fn unanswered(&self) -> bool {
        self.answer.is_none() && !self.broken
    }

    /// Whether it was answered with 2xx.
    pub(crate) fn taken(&self) -> bool {
        self.answer.as_ref().is_some_and(|(status, _)| (200..300).contains(status))
    }
}

struct Shared {
    behind: String,
    client: reqwest::Client,
    seen: Mutex<Vec<Seen>>,
    moved: Notify,
    held: watch::Sender<bool>,
    /// Whether answers are kept from whoever asked, though the far side gave them.
    withheld: watch::Sender<bool>,
    /// What is answered in the far side's place; 0 asks the far side.
    instead: AtomicU16,
}

/// A pane of glass. It stops when it is dropped.
pub(crate) struct Glass {
    port: Port,
    shared: Arc<Shared>,
}

impl Glass {
    /// Puts it before an address.
    pub(crate) async fn before(behind: SocketAddr) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let behind = format!("http://{behind}");
        let shared = Arc::new(Shared {
            behind,
            client,
            seen: Mutex::default(),
            moved: Notify::new(),
            held: watch::Sender::new(false),
            withheld: watch::Sender::new(false),
            instead: AtomicU16::new(0),
        });
        let router = Router::new().fallback(pass).with_state(shared.clone());
        let port = Port::open(router, ([127, 0, 0, 1], 0).into()).await.unwrap();
        Self { port, shared }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.port.addr())
    }

    /// Everything it saw, in the order of coming.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many requests it saw.
    pub(crate) fn count(&self) -> usize {
        self.shared.seen.lock().unwrap().len()
    }

    /// Looks at what it saw from the `from`-th request on, without copying.
    pub(crate) fn look<T>(&self, from: usize, look: impl FnOnce(&[Seen]) -> T) -> T {
        let seen = self.shared.seen.lock().unwrap();
        look(seen.get(from..).unwrap_or_default())
    }

    /// Waits until a request came or was answered.
    pub(crate) async fn moved(&self) {
        self.shared.moved.notified().await;
    }

    /// Lets no request through until [`release`](Self::release): what is behind it is slow beyond measure.
    pub(crate) fn hold(&self) {
        self.shared.held.send_replace(true);
    }

    /// Lets everything through again.
    pub(crate) fn release(&self) {
        self.shared.held.send_replace(false);
    }

    /// Lets requests through and keeps the answers, until told otherwise.
    pub(crate) fn withhold_answers(&self, withhold: bool) {
        self.shared.withheld.send_replace(withhold);
    }

    /// Answers everything with this status in the far side's place; 0 lets it through again.
    pub(crate) fn answer_all(&self, status: u16) {
        self.shared.instead.store(status, Ordering::Relaxed);
    }

    /// Closes it and every connection.
    pub(crate) async fn shut(&self) {
        self.port.shut().await;
    }

    /// Opens it again.
    pub(crate) async fn reopen(&self) {
        self.port.reopen().await.unwrap();
    }
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 64 << 20).await else { return broken() };
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let key = head.headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let place = {
        let mut seen = shared.seen.lock().unwrap();
        seen.push(Seen { target: target.clone(), key, body: body.clone(), answer: None, broken: false });
        seen.len() - 1
    };
    shared.moved.notify_waiters();
    // The sender lives as long as what is shared.
    let _ = shared.held.subscribe().wait_for(|held| !held).await;
    if let Ok(status) = StatusCode::from_u16(shared.instead.load(Ordering::Relaxed)) {
        shared.seen.lock().unwrap()[place].answer = Some((status.as_u16(), Bytes::new()));
        return status.into_response();
    }
    let mut headers = head.headers;
    headers.remove(http::header::HOST);
    let sent = shared.client.request(head.method, format!("{}{target}", shared.behind)).headers(headers).body(body);
    let Some((status, mut headers, body)) = answered(sent).await else {
        shared.seen.lock().unwrap()[place].broken = true;
        return broken();
    };
    headers.remove(http::header::TRANSFER_ENCODING);
    // The sender lives as long as what is shared.
    let _ = shared.withheld.subscribe().wait_for(|withheld| !withheld).await;
    shared.seen.lock().unwrap()[place].answer = Some((status.as_u16(), body.clone()));
    shared.moved.notify_waiters();
    (status, headers, Body::from(body)).into_response()
}

/// The whole answer, unless the line breaks.
async fn answered(sent: reqwest::RequestBuilder) -> Option<(StatusCode, HeaderMap, Bytes)> {
    let answer = sent.send().await.ok()?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    Some((status, headers, answer.bytes().await.ok()?))
}

fn broken() -> Response {
    (axum::Extension(HangUp), StatusCode::BAD_GATEWAY).into_response()
}
