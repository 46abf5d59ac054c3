//! A look at a channel for other programs: what it would take next, or what it would make of a file. Masked always; nothing
//! is taken or moved.

use std::sync::Arc;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::desk::refused;
use super::problem::{Read, not_verified, problem};
use super::route::{About, Content, Route, Tag, json};
use crate::console::{preview, preview_saved};
use crate::preview::Preview;
use crate::store::Actor;

/// The largest file that is looked at, in bytes: 64 MiB, as much as a push may have.
const LARGEST: usize = 64 << 20;

pub(super) fn routes() -> Vec<Route> {
    let about = About {
        id: "previewChannel",
        tag: Tag::Channels,
        zh: "看渠道下一次会取到什么,或一个文件会读成什么;脱敏,什么都不收、不动",
        en: "Shows what a channel would take next, or what it would make of a file; masked, and nothing is taken or moved.",
    };
    let post = Route::post("/api/v1/channels/{channel}/preview", look, about)
        .unlimited()
        .at::<String>("channel", "渠道的代号或名字", "The channel's code or name.")
        .query::<Called>()
        .takes(json::<Live>())
        .takes(Content::bytes("*/*"));
    let post = post
        .answers(
            200,
            "看到的;对方出错也算看到,写在 fault 里",
            "What was seen; a far side that fails is seen too, in `fault`.",
            [json::<Preview>()],
        )
        .refuses(400, "路径不是 UTF-8", "`bad_path`: the path is not UTF-8.")
        .refuses(404, "没有这个渠道", "`not_found`: no such channel.")
        .refuses(409, "现在不能看", "`refused`: it cannot be looked at now; the message says why.")
        .refuses(413, "文件太大", "`too_large`: the file broke off, or has more than 64 MiB.")
        .refuses(422, "内容不对", "`bad_request`: the query. `invalid`: what it says cannot be.");
    vec![post.refuses(503, "程序或存储出错", "`not_now`, `store`: it failed here; come again.").with(
        "Retry-After",
        "隔几秒再来",
        "In so many seconds.",
    )]
}

/// `{"live": true}`: the far side is asked. Any other body is a file.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PreviewLive")]
#[serde(deny_unknown_fields)]
struct Live {
    /// `true`: the far side is asked what it would answer to the next poll.
    live: bool,
}

/// What people call the file.
#[derive(Deserialize, JsonSchema)]
struct Called {
    /// What the file is called, with its ending.
    #[serde(default)]
    #[schemars(extend("x-zh" = "文件名,带扩展名"))]
    name: Option<String>,
}

async fn look(
    State(api): State<Arc<Api>>,
    Read(Path(channel)): Read<Path<String>>,
    Read(Query(called)): Read<Query<Called>>,
    request: Request,
) -> Response {
    // Before any of it is read.
    if !api.allows(request.headers()) {
        return not_verified();
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
