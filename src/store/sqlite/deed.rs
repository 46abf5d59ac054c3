//! What a person did, with who and why, for the record.

use rusqlite::params;

use super::super::{Actor, Place, Store, StoreError};
use super::Sqlite;
use super::writer::Desk as Open;

/// A reason sealed in the caller's task for a deed that is written later.
pub(super) struct Deed {
    id: i64,
    who: String,
    what: String,
    subject: String,
    body: Vec<u8>,
}

impl Deed {
    /// The same about something that is known only inside the transaction.
    pub(super) fn about(self, subject: String) -> Self {
        Self { subject, ..self }
    }

    pub(super) fn write(&self, desk: &Open<'_>) -> Result<(), StoreError> {
        desk.db.execute(
            "INSERT INTO deed (id, at, who, what, subject, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![self.id, desk.now, self.who, self.what, self.subject, self.body],
        )?;
        Ok(())
    }
}

impl Sqlite {
    pub(super) fn deed(&self, actor: &Actor, what: &str, subject: &str) -> Result<Deed, StoreError> {
        let id = Store::reserve(self);
        let why = actor.why.as_deref().unwrap_or_default();
        let body = self.keys.seal(Place::Deed, id, why.as_bytes())?;
        Ok(Deed { id, who: actor.who.clone(), what: what.into(), subject: subject.into(), body })
    }
}
