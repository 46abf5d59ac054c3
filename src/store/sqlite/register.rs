//! Events that no worker carries to the core: reading what waits, and settling what a person or a sheet brought there.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{
    Actor, Far, Keys, NotRegistered, Place, Register, Registered, Registry, StoreError, WaitingCount, WaitingRow,
};
use super::read::{draft_of, moment};
use super::serial::{day_of, key, number_of};
use super::settle::forwarded;
use super::writer::Desk as Open;
use super::{Sqlite, kind_of};

/// The numbers that tickets have in the core, for cores that number by hand. Where a worker brings the numbers, nothing is
/// written here; they are taken over when the first number is told by hand.
pub(super) const CORE_ORDERS: &str = "
CREATE TABLE core_order (
    number TEXT NOT NULL, ticket INTEGER NOT NULL,
    PRIMARY KEY (number, ticket)
) STRICT, WITHOUT ROWID;
";

/// What waits: an errand's row stands exactly where something is undone and nothing stands in its way.
const WAITING: &str = "FROM errand JOIN ticket ON ticket.id = errand.subject
    JOIN event ON event.ticket = ticket.id AND event.n = ticket.sent + 1
    WHERE errand.task = 2 AND ticket.stuck IS NULL";

/// Whether the numbers of before were taken over by this process.
#[derive(Default)]
pub(super) struct TakenOver(AtomicBool);

impl TakenOver {
    /// Takes the numbers over that workers brought, once a process. If the transaction fails it is done again.
    fn ensure(&self, db: &Connection) -> rusqlite::Result<()> {
        if !self.0.load(Ordering::Relaxed) {
            db.execute(
                "INSERT OR IGNORE INTO core_order (number, ticket)
                 SELECT core_number, id FROM ticket WHERE core_number IS NOT NULL",
                [],
            )?;
        }
        Ok(())
    }
}

/// How a ticket stands with the core.
struct Stands {
    sent: u32,
    events: u32,
    stuck: Option<i64>,
    number: Option<String>,
}

impl Stands {
    fn read(db: &Connection, ticket: i64) -> Result<Self, StoreError> {
        let row = db.query_row("SELECT sent, events, stuck, core_number FROM ticket WHERE id = ?1", [ticket], |row| {
            Ok(Self { sent: row.get(0)?, events: row.get(1)?, stuck: row.get(2)?, number: row.get(3)? })
        });
        row.optional()?.ok_or(StoreError::NotFound)
    }

    fn next(&self) -> Option<u32> {
        (self.sent < self.events).then_some(self.sent + 1)
    }

    /// Which event is settled by what is told; or what is answered without writing anything.
    fn judge(&self, told: &Register) -> Result<u32, Registered> {
        let refused = |why| Err(Registered::Refused(why));
        let known = || Registered::Known { number: self.number.clone(), next: self.next() };
        let other = match (&self.number, &told.number) {
            (Some(known), Some(number)) if known != number => Some(known.clone()),
            _ => None,
        };
        if let Some(known) = other {
            return refused(NotRegistered::OtherNumber { known });
        }
        let n = match (told.n, &self.number) {
            (Some(n), _) => n,
            (None, Some(_)) if told.number.is_some() => return Err(known()),
            (None, Some(_)) => return refused(NotRegistered::WhichEvent { next: self.next() }),
            // One that was taken before without a number gets it now.
            (None, None) => self.next().unwrap_or(self.sent),
        };
        if n == 0 || n > self.events {
            return refused(NotRegistered::NoEvent);
        }
        if n <= self.sent {
            return if self.number.is_none() && told.number.is_some() { Ok(n) } else { Err(known()) };
        }
        if let Some(dead) = self.stuck {
            return refused(NotRegistered::Stuck { dead });
        }
        if n > self.sent + 1 {
            return refused(NotRegistered::Behind { next: self.sent + 1 });
        }
        if n == 1 && told.number.is_none() {
            return refused(NotRegistered::NoNumber);
        }
        Ok(n)
    }
}

/// Another ticket that has this number in the core.
fn taken_by(db: &Connection, number: &str, ticket: i64) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT ticket FROM core_order WHERE number = ?1 AND ticket <> ?2 LIMIT 1")?
        .query_row(params![number, ticket], |row| row.get(0))
        .optional()
}

/// Notes the number of a ticket, instead of any that it had.
pub(super) fn note(db: &Connection, number: &str, ticket: i64, before: Option<&str>) -> rusqlite::Result<()> {
    if let Some(before) = before {
        db.execute("DELETE FROM core_order WHERE number = ?1 AND ticket = ?2", params![before, ticket])?;
    }
    db.prepare_cached("INSERT OR IGNORE INTO core_order (number, ticket) VALUES (?1, ?2)")?
        .execute(params![number, ticket])?;
    Ok(())
}

