//! What the core has seen, by its own count. Pure: no clock, no port.

use std::collections::HashMap;

use serde::Serialize;

use crate::parts::FileSeen;

/// Counts, as `GET /stats` tells them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Stats {
    /// Requests to `/tickets`, whatever became of them.
    pub requests: u64,
    /// Events taken, repeats included.
    pub events: u64,
    /// Distinct idempotency keys taken.
    pub distinct: u64,
    /// Events whose key had been taken before.
    pub repeated: u64,
    /// Distinct events that did not come right behind their ticket's previous one.
    pub out_of_order: u64,
    /// Distinct tickets.
    pub tickets: u64,
    /// Requests answered 503.
    pub unavailable: u64,
    /// Events refused because it was told to refuse them.
    pub refused: u64,
    /// Events without a usable key.
    pub unreadable: u64,
    /// Requests taken without an answer.
    pub dropped: u64,
}

/// What became of one event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Took {
    /// Taken now or before; the core's own number (热线工单号), one a ticket.
    Taken { order: String, again: bool },
    /// The key is not `<ticket>-<n>`.
    BadKey,
}

#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) stats: Stats,
    /// The core's number of each ticket, and its highest sequence number so far.
    tickets: HashMap<String, (String, u64)>,
    /// Every key taken, in the order of coming.
    keys: Vec<String>,
    seen: std::collections::HashSet<String>,
    /// The files that came with an event, each time it was taken with some.
    brought: Vec<(String, Vec<FileSeen>)>,
}

impl Book {
    /// Takes an event by its idempotency key `<ticket>-<n>`.
    pub(super) fn take(&mut self, key: &str) -> Took {
        let parts = key.rsplit_once('-').and_then(|(ticket, n)| Some((ticket, n.parse::<u64>().ok()?)));
        let Some((ticket, n)) = parts.filter(|(ticket, n)| !ticket.is_empty() && *n > 0) else {
            self.stats.unreadable += 1;
            return Took::BadKey;
        };
        self.stats.events += 1;
        let serial = self.tickets.len() + 1;
        let (order, highest) = self.tickets.entry(ticket.into()).or_insert_with(|| (format!("RX{serial:08}"), 0));
        let order = order.clone();
        if !self.seen.insert(key.into()) {
            self.stats.repeated += 1;
            return Took::Taken { order, again: true };
        }
        if n != *highest + 1 {
            self.stats.out_of_order += 1;
        }
        *highest = n.max(*highest);
        self.keys.push(key.into());
        self.stats.distinct += 1;
        self.stats.tickets = self.tickets.len() as u64;
        Took::Taken { order, again: false }
    }

    /// Notes the files that came with an event.
    pub(super) fn bring(&mut self, key: String, files: Vec<FileSeen>) {
        self.brought.push((key, files));
    }

    /// The files that came with events, by key, in the order of coming.
    pub(super) fn brought(&self) -> &[(String, Vec<FileSeen>)] {
        &self.brought
    }

    /// Every key taken, in the order of coming.
    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_what_came_twice_and_what_came_too_early() {
        let mut book = Book::default();
        let order = |took| if let Took::Taken { order, again } = took { (order, again) } else { panic!("not taken") };
        let (first, again) = order(book.take("261201-00001-7-1"));
        assert!(!again);
        assert_eq!(order(book.take("261201-00001-7-1")), (first.clone(), true));
        assert_eq!(order(book.take("261201-00001-7-2")), (first.clone(), false));
        assert_ne!(order(book.take("261201-00002-5-2")).0, first, "another ticket, and its first event is missing");
        assert_eq!(book.take("nonsense"), Took::BadKey);
        assert_eq!(book.take("x-0"), Took::BadKey);
        let expected = Stats {
            events: 4,
            distinct: 3,
            repeated: 1,
            out_of_order: 1,
            tickets: 2,
            unreadable: 2,
            ..Stats::default()
        };
        assert_eq!(book.stats, expected);
        assert_eq!(book.keys(), ["261201-00001-7-1", "261201-00001-7-2", "261201-00002-5-2"]);
    }

    #[test]
    fn a_late_event_is_out_of_order_too() {
        let mut book = Book::default();
        for key in ["T-2", "T-1", "T-3"] {
            book.take(key);
        }
        assert_eq!(book.stats.out_of_order, 2);
    }
}
