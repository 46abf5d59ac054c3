//! What accept decides, inside the one transaction: repeat, revision, held, unmapped, or a new ticket.
//!
//! First everything is decided by reading (so that a member that must be compared first has written
//! nothing), then it is written. A member never holds one external id twice.

use std::sync::atomic::AtomicI64;

use huiliu_contract::What;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{
    Acceptance, Arrival, Deed, Digest, Errand, FirstRun, Fresh, MappedKeys, NotAccepted, Reference, Schedule, Sign,
    Standing, Task, TicketKey, Verdict,
};
use super::decide::{Plan, STATE_TAKEN, STATE_UNMAPPED};
use super::references::Found;
use super::schema::SPAN;
use super::serial::Serials;
use super::signs::Signs;
use super::statements::Statements;
use super::{DEAD_HELD, DEAD_UNMAPPED, Planted, number_of};
use crate::ticket::{EventKind, SameLetter};

/// Everything that one group commit shares.
pub(super) struct Ground<'a, 'c> {
    pub(super) db: &'c Connection,
    pub(super) statements: &'a mut Statements<'c>,
    pub(super) serials: &'a mut Serials,
    pub(super) schedule: &'a Schedule,
    pub(super) signs: &'a Signs,
    pub(super) ids: &'a AtomicI64,
    pub(super) now: i64,
    /// When what is being kept came: now, or earlier where it is mapped anew.
    pub(super) came: i64,
    pub(super) planted: &'a mut Vec<Planted>,
}

fn failed(error: rusqlite::Error) -> NotAccepted {
    NotAccepted::Store(error.to_string())
}

/// Takes one member into the open transaction. An error of the kind [`NotAccepted::Store`] leaves the
/// transaction to be rolled back by the caller; the others have written nothing.
pub(super) fn accept(ground: &mut Ground<'_, '_>, member: &Acceptance) -> Result<Vec<Verdict>, NotAccepted> {
    if member.lease.is_some_and(|lease| !ground.schedule.holds(lease)) {
        return Err(NotAccepted::Stale);
    }
    let new_token = check_once(ground, member)?;
    let mut plans = Vec::with_capacity(member.arrivals.len());
    for arrival in &member.arrivals {
        plans.push(ground.plan(member, arrival).map_err(failed)?);
    }
    if plans.iter().any(|plan| matches!(plan, Plan::Nothing(Verdict::Compare { .. } | Verdict::Alike { .. }))) {
        let compare = |plan| match plan {
            Plan::Nothing(verdict) => verdict,
            _ => Verdict::Taken { what: What::New, ticket: None },
        };
        return Ok(plans.into_iter().map(compare).collect());
    }
    if let Some((once, digest)) = member.once.as_ref().filter(|_| new_token) {
        ground
            .db
            .prepare_cached("INSERT OR REPLACE INTO once (channel, token, until, digest) VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut insert| {
                insert.execute(params![member.channel, once.token, once.until.as_millisecond(), digest.0])
            })
            .map_err(failed)?;
    }
    let writes = plans.iter().any(|plan| !matches!(plan, Plan::Nothing(_)));
    let mut verdicts = Vec::with_capacity(plans.len());
    for (arrival, plan) in member.arrivals.iter().zip(plans) {
        verdicts.push(ground.carry_out(member, arrival, plan).map_err(failed)?);
    }
    for stray in &member.strays {
        ground.keep_stray(member, stray).map_err(failed)?;
    }
    ground.move_cursor(member).map_err(failed)?;
    if let Some(deed) = member.deed.clone().filter(|_| writes) {
        ground.put_on_record(deed, &verdicts).map_err(failed)?;
    }
    Ok(verdicts)
}

/// Whether the member's token is new. Seen with the same body it is a plain repeat.
fn check_once(ground: &Ground<'_, '_>, member: &Acceptance) -> Result<bool, NotAccepted> {
    let Some((once, digest)) = &member.once else { return Ok(false) };
    let seen: Option<Vec<u8>> = ground
        .db
        .prepare_cached("SELECT digest FROM once WHERE channel = ?1 AND token = ?2 AND until >= ?3")
        .and_then(|mut find| {
            find.query_row(params![member.channel, once.token, ground.now], |row| row.get(0)).optional()
        })
        .map_err(failed)?;
    match seen {
        None => Ok(true),
        Some(seen) if seen == digest.0 => Ok(false),
        Some(_) => Err(NotAccepted::Replayed),
    }
}

