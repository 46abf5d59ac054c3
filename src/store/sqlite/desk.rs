//! What people do, each with who, when and why in the same transaction.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};

use super::super::{
    Actor, Arrival, Carried, Choice, DeadKind, Desk, Errand, Handled, Place, Reference, Registration, Sign, Split,
    StoreError, Task, TicketKey, TryEnd, Unjoin, Verdict,
};
use super::accept::Ground;
use super::codes::DEAD_CLOSED;
use super::signs::Signs;
use super::writer::Desk as Open;
use super::{DEAD_EVENT, DEAD_UNREADABLE, Planted, Sqlite, number_of};
use crate::ticket::EventKind;

/// What is undone about a dead letter.
pub(super) struct DeadLetter {
    /// Its stored kind.
    pub(super) kind: i64,
    /// The ticket, where it is about an event.
    pub(super) ticket: Option<i64>,
    /// The event's place, or the write-back's.
    pub(super) n: Option<i64>,
    reference: Option<i64>,
    file: Option<i64>,
    /// Its channel.
    pub(super) channel: i64,
    /// The version it is about.
    pub(super) version: Option<i64>,
}

/// A dead letter that has not ended; one that was never anybody's to deal with, because it is no submission, may still be.
pub(super) fn open_letter(desk: &Open<'_>, dead: i64) -> Result<DeadLetter, StoreError> {
    let found: Option<(DeadLetter, Option<i64>)> = desk
        .db
        .query_row(
            "SELECT kind, ticket, n, channel, version, reference, iif(ended_how = 'unticketed', NULL, ended_at), file FROM dead WHERE id = ?1",
            [dead],
            |row| {
                let letter = DeadLetter {
                    kind: row.get(0)?,
                    ticket: row.get(1)?,
                    n: row.get(2)?,
                    channel: row.get(3)?,
                    version: row.get(4)?,
                    reference: row.get(5)?,
                    file: row.get(7)?,
                };
                Ok((letter, row.get(6)?))
            },
        )
        .optional()?;
    match found {
        None => Err(StoreError::NotFound),
        Some((_, Some(_))) => Err(StoreError::Refused("this dead letter has ended already".into())),
        Some((letter, None)) => Ok(letter),
    }
}

/// An item of the way home that a person has before them.
struct HomewardItem {
    kind: DeadKind,
    reference: Reference,
    n: u32,
}

fn open_item(desk: &Open<'_>, dead: i64) -> Result<HomewardItem, StoreError> {
    let letter = open_letter(desk, dead)?;
    letter.item().ok_or_else(|| StoreError::Refused("this dead letter is not about a write-back".into()))
}

impl DeadLetter {
    fn item(&self) -> Option<HomewardItem> {
        let kind = DeadKind::from_number(self.kind);
        let (reference, n) = (Reference::from_number(self.reference?), u32::try_from(self.n?).ok()?);
        kind.is_homeward().then_some(HomewardItem { kind, reference, n })
    }
}

impl HomewardItem {
    /// Brings it to a state by a person's word, and lets its lane be looked at again.
    fn set(&self, desk: &mut Open<'_>, state: Carried, how: &str) -> Result<(), StoreError> {
        super::homeward::set(desk.db, desk.now, self.reference, self.n, state, how)?;
        let errand = Errand { task: Task::WriteBack, subject: self.reference.number() };
        plant(desk, errand)
    }

    /// A person says that what nobody knew of did not count: it may go again.
    fn forget_tries(&self, desk: &Open<'_>) -> Result<(), StoreError> {
        desk.db.execute(
            "UPDATE try SET ended_at = coalesce(ended_at, ?3), ended_how = ?4 WHERE reference = ?1 AND n = ?2
             AND coalesce(ended_how, 4) = 4",
            params![self.reference.number(), self.n, desk.now, TryEnd::Absent as i64],
        )?;
        desk.db.execute(
            "UPDATE homeward SET attempts = 0 WHERE reference = ?1 AND n = ?2",
            params![self.reference.number(), self.n],
        )?;
        Ok(())
    }
}

