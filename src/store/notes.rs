//! Notes on tickets (备注): what people promised the caller, or what the next shift must know; and the record of shifts.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Actor, StoreError, TicketKey};

/// A note that is to be kept.
#[derive(Clone, Debug)]
pub struct NewNote {
    /// The ticket, by its internal number.
    pub ticket: i64,
    /// The reserved id of the note; the body is sealed for it.
    pub id: i64,
    /// By when it is to be done; none: it only is to be known.
    pub until: Option<Timestamp>,
    /// The sealed text.
    pub body: Vec<u8>,
}

/// A note, opened.
#[derive(Clone, Debug)]
pub struct NoteRow {
    /// Its number.
    pub id: i64,
    /// The ticket.
    pub ticket: TicketKey,
    /// The code of the ticket's channel.
    pub channel_code: String,
    /// The tag under which the ticket counts, where its channel brings the letters of several.
    pub tag: Option<String>,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// By when it is to be done.
    pub until: Option<Timestamp>,
    /// When it was done, and who said so.
    pub done: Option<(Timestamp, String)>,
    /// What it says; may be personal.
    pub text: String,
}

/// What a channel brought and what became of it in a stretch of time.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ShiftRow {
    /// The channel's code.
    pub channel: String,
    /// The tag under which they count, where the channel brings the letters of several.
    pub tag: Option<String>,
    /// Letters that came, each source once: acts, repeats and revisions are none.
    pub came: u64,
    /// Tickets that the core took.
    pub forwarded: u64,
    /// Tickets that the core concluded.
    pub concluded: u64,
}

/// Notes on tickets.
#[async_trait]
pub trait Notes: Send + Sync {
    /// Keeps a note, on record as `actor`'s.
    async fn note(&self, note: NewNote, actor: &Actor) -> Result<(), StoreError>;
    /// Notes that what a note says is done; refused if it was before. Answers its ticket.
    async fn note_done(&self, id: i64, actor: &Actor) -> Result<TicketKey, StoreError>;
    /// The notes of a ticket, oldest first.
    async fn notes(&self, ticket: i64) -> Result<Vec<NoteRow>, StoreError>;
    /// Notes that nobody has done yet, the earliest due first and those without a time last; `limit` at most.
    async fn open_notes(&self, limit: usize) -> Result<Vec<NoteRow>, StoreError>;
    /// What came and went from a time on and before another, by channel and tag; those with nothing at all are left out.
    async fn shift(&self, from: Timestamp, to: Timestamp) -> Result<Vec<ShiftRow>, StoreError>;
}
