//! Reading events with all that their JSON is composed of.

use std::collections::HashMap;

use bytes::Bytes;
use huiliu_contract::ExternalId;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{Fresh, Keys, Place, StoreError};
use super::kind_of;
use super::read::{draft_of, moment};
use super::serial::{day_of, key};
use crate::ticket::{Detail, Draft, SameLetter, SourceRef};

pub(super) fn broken(what: &'static str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(0, what.into(), Type::Blob)
}

const EVENT: &str = "SELECT ticket.day, ticket.serial, event.n, event.kind, event.at, event.version, event.state,
    channel.code, namespace.name, ticket.external_id, ticket.received_at, version.n, version.body, ticket.id, event.note,
    event.said, event.refers, event.same_letter, event.deadline
    FROM ticket JOIN event ON event.ticket = ticket.id JOIN version ON version.id = event.version
    JOIN channel ON channel.id = ticket.channel JOIN namespace ON namespace.id = ticket.namespace";

/// The next undone event of each ticket.
pub(super) fn next_events(db: &Connection, keys: &Keys, tickets: &[i64]) -> Result<HashMap<i64, Fresh>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "{EVENT} WHERE ticket.id = ?1 AND event.n = ticket.sent + 1 AND ticket.stuck IS NULL"
    ))?;
    let mut found = HashMap::with_capacity(tickets.len());
    for &ticket in tickets {
        if let Some(row) = find.query_row([ticket], event_row).optional()? {
            found.insert(ticket, fresh(db, keys, row)?);
        }
    }
    Ok(found)
}

pub(super) fn event(db: &Connection, keys: &Keys, ticket: i64, n: u32) -> Result<Fresh, StoreError> {
    let row = db
        .prepare_cached(&format!("{EVENT} WHERE ticket.id = ?1 AND event.n = ?2"))?
        .query_row(params![ticket, n], event_row)
        .optional()?
        .ok_or(StoreError::NotFound)?;
    fresh(db, keys, row)
}

/// An event whose draft is still sealed.
struct EventRecord {
    fresh: Fresh,
    version: i64,
    body: Vec<u8>,
    edited: bool,
    note: Option<i64>,
    said: Option<i64>,
    refers: Option<i64>,
    same_letter: Option<String>,
    deadline: Option<i64>,
}

fn event_row(row: &Row<'_>) -> rusqlite::Result<EventRecord> {
    let fresh = Fresh {
        kind: kind_of(row.get(3)?),
        ticket: key(row.get(13)?, day_of(row.get(0)?), row.get(1)?)?,
        n: row.get(2)?,
        at: row.get(4)?,
        channel: row.get::<_, String>(7)?.into(),
        namespace: row.get::<_, String>(8)?.into(),
        external_id: ExternalId::new(row.get::<_, String>(9)?).map_err(|_| broken("external_id"))?,
        received_at: row.get(10)?,
        version_n: row.get(11)?,
        draft: Bytes::new(),
        detail: None,
        joined: Vec::new(),
        edited: None,
    };
    Ok(EventRecord {
        fresh,
        version: row.get(5)?,
        body: row.get(12)?,
        edited: row.get::<_, i64>(6)? == 2,
        note: row.get(14)?,
        said: row.get(15)?,
        refers: row.get(16)?,
        same_letter: row.get(17)?,
        deadline: row.get(18)?,
    })
}

fn fresh(db: &Connection, keys: &Keys, record: EventRecord) -> Result<Fresh, StoreError> {
    let mut fresh = record.fresh.clone();
    fresh.draft = draft_of(&keys.open(Place::Version, record.version, &record.body)?).ok_or(StoreError::NotFound)?;
    fresh.detail = detail(db, keys, &record)?;
    fresh.joined = joined(db, fresh.ticket.id, fresh.n)?;
    if record.edited {
        fresh.edited = edit(db, keys, fresh.ticket.id, fresh.n)?;
    }
    Ok(fresh)
}

/// What an event says besides the ticket: its note, what was added, which other ticket it speaks of, a new deadline.
fn detail(db: &Connection, keys: &Keys, record: &EventRecord) -> Result<Option<Bytes>, StoreError> {
    let note = match record.note {
        Some(note) => {
            let body: Vec<u8> =
                db.prepare_cached("SELECT body FROM note WHERE id = ?1")?.query_row([note], |row| row.get(0))?;
            Some(Bytes::from(keys.open(Place::Note, note, &body)?))
        }
        None => None,
    };
    if record.said.is_none() && record.refers.is_none() && record.deadline.is_none() {
        return Ok(note);
    }
    let mut detail: Detail = note.and_then(|note| serde_json::from_slice(&note).ok()).unwrap_or_default();
    if let Some(version) = record.said {
        let (channel, external_id, body): (String, String, Vec<u8>) = db
            .prepare_cached(
                "SELECT channel.code, version.external_id, version.body FROM version
                 JOIN channel ON channel.id = version.channel WHERE version.id = ?1",
            )?
            .query_row([version], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let draft = draft_of(&keys.open(Place::Version, version, &body)?);
        let mut said: Option<Box<Draft>> = draft.and_then(|draft| serde_json::from_slice(&draft).ok());
        let (ticket, n) = (record.fresh.ticket.number, record.fresh.n);
        said.iter_mut().flat_map(|said| &mut said.files).for_each(|file| file.spell_said(ticket, n));
        detail.said = said;
        // An act has said already what it is about.
        if record.note.is_none() {
            (detail.channel, detail.external_id) = (Some(channel), Some(external_id));
        }
    }
    detail.same_letter = record.same_letter.as_deref().and_then(SameLetter::from_stored);
    if let Some(other) = record.refers {
        detail.ticket = Some(super::serial::number_of(db, other)?.number);
    }
    detail.deadline = record.deadline.map(moment);
    Ok(serde_json::to_vec(&detail).ok().map(Bytes::from))
}

/// The sources besides the one that opened it, as of an event.
fn joined(db: &Connection, ticket: i64, n: u32) -> Result<Vec<SourceRef>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT channel.code, namespace.name, reference.external_id, since FROM reference
         JOIN channel ON channel.id = reference.channel JOIN namespace ON namespace.id = reference.namespace
         JOIN ticket ON ticket.id = reference.ticket
         WHERE reference.ticket = ?1 AND first_event <= ?2 AND (last_event IS NULL OR last_event >= ?2)
         AND NOT (reference.namespace = ticket.namespace AND reference.external_id = ticket.external_id)
         ORDER BY since, reference.id",
    )?;
    let rows = find.query_map(params![ticket, n], |row| {
        Ok(SourceRef {
            channel: row.get(0)?,
            namespace: row.get(1)?,
            external_id: row.get(2)?,
            received_at: moment(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn edit(db: &Connection, keys: &Keys, ticket: i64, n: u32) -> Result<Option<Bytes>, StoreError> {
    let row: Option<(i64, Vec<u8>)> = db
        .prepare_cached("SELECT id, body FROM edit WHERE ticket = ?1 AND n = ?2 ORDER BY id DESC LIMIT 1")?
        .query_row(params![ticket, n], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(id, body)| Ok(keys.open(Place::Edit, id, &body)?.into())).transpose()
}
