//! What is to be done next for one source: the oldest thing owed, unless it waits for somebody and a later one makes it
//! pointless. Pure: it reads a lane and the channel's rules, and decides one step.

use huiliu_contract::OutcomeKind;

use crate::store::{Carried, Fact, Lane, LaneItem, TryEnd};

/// What a channel's file says of the way home, as far as it decides the order of things.
pub(super) trait Rules {
    /// Whether a machine carries outcomes of a kind there.
    fn carries(&self, kind: OutcomeKind) -> bool;
    /// Whether a person carries outcomes of a kind there by hand.
    fn by_hand(&self, kind: OutcomeKind) -> bool;
    /// Whether a person agrees before an outcome of a kind leaves.
    fn approves(&self, kind: OutcomeKind) -> bool;
}

/// One step; `n` names the item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Nothing is sent for it, and this is why.
    Leave { n: u32, state: Carried },
    /// A person must agree first.
    Approve { n: u32 },
    /// A person must carry it.
    ByHand { n: u32 },
    /// It may go.
    Send { n: u32 },
    /// It may have gone: nobody knows whether it arrived.
    Resolve { n: u32 },
    /// The far side judges it: ask what became of it.
    Watch { n: u32 },
    /// Nothing can be done now.
    Rest,
}

/// Whether a try went out of which nobody knows whether it arrived.
pub(super) fn is_uncertain(item: &LaneItem) -> bool {
    item.tries.iter().any(|one| matches!(one.end, None | Some(TryEnd::Uncertain)))
}

/// The next step. What is told again word for word (`same` says so of two outcomes) is told once.
pub(super) fn next(lane: &Lane, rules: &dyn Rules, same: &dyn Fn(&LaneItem, &LaneItem) -> bool) -> Step {
    let mut judged = None;
    for (at, item) in lane.items.iter().enumerate() {
        let n = item.n;
        match item.state {
            Carried::Person if !lane.is_passed(at) => return judged.unwrap_or(Step::Rest),
            // It may be there already: whoever was asked may still say so, but nobody waits for that.
            Carried::Person if is_uncertain(item) => {}
            Carried::Person => return Step::Leave { n, state: Carried::Passed },
            // Told again: the later telling is asked about.
            Carried::Review if lane.is_repeated(at) => {}
            Carried::Review => {
                judged = judged.or(Some(Step::Watch { n }));
                if !lane.is_passed(at) {
                    return Step::Watch { n };
                }
            }
            Carried::Waiting if is_uncertain(item) => return Step::Resolve { n },
            Carried::Waiting => return waiting(lane, at, rules, same),
            _ => {}
        }
    }
    judged.unwrap_or(Step::Rest)
}

/// Writes into a lane that was read what will stand on disk once these facts are, at this time (ms). False where that
/// cannot be told from here: then the lane has to be read again.
pub(super) fn learn(lane: &mut Lane, facts: &[Fact], now: i64) -> bool {
    facts.iter().all(|fact| {
        let (n, state) = match fact {
            Fact::State { n, state } => (*n, *state),
            Fact::Person { n, .. } => (*n, Carried::Person),
            Fact::Tried { id, end: end @ (TryEnd::Taken | TryEnd::Withheld), .. } => {
                let tries = lane.items.iter_mut().flat_map(|item| &mut item.tries);
                tries.filter(|one| one.id == *id).for_each(|one| one.end = Some(*end));
                return true;
            }
            Fact::Tried { .. } | Fact::Attempts { .. } | Fact::Event { .. } | Fact::Returned => return false,
        };
        let item = lane.items.iter_mut().find(|item| item.n == n);
        item.map(|item| (item.state, item.since) = (state, now)).is_some()
    })
}

