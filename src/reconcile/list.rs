//! A list that somebody exported from a far side, or from the core, against ours: 漏件, 多件, 状态不一致, 重件.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::store::Carried;

/// One row of their list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its row in the sheet.
    pub row: u32,
    /// The numbers by which it is known, the one that is shown first; not empty.
    pub keys: Vec<String>,
    /// Whether it must be ours. A list of the core holds calls too, which bear no number of ours.
    pub is_ours: bool,
    /// Its state, in their words.
    #[serde(default)]
    pub state: Option<String>,
}

/// How one of ours stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OurState {
    /// The core has not concluded it.
    Open,
    /// It has; how far the answer came on its way home, none where none goes.
    Concluded(Option<Carried>),
}

/// One of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ours {
    /// The numbers by which it is known.
    pub keys: Vec<String>,
    /// 汇流编号, where it has a ticket.
    pub ticket: Option<String>,
    /// How it stands.
    pub state: OurState,
    /// Whether it should be in their list: it lies in the span that was asked for.
    pub is_expected: bool,
}

/// Their words for states, as the channel's file has them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Words {
    /// What is done.
    pub done: Vec<String>,
    /// What is sent back to be done again.
    pub redo: Vec<String>,
    /// Whether the list is the core's.
    pub core: bool,
}

/// What sort of finding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Theirs, and not ours (漏件).
    Missing,
    /// Ours, and not theirs (多件).
    Surplus,
    /// Their state does not fit ours (状态不一致).
    Differing,
    /// The same number twice in the list (重件).
    Twice,
}

impl FindingKind {
    /// Every kind, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Missing, Self::Surplus, Self::Differing, Self::Twice];

    /// What people call it.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Missing => "漏件",
            Self::Surplus => "多件",
            Self::Differing => "状态不一致",
            Self::Twice => "重件",
        }
    }

    /// The same in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Surplus => "surplus",
            Self::Differing => "differing",
            Self::Twice => "twice",
        }
    }
}

/// How two states do not fit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// We told them that it is done, and they do not show it.
    NotArrived,
    /// It is done here, and our answer is still on its way.
    OnItsWay,
    /// It is done here, and no answer goes there.
    NotTold,
    /// They have it done, and the core has not told us so.
    DoneThereOnly,
    /// They sent it back, and here it is still done.
    SentBack,
    /// It is done here, and the core's list has it open.
    DoneHereOnly,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// What sort.
    pub kind: FindingKind,
    /// The number.
    pub number: String,
    /// The row of the sheet, where it stands there.
    pub row: Option<u32>,
    /// For a number that is there twice, its first row.
    pub first_row: Option<u32>,
    /// 汇流编号.
    pub ticket: Option<String>,
    /// Their state.
    pub state: Option<String>,
    /// How the states do not fit.
    pub difference: Option<Difference>,
}

/// What many far sides call done.
const DONE: [&str; 10] =
    ["办结", "已办结", "已完成", "已办理", "已答复", "已回复", "已反馈", "已结案", "结案", "已归档"];
/// And sent back.
const REDO: [&str; 3] = ["退回重办", "发回重办", "重办"];

impl Words {
    fn are(own: &[String], common: &[&str], state: &str) -> bool {
        match own {
            [] => common.contains(&state),
            own => own.iter().any(|word| word == state),
        }
    }

    /// How their state does not fit ours, if it does not.
    fn difference(&self, theirs: &str, ours: OurState) -> Option<Difference> {
        let done = Self::are(&self.done, &DONE, theirs);
        match ours {
            OurState::Open if done => Some(Difference::DoneThereOnly),
            OurState::Open => None,
            OurState::Concluded(_) if Self::are(&self.redo, &REDO, theirs) => Some(Difference::SentBack),
            OurState::Concluded(_) if done => None,
            OurState::Concluded(_) if self.core => Some(Difference::DoneHereOnly),
            OurState::Concluded(Some(Carried::Review | Carried::SentBack)) => None,
            OurState::Concluded(Some(Carried::Waiting | Carried::Person)) => Some(Difference::OnItsWay),
            OurState::Concluded(Some(Carried::Settled | Carried::ByHand)) => Some(Difference::NotArrived),
            OurState::Concluded(_) => Some(Difference::NotTold),
        }
    }
}

