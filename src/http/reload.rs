//! Having the configuration read anew by HTTP, and what came of it last.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::Api;
use super::problem::{not_verified, problem};
use super::route::{About, Route, Tag, json};
use crate::console::view::ReloadReport;

const PATH: &str = "/api/v1/reload";

pub(super) fn routes() -> Vec<Route> {
    let read = About {
        id: "getReload",
        tag: Tag::House,
        zh: "上一次重新读取配置的结果",
        en: "What came of reading the configuration anew the last time.",
    };
    let anew = About {
        id: "postReload",
        tag: Tag::House,
        zh: "重新读取配置,等到有结果;result 不是 ok 就是没有全部生效",
        en: "Has the configuration read anew and waits for what comes of it; a `result` other than `ok` says that not all of it counts.",
    };
    let report = || json::<ReloadReport>();
    vec![
        Route::get(PATH, last, read).answers(200, "上一次的结果", "The last report.", [report()]).refuses(
            404,
            "启动以来还没有重新读取过",
            "`not_yet`: nothing was reloaded since the start.",
        ),
        Route::post(PATH, reload, anew)
            .answers(200, "读完了,结果如此", "It was read; the report says what came of it.", [report()])
            .refuses(503, "正在停止", "`not_running`: the gateway is stopping.")
            .with("Retry-After", "隔几秒再来", "In so many seconds."),
    ]
}

/// Reads everything anew and answers what came of it; a `result` other than `ok` says that something is wrong.
async fn reload(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    match api.house.control.reload("api").await {
        Ok(report) => Json(report).into_response(),
        Err(wrong) => problem(StatusCode::SERVICE_UNAVAILABLE, "not_running", wrong.en),
    }
}

/// What came of it last.
async fn last(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    match api.house.control.reloaded() {
        Some(report) => Json(report).into_response(),
        None => problem(StatusCode::NOT_FOUND, "not_yet", "nothing was reloaded since the start"),
    }
}
