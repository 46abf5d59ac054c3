//! Forwarding: how an event reaches the core system, whatever that is like. A worker posts it, a person or a sheet brings
//! it, or the core fetches it. What is posted is answered per event; repeating is decided by `errands`.

mod closed;
pub mod cloud;
pub mod form;
mod rest;
pub mod sheets;

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use huiliu_contract::{Fault, Upload};

pub use cloud::{Cloud, CloudEvent};
pub use form::Form;
pub use rest::RestForwarder;
pub use sheets::SheetCore;

use crate::settings::{self, CoreTable};
use crate::store::Fresh;

/// How events reach the core, built. A closed list: what the core is like is configuration, not a place to plug in.
pub enum Way {
    /// A worker posts them.
    Rest(Box<RestForwarder>),
    /// They wait for a person.
    Manual,
    /// They are written into sheets.
    File(Box<SheetCore>),
    /// They wait until the core fetches them, perhaps in an envelope.
    Pull(Option<Cloud>),
}

/// The core as people meet it: of what kind it is, and what they copy into it.
#[derive(Clone, Debug)]
pub struct CoreDesk {
    /// The word of its kind.
    pub kind: &'static str,
    /// Its entry form.
    pub form: Arc<Form>,
}

impl Default for CoreDesk {
    /// Without `[core]` a person types, into a form that nobody described.
    fn default() -> Self {
        Self { kind: "manual", form: Arc::default() }
    }
}

impl CoreDesk {
    /// From a table that was checked when the house was started.
    pub fn of(table: Option<&CoreTable>) -> Self {
        let Some(table) = table else { return Self::default() };
        let fields: &[settings::FormField] = match table {
            CoreTable::Manual(core) => &core.form,
            CoreTable::File(core) => &core.columns,
            CoreTable::Rest(_) | CoreTable::Pull(_) => &[],
        };
        Self { kind: table.word(), form: Arc::new(Form::build(fields, "core", &mut Vec::new())) }
    }

    /// Whether people bring events there and tell the numbers.
    pub fn is_by_hand(&self) -> bool {
        matches!(self.kind, "manual" | "file")
    }
}

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
