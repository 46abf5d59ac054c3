//! At which step of the walk a kill hit, seen from outside: what was unanswered when the process was gone, and
//! what the next one did again.

use std::collections::{BTreeMap, BTreeSet};

use crate::glass::Glass;

/// The steps of the walk that can be told apart from outside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Step {
    /// A push was sent and never answered.
    PushUnanswered,
    /// A push was acknowledged, and the core had not been told.
    NotYetAtCore,
    /// The core was being told.
    AtCore,
    /// The core had answered, and was told again afterwards: the answer was not settled.
    NotSettled,
    /// The platform was being asked.
    PollUnanswered,
    /// The platform had answered with items, and was asked for the same page again: they were not kept.
    PageNotKept,
}

pub(super) const STEPS: [Step; 6] =
    [Step::PushUnanswered, Step::NotYetAtCore, Step::AtCore, Step::NotSettled, Step::PollUnanswered, Step::PageNotKept];

/// How far both panes of glass had been looked through when a process began.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) core: usize,
    pub(super) platform: usize,
}

impl Place {
    pub(super) fn now(core: &Glass, platform: &Glass) -> Self {
        Self { core: core.count(), platform: platform.count() }
    }
}

/// One kill and what it hit so far.
pub(super) struct Kill {
    /// Where the killed process began.
    from: Place,
    /// Where the next one began.
    to: Place,
    pub(super) hit: BTreeSet<Step>,
}

impl Kill {
    /// Looks at what a killed process, begun at `from`, left unanswered.
    pub(super) fn new(from: Place, core: &Glass, platform: &Glass) -> Self {
        let to = Place::now(core, platform);
        let unanswered = |glass: &Glass, from: usize, to: usize| {
            glass.look(from, |seen| seen[..to - from].iter().any(crate::glass::Seen::unanswered))
        };
        let mut hit = BTreeSet::new();
        if unanswered(core, from.core, to.core) {
            hit.insert(Step::AtCore);
        }
        if unanswered(platform, from.platform, to.platform) {
            hit.insert(Step::PollUnanswered);
        }
        Self { from, to, hit }
    }

    /// Looks at what the next process, which ended at `end`, did again.
    pub(super) fn look_back(&mut self, end: Place, core: &Glass, platform: &Glass) {
        let (before, after) = (self.to.core - self.from.core, end.core - self.from.core);
        let told_again = core.look(self.from.core, |seen| {
            let answered: BTreeSet<_> = seen[..before].iter().filter(|one| one.taken()).map(|one| &one.key).collect();
            seen[before..after].iter().any(|one| answered.contains(&one.key))
        });
        if told_again {
            self.hit.insert(Step::NotSettled);
        }
        let (before, after) = (self.to.platform - self.from.platform, end.platform - self.from.platform);
        let asked_again = platform.look(self.from.platform, |seen| {
            let last = seen[..before].iter().rev().find(|one| one.taken() && one.has_items());
            last.is_some_and(|last| seen[before..after].iter().any(|one| one.target == last.target))
        });
        if asked_again {
            self.hit.insert(Step::PageNotKept);
        }
    }
}

/// Prints how many kills hit each step, and gives the steps that none hit.
pub(super) fn printed(kills: &[Kill]) -> Vec<Step> {
    let mut hits: BTreeMap<Step, usize> = STEPS.map(|step| (step, 0)).into();
    for step in kills.iter().flat_map(|kill| &kill.hit) {
        *hits.entry(*step).or_default() += 1;
    }
    println!("{} kills that counted; one may hit several steps of the walk:", kills.len());
    for (step, count) in &hits {
        println!("  {count:4}  {step:?}");
    }
    hits.into_iter().filter(|(_, count)| *count == 0).map(|(step, _)| step).collect()
}
