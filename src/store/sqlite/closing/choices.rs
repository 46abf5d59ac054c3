//! An event that the core refuses because its order is closed: what a person decides about it.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::super::{
    Actor, Anew, Choice, ClosedOrder, Errand, Keys, Place, Reference, Sign, Standing, StoreError, Task, TicketKey,
};
use super::super::accept::Ground;
use super::super::codes::{DEAD_CLOSED, kind_number, kind_of};
use super::super::decide::STATE_TAKEN;
use super::super::desk::{end, give_up, go_on, open_letter};
use super::super::read::draft_of;
use super::super::{Planted, Sqlite};
use crate::ticket::EventKind;

/// Carries out what a person decided; tells the new ticket, where one was made.
pub(in super::super) async fn choose(
    store: &Sqlite,
    dead: i64,
    choice: Choice,
    actor: &Actor,
) -> Result<Option<TicketKey>, StoreError> {
    let deed = store.deed(actor, choice.word(), &format!("dead:{dead}"))?;
    let (schedule, signs) = (store.schedule.clone(), store.signs.clone());
    store
        .write(move |desk| {
            let letter = open_letter(desk, dead)?;
            let (DEAD_CLOSED, Some(ticket), Some(n)) = (letter.kind, letter.ticket, letter.n) else {
                return Err(StoreError::Refused("this dead letter is about no closed order".into()));
            };
            let asked = Asked::read(desk.db, ticket, n)?;
            let new = desk.on_ground(&schedule, &signs, |ground| {
                Ok(match &choice {
                    Choice::Reopened => {
                        let concluded: bool = ground.db.query_row(
                            "SELECT concluded_at IS NOT NULL FROM ticket WHERE id = ?1",
                            [ticket],
                            |row| row.get(0),
                        )?;
                        // What opened it again by itself has its deadline.
                        if concluded {
                            super::reopen(ground.db, ground.now, ticket, None, false)?;
                        }
                        None
                    }
                    Choice::AnswerAgain => {
                        if !super::answer_again(ground, asked.reference)? {
                            return Err(StoreError::Refused(
                                "that source was told nothing that could be told again".into(),
                            ));
                        }
                        None
                    }
                    Choice::NewTicket(anew) => Some(asked.new_ticket(ground, anew)?),
                })
            })?;
            if !matches!(choice, Choice::Reopened) {
                give_up(desk, ticket, n)?;
            }
            end(desk, dead, choice.word())?;
            go_on(desk, ticket)?;
            deed.write(desk)?;
            Ok(new)
        })
        .await
}