impl Ground<'_, '_> {
    /// Writes what a person did by a member: about the first ticket it led to, if it led to one. A letter that is held
    /// leads to none: whether it is of the ticket whose number it has is what a person must say.
    fn put_on_record(&self, deed: Deed, verdicts: &[Verdict]) -> rusqlite::Result<()> {
        let ticket = verdicts.iter().find_map(|verdict| match verdict {
            Verdict::Taken { what, ticket } if *what != What::Held => *ticket,
            _ => None,
        });
        let deed = match ticket {
            Some(ticket) => deed.about(format!("ticket:{}", ticket.number)),
            None => deed,
        };
        deed.write_in(self.db, self.now)
    }

    pub(super) fn key(&self, id: i64) -> rusqlite::Result<TicketKey> {
        number_of(self.db, id)
    }

    pub(super) fn carry_out(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        plan: Plan,
    ) -> rusqlite::Result<Verdict> {
        if !matches!(plan, Plan::Nothing(_)) {
            self.call(member, arrival)?;
        }
        match plan {
            Plan::Nothing(verdict) => Ok(verdict),
            Plan::Unticketed => match &arrival.unticketed {
                Some(unticketed) => self.keep_unticketed(member, arrival, unticketed),
                None => Err(rusqlite::Error::InvalidQuery),
            },
            Plan::New { prev } => match &arrival.mapped {
                Some(mapped) => match self.same_letter(member, arrival, mapped)? {
                    Some(Found { ticket, said: SameLetter { by, doubt: None } }) => {
                        self.join(member, arrival, mapped, prev, ticket, by)
                    }
                    Some(Found { ticket, said }) => {
                        let verdict = self.new_ticket(member, arrival, mapped, prev)?;
                        self.name(arrival, &verdict, ticket, said)?;
                        Ok(verdict)
                    }
                    None => {
                        let verdict = self.new_ticket(member, arrival, mapped, prev)?;
                        self.speak_of(member, arrival, &verdict)?;
                        Ok(verdict)
                    }
                },
                None => {
                    self.keep(member, arrival, prev, 1, STATE_UNMAPPED, None)?;
                    self.know(member, arrival, None)?;
                    super::files::set_aside(self, member, arrival)?;
                    self.dead(member, arrival, DEAD_UNMAPPED, "unmapped", None)?;
                    Ok(Verdict::Taken { what: What::Unmapped, ticket: None })
                }
            },
            Plan::Keep { prev, n, ticket, latest, state, what } => {
                self.keep(member, arrival, Some(prev), n, state, ticket)?;
                super::files::set_aside(self, member, arrival)?;
                match what {
                    What::Unmapped => self.dead(member, arrival, DEAD_UNMAPPED, "unmapped", ticket)?,
                    What::Held => self.dead(member, arrival, DEAD_HELD, "number_reused", ticket)?,
                    _ => {}
                }
                // A held or older version joins the chain behind the latest without becoming it.
                match latest {
                    Some(latest) if latest == arrival.version => self.point(member, arrival, ticket)?,
                    _ => self.splice(prev, arrival.version)?,
                }
                Ok(Verdict::Taken { what, ticket: ticket.map(|id| self.key(id)).transpose()? })
            }
            Plan::Revise { prev, n, ticket } => self.revise(member, arrival, prev, n, ticket),
            Plan::Adopt { prev, n, ticket } => super::handled::adopt(self, member, arrival, (prev, n, ticket)),
            Plan::Act { prev } => match &arrival.act {
                Some(act) => self.carry_out_act(member, arrival, act, prev),
                None => Err(rusqlite::Error::InvalidQuery),
            },
        }
    }

