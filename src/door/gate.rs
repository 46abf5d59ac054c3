//! The counters of one channel's door.

use std::time::Duration;

use huiliu_contract::{Refusal, What};

/// The counters of one channel's door.
pub struct Gate {
    taken: [metrics::Counter; WHATS.len()],
    failed: metrics::Counter,
    latency: metrics::Histogram,
    channel: String,
}

const WHATS: [What; 8] =
    [What::New, What::Repeat, What::Revised, What::Joined, What::Act, What::Unmapped, What::Held, What::Unticketed];

impl Gate {
    /// The counters of a channel.
    pub fn new(channel: &str) -> Self {
        let counter = |what: What| metrics::counter!("huiliu_submissions_total", "channel" => channel.to_owned(), "what" => what.word());
        Self {
            taken: WHATS.map(counter),
            failed: metrics::counter!("huiliu_push_failed_total", "channel" => channel.to_owned()),
            latency: metrics::histogram!("huiliu_push_seconds", "channel" => channel.to_owned()),
            channel: channel.to_owned(),
        }
    }

    /// Something was taken in.
    pub(super) fn count(&self, what: What) {
        if let Some(counter) = WHATS.iter().position(|other| *other == what).and_then(|at| self.taken.get(at)) {
            counter.increment(1);
        }
    }

    /// A push could not be kept, by our own fault.
    pub fn failed(&self) {
        self.failed.increment(1);
    }

    /// A push was refused; `reason` is one stable word.
    pub fn refused(&self, reason: &'static str) {
        metrics::counter!("huiliu_push_refused_total", "channel" => self.channel.clone(), "reason" => reason)
            .increment(1);
    }

    /// A push was larger than the door allows: `limit` bytes.
    pub fn too_large(&self, limit: usize) {
        self.refused(Refusal::TooLarge(limit).word());
    }

    /// A push was answered after so long.
    pub fn took(&self, time: Duration) {
        self.latency.record(time);
    }
}
