//! How each far side stands, for screens, metrics and readiness.

use std::sync::{Mutex, PoisonError};

use huiliu_contract::Fault;
use jiff::Timestamp;

/// The last thing that went wrong with a far side.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Trouble {
    /// One stable word: `unavailable`, `denied`, `needs_person`, `malformed`.
    pub word: String,
    /// What happened, in our words.
    pub message: String,
    /// When it was last seen.
    pub at: Timestamp,
}

/// How a far side stands.
#[derive(Debug, Default)]
pub struct FarStatus {
    inner: Mutex<Inner>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    last_success: Option<Timestamp>,
    trouble: Option<Trouble>,
    since: Option<Timestamp>,
    next_try: Option<Timestamp>,
    denied: bool,
}

impl FarStatus {
    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// It answered as it should.
    pub fn well(&self) {
        self.with(|inner| {
            inner.last_success = Some(Timestamp::now());
            if inner.trouble.is_some() {
                *inner = Inner { last_success: inner.last_success, ..Inner::default() };
            }
        });
    }

    /// It did not.
    pub fn ill(&self, fault: &Fault, next_try: Option<Timestamp>) {
        let at = Timestamp::now();
        self.with(|inner| {
            inner.since = inner.since.or(Some(at));
            inner.trouble = Some(Trouble { word: fault.word().into(), message: fault.to_string(), at });
            inner.next_try = next_try;
            inner.denied = matches!(fault, Fault::Denied { .. } | Fault::NeedsPerson { .. });
        });
    }

    /// The trouble is over, though it did not answer yet.
    pub fn over(&self) {
        self.with(|inner| *inner = Inner { last_success: inner.last_success, ..Inner::default() });
    }

    /// When it last answered as it should.
    pub fn last_success(&self) -> Option<Timestamp> {
        self.with(|inner| inner.last_success)
    }

    /// The trouble it is in: what, since when, and when it is tried again.
    pub fn trouble(&self) -> Option<(Trouble, Option<Timestamp>, Option<Timestamp>)> {
        self.with(|inner| inner.trouble.clone().map(|trouble| (trouble, inner.since, inner.next_try)))
    }

    /// Whether nothing goes until a person resumes it.
    pub fn needs_person(&self) -> bool {
        self.with(|inner| inner.denied)
    }
}
