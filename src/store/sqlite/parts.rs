//! Parts of a ticket that a person split (拆单): tickets of their own, under the number of the whole.
//!
//! A part's row is known by its whole and its place: the internal number is negative and says both. So whole tickets keep
//! numbers without gaps, nothing that counts or walks them meets a part unless it asks for one, a ticket cannot be split
//! twice, and no row, column or index is there for tickets that are not split. A part has no source reference and no
//! blind keys: it is found, counted and answered through its whole.

use std::sync::atomic::Ordering;

use huiliu_contract::{Outcome, OutcomeKind};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::super::{
    Answer, DeadKind, Errand, Keys, NewPart, OutcomeTaken, Place, Reference, Split, Standing, StoreError, Task,
    TicketKey, TicketRow,
};
use super::Planted;
use super::accept::Ground;
use super::codes::{kind_number, outcome_number};
use super::decide::STATE_TAKEN;
use super::homeward::{Says, carry, keep, keep_note, plant, tell_core};
use super::kept::{told, written};
use super::read::{TICKET, draft_of, ticket_row, with_draft};
use super::serial::number_of;
use crate::outgoing::{self, compose};
use crate::ticket::{Draft, EventKind, Spoken};

/// In how many bits a part's place stands behind its whole's number; [`Spoken::MOST_PARTS`] fits.
const BITS: u32 = 7;
const PLACES: i64 = (1 << BITS) - 1;

/// The ticket under whose number the blind keys of a ticket stand, in SQL; it holds [`BITS`].
pub(super) const KEYED_AS: &str = "iif(ticket.id < 0, -ticket.id >> 7, ticket.id)";

/// What the ids of composed outcomes begin with.
const COMPOSED: &str = "split:";

/// The internal number of a part.
pub(super) fn id(whole: i64, place: u8) -> i64 {
    -(whole << BITS | i64::from(place))
}

/// The whole, and the place in it, of an internal number; none of a whole ticket's.
pub(super) fn of(id: i64) -> Option<(i64, u8)> {
    let behind = id.checked_neg().filter(|behind| *behind > 0)?;
    Some((behind >> BITS, u8::try_from(behind & PLACES).ok()?))
}

/// The highest number that a part of this whole can have: its first part's.
pub(super) fn first(whole: i64) -> i64 {
    -(whole << BITS | 1)
}

/// The lowest.
pub(super) fn last(whole: i64) -> i64 {
    -(whole << BITS | PLACES)
}

/// A part's number, if there is that part.
pub(super) fn known(db: &Connection, id: i64) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT id FROM ticket WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()
}

/// A part as the whole knows it.
pub(super) struct Part {
    id: i64,
    concluded: bool,
}

/// The parts of a ticket, in order.
pub(super) fn parts(db: &Connection, whole: i64) -> rusqlite::Result<Vec<Part>> {
    db.prepare_cached("SELECT id, concluded_at IS NOT NULL FROM ticket WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC")?
        .query_map([last(whole), first(whole)], |row| Ok(Part { id: row.get(0)?, concluded: row.get(1)? }))?
        .collect()
}

