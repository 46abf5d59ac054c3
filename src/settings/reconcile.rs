//! `[reconcile]` of `gateway.toml`: when what came is held against what far sides say they have.

use jiff::civil::time;
use schemars::JsonSchema;
use serde::Deserialize;

use super::TimeOfDay;

/// When what came is held against what far sides say they have (对账).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReconcileSettings {
    /// From which time of the night on all channels are looked at, once.
    #[schemars(extend("x-zh" = "每天几点以后对账"))]
    pub at: TimeOfDay,
    /// How many days back it looks each time, 1 to 31: what came late mends its gap by that.
    #[schemars(range(min = 1, max = 31), extend("x-zh" = "每次往回对几天"))]
    pub days: u32,
}

impl Default for ReconcileSettings {
    fn default() -> Self {
        Self { at: TimeOfDay(time(4, 10, 0, 0)), days: 3 }
    }
}
