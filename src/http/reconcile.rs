//! What reconciliation found of a day, for other programs of the house: by the last look, nobody is asked anew.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::desk::refused;
use super::problem::{Read, not_verified};
use super::route::{About, Route, Tag, json};
use crate::console::reconciled;
use crate::console::view::ReconciledView;

pub(super) fn routes() -> Vec<Route> {
    let about = About {
        id: "getReconciliation",
        tag: Tag::House,
        zh: "某一天的对账结果(最近一次对的),和还没有平的差",
        en: "What the last look at a day found of each channel, and every gap that is not mended.",
    };
    let get = Route::get("/api/v1/reconciliation", day, about)
        .needs_store()
        .query::<Asked>()
        .answers(200, "对账结果", "What was found.", [json::<ReconciledView>()])
        .refuses(404, "没有这个渠道", "`not_found`: no such channel.")
        .refuses(422, "参数不对", "`bad_request`: a parameter is not as it is allowed.");
    vec![get]
}

/// What is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The day, in the site's zone.
    #[schemars(with = "String", extend("x-zh" = "哪一天,例如 2026-11-27", "format" = "date"))]
    day: Date,
    /// Only this channel, by code or name.
    #[serde(default)]
    #[schemars(extend("x-zh" = "只看这个渠道(代号或名字)"))]
    channel: Option<String>,
}

async fn day(State(api): State<Arc<Api>>, headers: HeaderMap, asked: Result<Read<Query<Asked>>, Response>) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    let asked = match asked {
        Ok(Read(Query(asked))) => asked,
        Err(wrong) => return wrong,
    };
    match reconciled(&api.house, asked.channel.as_deref(), asked.day).await {
        Ok(view) => Json(view).into_response(),
        Err(wrong) => refused(&wrong),
    }
}
