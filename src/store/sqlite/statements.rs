//! The statements of the hot path, prepared once a connection.

use rusqlite::{CachedStatement, Connection};

/// The statements of the hot path, prepared once.
pub(super) struct Statements<'c> {
    pub(super) find: CachedStatement<'c>,
    pub(super) version: CachedStatement<'c>,
    pub(super) source: CachedStatement<'c>,
    pub(super) point: CachedStatement<'c>,
    pub(super) keep: CachedStatement<'c>,
    pub(super) ticket: CachedStatement<'c>,
    pub(super) event: CachedStatement<'c>,
    pub(super) errand: CachedStatement<'c>,
    pub(super) blind: CachedStatement<'c>,
    pub(super) unmatched: CachedStatement<'c>,
}

impl<'c> Statements<'c> {
    pub(super) fn prepare(db: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            find: db.prepare_cached("SELECT latest, ticket FROM source WHERE namespace = ?1 AND external_id = ?2")?,
            version: db.prepare_cached(
                "SELECT prev, n, state, source_version, source_digest, mapped_digest, received_at FROM version
                 WHERE id = ?1",
            )?,
            source: db.prepare_cached(
                "INSERT INTO source (namespace, external_id, latest, ticket) VALUES (?1, ?2, ?3, ?4)",
            )?,
            point: db.prepare_cached(
                "UPDATE source SET latest = ?3, ticket = ?4 WHERE namespace = ?1 AND external_id = ?2",
            )?,
            keep: db.prepare_cached(
                "INSERT INTO version (id, prev, n, namespace, external_id, channel, received_at, state, standing,
                 ticket, source_version, source_digest, mapped_digest, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?,
            ticket: db.prepare_cached(
                "INSERT INTO ticket (id, day, serial, channel, namespace, external_id, standing, received_at,
                 submitted_at, deadline, category, region, version, version_n, events)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1, ?14)",
            )?,
            event: db.prepare_cached("INSERT INTO event (ticket, n, kind, at, version) VALUES (?1, ?2, ?3, ?4, ?5)")?,
            errand: db.prepare_cached(
                "INSERT INTO errand (task, subject, due) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET due = min(due, excluded.due)",
            )?,
            unmatched: db.prepare_cached(
                "SELECT version, act, granted, reopens, note, deadline, tells FROM unmatched WHERE namespace = ?1 AND about = ?2
                 ORDER BY version",
            )?,
            blind: db.prepare_cached("INSERT OR IGNORE INTO blind (span, key, ticket) VALUES (?1, ?2, ?3)")?,
        })
    }
}
