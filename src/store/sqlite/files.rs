//! Files in the database: what a version names, what is to be fetched, and what came of it.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::schedule::Next;
use super::super::{
    Acceptance, Arrival, DeadKind, Digest, Errand, Fetched, FileAbout, FileRow, FileState, Filed, Keys, Place,
    Standing, StoreError, Task,
};
use super::Planted;
use super::accept::Ground;
use super::fresh::broken;
use super::serial::number_of;
use crate::ticket::EventKind;

/// How a file stands that an earlier version named: its state, the reason, its blob and size.
type Known = (i64, Option<String>, Option<Vec<u8>>, Option<i64>);

/// Writes the files of a version, and plants the errands that fetch those which no earlier version named. Those of a
/// letter that waits for the end of a first run are fetched when it is released: it may turn out to be a historic one, and
/// else the core shall hear of them. Answers whether any is still to be fetched.
pub(super) fn keep(
    ground: &mut Ground<'_, '_>,
    member: &Acceptance,
    arrival: &Arrival,
    ticket: i64,
    standing: Standing,
) -> rusqlite::Result<bool> {
    let mut waits = false;
    for file in &arrival.files {
        let known: Option<Known> = ground
            .db
            .prepare_cached(
                "SELECT state, reason, blob, size FROM file WHERE ticket = ?1 AND digest = ?2 ORDER BY id LIMIT 1",
            )?
            .query_row(params![ticket, file.digest.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let fetches = known.is_none() && file.blob.is_none() && standing != Standing::Waiting;
        let (state, reason, blob, size) = match (known, file.blob) {
            (_, Some((blob, size))) => (FileState::Kept as i64, None, Some(blob.0.to_vec()), i64::try_from(size).ok()),
            (Some(known), None) => known,
            (None, None) => (FileState::Waiting as i64, None, None, None),
        };
        waits |= state == FileState::Waiting as i64;
        insert(ground, member, arrival, file, ticket, (state, reason, blob, size))?;
        if fetches {
            let errand = Errand::fetch(member.channel, file.id);
            ground.statements.errand.execute(params![errand.task as i64, errand.subject, ground.now])?;
            ground.planted.push(Planted { errand, due: ground.now, fresh: None });
        }
    }
    Ok(waits)
}

/// Under which ticket the files stand of a version that is of no ticket's text, or not yet: what could not be mapped, what
/// is held, an act whose item did not come. The rows keep their blobs from being swept.
const ASIDE: i64 = 0;

/// Writes the files of a version that is of no ticket's text; nothing of them is fetched.
pub(super) fn set_aside(ground: &mut Ground<'_, '_>, member: &Acceptance, arrival: &Arrival) -> rusqlite::Result<()> {
    for file in &arrival.files {
        let known = match file.blob {
            Some((blob, size)) => (FileState::Kept as i64, None, Some(blob.0.to_vec()), i64::try_from(size).ok()),
            None => (FileState::Waiting as i64, None, None, None),
        };
        insert(ground, member, arrival, file, ASIDE, known)?;
    }
    Ok(())
}

/// Gives a ticket the files of an act, and plants the errands that fetch those named by a link. Answers whether there are
/// any.
pub(super) fn belong(ground: &mut Ground<'_, '_>, ticket: i64, version: i64) -> rusqlite::Result<bool> {
    let found = ground
        .db
        .prepare_cached("UPDATE file SET ticket = ?3 WHERE ticket = ?1 AND version = ?2")?
        .execute([ASIDE, version, ticket])?;
    let errands: Vec<Errand> = ground
        .db
        .prepare_cached(
            "SELECT channel, min(id) FROM file WHERE ticket = ?1 AND version = ?2 AND state = 0 GROUP BY digest",
        )?
        .query_map([ticket, version], |row| Ok(Errand::fetch(row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for errand in errands {
        ground.statements.errand.execute(params![errand.task as i64, errand.subject, ground.now])?;
        ground.planted.push(Planted { errand, due: ground.now, fresh: None });
    }
    Ok(found > 0)
}

/// The files of a version that were set aside, in their order.
pub(super) fn aside(
    db: &Connection,
    keys: &Keys,
    version: i64,
) -> Result<Vec<(FileAbout, Option<Digest>)>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT id, blob, body FROM file WHERE ticket = ?1 AND version = ?2 ORDER BY place")?;
    let mut rows = find.query([ASIDE, version])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let (blob, body): (Option<[u8; 16]>, Vec<u8>) = (row.get(1)?, row.get(2)?);
        let about = keys.open(Place::File, row.get(0)?, &body)?;
        let about = serde_json::from_slice(&about).map_err(|_| broken("body"))?;
        files.push((about, blob.map(Digest)));
    }
    Ok(files)
}

/// Forgets the files of a version that were set aside: it was mapped anew, and its files stand where they belong.
pub(super) fn forget_aside(db: &Connection, version: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM file WHERE ticket = ?1 AND version = ?2")?.execute([ASIDE, version])?;
    Ok(())
}

fn insert(
    ground: &Ground<'_, '_>,
    member: &Acceptance,
    arrival: &Arrival,
    file: &Filed,
    ticket: i64,
    (state, reason, blob, size): Known,
) -> rusqlite::Result<()> {
    ground
        .db
        .prepare_cached(
            "INSERT INTO file (id, ticket, version, place, channel, state, reason, digest, blob, size, since, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            file.id,
            ticket,
            arrival.version,
            file.place,
            member.channel,
            state,
            reason,
            file.digest.0,
            blob,
            size,
            ground.now,
            file.body
        ])?;
    Ok(())
}

/// Writes how the fetching of a file ended, in every version that names it; tells the core of a live ticket.
pub(super) fn fetched(ground: &mut Ground<'_, '_>, errand: Errand, fetched: &Fetched) -> rusqlite::Result<Next> {
    let file = errand.file();
    ground
        .db
        .prepare_cached("DELETE FROM errand WHERE task = ?1 AND subject = ?2")?
        .execute(params![Task::Fetch as i64, errand.subject])?;
    let found: Option<(i64, Vec<u8>, u32, i64)> = ground
        .db
        .prepare_cached("SELECT ticket, digest, place, channel FROM file WHERE id = ?1")?
        .query_row([file], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((ticket, digest, place, channel)) = found else { return Ok(Next::Gone) };
    ground
        .db
        .prepare_cached(
            "UPDATE file SET state = ?3, reason = ?4, blob = ?5, size = ?6, attempts = ?7, since = ?8
             WHERE ticket = ?1 AND digest = ?2",
        )?
        .execute(params![
            ticket,
            digest,
            fetched.state as i64,
            fetched.reason,
            fetched.blob.map(|(blob, _)| blob.0),
            fetched.blob.and_then(|(_, size)| i64::try_from(size).ok()),
            fetched.attempts,
            ground.now
        ])?;
    if let Some((id, body)) = &fetched.dead {
        ground
            .db
            .prepare_cached(
                "INSERT INTO dead (id, kind, channel, since, reason, attempts, ticket, n, file, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                id,
                DeadKind::File.number(),
                channel,
                ground.now,
                fetched.reason.unwrap_or(fetched.state.word()),
                fetched.attempts,
                ticket,
                place + 1,
                file,
                body
            ])?;
    }
    let standing: i64 =
        ground.db.prepare_cached("SELECT standing FROM ticket WHERE id = ?1")?.query_row([ticket], |row| row.get(0))?;
    if Standing::from_number(standing) == Standing::Live {
        if fetched.state == FileState::Kept && super::enclosing::will_carry(ground, ticket, &digest)? {
            return super::enclosing::hasten(ground, ticket).map(|()| Next::Gone);
        }
        let (id, body) = &fetched.note;
        super::homeward::keep_note(ground.db, *id, body)?;
        let says = super::homeward::Says { note: Some(*id), file: Some(file), ..Default::default() };
        super::homeward::tell_core(ground, ticket, EventKind::File, &says, false)?;
    }
    Ok(Next::Gone)
}

/// The errands that fetch what a released ticket names.
pub(super) fn released(db: &Connection, channel: u32, ticket: i64) -> rusqlite::Result<Vec<Errand>> {
    db.prepare_cached("SELECT min(id) FROM file WHERE ticket = ?1 AND state = 0 GROUP BY digest ORDER BY 1")?
        .query_map([ticket], |row| Ok(Errand::fetch(channel, row.get(0)?)))?
        .collect()
}

/// Lets a file be fetched once more, in every version that names it. Answers the errand to plant.
pub(super) fn again(db: &Connection, file: i64, now: i64) -> rusqlite::Result<Option<Errand>> {
    db.execute(
        "UPDATE file SET state = 0, reason = NULL, since = ?2 WHERE state <> 1
         AND (ticket, digest) = (SELECT ticket, digest FROM file WHERE id = ?1)",
        [file, now],
    )?;
    let channel = db.query_row("SELECT channel FROM file WHERE id = ?1", [file], |row| row.get(0)).optional()?;
    Ok(channel.map(|channel| Errand::fetch(channel, file)))
}

const FILE: &str =
    "SELECT file.id, file.ticket, version.n, file.place, file.channel, file.state, file.reason, file.blob,
    file.size, file.since, file.body,
    (SELECT min(n) FROM event WHERE event.ticket = file.ticket AND event.said = file.version)
    FROM file JOIN version ON version.id = file.version
    JOIN ticket ON ticket.id = file.ticket";

fn file_row(db: &Connection, keys: &Keys, row: &Row<'_>) -> Result<FileRow, StoreError> {
    let id: i64 = row.get(0)?;
    let blob: Option<[u8; 16]> = row.get(7)?;
    let body: Vec<u8> = row.get(10)?;
    let about = keys.open(Place::File, id, &body)?;
    Ok(FileRow {
        id,
        ticket: number_of(db, row.get(1)?)?,
        version_n: row.get(2)?,
        place: row.get(3)?,
        channel: row.get(4)?,
        state: FileState::from_number(row.get(5)?),
        reason: row.get(6)?,
        blob: blob.map(Digest).zip(row.get::<_, Option<i64>>(8)?.map(i64::cast_unsigned)),
        since: row.get(9)?,
        event: row.get(11)?,
        about: serde_json::from_slice(&about).map_err(|_| broken("body"))?,
    })
}

/// One file by its id.
pub(super) fn file(db: &Connection, keys: &Keys, id: i64) -> Result<FileRow, StoreError> {
    let mut find = db.prepare_cached(&format!("{FILE} WHERE file.id = ?1"))?;
    let mut rows = find.query([id])?;
    file_row(db, keys, rows.next()?.ok_or(StoreError::NotFound)?)
}

/// One file by its place in a version of a ticket's own text; none is the latest.
pub(super) fn at(
    db: &Connection,
    keys: &Keys,
    ticket: i64,
    version: Option<u32>,
    place: u32,
) -> Result<FileRow, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "{FILE} WHERE file.ticket = ?1 AND file.place = ?2 AND version.n = coalesce(?3, ticket.version_n)
         AND version.namespace = ticket.namespace AND version.external_id = ticket.external_id
         ORDER BY file.id DESC LIMIT 1"
    ))?;
    let mut rows = find.query(params![ticket, place, version])?;
    file_row(db, keys, rows.next()?.ok_or(StoreError::NotFound)?)
}

/// One file by its place among those that an event added.
pub(super) fn of_event(db: &Connection, keys: &Keys, ticket: i64, n: u32, place: u32) -> Result<FileRow, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "{FILE} JOIN event ON event.ticket = file.ticket AND event.said = file.version
         WHERE event.ticket = ?1 AND event.n = ?2 AND file.place = ?3"
    ))?;
    let mut rows = find.query(params![ticket, n, place])?;
    file_row(db, keys, rows.next()?.ok_or(StoreError::NotFound)?)
}

/// Which of these blobs a row names.
pub(super) fn named(db: &Connection, blobs: &[Digest]) -> Result<HashSet<Digest>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT 1 FROM file WHERE blob = ?1 UNION ALL SELECT 1 FROM answer_file WHERE blob = ?1 LIMIT 1",
    )?;
    let mut named = HashSet::new();
    for &blob in blobs {
        if find.exists([blob.0])? {
            named.insert(blob);
        }
    }
    Ok(named)
}
