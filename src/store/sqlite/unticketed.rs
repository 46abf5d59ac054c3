//! What came and is no submission by itself, and what else an item is called by those that come later.

use huiliu_contract::{OutcomeKind, What};
use rusqlite::{OptionalExtension, params};

use super::super::{
    About, Acceptance, Arrival, Carried, DeadKind, Fact, Reference, UndeliveredArrival, UnticketedArrival, Verdict,
};
use super::accept::Ground;
use super::codes::outcome_of;
use super::decide::{Plan, STATE_UNTICKETED};

/// Under which keys later items find one that they call by something else than its number.
pub(super) const ALSO: &str = "
CREATE TABLE also (
    namespace INTEGER NOT NULL, key BLOB NOT NULL, external_id TEXT NOT NULL,
    PRIMARY KEY (namespace, key)
) STRICT, WITHOUT ROWID;
";

/// How its letters are listed: ended from the first.
const LISTED: &str = "unticketed";

impl Ground<'_, '_> {
    /// What is no submission is kept once.
    pub(super) fn plan_unticketed(&mut self, member: &Acceptance, arrival: &Arrival) -> rusqlite::Result<Plan> {
        Ok(match self.known(member.namespace, arrival.external_id.as_str())? {
            None => Plan::Unticketed,
            Some(known) => {
                let ticket = known.ticket.map(|id| self.key(id)).transpose()?;
                Plan::Nothing(Verdict::Taken { what: What::Repeat, ticket })
            }
        })
    }

    /// Keeps it and lists it. What it says of an answer of ours becomes known there.
    pub(super) fn keep_unticketed(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        unticketed: &UnticketedArrival,
    ) -> rusqlite::Result<Verdict> {
        self.keep(member, arrival, None, 1, STATE_UNTICKETED, None)?;
        self.know(member, arrival, None)?;
        super::files::set_aside(self, member, arrival)?;
        self.dead(member, arrival, DeadKind::Unticketed.number(), unticketed.class, None)?;
        self.db
            .prepare_cached("UPDATE dead SET ended_at = since, ended_how = ?2 WHERE version = ?1 AND kind = ?3")?
            .execute(params![arrival.version, LISTED, DeadKind::Unticketed.number()])?;
        if let Some(undelivered) = &unticketed.undelivered {
            self.not_delivered(member, undelivered)?;
        }
        Ok(Verdict::Taken { what: What::Unticketed, ticket: None })
    }

    /// An answer that was taken for delivered did not arrive: a person has it before them.
    fn not_delivered(&mut self, member: &Acceptance, undelivered: &UndeliveredArrival) -> rusqlite::Result<()> {
        let known = self.known(member.namespace, undelivered.to.as_str())?.and_then(|known| known.ticket);
        let Some(ticket) = known else { return Ok(()) };
        let reference: Reference = self.reference_of(member.namespace, undelivered.to.as_str(), ticket)?;
        let told: Option<(i64, i64)> = self
            .db
            .prepare_cached("SELECT state, kind FROM homeward WHERE reference = ?1 AND n = ?2")?
            .query_row(params![reference.number(), undelivered.n], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((state, kind)) = told else { return Ok(()) };
        let sent = matches!(Carried::from_number(state), Carried::Settled | Carried::Review);
        if !sent || outcome_of(kind).is_none_or(|kind: OutcomeKind| !kind.leaves()) {
            return Ok(());
        }
        let fact = Fact::Person {
            n: undelivered.n,
            kind: DeadKind::WriteBack,
            reason: "undelivered",
            id: undelivered.id,
            body: undelivered.body.clone(),
        };
        super::homeward::write(self, reference, &fact)
    }

    /// Notes what else an item is called. The first that is called so keeps the name.
    pub(super) fn call(&mut self, member: &Acceptance, arrival: &Arrival) -> rusqlite::Result<()> {
        for key in &arrival.also {
            self.db
                .prepare_cached("INSERT OR IGNORE INTO also (namespace, key, external_id) VALUES (?1, ?2, ?3)")?
                .execute(params![member.namespace, key.0, arrival.external_id.as_str()])?;
        }
        Ok(())
    }

    /// The number of the item that is meant, with its ticket if it has one; none if nobody knows it.
    pub(super) fn meant(&mut self, namespace: u32, about: &About) -> rusqlite::Result<Option<(String, Option<i64>)>> {
        if let Some(known) = self.known(namespace, about.number.as_str())? {
            return Ok(Some((about.number.as_str().to_owned(), known.ticket)));
        }
        let called: Option<String> = self
            .db
            .prepare_cached("SELECT external_id FROM also WHERE namespace = ?1 AND key = ?2")?
            .query_row(params![namespace, about.also.0], |row| row.get(0))
            .optional()?;
        let Some(number) = called else { return Ok(None) };
        let ticket = self.known(namespace, &number)?.and_then(|known| known.ticket);
        Ok(Some((number, ticket)))
    }

    /// Lets the first event of a new ticket name the one that its letter speaks of.
    pub(super) fn speak_of(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        verdict: &Verdict,
    ) -> rusqlite::Result<()> {
        let (Some(about), Verdict::Taken { ticket: Some(new), what: What::New }) = (&arrival.refers, verdict) else {
            return Ok(());
        };
        let Some((_, Some(old))) = self.meant(member.namespace, about)? else { return Ok(()) };
        self.db
            .prepare_cached("UPDATE event SET refers = coalesce(refers, ?2) WHERE ticket = ?1 AND n = 1")?
            .execute([new.id, old])?;
        self.read_back(new.id);
        Ok(())
    }
}
