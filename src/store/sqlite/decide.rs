//! Sameness: what a telling is, against the versions that are kept of its number. It reads and writes nothing.

use std::cmp::Ordering::{Equal, Greater, Less};

use super::super::{Acceptance, Arrival, Verdict};
use super::accept::Ground;
use huiliu_contract::{SourceVersion, What};

/// How far back a chain of versions is searched for one that is told again.
const CHAIN: usize = 64;

pub(super) struct Known {
    pub(super) latest: i64,
    pub(super) ticket: Option<i64>,
}

pub(super) struct VersionRow {
    prev: Option<i64>,
    n: i64,
    state: i64,
    source_version: Option<String>,
    pub(super) source_digest: Vec<u8>,
    mapped_digest: Option<Vec<u8>>,
    received_at: i64,
}

/// What is to be written for one arrival.
pub(super) enum Plan {
    /// Nothing.
    Nothing(Verdict),
    /// A new ticket; `prev` when earlier versions could not be mapped.
    New { prev: Option<i64> },
    /// A version that changes nothing the core must know.
    Keep { prev: i64, n: i64, ticket: Option<i64>, latest: Option<i64>, state: i64, what: What },
    /// A revision of a ticket.
    Revise { prev: i64, n: i64, ticket: i64 },
    /// The letter of a ticket that the core has by hand: its words, and nothing to tell.
    Adopt { prev: i64, n: i64, ticket: i64 },
    /// An act about another item; `prev` when it was told in other words before.
    Act { prev: Option<i64> },
    /// No submission by itself; it was never kept before.
    Unticketed,
}

impl Ground<'_, '_> {
    pub(super) fn version(&mut self, id: i64) -> rusqlite::Result<VersionRow> {
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

    pub(super) fn plan(&mut self, member: &Acceptance, arrival: &Arrival) -> rusqlite::Result<Plan> {
        if arrival.unticketed.is_some() {
            return self.plan_unticketed(member, arrival);
        }
        if let Some(act) = &arrival.act
            && (!act.or_new || matches!(self.meant(member.namespace, &act.about)?, Some((_, Some(_)))))
        {
            return self.plan_act(member, arrival);
        }
        match self.known(member.namespace, arrival.external_id.as_str())? {
            None => self.plan_new(member, arrival, None),
            Some(known) => self.plan_known(member, arrival, &known, None),
        }
    }

    /// Sameness: against the latest version, then against older ones, then by what the mapping says.
    /// `again` is set when a person maps a kept version anew, to the time when it came: then it is no repeat of
    /// itself, and what was taken after it stays the latest.
    pub(super) fn plan_known(
        &mut self,
        member: &Acceptance,
        arrival: &Arrival,
        known: &Known,
        again: Option<i64>,
    ) -> rusqlite::Result<Plan> {
        let ticket = known.ticket.map(|id| self.key(id)).transpose()?;
        let latest = self.version(known.latest)?;
        let repeat = Plan::Nothing(Verdict::Taken { what: What::Repeat, ticket });
        if again.is_none() && (arrival.unchanging || latest.source_digest == arrival.source_digest.0) {
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
        let order = arrival.source_version.as_ref().zip(chain.newest_version.as_ref()).map(|(a, b)| a.cmp(b));
        if let Some(came) = again {
            if chain.taken_at > Some(came) {
                return Ok(keep(latest.n, None, STATE_OLDER, What::Repeat));
            }
        } else {
            // The source's own version alone decides where there is one; else who asked.
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
            return self.plan_new(member, arrival, Some(known.latest));
        };
        if mapped_digest == mapped.digest.0 && again.is_none() && !member.polled && order == Some(Greater) {
            // Pushed again as a newer version of what its source took back: it is handed over anew, word for word.
            let reference = self.reference_of(member.namespace, arrival.external_id.as_str(), ticket)?;
            if super::closing::is_returned(self.db, reference)? {
                return Ok(Plan::Revise { prev: known.latest, n: mapped_n + 1, ticket });
            }
        }
        if mapped_digest == mapped.digest.0 {
            return Ok(keep(latest.n, Some(arrival.version), STATE_TAKEN, What::Repeat));
        }
        Ok(match arrival.compared {
            Some((with, true)) if with == mapped_id && super::handled::awaits(self.db, ticket)? => {
                Plan::Adopt { prev: known.latest, n: mapped_n + 1, ticket }
            }
            Some((with, true)) if with == mapped_id => Plan::Revise { prev: known.latest, n: mapped_n + 1, ticket },
            Some((with, false)) if with == mapped_id => keep(latest.n, Some(known.latest), STATE_HELD, What::Held),
            _ => Plan::Nothing(Verdict::Compare { version: mapped_id }),
        })
    }

    /// What is known of a number, from its latest version backward.
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
}

/// Versions that count as the ticket's.
pub(super) const STATE_TAKEN: i64 = 0;
/// Versions that wait for a mended mapping.
pub(super) const STATE_UNMAPPED: i64 = 1;
/// Versions that are suspected to be another letter.
pub(super) const STATE_HELD: i64 = 2;
/// Versions that came too late to count.
pub(super) const STATE_OLDER: i64 = 3;
/// What is no form of a ticket, but asks something about one.
pub(super) const STATE_ACT: i64 = 4;
/// What is no submission by itself.
pub(super) const STATE_UNTICKETED: i64 = 5;

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
