//! Letters about danger to life, noticed while they are taken in. They are noted in memory after their commit; whoever raises
//! alarms fetches them, and looks through what came since it last did when the process begins anew.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use huiliu_contract::What;
use serde_json::Value;

use super::Intake;
use crate::alarms::UrgentWords;
use crate::channel::Channel;
use crate::store::Verdict;
use crate::ticket::{Draft, Spoken};

/// A letter that says something urgent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UrgentLetter {
    /// The channel's code.
    pub channel: Arc<str>,
    /// The version by which it said so.
    pub version: i64,
    /// Its ticket; none where it could not be mapped, or is held.
    pub ticket: Option<Spoken>,
    /// The groups of the list.
    pub groups: Vec<String>,
    /// Whether it is a new version of a letter that was known: then only what is new in it counts.
    pub is_revised: bool,
}

/// What is looked for, and what was found.
#[derive(Default)]
pub struct Urgent {
    words: RwLock<Arc<UrgentWords>>,
    found: Mutex<Vec<UrgentLetter>>,
}

impl Urgent {
    /// Looks for these words from now on.
    pub fn look_for(&self, words: UrgentWords) {
        *self.words.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(words);
    }

    /// The words that are looked for.
    pub fn words(&self) -> Arc<UrgentWords> {
        self.words.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The groups of which a letter says something; of one that could not be mapped, all its texts are read.
    pub fn groups(&self, draft: Option<&Draft>, document: &Value) -> Vec<String> {
        let words = self.words();
        let found = match draft {
            Some(draft) => words.groups_of(draft),
            None => {
                let mut found = BTreeSet::new();
                texts(document, &mut |text| found.extend(words.groups_in(text)));
                found
            }
        };
        found.into_iter().map(str::to_owned).collect()
    }

    /// Notes a letter that is on disk.
    pub(super) fn note(&self, letter: UrgentLetter) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
    }

    /// All that were noted since.
    pub fn fetch(&self) -> Vec<UrgentLetter> {
        std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives back what could not be raised.
    pub fn give_back(&self, letters: Vec<UrgentLetter>) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).splice(0..0, letters);
    }
}

impl Intake {
    /// Notes letters that say something urgent, now that they are on disk: each by its place among the verdicts, with its
    /// groups and its version.
    pub(super) fn note_urgent(
        &self,
        channel: &Channel,
        urgent: impl Iterator<Item = ((usize, Vec<String>), i64)>,
        verdicts: &[Verdict],
    ) {
        for ((at, groups), version) in urgent {
            let Some(Verdict::Taken { what, ticket }) = verdicts.get(at) else { continue };
            if *what == What::Repeat {
                continue;
            }
            let ticket = ticket.filter(|_| *what != What::Held).map(|key| key.number);
            let is_revised = *what == What::Revised;
            let channel = channel.code.clone();
            self.urgent().note(UrgentLetter { channel, version, ticket, groups, is_revised });
        }
    }
}

fn texts<'a>(value: &'a Value, read: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) => read(text),
        Value::Array(list) => list.iter().for_each(|value| texts(value, read)),
        Value::Object(table) => table.values().for_each(|value| texts(value, read)),
        _ => {}
    }
}
