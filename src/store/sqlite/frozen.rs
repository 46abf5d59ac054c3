//! Frozen reports, on disk.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};

use super::super::{Actor, Freezing, Frozen, FrozenKey, FrozenRow, Place, StoreError};
use super::Sqlite;
use super::read::moment;
use super::serial::day_number;
use bytes::Bytes;

/// What was printed, and from what.
pub(super) const FROZEN: &str = "
CREATE TABLE frozen (
    id INTEGER PRIMARY KEY, template TEXT NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,
    edition INTEGER NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, body BLOB NOT NULL,
    UNIQUE (template, from_day, to_day, edition)
) STRICT;
CREATE TABLE frozen_input (id INTEGER PRIMARY KEY, frozen INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX frozen_input_of ON frozen_input (frozen, id);
";

#[async_trait]
impl Frozen for Sqlite {
    async fn freeze(&self, freezing: Freezing, actor: &Actor) -> Result<u32, StoreError> {
        let deed = self.deed(actor, "freeze", &freezing.key.subject())?;
        let who = actor.who.clone();
        self.write(move |desk| {
            let Freezing { key, id, body, inputs } = freezing;
            let (from, to) = (day_number(key.from), day_number(key.to));
            let edition: u32 = desk
                .db
                .prepare_cached(
                    "INSERT INTO frozen (id, template, from_day, to_day, edition, at, who, body)
                     SELECT ?1, ?2, ?3, ?4, coalesce(max(edition), 0) + 1, ?5, ?6, ?7 FROM frozen
                     WHERE template = ?2 AND from_day = ?3 AND to_day = ?4 RETURNING edition",
                )?
                .query_row(params![id, key.template, from, to, desk.now, who, body], |row| row.get(0))?;
            let mut keep = desk.db.prepare_cached("INSERT INTO frozen_input (id, frozen, body) VALUES (?1, ?2, ?3)")?;
            for (input, body) in &inputs {
                keep.execute(params![input, id, body])?;
            }
            deed.write(desk)?;
            Ok(edition)
        })
        .await
    }

    async fn frozen(&self, key: FrozenKey) -> Result<Option<FrozenRow>, StoreError> {
        self.look(move |db, keys| {
            let found = db
                .prepare_cached(
                    "SELECT id, edition, at, who, body FROM frozen WHERE template = ?1 AND from_day = ?2 AND to_day = ?3
                     ORDER BY edition DESC LIMIT 1",
                )?
                .query_row(params![key.template, day_number(key.from), day_number(key.to)], |row| {
                    let (at, body) = (moment(row.get(2)?), row.get::<_, Vec<u8>>(4)?.into());
                    Ok(FrozenRow { id: row.get(0)?, edition: row.get(1)?, at, who: row.get(3)?, body })
                })
                .optional()?;
            let open = |row: FrozenRow| {
                let body = keys.open(Place::Frozen, row.id, &row.body)?.into();
                Ok(FrozenRow { body, ..row })
            };
            found.map(open).transpose()
        })
        .await
    }

    async fn frozen_input(&self, id: i64, after: i64) -> Result<Option<(i64, Bytes)>, StoreError> {
        self.look(move |db, keys| {
            let found: Option<(i64, Vec<u8>)> = db
                .prepare_cached("SELECT id, body FROM frozen_input WHERE frozen = ?1 AND id > ?2 ORDER BY id LIMIT 1")?
                .query_row([id, after], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            found.map(|(id, body)| Ok((id, keys.open(Place::Frozen, id, &body)?.into()))).transpose()
        })
        .await
    }
}
