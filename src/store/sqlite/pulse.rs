//! When something came, and by which channel. No index serves it: ids of versions rise with the time of their coming,
//! so the beginning is found by halves, and every version is read once while the process lives.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Arrived, StoreError};
use super::read::moment;

/// Versions behind `after` that came at `since` or later, oldest first, `limit` at most.
pub(super) fn arrivals(
    db: &Connection,
    after: i64,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<Arrived>, StoreError> {
    let low = first_at(db, after, since)?;
    let mut find = db.prepare_cached(
        "SELECT id, channel, received_at FROM version WHERE id > ?1 AND received_at >= ?2 ORDER BY id LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = find.query(params![low, since.as_millisecond(), limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Arrived { version: row.get(0)?, channel: row.get(1)?, at: moment(row.get(2)?) });
    }
    Ok(found)
}

/// Behind which version lie all that came at `since` or later, of those behind `after`.
pub(super) fn first_at(db: &Connection, after: i64, since: Timestamp) -> Result<i64, StoreError> {
    let since = since.as_millisecond();
    let mut next = db.prepare_cached("SELECT id, received_at FROM version WHERE id > ?1 ORDER BY id LIMIT 1")?;
    let last: Option<i64> = db.query_row("SELECT max(id) FROM version", [], |row| row.get(0))?;
    let (mut low, mut high) = (after, last.unwrap_or(after).max(after));
    // All up to `low` came before; what comes first behind `high` did not.
    while low < high {
        let middle = low + (high - low) / 2;
        let found: Option<(i64, i64)> = next.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match found {
            Some((id, at)) if at < since => low = id.max(middle + 1),
            _ => high = middle,
        }
    }
    Ok(low)
}
