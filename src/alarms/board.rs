//! The board: what becomes of each alarm now. Pure: rows, what was found, the time and the rules are handed in.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Cause;
use crate::settings::{AlarmKind, AlarmSettings, Hours, Press};
use crate::store::{AlarmChange, AlarmRow, AlarmTo};
use crate::workdays::Calendar;

/// What a look found.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The kinds that were looked at: of others nothing is known, so nothing of theirs is over.
    pub kinds: BTreeSet<AlarmKind>,
    /// Kinds and subjects of which it cannot be told yet whether anything is wrong: nothing of theirs is raised or over.
    pub undecided: BTreeSet<(AlarmKind, String)>,
    /// What is wrong.
    pub causes: Vec<Cause>,
}

/// How often, when, and to whom.
pub struct Rules<'a> {
    /// The settings.
    pub settings: &'a AlarmSettings,
    /// Working days.
    pub calendar: &'a Calendar,
    /// The site's zone.
    pub zone: &'a TimeZone,
}

impl Rules<'_> {
    /// When the next working morning begins, after a moment.
    pub fn morning_after(&self, at: Timestamp) -> Timestamp {
        let morning: Time = self.settings.morning.0;
        let mut day = at.to_zoned(self.zone.clone()).date();
        // No run of days off is so long.
        for _ in 0..40 {
            let begins = day.to_datetime(morning).to_zoned(self.zone.clone()).map(|at| at.timestamp());
            match begins {
                Ok(begins) if begins > at && self.calendar.is_workday(day).value => return begins,
                _ => {}
            }
            let Ok(tomorrow) = day.tomorrow() else { break };
            day = tomorrow;
        }
        at.checked_add(SignedDuration::from_hours(24)).unwrap_or(at)
    }

    fn is_quiet(&self, kind: AlarmKind, now: Timestamp) -> bool {
        let quiet = |hours: &Hours| hours.contain(now.to_zoned(self.zone.clone()).time());
        kind.press() != Press::Urgent && self.settings.quiet.as_ref().is_some_and(quiet)
    }

    /// How long between two tellings, at the least; of what is told by the day, from one morning to the next.
    fn again(&self, kind: AlarmKind, last: Timestamp) -> Timestamp {
        match kind.press() {
            Press::Urgent => later(last, self.settings.repeat_urgent.0),
            Press::Ordinary => later(last, self.settings.repeat.0),
            Press::Daily => self.morning_after(last),
        }
    }

    /// From when on an alarm is to be told next; the quiet hours aside.
    pub fn due(&self, row: &AlarmRow) -> Timestamp {
        let Some(last) = row.sent_at else { return row.since };
        let again = self.again(row.kind, last);
        // What got worse is told although somebody has it.
        if row.weight > row.told_weight {
            return again;
        }
        let taken = row.taken.as_ref().map(|(at, _)| self.morning_after(last.max(*at)));
        [Some(again), taken, row.snoozed_until].into_iter().flatten().max().unwrap_or(again)
    }

    /// From when on the second level is to be told; none if it need not be.
    pub fn second_due(&self, row: &AlarmRow) -> Option<Timestamp> {
        let first = row.first_sent?;
        let waits = row.second_at.is_none() && row.taken.is_none() && row.kind.press() != Press::Daily;
        let from = row.snoozed_until.map_or(first, |until| until.max(first));
        waits.then(|| later(from, self.settings.second_after.0))
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

/// What becomes of the alarms now. `to` says who is told of a kind: the first level, or with the second. Where nobody is,
/// nothing counts as told.
pub fn step(
    rows: &[AlarmRow],
    seen: &Seen,
    now: Timestamp,
    rules: &Rules<'_>,
    to: &dyn Fn(AlarmKind, bool) -> Vec<AlarmTo>,
) -> Vec<AlarmChange> {
    let told = |cause: &&Cause| rules.settings.tells(cause.kind);
    let causes: Vec<_> = seen.causes.iter().filter(told).collect();
    let same = |row: &AlarmRow, cause: &Cause| row.kind == cause.kind && row.subject == cause.subject;
    let mut changes = Vec::new();
    for row in rows {
        let cause = causes.iter().find(|cause| same(row, cause));
        if is_over(row, cause.is_some(), seen, rules) {
            let told = row.sent > 0 && !row.kind.is_event();
            let to = if told { to(row.kind, row.second_at.is_some()) } else { Vec::new() };
            changes.push(AlarmChange::End { id: row.id, to });
            continue;
        }
        let mut row = row.clone();
        if let Some(cause) = cause {
            let about = cause.about.written();
            if row.weight != cause.weight || row.about != about {
                row.weight = cause.weight;
                changes.push(AlarmChange::Lasts { id: row.id, weight: cause.weight, about });
            }
        }
        changes.extend(tell(&row, now, rules, to));
    }
    let new = causes.iter().filter(|cause| !rows.iter().any(|row| same(row, cause)));
    changes.extend(new.map(|cause| AlarmChange::Raise(cause.raised())));
    changes
}

/// Whether an alarm is over: its cause is gone, nobody wants to hear of it, or what happened is somebody's now.
fn is_over(row: &AlarmRow, lasts: bool, seen: &Seen, rules: &Rules<'_>) -> bool {
    if row.kind.is_event() {
        return row.taken.is_some();
    }
    let undecided = || seen.undecided.contains(&(row.kind, row.subject.clone()));
    !rules.settings.tells(row.kind) || !lasts && seen.kinds.contains(&row.kind) && !undecided()
}

fn tell(
    row: &AlarmRow,
    now: Timestamp,
    rules: &Rules<'_>,
    to: &dyn Fn(AlarmKind, bool) -> Vec<AlarmTo>,
) -> Option<AlarmChange> {
    if rules.is_quiet(row.kind, now) {
        return None;
    }
    let climbs = rules.second_due(row).is_some_and(|due| due <= now);
    let second = climbs || row.second_at.is_some();
    if rules.due(row) <= now {
        let to = to(row.kind, second);
        return (!to.is_empty()).then_some(AlarmChange::Tell { id: row.id, second, to });
    }
    // The first level is told in its own time.
    let first = to(row.kind, false);
    let more: Vec<_> = to(row.kind, true).into_iter().filter(|one| climbs && !first.contains(one)).collect();
    (!more.is_empty()).then_some(AlarmChange::Second { id: row.id, to: more })
}

#[cfg(test)]
mod tests;
