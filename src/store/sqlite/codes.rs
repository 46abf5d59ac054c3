//! The numbers under which states and sorts are stored.

use huiliu_contract::OutcomeKind;

use super::super::FirstRun;
use crate::ticket::EventKind;

pub(super) const DEAD_EVENT: i64 = 1;
pub(super) const DEAD_UNMAPPED: i64 = 2;
pub(super) const DEAD_HELD: i64 = 3;
pub(super) const DEAD_UNREADABLE: i64 = 4;
pub(super) const DEAD_CLOSED: i64 = 20;

/// The number under which an outcome's kind is stored.
pub(super) fn outcome_number(kind: OutcomeKind) -> i64 {
    OutcomeKind::ALL.iter().position(|one| *one == kind).map_or(0, |at| at as i64 + 1)
}

/// The outcome's kind of a stored number.
pub(super) fn outcome_of(number: i64) -> Option<OutcomeKind> {
    OutcomeKind::ALL.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
}

/// The number under which an event's kind is stored.
pub(super) fn kind_number(kind: EventKind) -> i64 {
    match kind {
        EventKind::New => 1,
        EventKind::Revised => 2,
        EventKind::Decided => 3,
        EventKind::Redo => 4,
        EventKind::HandedBack => 5,
        EventKind::Supplemented => 6,
        EventKind::Urged => 7,
        EventKind::Supervised => 8,
        EventKind::Withdrawn => 9,
        EventKind::Recalled => 10,
        EventKind::Rated => 11,
        EventKind::Joined => 12,
        EventKind::Unjoined => 13,
        EventKind::Split => 15,
        EventKind::File => 16,
    }
}

/// The kind of a stored number.
pub(super) fn kind_of(number: i64) -> EventKind {
    match number {
        2 => EventKind::Revised,
        3 => EventKind::Decided,
        4 => EventKind::Redo,
        5 => EventKind::HandedBack,
        6 => EventKind::Supplemented,
        7 => EventKind::Urged,
        8 => EventKind::Supervised,
        9 => EventKind::Withdrawn,
        10 => EventKind::Recalled,
        11 => EventKind::Rated,
        12 => EventKind::Joined,
        13 => EventKind::Unjoined,
        15 => EventKind::Split,
        16 => EventKind::File,
        _ => EventKind::New,
    }
}

/// Where a first run stands, by its stored number.
pub(super) fn first_run_of(number: i64) -> FirstRun {
    match number {
        0 => FirstRun::Underway,
        1 => FirstRun::NeedsGoLive,
        _ => FirstRun::Through,
    }
}
