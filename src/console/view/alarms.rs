//! Alarms, as people and programs see them.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TextView;

/// One alarm.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Alarm")]
pub struct RaisedView {
    /// Its number.
    pub id: i64,
    /// Its kind, for example `urgent`, `denied`, `homeward`.
    pub kind: String,
    /// The channel's code; null where it is about none.
    pub channel: Option<String>,
    /// What happened; nothing personal is in it.
    pub what: TextView,
    /// What to do.
    pub todo: TextView,
    /// Since when.
    pub since: Timestamp,
    /// How often it was told.
    pub sent: u32,
    /// When it was told last.
    pub sent_at: Option<Timestamp>,
    /// When the second level was told.
    pub second_at: Option<Timestamp>,
    /// Who took it.
    pub taken_by: Option<String>,
    /// When it was taken.
    pub taken_at: Option<Timestamp>,
    /// Until when it is snoozed.
    pub snoozed_until: Option<Timestamp>,
    /// When it ended; null while it is open.
    pub ended_at: Option<Timestamp>,
}

/// How an outlet of alarms stands.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct OutletView {
    /// Its name.
    pub name: String,
    /// When a message last left.
    pub last_sent: Option<Timestamp>,
    /// Since when none leaves.
    pub fails_since: Option<Timestamp>,
    /// Why not, in our own words.
    pub why: Option<String>,
}