    /// Lets a new ticket's first event speak of the ticket whose letter it looks like; one that waits has none yet.
    fn name(&mut self, arrival: &Arrival, verdict: &Verdict, other: i64, said: SameLetter) -> rusqlite::Result<()> {
        let Verdict::Taken { ticket: Some(ticket), .. } = verdict else { return Ok(()) };
        let told = self
            .db
            .prepare_cached("UPDATE event SET refers = ?2, same_letter = ?3 WHERE ticket = ?1 AND n = 1")?
            .execute(params![ticket.id, other, said.to_stored()])?;
        if told == 0 && arrival.standing == Standing::Waiting {
            self.db
                .prepare_cached("INSERT INTO hint (ticket, refers, same_letter) VALUES (?1, ?2, ?3)")?
                .execute(params![ticket.id, other, said.to_stored()])?;
        }
        self.read_back(ticket.id);
        Ok(())
    }

    /// What was planted with a ticket does not know what its event says besides: it is read back.
    pub(super) fn read_back(&mut self, ticket: i64) {
        let errand = Errand { task: Task::Forward, subject: ticket };
        for planted in self.planted.iter_mut().filter(|planted| planted.errand == errand) {
            planted.fresh = None;
        }
    }

    /// Hangs a version that must not become the latest between the latest and its predecessor.
    fn splice(&self, latest: i64, version: i64) -> rusqlite::Result<()> {
        self.db
            .prepare_cached("UPDATE version SET prev = (SELECT prev FROM version WHERE id = ?1) WHERE id = ?2")?
            .execute([latest, version])?;
        self.db.prepare_cached("UPDATE version SET prev = ?2 WHERE id = ?1")?.execute([latest, version])?;
        Ok(())
    }

