//! Reading: rows as the gateway and people ask for them, on a connection of its own.

use std::collections::HashMap;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::super::{
    Archive, Arrived, ChannelRow, ClosedOrder, DeadQuery, DeadRow, DeedRow, Due, DueCount, EventRow, FileRow, Folio,
    Fresh, Keys, Lane, Mapped, OutcomeRow, Place, Reference, ReferenceRow, Search, Standing, StoreError, TicketKey,
    TicketRow, VersionRow,
};
use super::schema::SPAN;
use super::serial::{day_number, day_of, key, number_of};
use super::{Sqlite, id_of, kind_of};
use crate::ticket::{SameLetter, Spoken};

pub(super) fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}

pub(super) fn draft_of(folio: &[u8]) -> Option<Bytes> {
    match Folio::read(folio).ok()?.mapped {
        Mapped::Draft(json) => Some(Bytes::copy_from_slice(json)),
        Mapped::Reasons(_) => None,
    }
}

/// The mapped draft of an opened body, and what rules read.
pub(super) fn draft_and_document(folio: &[u8]) -> Option<(Bytes, Bytes)> {
    let read = Folio::read(folio).ok()?;
    let document = if read.read.is_empty() { read.raw } else { read.read };
    Some((draft_of(folio)?, Bytes::copy_from_slice(document)))
}

pub(super) const TICKET: &str =
    "SELECT ticket.id, ticket.day, ticket.serial, ticket.channel, channel.code, ticket.external_id,
    ticket.standing, ticket.received_at, ticket.submitted_at, ticket.deadline, ticket.category, ticket.region,
    ticket.version_n, ticket.events, ticket.sent, ticket.stuck, ticket.core_number, ticket.core_accepted_at,
    ticket.version, ticket.concluded_at, ticket.redone, ticket.reopened_at,
    (SELECT tag FROM routed WHERE routed.namespace = ticket.namespace AND routed.external_id = ticket.external_id)
    FROM ticket JOIN channel ON channel.id = ticket.channel";

pub(super) fn ticket_row(row: &Row<'_>) -> rusqlite::Result<(TicketRow, i64)> {
    let time = |at: usize| row.get::<_, Option<i64>>(at).map(|millis| millis.map(moment));
    let ticket = TicketRow {
        key: key(row.get(0)?, day_of(row.get(1)?), row.get(2)?)?,
        channel: row.get(3)?,
        channel_code: row.get(4)?,
        external_id: row.get(5)?,
        standing: Standing::from_number(row.get(6)?),
        received_at: moment(row.get(7)?),
        submitted_at: time(8)?,
        deadline: time(9)?,
        category: row.get(10)?,
        region: row.get(11)?,
        version_n: row.get(12)?,
        events: row.get(13)?,
        sent: row.get(14)?,
        stuck: row.get(15)?,
        core_number: row.get(16)?,
        core_accepted_at: time(17)?,
        concluded_at: time(19)?,
        redone: row.get(20)?,
        reopened_at: time(21)?,
        tag: row.get(22)?,
        draft: None,
    };
    Ok((ticket, row.get(18)?))
}

pub(super) fn with_draft(
    db: &Connection,
    keys: &Keys,
    (mut row, version): (TicketRow, i64),
) -> Result<TicketRow, StoreError> {
    let body: Vec<u8> =
        db.prepare_cached("SELECT body FROM version WHERE id = ?1")?.query_row([version], |row| row.get(0))?;
    row.draft = draft_of(&keys.open(Place::Version, version, &body)?);
    Ok(row)
}

impl Sqlite {
    /// Lanes for the gateway, read together.
    pub(super) async fn lanes_of(&self, references: Vec<Reference>) -> Vec<Result<Lane, StoreError>> {
        let many = references.len();
        let read = self.read(move |db, keys| {
            // One look at the database for all: each statement alone would begin by forgetting every page it knows.
            let look = db.unchecked_transaction()?;
            let lanes = references.into_iter().map(|reference| super::lane::lane(&look, keys, reference));
            Ok(lanes.collect::<Vec<_>>())
        });
        read.await.unwrap_or_else(|_| (0..many).map(|_| Err(StoreError::Closed)).collect())
    }
}

