//! Health, metrics, and what the core posts to us. The core's interface asks for the token.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use huiliu_contract::Outcome;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answers;
use crate::console::House;
use crate::errands::FarStatus;
use crate::outcomes::{Brought, NotTaken, Outcomes, Told};
use crate::store::{Far, OutcomeTaken, Store};

/// How everything stands, for the probes.
pub struct Health {
    core: Option<Arc<FarStatus>>,
    core_outcomes: Option<Arc<FarStatus>>,
    channels: Mutex<BTreeMap<String, Arc<FarStatus>>>,
    outlets: Mutex<BTreeMap<String, Arc<FarStatus>>>,
    files: Mutex<BTreeMap<String, Arc<FarStatus>>>,
    broken: Mutex<BTreeSet<String>>,
}

impl Health {
    /// With the core's state, and with that of its list of outcomes; none where it is not configured.
    pub fn new(core: Option<Arc<FarStatus>>, core_outcomes: Option<Arc<FarStatus>>) -> Self {
        Self {
            core,
            core_outcomes,
            channels: Mutex::default(),
            outlets: Mutex::default(),
            files: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    /// The state of a polled channel; made when it is asked for first.
    pub fn status(&self, code: &str) -> Arc<FarStatus> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).entry(code.to_owned()).or_default().clone()
    }

    /// The state of a channel's way home; made when it is asked for first.
    pub fn outlet(&self, code: &str) -> Arc<FarStatus> {
        self.outlets.lock().unwrap_or_else(PoisonError::into_inner).entry(code.to_owned()).or_default().clone()
    }

    /// The state of where a channel's files wait; made when it is asked for first.
    pub fn files(&self, code: &str) -> Arc<FarStatus> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).entry(code.to_owned()).or_default().clone()
    }

    /// A channel needs mending.
    pub fn broken(&self, code: &str) {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).insert(code.to_owned());
    }

    /// A channel runs.
    pub fn mended(&self, code: &str) {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).remove(code);
    }
}

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
        .route("/health/ready", get(ready))
        .route("/metrics", get(read_metrics))
        .route("/api/v1/outcomes", post(outcome).layer(axum::extract::DefaultBodyLimit::disable()))
        .merge(super::files::routes())
        .merge(super::desk::routes())
        .merge(super::offer::routes())
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

/// Ready while the store answers. Far sides that are away are named, but do not make us unready: we keep
/// what comes until they return.
async fn ready(State(api): State<Arc<Api>>) -> Response {
    let store = api.store.value("api_token").await.is_ok();
    let trouble = |status: &FarStatus| {
        status.trouble().map(|(trouble, since, next)| {
            json!({ "word": trouble.word, "since": since.map(|at| at.to_string()), "next_try": next.map(|at| at.to_string()) })
        })
    };
    let in_trouble = |known: &Mutex<BTreeMap<String, Arc<FarStatus>>>| -> BTreeMap<String, Value> {
        let known = known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter_map(|(code, status)| Some((code.clone(), trouble(status)?))).collect()
    };
    let broken = api.health.broken.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let stands = |status: &Option<Arc<FarStatus>>| {
        status.as_ref().map_or(json!("none"), |status| trouble(status).unwrap_or(json!("well")))
    };
    let body = json!({
        "ready": store,
        "core": stands(&api.health.core),
        "core_outcomes": stands(&api.health.core_outcomes),
        "channels_in_trouble": in_trouble(&api.health.channels),
        "outlets_in_trouble": in_trouble(&api.health.outlets),
        "files_in_trouble": in_trouble(&api.health.files),
        "channels_need_mending": broken,
    });
    (if store { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(body)).into_response()
}

async fn read_metrics(State(api): State<Arc<Api>>) -> Response {
    let (mut ready, waiting) = api.store.schedule().depth(Far::Core);
    // Where no worker carries events to the core, they wait in their rows alone.
    if api.store.schedule().is_left(Far::Core)
        && let Ok(waits) = api.store.count_waiting().await
    {
        ready = usize::try_from(waits.tickets).unwrap_or(usize::MAX);
    }
    metrics::gauge!("huiliu_core_due").set(ready as f64);
    metrics::gauge!("huiliu_core_waiting").set(waiting as f64);
    let text = api.metrics.as_ref().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
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
