//! The numbers under which states and sorts are stored.

use super::super::FirstRun;
use crate::ticket::EventKind;

pub(super) const DEAD_EVENT: i64 = 1;
pub(super) const DEAD_UNMAPPED: i64 = 2;
pub(super) const DEAD_HELD: i64 = 3;
pub(super) const DEAD_UNREADABLE: i64 = 4;

/// The number under which an event's kind is stored.
pub(super) fn kind_number(kind: EventKind) -> i64 {
    match kind {
        EventKind::New => 1,
        EventKind::Revised => 2,
    }
}

/// The kind of a stored number.
pub(super) fn kind_of(number: i64) -> EventKind {
    if number == 2 { EventKind::Revised } else { EventKind::New }
}

/// Where a first run stands, by its stored number.
pub(super) fn first_run_of(number: i64) -> FirstRun {
    match number {
        0 => FirstRun::Underway,
        1 => FirstRun::NeedsGoLive,
        _ => FirstRun::Through,
    }
}
