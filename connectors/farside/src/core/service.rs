//! The core's HTTP face: `POST /tickets`, `GET /stats`, `GET /keys`, `POST /control`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::book::Took;
use super::faults::{Fate, Faults, RefuseHow};
use super::{Shared, lock};
use crate::parts::{FileSeen, Said};
use crate::port::HangUp;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/tickets", post(tickets))
        .route("/stats", get(async |State(shared): State<Arc<Shared>>| Json(lock(&shared.book).stats)))
        .route("/keys", get(async |State(shared): State<Arc<Shared>>| lock(&shared.book).keys().join("\n")))
        .route("/control", post(control))
        .layer(DefaultBodyLimit::max(64 << 20))
        .with_state(shared)
}

async fn control(State(shared): State<Arc<Shared>>, Json(faults): Json<Faults>) -> StatusCode {
    *lock(&shared.faults) = faults;
    shared.down.notify_one();
    StatusCode::NO_CONTENT
}

async fn tickets(State(shared): State<Arc<Shared>>, headers: HeaderMap, request: Request) -> Response {
    let (fate, slow_ms) = {
        let mut faults = lock(&shared.faults);
        (faults.next(), faults.slow_ms)
    };
    lock(&shared.book).stats.requests += 1;
    if slow_ms > 0 {
        tokio::time::sleep(Duration::from_millis(slow_ms)).await;
    }
    if let Fate::Unavailable { retry_after_s } = fate {
        lock(&shared.book).stats.unavailable += 1;
        return unavailable(retry_after_s);
    }
    let said = match Said::read(request).await {
        Ok(said) => said,
        Err(unreadable) => {
            lock(&shared.book).stats.unreadable += 1;
            return unreadable;
        }
    };
    if lock(&shared.faults).refuse_files && matches!(said, Said::Parts(..)) {
        lock(&shared.book).stats.refused += 1;
        return told(StatusCode::PAYLOAD_TOO_LARGE, &json!({ "code": 413, "message": "too large" }));
    }
    let (body, files) = match said {
        Said::Whole(body) => (body, Vec::new()),
        Said::Parts(fields, files) => {
            let event = fields.into_iter().find(|(name, _)| name == "event");
            (event.map(|(_, event)| event).unwrap_or_default(), files)
        }
    };
    let response = match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Array(events)) => shared.take_list(&events),
        Ok(event) => shared.take_one(&headers, &event, files),
        Err(_) => {
            lock(&shared.book).stats.unreadable += 1;
            told(StatusCode::BAD_REQUEST, &json!({ "code": 400, "message": "not JSON" }))
        }
    };
    if fate == Fate::HangUp {
        lock(&shared.book).stats.dropped += 1;
        return (axum::Extension(HangUp), StatusCode::OK).into_response();
    }
    response
}

impl Shared {
    fn take_one(&self, headers: &HeaderMap, event: &Value, files: Vec<FileSeen>) -> Response {
        let key = match headers.get("idempotency-key").map(http::HeaderValue::to_str) {
            Some(Ok(key)) => Some(key.to_owned()),
            Some(Err(_)) => None,
            None => self.key_of(event),
        };
        let answer = self.take(key.clone(), event);
        if answer.status.is_success() && !files.is_empty() {
            lock(&self.book).bring(key.unwrap_or_default(), files);
        }
        told(answer.status, &answer.body)
    }

    /// A list always gets 200 and one answer an event, in the same order.
    fn take_list(&self, events: &[Value]) -> Response {
        let data: Vec<Value> = events.iter().map(|event| self.take(self.key_of(event), event).body).collect();
        told(StatusCode::OK, &json!({ "code": 0, "message": "ok", "data": data }))
    }

    fn key_of(&self, event: &Value) -> Option<String> {
        let key = event.pointer(&self.key_at).and_then(Value::as_str).map(str::to_owned);
        key.or_else(|| Some(format!("{}-{}", event.get("ticket")?.as_str()?, event.get("n")?.as_u64()?)))
    }

    fn take(&self, key: Option<String>, event: &Value) -> Told {
        let refused = {
            let faults = lock(&self.faults);
            if faults.refuse.is_empty() { None } else { faults.refuses(&event.to_string()) }
        };
        let mut book = lock(&self.book);
        if let Some(how) = refused {
            book.stats.refused += 1;
            let status = match how {
                RefuseHow::Status => StatusCode::UNPROCESSABLE_ENTITY,
                RefuseHow::Body => StatusCode::OK,
                RefuseHow::Closed => {
                    let body = json!({ "code": 60012, "message": "该工单已办结,不再受理", "key": key });
                    return Told { status: StatusCode::OK, body };
                }
            };
            return Told { status, body: json!({ "code": 422, "message": "工单内容不合要求", "key": key }) };
        }
        match book.take(key.as_deref().unwrap_or_default()) {
            Took::Taken { order, again } => {
                if let Some(hears) = lock(&self.hears).as_ref().filter(|_| !again) {
                    let _ = hears.send(event.clone());
                }
                let data = json!({ "orderNo": order, "repeated": again });
                Told { status: StatusCode::OK, body: json!({ "code": 0, "message": "ok", "key": key, "data": data }) }
            }
            Took::BadKey => {
                let message = "an idempotency key <ticket>-<n> is needed";
                Told { status: StatusCode::BAD_REQUEST, body: json!({ "code": 400, "message": message, "key": key }) }
            }
        }
    }
}

struct Told {
    status: StatusCode,
    body: Value,
}

fn told(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn unavailable(retry_after_s: u64) -> Response {
    let mut response = told(StatusCode::SERVICE_UNAVAILABLE, &json!({ "code": 503, "message": "busy" }));
    if retry_after_s > 0 {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after_s.into());
    }
    response
}
