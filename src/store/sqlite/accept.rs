//! What accept decides, inside the one transaction: repeat, revision, held, unmapped, or a new ticket.
//!
//! First everything is decided by reading (so that a member that must be compared first has written
//! nothing), then it is written. A member never holds one external id twice.

use std::cmp::Ordering::{Equal, Less};
use std::sync::atomic::{AtomicI64, Ordering};

use huiliu_contract::{SourceVersion, What};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::super::{
    Acceptance, Arrival, Digest, Errand, FirstRun, Fresh, MappedKeys, NotAccepted, Schedule, Standing, StoreError,
    Task, TicketKey, Verdict,
};
use super::schema::SPAN;
use super::serial::Serials;
use super::writer::Desk;
use super::{DEAD_HELD, DEAD_UNMAPPED, DEAD_UNREADABLE, Planted, number_of};
use crate::ticket::EventKind;

/// How far back a chain of versions is searched for one that is told again.
const CHAIN: usize = 64;

/// The statements of the hot path, prepared once.
pub(super) struct Statements<'c> {
    find: CachedStatement<'c>,
    version: CachedStatement<'c>,
    source: CachedStatement<'c>,
    point: CachedStatement<'c>,
    keep: CachedStatement<'c>,
    ticket: CachedStatement<'c>,
    event: CachedStatement<'c>,
    errand: CachedStatement<'c>,
    blind: CachedStatement<'c>,
}

impl<'c> Statements<'c> {
    pub(super) fn prepare(db: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            find: db.prepare_cached("SELECT latest, ticket FROM source WHERE namespace = ?1 AND external_id = ?2")?,
            version: db.prepare_cached(
                "SELECT prev, n, state, source_version, source_digest, mapped_digest, received_at FROM version
                 WHERE id = ?1",
            )?,
            source: db.prepare_cached(
                "INSERT INTO source (namespace, external_id, latest, ticket) VALUES (?1, ?2, ?3, ?4)",
            )?,
            point: db.prepare_cached(
                "UPDATE source SET latest = ?3, ticket = ?4 WHERE namespace = ?1 AND external_id = ?2",
            )?,
            keep: db.prepare_cached(
                "INSERT INTO version (id, prev, n, namespace, external_id, channel, received_at, state, standing,
                 ticket, source_version, source_digest, mapped_digest, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?,
            ticket: db.prepare_cached(
                "INSERT INTO ticket (id, day, serial, channel, namespace, external_id, standing, received_at,
                 submitted_at, deadline, category, region, version, version_n, events)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1, ?14)",
            )?,
            event: db.prepare_cached("INSERT INTO event (ticket, n, kind, at, version) VALUES (?1, ?2, ?3, ?4, ?5)")?,
            errand: db.prepare_cached(
                "INSERT INTO errand (task, subject, due) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET due = min(due, excluded.due)",
            )?,
            blind: db.prepare_cached("INSERT OR IGNORE INTO blind (span, key, ticket) VALUES (?1, ?2, ?3)")?,
        })
    }
}

struct Known {
    latest: i64,
    ticket: Option<i64>,
}

struct VersionRow {
    prev: Option<i64>,
    n: i64,
    state: i64,
    source_version: Option<String>,
    source_digest: Vec<u8>,
    mapped_digest: Option<Vec<u8>>,
    received_at: i64,
}

/// What is to be written for one arrival.
enum Plan {
    /// Nothing.
    Nothing(Verdict),
    /// A new ticket; `prev` when earlier versions could not be mapped.
    New { prev: Option<i64> },
    /// A version that changes nothing the core must know.
    Keep { prev: i64, n: i64, ticket: Option<i64>, latest: Option<i64>, state: i64, what: What },
    /// A revision of a ticket.
    Revise { prev: i64, n: i64, ticket: i64 },
}

