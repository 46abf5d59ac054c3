//! The store's time: the wall clock anchored to the monotonic one, so that it never runs backward.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A jump of the wall clock beyond this is recorded and followed.
const JUMP: Duration = Duration::from_secs(5);

/// Hands out milliseconds since 1970, never smaller than before.
#[derive(Debug)]
pub struct Clock {
    anchor: Mutex<(Instant, i64)>,
    last: AtomicI64,
}

/// The wall clock was set while we ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Jump {
    /// How far, in milliseconds; positive is forward.
    pub millis: i64,
}

fn wall() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

impl Clock {
    /// Starts at the wall clock, but not before `not_before` (the last time the store has seen).
    pub fn start(not_before: i64) -> Self {
        Self { anchor: Mutex::new((Instant::now(), wall().max(not_before))), last: AtomicI64::new(not_before) }
    }

    /// Milliseconds since 1970.
    pub fn now(&self) -> i64 {
        let (instant, base) = *self.anchor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = base + instant.elapsed().as_millis() as i64;
        self.last.fetch_max(now, Ordering::AcqRel).max(now)
    }

    /// Compares with the wall clock; follows a jump forward, waits out a jump backward, tells of both.
    pub fn check(&self) -> Option<Jump> {
        self.check_against(wall())
    }

    pub(super) fn check_against(&self, wall: i64) -> Option<Jump> {
        let mut anchor = self.anchor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let ours = anchor.1 + anchor.0.elapsed().as_millis() as i64;
        let millis = wall - ours;
        if millis.unsigned_abs() as u128 <= JUMP.as_millis() {
            return None;
        }
        *anchor = (Instant::now(), wall);
        Some(Jump { millis })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_runs_backward() {
        let clock = Clock::start(0);
        let before = clock.now();
        assert_eq!(clock.check_against(before + 1000), None);
        let back = clock.check_against(before - 3_600_000).unwrap();
        assert!(back.millis < -3_590_000);
        assert!(clock.now() >= before);
        assert!(clock.check_against(before + 3_600_000).unwrap().millis > 3_590_000);
        assert!(clock.now() >= before + 3_600_000);
    }

    #[test]
    fn it_starts_no_earlier_than_what_the_store_has_seen() {
        let future = wall() + 86_400_000;
        assert!(Clock::start(future).now() >= future);
    }
}
