//! What the writer must know of every new ticket without a look into the database: who signs for its channel, whether any
//! act waits for an item that did not come yet, whether any ticket was ever split, and whether events wait for files.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};

use super::super::Sign;

/// By the channel's id; a channel that is not named signs never.
#[derive(Default)]
pub(super) struct Signs {
    by_channel: RwLock<HashMap<u32, Sign>>,
    acts_wait: AtomicBool,
    any_split: AtomicBool,
    /// How long an event waits for its files (ms), and one more: 0 is that it carries none.
    files_wait: AtomicI64,
}

impl Signs {
    /// Knowing whether acts wait that an earlier process left, and whether it split any ticket.
    pub(super) fn new(acts_wait: bool, any_split: bool) -> Self {
        let (acts_wait, any_split) = (AtomicBool::new(acts_wait), AtomicBool::new(any_split));
        Self { acts_wait, any_split, ..Self::default() }
    }

    /// Notes how a channel signs.
    pub(super) fn set(&self, channel: u32, sign: Sign) {
        self.by_channel.write().unwrap_or_else(PoisonError::into_inner).insert(channel, sign);
    }

    /// How a channel signs.
    pub(super) fn of(&self, channel: u32) -> Sign {
        self.by_channel.read().unwrap_or_else(PoisonError::into_inner).get(&channel).copied().unwrap_or_default()
    }

    /// An act waits for its item. If its transaction fails, one look too many is all that comes of it.
    pub(super) fn act_waits(&self) {
        self.acts_wait.store(true, Ordering::Relaxed);
    }

    /// A ticket is split. If its transaction fails, some looks too many are all that comes of it.
    pub(super) fn is_split(&self) {
        self.any_split.store(true, Ordering::Relaxed);
    }

    /// Whether any ticket may have parts.
    pub(super) fn is_any_split(&self) -> bool {
        self.any_split.load(Ordering::Relaxed)
    }

    /// Notes how long an event waits for its files (ms); none: events carry none.
    pub(super) fn carry_files(&self, wait: Option<i64>) {
        self.files_wait.store(wait.map_or(0, |wait| wait.max(0) + 1), Ordering::Relaxed);
    }

    /// How long an event waits for its files (ms); none: events carry none.
    pub(super) fn files_wait(&self) -> Option<i64> {
        self.files_wait.load(Ordering::Relaxed).checked_sub(1).filter(|wait| *wait >= 0)
    }

    /// Whether any act may wait.
    pub(super) fn do_acts_wait(&self) -> bool {
        self.acts_wait.load(Ordering::Relaxed)
    }
}