/// Everything that one group commit shares.
pub(super) struct Ground<'a, 'c> {
    pub(super) db: &'c Connection,
    pub(super) statements: &'a mut Statements<'c>,
    pub(super) serials: &'a mut Serials,
    pub(super) schedule: &'a Schedule,
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
    if plans.iter().any(|plan| matches!(plan, Plan::Nothing(Verdict::Compare { .. }))) {
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
    let mut verdicts = Vec::with_capacity(plans.len());
    for (arrival, plan) in member.arrivals.iter().zip(plans) {
        verdicts.push(ground.carry_out(member, arrival, plan).map_err(failed)?);
    }
    for stray in &member.strays {
        ground.keep_stray(member, stray).map_err(failed)?;
    }
    ground.move_cursor(member).map_err(failed)?;
    Ok(verdicts)
}

/// Takes a kept version that was mapped anew. [`Verdict::Compare`] has written nothing.
pub(super) fn remap(
    desk: &mut Desk<'_>,
    schedule: &Schedule,
    letter: &super::desk::DeadLetter,
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
    };
    let mut statements = Statements::prepare(desk.db)?;
    let mut ground = Ground {
        db: desk.db,
        statements: &mut statements,
        serials: desk.serials,
        schedule,
        ids: desk.ids,
        now: desk.now,
        came,
        planted: &mut desk.planted,
    };
    let Some(arrival) = member.arrivals.first() else { return Err(StoreError::NotFound) };
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
    fn version(&mut self, id: i64) -> rusqlite::Result<VersionRow> {
        self.statements.version.query_row([id], |row| {
            Ok(VersionRow {
                prev: row.get(0)?,
                n: row.get(1)?,
                state: row.get(2)?,
                source_version: row.get(3)?,
                source_digest: row.get(4)?,
                mapped_digest: row.get(5)?,
                received_at: row.get(6)?,
            })
        })
    }

    fn plan(&mut self, member: &Acceptance, arrival: &Arrival) -> rusqlite::Result<Plan> {
        let known = self
            .statements
            .find
            .query_row(params![member.namespace, arrival.external_id.as_str()], |row| {
                Ok(Known { latest: row.get(0)?, ticket: row.get(1)? })
            })
            .optional()?;
        match known {
            None => Ok(Plan::New { prev: None }),
            Some(known) => self.plan_known(member, arrival, &known, None),
        }
    }

    /// Sameness: against the latest version, then against older ones, then by what the mapping says.
    /// `again` is set when a person maps a kept version anew, to the time when it came: then it is no repeat of
    /// itself, and what was taken after it stays the latest.
    fn plan_known(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        known: &Known,
        again: Option<i64>,
    ) -> rusqlite::Result<Plan> {
        let ticket = known.ticket.map(|id| self.key(id)).transpose()?;
        let latest = self.version(known.latest)?;
        let repeat = Plan::Nothing(Verdict::Taken { what: What::Repeat, ticket });
        if again.is_none() && latest.source_digest == arrival.source_digest.0 {
            return Ok(repeat);
        }
        let keep = |n: i64, latest: Option<i64>, state: i64, what: What| Plan::Keep {
            prev: known.latest,
            n,
            ticket: known.ticket,
            latest,
            state,
            what,
        };
        let chain = self.chain(&latest, arrival)?;
        if let Some(came) = again {
            if chain.taken_at > Some(came) {
                return Ok(keep(latest.n, None, STATE_OLDER, What::Repeat));
            }
        } else {
            // The source's own version alone decides where there is one; else who asked.
            let order = arrival.source_version.as_ref().zip(chain.newest_version.as_ref()).map(|(a, b)| a.cmp(b));
            if order == Some(Less) {
                return Ok(if chain.seen { repeat } else { keep(latest.n, None, STATE_OLDER, What::Repeat) });
            }
            let late = order.map_or(!member.polled, |order| order == Equal);
            if chain.seen && (late || chain.only_held) {
                return Ok(repeat);
            }
        }
        let Some(mapped) = &arrival.mapped else {
            return Ok(keep(latest.n, Some(arrival.version), STATE_UNMAPPED, What::Unmapped));
        };
        let (Some(ticket), Some((mapped_id, mapped_digest, mapped_n))) =
            (known.ticket, chain.mapped(known.latest, &latest))
        else {
            return Ok(Plan::New { prev: Some(known.latest) });
        };
        if mapped_digest == mapped.digest.0 {
            return Ok(keep(latest.n, Some(arrival.version), STATE_TAKEN, What::Repeat));
        }
        Ok(match arrival.compared {
            Some((with, true)) if with == mapped_id => Plan::Revise { prev: known.latest, n: mapped_n + 1, ticket },
            Some((with, false)) if with == mapped_id => keep(latest.n, Some(known.latest), STATE_HELD, What::Held),
            _ => Plan::Nothing(Verdict::Compare { version: mapped_id }),
        })
    }

