//! What an event carries to the core besides its text.
//!
//! Every attempt must send the same bytes. So what an event carries is written down (`event.carries`, and one row a file)
//! in a commit that is on disk before its first attempt begins; whoever comes later, in this process or the next, reads
//! that and looks at no file's state. The bytes of a kept file never change: its blob is named by their digest.

use rusqlite::{Connection, params};

use super::super::{Enclosed, Errand, FileState, Keys, StoreError, Task};
use super::Planted;
use super::accept::Ground;
use super::codes::kind_number;
use crate::ticket::EventKind;

/// What was decided about an event.
pub(super) enum Decided {
    /// Not before this time (ms).
    Wait(i64),
    /// These files, by their ids.
    Files(Vec<i64>),
}

/// An event, as far as its files hang on it.
struct Row {
    kind: i64,
    at: i64,
    version: i64,
    carries: Option<i64>,
    said: Option<i64>,
    file: Option<i64>,
}

/// Decides what an event carries, unless that is decided. What it brings is waited for from its commit on.
pub(super) fn decide(ground: &mut Ground<'_, '_>, ticket: i64, n: u32) -> rusqlite::Result<Decided> {
    let row = ground
        .db
        .prepare_cached("SELECT kind, at, version, carries, said, file FROM event WHERE ticket = ?1 AND n = ?2")?
        .query_row(params![ticket, n], |row| {
            Ok(Row {
                kind: row.get(0)?,
                at: row.get(1)?,
                version: row.get(2)?,
                carries: row.get(3)?,
                said: row.get(4)?,
                file: row.get(5)?,
            })
        })?;
    if row.carries.is_some() {
        return written(ground.db, ticket, n).map(Decided::Files);
    }
    let mut kept = Vec::new();
    let mut waits = false;
    for (file, state) in brought(ground.db, ticket, &row)? {
        match FileState::from_number(state) {
            FileState::Kept => kept.push(file),
            FileState::Waiting => waits = true,
            FileState::Failed | FileState::Refused => {}
        }
    }
    let until = row.at + ground.signs.files_wait().unwrap_or(0);
    if waits && row.file.is_none() && until > ground.now {
        return Ok(Decided::Wait(until));
    }
    ground.db.prepare_cached("UPDATE event SET carries = ?3 WHERE ticket = ?1 AND n = ?2")?.execute(params![
        ticket,
        n,
        i64::try_from(kept.len()).unwrap_or(i64::MAX)
    ])?;
    for file in &kept {
        ground
            .db
            .prepare_cached("INSERT INTO carried (ticket, n, file) VALUES (?1, ?2, ?3)")?
            .execute(params![ticket, n, file])?;
    }
    Ok(Decided::Files(kept))
}

/// The files that an event brings, with their states, in their order.
fn brought(db: &Connection, ticket: i64, row: &Row) -> rusqlite::Result<Vec<(i64, i64)>> {
    if let Some(file) = row.file {
        return db.prepare_cached("SELECT id, state FROM file WHERE id = ?1")?.query_map([file], pair)?.collect();
    }
    let own = [EventKind::New, EventKind::Revised].map(kind_number).contains(&row.kind);
    let Some(version) = row.said.or(own.then_some(row.version)) else { return Ok(Vec::new()) };
    db.prepare_cached("SELECT id, state FROM file WHERE ticket = ?1 AND version = ?2 ORDER BY place")?
        .query_map([ticket, version], pair)?
        .collect()
}

fn pair(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, i64)> {
    Ok((row.get(0)?, row.get(1)?))
}

/// What was written down.
fn written(db: &Connection, ticket: i64, n: u32) -> rusqlite::Result<Vec<i64>> {
    db.prepare_cached(
        "SELECT file.id FROM carried JOIN file ON file.id = carried.file WHERE carried.ticket = ?1 AND n = ?2
         ORDER BY place",
    )?
    .query_map(params![ticket, n], |row| row.get(0))?
    .collect()
}

/// What was decided, with the files opened.
pub(super) fn opened(db: &Connection, keys: &Keys, decided: &Decided) -> Result<Enclosed, StoreError> {
    Ok(match decided {
        Decided::Wait(until) => Enclosed::Wait(*until),
        Decided::Files(files) => Enclosed::Files(
            files.iter().map(|file| super::files::file(db, keys, *file)).collect::<Result<_, StoreError>>()?,
        ),
    })
}

/// Whether an event that was never tried will carry a file of this digest: then nothing more need be said of it.
pub(super) fn will_carry(ground: &Ground<'_, '_>, ticket: i64, digest: &[u8]) -> rusqlite::Result<bool> {
    if ground.signs.files_wait().is_none() {
        return Ok(false);
    }
    ground
        .db
        .prepare_cached(
            "SELECT 1 FROM event JOIN ticket ON ticket.id = event.ticket
             WHERE event.ticket = ?1 AND event.n > ticket.sent AND event.carries IS NULL AND event.state = 0
             AND coalesce(event.said, iif(event.kind IN (?3, ?4), event.version, NULL))
                 IN (SELECT version FROM file WHERE ticket = ?1 AND digest = ?2) LIMIT 1",
        )?
        .exists(params![ticket, digest, kind_number(EventKind::New), kind_number(EventKind::Revised)])
}

/// Makes what waits for files of a ticket due now, unless its lane stands still.
pub(super) fn hasten(ground: &mut Ground<'_, '_>, ticket: i64) -> rusqlite::Result<()> {
    let goes: bool = ground
        .db
        .prepare_cached("SELECT stuck IS NULL AND events > sent FROM ticket WHERE id = ?1")?
        .query_row([ticket], |row| row.get(0))?;
    if goes {
        let errand = Errand { task: Task::Forward, subject: ticket };
        ground.statements.errand.execute(params![errand.task as i64, errand.subject, ground.now])?;
        ground.planted.push(Planted { errand, due: ground.now, fresh: None });
    }
    Ok(())
}
