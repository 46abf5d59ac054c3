//! The roads of the house: how letters of each are read to be compared, and whether there is more than one at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::settings::SameLetterTable;

/// One road.
struct Road {
    namespace: Arc<str>,
    table: Arc<SameLetterTable>,
}

/// Every channel that runs, by its code.
#[derive(Default)]
pub struct Roads {
    known: RwLock<BTreeMap<Arc<str>, Road>>,
    several: AtomicBool,
}

impl Roads {
    /// Notes a channel that runs, or runs anew.
    pub fn put(&self, code: Arc<str>, namespace: Arc<str>, table: Arc<SameLetterTable>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(code, Road { namespace, table });
        self.count(&known);
    }

    /// Forgets a channel that runs no more.
    pub fn forget(&self, code: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.remove(code);
        self.count(&known);
    }

    fn count(&self, known: &BTreeMap<Arc<str>, Road>) {
        let namespaces: BTreeSet<&str> = known.values().map(|road| road.namespace.as_ref()).collect();
        self.several.store(namespaces.len() > 1, Ordering::Relaxed);
    }

    /// Whether the same letter can come by more than one road: else nothing need be compared.
    pub fn are_several(&self) -> bool {
        self.several.load(Ordering::Relaxed)
    }

    /// How letters of a channel are read; none for a channel that does not run.
    pub fn table(&self, code: &str) -> Option<Arc<SameLetterTable>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(code).map(|road| road.table.clone())
    }
}
