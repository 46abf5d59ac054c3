//! The report (专报), for other programs of the house.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::desk::refused;
use super::problem::{Read, not_verified};
use super::route::{About, Route, Tag, json, text};
use crate::console::{ReportAsk, ReportTold, report};
use crate::store::Actor;

pub(super) fn routes() -> Vec<Route> {
    let about = About {
        id: "getReport",
        tag: Tag::House,
        zh: "专报:一段时间里各渠道受理、办结多少;定过稿的按定稿原样回答",
        en: "The report of a period: what came by each channel, and how it stands. A frozen one is told as it was frozen.",
    };
    let get = Route::get("/api/v1/report", tell, about)
        .query::<Wanted>()
        .needs_store()
        .answers(200, "专报", "The report.", [json::<ReportTold>(), text()])
        .refuses(404, "没有这个模板", "`not_found`: there is no such template.")
        .refuses(
            422,
            "参数不对,起止日期反了,或模板写错了",
            "`bad_request`: a parameter is not as the document says. `invalid`: the days are the wrong way round, or the \
             template is wrong.",
        );
    vec![get]
}

/// Which report, and in which form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The first day.
    #[schemars(extend("x-zh" = "第一天"))]
    from: Date,
    /// The last day.
    #[schemars(extend("x-zh" = "最后一天"))]
    to: Date,
    /// As it stood at the end of this day; absent is now.
    #[serde(default)]
    #[schemars(extend("x-zh" = "截至哪一天;不写就是现在"))]
    as_of: Option<Date>,
    /// The template's name; absent is the one for such a period.
    #[serde(default)]
    #[schemars(extend("x-zh" = "模板名;不写按时段选"))]
    template: Option<String>,
    /// Whether it is counted anew, though it was frozen.
    #[serde(default)]
    #[schemars(extend("x-zh" = "定过稿的也重新统计"))]
    fresh: bool,
    /// The form of the answer.
    #[serde(default)]
    #[schemars(extend("x-zh" = "回答的格式"))]
    format: Format,
}

/// The form of the answer.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ReportFormat")]
enum Format {
    /// All figures.
    #[default]
    Json,
    /// The paper.
    Text,
}

async fn tell(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    wanted: Result<Read<Query<Wanted>>, Response>,
) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    let Wanted { from, to, as_of, template, fresh, format } = match wanted {
        Ok(Read(Query(wanted))) => wanted,
        Err(wrong) => return wrong,
    };
    let ask = ReportAsk { from, to, as_of, template, fresh, details: false, freeze: false, effective: None };
    let actor = Actor { who: "api".into(), why: None };
    match (Box::pin(report(&api.house, ask, &actor)).await, format) {
        (Ok(view), Format::Json) => (StatusCode::OK, Json(view.told)).into_response(),
        (Ok(view), Format::Text) => (StatusCode::OK, view.told.text).into_response(),
        (Err(wrong), _) => refused(&wrong),
    }
}
