//! Messages on their way: who is told, and when what did not leave is tried again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Outlet;
use crate::settings::AlarmKind;
use crate::store::AlarmTo;

/// How long a message that did not leave waits before each further attempt; the last holds for all others. It is never
/// given up while its alarm lasts.
const WAITS: [u64; 5] = [5, 15, 60, 180, 300];

/// Who is told of a kind: the first level, or with the second.
pub fn receivers(outlets: &[Outlet], kind: AlarmKind, second: bool) -> Vec<AlarmTo> {
    outlets.iter().filter(|outlet| outlet.takes(kind) && (second || !outlet.second)).flat_map(places).collect()
}

/// The receivers of an outlet: one a number or address.
pub fn places(outlet: &Outlet) -> impl Iterator<Item = AlarmTo> + '_ {
    (0..outlet.places).map(|place| AlarmTo { outlet: outlet.name.clone(), place })
}

/// When what failed so often is tried again.
pub fn next_try(now: Timestamp, attempts: u32) -> Timestamp {
    let wait = WAITS[(attempts as usize).min(WAITS.len() - 1)];
    let wait = SignedDuration::try_from(Duration::from_secs(wait)).unwrap_or_default();
    now.checked_add(wait).unwrap_or(now)
}
