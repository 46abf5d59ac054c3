//! Acts: what a source asks about an item that it handed over before. An act becomes an event on that item's ticket; one
//! about an item that is not known yet waits for it.

use std::sync::atomic::Ordering;

use huiliu_contract::{OutcomeKind, What};
use rusqlite::{OptionalExtension, params};

use super::super::{
    Acceptance, ActArrival, Arrival, Carried, DeadKind, Errand, MappedKeys, Reference, Standing, Task, Verdict,
};
use super::Planted;
use super::accept::Ground;
use super::codes::{outcome_number, outcome_of};
use super::decide::{Known, Plan, STATE_ACT};
use super::homeward::{Says, tell_core};
use crate::settings::{AfterSupervise, AfterSupplement, AfterUrge};
use crate::ticket::{Act, EventKind};

/// How long an act may wait for its item before a person is told (ms).
pub(super) const SHOWN_AFTER: i64 = 3 * 86_400_000;

/// Every act, by its stored number.
const ACTS: [Act; 9] = [
    Act::New,
    Act::Supplement,
    Act::Urge,
    Act::Supervise,
    Act::Redo,
    Act::Withdraw,
    Act::Recall,
    Act::Decision,
    Act::Rating,
];

/// What is done to a ticket.
struct Asked {
    act: Act,
    granted: Option<bool>,
    /// Whether a concluded ticket is opened again.
    reopens: bool,
    /// Whether the core is told of an urging about a concluded ticket.
    tells: bool,
    /// By when a ticket is to be done that is opened again.
    deadline: Option<i64>,
    note: i64,
    /// The version by which it was asked.
    version: i64,
}

impl Ground<'_, '_> {
    /// What an act is: told again, or to be carried out. It reads and writes nothing.
    pub(super) fn plan_act(&mut self, member: &Acceptance, arrival: &Arrival) -> rusqlite::Result<Plan> {
        let known = self.known(member.namespace, arrival.external_id.as_str())?;
        let Some(known) = known else { return Ok(Plan::Act { prev: None }) };
        let latest = self.version(known.latest)?;
        if latest.source_digest == arrival.source_digest.0 {
            let ticket = known.ticket.map(|id| self.key(id)).transpose()?;
            return Ok(Plan::Nothing(Verdict::Taken { what: What::Repeat, ticket }));
        }
        Ok(Plan::Act { prev: Some(known.latest) })
    }

    pub(super) fn known(&mut self, namespace: u32, external_id: &str) -> rusqlite::Result<Option<Known>> {
        self.statements
            .find
            .query_row(params![namespace, external_id], |row| Ok(Known { latest: row.get(0)?, ticket: row.get(1)? }))
            .optional()
    }

    /// Keeps an act and carries it out, or lets it wait for its item.
    pub(super) fn carry_out_act(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        act: &ActArrival,
        prev: Option<i64>,
    ) -> rusqlite::Result<Verdict> {
        let (about, ticket) = match self.meant(member.namespace, &act.about)? {
            Some((about, ticket)) => (about, ticket),
            None => (act.about.number.as_str().to_owned(), None),
        };
        let concluded = match ticket {
            Some(ticket) => self.is_concluded(ticket)?,
            None => false,
        };
        let anew = act.act == Act::Supplement && act.after_close.supplement == AfterSupplement::New;
        if concluded
            && anew
            && let (Some(mapped), None) = (&arrival.mapped, prev)
        {
            return self.supplement_anew(member, arrival, act, mapped, ticket.map(|old| (old, about.as_str())));
        }
        self.keep(member, arrival, prev, 1, STATE_ACT, ticket)?;
        match prev {
            None => self.know(member, arrival, ticket)?,
            Some(_) => self.point(member, arrival, ticket)?,
        }
        super::homeward::keep_note(self.db, act.note, &act.body)?;
        super::files::set_aside(self, member, arrival)?;
        let asked = Asked {
            act: act.act,
            granted: act.granted,
            reopens: act.act == Act::Redo
                || act.act == Act::Supervise && act.after_close.supervise == AfterSupervise::Reopen,
            tells: act.after_close.urge == AfterUrge::Tell,
            deadline: act.deadline,
            note: act.note,
            version: arrival.version,
        };
        match ticket {
            Some(ticket) => {
                let reference = self.reference_of(member.namespace, &about, ticket)?;
                self.ask(reference, ticket, &asked)?;
            }
            None => self.wait_for(member, arrival, act, &asked)?,
        }
        Ok(Verdict::Taken { what: What::Act, ticket: ticket.map(|id| self.key(id)).transpose()? })
    }

    fn is_concluded(&self, ticket: i64) -> rusqlite::Result<bool> {
        self.db
            .prepare_cached("SELECT concluded_at IS NOT NULL FROM ticket WHERE id = ?1")?
            .query_row([ticket], |row| row.get(0))
    }

