//! Settling: how far a claimed errand came, written beside whatever else is being committed.

use rusqlite::{OptionalExtension, params};

use super::super::schedule::Next;
use super::super::{DeadKind, Errand, Outcome, Reference, Settlement, Sign, Task};
use super::accept::Ground;

/// Writes one settlement and says what becomes of its errand.
pub(super) fn settle(ground: &mut Ground<'_, '_>, settlement: &Settlement) -> rusqlite::Result<Next> {
    let errand = settlement.claim.errand;
    if !ground.schedule.holds(settlement.claim.lease()) {
        return Ok(Next::Gone);
    }
    match &settlement.outcome {
        Outcome::Forwarded { n, core_number } => forwarded(ground, errand.subject, *n, core_number.as_deref()),
        Outcome::Polled { due } => {
            ground
                .db
                .prepare_cached("UPDATE errand SET due = ?3, attempts = 0 WHERE task = ?1 AND subject = ?2")?
                .execute(params![errand.task as i64, errand.subject, due])?;
            ground
                .db
                .prepare_cached("UPDATE channel SET last_poll = ?2 WHERE id = ?1")?
                .execute([errand.subject, ground.now])?;
            Ok(Next::At(*due, 0))
        }
        Outcome::Fetched(fetched) => super::files::fetched(ground, errand, fetched),
        Outcome::Homeward { facts, again } => super::homeward::walked(ground, errand, facts, *again),
        Outcome::Retry { due, attempts } => {
            ground
                .db
                .prepare_cached("UPDATE errand SET due = ?3, attempts = ?4 WHERE task = ?1 AND subject = ?2")?
                .execute(params![errand.task as i64, errand.subject, due, attempts])?;
            Ok(Next::At(*due, *attempts))
        }
        Outcome::Dead { kind, n, reason, body, id, attempts } => {
            needs_person(ground, errand.subject, *kind, *n, reason, body, *id, *attempts)
        }
    }
}

/// A person must look at an event: its lane stops there.
#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(super) fn needs_person(
    ground: &mut Ground<'_, '_>,
    ticket: i64,
    kind: DeadKind,
    n: u32,
    reason: &str,
    body: &[u8],
    id: i64,
    attempts: u32,
) -> rusqlite::Result<Next> {
    ground
        .db
        .prepare_cached(
            "INSERT INTO dead (id, kind, channel, since, reason, attempts, ticket, n, body)
             SELECT ?1, ?2, channel, ?3, ?4, ?5, id, ?6, ?7 FROM ticket WHERE id = ?8",
        )?
        .execute(params![id, kind.number(), ground.now, reason, attempts, n, body, ticket])?;
    ground.db.prepare_cached("UPDATE ticket SET stuck = ?2 WHERE id = ?1")?.execute([ticket, id])?;
    remove(ground, Task::Forward, ticket)?;
    // News of the same commit waits behind, too; its errand's row is gone with the others'.
    let errand = Errand { task: Task::Forward, subject: ticket };
    ground.planted.retain(|planted| planted.errand != errand);
    Ok(Next::Stopped)
}

/// The core has an event; perhaps it told its own number.
pub(super) fn forwarded(
    ground: &mut Ground<'_, '_>,
    ticket: i64,
    n: u32,
    core_number: Option<&str>,
) -> rusqlite::Result<Next> {
    let told: Option<(bool, bool, u32)> = ground
        .db
        .prepare_cached(
            "UPDATE ticket SET sent = max(sent, ?2), core_number = coalesce(?3, core_number),
             core_accepted_at = coalesce(core_accepted_at, ?4) WHERE id = ?1
             RETURNING events > sent AND stuck IS NULL, sent = 1 AND ?2 = 1, channel",
        )?
        .query_row(params![ticket, n, core_number, ground.now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    // A part has no source of its own: its whole is signed for.
    if let Some((_, true, channel)) = told
        && super::parts::of(ticket).is_none()
        && ground.signs.of(channel) == Sign::CoreAccepted
        && !super::parts::is_signed(ground.db, Reference::own(channel, ticket))?
    {
        super::homeward::sign(ground, Reference::own(channel, ticket))?;
    }
    if matches!(told, Some((true, ..))) {
        ground
            .db
            .prepare_cached("UPDATE errand SET attempts = 0 WHERE task = ?1 AND subject = ?2 AND attempts <> 0")?
            .execute(params![Task::Forward as i64, ticket])?;
        return Ok(Next::Ready);
    }
    remove(ground, Task::Forward, ticket)?;
    Ok(Next::Gone)
}

fn remove(ground: &Ground<'_, '_>, task: Task, subject: i64) -> rusqlite::Result<()> {
    ground
        .db
        .prepare_cached("DELETE FROM errand WHERE task = ?1 AND subject = ?2")?
        .execute(params![task as i64, subject])?;
    Ok(())
}
