//! When a failed item is tried again, and whose failure it is. Pure: time and chance are arguments.

use std::time::Duration;

/// How long an item of its own fault waits before each further attempt; after the last it is a dead letter.
pub const STEPS: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(12 * 3600),
];

/// The wait after the `attempts`-th failed attempt (from 1); none when it was the last.
///
/// `chance` in 0..1 spreads it by a tenth either way, so that what failed together does not come back together.
pub fn wait(steps: &[Duration], attempts: u32, chance: f64) -> Option<Duration> {
    let step = steps.get(attempts.checked_sub(1)? as usize)?;
    Some(step.mul_f64(0.9 + 0.2 * chance.clamp(0.0, 1.0)))
}

/// The gate before a far side: shut while it is away, so that its absence is nobody's attempt.
///
/// While shut, one probe goes after 1, 2, 4, then every 5 s (every 30 s after ten minutes; never before
/// its Retry-After), each time with another item; the first success lets all go.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Breaker {
    state: State,
    last_success: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Debug, Default)]
enum State {
    #[default]
    Closed,
    Open {
        since: i64,
        probe_at: i64,
        probes: u32,
        probing: bool,
    },
    Denied {
        since: i64,
    },
}

/// How the gate stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    /// All may go.
    Open,
    /// Nothing goes before this time (ms).
    ShutUntil(i64),
    /// One may go, to try.
    Probe,
    /// Nothing goes until a person resumes it.
    Denied,
}

impl Breaker {
    /// How the gate stands at `now` (ms).
    pub fn gate(&self, now: i64) -> Gate {
        match self.state {
            State::Closed => Gate::Open,
            State::Denied { .. } => Gate::Denied,
            State::Open { probing: true, .. } => Gate::ShutUntil(now + 1000),
            State::Open { probe_at, .. } if now < probe_at => Gate::ShutUntil(probe_at),
            State::Open { .. } => Gate::Probe,
        }
    }

    /// Since when it has been shut (ms).
    pub fn shut_since(&self) -> Option<i64> {
        match self.state {
            State::Closed => None,
            State::Open { since, .. } | State::Denied { since } => Some(since),
        }
    }

    /// Whether a person must resume it.
    pub fn is_denied(&self) -> bool {
        matches!(self.state, State::Denied { .. })
    }

    /// Notes that a probe is under way.
    pub fn probing(&mut self) {
        if let State::Open { probing, .. } = &mut self.state {
            *probing = true;
        }
    }

    /// The probe found nothing to do: the next one may go.
    pub fn probe_was_void(&mut self) {
        if let State::Open { probing, .. } = &mut self.state {
            *probing = false;
        }
    }

    /// An item got through. True when the gate was shut until now.
    pub fn success(&mut self, now: i64) -> bool {
        self.last_success = Some(now);
        let was_shut = self.state != State::Closed;
        self.state = State::Closed;
        was_shut
    }

    /// Whether a failure of an item that began at `began` (ms) is the item's own: others got through since.
    pub fn is_own_fault(&self, began: i64) -> bool {
        self.last_success.is_some_and(|at| at > began)
    }

    /// The far side is away. True when the gate was open until now.
    pub fn away(&mut self, now: i64, retry_after: Option<Duration>) -> bool {
        let asked = retry_after.map_or(0, |wait| wait.as_millis().min(3_600_000) as i64);
        let (since, probes) = match &mut self.state {
            // It was under way when the gate shut, and is no probe: many fail at once where many were sent.
            State::Open { probe_at, probing: false, .. } if now < *probe_at => {
                *probe_at = (*probe_at).max(now + asked);
                return false;
            }
            State::Open { since, probes, .. } => (*since, *probes + 1),
            State::Denied { .. } => return false,
            State::Closed => (now, 0),
        };
        let step = match probes {
            0 => 1,
            1 => 2,
            2 => 4,
            _ if now - since > 600_000 => 30,
            _ => 5,
        };
        let opened = self.state == State::Closed;
        self.state = State::Open { since, probe_at: now + asked.max(step * 1000), probes, probing: false };
        opened
    }

    /// The far side does not accept who we are.
    pub fn denied(&mut self, now: i64) {
        if !self.is_denied() {
            self.state = State::Denied { since: now };
        }
    }