/// Ends a dead letter.
pub(super) fn end(desk: &Open<'_>, dead: i64, how: &str) -> Result<(), StoreError> {
    desk.db.execute("UPDATE dead SET ended_at = ?2, ended_how = ?3 WHERE id = ?1", params![dead, desk.now, how])?;
    Ok(())
}

/// Sets a lane going again, if anything is undone in it.
pub(super) fn go_on(desk: &mut Open<'_>, ticket: i64) -> Result<(), StoreError> {
    let undone: bool =
        desk.db.query_row("UPDATE ticket SET stuck = NULL WHERE id = ?1 RETURNING events > sent", [ticket], |row| {
            row.get(0)
        })?;
    if undone {
        plant_forward(desk, ticket)?;
    }
    Ok(())
}

/// Nobody is told an event any more.
pub(super) fn give_up(desk: &Open<'_>, ticket: i64, n: i64) -> Result<(), StoreError> {
    desk.db.execute("UPDATE event SET state = 1 WHERE ticket = ?1 AND n = ?2", [ticket, n])?;
    desk.db.execute("UPDATE ticket SET sent = max(sent, ?2) WHERE id = ?1", [ticket, n])?;
    Ok(())
}

fn plant_forward(desk: &mut Open<'_>, ticket: i64) -> Result<(), StoreError> {
    plant(desk, Errand { task: Task::Forward, subject: ticket })
}

/// Makes an errand due now.
fn plant(desk: &mut Open<'_>, errand: Errand) -> Result<(), StoreError> {
    desk.db.execute(
        "INSERT INTO errand (task, subject, due) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET due = excluded.due, attempts = 0",
        params![errand.task as i64, errand.subject, desk.now],
    )?;
    desk.planted.push(Planted { errand, due: desk.now, fresh: None });
    Ok(())
}

