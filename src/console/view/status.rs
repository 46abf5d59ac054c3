//! How the house stands.

use serde::{Deserialize, Serialize};

use super::{AlarmView, LoginAlarm, OutletView, RaisedView};
use crate::console::ToRegister;
use crate::console::control::{FarStatus, Running};

/// How the house stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StatusView {
    /// The program's version.
    pub version: String,
    /// The daemon; null if none runs and the command opened the store itself.
    pub running: Option<Running>,
    /// The core system.
    pub core: Option<FarStatus>,
    /// Of what kind the core is: `rest`, `manual`, `file` or `pull`.
    #[serde(default)]
    pub core_kind: Option<String>,
    /// Tickets that wait to be typed into a core without an interface (待登记).
    #[serde(default)]
    pub to_register: Option<ToRegister>,
    /// Events that wait for the core: due now, and later.
    pub to_core: [usize; 2],
    /// Channels in the configuration.
    pub channels: usize,
    /// Of these, with mistakes.
    pub channels_wrong: usize,
    /// Open dead letters.
    pub dead: u64,
    /// Write-backs that wait for a far side: due now, and later.
    #[serde(default)]
    pub write_backs: [usize; 2],
    /// Write-backs that wait for a person to agree (待审签).
    #[serde(default)]
    pub approvals: u64,
    /// Channels that the store knows and that have no folder.
    #[serde(default)]
    pub channels_retired: usize,
    /// Write-backs that wait because their channel has no folder.
    #[serde(default)]
    pub write_backs_retired: usize,
    /// Channels of which something usual does not come.
    #[serde(default)]
    pub alarms: Vec<AlarmView>,
    /// Channels whose login somebody should know of; none are known while no daemon runs.
    #[serde(default)]
    pub logins: Vec<LoginAlarm>,
    /// Gaps of reconciliation that are not mended (对账).
    #[serde(default)]
    pub gaps: Vec<super::GapView>,
    /// Channels whose table of the day is missing (未交表), by name; none are known while no daemon runs.
    #[serde(default)]
    pub unhanded: Vec<String>,
    /// Alarms that are open.
    #[serde(default)]
    pub raised: Vec<RaisedView>,
    /// Outlets of alarms that sent anything since the start.
    #[serde(default)]
    pub outlets: Vec<OutletView>,
}
