//! The words of splitting (拆单): what a person makes of one letter with several matters.

use super::Digest;

/// A ticket that is to be split.
#[derive(Clone, Debug)]
pub struct Split {
    /// The version of the ticket that the parts were made from: if it is no longer the latest, nothing is split.
    pub version_n: u32,
    /// The parts, in order; 2 to 99.
    pub parts: Vec<NewPart>,
    /// What the event on the whole says: a reserved id, and the note sealed for it.
    pub note: (i64, Vec<u8>),
}

/// One part, sealed for its rows.
#[derive(Clone, Debug)]
pub struct NewPart {
    /// The reserved id of its version; the body is sealed for it.
    pub version: i64,
    /// Keyed digest of what the person wrote.
    pub source_digest: Digest,
    /// Keyed digest of its draft.
    pub digest: Digest,
    /// The sealed folio.
    pub body: Vec<u8>,
}
