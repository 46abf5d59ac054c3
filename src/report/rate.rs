//! The arithmetic of printed figures: rates, shares and changes in hundredths of a percent, on whole numbers alone.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A share of a whole in hundredths of a percent. Written with two decimals at most, as the office prints it: `9.4%`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percent(pub u64);

impl Percent {
    /// All of it.
    pub const WHOLE: Self = Self(10_000);

    /// `part` of `whole`, rounded half up; none where the whole is nothing.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        let (part, whole) = (u128::from(part), u128::from(whole));
        let rounded = (2 * part * u128::from(Self::WHOLE.0) + whole).checked_div(2 * whole)?;
        u64::try_from(rounded).ok().map(Self)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        match (rest % 10, rest) {
            (_, 0) => write!(f, "{whole}%"),
            (0, tens) => write!(f, "{whole}.{}%", tens / 10),
            _ => write!(f, "{whole}.{rest:02}%"),
        }
    }
}

/// The shares of all parts of a whole (largest remainder): they sum to 100 %, and none is off by as much as 0.01. Of equal
/// remainders the larger part is rounded up, then the earlier one. Where the whole is nothing, so are all shares.
///
/// A list that is not all of a whole takes [`Percent::of`] for each.
pub fn shares(parts: &[u64]) -> Vec<Percent> {
    let whole: u128 = parts.iter().copied().map(u128::from).sum();
    let Some(exact) = parts
        .iter()
        .map(|part| {
            let scaled = u128::from(*part) * u128::from(Percent::WHOLE.0);
            Some((scaled.checked_div(whole)?, scaled.checked_rem(whole)?))
        })
        .collect::<Option<Vec<_>>>()
    else {
        return vec![Percent(0); parts.len()];
    };
    let mut shares: Vec<u64> = exact.iter().map(|(down, _)| u64::try_from(*down).unwrap_or(u64::MAX)).collect();
    let missing = Percent::WHOLE.0.saturating_sub(shares.iter().sum());
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse((exact[*at].1, parts[*at])));
    for at in order.into_iter().take(usize::try_from(missing).unwrap_or(usize::MAX)) {
        shares[at] += 1;
    }
    shares.into_iter().map(Percent).collect()
}

/// By how much a number differs from that of the period before (环比).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// It grew by this.
    Up(Percent),
    /// It shrank by this.
    Down(Percent),
    /// It is the same.
    Same,
    /// There was nothing before to compare with.
    FromNothing,
}

