//! What one shift leaves to the next (交接班).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::NoteView;
use super::{LoginAlarm, TicketView};

/// What the next shift must know. Masked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HandoverView {
    /// As of when.
    pub at: Timestamp,
    /// Since when is counted: the last handover; without one the beginning of the day.
    pub since: Timestamp,
    /// Who handed over last, to whom; null if nobody ever did.
    pub last: Option<String>,
    /// Who hands over now, to whom; null if this is only a look.
    pub this: Option<String>,
    /// What waits for a person, by channel and reason.
    pub dead: Vec<DeadGroup>,
    /// Logins that somebody should know of.
    pub logins: Vec<LoginAlarm>,
    /// Open tickets near or past their deadline, the earliest first; at most 1000.
    pub due: Vec<TicketView>,
    /// What was promised and is not done yet.
    pub notes: Vec<NoteView>,
    /// Channels by which nothing may be coming.
    pub deaf: Vec<DeafView>,
    /// Channels whose table of the day is missing.
    pub unhanded: Vec<String>,
    /// What came and went, by channel.
    pub shift: Vec<ShiftView>,
}

/// Things of one sort that wait for a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeadGroup {
    /// The channel's name.
    pub channel_name: String,
    /// As in a list of dead letters.
    pub kind: String,
    /// As in a list of dead letters.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// Since when the oldest waits.
    pub oldest: Timestamp,
}

/// A channel by which nothing may be coming.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeafView {
    /// The channel's code.
    pub channel: String,
    /// The channel's name.
    pub name: String,
    /// `silent`, `unexpected`, `not_asked`, `mend`, or the far side's failure as in a list of channels.
    pub why: String,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
}

/// What came and went by one channel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShiftView {
    /// The channel's name.
    pub channel_name: String,
    /// Letters that came.
    pub came: u64,
    /// Tickets that the core took.
    pub forwarded: u64,
    /// Tickets that were concluded.
    pub concluded: u64,
}
