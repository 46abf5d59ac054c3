//! What must be true after any number of kills, judged by what the far sides saw.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::load::Books;
use crate::glass::Glass;

/// What the core was told, by its own connection.
pub(super) struct Heard {
    /// Ticket numbers by (channel, external id).
    tickets: BTreeMap<(String, String), BTreeSet<String>>,
    /// The events of each ticket that the core took, in the order of their first coming.
    lanes: BTreeMap<String, Vec<u64>>,
    /// Keys told more than once.
    pub(super) again: usize,
}

impl Heard {
    /// Listens to everything once more from the start. Fails when one key came with two bodies.
    pub(super) fn of(glass: &Glass) -> Self {
        let mut heard = Self { tickets: BTreeMap::new(), lanes: BTreeMap::new(), again: 0 };
        glass.look(0, |seen| {
            let mut bodies: BTreeMap<&str, &Bytes> = BTreeMap::new();
            let mut taken: BTreeSet<&str> = BTreeSet::new();
            for one in seen {
                let key = one.key.as_deref().expect("every event has its key");
                match bodies.insert(key, &one.body) {
                    Some(before) => {
                        assert_eq!(before, &one.body, "{key} came with two bodies");
                        heard.again += 1;
                    }
                    None => heard.note(&one.json()),
                }
                if one.taken() && taken.insert(key) {
                    let (ticket, n) = key.rsplit_once('-').expect("a key is <ticket>-<n>");
                    heard.lanes.entry(ticket.to_owned()).or_default().push(n.parse().unwrap());
                }
            }
        });
        heard
    }

    fn note(&mut self, event: &serde_json::Value) {
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        self.tickets.entry((text("channel"), text("external_id"))).or_default().insert(text("ticket"));
    }

    /// How many events the core took, each once.
    pub(super) fn events(&self) -> usize {
        self.lanes.values().map(Vec::len).sum()
    }

    /// Everything that was promised, or a failure that says what was broken.
    pub(super) fn judge(&self, books: &Books, listed: &BTreeSet<String>) {
        assert_eq!(*books.refused.lock().unwrap(), Vec::<String>::new(), "no push may be refused");
        let acknowledged = books.tickets.lock().unwrap();
        for (number, told) in acknowledged.iter() {
            assert_eq!(told.len(), 1, "{number} was told several ticket numbers: {told:?}");
            let heard = self.tickets.get(&("letters".to_owned(), number.clone()));
            assert_eq!(heard, Some(told), "{number} was acknowledged; this is what the core heard of it");
        }
        for ((channel, number), tickets) in &self.tickets {
            assert_eq!(tickets.len(), 1, "{channel} {number} has several tickets: {tickets:?}");
        }
        let all: BTreeSet<&String> = self.tickets.values().flatten().collect();
        assert_eq!(all.len(), self.tickets.len(), "two letters share a ticket number");
        let polled: BTreeSet<String> = self.of_channel("province").cloned().collect();
        assert_eq!(polled, *listed, "every item of the platform, and nothing else, is a ticket");
        for (ticket, lane) in &self.lanes {
            let wanted: Vec<u64> = (1..=lane.len() as u64).collect();
            assert_eq!(*lane, wanted, "the events of {ticket}, in the order in which the core took them");
        }
        let changed = books.changed.lock().unwrap();
        let events = acknowledged.len() + changed.len() + listed.len();
        assert_eq!(self.events(), events, "one event for each letter, each change and each item");
    }

    fn of_channel(&self, channel: &str) -> impl Iterator<Item = &String> {
        self.tickets.keys().filter(move |(of, _)| of == channel).map(|(_, number)| number)
    }
}
