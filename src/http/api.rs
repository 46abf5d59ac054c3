//! What the core posts to us; its interface asks for the token.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use huiliu_contract::Outcome;
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::problem::{not_verified, problem};
use super::route::{About, Content, Route, Tag, json};
use super::{Health, answers};
use crate::console::House;
use crate::outcomes::{Brought, NotTaken, Outcomes, Told};
use crate::store::{OutcomeTaken, Store};
use crate::ticket::Spoken;

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
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PostedOutcome")]
#[serde(deny_unknown_fields)]
pub(super) struct Posted {
    /// The core's own id of this outcome: 1 to 200 bytes, the same whenever it is posted again.
    #[schemars(length(min = 1, max = 200))]
    pub(super) id: String,
    /// The ticket's spoken number.
    #[schemars(with = "Spoken")]
    pub(super) ticket: String,
    /// What happened.
    pub(super) outcome: Outcome,
    /// Small files, their content in base64; large ones come as parts of a form.
    #[serde(default)]
    pub(super) files: Vec<PostedFile>,
}

/// A small file inside an outcome.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostedFile {
    /// Its name, with its ending.
    #[schemars(length(min = 1, max = 255))]
    pub(super) name: String,
    /// Its media type.
    #[serde(default)]
    pub(super) media_type: Option<String>,
    /// Its bytes, in base64.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub(super) content: String,
}

/// An outcome that is on disk.
#[derive(Serialize, JsonSchema)]
struct OutcomeKept {
    /// The core's own id of it.
    id: String,
    /// The ticket.
    ticket: Spoken,
    /// `true`: it is on disk.
    kept: bool,
    /// How many files came with it, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<usize>,
}

/// An outcome that is on disk, of a ticket that is not known yet.
#[derive(Serialize, JsonSchema)]
struct OutcomeWaits {
    /// The core's own id of it.
    id: String,
    /// The ticket that it names.
    ticket: Spoken,
    /// `true`: it is on disk.
    kept: bool,
    /// `true`: no ticket has this number.
    unknown_ticket: bool,
    /// Until when the ticket may still come; then a person must look.
    until: Timestamp,
}

/// The form of an outcome with its files.
fn form(generator: &mut SchemaGenerator) -> Schema {
    let posted = generator.subschema_for::<Posted>();
    json_schema!({
        "type": "object",
        "description": "The part `outcome` comes first; each part behind it is a file, has a file name, and may be called as it likes.",
        "properties": { "outcome": posted },
        "required": ["outcome"],
        "additionalProperties": { "contentMediaType": "application/octet-stream" },
    })
}

pub(super) fn routes() -> Vec<Route> {
    let about = About {
        id: "postOutcome",
        tag: Tag::Outcomes,
        zh: "告诉汇流一条办理反馈,可以带附件;落盘以后才回答,同一条再报也一样回答",
        en: "Tells an outcome, with files if it has any. It is on disk before it is answered; the same again is answered the same.",
    };
    let post = Route::post("/api/v1/outcomes", outcome, about).unlimited().needs_store();
    let post = post.takes(json::<Posted>()).takes(Content::form(form, "outcome", "application/json"));
    let post = post
        .answers(200, "已落盘", "It is on disk.", [json::<OutcomeKept>()])
        .answers(
            202,
            "已落盘,但还没有这个编号的工单;到 until 还没有,就转人工",
            "It is on disk; no ticket has this number yet. Where none has by `until`, a person must look.",
            [json::<OutcomeWaits>()],
        )
        .refuses(400, "表单读不下去", "`bad_form`: the form cannot be read as one.")
        .refuses(408, "正文没有按时到", "`slow`: the body did not come in time.")
        .refuses(
            409,
            "这个 id 已用于另一条内容不同的办理反馈",
            "`other_content`: the id was used for an outcome with other content.",
        )
        .refuses(413, "连同附件太大", "`too_large`: with its files it is larger than `[limits] answer_mib` says.");
    vec![post.refuses(
        422,
        "内容不对,message 写明是哪一处",
        "`bad_outcome`, `bad_id`, `bad_ticket`, `bad_form`, `bad_file`, or why a file is not taken: `dangerous`, \
         `type_not_allowed`, `not_what_it_says`. The message names the place.",
    )]
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

/// Takes one outcome: kept before it is answered; the same again is answered the same.
async fn outcome(State(api): State<Arc<Api>>, request: Request) -> Response {
    if !api.allows(request.headers()) {
        return not_verified();
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
            let files = Some(files.len()).filter(|files| *files > 0);
            (StatusCode::OK, Json(OutcomeKept { id, ticket, kept: true, files })).into_response()
        }
        Ok((ticket, OutcomeTaken::UnknownTicket(until))) => {
            let until = Timestamp::from_millisecond(until).unwrap_or_default();
            (StatusCode::ACCEPTED, Json(OutcomeWaits { id, ticket, kept: true, unknown_ticket: true, until }))
                .into_response()
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
    problem(StatusCode::SERVICE_UNAVAILABLE, "store", "not kept; come again")
}
