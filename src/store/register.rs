//! What is done about events that no worker carries to the core: they wait in their rows, are looked at, and are settled
//! by whoever brings them there. Nothing of them is kept in memory.

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use super::{Actor, StoreError, TicketKey};
use crate::ticket::EventKind;

/// The next event of a ticket that waits to be brought to the core.
#[derive(Clone, Debug)]
pub struct WaitingRow {
    /// The ticket.
    pub key: TicketKey,
    /// The code of the channel that opened it.
    pub channel_code: String,
    /// The source's number.
    pub external_id: String,
    /// The event's place in the ticket's lane, from 1.
    pub n: u32,
    /// What happened.
    pub kind: EventKind,
    /// When it was committed.
    pub at: Timestamp,
    /// How many of the ticket's events wait behind it.
    pub behind: u32,
    /// The core's number of the ticket, where it has one.
    pub core_number: Option<String>,
    /// The ticket's form at that event; none if it cannot be opened.
    pub draft: Option<Bytes>,
}

/// How many tickets have events that wait, and since when the oldest of these does.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct WaitingCount {
    /// Tickets.
    pub tickets: u64,
    /// The oldest event.
    pub oldest: Option<Timestamp>,
}

/// A number that was given to a ticket in the core, as a person or a sheet tells it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Register {
    /// Which event the core has now; none is the one that opened the ticket there.
    pub n: Option<u32>,
    /// The core's number (热线工单号); none where the ticket has one.
    pub number: Option<String>,
    /// Whether another ticket may have the same number, because the core joined them.
    pub also: bool,
    /// Whether the number that was told before was wrong, and this is the right one.
    pub correct: bool,
}

/// What became of a number that was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Registered {
    /// The event is settled; the next one that waits, if one does.
    Settled {
        /// Which event.
        n: u32,
        /// The ticket's number in the core.
        number: Option<String>,
        /// The ticket's next event.
        next: Option<u32>,
    },
    /// It was told before.
    Known {
        /// The ticket's number in the core.
        number: Option<String>,
        /// The ticket's next event that waits.
        next: Option<u32>,
    },
    /// The ticket has the right number now.
    Corrected {
        /// The wrong one.
        from: Option<String>,
    },
    /// Nothing was written.
    Refused(NotRegistered),
}

/// Why a number was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotRegistered {
    /// An earlier event of the ticket waits.
    Behind {
        /// The one that is next.
        next: u32,
    },
    /// The ticket has no such event, or is none that the core is told of.
    NoEvent,
    /// The ticket has a number: which of its later events is meant must be said.
    WhichEvent {
        /// The one that is next; none if nothing waits.
        next: Option<u32>,
    },
    /// The lane stands still at a dead letter.
    Stuck {
        /// Which.
        dead: i64,
    },
    /// The ticket has another number.
    OtherNumber {
        /// Which.
        known: String,
    },
    /// Another ticket has this number.
    Taken {
        /// Which ticket.
        by: TicketKey,
    },
    /// The event that opens a ticket in the core needs a number.
    NoNumber,
}

/// Bringing events to a core that no worker speaks with.
#[async_trait]
pub trait Registry: Send + Sync {
    /// From now on no worker carries events to the core: they wait in their rows alone. Until the process ends.
    fn leave_core(&self);

    /// What waits, the oldest first, each ticket with its next event; of this channel, at most so many.
    async fn waiting(&self, channel: Option<u32>, limit: usize) -> Result<Vec<WaitingRow>, StoreError>;

    /// How much waits.
    async fn count_waiting(&self) -> Result<WaitingCount, StoreError>;

    /// Settles an event of a ticket as the core's answer with that number would, with who says so in the same transaction.
    async fn register(&self, ticket: i64, register: Register, actor: &Actor) -> Result<Registered, StoreError>;
}
