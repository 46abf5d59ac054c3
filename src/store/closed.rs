//! The words of what becomes of an event that the core refuses because its order is closed.

use bytes::Bytes;

use super::Digest;
use crate::ticket::EventKind;

/// What a person decides about such an event.
#[derive(Clone, Debug)]
pub enum Choice {
    /// The source that asked is told once more what it was told; the core is not asked.
    AnswerAgain,
    /// It becomes a ticket of its own that names the old one.
    NewTicket(Box<Anew>),
    /// Somebody opened the order in the core again: the event goes again.
    Reopened,
}

impl Choice {
    /// The word under which it goes on record.
    pub fn word(&self) -> &'static str {
        match self {
            Self::AnswerAgain => "answer_again",
            Self::NewTicket(_) => "new_ticket",
            Self::Reopened => "reopened",
        }
    }
}

/// What a ticket is found by and by when it is to be done, where it is made of a version that is kept already.
#[derive(Clone, Debug, Default)]
pub struct Anew {
    /// Blind keys.
    pub blind: Vec<Digest>,
    /// When the citizen submitted it (ms).
    pub submitted_at: Option<i64>,
    /// Its deadline (ms).
    pub deadline: Option<i64>,
    /// Its category.
    pub category: Option<String>,
    /// Its region.
    pub region: Option<String>,
}

/// Such an event, as far as it decides what can be done.
#[derive(Clone, Debug)]
pub struct ClosedOrder {
    /// What happened.
    pub kind: EventKind,
    /// The draft, as JSON, of which a ticket of its own could be made; none where there is none, or one was made already.
    pub draft: Option<Bytes>,
    /// Whether the source that asked was told an answer that can be told again.
    pub answered: bool,
}
