//! The stream of a core that fetches. Its rows are made when it is asked for them, not when events are committed, so that a
//! house whose core is of another kind, and the hot path of every house, pays nothing for it.
//!
//! What is new since the last look is known from the bell that news ring, so a look costs what is new and not what
//! waits. Two events of one millisecond stand in the order of their tickets.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Acknowledged, DeadKind, Feed, Offered, Refusal, StoreError};
use super::accept::Ground;
use super::serial::id_of;
use super::settle::{forwarded, needs_person};
use super::{Sqlite, writer};
use crate::ticket::Spoken;

/// The stream. A place is never given twice.
pub(super) const FEED: &str = "
CREATE TABLE feed (seq INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL, n INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX feed_event ON feed (ticket, n);
";

const NEW: &str = "SELECT event.at, event.ticket, event.n FROM ticket JOIN event ON event.ticket = ticket.id
    AND event.n > ticket.sent
    AND NOT EXISTS (SELECT 1 FROM feed WHERE feed.ticket = event.ticket AND feed.n = event.n)";

/// Puts what is new at the end of the stream: of these tickets, or of all.
fn append(db: &Connection, tickets: Option<&BTreeSet<i64>>) -> rusqlite::Result<()> {
    let event = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let mut found: Vec<(i64, i64, i64)> = Vec::new();
    match tickets {
        None => {
            let mut all = db.prepare_cached(&format!(
                "{NEW} JOIN errand ON errand.task = 2 AND errand.subject = ticket.id WHERE ticket.stuck IS NULL"
            ))?;
            for row in all.query_map([], event)? {
                found.push(row?);
            }
        }
        Some(tickets) => {
            let mut one = db.prepare_cached(&format!("{NEW} WHERE ticket.id = ?1 AND ticket.stuck IS NULL"))?;
            for ticket in tickets {
                for row in one.query_map([ticket], event)? {
                    found.push(row?);
                }
            }
        }
    }
    found.sort_unstable();
    let mut put = db.prepare_cached("INSERT INTO feed (ticket, n) VALUES (?1, ?2)")?;
    for (_, ticket, n) in found {
        put.execute([ticket, n])?;
    }
    Ok(())
}

/// What is at a place of the stream.
struct Place {
    seq: i64,
    ticket: i64,
    n: u32,
}

fn acknowledge(
    ground: &mut Ground<'_, '_>,
    upto: i64,
    numbers: &[(Spoken, String)],
    refused: &[Refusal],
) -> Result<Acknowledged, StoreError> {
    let last = ground.db.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'feed'", [], |row| row.get(0));
    let last: i64 = last.optional()?.unwrap_or(0);
    if upto > last {
        return Ok(Acknowledged::Beyond { last });
    }
    let mut told: HashMap<i64, &(Spoken, String)> = HashMap::with_capacity(numbers.len());
    let mut unknown = Vec::new();
    for number in numbers {
        match id_of(ground.db, number.0)? {
            Some(ticket) => drop(told.insert(ticket, number)),
            None => unknown.push(number.0),
        }
    }
    let mut find = ground.db.prepare_cached("SELECT seq, ticket, n FROM feed WHERE seq <= ?1 ORDER BY seq")?;
    let places = find.query_map([upto], |row| Ok(Place { seq: row.get(0)?, ticket: row.get(1)?, n: row.get(2)? }))?;
    let places: Vec<Place> = places.collect::<rusqlite::Result<_>>()?;
    drop(find);
    if let Some(refusal) = refused.iter().find(|one| places.iter().all(|place| place.seq != one.seq)) {
        return Ok(Acknowledged::NotOffered { seq: refusal.seq });
    }
    let (mut settled, mut dead, mut used) = (0, 0, BTreeSet::new());
    for place in &places {
        let sql = "SELECT sent, stuck IS NOT NULL FROM ticket WHERE id = ?1";
        let (sent, stuck): (u32, bool) =
            ground.db.prepare_cached(sql)?.query_row([place.ticket], |row| Ok((row.get(0)?, row.get(1)?)))?;
        // Brought there by another road before, or behind one that needs a person now: that one is offered again.
        if stuck || place.n != sent + 1 {
            continue;
        }
        if let Some(refusal) = refused.iter().find(|one| one.seq == place.seq) {
            needs_person(ground, place.ticket, DeadKind::Event, place.n, "refused", &refusal.body, refusal.id, 1)?;
            ground.db.prepare_cached("DELETE FROM feed WHERE ticket = ?1")?.execute([place.ticket])?;
            dead += 1;
            continue;
        }
        let number = told.get(&place.ticket).map(|(_, number)| number.as_str());
        if number.is_some() {
            used.insert(place.ticket);
        }
        forwarded(ground, place.ticket, place.n, number)?;
        settled += 1;
    }
    unknown.extend(told.iter().filter(|(ticket, _)| !used.contains(ticket)).map(|(_, (spoken, _))| *spoken));
    unknown.sort();
    ground.db.prepare_cached("DELETE FROM feed WHERE seq <= ?1")?.execute([upto])?;
    Ok(Acknowledged::Done { settled, refused: dead, unknown })
}

#[async_trait]
impl Feed for Sqlite {
    async fn offer(&self, after: i64, limit: usize) -> Result<Vec<Offered>, StoreError> {
        {
            // One at a time: what is new is told once.
            let _turn = self.offering.lock().await;
            let (schedule, mut whole) = (self.schedule.clone(), false);
            let seen = writer::join(self.orders()?, move |ground| {
                let (count, news) = schedule.news();
                // If this is called again because a commit failed, what was to be looked at still is.
                whole |= news.is_none();
                if whole || count > 0 {
                    append(ground.db, news.as_ref().filter(|_| !whole))?;
                }
                Ok(count)
            })
            .await;
            self.schedule.news_taken(seen.as_ref().ok().copied());
            seen?;
        }
        self.read(move |db, keys| {
            let mut find = db.prepare_cached(
                "SELECT feed.seq, feed.ticket, feed.n FROM feed JOIN ticket ON ticket.id = feed.ticket
                 WHERE feed.seq > ?1 AND feed.n > ticket.sent AND ticket.stuck IS NULL ORDER BY feed.seq LIMIT ?2",
            )?;
            let rows = find.query_map(params![after, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, u32>(2)?))
            })?;
            let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
            rows.into_iter()
                .map(|(seq, ticket, n)| Ok(Offered { seq, event: super::fresh::event(db, keys, ticket, n)? }))
                .collect()
        })
        .await
    }

    async fn acknowledge(
        &self,
        upto: i64,
        numbers: Vec<(Spoken, String)>,
        refused: Vec<Refusal>,
    ) -> Result<Acknowledged, StoreError> {
        let (schedule, signs) = (self.schedule.clone(), self.signs.clone());
        self.write(move |desk| {
            desk.on_ground(&schedule, &signs, |ground| acknowledge(ground, upto, &numbers, &refused))
        })
        .await
    }
}
