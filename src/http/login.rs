//! Logins that a person does, for other programs of the house: a page of the office can show the picture and take the
//! answer. All of it asks for the token, and an answer goes on record as `api`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Api;
use super::desk::{asked, refused};
use super::problem::{Read, Whole, not_verified};
use super::route::{About, Route, Tag, json};
use crate::console::view::{LoginAnswered, LoginView, PictureView};
use crate::console::{Problem, login_answer, login_picture, login_standing};
use crate::store::Actor;

const PATH: &str = "/api/v1/channels/{channel}/login";

pub(super) fn routes() -> Vec<Route> {
    let standing = About {
        id: "getLogin",
        tag: Tag::Channels,
        zh: "渠道的登录情况(账号由人登录的渠道)",
        en: "How the login of a channel stands whose account people use too.",
    };
    let picture = About {
        id: "fetchLoginPicture",
        tag: Tag::Channels,
        zh: "现取一张验证码图片;再取就是换一张,只有最后一张能填",
        en: "Fetches the picture of this moment; asked again it is another one, and only the last one can be answered.",
    };
    let answer = About {
        id: "answerLogin",
        tag: Tag::Channels,
        zh: "填验证码登录;记录在案",
        en: "Logs in with what a person read in the picture; goes on record.",
    };
    let routes = [
        Route::get(PATH, stands, standing).answers(200, "登录情况", "How it stands.", [json::<LoginView>()]),
        Route::post("/api/v1/channels/{channel}/login/challenge", fetch, picture).answers(
            200,
            "图片;不要缓存",
            "The picture; it is not to be cached.",
            [json::<PictureView>()],
        ),
        Route::post(PATH, log_in, answer)
            .takes(json::<Answer>())
            .answers(
                200,
                "结果;became 不是 in 就是没有登录成功",
                "What became of it; anything but `in` is no login.",
                [json::<LoginAnswered>()],
            )
            .refuses(413, "正文太大", "`too_large`: the body has more than 2 MiB.")
            .refuses(
                422,
                "内容不对,message 写明是哪一处",
                "`bad_request`: the body is not as the schema says. `invalid`: what it says cannot be.",
            ),
    ];
    routes.map(with_refusals).into()
}

fn with_refusals(route: Route) -> Route {
    route
        .needs_store()
        .at::<String>("channel", "渠道的代号或名字", "The channel's code or name.")
        .refuses(400, "路径不是 UTF-8,或正文断了", "`bad_path`: the path is not UTF-8. `cut`: the body was cut.")
        .refuses(404, "没有这个渠道", "`not_found`: no such channel.")
        .refuses(
            409,
            "这个渠道不用人登录,或现在不能登录",
            "`refused`: nobody has to log in there, or not now; the message says why.",
        )
}

/// What a person read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LoginAnswer")]
struct Answer {
    /// The `challenge` of the picture.
    challenge: String,
    /// What it says, 1 to 64 characters.
    #[schemars(length(min = 1, max = 64))]
    answer: String,
}

async fn stands(State(api): State<Arc<Api>>, Read(Path(channel)): Read<Path<String>>, headers: HeaderMap) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    told(login_standing(&api.house, &channel).await)
}

async fn fetch(State(api): State<Arc<Api>>, Read(Path(channel)): Read<Path<String>>, headers: HeaderMap) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    told(login_picture(&api.house, &channel).await)
}

async fn log_in(
    State(api): State<Arc<Api>>,
    Read(Path(channel)): Read<Path<String>>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Response {
    let Answer { challenge, answer } = match asked(&api, &headers, &body) {
        Ok(told) => told,
        Err(answer) => return *answer,
    };
    let actor = Actor { who: "api".into(), why: None };
    told(Box::pin(login_answer(&api.house, &channel, challenge, answer, &actor)).await)
}

fn told(done: Result<impl Serialize, Problem>) -> Response {
    match done {
        Ok(view) => (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Json(view)).into_response(),
        Err(wrong) => refused(&wrong),
    }
}
