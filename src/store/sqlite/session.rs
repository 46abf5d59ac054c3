//! Sessions of logins, on disk.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};

use super::super::{Place, Sessions, StoreError};
use super::Sqlite;

/// The session of each channel whose logins people do.
pub(super) const SESSIONS: &str = "
CREATE TABLE session (channel INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
";

#[async_trait]
impl Sessions for Sqlite {
    async fn session(&self, channel: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(move |db, keys| {
            let sealed: Option<Vec<u8>> =
                db.query_row("SELECT body FROM session WHERE channel = ?1", [channel], |row| row.get(0)).optional()?;
            Ok(sealed.map(|body| keys.open(Place::Session, i64::from(channel), &body)).transpose()?)
        })
        .await
    }

    async fn keep_session(&self, channel: u32, body: Vec<u8>) -> Result<(), StoreError> {
        self.write(move |desk| {
            desk.db
                .prepare_cached("INSERT OR REPLACE INTO session (channel, at, body) VALUES (?1, ?2, ?3)")?
                .execute(params![channel, desk.now, body])?;
            Ok(())
        })
        .await
    }
}
