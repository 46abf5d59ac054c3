//! Events that a core fetches: a stream in the order of their commits, until they are acknowledged.

use async_trait::async_trait;

use super::{Fresh, StoreError};
use crate::ticket::Spoken;

/// An event with its place in the stream.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Its place: higher ones were committed later. There may be gaps.
    pub seq: i64,
    /// The event.
    pub event: Fresh,
}

/// An event that the core does not take.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Its place in the stream.
    pub seq: i64,
    /// The reserved id of its dead letter.
    pub id: i64,
    /// What is known of it, sealed for that id.
    pub body: Vec<u8>,
}

/// What an acknowledgement did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Acknowledged {
    /// It is on disk.
    Done {
        /// So many events are settled by it.
        settled: u64,
        /// So many became dead letters.
        refused: u64,
        /// Numbers were told of these tickets, of which nothing was settled.
        unknown: Vec<Spoken>,
    },
    /// It names a place that nothing was offered at.
    Beyond {
        /// The last place that there is.
        last: i64,
    },
    /// It refuses a place that is not among those it acknowledges, or was settled before.
    NotOffered {
        /// Which.
        seq: i64,
    },
}

/// The stream of a core that fetches.
#[async_trait]
pub trait Feed: Send + Sync {
    /// What lies behind a place of the stream and is not acknowledged, at most so many. An event comes only behind the
    /// earlier ones of its ticket; behind one that needs a person none comes.
    async fn offer(&self, after: i64, limit: usize) -> Result<Vec<Offered>, StoreError>;

    /// Settles everything up to a place, in order: as taken under these numbers, or as refused. What stands behind a refused
    /// event of the same ticket is offered again, at another place, once a person has decided.
    async fn acknowledge(
        &self,
        upto: i64,
        numbers: Vec<(Spoken, String)>,
        refused: Vec<Refusal>,
    ) -> Result<Acknowledged, StoreError>;
}
