//! Frozen reports (定稿): what was printed, and with what, as it was. Nothing here is ever changed or overwritten; freezing
//! the same report again makes its next edition.

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Actor, StoreError};

/// Which report.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FrozenKey {
    /// The template's name.
    pub template: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl FrozenKey {
    /// Under which subject it is on record.
    pub fn subject(&self) -> String {
        format!("report:{}:{}..{}", self.template, self.from, self.to)
    }
}

/// A report that is to be frozen.
#[derive(Clone, Debug)]
pub struct Freezing {
    /// Which.
    pub key: FrozenKey,
    /// The reserved id of its row.
    pub id: i64,
    /// What was printed, sealed for that id.
    pub body: Vec<u8>,
    /// What it was counted from, in pieces, each sealed for a reserved id of its own.
    pub inputs: Vec<(i64, Vec<u8>)>,
}

/// A frozen report.
#[derive(Clone, Debug)]
pub struct FrozenRow {
    /// Its id.
    pub id: i64,
    /// Its edition, from 1.
    pub edition: u32,
    /// When it was frozen.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// What was printed, opened.
    pub body: Bytes,
}

/// What is frozen.
#[async_trait]
pub trait Frozen: Send + Sync {
    /// Freezes a report, with who and why on record in the same transaction; tells its edition.
    async fn freeze(&self, freezing: Freezing, actor: &Actor) -> Result<u32, StoreError>;
    /// The latest edition of a report; none if it was not frozen.
    async fn frozen(&self, key: FrozenKey) -> Result<Option<FrozenRow>, StoreError>;
    /// What a frozen report was counted from: the piece behind another one (0 is before the first), with its own id.
    async fn frozen_input(&self, id: i64, after: i64) -> Result<Option<(i64, Bytes)>, StoreError>;
}
