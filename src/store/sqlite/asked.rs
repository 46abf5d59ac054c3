//! The page of the core's list that was taken, on disk.

use rusqlite::params;

use super::super::{AskedPage, CORE, DeadKind, StoreError};
use super::writer::Desk;

/// Keeps the letters of a page, each once, ends those of records that were taken now, and moves on.
pub(super) fn keep(desk: &Desk<'_>, page: &AskedPage) -> Result<usize, StoreError> {
    let mut new = 0;
    for (reason, letter) in &page.aside {
        new += desk
            .db
            .prepare_cached(
                "INSERT INTO dead (id, kind, channel, since, reason, digest, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (channel, digest) WHERE digest IS NOT NULL DO NOTHING",
            )?
            .execute(params![
                letter.id,
                DeadKind::Outcome.number(),
                CORE,
                desk.now,
                reason,
                letter.digest.0,
                letter.body
            ])?;
    }
    for digest in &page.taken {
        desk.db
            .prepare_cached(
                "UPDATE dead SET ended_at = ?3, ended_how = 'retried'
                 WHERE channel = ?1 AND digest = ?2 AND ended_at IS NULL",
            )?
            .execute(params![CORE, digest.0, desk.now])?;
    }
    for (table, body) in [("cursor", &page.cursor), ("keepsake", &page.keepsake)] {
        let Some(body) = body else { continue };
        let sql = format!("INSERT OR REPLACE INTO {table} (channel, at, body) VALUES (?1, ?2, ?3)");
        desk.db.prepare_cached(&sql)?.execute(params![CORE, desk.now, body])?;
    }
    Ok(new)
}
