//! Forwarding: one event, or a batch of them, to the core system. It answers per event and decides
//! nothing about repeating; that is `errands`' work.

mod rest;

use async_trait::async_trait;
use huiliu_contract::Fault;

pub use rest::RestForwarder;

use crate::store::Fresh;
use crate::ticket::SourceRef;
use crate::ticket::event::{self, EventHead, NotADraft};

/// What the core said to an event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CoreRef {
    /// The core's own number of the ticket (热线工单号).
    pub number: Option<String>,
}

/// A core system, however it is spoken with.
#[async_trait]
pub trait Forwarder: Send + Sync {
    /// Hands events over; one answer an event, in their order. A batch is refused or taken as a whole.
    async fn forward(&self, events: &[Fresh]) -> Vec<Result<CoreRef, Fault>>;

    /// How many events it takes in one call; at least 1.
    fn batch(&self) -> usize;

    /// How many calls may be under way at once; at least 1.
    fn in_flight(&self) -> usize;
}

/// The JSON of an event: from the version it names, or as a person edited it. The same bytes every time.
pub fn render(fresh: &Fresh) -> Result<Vec<u8>, NotADraft> {
    if let Some(edited) = &fresh.edited {
        return Ok(edited.to_vec());
    }
    let moment = |millis| jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
    let received_at = moment(fresh.received_at);
    let sources = [SourceRef {
        channel: fresh.channel.to_string(),
        namespace: fresh.namespace.to_string(),
        external_id: fresh.external_id.to_string(),
        received_at,
    }];
    let head = EventHead {
        event: fresh.kind,
        ticket: fresh.ticket.number,
        sequence: u64::from(fresh.n),
        at: moment(fresh.at),
        channel: &fresh.channel,
        external_id: fresh.external_id.as_str(),
        version: fresh.version_n,
        received_at,
        sources: &sources,
    };
    event::compose(&head, &fresh.draft)
}
