//! Events for a core that would rather fetch: offered in the order of their commits, until it says up to which it has them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use huiliu_contract::Period;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Api;
use super::desk::asked;
use super::problem::{Read, Whole, not_verified, problem};
use super::route::{About, Content, Route, Tag, json, of};
use crate::forward::{Cloud, CloudEvent, cloud};
use crate::store::{Acknowledged, Offered, Place, Refusal, StoreError};
use crate::ticket::{Event, Spoken};

/// The most events of one answer, and how many there are if nothing is said.
const MOST: usize = 500;
const USUAL: usize = 100;

/// The longest that an answer waits for news.
const LONGEST: Duration = Duration::from_secs(60);

/// What is offered to a core that fetches.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What stands around each event.
    pub cloud: Option<Cloud>,
    /// Changes when something was committed for the core.
    pub news: watch::Receiver<()>,
    /// Ends those that wait.
    pub stop: CancellationToken,
}

pub(super) fn routes() -> Vec<Route> {
    let get = About {
        id: "getEvents",
        tag: Tag::Events,
        zh: "取流转消息,按入库先后;没有新的,最多等 wait",
        en: "The next events in the order of their commits; where there are none, the first that come while it waits.",
    };
    let ack = About {
        id: "ackEvents",
        tag: Tag::Events,
        zh: "告诉汇流收到哪里为止,连同热线工单号和不收的",
        en: "Says up to where the core has them, with its numbers, and what it does not take.",
    };
    let not_pull = ("热线系统不是 kind = \"pull\"", "`not_fetched`: this core is not of kind `pull`.");
    let get = Route::get("/api/v1/events", events, get)
        .needs_store()
        .query::<Asked>()
        .answers(
            200,
            "流转消息,可能没有",
            "Events; there may be none.",
            [json::<EventsPage>(), Content::of(cloud::MANY, of::<Vec<CloudEvent>>)],
        )
        .with("Huiliu-Next", "下次从这里接着取(after)", "Where to go on: the next `after`.")
        .refuses(409, not_pull.0, not_pull.1)
        .refuses(422, "参数不对", "`bad_request`: a parameter is not as it is allowed.");
    let ack = Route::post("/api/v1/events/ack", acknowledge, ack)
        .needs_store()
        .takes(json::<Ack>())
        .answers(200, "已记下", "It is on disk.", [json::<Acked>()])
        .refuses(400, "正文断了", "`cut`: the body was cut.")
        .refuses(409, not_pull.0, not_pull.1)
        .refuses(413, "正文太大", "`too_large`: the body has more than 2 MiB.")
        .refuses(
            422,
            "内容不对,message 写明是哪一处",
            "`bad_request`, `bad_ticket`, `bad_number`; `beyond`: nothing behind that place was offered yet; `not_offered`: \
             what is refused lies behind `upto`, or was settled before.",
        );
    vec![get, ack]
}

/// What is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// What lies behind this place in the stream.
    #[serde(default)]
    #[schemars(extend("x-zh" = "取这个序号之后的"))]
    after: i64,
    /// At most so many events; absent is 100.
    #[serde(default)]
    #[schemars(range(min = 1, max = 500), extend("x-zh" = "最多几条,不写是100"))]
    limit: Option<usize>,
    /// How long to wait where there are none, at most 60s.
    #[serde(default)]
    #[schemars(extend("x-zh" = "没有新的时最多等多久,不超过60s"))]
    wait: Option<Period>,
}

/// Events in the order of their commits. It is written piece by piece; this is its form.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EventsPage {
    /// The events.
    events: Vec<NumberedEvent>,
    /// The place of the last of them, or where was asked from: the next `after`.
    next: i64,
}

/// An event with its place in the stream.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NumberedEvent {
    /// Its place: later ones have higher ones, some may be missing.
    seq: i64,
    /// The event.
    event: Event,
}

/// What became of an acknowledgement.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EventsAcked")]
struct Acked {
    /// Up to where the core has them.
    upto: i64,
    /// How many events this settled.
    settled: u64,
    /// How many became dead letters.
    refused: u64,
    /// Tickets whose numbers were told, but of which nothing was settled.
    unknown_tickets: Vec<Spoken>,
}

/// Up to where the core has what it was offered.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AckEvents")]
struct Ack {
    /// The last place of the stream that it has.
    upto: i64,
    /// Its own numbers of tickets, by ours.
    #[serde(default)]
    numbers: BTreeMap<String, String>,
    /// What it does not take, and why.
    #[serde(default)]
    refused: Vec<Refused>,
}

/// An event that the core does not take.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RefusedEvent")]
struct Refused {
    /// Its place in the stream.
    seq: i64,
    /// Why, for the person who decides what becomes of it.
    #[serde(default)]
    reason: String,
}

fn not_fetched() -> Response {
    let text = "this core is not of kind `pull`; write kind = \"pull\" under [core] and restart";
    problem(StatusCode::CONFLICT, "not_fetched", text)
}

