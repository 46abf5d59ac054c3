//! Notes on tickets (备注), told by other programs of the house: the core's own desk, where calls are answered.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::desk::{asked, refused, with_refusals};
use super::problem::{Read, Whole};
use super::route::{About, Route, Tag, json};
use crate::console::{NoteView, note};
use crate::store::Actor;
use crate::ticket::Spoken;

pub(super) fn routes() -> Vec<Route> {
    let about = About {
        id: "noteOnTicket",
        tag: Tag::Tickets,
        zh: "给工单记一条备注(例如答应诉求人什么时候回电话);落盘以后才回答",
        en: "Notes something on a ticket, for example what was promised to the caller. It is on disk before it is answered.",
    };
    let post = Route::post("/api/v1/tickets/{number}/notes", take, about)
        .at::<Spoken>("number", "汇流编号", "The ticket's spoken number.")
        .takes(json::<NewNote>())
        .answers(200, "已记下", "It is noted.", [json::<NoteView>()]);
    vec![with_refusals(post)]
}

/// A note as a program tells it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewNote {
    /// What is noted; kept sealed, and masked wherever the ticket is.
    #[schemars(length(min = 1, max = 2000))]
    text: String,
    /// By when it is to be done; absent: it only is to be known.
    #[serde(default)]
    until: Option<Timestamp>,
    /// Who says it, for the record; absent is `api`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 40))]
    by: Option<String>,
}

async fn take(
    State(api): State<Arc<Api>>,
    Read(Path(number)): Read<Path<String>>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Response {
    let new: NewNote = match asked(&api, &headers, &body) {
        Ok(new) => new,
        Err(answer) => return *answer,
    };
    let by = new.by.map(|by| by.trim().chars().take(40).collect::<String>()).filter(|by| !by.is_empty());
    let actor = Actor { who: by.map_or_else(|| "api".into(), |by| format!("api:{by}")), why: None };
    match Box::pin(note(&api.house, &number, &new.text, new.until, &actor)).await {
        Ok(kept) => (StatusCode::OK, Json(kept)).into_response(),
        Err(wrong) => refused(&wrong),
    }
}