/// Holds their list against ours; in the order of [`FindingKind`], theirs in the order of their rows.
pub fn compare(theirs: &[Listed], ours: &[Ours], words: &Words) -> Vec<Finding> {
    let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, one) in ours.iter().enumerate() {
        by_key.extend(one.keys.iter().map(|key| (key.as_str(), at)));
    }
    let (mut out, mut met, mut seen) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
    for listed in theirs {
        let Some(number) = listed.keys.first() else { continue };
        let finding = |kind, ticket, difference| Finding {
            kind,
            number: number.clone(),
            row: Some(listed.row),
            first_row: None,
            ticket,
            state: listed.state.clone(),
            difference,
        };
        if let Some(first) = seen.get(number) {
            out.push(Finding { first_row: Some(*first), ..finding(FindingKind::Twice, None, None) });
            continue;
        }
        seen.insert(number, listed.row);
        let Some(at) = listed.keys.iter().find_map(|key| by_key.get(key.as_str()).copied()) else {
            if listed.is_ours {
                out.push(finding(FindingKind::Missing, None, None));
            }
            continue;
        };
        met.insert(at);
        let state = listed.state.as_deref().filter(|state| !state.is_empty());
        if let Some(difference) = state.and_then(|state| words.difference(state, ours[at].state)) {
            out.push(finding(FindingKind::Differing, ours[at].ticket.clone(), Some(difference)));
        }
    }
    let unmet = ours.iter().enumerate().filter(|(at, one)| one.is_expected && !met.contains(at));
    out.extend(unmet.filter_map(|(_, one)| {
        Some(Finding {
            kind: FindingKind::Surplus,
            number: one.keys.first()?.clone(),
            row: None,
            first_row: None,
            ticket: one.ticket.clone(),
            state: None,
            difference: None,
        })
    }));
    out.sort_by_key(|finding| finding.kind);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn listed(row: u32, number: &str, state: Option<&str>) -> Listed {
        Listed { row, keys: vec![number.into()], is_ours: true, state: state.map(Into::into) }
    }

    fn ours(number: &str, state: OurState) -> Ours {
        Ours { keys: vec![number.into()], ticket: Some("261122-00017".into()), state, is_expected: true }
    }

    fn kinds(found: &[Finding]) -> Vec<(FindingKind, &str)> {
        found.iter().map(|one| (one.kind, one.number.as_str())).collect()
    }

    #[test]
    fn what_is_theirs_or_ours_alone_or_there_twice_is_told() {
        let theirs = [listed(2, "A1", None), listed(3, "A2", None), listed(4, "A1", None), listed(5, "A3", None)];
        let ours = [ours("A1", OurState::Open), ours("A9", OurState::Open), ours("A3", OurState::Open)];
        let found = compare(&theirs, &ours, &Words::default());
        assert_eq!(
            kinds(&found),
            [(FindingKind::Missing, "A2"), (FindingKind::Surplus, "A9"), (FindingKind::Twice, "A1")]
        );
        assert_eq!((found[2].row, found[2].first_row), (Some(4), Some(2)));
    }

    #[test]
    fn states_are_held_against_each_other_in_their_own_words() {
        let words = Words { done: vec!["完成".into()], redo: vec!["打回".into()], core: false };
        let told = |theirs: &str, state| words.difference(theirs, state);
        let concluded = |carried| OurState::Concluded(Some(carried));
        assert_eq!(told("待办理", concluded(Carried::Settled)), Some(Difference::NotArrived));
        assert_eq!(told("待办理", concluded(Carried::Person)), Some(Difference::OnItsWay));
        assert_eq!(told("待办理", OurState::Concluded(None)), Some(Difference::NotTold));
        assert_eq!(told("待审核", concluded(Carried::Review)), None);
        assert_eq!(told("完成", concluded(Carried::Settled)), None);
        assert_eq!(told("完成", OurState::Open), Some(Difference::DoneThereOnly));
        assert_eq!(told("打回", concluded(Carried::Settled)), Some(Difference::SentBack));
        assert_eq!(told("待办理", OurState::Open), None);
        // A file that names its words is believed; without one the common words count.
        assert_eq!(told("已办结", OurState::Open), None);
        assert_eq!(Words::default().difference("已办结", OurState::Open), Some(Difference::DoneThereOnly));
    }

    #[test]
    fn the_core_has_calls_too_and_knows_tickets_by_several_numbers() {
        let words = Words { core: true, ..Words::default() };
        let row = |row, keys: &[&str], is_ours| Listed {
            row,
            keys: keys.iter().map(|key| (*key).into()).collect(),
            is_ours,
            state: Some("在办".into()),
        };
        let theirs = [row(2, &["RX1", "261122-00017"], true), row(3, &["RX2"], false), row(4, &["RX3", "A3"], true)];
        let known = Ours { keys: vec!["261122-00017".into(), "A1".into()], ..ours("", OurState::Concluded(None)) };
        let found = compare(&theirs, &[known], &words);
        assert_eq!(kinds(&found), [(FindingKind::Missing, "RX3"), (FindingKind::Differing, "RX1")]);
        assert_eq!(found[1].difference, Some(Difference::DoneHereOnly));
    }

    proptest! {
        #[test]
        fn every_row_and_everyone_of_ours_is_accounted_for(
            theirs in proptest::collection::vec(0u8..20, 0..40), own: BTreeSet<u8>,
        ) {
            let theirs: Vec<_> = (2..).zip(&theirs).map(|(row, id)| listed(row, &id.to_string(), None)).collect();
            let own: Vec<_> = own.iter().map(|id| ours(&id.to_string(), OurState::Open)).collect();
            let found = compare(&theirs, &own, &Words::default());
            let count = |kind| found.iter().filter(|one| one.kind == kind).count();
            let distinct: BTreeSet<_> = theirs.iter().map(|one| &one.keys[0]).collect();
            let both = distinct.iter().filter(|id| own.iter().any(|one| one.keys[0] == ***id)).count();
            prop_assert_eq!(count(FindingKind::Missing) + both, distinct.len());
            prop_assert_eq!(count(FindingKind::Surplus) + both, own.len());
            prop_assert_eq!(count(FindingKind::Twice) + distinct.len(), theirs.len());
            prop_assert_eq!(count(FindingKind::Differing), 0);
        }
    }
}