/// The same for people.
pub(super) fn rows(db: &Connection, keys: &Keys, whole: i64) -> Result<Vec<TicketRow>, StoreError> {
    let mut find = db.prepare_cached(&format!("{TICKET} WHERE ticket.id BETWEEN ?1 AND ?2 ORDER BY ticket.id DESC"))?;
    let rows = find.query_map([last(whole), first(whole)], ticket_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().map(|row| with_draft(db, keys, row)).collect()
}

/// Splits a ticket.
pub(super) fn split(ground: &mut Ground<'_, '_>, whole: i64, split: &Split) -> Result<Vec<TicketKey>, StoreError> {
    let refuse = |why: &str| Err(StoreError::Refused(why.into()));
    let found: Option<(u32, i64, bool)> = ground
        .db
        .prepare_cached("SELECT version_n, standing, concluded_at IS NOT NULL FROM ticket WHERE id = ?1")?
        .query_row([whole], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((version_n, standing, concluded)) = found else { return Err(StoreError::NotFound) };
    if of(whole).is_some() {
        return refuse("a part is not split again");
    }
    if Standing::from_number(standing) != Standing::Live || concluded {
        return refuse("only a live ticket that is open can be split");
    }
    if !parts(ground.db, whole)?.is_empty() {
        return refuse("this ticket is split already");
    }
    if !(2..=usize::from(Spoken::MOST_PARTS)).contains(&split.parts.len()) {
        return refuse("a ticket is split into 2 to 99 parts");
    }
    if version_n != split.version_n {
        return refuse("the ticket was revised meanwhile; look at it and split it again");
    }
    let mut keys = Vec::with_capacity(split.parts.len());
    for (place, part) in (1_u8..).zip(&split.parts) {
        let id = id(whole, place);
        insert(ground, whole, id, part)?;
        keys.push(number_of(ground.db, id)?);
    }
    let (note, body) = &split.note;
    keep_note(ground.db, *note, body)?;
    tell_core(ground, whole, EventKind::Split, &Says { note: Some(*note), ..Says::default() }, false)?;
    ground.signs.is_split();
    Ok(keys)
}

/// Writes one part and its first event, which names the whole.
fn insert(ground: &mut Ground<'_, '_>, whole: i64, id: i64, part: &NewPart) -> rusqlite::Result<()> {
    let (db, now) = (ground.db, ground.now);
    db.prepare_cached(
        "INSERT INTO version (id, n, namespace, external_id, channel, received_at, state, standing, ticket,
         source_digest, mapped_digest, body)
         SELECT ?1, 1, namespace, external_id, channel, ?2, ?3, standing, ?4, ?5, ?6, ?7 FROM ticket WHERE id = ?8",
    )?
    .execute(params![
        part.version,
        now,
        STATE_TAKEN,
        id,
        part.source_digest.0,
        part.digest.0,
        part.body,
        whole
    ])?;
    db.prepare_cached(
        "INSERT INTO ticket (id, day, serial, channel, namespace, external_id, standing, received_at, submitted_at,
         deadline, category, region, version, version_n, events)
         SELECT ?1, day, serial, channel, namespace, external_id, standing, received_at, submitted_at, deadline,
         category, region, ?2, 1, 1 FROM ticket WHERE id = ?3",
    )?
    .execute([id, part.version, whole])?;
    db.prepare_cached("INSERT INTO event (ticket, n, kind, at, version, refers) VALUES (?1, 1, ?2, ?3, ?4, ?5)")?
        .execute(params![id, kind_number(EventKind::New), now, part.version, whole])?;
    ground.statements.errand.execute(params![Task::Forward as i64, id, now])?;
    ground.planted.push(Planted { errand: Errand { task: Task::Forward, subject: id }, due: now, fresh: None });
    Ok(())
}

/// Tells the parts what their whole is told, where it concerns them: what adds to the matter, presses for it or takes it
/// back concerns the open ones; what opens it again or judges the answer concerns all.
pub(super) fn spread(
    ground: &mut Ground<'_, '_>,
    whole: i64,
    kind: EventKind,
    says: &Says,
    reopens: bool,
) -> rusqlite::Result<()> {
    use EventKind::{Decided, HandedBack, Rated, Recalled, Redo, Supervised, Supplemented, Urged, Withdrawn};
    if !ground.signs.is_any_split() || of(whole).is_some() {
        return Ok(());
    }
    let all = reopens || matches!(kind, Redo | Rated | HandedBack | Decided);
    if !all && !matches!(kind, Supplemented | Urged | Supervised | Withdrawn | Recalled) {
        return Ok(());
    }
    for part in parts(ground.db, whole)?.into_iter().filter(|part| all || !part.concluded) {
        tell_core(ground, part.id, kind, says, reopens)?;
        if matches!(kind, Withdrawn | Recalled) {
            ground
                .db
                .prepare_cached("UPDATE ticket SET concluded_at = ?2 WHERE id = ?1")?
                .execute([part.id, ground.now])?;
        }
        if reopens || matches!(kind, Withdrawn | Recalled) {
            no_longer_asked(ground, part.id)?;
        }
    }
    if reopens { no_longer_asked(ground, whole) } else { Ok(()) }
}

/// A revision of the letter: the open parts keep their own text, and hear what the letter says now.
pub(super) fn revised(ground: &mut Ground<'_, '_>, whole: i64, version: i64) -> rusqlite::Result<()> {
    if !ground.signs.is_any_split() {
        return Ok(());
    }
    keep_deadline(ground, whole)?;
    let says = Says { said: Some(version), ..Says::default() };
    spread(ground, whole, EventKind::Supplemented, &says, false)
}

/// The parts have the whole's deadline.
pub(super) fn keep_deadline(ground: &Ground<'_, '_>, whole: i64) -> rusqlite::Result<()> {
    if ground.signs.is_any_split() {
        ground
            .db
            .prepare_cached(
                "UPDATE ticket SET deadline = (SELECT deadline FROM ticket WHERE id = ?1) WHERE id BETWEEN ?2 AND ?3",
            )?
            .execute([whole, last(whole), first(whole)])?;
    }
    Ok(())
}

