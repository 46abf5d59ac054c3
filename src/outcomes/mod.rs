//! The room that takes outcomes (办理反馈), by whatever road they come: the core's post, or a sheet that somebody filled
//! in. All are checked, digested, sealed and kept in one walk; what is answered is on disk.

mod columns;
mod entry;
mod levels;
mod row;

use std::sync::Arc;

use huiliu_contract::{Outcome, Satisfaction};
use serde::{Deserialize, Serialize};

pub use columns::{COLUMNS, Field, LIST_ROWS, NEEDED, columns, explained};
pub use entry::{Became, Entry};
pub use levels::Levels;
pub use row::{Filled, Wrong, read};

use crate::store::{OutcomeTaken, Place, Store, StoreError};
use crate::ticket::{BadNumber, Spoken};

/// The longest id of an outcome, in bytes.
const MAX_ID: usize = 200;

/// One outcome as it is told, of one ticket.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The teller's own id of this outcome, 1 to 200 bytes: the same id with other content is refused.
    pub id: String,
    /// The ticket's spoken number (汇流编号).
    pub ticket: String,
    /// What happened.
    pub outcome: Outcome,
}

/// An outcome as it is kept: as it was told, and what we make of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// As it was told.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The level that the word of satisfaction stands for; none where there is no word, or nobody said what it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction_level: Option<Satisfaction>,
}

/// Why an outcome was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// Its id is empty or too long.
    #[error("`id` must have 1 to 200 bytes")]
    Id,
    /// The ticket's number cannot be one.
    #[error("`ticket`: {0}")]
    Ticket(BadNumber),
    /// The store failed; nothing is kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes outcomes into the store.
#[derive(Clone)]
pub struct Outcomes {
    store: Arc<dyn Store>,
    levels: Arc<Levels>,
}

impl Outcomes {
    /// Over a store, with what words of satisfaction mean here.
    pub fn new(store: Arc<dyn Store>, levels: Levels) -> Self {
        Self { store, levels: Arc::new(levels) }
    }

    /// Takes one outcome: on disk when this returns.
    ///
    /// # Errors
    ///
    /// If its id or its ticket's number cannot be one, or the store failed.
    pub async fn take(&self, told: Told) -> Result<(Spoken, OutcomeTaken), NotTaken> {
        if told.id.is_empty() || told.id.len() > MAX_ID {
            return Err(NotTaken::Id);
        }
        let ticket = Spoken::parse(&told.ticket).map_err(NotTaken::Ticket)?;
        Ok((ticket, self.keep(told.id, ticket, told.outcome).await?))
    }

    async fn keep(&self, id: String, ticket: Spoken, outcome: Outcome) -> Result<OutcomeTaken, StoreError> {
        let keys = self.store.keys();
        let kind = outcome.kind;
        // Of what was told alone: another table of levels makes no other outcome of it.
        let content = content(&outcome);
        let digest = keys.blind("outcome", &[ticket.to_string().as_bytes(), &content]);
        let satisfaction_level = outcome.satisfaction.as_deref().and_then(|word| self.levels.of(word));
        let body = match satisfaction_level {
            None => content,
            level => serde_json::to_vec(&Kept { outcome, satisfaction_level: level }).unwrap_or_default(),
        };
        let row = self.store.reserve();
        let body = keys.seal(Place::Outcome, row, &body)?;
        self.store.take_outcome(row, id, digest, Some(ticket), kind, body).await
    }
}

/// The bytes of an outcome as it was told.
fn content(outcome: &Outcome) -> Vec<u8> {
    serde_json::to_vec(outcome).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use huiliu_contract::OutcomeKind;

    use super::*;

    #[test]
    fn what_was_kept_before_there_were_levels_is_read_as_what_is_kept_now() {
        let mut outcome = Outcome::signed("2026-12-03T01:00:00Z".parse().unwrap());
        (outcome.kind, outcome.satisfaction) = (OutcomeKind::Visited, Some("满意".into()));
        let before: Kept = serde_json::from_slice(&content(&outcome)).unwrap();
        assert_eq!(before, Kept { outcome: outcome.clone(), satisfaction_level: None });
        let now = Kept { outcome, satisfaction_level: Some(Satisfaction::Satisfied) };
        let json = serde_json::to_value(&now).unwrap();
        assert_eq!((&json["satisfaction"], &json["satisfaction_level"]), (&"满意".into(), &"satisfied".into()));
        assert_eq!(serde_json::from_value::<Kept>(json).unwrap(), now);
    }
}
