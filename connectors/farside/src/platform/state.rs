//! What a platform holds and counts. It knows no HTTP.

use std::collections::{BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::item::Order;
use super::options::{PlatformOptions, Trick};
use crate::desk::Answers;

/// What a platform counted.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize)]
pub struct PlatformStats {
    /// Items that are listed now.
    pub items: u64,
    /// Requests for lists, let in or not.
    pub requests: u64,
    /// Requests for the detail of an item, let in or not.
    pub details: u64,
    /// Requests for counts, let in or not.
    pub counts: u64,
    /// Lists that went out whole.
    pub pages: u64,
    /// Items on those, counted each time.
    pub sent: u64,
    /// Different items on those that have a number; versions are not counted apart.
    pub distinct: u64,
    /// Different items on those that have none.
    pub malformed: u64,
    /// Requests that were not let in.
    pub refused: u64,
    /// Tricks that were played.
    pub tricks: u64,
    /// Write-backs taken, each key once.
    pub written_back: u64,
    /// Write-backs whose key was known.
    pub told_again: u64,
}

/// What is asked of a list.
#[derive(Clone, Default, Debug)]
pub(super) struct Question {
    pub(super) page: Option<u64>,
    pub(super) offset: Option<u64>,
    pub(super) cursor: Option<String>,
    pub(super) size: Option<u64>,
    pub(super) since: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    pub(super) after: Option<u64>,
    /// With what its list keeps back.
    pub(super) all: bool,
}

/// One page, not yet written.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) orders: Vec<Order>,
    pub(super) total: u64,
    pub(super) next: Option<String>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: PlatformOptions,
    pub(super) tricks: VecDeque<Trick>,
    pub(super) detail_tricks: VecDeque<Trick>,
    pub(super) answers: Answers,
    pub(super) last_page: Option<Listed>,
    pub(super) count: PlatformStats,
    /// By so much its counts are wrong.
    pub(super) lie: i64,
    /// By time, then by number: the order of the list.
    orders: Vec<Order>,
    /// Numbers that it counts and does not list.
    hidden: BTreeSet<u64>,
    grown: u64,
    latest: Timestamp,
    sent: BTreeSet<u64>,
    sent_malformed: BTreeSet<u64>,
}

impl State {
    pub(super) fn new(options: PlatformOptions) -> Self {
        let (items, from) = (options.items, options.from);
        let answers = Answers::new(options.gate.clone(), options.envelope.clone());
        let mut state = Self {
            options,
            answers,
            tricks: VecDeque::new(),
            detail_tricks: VecDeque::new(),
            last_page: None,
            count: PlatformStats::default(),
            lie: 0,
            orders: Vec::new(),
            hidden: BTreeSet::new(),
            grown: 0,
            latest: from - SignedDuration::from_secs(1),
            sent: BTreeSet::new(),
            sent_malformed: BTreeSet::new(),
        };
        state.grow(items);
        state
    }

    pub(super) fn grow(&mut self, items: u64) {
        for _ in 0..items {
            self.add(false, Map::new());
        }
    }

    pub(super) fn grow_with(&mut self, own: Map<String, Value>) {
        self.add(false, own);
    }

    pub(super) fn grow_malformed(&mut self) {
        self.add(true, Map::new());
    }

    fn add(&mut self, malformed: bool, own: Map<String, Value>) {
        self.grown += 1;
        let updated = self.tick();
        self.orders.push(Order { seq: self.grown, revision: 0, updated, malformed, own });
    }

    fn tick(&mut self) -> Timestamp {
        self.latest += SignedDuration::from_secs(1);
        self.latest
    }

    fn find(&self, number: &str) -> Option<usize> {
        self.orders.iter().position(|order| !order.malformed && order.number() == number)
    }

    pub(super) fn revise(&mut self, number: &str) -> bool {
        let Some(position) = self.find(number) else { return false };
        let mut order = self.orders.remove(position);
        order.revision += 1;
        order.updated = self.tick();
        self.orders.push(order);
        true
    }

    pub(super) fn remove(&mut self, number: &str) -> bool {
        self.find(number).map(|position| self.orders.remove(position)).is_some()
    }

    /// Keeps an item off the list, or lists it again; it is counted all the same.
    pub(super) fn hide(&mut self, number: &str, hidden: bool) -> bool {
        let Some(seq) = self.find(number).map(|position| self.orders[position].seq) else { return false };
        if hidden { self.hidden.insert(seq) } else { self.hidden.remove(&seq) }
    }

    pub(super) fn numbers(&self) -> Vec<Option<String>> {
        self.orders.iter().map(|order| (!order.malformed).then(|| order.number())).collect()
    }

    pub(super) fn document(&self, number: &str) -> Option<Value> {
        self.find(number).map(|position| self.orders[position].document())
    }

    pub(super) fn stats(&self) -> PlatformStats {
        let desk = self.answers.stats();
        PlatformStats {
            items: self.orders.len() as u64,
            distinct: self.sent.len() as u64,
            malformed: self.sent_malformed.len() as u64,
            refused: self.count.refused + desk.refused,
            tricks: self.count.tricks + desk.tricks,
            written_back: desk.written_back,
            told_again: desk.told_again,
            ..self.count.clone()
        }
    }

    /// Cuts a page out of the list.
    pub(super) fn list(&self, asked: &Question) -> Listed {
        let mut matching: Vec<&Order> = self
            .orders
            .iter()
            .filter(|order| asked.all || !self.hidden.contains(&order.seq))
            .filter(|order| asked.since.is_none_or(|since| order.updated >= since))
            .filter(|order| asked.until.is_none_or(|until| order.updated <= until))
            .filter(|order| asked.after.is_none_or(|after| order.seq > after))
            .collect();
        if asked.after.is_some() {
            matching.sort_by_key(|order| order.seq);
        }
        let size = to_usize(asked.size.unwrap_or(20).clamp(1, self.options.most));
        let from = match (asked.page, asked.offset) {
            (Some(page), _) => to_usize(page.max(1) - 1).saturating_mul(size),
            (None, Some(offset)) => to_usize(offset),
            (None, None) => {
                // A cursor names the last order that was given, by time and number: nothing that shifts moves it.
                let place = asked.cursor.as_deref().and_then(place);
                place.map_or(0, |place| matching.partition_point(|order| (order.updated, order.seq) <= place))
            }
        };
        let orders: Vec<Order> = matching.iter().skip(from).take(size).map(|order| (*order).clone()).collect();
        let counted = asked.page.is_some() || asked.offset.is_some();
        let more = from.saturating_add(orders.len()) < matching.len();
        let next = orders.last().filter(|_| more && !counted);
        let next = next.map(|last| format!("{}-{}", last.updated.as_second(), last.seq));
        Listed { orders, total: matching.len() as u64, next }
    }

    /// Counts a page that went out whole.
    pub(super) fn went_out(&mut self, page: &Listed) {
        self.count.pages += 1;
        self.count.sent += page.orders.len() as u64;
        for order in &page.orders {
            let book = if order.malformed { &mut self.sent_malformed } else { &mut self.sent };
            book.insert(order.seq);
        }
    }
}

fn place(cursor: &str) -> Option<(Timestamp, u64)> {
    let (second, seq) = cursor.split_once('-')?;
    Some((Timestamp::from_second(second.parse().ok()?).ok()?, seq.parse().ok()?))
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