/// Keeps an outcome of a part. What concludes it leaves only once all parts are concluded, as one; a person is asked
/// about what cannot be told of a part alone; the rest is carried for the whole as it comes.
pub(super) fn take(ground: &mut Ground<'_, '_>, keys: &Keys, told: &Answer) -> Result<OutcomeTaken, StoreError> {
    let part = match keep(ground, told)? {
        Err(known) => return Ok(known),
        Ok(part) => part,
    };
    let (whole, _) = of(part).ok_or(StoreError::NotFound)?;
    match told.kind {
        OutcomeKind::ReturnedToSource => ask(ground, keys, part, "part_returned", told)?,
        OutcomeKind::Merged => ask(ground, keys, part, "part_merged", told)?,
        kind if kind.concludes() => {
            ground
                .db
                .prepare_cached("UPDATE ticket SET concluded_at = ?2 WHERE id = ?1")?
                .execute([part, ground.now])?;
            no_longer_asked(ground, part)?;
            conclude(ground, keys, whole)?;
        }
        kind => {
            let channel = channel_of(ground.db, whole)?;
            for reference in super::references::active(ground.db, channel, whole)? {
                if kind != OutcomeKind::Signed || !is_signed(ground.db, reference)? {
                    carry(ground, reference, Some(told.id), kind)?;
                }
            }
        }
    }
    Ok(OutcomeTaken::New)
}

fn channel_of(db: &Connection, ticket: i64) -> rusqlite::Result<u32> {
    db.prepare_cached("SELECT channel FROM ticket WHERE id = ?1")?.query_row([ticket], |row| row.get(0))
}

/// Whether a lane has a signing already: one is enough for all parts.
pub(super) fn is_signed(db: &Connection, reference: Reference) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM homeward WHERE reference = ?1 AND kind = ?2)")?
        .query_row([reference.number(), outcome_number(OutcomeKind::Signed)], |row| row.get(0))
}

/// Puts the answer together and plants it for every source, once all parts are concluded. A part that is concluded anew
/// after that makes a new answer; what the core said of the whole itself, or a source took back, is left as it is.
fn conclude(ground: &mut Ground<'_, '_>, keys: &Keys, whole: i64) -> Result<(), StoreError> {
    let parts = parts(ground.db, whole)?;
    if parts.iter().any(|part| !part.concluded) || is_concluded_otherwise(ground.db, whole)? {
        return Ok(());
    }
    let mut told = Vec::with_capacity(parts.len());
    let (mut from, mut levels) = (Vec::with_capacity(parts.len()), Vec::with_capacity(parts.len()));
    for part in &parts {
        from.extend(latest_conclusion::<i64>(ground.db, "id", part.id)?);
        let Some((outcome, level)) = conclusion(ground.db, keys, part.id)? else { return Ok(()) };
        levels.push((outcome.satisfaction.clone(), level));
        told.push(outgoing::Part { title: title(ground.db, keys, part.id)?, outcome });
    }
    let Some(outcome) = compose(&told) else { return Ok(()) };
    let level = levels.into_iter().find(|(word, _)| *word == outcome.satisfaction).and_then(|(_, level)| level);
    let json = written(&outcome, level)?;
    let id = ground.ids.fetch_add(1, Ordering::Relaxed);
    let body = keys.seal(Place::Outcome, id, &json)?;
    let number = number_of(ground.db, whole)?.number;
    let digest = keys.blind("outcome", &[number.to_string().as_bytes(), &json]);
    let mut round: u32 = ground
        .db
        .prepare_cached("SELECT count(*) + 1 FROM outcome WHERE ticket = ?1 AND core_id LIKE 'split:%'")?
        .query_row([whole], |row| row.get(0))?;
    let mut keep = ground.db.prepare_cached(
        "INSERT INTO outcome (id, core_id, at, digest, ticket, kind, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (core_id) DO NOTHING",
    )?;
    let kind = outcome_number(outcome.kind);
    // A core may have chosen the same id for one of its own: the next one is free.
    while keep.execute(params![id, format!("{COMPOSED}{number}:{round}"), ground.now, digest.0, whole, kind, body])?
        == 0
    {
        round += 1;
    }
    super::answers::gather(ground, keys, id, &from)?;
    Ok(plant(ground, whole, Some(id), outcome.kind)?)
}

/// Whether a whole is concluded by something else than an answer put together from its parts.
fn is_concluded_otherwise(db: &Connection, whole: i64) -> rusqlite::Result<bool> {
    let concluded: bool = db
        .prepare_cached("SELECT concluded_at IS NOT NULL FROM ticket WHERE id = ?1")?
        .query_row([whole], |row| row.get(0))?;
    let by: Option<String> = latest_conclusion(db, "core_id", whole)?;
    Ok(concluded && by.is_none_or(|by| !by.starts_with(COMPOSED)))
}