    /// The standing of a new ticket: what would wait for the end of a first run that has ended meanwhile does not.
    fn standing(&self, member: &Acceptance, arrival: &Arrival, mapped: &MappedKeys) -> rusqlite::Result<Standing> {
        if arrival.standing != Standing::Waiting {
            return Ok(arrival.standing);
        }
        let (first_run, live_from): (i64, Option<i64>) = self
            .db
            .prepare_cached("SELECT first_run, live_from FROM channel WHERE id = ?1")?
            .query_row([member.channel], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let old = live_from.is_some_and(|from| mapped.submitted_at.unwrap_or(self.now) < from);
        Ok(match super::first_run_of(first_run) {
            FirstRun::Through if old => Standing::Historic,
            FirstRun::Through => Standing::Live,
            FirstRun::Underway | FirstRun::NeedsGoLive => Standing::Waiting,
        })
    }

    pub(super) fn new_ticket(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        mapped: &MappedKeys,
        prev: Option<i64>,
    ) -> rusqlite::Result<Verdict> {
        let key = self.serials.next(self.db, self.now)?;
        let n = 1;
        self.keep(member, arrival, prev, n, STATE_TAKEN, Some(key.id))?;
        match prev {
            None => self.know(member, arrival, Some(key.id))?,
            Some(_) => self.point(member, arrival, Some(key.id))?,
        }
        let standing = self.standing(member, arrival, mapped)?;
        let live = standing == Standing::Live;
        self.statements.ticket.execute(params![
            key.id,
            super::serial::day_number(key.number.day()),
            key.number.serial(),
            member.channel,
            member.namespace,
            arrival.external_id.as_str(),
            standing as i64,
            self.now,
            mapped.submitted_at,
            mapped.deadline,
            mapped.category,
            mapped.region,
            arrival.version,
            i64::from(live),
        ])?;
        self.blind(key.id, &mapped.blind)?;
        self.remember(arrival, mapped)?;
        let waits = super::files::keep(self, member, arrival, key.id, standing)?;
        if live {
            self.event(member, arrival, mapped, key, EventKind::New, 1, 1, Some(self.due(waits)))?;
            if self.signs.of(member.channel) == Sign::Stored {
                super::homeward::sign(self, Reference::own(member.channel, key.id))?;
            }
        }
        self.match_acts(member, arrival, key.id)?;
        Ok(Verdict::Taken { what: What::New, ticket: Some(key) })
    }

    fn revise(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        prev: i64,
        n: i64,
        ticket: i64,
    ) -> rusqlite::Result<Verdict> {
        let Some(mapped) = &arrival.mapped else { return Err(rusqlite::Error::InvalidQuery) };
        if !self.opened_it(member, arrival, ticket)? {
            return self.supplemented(member, arrival, prev, n, ticket);
        }
        self.keep(member, arrival, Some(prev), n, STATE_TAKEN, Some(ticket))?;
        self.point(member, arrival, Some(ticket))?;
        let key = self.key(ticket)?;
        let (standing, events, stuck): (i64, i64, Option<i64>) = self
            .db
            .prepare_cached(
                "UPDATE ticket SET version = ?2, version_n = ?3, submitted_at = ?4, category = ?6,
                 deadline = CASE WHEN EXISTS (SELECT 1 FROM reference WHERE ticket = ?1) THEN deadline ELSE ?5 END,
                 region = ?7, events = events + (standing = 0) WHERE id = ?1 RETURNING standing, events, stuck",
            )?
            .query_row(
                params![
                    ticket,
                    arrival.version,
                    n,
                    mapped.submitted_at,
                    mapped.deadline,
                    mapped.category,
                    mapped.region
                ],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?;
        self.blind(ticket, &mapped.blind)?;
        self.remember(arrival, mapped)?;
        // Not of the member's channel: another one may read the same upstream now.
        let own = self.reference_of(member.namespace, arrival.external_id.as_str(), ticket)?;
        self.owed_until(own, ticket, mapped.deadline)?;
        let standing = Standing::from_number(standing);
        let waits = super::files::keep(self, member, arrival, ticket, standing)?;
        if standing == Standing::Live {
            let anew = super::closing::handed_anew(self, own, ticket, mapped.anew)?;
            let due = stuck.is_none().then(|| self.due(waits));
            self.event(member, arrival, mapped, key, EventKind::Revised, events, n, due)?;
            if anew {
                self.db
                    .prepare_cached("UPDATE event SET deadline = ?3 WHERE ticket = ?1 AND n = ?2")?
                    .execute(params![ticket, events, mapped.anew])?;
            }
            super::parts::revised(self, ticket, arrival.version)?;
        }
        Ok(Verdict::Taken { what: What::Revised, ticket: Some(key) })
    }

    pub(super) fn blind(&mut self, ticket: i64, keys: &[Digest]) -> rusqlite::Result<()> {
        for key in keys {
            self.statements.blind.execute(params![ticket / SPAN, key.0, ticket])?;
        }
        Ok(())
    }

    /// When an event is due: now, or when it has waited long enough for files that are still being fetched. Each that
    /// comes makes it due sooner, and whoever claims it finds out whether it was the last.
    fn due(&self, waits: bool) -> i64 {
        self.now + self.signs.files_wait().filter(|_| waits).unwrap_or(0)
    }

    /// Writes an event and, unless its lane stands still, the errand that will carry it when it is due.
    #[expect(clippy::too_many_arguments, reason = "the columns of one row")]
    fn event(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        mapped: &MappedKeys,
        key: TicketKey,
        kind: EventKind,
        n: i64,
        version_n: i64,
        due: Option<i64>,
    ) -> rusqlite::Result<()> {
        self.statements.event.execute(params![key.id, n, super::kind_number(kind), self.now, arrival.version])?;
        let Some(due) = due else { return Ok(()) };
        self.statements.errand.execute(params![Task::Forward as i64, key.id, due])?;
        let fresh = (n == 1).then(|| {
            Box::new(Fresh {
                kind,
                ticket: key,
                n: 1,
                at: self.now,
                channel: member.channel_code.clone(),
                namespace: member.namespace_name.clone(),
                external_id: arrival.external_id.clone(),
                version_n: version_n as u32,
                received_at: self.now,
                draft: mapped.draft.clone(),
                detail: None,
                joined: Vec::new(),
                edited: None,
            })
        });
        self.planted.push(Planted { errand: Errand { task: Task::Forward, subject: key.id }, due, fresh });
        Ok(())
    }
}
