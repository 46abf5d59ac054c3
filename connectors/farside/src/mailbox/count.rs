//! What a mailbox counts. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// Counts of a mailbox.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct MailboxStats {
    /// Requests sent, every try counted.
    pub pushes: u64,
    /// Distinct letters sent.
    pub letters: u64,
    /// Distinct letters acknowledged.
    pub acknowledged: u64,
    /// Pushes refused.
    pub refused: u64,
    /// Tries after the first one of a push.
    pub told_again: u64,
    /// Pushes never acknowledged in all tries.
    pub gave_up: u64,
    /// Bodies and list elements that were no letters, sent on purpose.
    pub malformed: u64,
    /// Acknowledgements that named another ticket than an earlier one of the same letter; must stay 0.
    pub contradicted: u64,
    /// Acknowledgements of a list that left one of its letters out; must stay 0.
    pub unnamed: u64,
}

#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) stats: MailboxStats,
    sent: BTreeSet<String>,
    pub(super) acknowledged: BTreeMap<String, Option<String>>,
}

impl Count {
    pub(super) fn sent(&mut self, numbers: &[&str]) {
        self.sent.extend(numbers.iter().map(|&number| number.to_owned()));
    }

    /// Takes an acknowledgement of these letters that named these (letter, ticket).
    pub(super) fn acknowledged(&mut self, numbers: &[&str], tickets: &[(String, Option<String>)]) {
        for &number in numbers {
            let Some((_, ticket)) = tickets.iter().find(|(named, _)| named == number) else {
                self.stats.unnamed += 1;
                continue;
            };
            let known = self.acknowledged.entry(number.to_owned()).or_default();
            match (&known, ticket) {
                (Some(known), Some(ticket)) if known != ticket => self.stats.contradicted += 1,
                (None, Some(_)) => *known = ticket.clone(),
                _ => {}
            }
        }
    }

    pub(super) fn stats(&self) -> MailboxStats {
        MailboxStats { letters: self.sent.len() as u64, acknowledged: self.acknowledged.len() as u64, ..self.stats }
    }

    pub(super) fn open(&self) -> Vec<String> {
        self.sent.iter().filter(|number| !self.acknowledged.contains_key(*number)).cloned().collect()
    }
}
