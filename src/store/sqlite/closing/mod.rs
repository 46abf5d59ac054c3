//! When a ticket is concluded, and what opens it again: a granted return, an answer told once more, a matter that is sent
//! back, supervised, or handed over anew.

mod choices;

use huiliu_contract::OutcomeKind;
use rusqlite::{Connection, OptionalExtension, params};

pub(super) use self::choices::{choose, closed_order};
use super::super::{Carried, Reference};
use super::accept::Ground;
use super::codes::outcome_of;
use super::homeward::set;
use super::references::{active, ticket_of};

/// A source took the matter back (退单 granted): it is owed nothing more. The ticket is concluded when none of its sources
/// is left.
pub(super) fn returned(db: &Connection, now: i64, reference: Reference) -> rusqlite::Result<()> {
    let ticket = ticket_of(db, reference)?;
    // Unlike one that was withdrawn it stays among the sources that events name: it is still where the letter came from.
    db.prepare_cached(
        "INSERT INTO reference (id, ticket, channel, namespace, external_id, since, ended_at, ended_how)
         SELECT ?1, id, channel, namespace, external_id, received_at, ?3, 'returned' FROM ticket WHERE id = ?2
         ON CONFLICT (id) DO UPDATE SET ended_at = ?3, ended_how = 'returned' WHERE ended_at IS NULL",
    )?
    .execute(params![reference.number(), ticket, now])?;
    conclude_if_nobody_is_left(db, now, ticket)
}

fn conclude_if_nobody_is_left(db: &Connection, now: i64, ticket: i64) -> rusqlite::Result<()> {
    let channel =
        db.prepare_cached("SELECT channel FROM ticket WHERE id = ?1")?.query_row([ticket], |row| row.get(0))?;
    if active(db, channel, ticket)?.is_empty() {
        db.prepare_cached("UPDATE ticket SET concluded_at = coalesce(concluded_at, ?2) WHERE id = ?1")?
            .execute([ticket, now])?;
    }
    Ok(())
}

/// A source that had taken the matter back asks for it again: it is answered again. True if it had.
pub(super) fn resume(db: &Connection, reference: Reference) -> rusqlite::Result<bool> {
    let resumed = db
        .prepare_cached(
            "UPDATE reference SET ended_at = NULL, ended_how = NULL
             WHERE id = ?1 AND ended_how IN ('returned', 'withdrawn')",
        )?
        .execute([reference.number()])?;
    Ok(resumed > 0)
}

/// Whether a source took the matter back by granting our return.
pub(super) fn is_returned(db: &Connection, reference: Reference) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM reference WHERE id = ?1 AND ended_how = 'returned')")?
        .query_row([reference.number()], |row| row.get(0))
}

/// A ticket is open again. `counts`: as one that is done again (发回重办). Without a new deadline the old one holds as
/// long as it lies ahead; one that is past says nothing of this time, and the ticket is listed as one without.
pub(super) fn reopen(
    db: &Connection,
    now: i64,
    ticket: i64,
    deadline: Option<i64>,
    counts: bool,
) -> rusqlite::Result<()> {
    let channel = db
        .prepare_cached(
            "UPDATE ticket SET concluded_at = NULL, reopened_at = ?2, redone = redone + ?4,
             deadline = coalesce(?3, iif(deadline > ?2, deadline, NULL)) WHERE id = ?1 RETURNING channel",
        )?
        .query_row(params![ticket, now, deadline, counts], |row| row.get(0))?;
    // What each source waited for is past: from now on all wait for the new answer.
    db.prepare_cached("UPDATE reference SET deadline = (SELECT deadline FROM ticket WHERE id = ?1) WHERE ticket = ?1")?
        .execute([ticket])?;
    // Another answer comes: the old one is not told again. One that is under way is known to whoever tells it.
    for reference in active(db, channel, ticket)? {
        let mut find = db.prepare_cached(
            "SELECT n FROM homeward WHERE reference = ?1 AND repeats IS NOT NULL AND state IN (0, 1)
             AND NOT EXISTS (SELECT 1 FROM try WHERE try.reference = homeward.reference AND try.n = homeward.n)",
        )?;
        let waiting =
            find.query_map([reference.number()], |row| row.get(0))?.collect::<rusqlite::Result<Vec<u32>>>()?;
        for n in waiting {
            set(db, now, reference, n, Carried::Passed, "overtaken")?;
        }
    }
    Ok(())
}

