//! Which numbers of a source are known, and when something last came, for those who only look.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{StoreError, TicketKey};
use super::number_of;
use super::read::moment;
use super::serial::day_number;

/// The known ones among these numbers, each with its ticket if it has one.
pub(super) fn known(
    db: &Connection,
    namespace: u32,
    ids: Vec<String>,
) -> Result<HashMap<String, Option<TicketKey>>, StoreError> {
    let mut find = db.prepare_cached("SELECT ticket FROM source WHERE namespace = ?1 AND external_id = ?2")?;
    let mut known = HashMap::new();
    for id in ids {
        let found: Option<Option<i64>> = find.query_row(params![namespace, id], |row| row.get(0)).optional()?;
        if let Some(ticket) = found {
            known.insert(id, ticket.map(|ticket| number_of(db, ticket)).transpose()?);
        }
    }
    Ok(known)
}

/// When the last ticket of a channel came, of those that were received on a day or later.
pub(super) fn last_item(db: &Connection, channel: u32, from: Date) -> Result<Option<Timestamp>, StoreError> {
    let found: Option<i64> = db
        .prepare_cached(
            "SELECT max(received_at) FROM ticket WHERE channel = ?1
             AND id >= coalesce((SELECT min(first) FROM day WHERE day >= ?2), 9223372036854775807)",
        )?
        .query_row(params![channel, day_number(from)], |row| row.get(0))?;
    Ok(found.map(moment))
}