    fn chain(&mut self, latest: &VersionRow, arrival: &Arrival) -> rusqlite::Result<Chain> {
        let mut chain = Chain::default();
        chain.look(latest);
        let mut next = latest.prev;
        for _ in 0..CHAIN {
            let Some(id) = next else { break };
            let row = self.version(id)?;
            if row.source_digest == arrival.source_digest.0 {
                chain.only_held = row.state == STATE_HELD && (chain.only_held || !chain.seen);
                chain.seen = true;
            }
            chain.look(&row);
            if chain.older_mapped.is_none()
                && row.state == STATE_TAKEN
                && let Some(digest) = &row.mapped_digest
            {
                chain.older_mapped = Some((id, digest.clone(), row.n));
            }
            next = row.prev;
        }
        Ok(chain)
    }

    fn key(&self, id: i64) -> rusqlite::Result<TicketKey> {
        number_of(self.db, id)
    }

    fn carry_out(&mut self, member: &Acceptance, arrival: &Arrival, plan: Plan) -> rusqlite::Result<Verdict> {
        match plan {
            Plan::Nothing(verdict) => Ok(verdict),
            Plan::New { prev } => match &arrival.mapped {
                Some(mapped) => self.new_ticket(member, arrival, mapped, prev),
                None => {
                    self.keep(member, arrival, prev, 1, STATE_UNMAPPED, None)?;
                    self.know(member, arrival, None)?;
                    self.dead(member, arrival, DEAD_UNMAPPED, "unmapped", None)?;
                    Ok(Verdict::Taken { what: What::Unmapped, ticket: None })
                }
            },
            Plan::Keep { prev, n, ticket, latest, state, what } => {
                self.keep(member, arrival, Some(prev), n, state, ticket)?;
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

    fn keep(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        prev: Option<i64>,
        n: i64,
        state: i64,
        ticket: Option<i64>,
    ) -> rusqlite::Result<()> {
        self.statements.keep.execute(params![
            arrival.version,
            prev,
            n,
            member.namespace,
            arrival.external_id.as_str(),
            member.channel,
            self.came,
            state,
            arrival.standing as i64,
            ticket,
            arrival.source_version.as_ref().map(|version| version.0.as_str()),
            arrival.source_digest.0,
            arrival.mapped.as_ref().map(|mapped| mapped.digest.0),
            arrival.body,
        ])?;
        Ok(())
    }

    /// Makes a number known. A member that names it twice fails here: it must never become two tickets.
    fn know(&mut self, member: &Acceptance, arrival: &Arrival, ticket: Option<i64>) -> rusqlite::Result<()> {
        self.statements.source.execute(params![
            member.namespace,
            arrival.external_id.as_str(),
            arrival.version,
            ticket
        ])?;
        Ok(())
    }

    /// Makes a version of a known number the latest.
    fn point(&mut self, member: &Acceptance, arrival: &Arrival, ticket: Option<i64>) -> rusqlite::Result<()> {
        self.statements.point.execute(params![
            member.namespace,
            arrival.external_id.as_str(),
            arrival.version,
            ticket
        ])?;
        Ok(())
    }

    fn dead(
        &self,
        member: &Acceptance,
        arrival: &Arrival,
        kind: i64,
        reason: &str,
        ticket: Option<i64>,
    ) -> rusqlite::Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO dead (id, kind, channel, since, reason, ticket, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                self.ids.fetch_add(1, Ordering::Relaxed),
                kind,
                member.channel,
                self.now,
                reason,
                ticket,
                arrival.version
            ])?;
        Ok(())
    }

    fn keep_stray(&self, member: &Acceptance, stray: &super::super::Stray) -> rusqlite::Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO dead (id, kind, channel, since, reason, digest, body)
                 VALUES (?1, ?2, ?3, ?4, 'unreadable', ?5, ?6)
                 ON CONFLICT (channel, digest) WHERE digest IS NOT NULL DO NOTHING",
            )?
            .execute(params![stray.id, DEAD_UNREADABLE, member.channel, self.now, stray.digest.0, stray.body])?;
        Ok(())
    }

    fn move_cursor(&self, member: &Acceptance) -> rusqlite::Result<()> {
        for (table, body) in [("cursor", &member.cursor), ("keepsake", &member.keepsake)] {
            let Some(body) = body else { continue };
            let sql = format!("INSERT OR REPLACE INTO {table} (channel, at, body) VALUES (?1, ?2, ?3)");
            self.db.prepare_cached(&sql)?.execute(params![member.channel, self.now, body])?;
        }
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

    fn new_ticket(
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
        if live {
            self.event(member, arrival, mapped, key, EventKind::New, 1, 1, true)?;
        }
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
        self.keep(member, arrival, Some(prev), n, STATE_TAKEN, Some(ticket))?;
        self.point(member, arrival, Some(ticket))?;
        let key = self.key(ticket)?;
        let (standing, events, stuck): (i64, i64, Option<i64>) = self
            .db
            .prepare_cached(
                "UPDATE ticket SET version = ?2, version_n = ?3, submitted_at = ?4, deadline = ?5, category = ?6,
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
        if Standing::from_number(standing) == Standing::Live {
            self.event(member, arrival, mapped, key, EventKind::Revised, events, n, stuck.is_none())?;
        }
        Ok(Verdict::Taken { what: What::Revised, ticket: Some(key) })
    }

    fn blind(&mut self, ticket: i64, keys: &[Digest]) -> rusqlite::Result<()> {
        for key in keys {
            self.statements.blind.execute(params![ticket / SPAN, key.0, ticket])?;
        }
        Ok(())
    }

    /// Writes an event and, unless its lane stands still, the errand that will carry it.
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
        plant: bool,
    ) -> rusqlite::Result<()> {
        self.statements.event.execute(params![key.id, n, super::kind_number(kind), self.now, arrival.version])?;
        if !plant {
            return Ok(());
        }
        self.statements.errand.execute(params![Task::Forward as i64, key.id, self.now])?;
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
                edited: None,
            })
        });
        self.planted.push(Planted { errand: Errand { task: Task::Forward, subject: key.id }, due: self.now, fresh });
        Ok(())
    }
}

