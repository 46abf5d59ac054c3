//! Which live tickets are due and not yet concluded. No index serves it: it is asked by people, and once a minute for
//! the metrics, and an index would be paid by every ticket.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::super::reading::concludes;
use super::super::{Due, DueCount, Keys, Place, StoreError, TicketRow};
use super::read::{TICKET, moment, ticket_row, with_draft};

/// Due tickets, by deadline.
pub(super) fn due(db: &Connection, keys: &Keys, due: &Due) -> Result<Vec<TicketRow>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "{TICKET} WHERE ticket.standing = 0 AND ticket.deadline <= ?1 AND (?2 IS NULL OR ticket.channel = ?2)
         ORDER BY ticket.deadline, ticket.id"
    ))?;
    let mut rows = find.query(params![due.until.as_millisecond(), due.channel])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if found.len() >= due.limit {
            break;
        }
        let (ticket, version) = ticket_row(row)?;
        if !concluded(db, keys, ticket.key.id)? {
            found.push(if due.open { with_draft(db, keys, (ticket, version))? } else { ticket });
        }
    }
    Ok(found)
}

/// How many are due.
pub(super) fn count(
    db: &Connection,
    keys: &Keys,
    since: Timestamp,
    now: Timestamp,
    until: Timestamp,
) -> Result<DueCount, StoreError> {
    let mut find =
        db.prepare_cached("SELECT id, deadline FROM ticket WHERE standing = 0 AND deadline BETWEEN ?1 AND ?2")?;
    let mut rows = find.query(params![since.as_millisecond(), until.as_millisecond()])?;
    let mut count = DueCount::default();
    while let Some(row) = rows.next()? {
        if !concluded(db, keys, row.get(0)?)? {
            let past = moment(row.get(1)?) < now;
            *(if past { &mut count.past } else { &mut count.near }) += 1;
        }
    }
    Ok(count)
}

/// Whether an outcome has concluded a ticket. What an outcome is stands in its sealed body only, so those of a ticket
/// are opened until one concludes it; once the kind is a clear column, this is a condition of the queries above.
fn concluded(db: &Connection, keys: &Keys, ticket: i64) -> Result<bool, StoreError> {
    let mut find = db.prepare_cached("SELECT id, body FROM outcome WHERE ticket = ?1 ORDER BY id DESC")?;
    let mut rows = find.query([ticket])?;
    while let Some(row) = rows.next()? {
        let body: Vec<u8> = row.get(1)?;
        if concludes(&keys.open(Place::Outcome, row.get(0)?, &body)?) {
            return Ok(true);
        }
    }
    Ok(false)
}
