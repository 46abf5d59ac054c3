//! Which live tickets are due and not yet concluded. No index serves it: it is asked by people, and once a minute for
//! the metrics, and an index would be paid by every ticket.

use jiff::Timestamp;
use rusqlite::{Connection, ToSql, params};

use super::super::{Due, DueCount, Keys, StoreError, TicketRow};
use super::read::{TICKET, moment, ticket_row, with_draft};

/// Due tickets, by deadline.
pub(super) fn due(db: &Connection, keys: &Keys, due: &Due) -> Result<Vec<TicketRow>, StoreError> {
    let limit = i64::try_from(due.limit).unwrap_or(i64::MAX);
    let mut values: Vec<Box<dyn ToSql>> =
        vec![Box::new(due.until.as_millisecond()), Box::new(limit), Box::new(due.undated)];
    let among = match due.channel.is_some() || !due.tagged.is_empty() {
        true => format!("AND {}", super::routed::among(due.channel, &due.tagged, &mut values)),
        false => String::new(),
    };
    let mut find = db.prepare_cached(&format!(
        "{TICKET} WHERE ticket.id > 0 AND ticket.standing = 0 AND ticket.concluded_at IS NULL
         AND (ticket.deadline <= ?1 OR ?3 AND ticket.deadline IS NULL AND ticket.reopened_at IS NOT NULL)
         {among} ORDER BY ticket.deadline NULLS LAST, ticket.id LIMIT ?2"
    ))?;
    let mut rows = find.query(rusqlite::params_from_iter(values.iter().map(AsRef::as_ref)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (ticket, version) = ticket_row(row)?;
        found.push(if due.open { with_draft(db, keys, (ticket, version))? } else { ticket });
    }
    Ok(found)
}

/// How many are due.
pub(super) fn count(
    db: &Connection,
    since: Timestamp,
    now: Timestamp,
    until: Timestamp,
) -> Result<DueCount, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT deadline FROM ticket WHERE id > 0 AND standing = 0 AND concluded_at IS NULL AND deadline BETWEEN ?1 AND ?2",
    )?;
    let mut rows = find.query(params![since.as_millisecond(), until.as_millisecond()])?;
    let mut count = DueCount::default();
    while let Some(row) = rows.next()? {
        let past = moment(row.get(0)?) < now;
        *(if past { &mut count.past } else { &mut count.near }) += 1;
    }
    Ok(count)
}
