//! The same letter by its words: which letters of other roads may be it, and what comparing them found.
//!
//! The comparing itself is done by whoever brings the letter, outside the transaction; here it is asked for, and what was
//! answered counts only as long as it covers everything that is there.

use rusqlite::params;

use super::super::{Acceptance, Alike, Arrival, MappedKeys, Standing, Verdict};
use super::accept::Ground;
use super::decide::Plan;
use super::references::Found;
use super::writer::Desk;
use crate::ticket::{Doubt, Evidence, Likeness, SameLetter};

const WEEK: i64 = 7 * 86_400_000;

/// How far apart the same letter may be written on two roads (ms).
const WINDOW: i64 = WEEK;

/// How long a letter can be found by its words (ms): what another road hands on later is too late for any deadline.
const KEPT: i64 = 60 * 86_400_000;

/// How many letters under one key are compared, the youngest first.
const MOST: i64 = 16;

/// How many letters under one key are looked at, the youngest first, those of the same road among them: a far side that
/// tells one letter thousands of times under ever new numbers slows nobody.
const LOOKED_AT: i64 = 64;

/// A letter of another road that may be the same.
struct Candidate {
    version: i64,
    ticket: i64,
    channel: String,
    open: bool,
}

impl Ground<'_, '_> {
    /// A number that is not known: a new ticket, or first a comparison with what came by other roads.
    pub(super) fn plan_new(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        prev: Option<i64>,
    ) -> rusqlite::Result<Plan> {
        let Some(mapped) = arrival.mapped.as_ref().filter(|mapped| !mapped.alike.is_empty()) else {
            return Ok(Plan::New { prev });
        };
        // A number that another channel gave says more than the words.
        if self.by_number(member, arrival, mapped)?.is_some() {
            return Ok(Plan::New { prev });
        }
        let candidates = self.candidates(member, arrival, mapped)?;
        let compared = |one: &Candidate| arrival.alike.iter().any(|(version, _)| *version == one.version);
        if candidates.iter().all(compared) {
            return Ok(Plan::New { prev });
        }
        let versions = candidates.into_iter().map(|one| Alike { version: one.version, channel: one.channel }).collect();
        Ok(Plan::Nothing(Verdict::Alike { versions }))
    }

    /// What the words of a new letter say: the ticket that it joins, or that it only looks like.
    pub(super) fn by_text(
        &self,
        member: &Acceptance,
        arrival: &Arrival,
        mapped: &MappedKeys,
    ) -> rusqlite::Result<Option<Found>> {
        if mapped.alike.is_empty() || arrival.alike.is_empty() {
            return Ok(None);
        }
        let candidates = self.candidates(member, arrival, mapped)?;
        let judged = |one: &Candidate| arrival.alike.iter().find(|(v, _)| *v == one.version).map(|(_, found)| *found);
        let same: Vec<&Candidate> = candidates.iter().filter(|one| judged(one) == Some(Likeness::Same)).collect();
        let found =
            |ticket: i64, doubt: Option<Doubt>| Some(Found { ticket, said: SameLetter { by: Evidence::Text, doubt } });
        if let Some(first) = same.first() {
            let doubt = if arrival.standing != Standing::Live {
                Some(Doubt::NotLive)
            } else if same.iter().any(|one| one.ticket != first.ticket) {
                Some(Doubt::Several)
            } else if !first.open {
                Some(Doubt::Concluded)
            } else {
                (!mapped.joins).then_some(Doubt::NotWanted)
            };
            return Ok(found(first.ticket, doubt));
        }
        let doubtful = candidates.iter().find_map(|one| match judged(one) {
            Some(Likeness::Doubtful(doubt)) => Some((one.ticket, doubt)),
            _ => None,
        });
        Ok(doubtful.and_then(|(ticket, doubt)| found(ticket, Some(doubt))))
    }

    /// Letters of other roads within the window that share a key with a new one. A ticket that a person took apart from this
    /// number, or that has a source of this namespace already, is another matter.
    fn candidates(
        &self,
        member: &Acceptance,
        arrival: &Arrival,
        mapped: &MappedKeys,
    ) -> rusqlite::Result<Vec<Candidate>> {
        let at = mapped.submitted_at.unwrap_or(self.came);
        let mut find = self.db.prepare_cached(
            "SELECT alike.version, ticket.id, channel.code, ticket.concluded_at IS NULL
             FROM (SELECT version FROM alike WHERE week = ?1 AND key = ?2 AND abs(at - ?3) <= ?4
                 ORDER BY version DESC LIMIT ?8) AS alike
             JOIN version ON version.id = alike.version JOIN channel ON channel.id = version.channel
             JOIN ticket ON ticket.id = version.ticket
             WHERE version.namespace <> ?5 AND ticket.standing = 0
             AND NOT EXISTS (SELECT 1 FROM apart WHERE apart.ticket = ticket.id AND apart.namespace = ?5
                 AND apart.external_id = ?6)
             AND NOT EXISTS (SELECT 1 FROM reference WHERE reference.ticket = ticket.id
                 AND reference.namespace = version.namespace AND reference.external_id = version.external_id
                 AND ended_at IS NOT NULL)
             AND NOT (ticket.namespace = ?5 AND NOT EXISTS (SELECT 1 FROM reference WHERE reference.ticket = ticket.id
                 AND reference.namespace = ?5 AND reference.external_id = ticket.external_id AND ended_at IS NOT NULL))
             AND NOT EXISTS (SELECT 1 FROM reference WHERE reference.ticket = ticket.id AND reference.namespace = ?5
                 AND ended_at IS NULL)
             ORDER BY alike.version DESC LIMIT ?7",
        )?;
        let mut candidates: Vec<Candidate> = Vec::new();
        for week in (at - WINDOW).div_euclid(WEEK)..=(at + WINDOW).div_euclid(WEEK) {
            for key in &mapped.alike {
                let rows = find.query_map(
                    params![week, key.0, at, WINDOW, member.namespace, arrival.external_id.as_str(), MOST, LOOKED_AT],
                    |row| {
                        Ok(Candidate {
                            version: row.get(0)?,
                            ticket: row.get(1)?,
                            channel: row.get(2)?,
                            open: row.get(3)?,
                        })
                    },
                )?;
                for one in rows {
                    let one = one?;
                    if !candidates.iter().any(|known| known.version == one.version) {
                        candidates.push(one);
                    }
                }
            }
        }
        candidates.sort_by_key(|one| std::cmp::Reverse(one.version));
        Ok(candidates)
    }

    /// Notes under which keys a letter is looked for. Where there is one road only there are none.
    pub(super) fn remember(&mut self, arrival: &Arrival, mapped: &MappedKeys) -> rusqlite::Result<()> {
        if mapped.alike.is_empty() {
            return Ok(());
        }
        let at = mapped.submitted_at.unwrap_or(self.came);
        let mut note =
            self.db.prepare_cached("INSERT OR IGNORE INTO alike (week, key, version, at) VALUES (?1, ?2, ?3, ?4)")?;
        for key in &mapped.alike {
            note.execute(params![at.div_euclid(WEEK), key.0, arrival.version, at])?;
        }
        Ok(())
    }
}

/// Drops what lies so far behind that nothing that comes today is compared with it: a letter may be handed on late, so its
/// weeks are counted from when it came.
pub(super) fn forget(desk: &mut Desk<'_>) -> rusqlite::Result<()> {
    let oldest = (desk.now - KEPT).div_euclid(WEEK);
    desk.db.execute("DELETE FROM alike WHERE week < ?1", [oldest]).map(|_| ())
}
