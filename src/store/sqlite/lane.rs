//! A lane as it is walked: all that is to be carried to one source, bodies opened.

use huiliu_contract::ExternalId;
use rusqlite::{Connection, OptionalExtension, Row};

use super::super::{Carried, Keys, Lane, LaneItem, Place, Reference, StoreError};
use super::codes::outcome_of;
use super::parts;
use super::proof::{tries, wording};
use super::read::draft_and_document;
use super::serial::{day_of, key};

/// All that is to be carried to one source.
pub(super) fn lane(db: &Connection, keys: &Keys, reference: Reference) -> Result<Lane, StoreError> {
    let read = |row: &Row<'_>| {
        let ticket = key(row.get(0)?, day_of(row.get(1)?), row.get(2)?)?;
        let reopened_at: Option<i64> = row.get(6)?;
        Ok((ticket, row.get::<_, String>(3)?, row.get::<_, i64>(4)?, row.get::<_, Vec<u8>>(5)?, reopened_at))
    };
    let (ticket, external_id, version, body, reopened_at) = match reference.opened() {
        Some(ticket) => db
            .prepare_cached(
                "SELECT ticket.id, day, serial, coalesce(ticket.answers, ticket.external_id), version.id, version.body,
                 reopened_at FROM ticket
                 JOIN version ON version.id = ticket.version WHERE ticket.id = ?1",
            )?
            .query_row([ticket], read),
        // Who joined is answered by what they wrote themselves.
        None => db
            .prepare_cached(
                "SELECT ticket.id, day, serial, reference.external_id, version.id, version.body, reopened_at
                 FROM reference JOIN ticket ON ticket.id = reference.ticket
                 JOIN source ON source.namespace = reference.namespace AND source.external_id = reference.external_id
                 JOIN version ON version.id = source.latest WHERE reference.id = ?1",
            )?
            .query_row([reference.number()], read),
    }
    .optional()?
    .ok_or(StoreError::NotFound)?;
    let opened = keys.open(Place::Version, version, &body)?;
    let (draft, document) = draft_and_document(&opened).ok_or(StoreError::NotFound)?;
    Ok(Lane {
        reference,
        ticket,
        external_id: ExternalId::new(external_id).map_err(|_| StoreError::NotFound)?,
        draft,
        document,
        reopened_at,
        items: items(db, keys, reference)?,
    })
}

fn items(db: &Connection, keys: &Keys, reference: Reference) -> Result<Vec<LaneItem>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT homeward.n, homeward.kind, state, since, approved, attempts, outcome, outcome.body, core_id,
         outcome.ticket, files, repeats FROM homeward
         LEFT JOIN outcome ON outcome.id = homeward.outcome WHERE reference = ?1 ORDER BY homeward.n",
    )?;
    let mut rows = statement.query([reference.number()])?;
    let mut items: Vec<LaneItem> = Vec::new();
    while let Some(row) = rows.next()? {
        let n: u32 = row.get(0)?;
        let approved: bool = row.get(4)?;
        let repeats: Option<u32> = row.get(11)?;
        // Whoever words it anew agrees to it. What is told again is told as it was told.
        let own = if approved { wording(db, keys, reference, n)? } else { None };
        let wording =
            own.or_else(|| items.iter().find(|item| Some(item.n) == repeats).and_then(|item| item.wording.clone()));
        let (outcome, body): (Option<i64>, Option<Vec<u8>>) = (row.get(6)?, row.get(7)?);
        let outcome = outcome.zip(body).map(|(id, body)| keys.open(Place::Outcome, id, &body)).transpose()?;
        let outcome = parts::as_carried(db, keys, row.get(9)?, outcome)?;
        items.push(LaneItem {
            n,
            kind: outcome_of(row.get(1)?).ok_or(StoreError::NotFound)?,
            state: Carried::from_number(row.get(2)?),
            since: row.get(3)?,
            approved,
            attempts: row.get(5)?,
            core_id: row.get(8)?,
            files: super::answers::of(db, keys, row.get(6)?, row.get(10)?)?,
            outcome: outcome.map(Into::into),
            wording,
            repeats,
            tries: tries(db, keys, reference, n)?,
        });
    }
    Ok(items)
}
