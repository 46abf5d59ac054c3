//! The quarter as it will be replayed: which letter comes by which channel, what is asked about it later, and what the core
//! leaves undone. All of it by the seed; nothing here runs.

use std::collections::BTreeSet;

use huiliu_farside::roads::Matter;

use super::counts::Counts;
use super::letters::Pen;

/// The roads by which one letter may come three times, the likeliest first.
const SAME: [&str; 6] =
    ["shengzhang", "sheng12345", "shuji-xianzhang", "xiangyiban", "shuji-shizhang", "guojia-zhengwu"];

/// What happens to a letter after it came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Later {
    /// Nothing.
    Nothing,
    /// It is told again as it was (重发).
    Repeat,
    /// Its text is changed (更正).
    Revise,
    /// Somebody asks where the answer stays (催办).
    Urge,
    /// The citizen adds something (补充).
    Supplement,
    /// The upper level supervises it (督办).
    Supervise,
    /// Its answer is not accepted (退回重办).
    Redo,
}

/// One letter by one channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Planned {
    /// The channel's code.
    pub(super) channel: &'static str,
    /// What it says.
    pub(super) matter: Matter,
    /// What happens to it later.
    pub(super) later: Later,
}

/// Everything that is replayed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Quarter {
    /// Letters, those of one channel in the order in which they are handed over.
    pub(super) letters: Vec<Planned>,
    /// One letter that comes by several roads; none where too few channels have any.
    pub(super) same: Option<(Matter, Vec<&'static str>)>,
    /// Titles that the core leaves undone.
    pub(super) leave: BTreeSet<String>,
    /// Titles that the core does not close before they were asked about.
    pub(super) hold: BTreeSet<String>,
}

impl Quarter {
    /// The quarter of these counts by a seed.
    pub(super) fn plan(counts: &Counts, seed: u64) -> Self {
        let mut pen = Pen::new(seed, counts.from, counts.to);
        let open = (counts.all() - counts.closed) as usize;
        let roads: Vec<&'static str> =
            SAME.into_iter().filter(|code| counts.letters.get(code).is_some_and(|count| *count > 0)).take(3).collect();
        // It is closed, so it needs as many closings as it has roads.
        let comes = roads.len() > 1 && counts.closed as usize >= roads.len();
        let same = comes.then(|| {
            let matter = Matter { agree_public: true, ..pen.letter(&["求助", "投诉"]) };
            (matter, roads)
        });
        let mut letters = Vec::new();
        for (&channel, &count) in &counts.letters {
            let by_three = same.as_ref().is_some_and(|(_, roads)| roads.contains(&channel));
            for n in 0..count - u32::from(by_three) {
                let mut matter = pen.letter(sorts(channel));
                if channel == "zhengxieyun" {
                    matter.org = Some(pen.organisation());
                }
                letters.push(Planned { channel, matter, later: later(channel, n) });
            }
        }
        let quiet: Vec<usize> = (0..letters.len()).filter(|n| letters[*n].later != Later::Redo).collect();
        let left = left(&mut pen, &quiet, letters.len(), open);
        let titles = |of: &dyn Fn(usize, &Planned) -> bool| {
            let some = letters.iter().enumerate().filter(|(n, letter)| of(*n, letter));
            some.map(|(_, letter)| letter.matter.title.clone()).collect::<BTreeSet<_>>()
        };
        let leave = titles(&|n, _| left.contains(&n));
        let mut hold = titles(&|_, letter| !matches!(letter.later, Later::Nothing | Later::Repeat | Later::Redo));
        hold.extend(same.iter().map(|(matter, _)| matter.title.clone()));
        Self { letters, same, leave, hold }
    }
}

/// Which letters are left undone: those that must be done again last.
fn left(pen: &mut Pen, quiet: &[usize], all: usize, open: usize) -> BTreeSet<usize> {
    let mut order = quiet.to_vec();
    pen.chance().shuffle(&mut order);
    order.extend((0..all).filter(|n| !quiet.contains(n)));
    order.into_iter().take(open).collect()
}

/// What comes by a channel: some know no thanks, and members of the CPPCC rarely report anybody.
fn sorts(channel: &str) -> &'static [&'static str] {
    match channel {
        "sheng12345" => &["咨询", "求助", "投诉", "举报", "建议", "感谢"],
        "zhengxieyun" => &["建议", "求助", "投诉"],
        _ => &["咨询", "求助", "投诉", "举报", "建议"],
    }
}

/// What happens to the nth letter of a channel.
fn later(channel: &str, n: u32) -> Later {
    match (channel, n) {
        ("sheng-zhihui", 0) => Later::Supervise,
        (_, 1) => Later::Repeat,
        (_, 2) => Later::Revise,
        (_, 3) => Later::Urge,
        (_, 4) => Later::Supplement,
        (_, 5) => Later::Redo,
        _ => Later::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(letters: [u32; 4], closed: u32) -> Counts {
        let mut counts = Counts::read(None).unwrap();
        counts.letters.values_mut().for_each(|count| *count = 0);
        for (code, count) in ["shengzhang", "sheng12345", "shuji-xianzhang", "zhengxieyun"].into_iter().zip(letters) {
            counts.letters.insert(code, count);
        }
        counts.closed = closed.min(counts.all());
        counts
    }

    proptest! {
        /// Whatever the counts: each channel gets what it is to have, and exactly so many are left undone.
        #[test]
        fn the_plan_keeps_the_counts(a in 0_u32..30, b in 0_u32..9, c in 0_u32..9, d in 0_u32..30, closed in 0_u32..90, seed: u64) {
            let counts = counts([a, b, c, d], closed);
            let quarter = Quarter::plan(&counts, seed);
            let same = quarter.same.as_ref().map(|(_, roads)| roads.clone()).unwrap_or_default();
            for (code, count) in &counts.letters {
                let own = quarter.letters.iter().filter(|letter| letter.channel == *code).count();
                prop_assert_eq!(own + usize::from(same.contains(code)), *count as usize);
            }
            prop_assert_eq!(quarter.leave.len() as u32, counts.all() - counts.closed);
            prop_assert_eq!(quarter, Quarter::plan(&counts, seed));
        }
    }

    #[test]
    fn the_countys_quarter_has_one_letter_by_three_roads_and_five_undone() {
        let quarter = Quarter::plan(&Counts::read(None).unwrap(), 1);
        assert_eq!(quarter.same.unwrap().1, ["shengzhang", "sheng12345", "shuji-xianzhang"]);
        assert_eq!((quarter.letters.len(), quarter.leave.len()), (274, 5));
    }
}
