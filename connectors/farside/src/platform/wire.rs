//! Pieces of HTTP that far sides share: who is let in, how a trick answers, how a body is put together.

use std::collections::BTreeMap;
use std::io;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::options::{Envelope, Gate, Trick};
use crate::port::HangUp;
use crate::writing;

pub(crate) type Params = BTreeMap<String, String>;

/// An answer as this far side writes it.
pub(crate) fn written(answer: &Value, envelope: &Envelope) -> Response {
    ([(header::CONTENT_TYPE, media_type(envelope))], bytes(answer, envelope)).into_response()
}

fn media_type(envelope: &Envelope) -> &'static str {
    if envelope.xml { "text/xml" } else { "application/json" }
}

fn bytes(answer: &Value, envelope: &Envelope) -> Vec<u8> {
    if envelope.xml { writing::answer(answer) } else { answer.to_string().into_bytes() }
}

/// The answer of a trick that does nothing of what was asked.
pub(crate) fn failure(trick: &Trick, envelope: &Envelope) -> Option<Response> {
    Some(match trick {
        Trick::Status(status, wait) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = written(&json!({ "msg": "系统繁忙" }), envelope);
            *response.status_mut() = status;
            if let Some(wait) = wait.as_deref().and_then(|wait| HeaderValue::from_str(wait).ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, wait);
            }
            response
        }
        Trick::Code(code) => {
            let mut answer = json!({ "msg": "不成功" });
            put(&mut answer, &envelope.success.0, json!(code));
            written(&answer, envelope)
        }
        Trick::Html => axum::response::Html("<html><body>请重新登录</body></html>").into_response(),
        Trick::NoList => {
            let mut answer = json!({ "msg": "ok" });
            put(&mut answer, &envelope.success.0, envelope.success.1.clone());
            written(&answer, envelope)
        }
        Trick::Lost => hang_up(),
        Trick::CutBody
        | Trick::HangUp
        | Trick::TakenThen(_)
        | Trick::Slow(_)
        | Trick::SamePageAgain
        | Trick::Nothing => return None,
    })
}

pub(crate) fn refused(envelope: &Envelope) -> Response {
    let mut response = written(&json!({ "code": 401, "msg": "未授权" }), envelope);
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

/// How who is not let in is turned away.
pub(crate) fn turned_away(gate: &Gate, envelope: &Envelope) -> Response {
    match gate {
        Gate::Session(door) => door.refusal(envelope),
        _ => refused(envelope),
    }
}

pub(crate) fn hang_up() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(HangUp);
    response
}

/// Half of a body, then the line breaks.
pub(crate) fn cut(answer: &Value, envelope: &Envelope) -> Response {
    let mut body = bytes(answer, envelope);
    body.truncate(body.len() / 2);
    let parts = [Ok(Bytes::from(body)), Err(io::Error::other("cut on purpose"))];
    let body = Body::from_stream(futures_util::stream::iter(parts));
    ([(header::CONTENT_TYPE, media_type(envelope))], body).into_response()
}

pub(crate) fn let_in(gate: &Gate, headers: &HeaderMap) -> bool {
    let shown = |name: &str, wanted: &str| headers.get(name).is_some_and(|value| value.as_bytes() == wanted.as_bytes());
    match gate {
        Gate::Open => true,
        Gate::Bearer(token) => shown("authorization", &format!("Bearer {}", token.expose())),
        Gate::Basic { user, password } => {
            let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
            shown("authorization", &format!("Basic {pair}"))
        }
        Gate::ApiKey { header, value } => shown(header, value.expose()),
        Gate::Session(door) => door.knows(headers),
        // The guard before the door has let it in.
        Gate::Signed(_) => true,
    }
}

/// What a request says: its query, and a JSON object or a form.
pub(crate) fn said(query: Params, body: &[u8]) -> Params {
    let mut given = query;
    match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(members) => given.extend(members.into_iter().filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            Value::Number(number) => Some((name, number.to_string())),
            _ => None,
        })),
        Err(_) => given.extend(params(body)),
    }
    given
}

/// The pairs of a form.
pub(crate) fn params(body: &[u8]) -> Params {
    form_urlencoded::parse(body).into_owned().collect()
}

/// Puts a value at a pointer, making the objects on the way.
pub(crate) fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut at = root;
    for step in pointer.split('/').skip(1) {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[step];
    }
    *at = value;
}
