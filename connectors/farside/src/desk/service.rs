//! The desk's HTTP: who is let in, what is answered, and how it fails on purpose.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::Answers;
use super::book::{Book, number};
use crate::parts::Said;
use crate::platform::{Envelope, Trick, wire};

pub(super) fn router(answers: Answers) -> Router {
    Router::new()
        .route("/order/status", get(status).post(status))
        .route("/order/{verb}", post(write_back).get(write_back))
        .layer(DefaultBodyLimit::max(64 << 20))
        .with_state(answers)
}

async fn write_back(
    State(answers): State<Answers>,
    Path(verb): Path<String>,
    Query(query): Query<wire::Params>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let said = match Said::read(request).await {
        Ok(said) => said,
        Err(unreadable) => return unreadable,
    };
    let trick = match enter(&answers, &headers, false).await {
        Ok(trick) => trick,
        Err(turned_away) => return turned_away,
    };
    let mut book = answers.lock();
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let (body, files) = match said {
        Said::Whole(body) => (sent(&query, &body), Vec::new()),
        Said::Parts(fields, files) => {
            let text = |bytes: Bytes| String::from_utf8_lossy(&bytes).into_owned();
            let fields = fields.into_iter().map(|(name, value)| (name, json!(text(value))));
            (Value::Object(fields.collect()), files)
        }
    };
    let receipt = book.take(verb, key, body, files);
    let answer = answer(&book, "/data/receiptNo", &json!(receipt));
    end(&trick, &answer, &book.envelope)
}

async fn status(
    State(answers): State<Answers>,
    Query(query): Query<wire::Params>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let trick = match enter(&answers, &headers, true).await {
        Ok(trick) => trick,
        Err(turned_away) => return turned_away,
    };
    let mut book = answers.lock();
    let item = number(&sent(&query, &body)).unwrap_or_default();
    let (state, reason) = book.state(&item);
    book.stats.looks += 1;
    let mut answer = answer(&book, "/data/state", &json!(state));
    wire::put(&mut answer, "/data/reason", json!(reason));
    end(&trick, &answer, &book.envelope)
}

/// Lets a request in and takes the trick it meets; an error is the answer to one that goes no further.
async fn enter(answers: &Answers, headers: &HeaderMap, status: bool) -> Result<Trick, Response> {
    let trick = {
        let mut book = answers.lock();
        book.stats.requests += 1;
        if !wire::let_in(&book.gate, headers) {
            book.stats.refused += 1;
            return Err(wire::turned_away(&book.gate, &book.envelope));
        }
        let tricks = if status { &mut book.status_tricks } else { &mut book.tricks };
        let trick = tricks.pop_front().unwrap_or(Trick::Nothing);
        book.stats.tricks += u64::from(trick != Trick::Nothing);
        if let Some(failed) = wire::failure(&trick, &book.envelope) {
            return Err(failed);
        }
        trick
    };
    if let Trick::Slow(wait) = trick {
        tokio::time::sleep(wait.min(Duration::from_secs(600))).await;
    }
    Ok(trick)
}

/// What a request says: a JSON body, a form, or its query.
fn sent(query: &wire::Params, body: &[u8]) -> Value {
    if body.is_empty() {
        return json!(query);
    }
    serde_json::from_slice(body).unwrap_or_else(|_| json!(wire::params(body)))
}

fn answer(book: &Book, at: &str, value: &Value) -> Value {
    let mut answer = json!({});
    let (code_at, code) = &book.envelope.success;
    wire::put(&mut answer, code_at, code.clone());
    wire::put(&mut answer, at, value.clone());
    answer
}

fn end(trick: &Trick, answer: &Value, envelope: &Envelope) -> Response {
    match trick {
        Trick::HangUp => wire::hang_up(),
        Trick::CutBody => wire::cut(answer, envelope),
        Trick::TakenThen(status) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, "<html><body>Bad Gateway</body></html>").into_response()
        }
        _ => wire::written(answer, envelope),
    }
}