fn waiting(lane: &Lane, at: usize, rules: &dyn Rules, same: &dyn Fn(&LaneItem, &LaneItem) -> bool) -> Step {
    let item = &lane.items[at];
    let n = item.n;
    let by_hand = rules.by_hand(item.kind);
    if item.kind == OutcomeKind::ReturnedToGateway || !(by_hand || rules.carries(item.kind)) {
        return Step::Leave { n, state: Carried::Unwanted };
    }
    // Only what still stands there was said: what was refused or sent back may be said again, and all of it once the
    // ticket was opened again.
    let stands = |earlier: &&LaneItem| earlier.state.was_told() && lane.reopened_at.is_none_or(|at| earlier.since > at);
    let mut told = lane.items[..at].iter().rev().filter(stands);
    // One signing is enough, whatever was said since.
    let said = if item.kind == OutcomeKind::Signed { told.find(|one| one.kind == item.kind) } else { told.next() };
    if item.repeats.is_none()
        && said.is_some_and(|said| !matches!(said.state, Carried::Refused | Carried::SentBack) && same(said, item))
    {
        return Step::Leave { n, state: Carried::Equal };
    }
    if rules.approves(item.kind) && !item.approved {
        Step::Approve { n }
    } else if by_hand {
        Step::ByHand { n }
    } else {
        Step::Send { n }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use huiliu_contract::ExternalId;
    use proptest::prelude::*;

    use super::*;
    use crate::store::{Reference, TicketKey, Try, makes_pointless};
    use crate::ticket::Spoken;

    struct All {
        approve: bool,
        by_hand: bool,
        carries: bool,
    }

    impl Rules for All {
        fn carries(&self, _: OutcomeKind) -> bool {
            self.carries
        }
        fn by_hand(&self, _: OutcomeKind) -> bool {
            self.by_hand
        }
        fn approves(&self, _: OutcomeKind) -> bool {
            self.approve
        }
    }

    const MACHINE: All = All { approve: false, by_hand: false, carries: true };

    fn lane(items: &[(OutcomeKind, Carried)]) -> Lane {
        let item = |(n, (kind, state)): (usize, &(OutcomeKind, Carried))| LaneItem {
            n: n as u32 + 1,
            kind: *kind,
            state: *state,
            since: 0,
            approved: false,
            attempts: 0,
            core_id: None,
            outcome: None,
            files: Vec::new(),
            wording: None,
            repeats: None,
            tries: Vec::new(),
        };
        let number = Spoken::new(jiff::civil::date(2026, 11, 27), 1).unwrap();
        Lane {
            reference: Reference::own(1, 1),
            ticket: TicketKey { id: 1, number },
            external_id: ExternalId::new("A1").unwrap(),
            draft: Bytes::from_static(b"{}"),
            document: Bytes::from_static(b"{}"),
            reopened_at: None,
            items: items.iter().enumerate().map(item).collect(),
        }
    }

    fn step(items: &[(OutcomeKind, Carried)], rules: &All) -> Step {
        next(&lane(items), rules, &|_, _| false)
    }

    #[test]
    fn a_closing_passes_what_waits_for_somebody_and_nothing_else() {
        use Carried::{Person, Review, Settled, Waiting};
        use OutcomeKind::{Closed, Extended, Progressed, Replied, ReturnedToSource, Signed};
        let cases = [
            (vec![(Signed, Waiting), (Closed, Waiting)], Step::Send { n: 1 }),
            (vec![(Extended, Person), (Closed, Waiting)], Step::Leave { n: 1, state: Carried::Passed }),
            (vec![(Progressed, Person), (Closed, Waiting)], Step::Leave { n: 1, state: Carried::Passed }),
            (vec![(Extended, Review), (Closed, Waiting)], Step::Send { n: 2 }),
            (vec![(Extended, Review), (Closed, Settled)], Step::Watch { n: 1 }),
            (vec![(Extended, Review), (Replied, Waiting)], Step::Watch { n: 1 }),
            (vec![(Replied, Person), (Closed, Waiting)], Step::Rest),
            (vec![(Closed, Person), (Extended, Waiting)], Step::Rest),
            (vec![(Signed, Person), (ReturnedToSource, Waiting)], Step::Leave { n: 1, state: Carried::Passed }),
            (vec![(ReturnedToSource, Person), (Signed, Waiting)], Step::Rest),
            (vec![(Closed, Settled)], Step::Rest),
        ];
        for (items, expected) in cases {
            assert_eq!(step(&items, &MACHINE), expected, "{items:?}");
        }
    }

    #[test]
    fn what_waits_is_left_approved_or_sent_by_the_channels_rules() {
        use Carried::{Refused, SentBack, Settled, Waiting};
        use OutcomeKind::{Closed, ReturnedToGateway};
        let unwanted = Step::Leave { n: 1, state: Carried::Unwanted };
        assert_eq!(step(&[(ReturnedToGateway, Waiting)], &MACHINE), unwanted);
        let none = All { approve: true, by_hand: false, carries: false };
        assert_eq!(step(&[(Closed, Waiting)], &none), unwanted);
        let hand = All { approve: false, by_hand: true, carries: false };
        assert_eq!(step(&[(Closed, Waiting)], &hand), Step::ByHand { n: 1 });
        let looked_at = All { approve: true, by_hand: false, carries: true };
        assert_eq!(step(&[(Closed, Waiting)], &looked_at), Step::Approve { n: 1 });
        let same = |before| next(&lane(&[(Closed, before), (Closed, Waiting)]), &MACHINE, &|_, _| true);
        assert_eq!(same(Settled), Step::Leave { n: 2, state: Carried::Equal });
        assert_eq!([same(Refused), same(SentBack)], [Step::Send { n: 2 }; 2]);
    }

    #[test]
    fn what_is_asked_for_is_told_again_and_what_was_said_before_a_reopening_too() {
        use Carried::{Equal, Review, Settled, Waiting};
        use OutcomeKind::Closed;
        let told_again = |before, repeats| {
            let mut lane = lane(&[(Closed, before), (Closed, Waiting)]);
            lane.items[1].repeats = repeats;
            next(&lane, &MACHINE, &|_, _| true)
        };
        assert_eq!(told_again(Settled, None), Step::Leave { n: 2, state: Equal });
        assert_eq!([told_again(Settled, Some(1)), told_again(Review, Some(1))], [Step::Send { n: 2 }; 2]);
        assert_eq!(told_again(Review, None), Step::Watch { n: 1 });
        // Both are judged by the later telling; given up, the first one is asked about again.
        let mut both = lane(&[(Closed, Review), (Closed, Review)]);
        both.items[1].repeats = Some(1);
        assert_eq!(next(&both, &MACHINE, &|_, _| true), Step::Watch { n: 2 });
        both.items[1].state = Carried::Dropped;
        assert_eq!(next(&both, &MACHINE, &|_, _| true), Step::Watch { n: 1 });
        let mut anew = lane(&[(Closed, Settled), (Closed, Waiting)]);
        for (reopened_at, step) in [(Some(0), Step::Send { n: 2 }), (Some(-1), Step::Leave { n: 2, state: Equal })] {
            anew.reopened_at = reopened_at;
            assert_eq!(next(&anew, &MACHINE, &|_, _| true), step, "{reopened_at:?}");
        }
    }

    #[test]
    fn what_may_have_gone_is_resolved_before_anything_else_goes() {
        let mut lane = lane(&[(OutcomeKind::Closed, Carried::Waiting), (OutcomeKind::Visited, Carried::Waiting)]);
        lane.items[0].tries.push(Try { id: 1, at: 0, end: None, parcel: Bytes::new(), answer: None });
        assert_eq!(next(&lane, &MACHINE, &|_, _| false), Step::Resolve { n: 1 });
        lane.items[0].tries[0].end = Some(TryEnd::Absent);
        assert_eq!(next(&lane, &MACHINE, &|_, _| false), Step::Send { n: 1 });
    }

    #[test]
    fn what_a_step_found_out_is_known_without_reading_the_lane_again() {
        use Carried::{Person, Review, Settled, Waiting};
        use OutcomeKind::{Closed, Extended, Replied};
        let after = |items: &[(OutcomeKind, Carried)], facts: &[Fact]| {
            let mut lane = lane(items);
            lane.items[0].tries.push(Try { id: 7, at: 0, end: None, parcel: Bytes::new(), answer: None });
            learn(&mut lane, facts, 5).then(|| (next(&lane, &MACHINE, &|_, _| false), lane.items[0].since))
        };
        let state = |state| Fact::State { n: 1, state };
        let tried = |end| Fact::Tried { id: 7, end, answer: None };
        let person =
            Fact::Person { n: 1, kind: crate::store::DeadKind::Approval, reason: "approval", id: 9, body: vec![] };
        assert_eq!(after(&[(Closed, Waiting)], &[tried(TryEnd::Taken), state(Settled)]), Some((Step::Rest, 5)));
        let two = [(Replied, Waiting), (Closed, Waiting)];
        assert_eq!(after(&two, &[tried(TryEnd::Taken), state(Settled)]), Some((Step::Send { n: 2 }, 5)));
        assert_eq!(after(&two, &[tried(TryEnd::Taken), person]), Some((Step::Rest, 5)));
        let asked = [(Extended, Waiting), (Replied, Waiting)];
        assert_eq!(after(&asked, &[tried(TryEnd::Taken), state(Review)]), Some((Step::Watch { n: 1 }, 5)));
        // The try may have ended by itself: it stays what has to be resolved.
        assert_eq!(after(&[(Closed, Waiting)], &[]), Some((Step::Resolve { n: 1 }, 0)));
        for unknown in [
            tried(TryEnd::NotArrived),
            tried(TryEnd::Uncertain),
            Fact::Attempts { n: 1, attempts: 1 },
            Fact::State { n: 3, state: Settled },
        ] {
            assert_eq!(after(&[(Closed, Waiting), (Closed, Person)], &[unknown]), None);
        }
    }

    #[test]
    fn a_closing_that_was_told_is_passed_by_what_comes_behind_it() {
        use Carried::{Review, Settled, Waiting};
        use OutcomeKind::{Closed, Extended, ReturnedToSource};
        let items = [(Extended, Review), (Closed, Settled), (ReturnedToSource, Waiting)];
        assert_eq!(step(&items, &MACHINE), Step::Send { n: 3 }, "nobody needs to judge the delay any more");
    }

    proptest! {
        /// Whatever lies in a lane: what is sent next has nothing before it that is still to be sent.
        #[test]
        fn nothing_is_sent_before_what_must_go_first(
            items in prop::collection::vec((0usize..11, 0i64..19), 1..8),
        ) {
            let items: Vec<_> =
                items.into_iter().map(|(kind, state)| (OutcomeKind::ALL[kind], Carried::from_number(state))).collect();
            if let Step::Send { n } = step(&items, &MACHINE) {
                let told_or_goes = |state| matches!(state, Carried::Waiting | Carried::Settled | Carried::Review);
                for (at, (kind, state)) in items[..n as usize - 1].iter().enumerate() {
                    // What was told since, or is about to be, may have made it pointless to wait for somebody.
                    let mut later = items[at + 1..].iter();
                    let pointless = later.any(|(k, s)| told_or_goes(*s) && makes_pointless(*k, *kind));
                    prop_assert!(state.is_final() || *state != Carried::Waiting && pointless);
                }
                prop_assert_eq!(items[n as usize - 1].1, Carried::Waiting);
            }
        }
    }
}
