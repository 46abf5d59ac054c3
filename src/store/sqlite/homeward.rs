//! The way home in the database: what is planted for each source, every try, and what a worker found out.

use huiliu_contract::OutcomeKind;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::schedule::Next;
use super::super::{
    Again, Answer, Carried, DeadKind, Errand, Fact, Lease, OutcomeTaken, Reference, Sign, Standing, Task, TryEnd,
};
use super::accept::Ground;
use super::codes::outcome_number;
use super::parts;
use super::serial::id_of;
use super::{Planted, UNKNOWN_OUTCOME};
use crate::ticket::EventKind;

/// Keeps an outcome of a whole ticket and plants it for every source.
pub(super) fn take(ground: &mut Ground<'_, '_>, told: &Answer) -> rusqlite::Result<OutcomeTaken> {
    match keep(ground, told)? {
        Err(known) => Ok(known),
        Ok(ticket) => plant(ground, ticket, Some(told.id), told.kind).map(|()| OutcomeTaken::New),
    }
}

/// Keeps an outcome with its files, and tells its ticket; what it is, where it was kept before or its ticket is unknown.
pub(super) fn keep(ground: &Ground<'_, '_>, told: &Answer) -> rusqlite::Result<Result<i64, OutcomeTaken>> {
    let now = ground.now;
    let known: Option<(Vec<u8>, Option<i64>, Option<i64>)> = ground
        .db
        .prepare_cached("SELECT digest, ticket, until FROM outcome WHERE core_id = ?1")?
        .query_row([&told.core_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    match known {
        None => {}
        // Nobody knows its ticket, and its time has run out: it is as if it had never come.
        Some((_, None, Some(until))) if until < now => {
            ground.db.prepare_cached("DELETE FROM outcome WHERE core_id = ?1")?.execute([&told.core_id])?;
        }
        Some((seen, ..)) if seen != told.digest.0 => return Ok(Err(OutcomeTaken::Conflict)),
        Some((_, None, Some(until))) => return Ok(Err(OutcomeTaken::UnknownTicket(until))),
        Some(_) => return Ok(Err(OutcomeTaken::Repeat)),
    }
    let ticket = told.ticket.map(|number| id_of(ground.db, number)).transpose()?.flatten();
    let until = ticket.is_none().then_some(now + UNKNOWN_OUTCOME);
    ground
        .db
        .prepare_cached(
            "INSERT INTO outcome (id, core_id, at, digest, ticket, until, kind, body, files)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            told.id,
            told.core_id,
            now,
            told.digest.0,
            ticket,
            until,
            outcome_number(told.kind),
            told.body,
            super::answers::count(&told.files)
        ])?;
    super::answers::keep(ground.db, told.id, &told.files)?;
    if let Some(deed) = &told.deed {
        deed.write_in(ground.db, now)?;
    }
    Ok(ticket.ok_or(OutcomeTaken::UnknownTicket(until.unwrap_or(now))))
}

/// Plants what is to be carried to every source of a live ticket. Nothing is owed to the others.
pub(super) fn plant(
    ground: &mut Ground<'_, '_>,
    ticket: i64,
    outcome: Option<i64>,
    kind: OutcomeKind,
) -> rusqlite::Result<()> {
    const OWED: &str = "SELECT channel, standing, core_accepted_at IS NOT NULL
        OR EXISTS (SELECT 1 FROM handled WHERE handled.ticket = ticket.id) FROM ticket WHERE id = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let (channel, standing, accepted): (u32, i64, bool) = ground.db.prepare_cached(OWED)?.query_row([ticket], read)?;
    if Standing::from_number(standing) != Standing::Live {
        return Ok(());
    }
    if kind.concludes() {
        ground.db.prepare_cached("UPDATE ticket SET concluded_at = ?2 WHERE id = ?1")?.execute([ticket, ground.now])?;
        parts::left_open(ground, ticket)?;
    }
    // A quick core speaks before its answer to the event is settled here. Nobody signs for what was handled by hand.
    let (own, by_core) = (Reference::own(channel, ticket), ground.signs.of(channel) == Sign::CoreAccepted);
    if !accepted && kind != OutcomeKind::Signed && by_core && !parts::is_signed(ground.db, own)? {
        sign(ground, own)?;
    }
    for reference in super::references::active(ground.db, channel, ticket)? {
        carry(ground, reference, outcome, kind)?;
    }
    Ok(())
}

/// Puts one item at the end of a lane, and plants the errand that will carry it.
pub(super) fn carry(
    ground: &mut Ground<'_, '_>,
    reference: Reference,
    outcome: Option<i64>,
    kind: OutcomeKind,
) -> rusqlite::Result<()> {
    ground
        .db
        .prepare_cached(
            "INSERT INTO homeward (reference, n, outcome, kind, since)
             SELECT ?1, coalesce(max(n), 0) + 1, ?2, ?3, ?4 FROM homeward WHERE reference = ?1",
        )?
        .execute(params![reference.number(), outcome, outcome_number(kind), ground.now])?;
    let errand = Errand { task: Task::WriteBack, subject: reference.number() };
    ground.statements.errand.execute(params![errand.task as i64, errand.subject, ground.now])?;
    ground.planted.push(Planted { errand, due: ground.now, fresh: None });
    Ok(())
}

/// Plants our own signing (签收).
pub(super) fn sign(ground: &mut Ground<'_, '_>, reference: Reference) -> rusqlite::Result<()> {
    carry(ground, reference, None, OutcomeKind::Signed)
}

/// Commits what is about to be sent; false if the lease is lost, and then nothing may be sent.
pub(super) fn begin(
    ground: &mut Ground<'_, '_>,
    lease: Lease,
    n: u32,
    id: i64,
    parcel: &[u8],
) -> rusqlite::Result<bool> {
    if !ground.schedule.holds(lease) {
        return Ok(false);
    }
    ground
        .db
        .prepare_cached("INSERT INTO try (id, reference, n, at, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![id, lease.errand.subject, n, ground.now, parcel])?;
    Ok(true)
}

/// Writes what a worker found out about a lane, and says what becomes of its errand.
pub(super) fn walked(
    ground: &mut Ground<'_, '_>,
    errand: Errand,
    facts: &[Fact],
    again: Again,
) -> rusqlite::Result<Next> {
    let reference = Reference::from_number(errand.subject);
    for fact in facts {
        write(ground, reference, fact)?;
    }
    // What was planted since the lane was read is not known to whoever settles it.
    let asked = ground.schedule.is_asked_again(errand) || ground.planted.iter().any(|one| one.errand == errand);
    let due = match again {
        Again::Never if !asked => {
            ground
                .db
                .prepare_cached("DELETE FROM errand WHERE task = ?1 AND subject = ?2")?
                .execute(params![errand.task as i64, errand.subject])?;
            return Ok(Next::Gone);
        }
        Again::At(due) if !asked => due,
        _ => ground.now,
    };
    ground.db.prepare_cached("UPDATE errand SET due = ?3 WHERE task = ?1 AND subject = ?2")?.execute(params![
        errand.task as i64,
        errand.subject,
        due
    ])?;
    Ok(if due > ground.now { Next::At(due, 0) } else { Next::Ready })
}

pub(super) fn write(ground: &mut Ground<'_, '_>, reference: Reference, fact: &Fact) -> rusqlite::Result<()> {
    match fact {
        Fact::State { n, state } => set(ground.db, ground.now, reference, *n, *state, "overtaken"),
        Fact::Attempts { n, attempts } => {
            ground
                .db
                .prepare_cached("UPDATE homeward SET attempts = ?3 WHERE reference = ?1 AND n = ?2")?
                .execute(params![reference.number(), n, attempts])?;
            Ok(())
        }
        Fact::Person { n, kind, reason, id, body } => {
            set(ground.db, ground.now, reference, *n, Carried::Person, "overtaken")?;
            ground
                .db
                .prepare_cached(
                    "INSERT INTO dead (id, kind, channel, since, reason, attempts, ticket, n, reference, body)
                     SELECT ?1, ?2, ?3, ?4, ?5, attempts, ?6, n, reference, ?7 FROM homeward
                     WHERE reference = ?8 AND n = ?9",
                )?
                .execute(params![
                    id,
                    kind.number(),
                    reference.channel(),
                    ground.now,
                    reason,
                    super::references::ticket_of(ground.db, reference)?,
                    body,
                    reference.number(),
                    n
                ])?;
            Ok(())
        }
        // A far side may be away for weeks: what never left is forgotten.
        Fact::Tried { id, end: TryEnd::NotArrived, .. } => {
            ground.db.prepare_cached("DELETE FROM try WHERE id = ?1")?.execute([id])?;
            Ok(())
        }
        Fact::Tried { id, end, answer } => {
            ground
                .db
                .prepare_cached("UPDATE try SET ended_at = ?2, ended_how = ?3, answer = ?4 WHERE id = ?1")?
                .execute(params![id, ground.now, *end as i64, answer])?;
            Ok(())
        }
        Fact::Event { kind, id, body, deadline } => {
            keep_note(ground.db, *id, body)?;
            let ticket = super::references::ticket_of(ground.db, reference)?;
            let says = Says { note: Some(*id), deadline: *deadline, reference: Some(reference), ..Says::default() };
            tell_core(ground, ticket, *kind, &says, *kind == EventKind::Redo).map(|_| ())
        }
        Fact::Returned => super::closing::returned(ground.db, ground.now, reference),
    }
}

/// Brings an item to a state; what a person was asked about it is over.
pub(super) fn set(
    db: &Connection,
    now: i64,
    reference: Reference,
    n: u32,
    state: Carried,
    how: &str,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE homeward SET state = ?3, since = ?4 WHERE reference = ?1 AND n = ?2")?
        .execute(params![reference.number(), n, state as i64, now])?;
    db.prepare_cached(
        "UPDATE dead SET ended_at = ?3, ended_how = ?4 WHERE reference = ?1 AND n = ?2 AND ended_at IS NULL",
    )?
    .execute(params![reference.number(), n, now, how])?;
    if state.was_told() {
        // Whoever asked where the answer stays has it.
        db.prepare_cached(
            "UPDATE dead SET ended_at = ?3, ended_how = 'answered' WHERE reference = ?1 AND kind = ?2
             AND ended_at IS NULL",
        )?
        .execute(params![reference.number(), DeadKind::Urged.number(), now])?;
    }
    Ok(())
}

/// Keeps what an event says besides the ticket.
pub(super) fn keep_note(db: &Connection, id: i64, body: &[u8]) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO note (id, body) VALUES (?1, ?2)")?.execute(params![id, body])?;
    Ok(())
}

/// What an event says besides the ticket.
#[derive(Clone, Copy, Default)]
pub(super) struct Says {
    /// A kept note.
    pub(super) note: Option<i64>,
    /// The version whose draft says what was added.
    pub(super) said: Option<i64>,
    /// The other ticket that it speaks of.
    pub(super) refers: Option<i64>,
    /// The file that it speaks of.
    pub(super) file: Option<i64>,
    /// By when it is to be done from now on (ms), where the ticket is open again.
    pub(super) deadline: Option<i64>,
    /// The source that asks.
    pub(super) reference: Option<Reference>,
    /// The version by which it asks.
    pub(super) asked: Option<i64>,
    /// Whether the ticket was opened again just before.
    pub(super) reopened: bool,
}

/// Writes an event that carries a note, and plants the errand that takes it to the core. `reopens`: the ticket is open
/// again, and that is counted (发回重办). Tells the event's place.
pub(super) fn tell_core(
    ground: &mut Ground<'_, '_>,
    ticket: i64,
    kind: EventKind,
    says: &Says,
    reopens: bool,
) -> rusqlite::Result<i64> {
    if reopens {
        super::closing::reopen(ground.db, ground.now, ticket, says.deadline, true)?;
    }
    let (n, version, stuck): (i64, i64, Option<i64>) = ground
        .db
        .prepare_cached("UPDATE ticket SET events = events + 1 WHERE id = ?1 RETURNING events, version, stuck")?
        .query_row([ticket], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    ground
        .db
        .prepare_cached(
            "INSERT INTO event (ticket, n, kind, at, version, note, said, refers, file, deadline, reference, asked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            ticket,
            n,
            super::kind_number(kind),
            ground.now,
            version,
            says.note,
            says.said,
            says.refers,
            says.file,
            says.deadline,
            says.reference.map(Reference::number),
            says.asked
        ])?;
    if stuck.is_none() {
        ground.statements.errand.execute(params![Task::Forward as i64, ticket, ground.now])?;
        let errand = Errand { task: Task::Forward, subject: ticket };
        ground.planted.push(Planted { errand, due: ground.now, fresh: None });
    }
    parts::spread(ground, ticket, kind, says, reopens || says.reopened)?;
    Ok(n)
}
