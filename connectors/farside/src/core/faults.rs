//! What a core is told to fail at.

use serde::Deserialize;

/// Faults that stand or are still to be used up. As JSON it is the body of `POST /control`, which
/// replaces them all.
#[derive(Clone, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Milliseconds to wait before every answer.
    pub slow_ms: u64,
    /// So many requests still get 503.
    pub unavailable: u64,
    /// The Retry-After of those, in seconds; 0 leaves the header out.
    pub retry_after_s: u64,
    /// What is refused.
    pub refuse: Vec<Refuse>,
    /// Every request that brings files is refused with 413.
    pub refuse_files: bool,
    /// So many requests are still taken without an answer.
    pub drop_answers: u64,
    /// Close the port for so many seconds, once; only [`super::serve`] does it.
    pub down_s: u64,
}

/// An event that is refused.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refuse {
    /// A text in the event's JSON.
    pub holding: String,
    /// In which way.
    pub how: RefuseHow,
}

/// How an event is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefuseHow {
    /// HTTP 422.
    Status,
    /// HTTP 200 whose body says otherwise.
    Body,
    /// HTTP 200 whose body says that the order is closed.
    Closed,
}

/// What is to happen to one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Answer,
    Unavailable { retry_after_s: u64 },
    HangUp,
}

impl Faults {
    /// Uses up one fault for a request.
    pub(super) fn next(&mut self) -> Fate {
        if self.unavailable > 0 {
            self.unavailable -= 1;
            return Fate::Unavailable { retry_after_s: self.retry_after_s };
        }
        if self.drop_answers > 0 {
            self.drop_answers -= 1;
            return Fate::HangUp;
        }
        Fate::Answer
    }

    /// Whether an event is refused, and how.
    pub(super) fn refuses(&self, event: &str) -> Option<RefuseHow> {
        self.refuse.iter().find(|refuse| event.contains(&refuse.holding)).map(|refuse| refuse.how)
    }
}
