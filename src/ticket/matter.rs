//! What a ticket is about: text, type, category and place.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 诉求类型. Six are known everywhere; a site may have its own list, so the text is open and checked
/// against that list when a channel's mapping is loaded.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("examples" = ["咨询", "求助", "投诉", "举报", "建议", "感谢"]))]
pub struct MatterType(pub String);

impl MatterType {
    /// The six types that county hotlines publish: 咨询, 求助, 投诉, 举报, 建议, 感谢.
    pub const KNOWN: [&'static str; 6] = ["咨询", "求助", "投诉", "举报", "建议", "感谢"];
}

/// The matter of a submission (诉求事项). Its text is printed by `Debug` as dots.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Matter {
    /// Title (标题).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The whole text (正文); never cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// 诉求类型.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MatterType>,
    /// 归口类别.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// 紧急程度, in the site's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// Where it happened.
    #[serde(default, skip_serializing_if = "Place::is_empty")]
    pub place: Place,
}

impl Matter {
    /// True if nothing at all is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matter").field("type", &self.kind).field("category", &self.category).finish_non_exhaustive()
    }
}

/// A category path, widest level first.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Category {
    /// As the source gave it, one to four levels.
    #[schemars(length(max = 4))]
    pub source: Vec<String>,
    /// In the site's own scheme, where the channel has a table for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 4))]
    pub mapped: Vec<String>,
}

impl Category {
    /// The deepest path that tickets carry.
    pub const LEVELS: usize = 4;
}

/// Where a matter happened. The text is printed by `Debug` as dots.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Division code (行政区划代码, GB/T 2260), as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The place in words (发生地址).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The point, if the source gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
}

impl Place {
    /// True if nothing at all is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("region", &self.region).finish_non_exhaustive()
    }
}

/// A point in degrees, in the reference system of the source (which is rarely told, often GCJ-02).
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coordinates {
    /// Latitude, −90 to 90.
    #[schemars(range(min = -90.0, max = 90.0))]
    pub lat: f64,
    /// Longitude, −180 to 180.
    #[schemars(range(min = -180.0, max = 180.0))]
    pub lng: f64,
}