/// Tickets that carry a blind key: one look in each span, newest first.
fn by_blind(db: &Connection, blind: &[u8], limit: usize) -> Result<Vec<i64>, StoreError> {
    let last: i64 = db.query_row("SELECT coalesce(max(id), 0) FROM ticket", [], |row| row.get(0))?;
    let mut look = db.prepare_cached("SELECT ticket FROM blind WHERE span = ?1 AND key = ?2 ORDER BY ticket DESC")?;
    let mut found = Vec::new();
    for span in (0..=last / SPAN).rev() {
        for ticket in look.query_map(params![span, blind], |row| row.get(0))? {
            found.push(ticket?);
        }
        if found.len() >= limit {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}

fn search(db: &Connection, keys: &Keys, search: &Search) -> Result<Vec<TicketRow>, StoreError> {
    let mut wanted: Vec<String> = Vec::new();
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    if search.channel.is_some() || !search.tagged.is_empty() {
        wanted.push(super::routed::among(search.channel, &search.tagged, &mut values));
    }
    let mut want = |sql: &str, value: Box<dyn ToSql>| {
        values.push(value);
        wanted.push(sql.replace('?', &format!("?{}", values.len())));
    };
    if let Some(id) = &search.external_id {
        want(
            "ticket.id IN (SELECT ticket FROM source WHERE namespace IN (SELECT id FROM namespace) AND external_id = ?)",
            Box::new(id.clone()),
        );
    }
    if let Some(number) = &search.core_number {
        want("ticket.core_number = ?", Box::new(number.clone()));
    }
    // A part is under its whole wherever tickets are looked through, and itself only where its own number is given.
    let parts = search.core_number.is_some() || search.ids.is_some();
    if !parts {
        want("ticket.id > ?", Box::new(0));
    }
    if let Some(from) = search.from.filter(|_| parts) {
        want("ticket.day >= ?", Box::new(day_number(from)));
    } else if let Some(from) = search.from {
        want(
            "ticket.id >= coalesce((SELECT min(first) FROM day WHERE day >= ?), 9223372036854775807)",
            Box::new(day_number(from)),
        );
    }
    if let Some(to) = search.to {
        want("ticket.day <= ?", Box::new(day_number(to)));
    }
    let most =
        if wanted.len() == usize::from(!parts) && search.ids.is_none() { search.limit.max(1) } else { usize::MAX };
    let mut among = |id: &str, tickets: &[i64]| {
        let list = tickets.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        wanted.push(format!("{id} IN ({list})"));
    };
    if let Some(ids) = &search.ids {
        among("ticket.id", ids);
    }
    if let Some(blind) = search.blind {
        // The newest of the key may not be those that fit the rest. A part has the keys of its whole.
        let id = if parts { super::parts::KEYED_AS } else { "ticket.id" };
        among(id, &by_blind(db, &blind.0, most)?);
    }
    let filter = if wanted.is_empty() { String::new() } else { format!(" WHERE {}", wanted.join(" AND ")) };
    let sql = format!("{TICKET}{filter} ORDER BY ticket.id DESC LIMIT {}", search.limit);
    let mut statement = db.prepare(&sql)?;
    let rows = statement
        .query_map(rusqlite::params_from_iter(values.iter().map(AsRef::as_ref)), ticket_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().map(|row| if search.open { with_draft(db, keys, row) } else { Ok(row.0) }).collect()
}

#[async_trait]
impl Archive for Sqlite {
    async fn known_channels(&self) -> Result<Vec<(String, u32)>, StoreError> {
        self.look(|db, _| super::enroll::known(db)).await
    }

    async fn remembers_elsewhere(&self, code: &str, namespace: &str) -> Result<Option<String>, StoreError> {
        let (code, namespace) = (code.to_owned(), namespace.to_owned());
        self.look(move |db, _| super::enroll::remembers_elsewhere(db, &code, &namespace)).await
    }

    async fn channels(&self) -> Result<Vec<ChannelRow>, StoreError> {
        self.look(|db, _| super::channels::channels(db)).await
    }

    async fn search(&self, wanted: Search) -> Result<Vec<TicketRow>, StoreError> {
        self.look(move |db, keys| search(db, keys, &wanted)).await
    }

    async fn last_item(&self, channel: u32, from: jiff::civil::Date) -> Result<Option<Timestamp>, StoreError> {
        self.look(move |db, _| super::known::last_item(db, channel, from)).await
    }

    async fn known(&self, namespace: u32, ids: Vec<String>) -> Result<HashMap<String, Option<TicketKey>>, StoreError> {
        self.look(move |db, _| super::known::known(db, namespace, ids)).await
    }

    async fn due(&self, due: Due) -> Result<Vec<TicketRow>, StoreError> {
        self.look(move |db, keys| super::due::due(db, keys, &due)).await
    }

    async fn count_due(&self, since: Timestamp, now: Timestamp, until: Timestamp) -> Result<DueCount, StoreError> {
        self.look(move |db, _| super::due::count(db, since, now, until)).await
    }

    async fn arrivals(&self, after: i64, since: Timestamp, limit: usize) -> Result<Vec<Arrived>, StoreError> {
        self.look(move |db, _| super::pulse::arrivals(db, after, since, limit)).await
    }

    async fn ticket(&self, number: Spoken) -> Result<TicketRow, StoreError> {
        self.look(move |db, keys| {
            let id = id_of(db, number)?.ok_or(StoreError::NotFound)?;
            let row = db.prepare_cached(&format!("{TICKET} WHERE ticket.id = ?1"))?.query_row([id], ticket_row)?;
            with_draft(db, keys, row)
        })
        .await
    }

    async fn parts(&self, whole: i64) -> Result<Vec<TicketRow>, StoreError> {
        self.look(move |db, keys| super::parts::rows(db, keys, whole)).await
    }

    async fn versions(&self, ticket: i64) -> Result<Vec<VersionRow>, StoreError> {
        self.look(move |db, keys| {
            let mut statement = db.prepare_cached(
                "WITH RECURSIVE chain (id, prev, n, received_at, state, source_version, body) AS (
                    SELECT version.id, version.prev, version.n, version.received_at, version.state, source_version, body
                    FROM ticket JOIN source USING (namespace, external_id)
                    JOIN version ON version.id = iif(ticket.id < 0, ticket.version, source.latest)
                    WHERE ticket.id = ?1
                    UNION ALL
                    SELECT version.id, version.prev, version.n, version.received_at, version.state,
                    version.source_version, version.body FROM chain JOIN version ON version.id = chain.prev)
                 SELECT id, n, received_at, state, source_version, body FROM chain ORDER BY id",
            )?;
            let mut rows = statement.query([ticket])?;
            let mut versions = Vec::new();
            while let Some(row) = rows.next()? {
                let id: i64 = row.get(0)?;
                let body: Vec<u8> = row.get(5)?;
                versions.push(VersionRow {
                    id,
                    n: row.get(1)?,
                    received_at: moment(row.get(2)?),
                    state: ["taken", "unmapped", "held", "older", "act"][row.get::<_, u8>(3)?.min(4) as usize],
                    source_version: row.get(4)?,
                    folio: keys.open(Place::Version, id, &body)?.into(),
                });
            }
            Ok(versions)
        })
        .await
    }

    async fn event(&self, ticket: i64, n: u32) -> Result<Fresh, StoreError> {
        self.read(move |db, keys| super::fresh::event(db, keys, ticket, n)).await
    }

    async fn events(&self, ticket: i64) -> Result<Vec<EventRow>, StoreError> {
        self.look(move |db, _| {
            let mut statement = db.prepare_cached(
                "SELECT event.n, kind, at, event.state, event.n <= ticket.sent, refers, same_letter FROM event
                 JOIN ticket ON ticket.id = event.ticket WHERE ticket.id = ?1 ORDER BY event.n",
            )?;
            let rows = statement.query_map([ticket], |row| {
                let (state, sent): (i64, bool) = (row.get(3)?, row.get(4)?);
                let (other, said): (Option<i64>, Option<String>) = (row.get(5)?, row.get(6)?);
                Ok(EventRow {
                    other: other.map(|other| number_of(db, other)).transpose()?.map(|key| key.number),
                    same_letter: said.as_deref().and_then(SameLetter::from_stored),
                    n: row.get(0)?,
                    kind: kind_of(row.get(1)?),
                    at: moment(row.get(2)?),
                    state: match (state, sent) {
                        (1, _) => "dropped",
                        (_, true) => "forwarded",
                        (2, false) => "edited",
                        _ => "waiting",
                    },
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn references(&self, ticket: i64) -> Result<Vec<ReferenceRow>, StoreError> {
        self.look(move |db, _| super::references::references(db, ticket)).await
    }

    async fn carried(&self, reference: Reference) -> Result<Lane, StoreError> {
        self.look(move |db, keys| super::lane::lane(db, keys, reference)).await
    }

    async fn outcomes(&self, ticket: i64) -> Result<Vec<OutcomeRow>, StoreError> {
        self.look(move |db, keys| {
            let mut statement =
                db.prepare_cached("SELECT id, core_id, at, body FROM outcome WHERE ticket = ?1 ORDER BY id")?;
            let mut rows = statement.query([ticket])?;
            let mut outcomes = Vec::new();
            while let Some(row) = rows.next()? {
                let body: Vec<u8> = row.get(3)?;
                outcomes.push(OutcomeRow {
                    id: row.get(0)?,
                    core_id: row.get(1)?,
                    at: moment(row.get(2)?),
                    body: keys.open(Place::Outcome, row.get(0)?, &body)?.into(),
                });
            }
            Ok(outcomes)
        })
        .await
    }

    async fn file_at(&self, ticket: Spoken, version: Option<u32>, place: u32) -> Result<FileRow, StoreError> {
        self.look(move |db, keys| {
            let ticket = id_of(db, ticket)?.ok_or(StoreError::NotFound)?;
            super::files::at(db, keys, ticket, version, place)
        })
        .await
    }

    async fn file_of_event(&self, ticket: Spoken, n: u32, place: u32) -> Result<FileRow, StoreError> {
        self.look(move |db, keys| {
            let ticket = id_of(db, ticket)?.ok_or(StoreError::NotFound)?;
            super::files::of_event(db, keys, ticket, n, place)
        })
        .await
    }

    async fn dead(&self, query: DeadQuery) -> Result<Vec<DeadRow>, StoreError> {
        self.look(move |db, keys| super::letters::dead(db, keys, &query)).await
    }

    async fn closed_order(&self, dead: i64) -> Result<ClosedOrder, StoreError> {
        self.look(move |db, keys| super::closing::closed_order(db, keys, dead)).await
    }

    async fn deeds(&self, subject: &str) -> Result<Vec<DeedRow>, StoreError> {
        let subject = subject.to_owned();
        self.look(move |db, keys| {
            let mut statement =
                db.prepare_cached("SELECT id, at, who, what, subject, body FROM deed WHERE subject = ?1 ORDER BY id")?;
            let mut rows = statement.query([subject])?;
            let mut deeds = Vec::new();
            while let Some(row) = rows.next()? {
                let body: Vec<u8> = row.get(5)?;
                let why = keys.open(Place::Deed, row.get(0)?, &body)?;
                deeds.push(DeedRow {
                    at: moment(row.get(1)?),
                    who: row.get(2)?,
                    what: row.get(3)?,
                    subject: row.get(4)?,
                    why: (!why.is_empty()).then(|| String::from_utf8_lossy(&why).into_owned()),
                });
            }
            Ok(deeds)
        })
        .await
    }

    async fn value(&self, name: &str) -> Result<Option<String>, StoreError> {
        let name = name.to_owned();
        self.look(move |db, _| {
            Ok(db.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()?)
        })
        .await
    }
}
