//! One channel and day: what the far side has, what came, where it stands, and what does not add up.

use std::collections::{BTreeMap, BTreeSet};

use huiliu_contract::CountedBy;
use jiff::Timestamp;

use crate::store::{ItemPlace, ItemRow};

/// What a far side said of a day.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Theirs {
    /// How many items it counts; none where it only listed them.
    pub total: Option<u64>,
    /// Their numbers, where it lists them.
    pub ids: Option<BTreeSet<String>>,
    /// How many it lists without a number that could be one.
    pub unnumbered: u64,
}

impl Theirs {
    /// How many items it has.
    pub fn count(&self) -> u64 {
        let listed = self.ids.as_ref().map(|ids| ids.len() as u64 + self.unnumbered);
        listed.or(self.total).unwrap_or(0)
    }
}

/// What a day comes to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Found {
    /// How many the far side has; none where it did not say.
    pub theirs: Option<u64>,
    /// How many came, unreadable ones included.
    pub taken: u64,
    /// Of these, how many stand where, in the order of [`ItemPlace`]; their sum is `taken`.
    pub places: [u64; 9],
    /// How many it has that did not come.
    pub missing: u64,
    /// How many came that it does not have.
    pub surplus: u64,
    /// The numbers of what did not come, where they are known.
    pub missing_ids: Vec<String>,
    /// The numbers of what it does not have, where it lists its own.
    pub surplus_ids: Vec<String>,
    /// The numbers of what stands nowhere.
    pub lost_ids: Vec<String>,
}

/// The time of ours by which an item is held against a far side that counts so; where the form says nothing, when it came.
pub fn held_at(item: &ItemRow, by: CountedBy) -> Timestamp {
    let told = match by {
        CountedBy::HandedAt => item.handed_at,
        CountedBy::SubmittedAt => item.submitted_at,
        CountedBy::ReceivedAt => None,
    };
    told.unwrap_or(item.received_at)
}

