//! What an operator may write about the course of a walk: slices of time, and a daily look further back.

use huiliu_contract::Period;
use schemars::JsonSchema;
use serde::Deserialize;

/// For a platform that answers for a bounded time only: a walk goes slice by slice from the mark, less the overlap, to now.
/// It takes the place of `since`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// The parameter that carries where a slice begins: in the query of a GET, in the body of a POST. Without it
    /// `{from}` must stand somewhere in the list request.
    #[serde(default)]
    #[schemars(extend("x-zh" = "时间段起点的参数名"))]
    pub from_param: Option<String>,
    /// The parameter that carries where it ends. Without it `{to}` must stand somewhere in the list request.
    #[serde(default)]
    #[schemars(extend("x-zh" = "时间段终点的参数名"))]
    pub to_param: Option<String>,
    /// How the times are written: `iso` (default), `seconds`, `millis`, or a pattern such as `yyyy-MM-dd HH:mm:ss`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "时间的写法,例如 yyyy-MM-dd HH:mm:ss"))]
    pub format: Option<String>,
    /// How long a slice is; 1d by default, 1m or more.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一段多长,默认1d"))]
    pub length: Option<Period>,
    /// How far before the mark the next walk begins; 2h by default, 1s or more.
    #[serde(default)]
    #[schemars(extend("x-zh" = "往回多取一段,默认2h"))]
    pub overlap: Option<Period>,
    /// How far back the first walk of all begins; 30d by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "头一次从多久以前取起,默认30d"))]
    pub back: Option<Period>,
}

/// Once a day a walk begins further back: what the platform changed without moving its time is found again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// At the first poll after this time of the day, for example `03:30`, in the site's zone.
    #[schemars(extend("x-zh" = "每天几点以后的第一次,例如 03:30"))]
    pub at: String,
    /// How far back it begins; 30d by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "往回看多久,默认30d"))]
    pub back: Option<Period>,
}
