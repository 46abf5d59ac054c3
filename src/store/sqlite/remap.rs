//! Taking a kept version that was mapped anew, through the same decisions as one that just came.

use rusqlite::{OptionalExtension, params};

use super::super::{Acceptance, Arrival, Schedule, StoreError, Verdict};
use super::accept::Ground;
use super::decide::Known;
use super::desk::DeadLetter;
use super::signs::Signs;
use super::statements::Statements;
use super::writer::Desk;

/// Takes a kept version that was mapped anew. [`Verdict::Compare`] and [`Verdict::Alike`] have written nothing.
pub(super) fn remap(
    desk: &mut Desk<'_>,
    schedule: &Schedule,
    signs: &Signs,
    letter: &DeadLetter,
    code: &str,
    arrival: Arrival,
) -> Result<Verdict, StoreError> {
    if arrival.mapped.is_none() {
        return Err(StoreError::Refused("the mapping still yields nothing; mend it first".into()));
    }
    let channel = letter.channel;
    let came: i64 = desk
        .db
        .query_row("SELECT received_at FROM version WHERE id = ?1", [letter.version], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::NotFound)?;
    let (namespace, name): (u32, String) = desk.db.query_row(
        "SELECT namespace.id, namespace.name FROM channel JOIN namespace ON namespace.id = channel.namespace
         WHERE channel.id = ?1",
        [channel],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let member = Acceptance {
        channel: u32::try_from(channel).map_err(|_| StoreError::NotFound)?,
        channel_code: code.into(),
        namespace,
        namespace_name: name.as_str().into(),
        polled: true,
        arrivals: vec![arrival],
        strays: Vec::new(),
        once: None,
        lease: None,
        cursor: None,
        keepsake: None,
        deed: None,
    };
    let mut statements = Statements::prepare(desk.db)?;
    let mut ground = Ground {
        db: desk.db,
        statements: &mut statements,
        serials: desk.serials,
        schedule,
        signs,
        ids: desk.ids,
        now: desk.now,
        came,
        planted: &mut desk.planted,
    };
    // Written anew where they belong, as is the version itself.
    if let Some(version) = letter.version {
        super::files::forget_aside(ground.db, version)?;
    }
    let Some(arrival) = member.arrivals.first() else { return Err(StoreError::NotFound) };
    if let Some(act) = &arrival.act
        && (!act.or_new || matches!(ground.meant(namespace, &act.about)?, Some((_, Some(_)))))
    {
        // One with a number of its own was kept under it.
        let prev = ground.known(namespace, arrival.external_id.as_str())?.map(|known| known.latest);
        return Ok(ground.carry_out_act(&member, arrival, act, prev)?);
    }
    let known = ground
        .statements
        .find
        .query_row(params![namespace, arrival.external_id.as_str()], |row| {
            Ok(Known { latest: row.get(0)?, ticket: row.get(1)? })
        })
        .optional()?
        .ok_or(StoreError::NotFound)?;
    let plan = ground.plan_known(&member, arrival, &known, Some(came))?;
    Ok(ground.carry_out(&member, arrival, plan)?)
}