    /// A person says to go on: one item goes now, and all of them once it got through. A far side that still does not accept
    /// us is so asked once, whatever waits for it.
    pub fn resume(&mut self) {
        match &mut self.state {
            State::Closed => {}
            State::Open { probe_at, .. } => *probe_at = i64::MIN,
            State::Denied { since } => {
                self.state = State::Open { since: *since, probe_at: i64::MIN, probes: 0, probing: false };
            }
        }
    }

    /// Begins where another left off whom the far side did not accept: one item goes first.
    pub fn doubt(&mut self, now: i64) {
        self.denied(now);
        self.resume();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    #[test]
    fn an_item_is_tried_seven_more_times() {
        let waits: Vec<_> = (1..=8).map(|attempts| wait(&STEPS, attempts, 0.5)).collect();
        assert_eq!(waits[0], Some(Duration::from_secs(5)));
        assert_eq!(waits[6], Some(Duration::from_secs(12 * 3600)));
        assert_eq!(waits[7], None);
    }

    #[test]
    fn probes_go_after_1_2_4_then_every_5_and_later_every_30_seconds() {
        let mut breaker = Breaker::default();
        let (mut now, mut waits) = (0, Vec::new());
        while now < 700_000 {
            breaker.away(now, None);
            let Gate::ShutUntil(next) = breaker.gate(now) else { panic!("open at {now}") };
            waits.push((next - now) / 1000);
            now = next;
            assert_eq!(breaker.gate(now), Gate::Probe);
            breaker.probing();
        }
        assert_eq!(waits[..5], [1, 2, 4, 5, 5]);
        assert_eq!(waits.last(), Some(&30));
        assert!(breaker.success(now));
        assert_eq!(breaker.gate(now), Gate::Open);
    }

    #[test]
    fn what_was_under_way_when_the_far_side_went_away_is_one_failure() {
        let mut breaker = Breaker::default();
        for _ in 0..64 {
            breaker.away(0, None);
        }
        assert_eq!(breaker.gate(0), Gate::ShutUntil(1000));
        breaker.away(0, Some(Duration::from_secs(9)));
        assert_eq!(breaker.gate(0), Gate::ShutUntil(9000), "but its Retry-After counts");
    }

    #[test]
    fn a_failure_is_the_items_own_when_others_got_through_since_it_began() {
        let mut breaker = Breaker::default();
        assert!(!breaker.is_own_fault(5));
        breaker.success(10);
        assert!(breaker.is_own_fault(5));
        assert!(!breaker.is_own_fault(10));
    }

    #[test]
    fn denied_stays_until_a_person_resumes_it() {
        let mut breaker = Breaker::default();
        breaker.denied(1);
        breaker.away(2, None);
        assert_eq!(breaker.gate(i64::MAX), Gate::Denied);
        breaker.resume();
        assert_eq!(breaker.gate(3), Gate::Probe, "one goes first");
        breaker.probing();
        assert_ne!(breaker.gate(3), Gate::Probe, "and no other with it");
        breaker.denied(4);
        assert_eq!(breaker.gate(i64::MAX), Gate::Denied);
        breaker.resume();
        breaker.success(5);
        assert_eq!(breaker.gate(5), Gate::Open);
        breaker.resume();
        assert_eq!(breaker.gate(5), Gate::Open, "nothing is to be resumed");
    }

    proptest! {
        #[test]
        fn a_probe_never_goes_before_its_retry_after(asked in 0u64..10_000, failures in 1usize..40) {
            let mut breaker = Breaker::default();
            let mut now = 0;
            for _ in 0..failures {
                breaker.away(now, Some(Duration::from_secs(asked)));
                let Gate::ShutUntil(next) = breaker.gate(now) else { panic!() };
                assert!(next - now >= asked.min(3600) as i64 * 1000);
                assert!(next - now <= 3_600_000);
                now = next;
            }
        }

        #[test]
        fn jitter_stays_within_a_tenth(attempts in 1u32..8, chance in 0.0f64..1.0) {
            let step = STEPS[attempts as usize - 1].as_secs_f64();
            let waited = wait(&STEPS, attempts, chance).unwrap().as_secs_f64();
            assert!((waited / step - 1.0).abs() <= 0.1 + 1e-9);
        }
    }
}
