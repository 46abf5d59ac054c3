//! How many tickets are near or past their deadline, for the metrics.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use crate::store::Store;
use crate::workdays::{Calendar, NEAR};

/// How often it is counted at most.
const EVERY: Duration = Duration::from_secs(60);

/// The count goes over all tickets; it may take this part of the time at most, whatever their number.
const SHARE: u32 = 100;

/// A ticket that is longer past its deadline is no news: `huiliu due --past` has it, the gauge does not.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Counts what is due, now and then.
pub(super) struct DueGauge {
    store: Arc<dyn Store>,
    calendar: Receiver<Arc<Calendar>>,
    zone: TimeZone,
    next: Instant,
}

impl DueGauge {
    pub(super) fn new(store: Arc<dyn Store>, calendar: Receiver<Arc<Calendar>>, zone: TimeZone) -> Self {
        Self { store, calendar, zone, next: Instant::now() }
    }

    /// Sets `huiliu_due` anew if it is time.
    pub(super) async fn refresh(&mut self) {
        let began = Instant::now();
        if began < self.next {
            return;
        }
        let now = Timestamp::from_millisecond(self.store.clock().now()).unwrap_or_default();
        let calendar = self.calendar.borrow().clone();
        let until = calendar.deadline(now, NEAR, &self.zone).map_or(now, |counted| counted.value);
        let since = now.checked_sub(LOOK_BACK).unwrap_or(now);
        match self.store.count_due(since, now, until).await {
            Ok(due) => {
                metrics::gauge!("huiliu_due", "state" => "past").set(due.past as f64);
                metrics::gauge!("huiliu_due", "state" => "near").set(due.near as f64);
            }
            Err(error) => tracing::error!(%error, "what is due could not be counted"),
        }
        self.next = Instant::now() + EVERY.max(began.elapsed() * SHARE);
    }
}
