//! The sources of a ticket: the one that opened it, and those that joined it by another road.

use huiliu_contract::{OutcomeKind, What};
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{
    Acceptance, Arrival, Errand, MappedKeys, Reference, ReferenceRow, Sign, Standing, StoreError, Task, TicketKey,
    Unjoin, Verdict,
};
use super::Planted;
use super::accept::Ground;
use super::codes::outcome_number;
use super::decide::STATE_TAKEN;
use super::homeward::{Says, carry, sign, tell_core};
use super::parts;
use crate::ticket::{Doubt, EventKind, Evidence, SameLetter};

/// The ticket that a reference belongs to.
pub(super) fn ticket_of(db: &Connection, reference: Reference) -> rusqlite::Result<i64> {
    match reference.opened() {
        Some(ticket) => Ok(ticket),
        None => db
            .prepare_cached("SELECT ticket FROM reference WHERE id = ?1")?
            .query_row([reference.number()], |row| row.get(0)),
    }
}

/// The references of a ticket that are still to be answered; `channel` is the one that opened it.
pub(super) fn active(db: &Connection, channel: u32, ticket: i64) -> rusqlite::Result<Vec<Reference>> {
    let own = Reference::own(channel, ticket);
    let mut rows = db.prepare_cached("SELECT id, ended_at IS NULL FROM reference WHERE ticket = ?1 ORDER BY id")?;
    let rows = rows
        .query_map([ticket], |row| Ok((Reference::from_number(row.get(0)?), row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(Reference, bool)>>>()?;
    let stands = rows.iter().all(|(reference, active)| *reference != own || *active);
    let joined = rows.into_iter().filter(|(reference, active)| *active && *reference != own).map(|(one, _)| one);
    Ok(stands.then_some(own).into_iter().chain(joined).collect())
}

/// Every source of a ticket, in the order in which they became known; a part has those of its whole.
pub(super) fn references(db: &Connection, ticket: i64) -> Result<Vec<ReferenceRow>, StoreError> {
    let ticket = parts::of(ticket).map_or(ticket, |(whole, _)| whole);
    let mut own = db
        .prepare_cached(
            "SELECT ticket.channel, channel.code, coalesce(answers, ticket.external_id), ticket.received_at, routed.tag FROM ticket
             JOIN channel ON channel.id = ticket.channel LEFT JOIN routed ON routed.namespace = ticket.namespace
             AND routed.external_id = ticket.external_id WHERE ticket.id = ?1",
        )?
        .query_row([ticket], |row| {
            Ok(ReferenceRow {
                reference: Reference::own(row.get(0)?, ticket),
                channel_code: row.get(1)?,
                external_id: row.get(2)?,
                since: row.get(3)?,
                ended: None,
                tag: row.get(4)?,
            })
        })
        .optional()?
        .ok_or(StoreError::NotFound)?;
    let mut rows = db.prepare_cached(
        "SELECT reference.id, channel.code, external_id, since, ended_at, ended_how, tag FROM reference
         JOIN channel ON channel.id = reference.channel LEFT JOIN routed USING (namespace, external_id) WHERE ticket = ?1 ORDER BY since, reference.id",
    )?;
    let rows = rows.query_map([ticket], |row| {
        Ok(ReferenceRow {
            reference: Reference::from_number(row.get(0)?),
            channel_code: row.get(1)?,
            external_id: row.get(2)?,
            since: row.get(3)?,
            ended: row.get::<_, Option<i64>>(4)?.zip(row.get(5)?),
            tag: row.get(6)?,
        })
    })?;
    let mut all = Vec::new();
    for row in rows {
        let row = row?;
        if row.reference == own.reference {
            own.ended = row.ended;
        } else {
            all.push(row);
        }
    }
    all.insert(0, own);
    Ok(all)
}

/// The ticket whose letter a new item is, or looks like.
pub(super) struct Found {
    pub(super) ticket: i64,
    /// By what, and why it does not join.
    pub(super) said: SameLetter,
}

impl Ground<'_, '_> {
    /// Whether a new item is a letter that came before by another road: by the number it names, else by its words. Only one
    /// that is sure and open is joined; a pair that a person took apart never again.
    pub(super) fn same_letter(
        &self,
        member: &Acceptance,
        arrival: &Arrival,
        mapped: &MappedKeys,
    ) -> rusqlite::Result<Option<Found>> {
        match self.by_number(member, arrival, mapped)? {
            Some(found) => Ok(Some(found)),
            None => self.by_text(member, arrival, mapped),
        }
    }

    /// Whether another channel's item bears the number that this one names.
    pub(super) fn by_number(
        &self,
        member: &Acceptance,
        arrival: &Arrival,
        mapped: &MappedKeys,
    ) -> rusqlite::Result<Option<Found>> {
        let Some(parent) = &mapped.parent_no else { return Ok(None) };
        let mut find = self.db.prepare_cached(
            "SELECT DISTINCT ticket.id, ticket.standing = 0, concluded_at IS NULL, EXISTS (
                SELECT 1 FROM apart WHERE apart.ticket = ticket.id AND apart.namespace = ?1 AND apart.external_id = ?3)
             FROM source JOIN ticket ON ticket.id = source.ticket
             WHERE source.namespace IN (SELECT id FROM namespace WHERE id <> ?1) AND source.external_id = ?2",
        )?;
        let found = find
            .query_map(params![member.namespace, parent, arrival.external_id.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect::<rusqlite::Result<Vec<(i64, bool, bool, bool)>>>()?;
        let Some((&(ticket, live, open, apart), more)) = found.split_first() else { return Ok(None) };
        let doubt = if !more.is_empty() {
            Some(Doubt::Several)
        } else if !live || arrival.standing != Standing::Live {
            Some(Doubt::NotLive)
        } else if !open {
            Some(Doubt::Concluded)
        } else if apart || self.other_contact(ticket, mapped)? {
            Some(Doubt::OtherContact)
        } else {
            (!mapped.joins).then_some(Doubt::NotWanted)
        };
        Ok(Some(Found { ticket, said: SameLetter { by: Evidence::Number, doubt } }))
    }

    /// Whether both name somebody who can be reached, and nobody in common: numbers of two far sides may be equal by chance,
    /// and two citizens must never be joined.
    fn other_contact(&self, ticket: i64, mapped: &MappedKeys) -> rusqlite::Result<bool> {
        let span = ticket / super::schema::SPAN;
        let mut known = self.db.prepare_cached("SELECT key FROM blind WHERE span = ?1 AND ticket = ?2")?;
        let known =
            known.query_map([span, ticket], |row| row.get::<_, Vec<u8>>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        let common = mapped.blind.iter().any(|key| known.iter().any(|other| other[..] == key.0));
        Ok(!common && !known.is_empty() && !mapped.blind.is_empty())
    }

    /// Attaches an item to the ticket that came by another road.
    pub(super) fn join(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        mapped: &MappedKeys,
        prev: Option<i64>,
        ticket: i64,
        by: Evidence,
    ) -> rusqlite::Result<Verdict> {
        self.keep(member, arrival, prev, 1, STATE_TAKEN, Some(ticket))?;
        match prev {
            None => self.know(member, arrival, Some(ticket))?,
            Some(_) => self.point(member, arrival, Some(ticket))?,
        }
        let reference = Reference::joined(member.channel, arrival.version);
        // From now on the ticket's own source has a row as well: it knows the deadline that is its own.
        let opener: u32 = self
            .db
            .prepare_cached("SELECT channel FROM ticket WHERE id = ?1")?
            .query_row([ticket], |row| row.get(0))?;
        self.db
            .prepare_cached(
                "INSERT OR IGNORE INTO reference (id, ticket, channel, namespace, external_id, since, deadline)
                 SELECT ?2, id, channel, namespace, external_id, received_at, deadline FROM ticket WHERE id = ?1",
            )?
            .execute([ticket, Reference::own(opener, ticket).number()])?;
        self.db
            .prepare_cached(
                "INSERT INTO reference (id, ticket, channel, namespace, external_id, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                reference.number(),
                ticket,
                member.channel,
                member.namespace,
                arrival.external_id.as_str(),
                self.now
            ])?;
        self.owed_until(reference, ticket, mapped.deadline)?;
        self.blind(ticket, &mapped.blind)?;
        self.remember(arrival, mapped)?;
        super::files::keep(self, member, arrival, ticket, Standing::Live)?;
        let says = Says { said: Some(arrival.version), ..Says::default() };
        let n = tell_core(self, ticket, EventKind::Joined, &says, false)?;
        let said = SameLetter { by, doubt: None };
        self.db.prepare_cached("UPDATE event SET same_letter = ?3 WHERE ticket = ?1 AND n = ?2")?.execute(params![
            ticket,
            n,
            said.to_stored()
        ])?;
        self.db
            .prepare_cached("UPDATE reference SET first_event = ?2 WHERE id = ?1")?
            .execute([reference.number(), n])?;
        if self.signs.of(member.channel) != Sign::Never {
            sign(self, reference)?;
        }
        // What the citizen may read already is owed to this road too.
        let replied = outcome_number(OutcomeKind::Replied);
        let told = self
            .db
            .prepare_cached(
                "SELECT id FROM outcome WHERE (ticket = ?1 OR ticket BETWEEN ?3 AND ?4) AND kind = ?2 ORDER BY id",
            )?
            .query_map([ticket, replied, parts::last(ticket), parts::first(ticket)], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for outcome in told {
            carry(self, reference, Some(outcome), OutcomeKind::Replied)?;
        }
        self.match_acts(member, arrival, ticket)?;
        Ok(Verdict::Taken { what: What::Joined, ticket: Some(self.key(ticket)?) })
    }

    /// Whether a number opened the ticket it belongs to.
    pub(super) fn opened_it(&self, member: &Acceptance, arrival: &Arrival, ticket: i64) -> rusqlite::Result<bool> {
        self.db
            .prepare_cached("SELECT namespace = ?2 AND external_id = ?3 FROM ticket WHERE id = ?1")?
            .query_row(params![ticket, member.namespace, arrival.external_id.as_str()], |row| row.get(0))
    }

    /// A changed item of a road that joined: the core hears of it, the ticket's own text stays as it is.
    pub(super) fn supplemented(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        prev: i64,
        n: i64,
        ticket: i64,
    ) -> rusqlite::Result<Verdict> {
        self.keep(member, arrival, Some(prev), n, STATE_TAKEN, Some(ticket))?;
        self.point(member, arrival, Some(ticket))?;
        if let Some(mapped) = &arrival.mapped {
            self.blind(ticket, &mapped.blind)?;
            self.remember(arrival, mapped)?;
            let reference = self.reference_of(member.namespace, arrival.external_id.as_str(), ticket)?;
            self.owed_until(reference, ticket, mapped.deadline)?;
        }
        super::files::keep(self, member, arrival, ticket, Standing::Live)?;
        let reference = self.reference_of(member.namespace, arrival.external_id.as_str(), ticket)?;
        let anew = arrival.mapped.as_ref().and_then(|mapped| mapped.anew);
        let deadline = if super::closing::handed_anew(self, reference, ticket, anew)? { anew } else { None };
        let says = Says { said: Some(arrival.version), reference: Some(reference), deadline, ..Says::default() };
        tell_core(self, ticket, EventKind::Supplemented, &says, false)?;
        Ok(Verdict::Taken { what: What::Revised, ticket: Some(self.key(ticket)?) })
    }

    /// The reference of a number on its ticket.
    pub(super) fn reference_of(&self, namespace: u32, external_id: &str, ticket: i64) -> rusqlite::Result<Reference> {
        let joined: Option<i64> = self
            .db
            .prepare_cached(
                "SELECT id FROM reference WHERE ticket = ?1 AND namespace = ?2 AND external_id = ?3
                 AND ended_how IS NOT 'unjoined'",
            )?
            .query_row(params![ticket, namespace, external_id], |row| row.get(0))
            .optional()?;
        match joined {
            Some(joined) => Ok(Reference::from_number(joined)),
            None => self
                .db
                .prepare_cached("SELECT channel FROM ticket WHERE id = ?1")?
                .query_row([ticket], |row| Ok(Reference::own(row.get(0)?, ticket))),
        }
    }

    /// A source takes its item back; true when none of the ticket's sources is left.
    pub(super) fn withdraw(&mut self, reference: Reference, ticket: i64) -> rusqlite::Result<bool> {
        self.db
            .prepare_cached(
                "INSERT INTO reference (id, ticket, channel, namespace, external_id, since, ended_at, ended_how,
                 last_event)
                 SELECT ?1, id, channel, namespace, external_id, received_at, ?3, 'withdrawn', events FROM ticket
                 WHERE id = ?2
                 ON CONFLICT (id) DO UPDATE SET ended_at = ?3, ended_how = 'withdrawn', last_event = excluded.last_event",
            )?
            .execute(params![reference.number(), ticket, self.now])?;
        let channel = self
            .db
            .prepare_cached("SELECT channel FROM ticket WHERE id = ?1")?
            .query_row([ticket], |row| row.get(0))?;
        let last = active(self.db, channel, ticket)?.is_empty();
        if !last {
            self.strictest(ticket)?;
        }
        Ok(last)
    }

    /// Notes until when a source waits for its answer. The ticket's deadline is the strictest of those that still wait.
    pub(super) fn owed_until(&self, reference: Reference, ticket: i64, deadline: Option<i64>) -> rusqlite::Result<()> {
        let known = self
            .db
            .prepare_cached("UPDATE reference SET deadline = ?2 WHERE id = ?1")?
            .execute(params![reference.number(), deadline])?;
        if known > 0 { self.strictest(ticket) } else { Ok(()) }
    }

    fn strictest(&self, ticket: i64) -> rusqlite::Result<()> {
        self.db
            .prepare_cached(
                "UPDATE ticket SET deadline = (SELECT min(deadline) FROM reference WHERE ticket = ?1 AND ended_at IS NULL)
                 WHERE id = ?1",
            )?
            .execute([ticket])?;
        parts::keep_deadline(self, ticket)
    }
}

/// Makes a ticket of its own of a road that had joined another.
pub(super) fn unjoin(
    ground: &mut Ground<'_, '_>,
    reference: Reference,
    unjoin: &Unjoin,
) -> Result<TicketKey, StoreError> {
    let joined: Option<(i64, u32, u32, String, i64)> = ground
        .db
        .prepare_cached(
            "SELECT reference.ticket, channel, namespace, external_id, source.latest FROM reference
             JOIN source USING (namespace, external_id) WHERE id = ?1 AND ended_at IS NULL",
        )?
        .query_row([reference.number()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .optional()?;
    let Some((old, channel, namespace, external_id, latest)) = joined.filter(|_| reference.opened().is_none()) else {
        return Err(StoreError::Refused("this source did not join that ticket".into()));
    };
    let (db, now) = (ground.db, ground.now);
    if ground.signs.is_any_split() && !parts::parts(db, old)?.is_empty() {
        return Err(StoreError::Refused("this ticket is split: its parts answer all its sources".into()));
    }
    db.prepare_cached("UPDATE reference SET ended_at = ?2, ended_how = 'unjoined' WHERE id = ?1")?
        .execute([reference.number(), now])?;
    db.prepare_cached("INSERT OR IGNORE INTO apart (ticket, namespace, external_id) VALUES (?1, ?2, ?3)")?
        .execute(params![old, namespace, external_id])?;
    for key in &unjoin.forget {
        db.prepare_cached("DELETE FROM blind WHERE span = ?1 AND key = ?2 AND ticket = ?3")?.execute(params![
            old / super::schema::SPAN,
            key.0,
            old
        ])?;
    }
    let key = ground.serials.next(db, now)?;
    ground.statements.ticket.execute(params![
        key.id,
        super::serial::day_number(key.number.day()),
        key.number.serial(),
        channel,
        namespace,
        external_id,
        Standing::Live as i64,
        now,
        unjoin.submitted_at,
        unjoin.deadline,
        unjoin.category,
        unjoin.region,
        latest,
        1,
    ])?;
    db.prepare_cached("UPDATE source SET ticket = ?3 WHERE namespace = ?1 AND external_id = ?2")?.execute(params![
        namespace,
        external_id,
        key.id
    ])?;
    db.prepare_cached(
        "WITH RECURSIVE chain (id, prev) AS (SELECT id, prev FROM version WHERE id = ?1
         UNION ALL SELECT version.id, version.prev FROM chain JOIN version ON version.id = chain.prev)
         UPDATE version SET ticket = ?2 WHERE id IN (SELECT id FROM chain)",
    )?
    .execute([latest, key.id])?;
    db.prepare_cached(
        "UPDATE file SET ticket = ?2 WHERE ticket = ?1 AND version IN (SELECT id FROM version WHERE ticket = ?2)",
    )?
    .execute([old, key.id])?;
    db.prepare_cached("UPDATE ticket SET version_n = (SELECT n FROM version WHERE id = ?2) WHERE id = ?1")?
        .execute([key.id, latest])?;
    ground.blind(key.id, &unjoin.blind)?;
    db.prepare_cached("INSERT INTO event (ticket, n, kind, at, version, refers) VALUES (?1, 1, ?2, ?3, ?4, ?5)")?
        .execute(params![key.id, super::kind_number(EventKind::New), now, latest, old])?;
    ground.statements.errand.execute(params![Task::Forward as i64, key.id, now])?;
    let errand = Errand { task: Task::Forward, subject: key.id };
    ground.planted.push(Planted { errand, due: now, fresh: None });
    let n = tell_core(ground, old, EventKind::Unjoined, &Says { refers: Some(key.id), ..Says::default() }, false)?;
    db.prepare_cached("UPDATE reference SET last_event = ?2 WHERE id = ?1")?.execute([reference.number(), n - 1])?;
    Ok(key)
}
