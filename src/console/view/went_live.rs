//! What becomes of a channel that a person confirms.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
