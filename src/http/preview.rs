//! A look at a channel for other programs: what it would take next, or what it would make of a file. Masked always; nothing
//! is taken or moved.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;

use super::api::{Api, problem};
use super::desk::refused;
use crate::console::{preview, preview_saved};
use crate::store::Actor;

/// The largest file that is looked at, in bytes: 64 MiB, as much as a push may have.
const LARGEST: usize = 64 << 20;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/api/v1/channels/{channel}/preview", post(look))
}

/// `{"live": true}`: the far side is asked. Any other body is a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Live {
    live: bool,
}

/// What people call the file.
#[derive(Deserialize)]
struct Called {
    #[serde(default)]
    name: Option<String>,
}

async fn look(
    State(api): State<Arc<Api>>,
    Path(channel): Path<String>,
    Query(called): Query<Called>,
    request: Request,
) -> Response {
    // Before any of it is read.
    if !api.allows(request.headers()) {
        return problem(StatusCode::UNAUTHORIZED, "not_verified", "the bearer token is missing or wrong");
    }
    let Ok(body) = to_bytes(request.into_body(), LARGEST).await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the file broke off, or has more than 64 MiB");
    };
    let actor = Actor { who: "api".into(), why: None };
    let looked = match serde_json::from_slice::<Live>(&body) {
        Ok(Live { live: true }) => Box::pin(preview(&api.house, &channel, false, &actor)).await,
        _ => Box::pin(preview_saved(&api.house, &channel, called.name.unwrap_or_else(|| "file".into()), body)).await,
    };
    match looked {
        Ok(looked) => (StatusCode::OK, Json(looked)).into_response(),
        Err(wrong) => refused(&wrong),
    }
}
