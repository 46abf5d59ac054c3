//! How far an outcome came on its way home, and how a try to tell it ended: the states, their words and their numbers.

use huiliu_contract::OutcomeKind;
use serde::Serialize;

/// How far one outcome came on its way to one source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Carried {
    /// It has still to go.
    Waiting = 0,
    /// A person must do something first; an open dead letter says what.
    Person = 1,
    /// The far side has it and judges it (对方未确认).
    Review = 2,
    /// The far side has it.
    Settled = 10,
    /// Not sent: a later one made it pointless (未发,已被后来的反馈取代).
    Passed = 11,
    /// Not sent: it says what was said before.
    Equal = 12,
    /// Not sent: the channel does not want this kind.
    Unwanted = 13,
    /// Not sent: a person gave it up.
    Dropped = 14,
    /// A person handed it back to the core to be worded anew.
    HandedBack = 15,
    /// The far side had it and refused it.
    Refused = 16,
    /// The far side had it and sent the matter back (退回重办).
    SentBack = 17,
    /// A person carried it there by hand.
    ByHand = 18,
}

impl Carried {
    /// The state of a stored number.
    pub fn from_number(number: i64) -> Self {
        [
            Self::Waiting,
            Self::Person,
            Self::Review,
            Self::Settled,
            Self::Passed,
            Self::Equal,
            Self::Unwanted,
            Self::Dropped,
            Self::HandedBack,
            Self::Refused,
            Self::SentBack,
        ]
        .into_iter()
        .find(|state| *state as i64 == number)
        .unwrap_or(Self::ByHand)
    }

    /// Whether nothing more is owed for it.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Person | Self::Review)
    }

    /// Whether the far side was told it.
    pub fn was_told(self) -> bool {
        matches!(self, Self::Review | Self::Settled | Self::Refused | Self::SentBack | Self::ByHand)
    }

    /// One stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Person => "person",
            Self::Review => "review",
            Self::Settled => "settled",
            Self::Passed => "passed",
            Self::Equal => "equal",
            Self::Unwanted => "unwanted",
            Self::Dropped => "dropped",
            Self::HandedBack => "handed_back",
            Self::Refused => "refused",
            Self::SentBack => "sent_back",
            Self::ByHand => "by_hand",
        }
    }
}

/// Whether a later outcome makes an earlier one that waits for somebody pointless. Never the other way.
pub fn makes_pointless(later: OutcomeKind, earlier: OutcomeKind) -> bool {
    use OutcomeKind::{Extended, Progressed, ReturnedToSource, Signed};
    match earlier {
        Progressed | Extended => later.concludes(),
        Signed => later == ReturnedToSource,
        _ => false,
    }
}

/// How one try to tell a far side ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum TryEnd {
    /// It was taken.
    Taken = 1,
    /// It was answered with an error: certainly not taken.
    Refused = 2,
    /// It never arrived, for certain; such a try proves nothing and is not kept.
    NotArrived = 3,
    /// Nobody knows whether it arrived.
    Uncertain = 4,
    /// It may have arrived, and then was not there when it was looked for.
    Absent = 5,
    /// It did not leave, on purpose; why is its answer.
    Withheld = 6,
}

impl TryEnd {
    /// The end of a stored number.
    pub fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Taken,
            2 => Self::Refused,
            3 => Self::NotArrived,
            5 => Self::Absent,
            6 => Self::Withheld,
            _ => Self::Uncertain,
        }
    }

    /// One stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Refused => "refused",
            Self::NotArrived => "not_arrived",
            Self::Absent => "absent",
            Self::Withheld => "withheld",
            Self::Uncertain => "uncertain",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_read_back() {
        for number in 0..=18 {
            let state = Carried::from_number(number);
            assert!(state as i64 == number || !(0..=2).contains(&number) && state == Carried::ByHand, "{number}");
        }
    }
}
