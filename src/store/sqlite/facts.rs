//! Facts: what is counted, read in pages along the internal numbers. A page looks at so many rows and no more, whether they
//! fit or not: the clear columns decide first, and only what may fit is opened.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row, params};

use super::super::{
    FactMatter, FactOutcome, FactPage, FactPlace, FactQuery, FactRow, Facts, Keys, Place, Reference, Standing,
    StoreError,
};
use super::Sqlite;
use super::codes::{DEAD_UNMAPPED, kind_number};
use super::read::{draft_of, moment};
use super::serial::{day_of, key};
use crate::settings::CountedBy;
use crate::ticket::EventKind;

/// By how much a far side's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The columns that both sorts of references have, in one order.
const TICKET: &str =
    "ticket.id, ticket.day, ticket.serial, ticket.core_accepted_at, ticket.concluded_at, ticket.redone,
    ticket.reopened_at, EXISTS (SELECT 1 FROM handled WHERE handled.ticket = ticket.id)";

/// Tickets that are no part, by what they were opened. One made of an act or of a revision is none of a source.
const OWN: &str = "
    (ticket.channel << 40) | ticket.id, ticket.channel, channel.code, ticket.external_id,
    coalesce((SELECT min(since) FROM reference WHERE reference.ticket = first.refers
        AND reference.namespace = ticket.namespace AND reference.external_id = ticket.external_id
        AND ended_how = 'unjoined'), ticket.received_at),
    own.ended_at, own.ended_how, coalesce(own.deadline, ticket.deadline), ticket.standing, ticket.version,
    first.refers IS NOT NULL AND (first.note IS NOT NULL OR EXISTS (SELECT 1 FROM ticket AS old
        WHERE old.id = first.refers AND old.namespace = ticket.namespace AND old.external_id = ticket.external_id)),
    ticket.submitted_at,
    (SELECT tag FROM routed WHERE routed.namespace = ticket.namespace AND routed.external_id = ticket.external_id)
    FROM ticket JOIN channel ON channel.id = ticket.channel
    LEFT JOIN event AS first ON first.ticket = ticket.id AND first.n = 1
    LEFT JOIN reference AS own ON own.id = ((ticket.channel << 40) | ticket.id)
    WHERE ticket.id > ?1 ORDER BY ticket.id LIMIT ?2";

/// References that joined a ticket and are still there.
const JOINED: &str = "
    reference.id, reference.channel, channel.code, reference.external_id, reference.since,
    ended_at, ended_how, reference.deadline, ticket.standing, source.latest,
    reference.id = ((ticket.channel << 40) | ticket.id) OR ended_how IS 'unjoined', NULL,
    (SELECT tag FROM routed WHERE routed.namespace = reference.namespace AND routed.external_id = reference.external_id)
    FROM reference JOIN ticket ON ticket.id = reference.ticket JOIN channel ON channel.id = reference.channel
    LEFT JOIN source ON source.namespace = reference.namespace AND source.external_id = reference.external_id
    WHERE reference.id > ?1 ORDER BY reference.id LIMIT ?2";

/// Numbers that led to no ticket, by the dead letter of their latest version.
const UNMAPPED: &str = "SELECT dead.id, dead.channel, channel.code, version.external_id, version.standing,
    dead.version IS NOT source.latest OR source.ticket IS NOT NULL,
    (WITH RECURSIVE chain (prev, at) AS (SELECT version.prev, version.received_at
        UNION ALL SELECT older.prev, older.received_at FROM chain JOIN version AS older ON older.id = chain.prev)
     SELECT min(at) FROM chain), dead.ended_at, dead.ended_how
    FROM dead JOIN channel ON channel.id = dead.channel JOIN version ON version.id = dead.version
    LEFT JOIN source ON source.namespace = version.namespace AND source.external_id = version.external_id
    WHERE dead.id > ?1 AND dead.kind = ?3 ORDER BY dead.id LIMIT ?2";

#[async_trait]
impl Facts for Sqlite {
    async fn facts(&self, query: FactQuery) -> Result<FactPage, StoreError> {
        self.look(move |db, keys| page(db, keys, &query)).await
    }
}

