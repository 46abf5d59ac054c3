//! What other programs of the house may do in a person's place: enter letters that came on paper, and register the core's
//! numbers. Both ask for the token, and both go on record as `api`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::api::{Api, problem};
use crate::console::{Code, Entered, Problem, Told, enter, register};
use crate::store::Actor;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/api/v1/tickets/{number}/register", post(take_number))
        .route("/api/v1/channels/{channel}/submissions", post(take_letter))
}

/// A number as a program tells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Number {
    #[serde(default)]
    core_number: Option<String>,
    #[serde(default)]
    event: Option<u32>,
    #[serde(default)]
    also: bool,
    #[serde(default)]
    correct: bool,
    #[serde(default)]
    why: Option<String>,
}

async fn take_number(
    State(api): State<Arc<Api>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let told: Number = match asked(&api, &headers, &body) {
        Ok(told) => told,
        Err(answer) => return *answer,
    };
    let actor = Actor { who: "api".into(), why: told.why };
    let told = Told { core_number: told.core_number, event: told.event, also: told.also, correct: told.correct };
    match Box::pin(register(&api.house, &number, told, &actor)).await {
        Ok(done) => (StatusCode::OK, Json(done)).into_response(),
        Err(wrong) => refused(&wrong),
    }
}

async fn take_letter(
    State(api): State<Arc<Api>>,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut entered: Entered = match asked(&api, &headers, &body) {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    // Who asks again because an answer was lost shall not enter a second letter.
    if let (None, Some(key)) = (&entered.external_id, headers.get("idempotency-key")) {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key.as_bytes());
        entered.external_id = Some(format!("H-{}", hex::encode(digest.as_ref().get(..16).unwrap_or_default())));
    }
    let actor = Actor { who: "api".into(), why: None };
    match Box::pin(enter(&api.house, &channel, entered, &actor)).await {
        Ok(done) => (StatusCode::OK, Json(done)).into_response(),
        Err(wrong) => refused(&wrong),
    }
}

/// What a request says, if it carries the token.
pub(super) fn asked<T: DeserializeOwned>(api: &Api, headers: &HeaderMap, body: &[u8]) -> Result<T, Box<Response>> {
    if !api.allows(headers) {
        return Err(Box::new(problem(
            StatusCode::UNAUTHORIZED,
            "not_verified",
            "the bearer token is missing or wrong",
        )));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.into_inner());
        // The place and the kind of error only: the message of serde can quote what was sent.
        let what = if inner.is_syntax() || inner.is_eof() { "not JSON" } else { "not as the interface says" };
        let message = format!("`{path}`: {what} (line {}, column {})", inner.line(), inner.column());
        Box::new(problem(StatusCode::UNPROCESSABLE_ENTITY, "bad_request", message))
    })
}

/// A problem as HTTP tells it.
pub(super) fn refused(wrong: &Problem) -> Response {
    let (status, code) = match wrong.code {
        Code::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        Code::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Code::Refused => (StatusCode::CONFLICT, "refused"),
        Code::Unreachable => (StatusCode::SERVICE_UNAVAILABLE, "not_now"),
        Code::Failed => (StatusCode::SERVICE_UNAVAILABLE, "store"),
    };
    problem(status, code, wrong.en.clone())
}