/// Releases what waits of a channel: what is not older than `from` goes live, the rest becomes historic.
pub(super) fn release(desk: &mut Open<'_>, signs: &Signs, channel: u32, from: i64) -> Result<(u64, u64), StoreError> {
    let historic = desk.db.execute(
        "UPDATE ticket SET standing = 2 WHERE channel = ?1 AND standing = 3
         AND coalesce(submitted_at, received_at) < ?2",
        params![channel, from],
    )?;
    let tickets: Vec<i64> = desk
        .db
        .prepare("UPDATE ticket SET standing = 0, events = 1 WHERE channel = ?1 AND standing = 3 RETURNING id")?
        .query_map([channel], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for &ticket in &tickets {
        desk.db.execute(
            "INSERT INTO event (ticket, n, kind, at, version, refers, same_letter)
             SELECT id, 1, 1, ?2, version, refers, same_letter FROM ticket LEFT JOIN hint ON hint.ticket = ticket.id
             WHERE id = ?1",
            [ticket, desk.now],
        )?;
        desk.db.execute("DELETE FROM hint WHERE ticket = ?1", [ticket])?;
        plant_forward(desk, ticket)?;
        for errand in super::files::released(desk.db, channel, ticket)? {
            plant(desk, errand)?;
        }
        if signs.of(channel) == Sign::Stored {
            desk.db.execute(
                "INSERT INTO homeward (reference, n, kind, since) VALUES (?1, 1, 1, ?2)",
                params![Reference::own(channel, ticket).number(), desk.now],
            )?;
            plant(desk, Errand { task: Task::WriteBack, subject: Reference::own(channel, ticket).number() })?;
        }
    }
    Ok((tickets.len() as u64, historic as u64))
}

#[async_trait]
impl Desk for Sqlite {
    async fn record(&self, actor: &Actor, what: &str, subject: &str) -> Result<(), StoreError> {
        let deed = self.deed(actor, what, subject)?;
        self.write(move |desk| deed.write(desk)).await
    }

    async fn go_live(&self, channel: u32, from: i64, actor: &Actor) -> Result<(u64, u64), StoreError> {
        let deed = self.deed(actor, "go_live", &format!("channel:{channel}"))?;
        let signs = self.signs.clone();
        self.write(move |desk| {
            desk.db
                .execute("UPDATE channel SET first_run = 2, live_from = ?2 WHERE id = ?1", params![channel, from])?;
            let counts = release(desk, &signs, channel, from)?;
            let errand = Errand { task: Task::Poll, subject: i64::from(channel) };
            let due = desk.now;
            if desk.db.execute("UPDATE errand SET due = ?2 WHERE task = 1 AND subject = ?1", params![channel, due])? > 0
            {
                desk.planted.push(Planted { errand, due, fresh: None });
            }
            deed.write(desk)?;
            Ok(counts)
        })
        .await
    }

    async fn retry(&self, dead: i64, actor: &Actor) -> Result<(), StoreError> {
        let deed = self.deed(actor, "retry", &format!("dead:{dead}"))?;
        self.write(move |desk| {
            let letter = open_letter(desk, dead)?;
            if let Some(item) = letter.item() {
                if matches!(item.kind, DeadKind::Approval | DeadKind::ByHand) {
                    return Err(StoreError::Refused("this waits for a person's word, not for another try".into()));
                }
                item.forget_tries(desk)?;
                item.set(desk, Carried::Waiting, "retried")?;
                return deed.write(desk);
            }
            if let Some(file) = letter.file {
                end(desk, dead, "retried")?;
                if let Some(errand) = super::files::again(desk.db, file, desk.now)? {
                    plant(desk, errand)?;
                }
                return deed.write(desk);
            }
            if DeadKind::from_number(letter.kind) == DeadKind::Outcome {
                end(desk, dead, "retried")?;
                return deed.write(desk);
            }
            let (DEAD_EVENT, Some(ticket)) = (letter.kind, letter.ticket) else {
                return Err(StoreError::Refused("only an event can be tried again as it is".into()));
            };
            end(desk, dead, "retried")?;
            go_on(desk, ticket)?;
            deed.write(desk)
        })
        .await
    }

    async fn drop_dead(&self, dead: i64, actor: &Actor) -> Result<(), StoreError> {
        let deed = self.deed(actor, "drop", &format!("dead:{dead}"))?;
        self.write(move |desk| {
            let letter = open_letter(desk, dead)?;
            if let Some(item) = letter.item() {
                item.set(desk, Carried::Dropped, "dropped")?;
                return deed.write(desk);
            }
            end(desk, dead, "dropped")?;
            if let (DEAD_EVENT | DEAD_CLOSED, Some(ticket), Some(n)) = (letter.kind, letter.ticket, letter.n) {
                give_up(desk, ticket, n)?;
                go_on(desk, ticket)?;
            }
            deed.write(desk)
        })
        .await
    }

    async fn edit(&self, dead: i64, body: Vec<u8>, actor: &Actor) -> Result<(), StoreError> {
        let deed = self.deed(actor, "edit", &format!("dead:{dead}"))?;
        let id = super::super::Store::reserve(self);
        let body = self.keys.seal(Place::Edit, id, &body)?;
        self.write(move |desk| {
            let letter = open_letter(desk, dead)?;
            let (DEAD_EVENT, Some(ticket), Some(n)) = (letter.kind, letter.ticket, letter.n) else {
                return Err(StoreError::Refused("only an event can be edited; mend the mapping instead".into()));
            };
            desk.db.execute(
                "INSERT INTO edit (id, ticket, n, at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, ticket, n, desk.now, body],
            )?;
            desk.db.execute("UPDATE event SET state = 2 WHERE ticket = ?1 AND n = ?2", [ticket, n])?;
            end(desk, dead, "edited")?;
            go_on(desk, ticket)?;
            deed.write(desk)
        })
        .await
    }

    async fn remap(&self, dead: i64, code: &str, arrival: Arrival, actor: &Actor) -> Result<Verdict, StoreError> {
        let deed = self.deed(actor, "remap", &format!("dead:{dead}"))?;
        let (code, schedule, signs) = (code.to_owned(), self.schedule.clone(), self.signs.clone());
        self.write(move |desk| {
            let letter = open_letter(desk, dead)?;
            if matches!(letter.kind, DEAD_EVENT | DEAD_CLOSED | DEAD_UNREADABLE)
                || letter.item().is_some()
                || letter.file.is_some()
            {
                return Err(StoreError::Refused("this dead letter holds no submission to map".into()));
            }
            let verdict = super::remap::remap(desk, &schedule, &signs, &letter, &code, arrival)?;
            if matches!(verdict, Verdict::Taken { .. }) {
                end(desk, dead, "remapped")?;
                deed.write(desk)?;
            }
            Ok(verdict)
        })
        .await
    }

    async fn choose(&self, dead: i64, choice: Choice, actor: &Actor) -> Result<Option<TicketKey>, StoreError> {
        super::closing::choose(self, dead, choice, actor).await
    }

    async fn agree(&self, dead: i64, wording: Option<String>, actor: &Actor) -> Result<(), StoreError> {
        let deed =
            self.deed(actor, if wording.is_some() { "agree_reworded" } else { "agree" }, &format!("dead:{dead}"))?;
        let id = super::super::Store::reserve(self);
        let wording = wording.map(|text| self.keys.seal(Place::Wording, id, text.as_bytes())).transpose()?;
        self.write(move |desk| {
            let item = open_item(desk, dead)?;
            if item.kind != DeadKind::Approval {
                return Err(StoreError::Refused("only what waits for approval can be agreed to".into()));
            }
            if let Some(body) = wording {
                desk.db.execute(
                    "INSERT INTO wording (id, reference, n, at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![id, item.reference.number(), item.n, desk.now, body],
                )?;
            }
            desk.db.execute(
                "UPDATE homeward SET approved = 1 WHERE reference = ?1 AND n = ?2",
                params![item.reference.number(), item.n],
            )?;
            item.set(desk, Carried::Waiting, "agreed")?;
            deed.write(desk)
        })
        .await
    }

    async fn hand_back(&self, dead: i64, id: i64, note: Vec<u8>, actor: &Actor) -> Result<(), StoreError> {
        let deed = self.deed(actor, "hand_back", &format!("dead:{dead}"))?;
        let (schedule, signs) = (self.schedule.clone(), self.signs.clone());
        self.write(move |desk| {
            let item = open_item(desk, dead)?;
            item.set(desk, Carried::HandedBack, "handed_back")?;
            desk.on_ground(&schedule, &signs, |ground| {
                super::homeward::keep_note(ground.db, id, &note)?;
                let ticket = super::references::ticket_of(ground.db, item.reference)?;
                let says = super::homeward::Says { note: Some(id), ..Default::default() };
                super::homeward::tell_core(ground, ticket, EventKind::HandedBack, &says, false)?;
                Ok(())
            })?;
            deed.write(desk)
        })
        .await
    }

    async fn done(&self, dead: i64, actor: &Actor) -> Result<(), StoreError> {
        let deed = self.deed(actor, "done", &format!("dead:{dead}"))?;
        self.write(move |desk| {
            let item = open_item(desk, dead)?;
            item.set(desk, Carried::ByHand, "done")?;
            deed.write(desk)
        })
        .await
    }

    async fn unjoin(&self, reference: Reference, unjoin: Unjoin, actor: &Actor) -> Result<TicketKey, StoreError> {
        let deed = self.deed(actor, "unjoin", &format!("reference:{}", reference.number()))?;
        let (schedule, signs) = (self.schedule.clone(), self.signs.clone());
        self.write(move |desk| {
            let unjoin = |ground: &mut Ground<'_, '_>| super::references::unjoin(ground, reference, &unjoin);
            let key = desk.on_ground(&schedule, &signs, unjoin)?;
            deed.write(desk)?;
            Ok(key)
        })
        .await
    }

    async fn split(&self, ticket: i64, split: Split, actor: &Actor) -> Result<Vec<TicketKey>, StoreError> {
        let number = self.look(move |db, _| Ok(number_of(db, ticket)?.number)).await?;
        let deed = self.deed(actor, "split", &format!("ticket:{number}"))?;
        let (schedule, signs) = (self.schedule.clone(), self.signs.clone());
        self.write(move |desk| {
            let parts = desk.on_ground(&schedule, &signs, |ground| super::parts::split(ground, ticket, &split))?;
            deed.write(desk)?;
            Ok(parts)
        })
        .await
    }

    async fn register_handled(&self, handled: Handled, actor: &Actor) -> Result<Registration, StoreError> {
        super::handled::registered(self, handled, actor).await
    }

    async fn keep_value(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |desk| {
            desk.db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)", [name, value])?;
            Ok(())
        })
        .await
    }
}
