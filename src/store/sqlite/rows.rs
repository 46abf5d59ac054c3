//! The rows that an acceptance writes whatever was decided: the version, its number, what needs a person, the cursor.

use std::sync::atomic::Ordering;

use rusqlite::params;

use super::super::{Acceptance, Arrival, Stray};
use super::DEAD_UNREADABLE;
use super::accept::Ground;
use super::decide::STATE_TAKEN;

impl Ground<'_, '_> {
    pub(super) fn keep(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        prev: Option<i64>,
        n: i64,
        state: i64,
        ticket: Option<i64>,
    ) -> rusqlite::Result<()> {
        self.statements.keep.execute(params![
            arrival.version,
            prev,
            n,
            member.namespace,
            arrival.external_id.as_str(),
            member.channel,
            self.came,
            state,
            arrival.standing as i64,
            ticket,
            arrival.source_version.as_ref().map(|version| version.0.as_str()),
            arrival.source_digest.0,
            arrival.mapped.as_ref().map(|mapped| mapped.digest.0),
            arrival.body,
        ])?;
        if state == STATE_TAKEN { self.tag(member, arrival) } else { Ok(()) }
    }

    /// Makes a number known. A member that names it twice fails here: it must never become two tickets.
    pub(super) fn know(&mut self, member: &Acceptance, arrival: &Arrival, ticket: Option<i64>) -> rusqlite::Result<()> {
        self.statements.source.execute(params![
            member.namespace,
            arrival.external_id.as_str(),
            arrival.version,
            ticket
        ])?;
        Ok(())
    }

    /// Makes a version of a known number the latest.
    pub(super) fn point(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        ticket: Option<i64>,
    ) -> rusqlite::Result<()> {
        self.statements.point.execute(params![
            member.namespace,
            arrival.external_id.as_str(),
            arrival.version,
            ticket
        ])?;
        Ok(())
    }

    pub(super) fn dead(
        &self,
        member: &Acceptance,
        arrival: &Arrival,
        kind: i64,
        reason: &str,
        ticket: Option<i64>,
    ) -> rusqlite::Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO dead (id, kind, channel, since, reason, ticket, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                self.ids.fetch_add(1, Ordering::Relaxed),
                kind,
                member.channel,
                self.now,
                reason,
                ticket,
                arrival.version
            ])?;
        Ok(())
    }

    pub(super) fn keep_stray(&self, member: &Acceptance, stray: &Stray) -> rusqlite::Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO dead (id, kind, channel, since, reason, digest, body)
                 VALUES (?1, ?2, ?3, ?4, 'unreadable', ?5, ?6)
                 ON CONFLICT (channel, digest) WHERE digest IS NOT NULL DO NOTHING",
            )?
            .execute(params![stray.id, DEAD_UNREADABLE, member.channel, self.now, stray.digest.0, stray.body])?;
        Ok(())
    }

    pub(super) fn move_cursor(&self, member: &Acceptance) -> rusqlite::Result<()> {
        for (table, body) in [("cursor", &member.cursor), ("keepsake", &member.keepsake)] {
            let Some(body) = body else { continue };
            let sql = format!("INSERT OR REPLACE INTO {table} (channel, at, body) VALUES (?1, ?2, ?3)");
            self.db.prepare_cached(&sql)?.execute(params![member.channel, self.now, body])?;
        }
        Ok(())
    }
}