fn page(db: &Connection, keys: &Keys, query: &FactQuery) -> Result<FactPage, StoreError> {
    let FactPlace { stage, id } = query.after;
    let (rows, last) = match stage {
        0 => references(db, keys, query, true, id.max(first_ticket(db, query)?))?,
        1 => references(db, keys, query, false, id)?,
        _ => unmapped(db, query, id)?,
    };
    let next = match (last, stage) {
        (Some(id), _) => Some(FactPlace { stage, id }),
        (None, 0 | 1) => Some(FactPlace { stage: stage + 1, id: 0 }),
        (None, _) => None,
    };
    Ok(FactPage { rows, next })
}

/// The ticket behind which the first one lies that may fit: what was received before the span was neither submitted nor
/// handed over in it. The core may have taken older ones in it.
fn first_ticket(db: &Connection, query: &FactQuery) -> rusqlite::Result<i64> {
    if query.by == CountedBy::CoreAccepted {
        return Ok(0);
    }
    let earliest = query.span.0.checked_sub(AHEAD).unwrap_or(query.span.0).as_millisecond();
    // Days begin in the site's zone; the day before is early enough in all.
    let day = super::serial::day_number(moment(earliest - 86_400_000).to_zoned(jiff::tz::TimeZone::UTC).date());
    db.prepare_cached("SELECT coalesce(min(first) - 1, 9223372036854775807) FROM day WHERE day >= ?1")?
        .query_row([day], |row| row.get(0))
}

/// The rows of a page that fit, and the last number that was looked at; none where there are no more.
type Looked = (Vec<FactRow>, Option<i64>);

/// References that opened their ticket, or those that joined one.
fn references(db: &Connection, keys: &Keys, query: &FactQuery, own: bool, after: i64) -> Result<Looked, StoreError> {
    let (mut found, mut last, mut seen) = (Vec::new(), None, 0);
    {
        let mut statement = db.prepare_cached(&format!("SELECT {TICKET}, {}", if own { OWN } else { JOINED }))?;
        let mut rows = statement.query(params![after, query.look_at as i64])?;
        while let Some(row) = rows.next()? {
            seen += 1;
            last = Some(if own { row.get(0)? } else { row.get(8)? });
            let none: bool = row.get(18)?;
            if !none && row.get::<_, Option<i64>>(17)?.is_some() {
                let (fact, version) = reference(row, own)?;
                if may_fit(&fact, query) {
                    found.push((fact, version));
                }
            }
        }
    }
    let mut rows = Vec::with_capacity(found.len());
    for (mut fact, version) in found {
        tell_matter(db, keys, &mut fact, version)?;
        let (at, _) = fact.decides(query.by);
        if (query.span.0..query.span.1).contains(&at) {
            tell_life(db, keys, &mut fact)?;
            rows.push(fact);
        }
    }
    Ok((rows, last.filter(|_| seen == query.look_at)))
}

fn reference(row: &Row<'_>, own: bool) -> rusqlite::Result<(FactRow, i64)> {
    let time = |at: usize| row.get::<_, Option<i64>>(at).map(|millis| millis.map(moment));
    let reopened_at = time(6)?;
    let fact = FactRow {
        channel: row.get(9)?,
        channel_code: row.get(10)?,
        tag: row.get(20)?,
        external_id: row.get(11)?,
        reference: Some(Reference::from_number(row.get(8)?)),
        ticket: Some(key(row.get(0)?, day_of(row.get(1)?), row.get(2)?)?),
        opened: own,
        ended: time(13)?.zip(row.get(14)?),
        standing: Standing::from_number(row.get(16)?),
        by_hand: row.get(7)?,
        received_at: moment(row.get(12)?),
        core_accepted_at: time(3)?,
        submitted_at: time(19)?,
        handed_at: None,
        deadline: time(15)?,
        matter: FactMatter::default(),
        concluded_at: time(4)?,
        redone: row.get(5)?,
        reopened: reopened_at.into_iter().collect(),
        outcomes: Vec::new(),
    };
    Ok((fact, row.get(17)?))
}

