//! The words of files: what a submission names, how far each came, and what is known of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Digest, TicketKey};

/// How far a file came.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum FileState {
    /// It has still to be fetched.
    Waiting = 0,
    /// It is here.
    Kept = 1,
    /// It could not be fetched; an open dead letter says why.
    Failed = 2,
    /// It was not fetched, or not kept, because a rule forbids it.
    Refused = 3,
}

impl FileState {
    /// The state of a stored number.
    pub fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Waiting,
            1 => Self::Kept,
            2 => Self::Failed,
            _ => Self::Refused,
        }
    }

    /// One stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Kept => "kept",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

/// One file of a submission, ready for the transaction. Its blob, if it has one, is on disk already.
#[derive(Clone, Debug)]
pub struct Filed {
    /// The reserved id of its row; the body is sealed for it.
    pub id: i64,
    /// Its place among the draft's files, from 0.
    pub place: u32,
    /// Keyed digest of its link or of its content: what has the same one is the same file.
    pub digest: Digest,
    /// Its blob and how many bytes it has, where its bytes came along.
    pub blob: Option<(Digest, u64)>,
    /// The sealed [`FileAbout`] as JSON.
    pub body: Vec<u8>,
}

/// What is known of a file besides its bytes; sealed where it is kept, printed by `Debug` as dots.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileAbout {
    /// The name the source gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Media type, if told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Where it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl std::fmt::Debug for FileAbout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileAbout(…)")
    }
}

/// One file of a version of a ticket.
#[derive(Clone, Debug)]
pub struct FileRow {
    /// Its id.
    pub id: i64,
    /// Its ticket.
    pub ticket: TicketKey,
    /// Which version of the ticket named it, from 1.
    pub version_n: u32,
    /// Its place among that version's files, from 0.
    pub place: u32,
    /// The channel's id.
    pub channel: u32,
    /// How far it came.
    pub state: FileState,
    /// Why it came no further: one stable word.
    pub reason: Option<String>,
    /// Its blob and how many bytes it has, once it is kept.
    pub blob: Option<(Digest, u64)>,
    /// Since when it stands so (ms).
    pub since: i64,
    /// Which event of the ticket brought it, where it is no file of the ticket's own text: a supplement's, another road's.
    pub event: Option<u32>,
    /// What is known of it, opened.
    pub about: FileAbout,
}

/// What the next attempt to tell the core an event brings besides the text.
#[derive(Clone, Debug)]
pub enum Enclosed {
    /// Files of it are still being fetched: not before this time (ms), or before they are here.
    Wait(i64),
    /// These files, decided once and for every attempt, in their order.
    Files(Vec<FileRow>),
}

/// One file of an answer of the core, ready for the transaction. Its blob is on disk already.
#[derive(Clone, Debug)]
pub struct AnswerFile {
    /// The reserved id of its row; the body is sealed for it.
    pub id: i64,
    /// Its blob.
    pub blob: Digest,
    /// How many bytes it has.
    pub size: u64,
    /// The sealed [`FileAbout`] as JSON.
    pub body: Vec<u8>,
}

/// How the fetching of a file ended.
#[derive(Debug)]
pub struct Fetched {
    /// How far it came.
    pub state: FileState,
    /// Why it came no further: one stable word.
    pub reason: Option<&'static str>,
    /// Its blob and how many bytes it has; durable already.
    pub blob: Option<(Digest, u64)>,
    /// Attempts counted against it.
    pub attempts: u32,
    /// What the core is told about it: a reserved id, and the details sealed for it.
    pub note: (i64, Vec<u8>),
    /// What a person is told about it: a reserved id, and the details sealed for it.
    pub dead: Option<(i64, Vec<u8>)>,
}
