//! What other programs of the house may do in a person's place: enter letters that came on paper, and register the core's
//! numbers. Both ask for the token, and both go on record as `api`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Api;
use super::problem::{Read, Whole, not_verified, problem, problem_in_both};
use super::route::{About, Route, Tag, json};
use crate::console::{Code, Entered, EnteredView, Problem, RegisteredView, Told, enter, register};
use crate::store::Actor;
use crate::ticket::Spoken;

pub(super) fn routes() -> Vec<Route> {
    let number = About {
        id: "registerTicket",
        tag: Tag::Tickets,
        zh: "登记热线工单号,或登记后来的流转消息已录入(热线没有接口时)",
        en: "Registers the core's number of a ticket, or that a later event was typed in, where the core has no interface.",
    };
    let letter = About {
        id: "enterSubmission",
        tag: Tag::Channels,
        zh: "登记一封来信(渠道的接入方式是手工登记);落盘以后才回答",
        en: "Enters a letter into a channel of kind `manual`. It is on disk before it is answered.",
    };
    let register = Route::post("/api/v1/tickets/{number}/register", take_number, number)
        .at::<Spoken>("number", "汇流编号", "The ticket's spoken number.")
        .takes(json::<Number>())
        .answers(200, "已登记,或早已登记", "It is registered, or was before.", [json::<RegisteredView>()]);
    let enter = Route::post("/api/v1/channels/{channel}/submissions", take_letter, letter)
        .at::<String>("channel", "渠道的代号或名字", "The channel's code or name.")
        .reads(
            "Idempotency-Key",
            "来信没有自己的编号时:同一个值再来,就是同一封信",
            "For a letter without a number of its own: told again with the same key, it is the same letter.",
        )
        .takes(json::<Entered>())
        .answers(200, "已收下", "It is taken in.", [json::<EnteredView>()]);
    [register, enter].map(with_refusals).into()
}

/// What every route of a desk may refuse.
pub(super) fn with_refusals(route: Route) -> Route {
    route
        .needs_store()
        .refuses(400, "路径不是 UTF-8,或正文断了", "`bad_path`: the path is not UTF-8. `cut`: the body was cut.")
        .refuses(404, "没有这件工单或这个渠道", "`not_found`: no such ticket or channel.")
        .refuses(409, "不允许,或现在不能做", "`refused`: it may not be done, or not now; the message says why.")
        .refuses(413, "正文太大", "`too_large`: the body has more than 2 MiB.")
        .refuses(
            422,
            "内容不对,message 写明是哪一处",
            "`bad_request`: the body is not as the schema says. `invalid`: what it says cannot be. The message names the place.",
        )
}

/// A number as a program tells it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CoreNumber")]
struct Number {
    /// 热线工单号: 1 to 64 bytes without blanks. A new ticket needs it.
    #[serde(default)]
    core_number: Option<String>,
    /// Which event the core has now; absent is the first.
    #[serde(default)]
    #[schemars(range(min = 1))]
    event: Option<u32>,
    /// Whether another ticket may have the same number: the core joined the two.
    #[serde(default)]
    also: bool,
    /// Whether the number that was told before was wrong; it needs `why`.
    #[serde(default)]
    correct: bool,
    /// Why; it goes on record.
    #[serde(default)]
    why: Option<String>,
}

async fn take_number(
    State(api): State<Arc<Api>>,
    Read(Path(number)): Read<Path<String>>,
    headers: HeaderMap,
    Whole(body): Whole,
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
    Read(Path(channel)): Read<Path<String>>,
    headers: HeaderMap,
    Whole(body): Whole,
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
        return Err(Box::new(not_verified()));
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
    problem_in_both(status, code, wrong.en.clone(), wrong.zh.clone())
}
