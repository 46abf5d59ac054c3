//! The gate before one far side, for all who carry things there: whose failure it is decides whether it shuts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use huiliu_contract::{Fault, Reached};
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::retry::{Breaker, Gate};
use crate::store::Clock;

/// The gate, and whom it excused.
#[derive(Default)]
pub(super) struct Gatehouse {
    gates: Mutex<Gates>,
    changed: Notify,
}

#[derive(Default)]
struct Gates {
    breaker: Breaker,
    /// Subjects whose failure was laid at the far side's door, and when; the next one may be their own.
    excused: HashMap<i64, i64>,
}

/// A failure that was the far side's.
pub(super) struct Excused {
    /// Whether the gate was open until now.
    pub(super) shut: bool,
    /// When the next probe goes; none if only a person can open it.
    pub(super) next: Option<Timestamp>,
}

impl Gatehouse {
    fn gates(&self) -> MutexGuard<'_, Gates> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the gate lets the caller through, and says whether it goes as the probe. None when stopped.
    pub(super) async fn pass(&self, clock: &Clock, stop: &CancellationToken) -> Option<bool> {
        while !stop.is_cancelled() {
            // Listening begins before the look, so that a change in between is not missed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = clock.now();
            let wait = {
                let mut gates = self.gates();
                match gates.breaker.gate(now) {
                    Gate::Open => return Some(false),
                    Gate::Probe => {
                        gates.breaker.probing();
                        return Some(true);
                    }
                    Gate::ShutUntil(at) => Duration::from_millis((at - now).max(1) as u64),
                    Gate::Denied => Duration::from_secs(3600),
                }
            };
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep(wait) => {}
                () = changed => {}
            }
        }
        None
    }

    /// Whether who passed may still go: the gate may have shut while they waited for something to do.
    pub(super) fn may_go(&self, probe: bool, now: i64) -> bool {
        let gate = self.gates().breaker.gate(now);
        if probe { gate != Gate::Denied } else { gate == Gate::Open }
    }

    /// The probe found nothing to do: the next one may go.
    pub(super) fn probe_was_void(&self) {
        self.gates().breaker.probe_was_void();
    }

    /// A subject got through, or was refused by a far side that is there. True when the gate was shut until now.
    pub(super) fn answered(&self, subject: i64, now: i64) -> bool {
        let reopened = {
            let mut gates = self.gates();
            if !gates.excused.is_empty() {
                gates.excused.remove(&subject);
            }
            gates.breaker.success(now)
        };
        if reopened {
            self.changed.notify_waiters();
        }
        reopened
    }

    /// Whether a failure is the far side's: then its gate shuts and no attempt is counted. None: it is the subject's own.
    pub(super) fn excuse(&self, fault: &Fault, subject: i64, began: i64, now: i64) -> Option<Excused> {
        let mut gates = self.gates();
        let shut = match fault {
            Fault::Denied { .. } | Fault::NeedsPerson { .. } => {
                gates.breaker.denied(now);
                true
            }
            Fault::Unavailable { retry_after, reached, .. } => {
                let since = gates.excused.get(&subject).copied().unwrap_or(began).min(began);
                // What never arrived can be no item's fault, whatever got through before.
                if *reached == Reached::Maybe && gates.breaker.is_own_fault(since) {
                    gates.excused.remove(&subject);
                    return None;
                }
                gates.excused.insert(subject, began);
                gates.breaker.away(now, *retry_after)
            }
            Fault::Malformed { .. } | Fault::PutOff { .. } => {
                // It answered: the far side is there, the item is at fault.
                drop(gates);
                self.answered(subject, now);
                return None;
            }
        };
        let next = match gates.breaker.gate(now) {
            Gate::ShutUntil(at) => Timestamp::from_millisecond(at).ok(),
            _ => None,
        };
        Some(Excused { shut, next })
    }

    /// A far side that did not accept us under another configuration is asked once first.
    pub(super) fn doubt(&self, now: i64) {
        self.gates().breaker.doubt(now);
    }

    /// A person says to go on.
    pub(super) fn resume(&self) {
        self.gates().breaker.resume();
        self.changed.notify_waiters();
    }
}

/// What goes into the sealed body of a dead letter: our words, and what the far side said.
pub(super) fn quoted(fault: &Fault) -> serde_json::Value {
    let quoted = match fault {
        Fault::Unavailable { quoted, .. }
        | Fault::Denied { quoted, .. }
        | Fault::PutOff { quoted, .. }
        | Fault::Malformed { quoted, .. } => quoted.as_ref().map(|text| text.reveal().clone()),
        Fault::NeedsPerson { .. } => None,
    };
    serde_json::json!({ "message": fault.to_string(), "quoted": quoted })
}

/// A number in 0..1 that spreads what failed together.
pub(super) fn chance() -> f64 {
    let mut chance = [0u8; 1];
    match aws_lc_rs::rand::fill(&mut chance) {
        Ok(()) => f64::from(chance[0]) / 255.0,
        Err(_) => 0.5,
    }
}
