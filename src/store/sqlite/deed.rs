//! Writes what a person did.

use rusqlite::{Connection, params};

use super::super::{Actor, Deed, Store, StoreError};
use super::Sqlite;
use super::writer::Desk as Open;

impl Deed {
    pub(super) fn write(&self, desk: &Open<'_>) -> Result<(), StoreError> {
        Ok(self.write_in(desk.db, desk.now)?)
    }

    /// The same in a group commit.
    pub(super) fn write_in(&self, db: &Connection, now: i64) -> rusqlite::Result<()> {
        db.prepare_cached("INSERT INTO deed (id, at, who, what, subject, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![self.id, now, self.who, self.what, self.subject, self.body])?;
        Ok(())
    }
}

impl Sqlite {
    pub(super) fn deed(&self, actor: &Actor, what: &str, subject: &str) -> Result<Deed, StoreError> {
        Ok(Store::deed(self, actor, what, subject)?)
    }
}
