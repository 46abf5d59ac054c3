//! The room that takes outcomes (办理反馈), by whatever road they come: the core's post, or a sheet that somebody filled
//! in. All are checked, digested, sealed and kept in one walk; what is answered is on disk.

mod asked;
mod columns;
mod entry;
mod levels;
mod reading;
mod row;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use huiliu_contract::{Outcome, Satisfaction};
use serde::{Deserialize, Serialize};

pub use columns::{COLUMNS, Field, LIST_ROWS, NEEDED, columns, explained};
pub use entry::{Became, Entry};
pub use levels::Levels;
pub use reading::{NotAnOutcome, Reading};
pub use row::{Filled, Wrong, read};

use crate::store::{Answer, AnswerFile, Deed, Digest, FileAbout, OutcomeTaken, Place, Store, StoreError};
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

/// A file that came along with an outcome; its bytes are on disk.
pub struct Brought {
    /// Its name, with its ending.
    pub name: String,
    /// Its media type.
    pub media_type: Option<String>,
    /// Its blob.
    pub blob: Digest,
    /// How many bytes it has.
    pub size: u64,
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
    rules: Arc<RwLock<Rules>>,
}

/// By what outcomes are read; replaceable for all who take some.
#[derive(Default)]
struct Rules {
    levels: Arc<Levels>,
    reading: Option<Arc<Reading>>,
}

impl Outcomes {
    /// Over a store, with what words of satisfaction mean here.
    pub fn new(store: Arc<dyn Store>, levels: Levels) -> Self {
        let rules = Rules { levels: Arc::new(levels), reading: None };
        Self { store, rules: Arc::new(RwLock::new(rules)) }
    }

    fn rules(&self) -> RwLockReadGuard<'_, Rules> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What words of satisfaction mean from the next outcome on.
    pub fn mean(&self, levels: Levels) {
        self.rules.write().unwrap_or_else(PoisonError::into_inner).levels = Arc::new(levels);
    }

    /// What must hold before anything of an outcome is kept; answers the ticket it names.
    ///
    /// # Errors
    ///
    /// If its id or its ticket's number cannot be one.
    pub fn check(told: &Told) -> Result<Spoken, NotTaken> {
        if told.id.is_empty() || told.id.len() > MAX_ID {
            return Err(NotTaken::Id);
        }
        Spoken::parse(&told.ticket).map_err(NotTaken::Ticket)
    }

    /// Takes one outcome without files: on disk when this returns.
    ///
    /// # Errors
    ///
    /// If its id or its ticket's number cannot be one, or the store failed.
    pub async fn take(&self, told: Told) -> Result<(Spoken, OutcomeTaken), NotTaken> {
        self.take_with(told, &[]).await
    }

    /// Takes one outcome and the files that came along: on disk when this returns.
    ///
    /// # Errors
    ///
    /// As [`Outcomes::take`].
    pub async fn take_with(&self, told: Told, files: &[Brought]) -> Result<(Spoken, OutcomeTaken), NotTaken> {
        let ticket = Self::check(&told)?;
        Ok((ticket, self.keep(told.id, ticket, told.outcome, files, None).await?))
    }

    fn levels(&self) -> Arc<Levels> {
        self.rules().levels.clone()
    }

    async fn keep(
        &self,
        core_id: String,
        ticket: Spoken,
        outcome: Outcome,
        files: &[Brought],
        deed: Option<Deed>,
    ) -> Result<OutcomeTaken, StoreError> {
        let keys = self.store.keys();
        let kind = outcome.kind;
        // Of what was told alone: another table of levels makes no other outcome of it.
        let content = content(&outcome);
        let number = ticket.to_string();
        let mut said = vec![number.as_bytes(), &content];
        said.extend(files.iter().flat_map(|file| [file.name.as_bytes(), &file.blob.0]));
        let digest = keys.blind("outcome", &said);
        let satisfaction_level = outcome.satisfaction.as_deref().and_then(|word| self.levels().of(word));
        let body = match satisfaction_level {
            None => content,
            level => serde_json::to_vec(&Kept { outcome, satisfaction_level: level }).unwrap_or_default(),
        };
        let id = self.store.reserve();
        let body = keys.seal(Place::Outcome, id, &body)?;
        let files = self.rows(files)?;
        self.store.take_answer(Answer { id, core_id, digest, ticket: Some(ticket), kind, body, files, deed }).await
    }

    /// The rows of files, sealed.
    fn rows(&self, files: &[Brought]) -> Result<Vec<AnswerFile>, StoreError> {
        let row = |file: &Brought| {
            let id = self.store.reserve();
            let about = FileAbout {
                name: Some(file.name.clone()),
                media_type: file.media_type.clone(),
                ..FileAbout::default()
            };
            let body = self.store.keys().seal(Place::File, id, &serde_json::to_vec(&about).unwrap_or_default())?;
            Ok(AnswerFile { id, blob: file.blob, size: file.size, body })
        };
        files.iter().map(row).collect()
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