/// A column of the latest outcome that concluded a ticket.
fn latest_conclusion<T: rusqlite::types::FromSql>(
    db: &Connection,
    column: &str,
    ticket: i64,
) -> rusqlite::Result<Option<T>> {
    let kinds: Vec<String> =
        OutcomeKind::ALL.iter().filter(|kind| kind.concludes()).map(|kind| outcome_number(*kind).to_string()).collect();
    let sql = format!(
        "SELECT {column} FROM outcome WHERE ticket = ?1 AND kind IN ({}) ORDER BY at DESC, id DESC LIMIT 1",
        kinds.join(",")
    );
    db.prepare_cached(&sql)?.query_row([ticket], |row| row.get(0)).optional()
}

/// The latest outcome that concluded a part, opened.
fn conclusion(db: &Connection, keys: &Keys, part: i64) -> Result<Option<(Outcome, Option<Value>)>, StoreError> {
    let Some(id) = latest_conclusion::<i64>(db, "id", part)? else { return Ok(None) };
    let body: Vec<u8> =
        db.prepare_cached("SELECT body FROM outcome WHERE id = ?1")?.query_row([id], |row| row.get(0))?;
    let json = keys.open(Place::Outcome, id, &body)?;
    told(&json).map(Some).ok_or_else(|| StoreError::Refused("a stored outcome cannot be read".into()))
}

/// A part's title.
fn title(db: &Connection, keys: &Keys, part: i64) -> Result<String, StoreError> {
    let (version, body): (i64, Vec<u8>) = db
        .prepare_cached(
            "SELECT version.id, version.body FROM ticket JOIN version ON version.id = ticket.version
             WHERE ticket.id = ?1",
        )?
        .query_row([part], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let draft = draft_of(&keys.open(Place::Version, version, &body)?);
    let draft: Option<Draft> = draft.and_then(|draft| serde_json::from_slice(&draft).ok());
    Ok(draft.and_then(|draft| draft.matter.title).unwrap_or_default())
}

/// An outcome as it is carried for a ticket: one of a part with that part named in what leaves.
pub(super) fn as_carried(
    db: &Connection,
    keys: &Keys,
    ticket: Option<i64>,
    json: Option<Vec<u8>>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some((part, json)) = ticket.filter(|ticket| of(*ticket).is_some()).zip(json.as_deref()) else {
        return Ok(json);
    };
    let Some((outcome, level)) = told(json) else { return Ok(Some(json.to_vec())) };
    let named = outgoing::named(outgoing::Part { title: title(db, keys, part)?, outcome });
    written(&named, level).map(Some)
}

/// The core concluded a whole by itself while parts are open: a person sees whether their answers are in it.
pub(super) fn left_open(ground: &mut Ground<'_, '_>, whole: i64) -> rusqlite::Result<()> {
    if !ground.signs.is_any_split() || parts(ground.db, whole)?.iter().all(|part| part.concluded) {
        return Ok(());
    }
    to_do(ground, whole, "whole_closed", ground.ids.fetch_add(1, Ordering::Relaxed), None)
}

/// Asks a person about an outcome that cannot be told of a part alone.
fn ask(ground: &Ground<'_, '_>, keys: &Keys, part: i64, reason: &'static str, told: &Answer) -> Result<(), StoreError> {
    let json = keys.open(Place::Outcome, told.id, &told.body)?;
    let outcome = serde_json::from_slice::<Outcome>(&json).ok();
    let said = outcome.and_then(|outcome| outcome.reason.or(outcome.into).or(outcome.internal_note));
    let details = serde_json::json!({ "quoted": said });
    let id = ground.ids.fetch_add(1, Ordering::Relaxed);
    let body = keys.seal(Place::Dead, id, details.to_string().as_bytes())?;
    Ok(to_do(ground, part, reason, id, Some(body))?)
}

fn to_do(ground: &Ground<'_, '_>, ticket: i64, reason: &str, id: i64, body: Option<Vec<u8>>) -> rusqlite::Result<()> {
    ground
        .db
        .prepare_cached(
            "INSERT INTO dead (id, kind, channel, since, reason, ticket, body)
             SELECT ?1, ?2, channel, ?3, ?4, id, ?5 FROM ticket WHERE id = ?6",
        )?
        .execute(params![id, DeadKind::Part.number(), ground.now, reason, body, ticket])?;
    Ok(())
}

/// What a person was asked about a part, or about a whole for its parts' sake, is over.
fn no_longer_asked(ground: &Ground<'_, '_>, ticket: i64) -> rusqlite::Result<()> {
    ground
        .db
        .prepare_cached(
            "UPDATE dead SET ended_at = ?3, ended_how = 'overtaken' WHERE ended_at IS NULL AND kind = ?2 AND ticket = ?1
             AND channel = (SELECT channel FROM ticket WHERE id = ?1)",
        )?
        .execute(params![ticket, DeadKind::Part.number(), ground.now])?;
    Ok(())
}