/// Replaces a number that was told wrongly.
fn correct(desk: &Open<'_>, ticket: i64, stands: &Stands, number: &str) -> Result<Registered, StoreError> {
    if stands.number.as_deref() == Some(number) {
        return Ok(Registered::Known { number: stands.number.clone(), next: stands.next() });
    }
    if stands.number.is_none() {
        return Ok(Registered::Refused(NotRegistered::NoNumber));
    }
    desk.db.execute("UPDATE ticket SET core_number = ?2 WHERE id = ?1", params![ticket, number])?;
    note(desk.db, number, ticket, stands.number.as_deref())?;
    Ok(Registered::Corrected { from: stands.number.clone() })
}

fn waiting(db: &Connection, keys: &Keys, channel: Option<u32>, limit: usize) -> Result<Vec<WaitingRow>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT ticket.id, ticket.day, ticket.serial, channel.code, ticket.external_id, event.n, event.kind, event.at,
         ticket.events - event.n, ticket.core_number, event.version, version.body
         {} AND (?1 IS NULL OR ticket.channel = ?1) ORDER BY event.at, event.version, ticket.id LIMIT ?2",
        WAITING.replace(
            "WHERE",
            "JOIN channel ON channel.id = ticket.channel JOIN version ON version.id = event.version WHERE"
        )
    ))?;
    let mut rows = find.query(params![channel, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (version, body): (i64, Vec<u8>) = (row.get(10)?, row.get(11)?);
        found.push(WaitingRow {
            key: key(row.get(0)?, day_of(row.get(1)?), row.get(2)?)?,
            channel_code: row.get(3)?,
            external_id: row.get(4)?,
            n: row.get(5)?,
            kind: kind_of(row.get(6)?),
            at: moment(row.get(7)?),
            behind: row.get(8)?,
            core_number: row.get(9)?,
            draft: draft_of(&keys.open(Place::Version, version, &body)?),
        });
    }
    Ok(found)
}

#[async_trait]
impl Registry for Sqlite {
    fn leave_core(&self) {
        self.schedule.leave(Far::Core);
    }

    async fn waiting(&self, channel: Option<u32>, limit: usize) -> Result<Vec<WaitingRow>, StoreError> {
        self.look(move |db, keys| waiting(db, keys, channel, limit)).await
    }

    async fn count_waiting(&self) -> Result<WaitingCount, StoreError> {
        self.look(move |db, _| {
            let mut count = db.prepare_cached(&format!("SELECT count(*), min(event.at) {WAITING}"))?;
            let (tickets, oldest): (i64, Option<i64>) = count.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(WaitingCount { tickets: tickets as u64, oldest: oldest.map(moment) })
        })
        .await
    }

    async fn register(&self, ticket: i64, told: Register, actor: &Actor) -> Result<Registered, StoreError> {
        let number = self.look(move |db, _| number_of(db, ticket).optional()?.ok_or(StoreError::NotFound)).await?;
        let what = if told.correct { "register_corrected" } else { "register" };
        let deed = self.deed(actor, what, &format!("ticket:{}", number.number))?;
        let (schedule, signs, taken_over) = (self.schedule.clone(), self.signs.clone(), self.taken_over.clone());
        let done = self.write(move |desk| {
            taken_over.ensure(desk.db)?;
            let stands = Stands::read(desk.db, ticket)?;
            if let Some(number) = told.number.as_deref().filter(|_| !told.also)
                && stands.number.as_deref() != Some(number)
                && let Some(by) = taken_by(desk.db, number, ticket)?
            {
                let by = number_of(desk.db, by)?;
                return Ok((Registered::Refused(NotRegistered::Taken { by }), taken_over));
            }
            let done = match told.number.as_deref().filter(|_| told.correct) {
                Some(number) => correct(desk, ticket, &stands, number)?,
                None => match stands.judge(&told) {
                    Err(answer) => answer,
                    Ok(n) => {
                        if n > stands.sent {
                            desk.on_ground(&schedule, &signs, |ground| {
                                Ok(forwarded(ground, ticket, n, told.number.as_deref())?)
                            })?;
                        } else {
                            // It was taken before, without a number; what followed from that has followed.
                            let late = "UPDATE ticket SET core_number = ?2 WHERE id = ?1";
                            desk.db.execute(late, params![ticket, told.number])?;
                        }
                        if let Some(number) = &told.number {
                            note(desk.db, number, ticket, None)?;
                        }
                        let now = Stands::read(desk.db, ticket)?;
                        Registered::Settled { n, next: now.next(), number: now.number }
                    }
                },
            };
            if matches!(done, Registered::Settled { .. } | Registered::Corrected { .. }) {
                deed.write(desk)?;
            }
            Ok((done, taken_over))
        });
        let (done, taken_over) = done.await?;
        taken_over.0.store(true, Ordering::Relaxed);
        Ok(done)
    }
}
