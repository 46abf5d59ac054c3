//! What the core posts to us; its interface asks for the token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use huiliu_contract::Outcome;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Health, answers};
use crate::console::House;
use crate::outcomes::{Brought, NotTaken, Outcomes, Told};
use crate::store::{OutcomeTaken, Store};

/// What the interface needs.
pub struct Api {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The room that takes outcomes.
    pub outcomes: Outcomes,
    /// SHA-256 of the token, in hexadecimal.
    pub token: String,
    /// Metrics to be read.
    pub metrics: Option<PrometheusHandle>,
    /// How everything stands.
    pub health: Arc<Health>,
    /// What people can do, for programs that do it in their place.
    pub house: House,
    /// What a core that fetches is offered; none where it does not fetch.
    pub offer: Option<super::Offer>,
    /// The largest outcome with its files that is taken, in bytes.
    pub largest: u64,
}

/// An outcome as the core posts it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Posted {
    /// The core's own id of this outcome.
    pub(super) id: String,
    /// The ticket's spoken number.
    pub(super) ticket: String,
    /// What happened.
    pub(super) outcome: Outcome,
    /// Small files, their content in base64; large ones come as parts of a form.
    #[serde(default)]
    pub(super) files: Vec<PostedFile>,
}

/// A small file inside an outcome.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostedFile {
    /// Its name, with its ending.
    pub(super) name: String,
    /// Its media type.
    #[serde(default)]
    pub(super) media_type: Option<String>,
    /// Its bytes, in base64.
    pub(super) content: String,
}

pub(super) fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(super::health::ready))
        .route("/metrics", get(super::health::read_metrics))
        .route("/api/v1/outcomes", post(outcome).layer(axum::extract::DefaultBodyLimit::disable()))
        .merge(super::files::routes())
        .merge(super::reload::routes())
        .merge(super::desk::routes())
        .merge(super::offer::routes())
        .merge(super::preview::routes())
        .with_state(api)
}

/// SHA-256 of a token, as it is stored.
pub fn token_digest(token: &str) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()))
}

impl Api {
    /// Whether a request carries the token.
    pub(super) fn allows(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(token) = given.and_then(|value| value.strip_prefix("Bearer ")) else { return false };
        let digest = token_digest(token.trim());
        aws_lc_rs::constant_time::verify_slices_are_equal(digest.as_bytes(), self.token.as_bytes()).is_ok()
    }
}

pub(super) fn problem(status: StatusCode, code: &str, message: impl Into<String>) -> Response {
    let body = json!({ "error": code, "message": message.into() });
    (status, Json(body)).into_response()
}

/// Takes one outcome: kept before it is answered; the same again is answered the same.
async fn outcome(State(api): State<Arc<Api>>, request: Request) -> Response {
    if !api.allows(request.headers()) {
        return problem(StatusCode::UNAUTHORIZED, "not_verified", "the bearer token is missing or wrong");
    }
    match Box::pin(answers::read(&api, request)).await {
        Ok((told, files)) => take(&api, told, &files).await,
        Err(answer) => *answer,
    }
}

/// What must hold before anything of an outcome is kept.
pub(super) fn checked(told: &Told) -> Result<(), Box<Response>> {
    Outcomes::check(told).map(|_| ()).map_err(|wrong| Box::new(refused(&wrong)))
}

fn refused(wrong: &NotTaken) -> Response {
    match wrong {
        NotTaken::Store(error) => ours(error),
        NotTaken::Id => problem(StatusCode::UNPROCESSABLE_ENTITY, "bad_id", wrong.to_string()),
        NotTaken::Ticket(_) => problem(StatusCode::UNPROCESSABLE_ENTITY, "bad_ticket", wrong.to_string()),
    }
}

/// Keeps an outcome whose files are on disk.
async fn take(api: &Api, told: Told, files: &[Brought]) -> Response {
    let id = told.id.clone();
    match api.outcomes.take_with(told, files).await {
        Ok((ticket, OutcomeTaken::New | OutcomeTaken::Repeat)) => {
            let mut body = json!({ "id": id, "ticket": ticket, "kept": true });
            if !files.is_empty() {
                body["files"] = files.len().into();
            }
            (StatusCode::OK, Json(body)).into_response()
        }
        Ok((ticket, OutcomeTaken::UnknownTicket(until))) => {
            let until = jiff::Timestamp::from_millisecond(until).unwrap_or_default();
            let body: Value =
                json!({ "id": id, "ticket": ticket, "kept": true, "unknown_ticket": true, "until": until });
            (StatusCode::ACCEPTED, Json(body)).into_response()
        }
        Ok((_, OutcomeTaken::Conflict)) => {
            problem(StatusCode::CONFLICT, "other_content", "this id was used before for an outcome with other content")
        }
        Err(wrong) => refused(&wrong),
    }
}

/// Reads the body, naming the field where it stops.
pub(super) fn read(body: &[u8]) -> Result<Posted, Box<Response>> {
    // Keeping track of the path costs on every field, and only who made a mistake needs it.
    if let Ok(posted) = serde_json::from_slice(body) {
        return Ok(posted);
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.into_inner());
        // The place and the kind of error only: the message of serde can quote what was sent.
        let what = if inner.is_syntax() || inner.is_eof() { "not JSON" } else { "not as the schema says" };
        let message = format!("`{path}`: {what} (line {}, column {})", inner.line(), inner.column());
        Box::new(problem(StatusCode::UNPROCESSABLE_ENTITY, "bad_outcome", message))
    })
}

pub(super) fn ours(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "an outcome could not be kept; the core is asked to come again");
    let mut answer = problem(StatusCode::SERVICE_UNAVAILABLE, "store", "not kept; come again");
    answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
    answer
}
