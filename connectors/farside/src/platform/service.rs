//! The platform's HTTP: who is let in, what is answered, and how it fails on purpose.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::{Path, Query, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::item::{TIME, beijing};
use super::options::{Envelope, Gate, Trick};
use super::state::{Listed, PlatformStats, Question, State};
use crate::port::HangUp;

type Platform = Arc<Mutex<State>>;
type Params = BTreeMap<String, String>;

pub(super) fn router(state: Platform) -> Router {
    Router::new()
        .route("/order/list", get(list).post(list))
        .route("/order/{verb}", post(write_back))
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
    Query(query): Query<Params>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let delay = lock(&state).options.delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let mut state = lock(&state);
    state.count.requests += 1;
    if !let_in(&state.options.gate, &headers) {
        state.count.refused += 1;
        return refused();
    }
    let asked = question(query, &body);
    let trick = play(&mut state, false);
    if let Some(failed) = failure(&trick, &state.options.envelope) {
        return failed;
    }
    let again = state.last_page.clone().filter(|_| trick == Trick::SamePageAgain);
    let page = again.unwrap_or_else(|| state.list(&asked));
    let answer = written(&page, &state.options.envelope);
    match trick {
        Trick::HangUp => hang_up(),
        Trick::CutBody => cut(answer.to_string().into_bytes()),
        _ => {
            state.went_out(&page);
            state.last_page = Some(page);
            Json(answer).into_response()
        }
    }
}

async fn write_back(
    Shared(state): Shared<Platform>,
    Path(verb): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = lock(&state);
    if !let_in(&state.options.gate, &headers) {
        state.count.refused += 1;
        return refused();
    }
    let trick = play(&mut state, true);
    if let Some(failed) = failure(&trick, &state.options.envelope) {
        return failed;
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| json!(params(&body)));
    let receipt = state.take(verb, key, body);
    let mut answer = json!({});
    let (at, code) = &state.options.envelope.success;
    put(&mut answer, at, code.clone());
    put(&mut answer, "/data/receiptNo", json!(receipt));
    match trick {
        Trick::HangUp => hang_up(),
        Trick::CutBody => cut(answer.to_string().into_bytes()),
        _ => Json(answer).into_response(),
    }
}

fn play(state: &mut State, write_back: bool) -> Trick {
    let tricks = if write_back { &mut state.write_back_tricks } else { &mut state.tricks };
    let trick = tricks.pop_front().unwrap_or(Trick::Nothing);
    state.count.tricks += u64::from(trick != Trick::Nothing);
    trick
}

/// The answer of a trick that does nothing of what was asked.
fn failure(trick: &Trick, envelope: &Envelope) -> Option<Response> {
    Some(match trick {
        Trick::Status(status, wait) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = (status, Json(json!({ "msg": "系统繁忙" }))).into_response();
            if let Some(wait) = wait.as_deref().and_then(|wait| HeaderValue::from_str(wait).ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, wait);
            }
            response
        }
        Trick::Code(code) => {
            let mut answer = json!({ "msg": "不成功" });
            put(&mut answer, &envelope.success.0, json!(code));
            Json(answer).into_response()
        }
        Trick::Html => axum::response::Html("<html><body>请重新登录</body></html>").into_response(),
        Trick::NoList => {
            let mut answer = json!({ "msg": "ok" });
            put(&mut answer, &envelope.success.0, envelope.success.1.clone());
            Json(answer).into_response()
        }
        Trick::CutBody | Trick::HangUp | Trick::SamePageAgain | Trick::Nothing => return None,
    })
}

fn refused() -> Response {
    (StatusCode::UNAUTHORIZED, Json(json!({ "code": 401, "msg": "未授权" }))).into_response()
}

fn hang_up() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(HangUp);
    response
}

/// Half of a body, then the line breaks.
fn cut(mut body: Vec<u8>) -> Response {
    body.truncate(body.len() / 2);
    let parts = [Ok(Bytes::from(body)), Err(io::Error::other("cut on purpose"))];
    let body = Body::from_stream(futures_util::stream::iter(parts));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn let_in(gate: &Gate, headers: &HeaderMap) -> bool {
    let shown = |name: &str, wanted: &str| headers.get(name).is_some_and(|value| value.as_bytes() == wanted.as_bytes());
    match gate {
        Gate::Open => true,
        Gate::Bearer(token) => shown("authorization", &format!("Bearer {}", token.expose())),
        Gate::Basic { user, password } => {
            let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
            shown("authorization", &format!("Basic {pair}"))
        }
        Gate::ApiKey { header, value } => shown(header, value.expose()),
    }
}

fn question(query: Params, body: &[u8]) -> Question {
    let mut given = query;
    match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(members) => given.extend(members.into_iter().filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            Value::Number(number) => Some((name, number.to_string())),
            _ => None,
        })),
        Err(_) => given.extend(params(body)),
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

/// The pairs of a form.
fn params(body: &[u8]) -> Params {
    form_urlencoded::parse(body).into_owned().collect()
}

fn written(page: &Listed, envelope: &Envelope) -> Value {
    let list: Value = page.orders.iter().map(super::item::Order::document).collect();
    let mut answer = json!({});
    put(&mut answer, &envelope.success.0, envelope.success.1.clone());
    put(&mut answer, &envelope.next, page.next.clone().map_or(Value::Null, Value::String));
    if let Some(total) = &envelope.total {
        put(&mut answer, total, json!(page.total));
    }
    // Last, because a bare list replaces whatever stands around it.
    put(&mut answer, &envelope.items, list);
    answer
}

/// Puts a value at a pointer, making the objects on the way.
fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut at = root;
    for step in pointer.split('/').skip(1) {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[step];
    }
    *at = value;
}