impl Change {
    /// From the number before to the one now: (now − before) / before.
    pub fn between(before: u64, now: u64) -> Self {
        match Percent::of(now.abs_diff(before), before) {
            None if now == 0 => Self::Same,
            None => Self::FromNothing,
            Some(_) if now == before => Self::Same,
            Some(by) if now > before => Self::Up(by),
            Some(by) => Self::Down(by),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up(by) => write!(f, "增加{by}"),
            Self::Down(by) => write!(f, "减少{by}"),
            Self::Same => f.write_str("持平"),
            Self::FromNothing => f.write_str("上期为0"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn of(part: u64, whole: u64) -> String {
        Percent::of(part, whole).unwrap().to_string()
    }

    /// What the hotline published (2019-04, 2020-09, 2023-09, first quarter of 2025), recomputed.
    #[test]
    fn published_rates_come_out() {
        assert_eq!([of(11_163, 11_171), of(2_716, 2_734), of(3_285, 3_338)], ["99.93%", "99.34%", "98.41%"]);
        // 按时办结率 = (转办 − 超期) / 转办; printed there as 99.80 %.
        assert_eq!(Percent::of(1_472 - 3, 1_472), Some(Percent(99_80)));
        assert_eq!(of(272, 277), "98.19%");
        assert_eq!([2_882 + 456, 2_299 + 433 + 2, 4_898 + 6_273], [3_338, 2_734, 11_171]);
        assert_eq!(of(2_373, 2_805), "84.6%");
        assert_eq!([of(2_617, 2_713), of(3_112, 3_456)], ["96.46%", "90.05%"]);
    }

    /// Lists that are not all of a whole are rounded each for itself: five categories, five questions.
    #[test]
    fn published_shares_of_partial_lists_come_out() {
        let printed = [1_590, 1_485, 1_152, 1_050, 827].map(|part| of(part, 11_171));
        assert_eq!(printed, ["14.23%", "13.29%", "10.31%", "9.4%", "7.4%"]);
        let printed = [1_328, 1_179, 764, 584, 510].map(|part| of(part, 11_171));
        assert_eq!(printed, ["11.89%", "10.55%", "6.84%", "5.23%", "4.57%"]);
    }

    /// All six types are all of a whole. Rounded each for itself 建议 would be 0.3 %, and the sum 99.99 %.
    #[test]
    fn published_shares_of_a_partition_come_out() {
        let types = [6_770, 3_794, 475, 89, 34, 9];
        let printed = shares(&types).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(printed, ["60.6%", "33.96%", "4.25%", "0.8%", "0.31%", "0.08%"]);
        assert_eq!(of(34, 11_171), "0.3%");
        assert_eq!(types.iter().sum::<u64>(), 11_171);
    }

    /// Nine of the ten published changes, each from the only number before that leads to it. The tenth (公安执法和交通秩序管理,
    /// 「减少0.9%」 to 1152) comes of no whole number: 1162 gives 0.86 %, 1163 gives 0.95 %. A person rounded it, we do not.
    #[test]
    fn published_changes_come_out() {
        let published = [
            (1_814, 1_590, "减少12.35%"),
            (2_945, 1_485, "减少49.58%"),
            (1_178, 1_050, "减少10.87%"),
            (943, 827, "减少12.3%"),
            (1_502, 1_328, "减少11.58%"),
            (2_603, 1_179, "减少54.71%"),
            (871, 764, "减少12.28%"),
            (626, 584, "减少6.71%"),
            (471, 510, "增加8.28%"),
        ];
        for (before, now, printed) in published {
            assert_eq!(Change::between(before, now).to_string(), printed);
        }
        assert_eq!(Change::between(1_162, 1_152).to_string(), "减少0.86%");
        assert_eq!(Change::between(1_163, 1_152).to_string(), "减少0.95%");
    }

    #[test]
    fn nothing_before_is_said_and_not_divided_by() {
        let said = [(0, 5), (0, 0), (5, 5), (5, 0), (1, 3)].map(|(a, b)| Change::between(a, b).to_string());
        assert_eq!(said, ["上期为0", "持平", "持平", "减少100%", "增加200%"]);
        assert_eq!((Percent::of(0, 0), shares(&[0, 0]), shares(&[])), (None, vec![Percent(0); 2], vec![]));
    }

    #[test]
    fn trailing_zeros_are_cut_and_no_others() {
        let written = [0, 5, 10, 100, 101, 940, 1_005, 10_000].map(|hundredths| Percent(hundredths).to_string());
        assert_eq!(written, ["0%", "0.05%", "0.1%", "1%", "1.01%", "9.4%", "10.05%", "100%"]);
    }

    fn parts() -> impl Strategy<Value = Vec<u64>> {
        proptest::collection::vec(0_u64..1_000_000, 1..40)
    }

    proptest! {
        #[test]
        fn shares_of_a_partition_sum_to_the_whole(parts in parts()) {
            let whole: u64 = parts.iter().sum();
            let shares = shares(&parts);
            prop_assert_eq!(shares.iter().map(|share| share.0).sum::<u64>(), if whole == 0 { 0 } else { 10_000 });
            for (part, share) in parts.iter().zip(&shares).filter(|_| whole > 0) {
                // By less than 0.01 of a percent: |share · whole − part · 10000| < whole.
                prop_assert!((share.0 * whole).abs_diff(part * 10_000) < whole);
            }
        }

        #[test]
        fn a_rate_is_rounded_half_up(part in any::<u32>(), whole in 1..=u32::MAX) {
            let (part, whole) = (u128::from(part), u128::from(whole));
            let rate = u128::from(Percent::of(part as u64, whole as u64).unwrap().0);
            // rate − ½ ≤ exact < rate + ½, in twice the whole.
            prop_assert!(2 * rate * whole <= 2 * part * 10_000 + whole);
            prop_assert!(2 * part * 10_000 + whole < 2 * (rate + 1) * whole);
        }
    }
}
