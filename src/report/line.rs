//! A counted reference as it stood on a day: what a fact is judged to be, and what a frozen report keeps of it.

use huiliu_contract::{OutcomeKind, UnitRole};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::settings::CountedBy;
use crate::store::FactRow;

/// A source reference, or a submission that could not be mapped, as it stood at a moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// The channel by which it came.
    pub channel: String,
    /// The routed channel under which it is counted, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The source's number (来源编号).
    pub external_id: String,
    /// Its ticket's number (汇流编号); none of what could not be mapped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Whether it opened that ticket.
    pub opened: bool,
    /// Whether it is confidential (保密).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confidential: bool,
    /// Which time decided that it counts.
    pub by: CountedBy,
    /// When the citizen sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Timestamp>,
    /// When the channel handed it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_at: Option<Timestamp>,
    /// When the gateway received it.
    pub received_at: Timestamp,
    /// When the core took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_accepted_at: Option<Timestamp>,
    /// By when it is to be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// When it was concluded; none while it is open, or open again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// How its source ended it: `withdrawn`, `returned`; `dropped` of what could not be mapped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Whether it is past its deadline, or was when it was concluded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overdue: bool,
    /// Whether it was to be handed back to its source (申请退单).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub returned: bool,
    /// How often it was to be done again (发回重办).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub redone: u32,
    /// 诉求类型.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The widest level of its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The unit that handles it (主办).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Line {
    /// How a fact stood at a moment. What happened is known by the core's own times, in the order in which it was told.
    pub fn of(fact: FactRow, by: CountedBy, as_of: Timestamp) -> Self {
        let ended = fact.ended.as_ref().filter(|(at, _)| *at <= as_of);
        let closed_at = concluded(&fact, as_of).or(ended.filter(|_| fact.ticket.is_some()).map(|(at, _)| *at));
        let told = || fact.outcomes.iter().filter(|outcome| outcome.at <= as_of);
        let unit = told().rev().find_map(|outcome| outcome.units.iter().find(|unit| unit.role == UnitRole::Lead));
        let reopened = fact.reopened.iter().filter(|at| **at <= as_of).count();
        Self {
            by: fact.decides(by).1,
            opened: fact.opened,
            confidential: fact.matter.confidential,
            overdue: fact.deadline.is_some_and(|deadline| closed_at.unwrap_or(as_of) > deadline),
            returned: told().any(|outcome| outcome.kind == OutcomeKind::ReturnedToSource),
            redone: fact.redone.min(u32::try_from(reopened).unwrap_or(u32::MAX)),
            unit: unit.map(|unit| unit.name.clone()).or(fact.matter.unit),
            ended: ended.map(|(_, how)| how.clone()),
            closed_at,
            number: fact.ticket.map(|ticket| ticket.number.to_string()),
            channel: fact.channel_code,
            tag: fact.tag,
            external_id: fact.external_id,
            submitted_at: fact.submitted_at,
            handed_at: fact.handed_at,
            received_at: fact.received_at,
            core_accepted_at: fact.core_accepted_at,
            deadline: fact.deadline,
            kind: fact.matter.kind,
            category: fact.matter.category.into_iter().next(),
        }
    }

    /// Under which channel it is counted.
    pub fn counted_under(&self) -> (&str, Option<&str>) {
        (&self.channel, self.tag.as_deref())
    }

    /// What makes it the same one in two reports.
    pub fn identity(&self) -> (&str, &str) {
        (&self.channel, &self.external_id)
    }

    /// How it stands, in a word of the office.
    pub fn state(&self) -> &'static str {
        match (self.ended.as_deref(), self.closed_at, self.overdue) {
            _ if self.number.is_none() => "未成单",
            (Some("withdrawn"), ..) => "已撤回",
            (Some("returned"), ..) => "已退单",
            (_, Some(_), true) => "超期办结",
            (_, Some(_), false) => "办结",
            (_, None, true) => "超期未办结",
            (_, None, false) => "在办",
        }
    }
}

/// When a ticket was concluded that is not open again at a moment, by the core's time.
fn concluded(fact: &FactRow, as_of: Timestamp) -> Option<Timestamp> {
    let by_core = fact.outcomes.iter().filter(|outcome| outcome.kind.concludes());
    let mut marks: Vec<(Timestamp, bool, Option<Timestamp>)> = Vec::new();
    for outcome in by_core {
        // Opened again in the same instant, the store knows which came last.
        marks.push((outcome.kept_at, fact.concluded_at == Some(outcome.kept_at), Some(outcome.at)));
    }
    // What no outcome concluded: registered as done with, or its last source took it back.
    let known = fact.concluded_at.filter(|at| marks.iter().all(|(kept_at, ..)| kept_at != at));
    marks.extend(known.map(|at| (at, true, Some(at))));
    marks.extend(fact.reopened.iter().map(|at| (*at, false, None)));
    marks.sort_by_key(|(kept_at, last, closed)| (*kept_at, *last, closed.is_none()));
    let happened = |mark: &(Timestamp, bool, Option<Timestamp>)| mark.2.unwrap_or(mark.0) <= as_of;
    marks.into_iter().rfind(happened).and_then(|(.., closed)| closed)
}

#[cfg(test)]
pub(super) mod tests {
    use huiliu_contract::Unit;

