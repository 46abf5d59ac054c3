//! Events for a core that would rather fetch: offered in the order of their commits, until it says up to which it has them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use huiliu_contract::Period;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::api::{Api, problem};
use super::desk::asked;
use crate::forward::{Cloud, cloud};
use crate::store::{Acknowledged, Offered, Place, Refusal, StoreError};
use crate::ticket::Spoken;

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

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/v1/events", get(events)).route("/api/v1/events/ack", post(acknowledge))
}

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// What lies behind this place in the stream.
    #[serde(default)]
    after: i64,
    /// At most so many events.
    #[serde(default)]
    limit: Option<usize>,
    /// How long to wait where there are none.
    #[serde(default)]
    wait: Option<Period>,
}

/// Up to where the core has what it was offered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    seq: i64,
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
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    if !api.allows(&headers) {
        return problem(StatusCode::UNAUTHORIZED, "not_verified", "the bearer token is missing or wrong");
    }
    let Some(offer) = &api.offer else { return not_fetched() };
    let Ok(Query(asked)) = asked else {
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
async fn acknowledge(State(api): State<Arc<Api>>, headers: HeaderMap, body: Bytes) -> Response {
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
            let body = json!({ "upto": ack.upto, "settled": settled, "refused": refused, "unknown_tickets": unknown });
            (StatusCode::OK, Json(body)).into_response()
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
    let mut answer = problem(StatusCode::SERVICE_UNAVAILABLE, "store", "not now; come again");
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    answer
}
