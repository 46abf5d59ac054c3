//! The platform's HTTP: who is let in, what is answered, and how it fails on purpose.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::item::{Order, TIME, beijing};
use super::options::{Gate, PlatformOptions, Trick};
use super::state::{Listed, PlatformStats, Question, State};
use super::wire;

type Platform = Arc<Mutex<State>>;

pub(super) fn router(state: Platform) -> Router {
    Router::new()
        .route("/order/list", get(list).post(list))
        .route("/order/count", get(count).post(count))
        .route("/order/detail", get(detail).post(detail))
        .route("/login", post(log_in))
        .route("/oauth/token", post(grant))
        .route("/stats", get(stats))
        .with_state(state)
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
        return wire::turned_away(&state.options.gate, &state.options.envelope);
    }
    let given = wire::said(query, &body);
    let asked = question(&given);
    let trick = play(&mut state);
    if let Some(failed) = wire::failure(&trick, &state.options.envelope) {
        return failed;
    }
    let again = state.last_page.clone().filter(|_| trick == Trick::SamePageAgain);
    let page = again.unwrap_or_else(|| state.list(&asked));
    let link = page.next.as_deref().map(|cursor| link(&given, cursor));
    let answer = written(&page, &state.options, link.as_deref());
    match trick {
        Trick::HangUp => wire::hang_up(),
        Trick::CutBody => wire::cut(&answer, &state.options.envelope),
        _ => {
            state.went_out(&page);
            state.last_page = Some(page);
            let mut response = wire::written(&answer, &state.options.envelope);
            if let Some(link) = link {
                let value = format!("</order/list>; rel=\"first\", <{link}>; rel=\"next\"");
                response.headers_mut().extend(HeaderValue::from_str(&value).ok().map(|value| (header::LINK, value)));
            }
            response
        }
    }
}

/// How many items there are in a time, those that the list keeps back included.
async fn count(
    Shared(state): Shared<Platform>,
    Query(query): Query<wire::Params>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = lock(&state);
    state.count.counts += 1;
    if !wire::let_in(&state.options.gate, &headers) {
        state.count.refused += 1;
        return wire::turned_away(&state.options.gate, &state.options.envelope);
    }
    let asked = Question { all: true, ..question(&wire::said(query, &body)) };
    let there = state.list(&asked).total;
    let told = there.saturating_add_signed(state.lie);
    let mut answer = json!({ "data": { "total": told } });
    let (at, code) = &state.options.envelope.success;
    wire::put(&mut answer, at, code.clone());
    wire::written(&answer, &state.options.envelope)
}

async fn detail(
    Shared(state): Shared<Platform>,
    Query(query): Query<wire::Params>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = lock(&state);
    state.count.details += 1;
    if !wire::let_in(&state.options.gate, &headers) {
        state.count.refused += 1;
        return wire::turned_away(&state.options.gate, &state.options.envelope);
    }
    let trick = state.detail_tricks.pop_front().unwrap_or(Trick::Nothing);
    state.count.tricks += u64::from(trick != Trick::Nothing);
    if let Some(failed) = wire::failure(&trick, &state.options.envelope) {
        return failed;
    }
    let number = wire::said(query, &body).remove("orderNo").unwrap_or_default();
    let Some(document) = state.document(&number) else {
        return (StatusCode::NOT_FOUND, Json(json!({ "code": 404, "msg": "没有这一件" }))).into_response();
    };
    let mut answer = json!({ "data": document });
    let (at, code) = &state.options.envelope.success;
    wire::put(&mut answer, at, code.clone());
    match trick {
        Trick::HangUp => wire::hang_up(),
        Trick::CutBody => wire::cut(&answer, &state.options.envelope),
        _ => wire::written(&answer, &state.options.envelope),
    }
}

async fn log_in(Shared(state): Shared<Platform>, Query(query): Query<wire::Params>, body: Bytes) -> Response {
    let options = lock(&state).options.clone();
    match &options.gate {
        Gate::Session(door) => door.log_in(&wire::said(query, &body), &options.envelope),
        _ => wire::refused(&options.envelope),
    }
}

async fn grant(Shared(state): Shared<Platform>, headers: HeaderMap, body: Bytes) -> Response {
    let options = lock(&state).options.clone();
    match &options.gate {
        Gate::Session(door) => door.grant(&headers, &wire::params(&body), &options.envelope),
        _ => wire::refused(&options.envelope),
    }
}

fn play(state: &mut State) -> Trick {
    let trick = state.tricks.pop_front().unwrap_or(Trick::Nothing);
    state.count.tricks += u64::from(trick != Trick::Nothing);
    trick
}

/// The address of the page behind this cursor, read from where the list is.
fn link(given: &wire::Params, cursor: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(given.iter().filter(|(name, _)| *name != "cursor"));
    format!("list?{}", query.append_pair("cursor", cursor).finish())
}

fn question(given: &wire::Params) -> Question {
    let number = |name: &str| given.get(name).and_then(|text| text.parse().ok());
    let time = |name: &str| {
        let civil = given.get(name).and_then(|text| DateTime::strptime(TIME, text).ok())?;
        Some(civil.to_zoned(beijing()).ok()?.timestamp())
    };
    Question {
        page: number("pageNum"),
        offset: number("offset"),
        cursor: given.get("cursor").cloned(),
        size: number("pageSize"),
        since: time("updateBegin"),
        until: time("updateEnd"),
        after: number("afterSeq"),
        all: given.contains_key("all"),
    }
}

fn written(page: &Listed, options: &PlatformOptions, link: Option<&str>) -> Value {
    let envelope = &options.envelope;
    let shown = |order: &Order| match options.cut {
        Some(length) => order.cut(length),
        None => order.document(),
    };
    let list: Value = page.orders.iter().map(shown).collect();
    let mut answer = json!({});
    wire::put(&mut answer, &envelope.success.0, envelope.success.1.clone());
    wire::put(&mut answer, &envelope.next, page.next.clone().map_or(Value::Null, Value::String));
    if let Some(total) = &envelope.total {
        wire::put(&mut answer, total, json!(page.total));
    }
    if let Some(at) = &envelope.link {
        wire::put(&mut answer, at, json!(link));
    }
    if let Some(at) = &envelope.rows {
        wire::put(&mut answer, at, json!(page.orders.len()));
    }
    // Last, because a bare list replaces whatever stands around it.
    wire::put(&mut answer, &envelope.items, list);
    answer
}