    use super::*;
    use crate::store::{FactMatter, FactOutcome, Reference, Standing, TicketKey};
    use crate::ticket::Spoken;

    pub(in crate::report) fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A fact of a channel that came in the quarter, live and open.
    pub(in crate::report) fn fact(channel: &str, n: u32) -> FactRow {
        let number = Spoken::new(jiff::civil::date(2025, 1, 15), n).unwrap();
        FactRow {
            channel: 1,
            channel_code: channel.into(),
            tag: None,
            external_id: format!("{channel}-{n}"),
            reference: Some(Reference::own(1, i64::from(n))),
            ticket: Some(TicketKey { id: i64::from(n), number }),
            opened: true,
            ended: None,
            standing: Standing::Live,
            by_hand: false,
            received_at: at("2025-01-15T01:00:00Z"),
            core_accepted_at: None,
            submitted_at: Some(at("2025-01-14T01:00:00Z")),
            handed_at: None,
            deadline: Some(at("2025-02-01T00:00:00Z")),
            matter: FactMatter { kind: Some("咨询".into()), ..FactMatter::default() },
            concluded_at: None,
            redone: 0,
            reopened: Vec::new(),
            outcomes: Vec::new(),
        }
    }

    /// An outcome, kept when it happened.
    pub(in crate::report) fn outcome(kind: OutcomeKind, when: &str) -> FactOutcome {
        FactOutcome {
            kind,
            at: at(when),
            kept_at: at(when),
            units: vec![Unit { name: "县住建局".into(), role: UnitRole::Lead }],
            way: None,
            solved: None,
            satisfaction_level: None,
        }
    }

    fn state(fact: &FactRow, as_of: &str) -> &'static str {
        Line::of(fact.clone(), CountedBy::Submitted, at(as_of)).state()
    }

    #[test]
    fn a_day_in_its_life_is_told_by_the_cores_own_times() {
        let mut fact = fact("mayor", 1);
        fact.outcomes = vec![
            outcome(OutcomeKind::Signed, "2025-01-16T00:00:00Z"),
            outcome(OutcomeKind::Closed, "2025-01-30T00:00:00Z"),
            outcome(OutcomeKind::Closed, "2025-02-20T00:00:00Z"),
        ];
        fact.reopened = vec![at("2025-02-10T00:00:00Z")];
        (fact.redone, fact.concluded_at) = (1, Some(at("2025-02-20T00:00:00Z")));
        let days = ["2025-01-29T00:00:00Z", "2025-01-31T00:00:00Z", "2025-02-15T00:00:00Z", "2025-02-21T00:00:00Z"];
        assert_eq!(days.map(|day| state(&fact, day)), ["在办", "办结", "超期未办结", "超期办结"]);
        let line = Line::of(fact.clone(), CountedBy::Submitted, at(days[1]));
        assert_eq!((line.redone, line.unit.as_deref()), (0, Some("县住建局")));
        assert_eq!(Line::of(fact, CountedBy::Submitted, at(days[3])).redone, 1);
    }

    /// A house that is told of old days today knows them by the times that it is told.
    #[test]
    fn what_is_told_late_happened_when_it_happened() {
        let mut fact = fact("mayor", 1);
        let mut closed = outcome(OutcomeKind::Closed, "2025-01-30T00:00:00Z");
        closed.kept_at = at("2026-11-28T00:00:00Z");
        (fact.concluded_at, fact.outcomes) = (Some(closed.kept_at), vec![closed]);
        assert_eq!([state(&fact, "2025-01-29T00:00:00Z"), state(&fact, "2025-04-22T00:00:00Z")], ["在办", "办结"]);
    }

    #[test]
    fn what_its_source_ended_is_done_with_and_what_was_done_by_hand_too() {
        let mut fact = fact("mayor", 1);
        fact.ended = Some((at("2025-01-20T00:00:00Z"), "withdrawn".into()));
        assert_eq!([state(&fact, "2025-01-19T00:00:00Z"), state(&fact, "2025-01-21T00:00:00Z")], ["在办", "已撤回"]);
        (fact.ended, fact.by_hand, fact.concluded_at) = (None, true, Some(at("2025-01-22T00:00:00Z")));
        assert_eq!(state(&fact, "2025-01-23T00:00:00Z"), "办结");
        (fact.ticket, fact.concluded_at) = (None, None);
        assert_eq!(state(&fact, "2025-01-23T00:00:00Z"), "未成单");
    }

    #[test]
    fn of_what_happened_in_one_instant_the_store_knows_the_last() {
        let mut fact = fact("mayor", 1);
        fact.outcomes = vec![outcome(OutcomeKind::Closed, "2025-01-20T00:00:00Z")];
        fact.reopened = vec![at("2025-01-20T00:00:00Z")];
        assert_eq!(state(&fact, "2025-01-21T00:00:00Z"), "在办");
        fact.concluded_at = Some(at("2025-01-20T00:00:00Z"));
        assert_eq!(state(&fact, "2025-01-21T00:00:00Z"), "办结");
    }

    #[test]
    fn a_line_is_kept_and_read_again() {
        let line = Line::of(fact("mayor", 1), CountedBy::Handed, at("2025-01-29T00:00:00Z"));
        assert_eq!(line.by, CountedBy::Received);
        let json = serde_json::to_vec(&line).unwrap();
        assert_eq!(serde_json::from_slice::<Line>(&json).unwrap(), line);
    }
}
