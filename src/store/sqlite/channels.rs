//! All channels that the store ever knew, with their counts.

use rusqlite::Connection;

use super::super::{ChannelRow, StoreError};
use super::first_run_of;
use super::read::moment;

pub(super) fn channels(db: &Connection) -> Result<Vec<ChannelRow>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT channel.id, code, namespace.name, known_since, first_run, live_from, last_poll,
         (SELECT count(*) FROM dead WHERE dead.channel = channel.id AND ended_at IS NULL),
         (SELECT count(*) FROM dead WHERE dead.channel = channel.id AND ended_at IS NULL AND kind = 8)
         FROM channel JOIN namespace ON namespace.id = channel.namespace ORDER BY code",
    )?;
    let mut channels = statement
        .query_map([], |row| {
            let time = |at: usize| row.get::<_, Option<i64>>(at).map(|millis| millis.map(moment));
            Ok(ChannelRow {
                id: row.get(0)?,
                code: row.get(1)?,
                namespace: row.get(2)?,
                known_since: moment(row.get(3)?),
                first_run: first_run_of(row.get(4)?),
                live_from: time(5)?,
                last_poll: time(6)?,
                tickets: [0; 4],
                dead: row.get::<_, i64>(7)? as u64,
                approvals: row.get::<_, i64>(8)? as u64,
                last_item: None,
                tags: Vec::new(),
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut counts = db.prepare_cached(
        // References are counted, so parts are not.
        "SELECT channel, standing, count(*), max(received_at) FROM ticket WHERE id > 0 GROUP BY 1, 2",
    )?;
    let mut rows = counts.query([])?;
    while let Some(row) = rows.next()? {
        let (id, standing, count, last): (u32, u32, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if let Some(channel) = channels.iter_mut().find(|channel| channel.id == id) {
            if let Some(slot) = channel.tickets.get_mut(standing as usize) {
                *slot = count as u64;
            }
            channel.last_item = channel.last_item.max(Some(moment(last)));
        }
    }
    super::routed::count(db, &mut channels)?;
    Ok(channels)
}