/// Adds a day up. `ours` are the items whose own time lies in it, `known` those of the far side's numbers that came, whenever;
/// `unreadable` is how many came without a number, and how many of them a person gave up.
pub fn found(theirs: Option<&Theirs>, ours: Vec<ItemRow>, known: Vec<ItemRow>, unreadable: (u64, u64)) -> Found {
    let mut items: BTreeMap<i64, ItemRow> = BTreeMap::new();
    items.extend(ours.into_iter().chain(known).map(|item| (item.version, item)));
    let mut found = Found { theirs: theirs.map(Theirs::count), ..Found::default() };
    for item in items.values() {
        found.places[item.place as usize] += 1;
        if item.place == ItemPlace::Lost {
            found.lost_ids.push(item.external_id.clone());
        }
    }
    let (came, dropped) = unreadable;
    found.places[ItemPlace::Refused as usize] += dropped;
    found.places[ItemPlace::Person as usize] += came.saturating_sub(dropped);
    found.taken = found.places.iter().sum();
    let Some(theirs) = theirs else { return found };
    match &theirs.ids {
        None => {
            found.missing = theirs.count().saturating_sub(found.taken);
            found.surplus = found.taken.saturating_sub(theirs.count());
        }
        Some(ids) => {
            let have: BTreeSet<&str> = items.values().map(|item| item.external_id.as_str()).collect();
            found.missing_ids = ids.iter().filter(|id| !have.contains(id.as_str())).cloned().collect();
            found.surplus_ids = have.into_iter().filter(|id| !ids.contains(*id)).map(str::to_owned).collect();
            // What has no number here has none there.
            found.missing = found.missing_ids.len() as u64 + theirs.unnumbered.saturating_sub(came);
            found.surplus = found.surplus_ids.len() as u64;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(version: i64, place: ItemPlace) -> ItemRow {
        ItemRow {
            version,
            external_id: format!("A{version}"),
            received_at: Timestamp::UNIX_EPOCH,
            submitted_at: None,
            handed_at: None,
            place,
            ticket: None,
            core_number: None,
            concluded_at: None,
            answered: None,
        }
    }

    fn listed(ids: &[i64]) -> Theirs {
        let ids = ids.iter().map(|id| format!("A{id}")).collect();
        Theirs { total: None, ids: Some(ids), unnumbered: 0 }
    }

    fn items(ids: &[i64]) -> Vec<ItemRow> {
        ids.iter().map(|id| item(*id, ItemPlace::Forwarded)).collect()
    }

    #[test]
    fn what_did_not_come_is_named_and_what_came_late_is_no_gap() {
        // 3 came on another day by our own time; 4 never did; 9 is ours alone.
        let day = found(Some(&listed(&[1, 2, 3, 4])), items(&[1, 2, 9]), items(&[1, 2, 3]), (0, 0));
        assert_eq!((day.theirs, day.taken, day.missing, day.surplus), (Some(4), 4, 1, 1));
        assert_eq!((day.missing_ids, day.surplus_ids), (vec!["A4".to_owned()], vec!["A9".to_owned()]));
    }

    #[test]
    fn a_bare_count_is_held_against_the_count_unreadable_ones_included() {
        let counts = |total| Theirs { total: Some(total), ..Theirs::default() };
        let day = |total| found(Some(&counts(total)), items(&[1, 2]), Vec::new(), (2, 1));
        assert_eq!((day(4).missing, day(4).surplus), (0, 0));
        assert_eq!((day(6).missing, day(6).surplus), (2, 0));
        assert_eq!((day(3).missing, day(3).surplus), (0, 1));
        assert_eq!(day(4).places[ItemPlace::Person as usize], 1);
        assert_eq!(day(4).places[ItemPlace::Refused as usize], 1);
    }

    #[test]
    fn a_far_side_that_says_nothing_has_no_gap_at_the_front() {
        let day = found(None, vec![item(1, ItemPlace::Lost), item(2, ItemPlace::Queued)], Vec::new(), (0, 0));
        assert_eq!((day.theirs, day.taken, day.missing, day.surplus), (None, 2, 0, 0));
        assert_eq!(day.lost_ids, ["A1"]);
    }

    #[test]
    fn rows_without_a_number_there_are_those_without_one_here() {
        let theirs = Theirs { unnumbered: 3, ..listed(&[1]) };
        let day = found(Some(&theirs), items(&[1]), Vec::new(), (2, 0));
        assert_eq!((day.theirs, day.taken, day.missing), (Some(4), 3, 1));
    }

    const PLACES: [ItemPlace; 9] = [
        ItemPlace::Forwarded,
        ItemPlace::Joined,
        ItemPlace::Act,
        ItemPlace::Refused,
        ItemPlace::Person,
        ItemPlace::Queued,
        ItemPlace::FirstRun,
        ItemPlace::Aside,
        ItemPlace::Lost,
    ];

    proptest! {
        #[test]
        fn what_they_have_is_what_came_of_it_and_what_is_missing(
            theirs: std::collections::BTreeSet<u8>, ours: std::collections::BTreeSet<u8>, at in 0usize..9,
        ) {
            let place = PLACES[at];
            let of = |ids: &mut dyn Iterator<Item = &u8>| ids.map(|id| item(i64::from(*id), place)).collect::<Vec<_>>();
            let known = of(&mut theirs.intersection(&ours));
            let ids: Vec<i64> = theirs.iter().map(|id| i64::from(*id)).collect();
            let day = found(Some(&listed(&ids)), of(&mut ours.iter()), known, (0, 0));
            prop_assert_eq!(day.taken, ours.len() as u64);
            prop_assert_eq!(day.theirs.unwrap() + day.surplus, day.taken + day.missing);
            prop_assert_eq!(day.places.iter().sum::<u64>(), day.taken);
            prop_assert_eq!(day.places[at], day.taken);
        }
    }
}