/// Whether the clear columns leave it open, or say, that it fits.
fn may_fit(fact: &FactRow, query: &FactQuery) -> bool {
    let (from, to) = query.span;
    let inside = |at: Timestamp| (from..to).contains(&at);
    match (query.by, fact.submitted_at, fact.core_accepted_at) {
        (CountedBy::Received, ..) | (CountedBy::CoreAccepted, _, None) => inside(fact.received_at),
        (CountedBy::CoreAccepted, _, Some(at)) | (CountedBy::Submitted, Some(at), _) => inside(at),
        // It was handed over after it was submitted, and before it was received.
        (CountedBy::Handed, Some(at), _) if at >= to => false,
        _ => fact.received_at.checked_add(AHEAD).is_ok_and(|latest| latest >= from),
    }
}

fn tell_matter(db: &Connection, keys: &Keys, fact: &mut FactRow, version: i64) -> Result<(), StoreError> {
    let body: Vec<u8> =
        db.prepare_cached("SELECT body FROM version WHERE id = ?1")?.query_row([version], |row| row.get(0))?;
    let draft = draft_of(&keys.open(Place::Version, version, &body)?);
    if let Some(draft) = draft.and_then(|json| serde_json::from_slice(&json).ok()) {
        let (matter, submitted_at, handed_at) = FactMatter::of(draft);
        fact.submitted_at = fact.submitted_at.or(submitted_at);
        (fact.matter, fact.handed_at) = (matter, handed_at);
    }
    Ok(())
}

/// Reads what became of a ticket.
fn tell_life(db: &Connection, keys: &Keys, fact: &mut FactRow) -> Result<(), StoreError> {
    let Some(ticket) = fact.ticket.map(|ticket| ticket.id) else { return Ok(()) };
    let mut statement = db.prepare_cached("SELECT id, at, body FROM outcome WHERE ticket = ?1 ORDER BY id")?;
    let mut rows = statement.query([ticket])?;
    while let Some(row) = rows.next()? {
        let body: Vec<u8> = row.get(2)?;
        let json = keys.open(Place::Outcome, row.get(0)?, &body)?;
        if let Ok(outcome) = serde_json::from_slice::<FactOutcome>(&json) {
            fact.outcomes.push(FactOutcome { kept_at: moment(row.get(1)?), ..outcome });
        }
    }
    fact.outcomes.sort_by_key(|outcome| outcome.kept_at);
    if fact.redone > 0 {
        let mut statement = db.prepare_cached("SELECT at FROM event WHERE ticket = ?1 AND kind = ?2")?;
        for at in statement.query_map([ticket, kind_number(EventKind::Redo)], |row| row.get(0).map(moment))? {
            fact.reopened.push(at?);
        }
        fact.reopened.sort_unstable();
        fact.reopened.dedup();
    }
    Ok(())
}

fn unmapped(db: &Connection, query: &FactQuery, after: i64) -> Result<Looked, StoreError> {
    let mut statement = db.prepare_cached(UNMAPPED)?;
    let mut rows = statement.query(params![after, query.look_at as i64, DEAD_UNMAPPED])?;
    let (mut found, mut last, mut seen) = (Vec::new(), None, 0);
    while let Some(row) = rows.next()? {
        seen += 1;
        last = Some(row.get(0)?);
        if row.get(5)? {
            continue;
        }
        let received_at = moment(row.get(6)?);
        if (query.span.0..query.span.1).contains(&received_at) {
            found.push(FactRow {
                channel: row.get(1)?,
                channel_code: row.get(2)?,
                tag: None,
                external_id: row.get(3)?,
                reference: None,
                ticket: None,
                opened: false,
                ended: row.get::<_, Option<i64>>(7)?.map(moment).zip(row.get(8)?),
                standing: Standing::from_number(row.get(4)?),
                by_hand: false,
                received_at,
                core_accepted_at: None,
                submitted_at: None,
                handed_at: None,
                deadline: None,
                matter: FactMatter::default(),
                concluded_at: None,
                redone: 0,
                reopened: Vec::new(),
                outcomes: Vec::new(),
            });
        }
    }
    Ok((found, last.filter(|_| seen == query.look_at)))
}
