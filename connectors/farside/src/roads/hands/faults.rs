//! Faults by a seed: the same seed and the same requests play the same ones. Never two in a row, and never so that nobody
//! could know for the second time whether a letter's answer arrived: that is for a person, and none sits there.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::platform::Trick;

/// What a request is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment<'a> {
    /// A list, a detail or a state is asked for.
    Asked,
    /// A letter is pushed.
    Pushed,
    /// Something is said of a letter: what, and of which.
    Said(&'a str, &'a str),
}

/// The faults of one road.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    seed: Option<u64>,
    drawn: u64,
    /// Requests until the next one.
    wait: u64,
    played: u64,
    uncertain: BTreeSet<String>,
}

impl Faults {
    /// Plays them from now on, or none any more.
    pub(crate) fn play(&mut self, seed: Option<u64>) {
        (self.seed, self.drawn) = (seed, 0);
        self.wait = self.next() % 4;
    }

    pub(crate) fn played(&self) -> u64 {
        self.played
    }

    /// What this request meets; `soft` is the code by which this road says that it is busy.
    pub(crate) fn draw(&mut self, moment: Moment<'_>, soft: &str) -> Trick {
        if self.seed.is_none() {
            return Trick::Nothing;
        }
        if self.wait > 0 {
            self.wait -= 1;
            return Trick::Nothing;
        }
        self.wait = 3 + self.next() % 12;
        let roll = usize::try_from(self.next() % 6).unwrap_or_default();
        let busy = || Trick::Status(503, Some("1".into()));
        let trick = match moment {
            Moment::Asked => [
                busy(),
                Trick::Code(soft.into()),
                Trick::CutBody,
                Trick::HangUp,
                Trick::Status(429, Some("1".into())),
                Trick::SamePageAgain,
            ][roll]
                .clone(),
            Moment::Pushed => {
                if roll % 2 == 0 {
                    Trick::HangUp
                } else {
                    Trick::CutBody
                }
            }
            Moment::Said(what, number) => {
                let sure = [busy(), Trick::Code(soft.into()), Trick::Slow(Duration::from_millis(300))];
                let unsure = [Trick::HangUp, Trick::CutBody, Trick::TakenThen(502)];
                if roll >= 3 && self.uncertain.insert(format!("{what} {number}")) {
                    unsure[roll - 3].clone()
                } else {
                    sure[roll % 3].clone()
                }
            }
        };
        self.played += 1;
        trick
    }

    /// The next number of the row (SplitMix64).
    fn next(&mut self) -> u64 {
        self.drawn += 1;
        let mut x = self.seed.unwrap_or_default().wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }
}
