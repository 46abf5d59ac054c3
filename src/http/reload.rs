//! Having the configuration read anew by HTTP, and what came of it last.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

use super::Api;
use super::api::problem;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/v1/reload", get(last).post(reload))
}

/// Reads everything anew and answers what came of it; a `result` other than `ok` says that something is wrong.
async fn reload(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    match api.house.control.reload("api").await {
        Ok(report) => Json(report).into_response(),
        Err(wrong) => problem(StatusCode::SERVICE_UNAVAILABLE, "not_running", wrong.en),
    }
}

/// What came of it last.
async fn last(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    match api.house.control.reloaded() {
        Some(report) => Json(report).into_response(),
        None => problem(StatusCode::NOT_FOUND, "not_yet", "nothing was reloaded since the start"),
    }
}

fn not_verified() -> Response {
    problem(StatusCode::UNAUTHORIZED, "not_verified", "the bearer token is missing or wrong")
}