/// The next events; where there are none, the first that come within the time that may be waited.
async fn events(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    asked: Result<Read<Query<Asked>>, Response>,
) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    let Some(offer) = &api.offer else { return not_fetched() };
    let Ok(Read(Query(asked))) = asked else {
        let text = "allowed are after (a number), limit (1 to 500) and wait (such as 30s, at most 60s)";
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "bad_request", text);
    };
    let limit = asked.limit.unwrap_or(USUAL).clamp(1, MOST);
    let until = Instant::now() + asked.wait.map_or(Duration::ZERO, |wait| wait.0).min(LONGEST);
    let mut news = offer.news.clone();
    loop {
        // Seen before the look, so that what comes in between rings.
        news.borrow_and_update();
        match api.store.offer(asked.after, limit).await {
            Ok(offered) if !offered.is_empty() => return told(offer, asked.after, &offered),
            Ok(_) => {}
            Err(error) => return ours(&error),
        }
        let come = tokio::select! {
            () = offer.stop.cancelled() => false,
            () = tokio::time::sleep_until(until) => false,
            changed = news.changed() => changed.is_ok(),
        };
        if !come {
            return told(offer, asked.after, &[]);
        }
    }
}

/// The events in the form that the core wants.
fn told(offer: &Offer, after: i64, offered: &[Offered]) -> Response {
    let mut out = Vec::new();
    out.extend_from_slice(if offer.cloud.is_some() { b"[" } else { b"{\"events\":[" });
    for (n, one) in offered.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        let Ok(event) = one.event.json() else {
            return ours(&StoreError::Refused("a stored event cannot be composed".into()));
        };
        match &offer.cloud {
            Some(cloud) => cloud.write_numbered(&one.event, one.seq, &event, &mut out),
            None => {
                out.extend_from_slice(format!("{{\"seq\":{},\"event\":", one.seq).as_bytes());
                out.extend_from_slice(&event);
                out.push(b'}');
            }
        }
    }
    let next = offered.last().map_or(after, |last| last.seq);
    if offer.cloud.is_some() {
        out.push(b']');
    } else {
        out.extend_from_slice(format!("],\"next\":{next}}}").as_bytes());
    }
    let media_type = if offer.cloud.is_some() { cloud::MANY } else { "application/json" };
    let mut answer = out.into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert("huiliu-next", next.into());
    answer
}

/// Settles what the core has.
async fn acknowledge(State(api): State<Arc<Api>>, headers: HeaderMap, Whole(body): Whole) -> Response {
    let ack: Ack = match asked(&api, &headers, &body) {
        Ok(ack) => ack,
        Err(answer) => return *answer,
    };
    if api.offer.is_none() {
        return not_fetched();
    }
    let mut numbers = Vec::with_capacity(ack.numbers.len());
    for (ticket, number) in ack.numbers {
        let Ok(spoken) = Spoken::parse(&ticket) else {
            let text = format!("`numbers` names `{}`, which is no ticket", ticket.chars().take(40).collect::<String>());
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "bad_ticket", text);
        };
        let number = number.trim();
        if number.is_empty() || number.len() > 64 {
            let text = format!("the number of {spoken} must have 1 to 64 bytes");
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "bad_number", text);
        }
        numbers.push((spoken, number.to_owned()));
    }
    let refusal = |refused: Refused| {
        let id = api.store.reserve();
        let details = json!({ "message": "the core fetched it and does not take it", "said": refused.reason });
        let body = api.store.keys().seal(Place::Dead, id, details.to_string().as_bytes())?;
        Ok::<_, StoreError>(Refusal { seq: refused.seq, id, body })
    };
    let refused = match ack.refused.into_iter().map(refusal).collect::<Result<Vec<_>, _>>() {
        Ok(refused) => refused,
        Err(error) => return ours(&error),
    };
    match api.store.acknowledge(ack.upto, numbers, refused).await {
        Ok(Acknowledged::Done { settled, refused, unknown }) => {
            metrics::counter!("huiliu_forwarded_total").increment(settled);
            if refused > 0 {
                tracing::warn!(refused, "the core fetched events and does not take them; a person must look");
            }
            let acked = Acked { upto: ack.upto, settled, refused, unknown_tickets: unknown };
            (StatusCode::OK, Json(acked)).into_response()
        }
        Ok(Acknowledged::Beyond { last }) => {
            let text = format!("nothing behind {last} was offered yet; acknowledge what was fetched");
            problem(StatusCode::UNPROCESSABLE_ENTITY, "beyond", text)
        }
        Ok(Acknowledged::NotOffered { seq }) => {
            let text = format!("`refused` names {seq}, which lies behind `upto` or was settled before");
            problem(StatusCode::UNPROCESSABLE_ENTITY, "not_offered", text)
        }
        Err(error) => ours(&error),
    }
}

fn ours(error: &StoreError) -> Response {
    tracing::error!(%error, "what the core fetches could not be read or settled; it is asked to come again");
    problem(StatusCode::SERVICE_UNAVAILABLE, "store", "not now; come again")
}
