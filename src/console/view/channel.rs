//! What happens to a channel as a whole.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A channel whose letters another one brings under a tag (一个系统装着几个渠道).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RoutedView {
    /// The far side's tag.
    pub tag: String,
    /// Its name.
    pub name: String,
    /// Former names.
    pub aliases: Vec<String>,
    /// Its tickets; they are among those of the channel that brings them.
    pub tickets: super::TicketCounts,
    /// When its last ticket came.
    pub last_item: Option<Timestamp>,
}

/// What a go-live did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WentLive {
    /// The channel.
    pub channel: String,
    /// From which day on.
    pub from: Date,
    /// Tickets now on their way to the core.
    pub released: u64,
    /// Tickets that stay historic.
    pub historic: u64,
}

/// Whether what usually comes by a channel does.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct PulseView {
    /// Since when nothing comes, although something usually does (长时间无来件); null if it does, or nobody asked.
    #[serde(default)]
    pub silent_since: Option<Timestamp>,
    /// The last day, if it brought another number of submissions than expected (来件数异常).
    #[serde(default)]
    pub unexpected: Option<UnexpectedView>,
}

/// A day and its number of submissions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UnexpectedView {
    /// The day.
    pub day: Date,
    /// How many came.
    pub count: u32,
}

/// A channel that a person should look at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlarmView {
    /// The channel's code.
    pub channel: String,
    /// The channel's name.
    pub name: String,
    /// What is unusual.
    #[serde(flatten)]
    pub pulse: PulseView,
}