/// What a source was told last that concludes: its place, and how it stands.
fn told_last(db: &Connection, reference: Reference) -> rusqlite::Result<Option<(u32, Carried)>> {
    let mut find = db.prepare_cached("SELECT n, kind, state FROM homeward WHERE reference = ?1 ORDER BY n DESC")?;
    let mut rows = find.query([reference.number()])?;
    while let Some(row) = rows.next()? {
        let state = Carried::from_number(row.get(2)?);
        if state.was_told() && outcome_of(row.get(1)?).is_some_and(OutcomeKind::concludes) {
            return Ok(Some((row.get(0)?, state)));
        }
    }
    Ok(None)
}

/// The source sends the matter back: what it still judged is sent back with it. False if it was known to be sent back
/// already, for the far side's state may have told it first.
pub(super) fn send_back(ground: &mut Ground<'_, '_>, reference: Reference) -> rusqlite::Result<bool> {
    let Some((_, last)) = told_last(ground.db, reference)? else { return Ok(true) };
    let mut find = ground.db.prepare_cached("SELECT n, kind FROM homeward WHERE reference = ?1 AND state = ?2")?;
    let judged = find
        .query_map(params![reference.number(), Carried::Review as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(u32, i64)>>>()?;
    for (n, _) in judged.into_iter().filter(|(_, kind)| outcome_of(*kind).is_some_and(OutcomeKind::concludes)) {
        set(ground.db, ground.now, reference, n, Carried::SentBack, "decided")?;
        ground.walk_again(reference)?;
    }
    Ok(last != Carried::SentBack)
}

/// The place of what a source was told last that concludes and still stands there; none if nothing does.
fn stands(db: &Connection, reference: Reference) -> rusqlite::Result<Option<u32>> {
    let last = told_last(db, reference)?;
    Ok(last.filter(|(_, state)| matches!(state, Carried::Settled | Carried::Review | Carried::ByHand)).map(|(n, _)| n))
}

/// A ticket that an act opened which bears no number of its own: its source knows the number that the act is about.
pub(super) fn answered_at(db: &Connection, ticket: i64, about: Reference) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE ticket SET answers = coalesce((SELECT external_id FROM reference WHERE id = ?2),
         (SELECT coalesce(old.answers, old.external_id) FROM ticket AS old WHERE old.id = ?3))
         WHERE id = ?1 AND external_id LIKE 'act:%'",
    )?
    .execute(params![ticket, about.number(), about.opened()])?;
    Ok(())
}

/// Tells a source once more what it was told last that concludes, at the end of its lane and under another key. Only one
/// such telling waits at a time. False if nothing stands there that could be told again.
pub(super) fn answer_again(ground: &mut Ground<'_, '_>, reference: Reference) -> rusqlite::Result<bool> {
    let Some(n) = stands(ground.db, reference)? else { return Ok(false) };
    let waits: bool = ground
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM homeward WHERE reference = ?1 AND repeats IS NOT NULL AND state IN (0, 1))",
        )?
        .query_row([reference.number()], |row| row.get(0))?;
    if waits {
        return Ok(true);
    }
    // Whoever agreed to the text agreed to this.
    ground
        .db
        .prepare_cached(
            "INSERT INTO homeward (reference, n, outcome, kind, since, approved, repeats)
             SELECT reference, (SELECT max(n) + 1 FROM homeward WHERE reference = ?1), outcome, kind, ?3, approved, n
             FROM homeward WHERE reference = ?1 AND n = ?2",
        )?
        .execute(params![reference.number(), n, ground.now])?;
    ground.walk_again(reference)?;
    Ok(true)
}

/// An item that its source hands over anew after it had taken it back: the ticket is open again.
pub(super) fn handed_anew(
    ground: &mut Ground<'_, '_>,
    reference: Reference,
    ticket: i64,
    deadline: Option<i64>,
) -> rusqlite::Result<bool> {
    if !is_returned(ground.db, reference)? {
        return Ok(false);
    }
    resume(ground.db, reference)?;
    let concluded: Option<i64> = ground
        .db
        .prepare_cached("SELECT concluded_at FROM ticket WHERE id = ?1")?
        .query_row([ticket], |row| row.get(0))
        .optional()?
        .flatten();
    if concluded.is_none() {
        return Ok(false);
    }
    reopen(ground.db, ground.now, ticket, deadline, false)?;
    // Handed over anew it is signed for anew.
    if ground.signs.of(reference.channel()) != super::super::Sign::Never {
        super::homeward::sign(ground, reference)?;
    }
    Ok(true)
}
