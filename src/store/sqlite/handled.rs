//! Letters that were copied into the core by hand: tickets that the core has, without anything being sent. When such a letter
//! comes by its channel it is no news to the core, but its words become the ticket's.

use huiliu_contract::What;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Acceptance, Actor, Arrival, Handled, Registration, Standing, StoreError, Verdict};
use super::accept::Ground;
use super::decide::STATE_TAKEN;
use super::writer::Desk;
use super::{Sqlite, kind_number};
use crate::ticket::EventKind;

/// The tickets that were registered; `adopted` is the version by which the letter itself came.
pub(super) const HANDLED: &str = "
CREATE TABLE handled (
    ticket INTEGER PRIMARY KEY, core_number TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, adopted INTEGER
) STRICT;
";

/// Takes a letter as one that the core has, with who said so in the same transaction.
pub(super) async fn registered(store: &Sqlite, handled: Handled, actor: &Actor) -> Result<Registration, StoreError> {
    let deed = store.deed(actor, "handled", "")?;
    let (schedule, signs) = (store.schedule.clone(), store.signs.clone());
    let work = move |desk: &mut Desk<'_>| {
        let done = desk.on_ground(&schedule, &signs, |ground| register(ground, &handled))?;
        if let (false, Registration::New(Some(key)) | Registration::Known(key)) = (handled.dry, done) {
            deed.about(format!("ticket:{}", key.number)).write(desk)?;
        }
        Ok(done)
    };
    store.write(work).await
}

fn register(ground: &mut Ground<'_, '_>, handled: &Handled) -> Result<Registration, StoreError> {
    let member = &handled.acceptance;
    let Some(arrival) = member.arrivals.first() else { return Err(StoreError::NotFound) };
    let Some(mapped) = &arrival.mapped else { return Err(StoreError::Refused("the letter has no form".into())) };
    let known = ground.known(member.namespace, arrival.external_id.as_str())?;
    if let Some(ticket) = known.as_ref().and_then(|known| known.ticket) {
        let key = ground.key(ticket)?;
        let (standing, core_number): (i64, Option<String>) = ground
            .db
            .prepare_cached("SELECT standing, core_number FROM ticket WHERE id = ?1")?
            .query_row([ticket], |row| Ok((row.get(0)?, row.get(1)?)))?;
        return Ok(match core_number {
            Some(number) if number == handled.core_number => Registration::Before(key),
            Some(_) => Registration::OtherNumber(key),
            None if Standing::from_number(standing) == Standing::Live => Registration::Underway(key),
            None => {
                if let Some(other) = given(ground, &handled.core_number)? {
                    return Ok(other);
                }
                if !handled.dry {
                    has_it(ground, ticket, handled, true)?;
                }
                Registration::Known(key)
            }
        });
    }
    if let Some(other) = given(ground, &handled.core_number)? {
        return Ok(other);
    }
    if handled.dry {
        return Ok(Registration::New(None));
    }
    let verdict = ground.new_ticket(member, arrival, mapped, known.map(|known| known.latest))?;
    let Verdict::Taken { ticket: Some(key), .. } = verdict else { return Err(StoreError::NotFound) };
    has_it(ground, key.id, handled, false)?;
    Ok(Registration::New(Some(key)))
}

/// Whose number it is already, among those that were registered.
fn given(ground: &Ground<'_, '_>, core_number: &str) -> Result<Option<Registration>, StoreError> {
    let other: Option<i64> = ground
        .db
        .prepare_cached("SELECT ticket FROM handled WHERE core_number = ?1")?
        .query_row([core_number], |row| row.get(0))
        .optional()?;
    Ok(other.map(|other| ground.key(other)).transpose()?.map(Registration::NumberGiven))
}

/// Notes that the core has a ticket: its first event counts as told, by hand.
fn has_it(ground: &Ground<'_, '_>, ticket: i64, handled: &Handled, came: bool) -> rusqlite::Result<()> {
    let now = ground.now;
    let version: i64 = ground
        .db
        .prepare_cached(
            "UPDATE ticket SET standing = ?2, events = 1, sent = 1, core_number = ?3, concluded_at = ?4 WHERE id = ?1
             RETURNING version",
        )?
        .query_row(
            params![ticket, Standing::Live as i64, handled.core_number, handled.concluded.then_some(now)],
            |row| row.get(0),
        )?;
    ground
        .db
        .prepare_cached("INSERT INTO event (ticket, n, kind, at, version) VALUES (?1, 1, ?2, ?3, ?4)")?
        .execute(params![ticket, kind_number(EventKind::New), now, version])?;
    ground
        .db
        .prepare_cached("UPDATE version SET standing = ?2 WHERE id = ?1")?
        .execute(params![version, Standing::Live as i64])?;
    ground
        .db
        .prepare_cached("INSERT INTO handled (ticket, core_number, at, adopted) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![ticket, handled.core_number, now, came.then_some(version)])?;
    super::register::note(ground.db, &handled.core_number, ticket, None)?;
    Ok(())
}

/// Whether a ticket was registered and its letter did not come yet.
pub(super) fn awaits(db: &Connection, ticket: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM handled WHERE ticket = ?1 AND adopted IS NULL)")?
        .query_row([ticket], |row| row.get(0))
}

/// The letter of a registered ticket came: its words become the ticket's, and the core, which has them, is told nothing. Files
/// that wait behind links are not fetched: nobody would be told of them.
pub(super) fn adopt(
    ground: &mut Ground<'_, '_>,
    member: &Acceptance,
    arrival: &Arrival,
    (prev, n, ticket): (i64, i64, i64),
) -> rusqlite::Result<Verdict> {
    let Some(mapped) = &arrival.mapped else { return Err(rusqlite::Error::InvalidQuery) };
    ground.keep(member, arrival, Some(prev), n, STATE_TAKEN, Some(ticket))?;
    ground.point(member, arrival, Some(ticket))?;
    ground
        .db
        .prepare_cached(
            "UPDATE ticket SET version = ?2, version_n = ?3, submitted_at = coalesce(?4, submitted_at),
             deadline = coalesce(?5, deadline), category = ?6, region = ?7 WHERE id = ?1",
        )?
        .execute(params![
            ticket,
            arrival.version,
            n,
            mapped.submitted_at,
            mapped.deadline,
            mapped.category,
            mapped.region
        ])?;
    ground.blind(ticket, &mapped.blind)?;
    ground.remember(arrival, mapped)?;
    let mut own = arrival.clone();
    own.files.retain(|file| file.blob.is_some());
    super::files::keep(ground, member, &own, ticket, Standing::Historic)?;
    ground
        .db
        .prepare_cached("UPDATE handled SET adopted = ?2 WHERE ticket = ?1")?
        .execute([ticket, arrival.version])?;
    Ok(Verdict::Taken { what: What::Repeat, ticket: Some(ground.key(ticket)?) })
}