/// Versions that count as the ticket's.
pub(super) const STATE_TAKEN: i64 = 0;
const STATE_UNMAPPED: i64 = 1;
const STATE_HELD: i64 = 2;
const STATE_OLDER: i64 = 3;

#[derive(Default)]
struct Chain {
    seen: bool,
    /// Seen, but only as a suspected re-used number: a person has it before them already.
    only_held: bool,
    /// When the youngest version that counts came.
    taken_at: Option<i64>,
    newest_version: Option<SourceVersion>,
    older_mapped: Option<(i64, Vec<u8>, i64)>,
}

impl Chain {
    fn look(&mut self, row: &VersionRow) {
        let version = row.source_version.clone().map(SourceVersion);
        if row.state != STATE_HELD && version > self.newest_version {
            self.newest_version = version;
        }
        if row.state == STATE_TAKEN {
            self.taken_at = self.taken_at.max(Some(row.received_at));
        }
    }

    /// The latest version that was mapped and taken: its id, digest and number.
    fn mapped(&self, latest_id: i64, latest: &VersionRow) -> Option<(i64, Vec<u8>, i64)> {
        match (&latest.mapped_digest, latest.state) {
            (Some(digest), STATE_TAKEN) => Some((latest_id, digest.clone(), latest.n)),
            _ => self.older_mapped.clone(),
        }
    }
}
