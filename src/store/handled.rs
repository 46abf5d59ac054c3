//! A letter that was copied into the core by hand before, as the store takes it.

use super::{Acceptance, TicketKey};

/// A letter with the number that the core gave it.
#[derive(Clone, Debug)]
pub struct Handled {
    /// The letter alone, prepared as any other.
    pub acceptance: Acceptance,
    /// The core's number (热线工单号).
    pub core_number: String,
    /// Whether the core is done with it.
    pub concluded: bool,
    /// Only say what would become of it.
    pub dry: bool,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Registration {
    /// A ticket of its own, as if the core had taken it; none yet of a dry run.
    New(Option<TicketKey>),
    /// The letter came before, but was not handed on: its ticket has the core's number now.
    Known(TicketKey),
    /// Its ticket has that number already.
    Before(TicketKey),
    /// Its ticket has another one.
    OtherNumber(TicketKey),
    /// Its ticket is on its way to the core, or there.
    Underway(TicketKey),
    /// The number was registered for another letter.
    NumberGiven(TicketKey),
}
