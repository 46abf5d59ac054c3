//! Reading dead letters: what needs a person, with what it is about.

use rusqlite::{Connection, Row, params};

use super::super::{DeadKind, DeadQuery, DeadRow, Keys, Place, Reference, StoreError};
use super::codes::outcome_of;
use super::read::moment;
use super::serial::number_of;

fn dead_row(db: &Connection, keys: &Keys, row: &Row<'_>, open: bool) -> Result<DeadRow, StoreError> {
    let (id, version): (i64, Option<i64>) = (row.get(0)?, row.get(8)?);
    let body: Option<Vec<u8>> = row.get(12)?;
    let folio: Option<Vec<u8>> = row.get(13)?;
    let body = match (open, body, version.zip(folio)) {
        (true, Some(body), _) => Some(keys.open(Place::Dead, id, &body)?.into()),
        (true, None, Some((version, folio))) => Some(keys.open(Place::Version, version, &folio)?.into()),
        _ => None,
    };
    let ticket: Option<i64> = row.get(6)?;
    let ended: Option<i64> = row.get(9)?;
    Ok(DeadRow {
        id,
        kind: DeadKind::from_number(row.get(1)?),
        channel: row.get(2)?,
        channel_code: row.get(11)?,
        tag: row.get(19)?,
        since: moment(row.get(3)?),
        reason: row.get(4)?,
        attempts: row.get(5)?,
        ticket: ticket.map(|id| number_of(db, id)).transpose()?,
        reference: row.get::<_, Option<i64>>(16)?.map(Reference::from_number),
        n: row.get(7)?,
        outcome: row.get::<_, Option<i64>>(17)?.and_then(outcome_of),
        deadline: row.get::<_, Option<i64>>(18)?.map(moment),
        version,
        external_id: row.get(14)?,
        source_version: row.get(15)?,
        ended: ended.map(|at| Ok::<_, rusqlite::Error>((moment(at), row.get(10)?))).transpose()?,
        body,
    })
}

/// Dead letters that fit, oldest first.
pub(super) fn dead(db: &Connection, keys: &Keys, query: &DeadQuery) -> Result<Vec<DeadRow>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT dead.id, kind, dead.channel, since, reason, attempts, coalesce(dead.ticket, version.ticket), dead.n,
         dead.version, ended_at, ended_how, coalesce(channel.code, 'core'), dead.body, iif(?4, version.body, NULL),
         coalesce(version.external_id, ticket.external_id), version.source_version, dead.reference,
         (SELECT homeward.kind FROM homeward WHERE homeward.reference = dead.reference AND homeward.n = dead.n),
         ticket.deadline, routed.tag
         FROM dead LEFT JOIN channel ON channel.id = dead.channel LEFT JOIN version ON version.id = dead.version
         LEFT JOIN ticket ON ticket.id = dead.ticket
         LEFT JOIN routed ON routed.namespace = coalesce(version.namespace, ticket.namespace)
         AND routed.external_id = coalesce(version.external_id, ticket.external_id)
         WHERE (?1 IS NULL OR dead.id = ?1) AND (?2 IS NULL OR dead.channel = ?2) AND (?3 OR ended_at IS NULL)
         AND (?6 IS NULL OR coalesce(dead.ticket, version.ticket) = ?6)
         AND (?7 = 0 AND (kind <> ?8 OR ?1 IS NOT NULL) OR ?7 >> kind & 1)
         ORDER BY dead.id LIMIT ?5",
    )?;
    let mut rows = statement.query(params![
        query.id,
        query.channel,
        query.ended || query.id.is_some(),
        query.open,
        i64::try_from(query.limit.max(1)).unwrap_or(i64::MAX),
        query.ticket,
        query.kinds.iter().fold(0_i64, |bits, kind| bits | 1 << kind.number()),
        // Nobody need deal with it: it is only listed where it is asked for.
        DeadKind::Unticketed.number()
    ])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(dead_row(db, keys, row, query.open)?);
    }
    Ok(found)
}
