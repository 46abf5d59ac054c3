//! Whether a revision agrees with what it revises. A number that a source uses again for another citizen's
//! letter (疑似编号复用) must never rewrite the first one's case.

use std::collections::HashSet;

use super::Draft;

/// Why a revision may be believed to be the same letter, or that it may not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Agreement {
    /// The citizen sent both at the same moment.
    SameTime,
    /// Telephone, identity document or e-mail address is the same.
    SameContact,
    /// Most of the text is the same: of the pairs of neighbouring characters in either, at least half are in both.
    MostOfText,
    /// None of it: a person must look (疑似编号复用).
    Disagrees,
}

impl Agreement {
    /// True unless a person must look.
    pub fn agrees(self) -> bool {
        self != Self::Disagrees
    }
}

/// The share of common character pairs from which on two texts are mostly the same.
const MOST: f64 = 0.5;

impl Draft {
    /// Compares a draft with the earlier one that bears the same number.
    pub fn agreement(old: &Self, new: &Self) -> Agreement {
        if old.times.submitted_at.is_some() && old.times.submitted_at == new.times.submitted_at {
            return Agreement::SameTime;
        }
        let (a, b) = (old.match_inputs(), new.match_inputs());
        let same = |x: &Option<String>, y: &Option<String>| x.is_some() && x == y;
        let same_phone = a.phones.iter().any(|phone| b.phones.contains(phone));
        if same_phone || same(&a.id_no, &b.id_no) || same(&a.email, &b.email) {
            return Agreement::SameContact;
        }
        match (a.letter, b.letter) {
            (Some(a), Some(b)) if likeness(&a, &b) >= MOST => Agreement::MostOfText,
            _ => Agreement::Disagrees,
        }
    }
}

/// Jaccard likeness of the sets of two-character runs: 1 for equal texts, 0 for nothing in common.
fn likeness(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let (a, b) = (pairs(a), pairs(b));
    let common = a.intersection(&b).count();
    let all = a.len() + b.len() - common;
    if all == 0 {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of characters is far below 2^52")]
    let share = common as f64 / all as f64;
    share
}

fn pairs(text: &str) -> HashSet<(char, char)> {
    text.chars().zip(text.chars().skip(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::{Matter, Person, Times};
    use proptest::prelude::*;

    fn letter(phone: &str, at: &str, text: &str) -> Draft {
        Draft {
            person: Person { phone: Some(phone.into()), ..Person::default() },
            matter: Matter { content: Some(text.into()), ..Matter::default() },
            times: Times { submitted_at: at.parse().ok(), ..Times::default() },
            ..Draft::default()
        }
    }

    const LAMP: &str = "甲镇乙村三组的路灯坏了两个月,晚上老人出门很危险,请尽快修好。";
    const DUST: &str = "县城南边的工地每天深夜施工,噪声很大,渣土车不冲洗轮胎。";

    #[test]
    fn a_corrected_letter_agrees() {
        let old = letter("13800000000", "2026-11-20T08:00:00Z", LAMP);
        let retold = letter("13800000001", "2026-11-20T08:00:00Z", DUST);
        assert_eq!(Draft::agreement(&old, &retold), Agreement::SameTime);
        let rewritten = letter("138 0000 0000", "2026-11-21T08:00:00Z", DUST);
        assert_eq!(Draft::agreement(&old, &rewritten), Agreement::SameContact);
        let added = letter("13800000001", "", &format!("{LAMP}另外还有一盏也坏了。"));
        assert_eq!(Draft::agreement(&old, &added), Agreement::MostOfText);
    }

    #[test]
    fn another_citizens_letter_under_the_same_number_does_not() {
        let old = letter("13800000000", "2026-11-20T08:00:00Z", LAMP);
        let other = letter("13800000001", "2026-11-21T08:00:00Z", DUST);
        assert_eq!(Draft::agreement(&old, &other), Agreement::Disagrees);
        assert!(!Draft::agreement(&Draft::default(), &Draft::default()).agrees(), "nothing told is no agreement");
    }

    proptest! {
        #[test]
        fn agreement_has_no_direction(a in "[甲乙丙丁戊]{0,12}", b in "[甲乙丙丁戊]{0,12}") {
            let (x, y) = (letter("", "", &a), letter("", "", &b));
            prop_assert_eq!(Draft::agreement(&x, &y), Draft::agreement(&y, &x));
        }

        #[test]
        fn a_text_agrees_with_itself_however_it_is_set(text in "[甲乙丙丁戊a-z]{1,30}") {
            let set: String = text.chars().flat_map(|c| [c, ' ', ',']).collect();
            prop_assert_eq!(Draft::agreement(&letter("", "", &text), &letter("", "", &set)), Agreement::MostOfText);
        }

        #[test]
        fn likeness_stays_between_nothing_and_all(a in ".{0,30}", b in ".{0,30}") {
            let share = likeness(&a, &b);
            prop_assert!((0.0..=1.0).contains(&share));
        }
    }
}