    /// A supplement to what is done with is a matter of its own that names the old one.
    fn supplement_anew(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        act: &ActArrival,
        mapped: &MappedKeys,
        old: Option<(i64, &str)>,
    ) -> rusqlite::Result<Verdict> {
        let verdict = self.new_ticket(member, arrival, mapped, None)?;
        if let Verdict::Taken { ticket: Some(ticket), .. } = &verdict {
            super::homeward::keep_note(self.db, act.note, &act.body)?;
            self.db
                .prepare_cached("UPDATE event SET note = ?2, refers = ?3 WHERE ticket = ?1 AND n = 1")?
                .execute(params![ticket.id, act.note, old.map(|(old, _)| old)])?;
            if let Some((old, number)) = old {
                let about = self.reference_of(member.namespace, number, old)?;
                super::closing::answered_at(self.db, ticket.id, about)?;
                let own = (member.namespace, arrival.external_id.as_str());
                super::routed::inherit(self.db, own, (member.namespace, number))?;
            }
            self.read_back(ticket.id);
        }
        Ok(verdict)
    }

    fn wait_for(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        act: &ActArrival,
        asked: &Asked,
    ) -> rusqlite::Result<()> {
        self.signs.act_waits();
        self.db
            .prepare_cached(
                "INSERT INTO unmatched (namespace, about, version, channel, act, granted, reopens, note, since, deadline,
                 tells) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                member.namespace,
                act.about.number.as_str(),
                arrival.version,
                member.channel,
                ACTS.iter().position(|one| *one == act.act).unwrap_or(0) as i64,
                act.granted,
                asked.reopens,
                act.note,
                self.now,
                asked.deadline,
                asked.tells
            ])?;
        Ok(())
    }

    /// Carries out what was asked about an item before it came.
    pub(super) fn match_acts(&mut self, member: &Acceptance, arrival: &Arrival, ticket: i64) -> rusqlite::Result<()> {
        if !self.signs.do_acts_wait() {
            return Ok(());
        }
        let waiting: Vec<Asked> = self
            .statements
            .unmatched
            .query_map(params![member.namespace, arrival.external_id.as_str()], |row| {
                let act = ACTS.get(usize::from(row.get::<_, u8>(1)?)).copied().unwrap_or_default();
                Ok(Asked {
                    act,
                    granted: row.get(2)?,
                    reopens: row.get(3)?,
                    tells: row.get(6)?,
                    deadline: row.get(5)?,
                    note: row.get(4)?,
                    version: row.get(0)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        for asked in waiting {
            let version = asked.version;
            self.db
                .prepare_cached("DELETE FROM unmatched WHERE namespace = ?1 AND about = ?2 AND version = ?3")?
                .execute(params![member.namespace, arrival.external_id.as_str(), version])?;
            self.db
                .prepare_cached("UPDATE dead SET ended_at = ?2, ended_how = 'matched' WHERE version = ?1 AND kind = ?3 AND ended_at IS NULL")?
                .execute(params![version, self.now, DeadKind::Unmatched.number()])?;
            self.db.prepare_cached("UPDATE version SET ticket = ?2 WHERE id = ?1")?.execute([version, ticket])?;
            self.db
                .prepare_cached("UPDATE source SET ticket = ?2 WHERE latest = ?1 AND namespace = ?3 AND external_id = (SELECT external_id FROM version WHERE id = ?1)")?
                .execute(params![version, ticket, member.namespace])?;
            let reference = self.reference_of(member.namespace, arrival.external_id.as_str(), ticket)?;
            self.ask(reference, ticket, &asked)?;
        }
        Ok(())
    }

    /// Does to a ticket what is asked. What is not live is asked nothing: it is kept.
    fn ask(&mut self, reference: Reference, ticket: i64, asked: &Asked) -> rusqlite::Result<()> {
        let (standing, concluded): (i64, bool) = self
            .db
            .prepare_cached("SELECT standing, concluded_at IS NOT NULL FROM ticket WHERE id = ?1")?
            .query_row([ticket], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if Standing::from_number(standing) != Standing::Live {
            return Ok(());
        }
        match asked.act {
            // First our own duty: what the core has answered and the source does not have yet.
            Act::Urge | Act::Supervise if concluded && self.is_owed(reference)? => {
                return self.bring_to_the_front(reference, ticket);
            }
            Act::Urge if concluded && !asked.tells && super::closing::answer_again(self, reference)? => return Ok(()),
            Act::Decision => self.decide(reference, asked.granted)?,
            Act::Withdraw | Act::Recall => {
                // The others still wait for their answer.
                if !self.withdraw(reference, ticket)? {
                    return Ok(());
                }
                self.db
                    .prepare_cached("UPDATE ticket SET concluded_at = coalesce(concluded_at, ?2) WHERE id = ?1")?
                    .execute([ticket, self.now])?;
            }
            _ => {}
        }
        let brings = super::files::belong(self, ticket, asked.version)?;
        let mut says = Says {
            note: Some(asked.note),
            said: brings.then_some(asked.version),
            reference: Some(reference),
            asked: Some(asked.version),
            ..Says::default()
        };
        if asked.act == Act::Redo || asked.reopens && concluded {
            says.deadline = asked.deadline;
            says.reopened = true;
            super::closing::resume(self.db, reference)?;
            let counts = asked.act != Act::Redo || super::closing::send_back(self, reference)? || concluded;
            super::closing::reopen(self.db, self.now, ticket, asked.deadline, counts)?;
        }
        tell_core(self, ticket, EventKind::of_act(asked.act), &says, false).map(|_| ())
    }

    /// Whether a concluding outcome has not reached its source. One that is only told again has.
    fn is_owed(&self, reference: Reference) -> rusqlite::Result<bool> {
        let mut owed = self
            .db
            .prepare_cached("SELECT kind FROM homeward WHERE reference = ?1 AND state IN (0, 1) AND repeats IS NULL")?;
        let kinds = owed.query_map([reference.number()], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        Ok(kinds.into_iter().filter_map(outcome_of).any(OutcomeKind::concludes))
    }

    /// The answer is there and was not carried: it is tried at once, and a person is told, once.
    fn bring_to_the_front(&mut self, reference: Reference, ticket: i64) -> rusqlite::Result<()> {
        self.walk_again(reference)?;
        self.db
            .prepare_cached(
                "INSERT INTO dead (id, kind, channel, since, reason, ticket, reference)
                 SELECT ?1, ?2, ?3, ?4, 'urged', ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM dead
                 WHERE channel = ?3 AND ended_at IS NULL AND kind = ?2 AND reference = ?6)",
            )?
            .execute(params![
                self.ids.fetch_add(1, Ordering::Relaxed),
                DeadKind::Urged.number(),
                reference.channel(),
                self.now,
                ticket,
                reference.number()
            ])?;
        Ok(())
    }

    /// A decision about a 退单 or 延期 of ours that is judged: the lane goes on.
    fn decide(&mut self, reference: Reference, granted: Option<bool>) -> rusqlite::Result<()> {
        let Some(granted) = granted else { return Ok(()) };
        let (returned, extended) =
            (outcome_number(OutcomeKind::ReturnedToSource), outcome_number(OutcomeKind::Extended));
        // What a person carried there is judged as well.
        let judged: Option<(u32, i64)> = self
            .db
            .prepare_cached(
                "SELECT n, kind FROM homeward WHERE reference = ?1 AND state IN (?2, ?3) AND kind IN (?4, ?5)
                 ORDER BY n LIMIT 1",
            )?
            .query_row(
                params![reference.number(), Carried::Review as i64, Carried::ByHand as i64, returned, extended],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((n, kind)) = judged else { return Ok(()) };
        let state = if granted { Carried::Settled } else { Carried::Refused };
        super::homeward::set(self.db, self.now, reference, n, state, "decided")?;
        self.walk_again(reference)?;
        if granted && kind == returned {
            super::closing::returned(self.db, self.now, reference)?;
        }
        Ok(())
    }

    /// Lets a lane of the way home be looked at now.
    pub(super) fn walk_again(&mut self, reference: Reference) -> rusqlite::Result<()> {
        let errand = Errand { task: Task::WriteBack, subject: reference.number() };
        self.statements.errand.execute(params![errand.task as i64, errand.subject, self.now])?;
        self.planted.push(Planted { errand, due: self.now, fresh: None });
        Ok(())
    }
}

/// Tells a person of acts whose item did not come for a long time.
pub(super) fn show_unmatched(desk: &super::writer::Desk<'_>) -> rusqlite::Result<()> {
    let late: Vec<(i64, i64, String, i64)> = desk
        .db
        .prepare_cached("SELECT channel, namespace, about, version FROM unmatched WHERE shown = 0 AND since < ?1")?
        .query_map([desk.now - SHOWN_AFTER], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (channel, namespace, about, version) in late {
        desk.db.execute(
            "INSERT INTO dead (id, kind, channel, since, reason, version) VALUES (?1, ?2, ?3, ?4, 'unmatched', ?5)",
            params![desk.ids.fetch_add(1, Ordering::Relaxed), DeadKind::Unmatched.number(), channel, desk.now, version],
        )?;
        desk.db.execute(
            "UPDATE unmatched SET shown = 1 WHERE namespace = ?1 AND about = ?2 AND version = ?3",
            params![namespace, about, version],
        )?;
    }
    Ok(())
}
