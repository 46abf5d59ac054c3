//! Forwarding: one event, or a batch of them, to the core system. It answers per event and decides
//! nothing about repeating; that is `errands`' work.

mod closed;
mod rest;

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use huiliu_contract::{Fault, Upload};

pub use rest::RestForwarder;

use crate::store::Fresh;

/// What the core said to an event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CoreRef {
    /// The core's own number of the ticket (热线工单号).
    pub number: Option<String>,
}

/// Why the core did not take an event.
#[derive(Clone, Debug)]
pub struct NotTaken {
    /// What went wrong.
    pub fault: Fault,
    /// Whether the core says that its order is closed. That is certain, of this event alone, and the same however often it
    /// is told.
    pub closed: bool,
}

impl NotTaken {
    /// Whether it was refused for what it says, and not for how the core is.
    pub fn is_refused(&self) -> bool {
        self.closed || matches!(self.fault, Fault::Malformed { .. })
    }
}

impl From<Fault> for NotTaken {
    fn from(fault: Fault) -> Self {
        Self { fault, closed: false }
    }
}

/// A core system, however it is spoken with.
#[async_trait]
pub trait Forwarder: Send + Sync {
    /// Hands events over; one answer an event, in their order. A batch is refused or taken as a whole.
    async fn forward(&self, events: &[Fresh]) -> Vec<Result<CoreRef, NotTaken>>;

    /// Whether events bring the bytes of their files.
    fn takes_files(&self) -> bool;

    /// Hands one event over with files, each by its place in the list that names it, from 1. `boundary` is the same in every
    /// attempt, and nobody can guess it who writes a file.
    async fn forward_with(&self, event: &Fresh, files: Vec<(u32, Upload)>, boundary: &str)
    -> Result<CoreRef, NotTaken>;

    /// How many events it takes in one call; at least 1.
    fn batch(&self) -> usize;

    /// How many calls may be under way at once; at least 1.
    fn in_flight(&self) -> usize;
}

/// The core as it is spoken with now; it can be replaced between two calls.
pub struct Core(RwLock<Arc<dyn Forwarder>>);

impl Core {
    /// Begins with a forwarder.
    pub fn new(forwarder: Arc<dyn Forwarder>) -> Self {
        Self(RwLock::new(forwarder))
    }

    /// The forwarder of now.
    pub fn now(&self) -> Arc<dyn Forwarder> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another one from the next call on.
    pub fn replace(&self, forwarder: Arc<dyn Forwarder>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = forwarder;
    }
}