/// What can be done about one.
pub(in super::super) fn closed_order(db: &Connection, keys: &Keys, dead: i64) -> Result<ClosedOrder, StoreError> {
    let (ticket, n): (i64, i64) = db
        .prepare_cached("SELECT ticket, n FROM dead WHERE id = ?1 AND kind = ?2")?
        .query_row([dead, DEAD_CLOSED], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(StoreError::NotFound)?;
    let asked = Asked::read(db, ticket, n)?;
    let draft = match asked.version {
        Some(version) => {
            let body: Vec<u8> =
                db.prepare_cached("SELECT body FROM version WHERE id = ?1")?.query_row([version], |row| row.get(0))?;
            draft_of(&keys.open(Place::Version, version, &body)?)
        }
        None => None,
    };
    Ok(ClosedOrder { kind: asked.kind, draft, answered: super::stands(db, asked.reference)?.is_some() })
}

/// An event, who asked by it, and the version of which a ticket of its own can be made.
struct Asked {
    ticket: i64,
    n: i64,
    kind: EventKind,
    note: Option<i64>,
    reference: Reference,
    version: Option<i64>,
}

impl Asked {
    fn read(db: &Connection, ticket: i64, n: i64) -> rusqlite::Result<Self> {
        let (kind, note, reference, asked, channel): (i64, _, Option<i64>, Option<i64>, u32) = db
            .prepare_cached(
                "SELECT kind, note, reference, asked, ticket.channel FROM event JOIN ticket ON ticket.id = event.ticket
                 WHERE event.ticket = ?1 AND event.n = ?2",
            )?
            .query_row([ticket, n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
        let kind = kind_of(kind);
        let version = match (asked, kind) {
            (Some(asked), _) => Some(asked),
            // The latest: what waits behind this one is in it.
            (None, EventKind::Revised) => db
                .prepare_cached(
                    "SELECT version.id FROM ticket JOIN source USING (namespace, external_id)
                     JOIN version ON version.id = source.latest WHERE ticket.id = ?1 AND version.state = ?2",
                )?
                .query_row([ticket, STATE_TAKEN], |row| row.get(0))
                .optional()?,
            _ => None,
        };
        // One that is another ticket's already is not made another time.
        let version = match version {
            Some(version) => db
                .prepare_cached("SELECT id FROM version WHERE id = ?1 AND ticket = ?2")?
                .query_row([version, ticket], |row| row.get(0))
                .optional()?,
            None => None,
        };
        let reference = reference.map_or(Reference::own(channel, ticket), Reference::from_number);
        Ok(Self { ticket, n, kind, note, reference, version })
    }

    /// Makes a ticket of its own of what was asked; it names the old one.
    fn new_ticket(&self, ground: &mut Ground<'_, '_>, anew: &Anew) -> Result<TicketKey, StoreError> {
        let (db, now) = (ground.db, ground.now);
        let version = self.version.ok_or_else(|| StoreError::Refused("of this event no ticket can be made".into()))?;
        let (namespace, external_id, channel): (u32, String, u32) = db
            .prepare_cached("SELECT namespace, external_id, channel FROM version WHERE id = ?1")?
            .query_row([version], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let key = ground.serials.next(db, now)?;
        ground.statements.ticket.execute(params![
            key.id,
            super::super::serial::day_number(key.number.day()),
            key.number.serial(),
            channel,
            namespace,
            external_id,
            Standing::Live as i64,
            now,
            anew.submitted_at,
            anew.deadline,
            anew.category,
            anew.region,
            version,
            1,
        ])?;
        db.prepare_cached("UPDATE ticket SET version_n = (SELECT n FROM version WHERE id = ?2) WHERE id = ?1")?
            .execute([key.id, version])?;
        db.prepare_cached("UPDATE source SET ticket = ?3 WHERE namespace = ?1 AND external_id = ?2")?
            .execute(params![namespace, external_id, key.id])?;
        db.prepare_cached("UPDATE version SET ticket = ?2, state = ?3 WHERE id = ?1")?.execute([
            version,
            key.id,
            STATE_TAKEN,
        ])?;
        db.prepare_cached("UPDATE file SET ticket = ?3 WHERE ticket = ?1 AND version = ?2")?.execute([
            self.ticket,
            version,
            key.id,
        ])?;
        let asked_of: (u32, String) = db
            .prepare_cached(
                "SELECT namespace, external_id FROM reference WHERE id = ?1
                 UNION ALL SELECT namespace, external_id FROM ticket WHERE id = ?2 LIMIT 1",
            )?
            .query_row([self.reference.number(), self.ticket], |row| Ok((row.get(0)?, row.get(1)?)))?;
        super::super::routed::inherit(db, (namespace, &external_id), (asked_of.0, &asked_of.1))?;
        if self.kind == EventKind::Revised {
            self.give_back(db)?;
        } else {
            super::answered_at(db, key.id, self.reference)?;
        }
        ground.blind(key.id, &anew.blind)?;
        db.prepare_cached(
            "INSERT INTO event (ticket, n, kind, at, version, note, refers) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![key.id, kind_number(EventKind::New), now, version, self.note, self.ticket])?;
        ground.statements.errand.execute(params![Task::Forward as i64, key.id, now])?;
        let errand = Errand { task: Task::Forward, subject: key.id };
        ground.planted.push(Planted { errand, due: now, fresh: None });
        if ground.signs.of(channel) == Sign::Stored {
            super::super::homeward::sign(ground, Reference::own(channel, key.id))?;
        }
        Ok(key)
    }

    /// The old ticket stays as it was before the revision that is a ticket of its own now.
    fn give_back(&self, db: &Connection) -> rusqlite::Result<()> {
        db.prepare_cached(
            "UPDATE ticket SET (version, version_n) = (SELECT version.id, version.n FROM event
             JOIN version ON version.id = event.version WHERE event.ticket = ?1 AND event.n < ?2
             ORDER BY event.n DESC LIMIT 1) WHERE id = ?1",
        )?
        .execute([self.ticket, self.n])?;
        Ok(())
    }
}
