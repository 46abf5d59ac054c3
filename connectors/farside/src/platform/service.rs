//! The platform's HTTP: who is let in, what is answered, and how it fails on purpose.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use http::HeaderMap;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::item::{TIME, beijing};
use super::options::{Envelope, Trick};
use super::state::{Listed, PlatformStats, Question, State};
use super::wire;

type Platform = Arc<Mutex<State>>;

pub(super) fn router(state: Platform) -> Router {
    Router::new().route("/order/list", get(list).post(list)).route("/stats", get(stats)).with_state(state)
}

fn lock(state: &Platform) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn stats(Shared(state): Shared<Platform>) -> Json<PlatformStats> {
    Json(lock(&state).stats())
}

async fn list(
    Shared(state): Shared<Platform>,
    Query(query): Query<wire::Params>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let delay = lock(&state).options.delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let mut state = lock(&state);
    state.count.requests += 1;
    if !wire::let_in(&state.options.gate, &headers) {
        state.count.refused += 1;
        return wire::refused();
    }
    let asked = question(query, &body);
    let trick = play(&mut state);
    if let Some(failed) = wire::failure(&trick, &state.options.envelope) {
        return failed;
    }
    let again = state.last_page.clone().filter(|_| trick == Trick::SamePageAgain);
    let page = again.unwrap_or_else(|| state.list(&asked));
    let answer = written(&page, &state.options.envelope);
    match trick {
        Trick::HangUp => wire::hang_up(),
        Trick::CutBody => wire::cut(answer.to_string().into_bytes()),
        _ => {
            state.went_out(&page);
            state.last_page = Some(page);
            Json(answer).into_response()
        }
    }
}

fn play(state: &mut State) -> Trick {
    let trick = state.tricks.pop_front().unwrap_or(Trick::Nothing);
    state.count.tricks += u64::from(trick != Trick::Nothing);
    trick
}

fn question(query: wire::Params, body: &[u8]) -> Question {
    let mut given = query;
    match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(members) => given.extend(members.into_iter().filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            Value::Number(number) => Some((name, number.to_string())),
            _ => None,
        })),
        Err(_) => given.extend(wire::params(body)),
    }
    let number = |name: &str| given.get(name).and_then(|text| text.parse().ok());
    let since = given.get("updateBegin").and_then(|text| DateTime::strptime(TIME, text).ok());
    Question {
        page: number("pageNum"),
        offset: number("offset"),
        cursor: given.get("cursor").cloned(),
        size: number("pageSize"),
        since: since.and_then(|civil| Some(civil.to_zoned(beijing()).ok()?.timestamp())),
        after: number("afterSeq"),
    }
}

fn written(page: &Listed, envelope: &Envelope) -> Value {
    let list: Value = page.orders.iter().map(super::item::Order::document).collect();
    let mut answer = json!({});
    wire::put(&mut answer, &envelope.success.0, envelope.success.1.clone());
    wire::put(&mut answer, &envelope.next, page.next.clone().map_or(Value::Null, Value::String));
    if let Some(total) = &envelope.total {
        wire::put(&mut answer, total, json!(page.total));
    }
    // Last, because a bare list replaces whatever stands around it.
    wire::put(&mut answer, &envelope.items, list);
    answer
}
