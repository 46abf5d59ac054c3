//! Alarms for other programs of the house: a page of the office, or a robot that is answered. All of it asks for the token.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Api;
use super::desk::{asked, refused};
use super::problem::{Read, Whole, not_verified};
use super::route::{About, Content, Route, Tag, json, of};
use crate::console::view::RaisedView;
use crate::console::{Problem, alarm_list, alarm_snooze, alarm_take};
use crate::store::Actor;

pub(super) fn routes() -> Vec<Route> {
    let list = About { id: "listAlarms", tag: Tag::House, zh: "现在的告警", en: "Alarms that are open." };
    let take = About {
        id: "takeAlarm",
        tag: Tag::House,
        zh: "认领一条告警;记录在案,到下一个工作日上班前不再发",
        en: "Takes an alarm, on record: it is told no more before the next working morning.",
    };
    let snooze = About {
        id: "snoozeAlarm",
        tag: Tag::House,
        zh: "推迟一条告警,最多到下一个工作日上班;记录在案",
        en: "Snoozes an alarm, on record: until the next working morning at the longest.",
    };
    let many = Content::of("application/json", of::<Vec<RaisedView>>);
    vec![
        Route::get("/api/v1/alarms", open, list).needs_store().answers(
            200,
            "告警,最早的在前",
            "The oldest first.",
            [many],
        ),
        changing(Route::post("/api/v1/alarms/{id}/take", taken, take).takes(json::<TakeAlarm>())),
        changing(Route::post("/api/v1/alarms/{id}/snooze", snoozed, snooze).takes(json::<SnoozeAlarm>())),
    ]
}

fn changing(route: Route) -> Route {
    route
        .needs_store()
        .at::<i64>("id", "告警编号", "The alarm's number.")
        .answers(200, "这条告警现在的样子", "The alarm as it is now.", [json::<RaisedView>()])
        .refuses(400, "路径不对,或正文断了", "`bad_path`: the path is no number. `cut`: the body was cut.")
        .refuses(404, "没有这条告警", "`not_found`: no such alarm.")
        .refuses(
            409,
            "告警已经结束,或推迟得太久",
            "`refused`: it is over, or that is too long; the message says until when.",
        )
        .refuses(413, "正文太大", "`too_large`: the body has more than 2 MiB.")
        .refuses(
            422,
            "内容不对,message 写明是哪一处",
            "`bad_request`: the body is not as the schema says. `invalid`: what it says cannot be.",
        )
}

/// Who takes an alarm.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TakeAlarm {
    /// The person's name.
    #[schemars(length(min = 1, max = 40))]
    who: String,
}

/// How long an alarm is snoozed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SnoozeAlarm {
    /// Until when; the next working morning by default.
    #[serde(default)]
    until: Option<Timestamp>,
}

async fn open(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    told(alarm_list(&api.house, false, usize::MAX).await)
}

async fn taken(
    State(api): State<Arc<Api>>,
    Read(Path(id)): Read<Path<i64>>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Response {
    let TakeAlarm { who } = match asked(&api, &headers, &body) {
        Ok(told) => told,
        Err(answer) => return *answer,
    };
    told(alarm_take(&api.house, id, Some(who), &api_actor()).await)
}

async fn snoozed(
    State(api): State<Arc<Api>>,
    Read(Path(id)): Read<Path<i64>>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Response {
    let SnoozeAlarm { until } = match asked(&api, &headers, &body) {
        Ok(told) => told,
        Err(answer) => return *answer,
    };
    told(alarm_snooze(&api.house, id, until, &api_actor()).await)
}

fn api_actor() -> Actor {
    Actor { who: "api".into(), why: None }
}

fn told(done: Result<impl Serialize, Problem>) -> Response {
    match done {
        Ok(view) => Json(view).into_response(),
        Err(wrong) => refused(&wrong),
    }
}
