//! Sheets that are written for a core that imports them: which events stand in which, decided on disk before anything is
//! written, so that a sheet that is written again after a crash is the same one.

use async_trait::async_trait;

use super::{Actor, Fresh, StoreError};

/// A sheet that is to be written.
#[derive(Clone, Debug)]
pub struct SheetPlan {
    /// Its id.
    pub id: i64,
    /// The name of its file.
    pub name: String,
    /// Its rows, in their order, each with the number that its ticket has in the core.
    pub rows: Vec<(Fresh, Option<String>)>,
}

/// The sheets of a core that imports them.
#[async_trait]
pub trait Sheets: Send + Sync {
    /// The sheet that is to be written now: one that was planned and is not noted as written, else a new one of at most so
    /// many events, if the last one lies `every` (ms) back and any wait. `name` is its file's name without its ending.
    async fn plan_sheet(&self, name: String, most: usize, every: i64) -> Result<Option<SheetPlan>, StoreError>;

    /// Notes that a sheet is on the disk. From place `settles` of a ticket's lane on, its events are with the core by that:
    /// 1 settles all, 2 those that follow on a ticket; none settles none. Answers how many.
    async fn sheet_written(&self, id: i64, settles: Option<u32>, actor: &Actor) -> Result<usize, StoreError>;

    /// The next event of a ticket that waits, if it stands in a sheet that was written.
    async fn sheeted(&self, ticket: i64) -> Result<Option<u32>, StoreError>;
}
