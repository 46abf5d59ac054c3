//! What alarms are raised by and only the tables know: answers that did not get home, and letters to be looked at once more.
//! No index serves it: it is asked once a minute, and goes by what is undone.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::{CameRow, DoneRow, OwedRow, Reference, Standing, StoreError};
use super::codes::outcome_of;
use super::read::moment;
use super::references::ticket_of;
use super::serial::number_of;

/// An answer without any deadline is owed by then at the latest (ms after it was told).
const WITHOUT_DEADLINE: i64 = 3 * 86_400_000;

/// Write-backs of live tickets that have still to go, with a deadline at `until` or before; behind them what was sent back,
/// or handed back, and not told anew.
pub(super) fn owed(db: &Connection, until: i64) -> Result<Vec<OwedRow>, StoreError> {
    let mut references = db.prepare_cached(
        "SELECT subject FROM errand WHERE task = 3
         UNION SELECT reference FROM dead WHERE ended_at IS NULL AND reference IS NOT NULL",
    )?;
    let mut undone = db.prepare_cached(
        "SELECT kind, state, since FROM homeward WHERE reference = ?1 AND state IN (0, 1) ORDER BY n LIMIT 1",
    )?;
    let mut found = Vec::new();
    let mut rows = references.query([])?;
    while let Some(row) = rows.next()? {
        let reference = Reference::from_number(row.get(0)?);
        let item = undone.query_row([reference.number()], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)));
        if let Some((kind, state, since)) = item.optional()? {
            let ticket = ticket_of(db, reference)?;
            found.extend(one(db, (reference, ticket), (kind, since), state == 1, until)?);
        }
    }
    let mut tickets = db.prepare_cached(
        "SELECT id, channel FROM ticket WHERE id > 0 AND standing = 0 AND concluded_at IS NULL AND deadline <= ?1",
    )?;
    // Handed back to be worded anew, refused, or sent back to be done again: nothing was told since.
    let mut last = db.prepare_cached(
        "SELECT kind, since FROM (SELECT kind, state, since FROM homeward WHERE reference = ?1 ORDER BY n DESC LIMIT 1)
         WHERE state IN (15, 16, 17)",
    )?;
    let mut rows = tickets.query([until])?;
    while let Some(row) = rows.next()? {
        let (ticket, channel) = (row.get(0)?, row.get(1)?);
        let reference = Reference::own(channel, ticket);
        let item = last.query_row([reference.number()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        if let Some(item) = item {
            found.extend(one(db, (reference, ticket), item, true, until)?);
        }
    }
    Ok(found)
}

/// One of them, if its ticket is live and its deadline near.
fn one(
    db: &Connection,
    (reference, ticket): (Reference, i64),
    (kind, since): (i64, i64),
    person: bool,
    until: i64,
) -> Result<Option<OwedRow>, StoreError> {
    let about = db
        .prepare_cached("SELECT standing, deadline FROM ticket WHERE id = ?1")?
        .query_row([ticket], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))
        .optional()?;
    let Some((standing, deadline)) = about else { return Ok(None) };
    let road: Option<i64> = db
        .prepare_cached("SELECT deadline FROM reference WHERE id = ?1")?
        .query_row([reference.number()], |row| row.get(0))
        .optional()?
        .flatten();
    let deadline = road.or(deadline).unwrap_or(since + WITHOUT_DEADLINE);
    if Standing::from_number(standing) != Standing::Live || deadline > until {
        return Ok(None);
    }
    let channel: Option<String> = db
        .prepare_cached("SELECT code FROM channel WHERE id = ?1")?
        .query_row([reference.channel()], |row| row.get(0))
        .optional()?;
    let key = number_of(db, ticket)?;
    Ok(channel.zip(outcome_of(kind)).map(|(channel, kind)| OwedRow {
        channel,
        ticket: key,
        kind,
        since: moment(since),
        deadline: moment(deadline),
        person,
    }))
}

/// Versions behind `after` that came at `since` or later.
pub(super) fn came(db: &Connection, after: i64, since: i64, limit: usize) -> Result<Vec<CameRow>, StoreError> {
    // Found by halving: all that came in years is not walked through at each start.
    let low = super::pulse::first_at(db, after, moment(since))?;
    let mut find = db.prepare_cached(
        "SELECT version.id, channel.code, version.ticket, version.standing FROM version
         JOIN channel ON channel.id = version.channel
         WHERE version.id > ?1 AND version.received_at >= ?2 ORDER BY version.id LIMIT ?3",
    )?;
    let mut rows = find.query(params![low, since, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let ticket: Option<i64> = row.get(2)?;
        found.push(CameRow {
            version: row.get(0)?,
            channel: row.get(1)?,
            ticket: ticket.map(|ticket| number_of(db, ticket)).transpose()?,
            historic: Standing::from_number(row.get(3)?) == Standing::Historic,
        });
    }
    Ok(found)
}

/// A ticket that came earlier than so long before (ms) is not looked at: what was done about it is no news of a day.
const LOOK_BACK: i64 = 120 * 86_400_000;

/// What each channel did from `from` until before `to`.
pub(super) fn accomplished(db: &Connection, from: i64, to: i64) -> Result<Vec<DoneRow>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT channel.code, sum(received_at >= ?1), sum(coalesce(core_accepted_at BETWEEN ?1 AND ?2 - 1, 0)),
         sum(coalesce(concluded_at BETWEEN ?1 AND ?2 - 1, 0))
         FROM ticket JOIN channel ON channel.id = ticket.channel
         WHERE ticket.id > 0 AND standing = 0 AND received_at BETWEEN ?3 AND ?2 - 1 GROUP BY channel.id ORDER BY channel.code",
    )?;
    let rows = find.query_map(params![from, to, from - LOOK_BACK], |row| {
        let count = |at: usize| row.get::<_, i64>(at).map(|count| count as u64);
        Ok(DoneRow { channel: row.get(0)?, came: count(1)?, forwarded: count(2)?, concluded: count(3)? })
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows.into_iter().filter(|row| row.came + row.forwarded + row.concluded > 0).collect())
}
