//! Under which tag a source counts, where one channel brings the letters of several. Channels without tags have no rows here
//! and pay nothing.

use rusqlite::{Connection, ToSql, params};

use super::super::{Acceptance, Arrival, ChannelRow, StoreError, TagRow, Tagged};
use super::accept::Ground;
use super::read::moment;

/// The tag of each source, as its latest version has it.
pub(super) const ROUTED: &str = "
CREATE TABLE routed (
    namespace INTEGER NOT NULL, external_id TEXT NOT NULL, tag TEXT NOT NULL,
    PRIMARY KEY (namespace, external_id)
) STRICT, WITHOUT ROWID;
";

impl Ground<'_, '_> {
    /// Notes under which tag an item counts from now on.
    pub(super) fn tag(&self, member: &Acceptance, arrival: &Arrival) -> rusqlite::Result<()> {
        let Some(tag) = arrival.mapped.as_ref().and_then(|mapped| mapped.tag.as_ref()) else { return Ok(()) };
        self.db
            .prepare_cached("INSERT OR REPLACE INTO routed (namespace, external_id, tag) VALUES (?1, ?2, ?3)")?
            .execute(params![member.namespace, arrival.external_id.as_str(), tag])?;
        Ok(())
    }
}

/// What was asked about a number and becomes a ticket of its own counts under the same tag, unless it bears one itself.
pub(super) fn inherit(db: &Connection, to: (u32, &str), from: (u32, &str)) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO routed (namespace, external_id, tag)
         SELECT ?1, ?2, tag FROM routed WHERE namespace = ?3 AND external_id = ?4",
    )?
    .execute(params![to.0, to.1, from.0, from.1])?;
    Ok(())
}

/// The condition that a ticket is of a channel, or of what channels bring under tags; its values come behind `values`.
pub(super) fn among(channel: Option<u32>, tagged: &[Tagged], values: &mut Vec<Box<dyn ToSql>>) -> String {
    let mut ways = Vec::new();
    if let Some(channel) = channel {
        values.push(Box::new(channel));
        ways.push(format!("ticket.channel = ?{}", values.len()));
    }
    for one in tagged {
        values.push(Box::new(one.channel));
        values.push(Box::new(one.tag.clone()));
        let (channel, tag) = (values.len() - 1, values.len());
        ways.push(format!(
            "ticket.channel = ?{channel} AND EXISTS (SELECT 1 FROM routed WHERE routed.namespace = ticket.namespace
             AND routed.external_id = ticket.external_id AND routed.tag = ?{tag})"
        ));
    }
    format!("({})", ways.join(" OR "))
}

/// Counts what each channel brought under each tag.
pub(super) fn count(db: &Connection, channels: &mut [ChannelRow]) -> Result<(), StoreError> {
    let mut counts = db.prepare_cached(
        // By the number that opened the ticket, as the channel's own count is.
        "SELECT ticket.channel, routed.tag, ticket.standing, count(*), max(ticket.received_at) FROM routed
         JOIN source USING (namespace, external_id) JOIN ticket ON ticket.id = source.ticket
         WHERE ticket.namespace = routed.namespace AND ticket.external_id = routed.external_id
         GROUP BY 1, 2, 3 ORDER BY 1, 2",
    )?;
    let mut rows = counts.query([])?;
    while let Some(row) = rows.next()? {
        let (id, tag, standing): (u32, String, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (count, last): (i64, i64) = (row.get(3)?, row.get(4)?);
        let Some(channel) = channels.iter_mut().find(|channel| channel.id == id) else { continue };
        if channel.tags.last().is_none_or(|last| last.tag != tag) {
            channel.tags.push(TagRow { tag, tickets: [0; 4], last_item: None });
        }
        let Some(found) = channel.tags.last_mut() else { continue };
        if let Some(slot) = found.tickets.get_mut(standing as usize) {
            *slot = count.unsigned_abs();
        }
        found.last_item = found.last_item.max(Some(moment(last)));
    }
    Ok(())
}
