//! The words in which the gateway and a store talk: plain data, no database.

use std::sync::Arc;

use bytes::Bytes;
use huiliu_contract::{ExternalId, Once, SourceVersion, What};
use jiff::Timestamp;
use serde::Serialize;

use super::{About, Again, Claim, DeadKind, Deed, Digest, Fact, Fetched, Filed, Lease, UnticketedArrival};
use crate::settings::AfterClose;
use crate::ticket::event::{NotADraft, compose};
use crate::ticket::{Act, EventHead, EventKind, Likeness, SourceRef, Spoken, names_own, names_said};

/// A channel as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enrolled {
    /// The channel's id in the store.
    pub channel: u32,
    /// Its namespace's id: channels that read one upstream share one.
    pub namespace: u32,
    /// Where its first run stands.
    pub first_run: FirstRun,
    /// When the store first knew it (ms).
    pub known_since: i64,
}

/// The first run of a polled channel: what lies behind it when it is switched on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FirstRun {
    /// Items are held back until the run is through.
    Underway,
    /// Too many or too old ones were met: a person must say from which date on it counts.
    NeedsGoLive,
    /// Through, or confirmed.
    Through,
}

/// In what state of its channel a submission comes in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Standing {
    /// Forwarded and answered.
    Live = 0,
    /// Kept and counted apart, never forwarded or answered (试运行).
    Trial = 1,
    /// Older than the channel's `start_from` (历史件): known, never forwarded or answered.
    Historic = 2,
    /// Waits for the end of a first run.
    Waiting = 3,
}

impl Standing {
    /// The standing of a stored number.
    pub fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Live,
            1 => Self::Trial,
            2 => Self::Historic,
            _ => Self::Waiting,
        }
    }
}

/// What the mapping made of one submission, as far as the store may see it.
#[derive(Clone, Debug)]
pub struct MappedKeys {
    /// Keyed digest of the mapped draft.
    pub digest: Digest,
    /// Blind keys by which it can be found.
    pub blind: Vec<Digest>,
    /// When the citizen submitted it (ms).
    pub submitted_at: Option<i64>,
    /// The deadline to keep (ms).
    pub deadline: Option<i64>,
    /// The same where the source hands the item over anew (ms): a rule counts from when that was, not from when the citizen
    /// first sent it.
    pub anew: Option<i64>,
    /// The mapped category's code or name.
    pub category: Option<String>,
    /// The region's code.
    pub region: Option<String>,
    /// The tag under which it counts, where its channel brings the letters of several.
    pub tag: Option<String>,
    /// The number that another channel gave to the same letter.
    pub parent_no: Option<String>,
    /// Keys under which the same letter is looked for when it comes by another road; none where it cannot, or need not be.
    pub alike: Vec<Digest>,
    /// Whether the channel's file lets it join by itself the ticket that another road made.
    pub joins: bool,
    /// The serialised draft, for the event that need not be read back.
    pub draft: Bytes,
}

/// One submission, ready for the transaction.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The source's number.
    pub external_id: ExternalId,
    /// The source's own version.
    pub source_version: Option<SourceVersion>,
    /// Keyed digest of the source document.
    pub source_digest: Digest,
    /// The reserved id of the version row; the body is sealed for it.
    pub version: i64,
    /// The sealed body.
    pub body: Vec<u8>,
    /// What the mapping made of it; none when it could not be mapped.
    pub mapped: Option<MappedKeys>,
    /// Its files: those whose bytes came along, and those that are to be fetched.
    pub files: Vec<Filed>,
    /// In what state of its channel it comes.
    pub standing: Standing,
    /// Answer to an earlier [`Verdict::Compare`]: the version compared with, and whether they agree.
    pub compared: Option<(i64, bool)>,
    /// Answer to an earlier [`Verdict::Alike`]: versions of other roads, and what a comparison with each found.
    pub alike: Vec<(i64, Likeness)>,
    /// What it asks about an earlier item; none: it is a matter of its own. Then `external_id` is what the act is known
    /// by.
    pub act: Option<Box<ActArrival>>,
    /// What else later items may call it.
    pub also: Vec<Digest>,
    /// An earlier item that it speaks of, though it is a matter of its own.
    pub refers: Option<About>,
    /// Told again it is a repeat, whatever it says then.
    pub unchanging: bool,
    /// Set where it is no submission by itself.
    pub unticketed: Option<Box<UnticketedArrival>>,
}

/// What a submission asks about an earlier one.
#[derive(Clone, Debug)]
pub struct ActArrival {
    /// What is asked.
    pub act: Act,
    /// The earlier item.
    pub about: About,
    /// Where that item is not known, this is a matter of its own.
    pub or_new: bool,
    /// Of a decision: whether it was granted.
    pub granted: Option<bool>,
    /// What is done where the ticket is concluded.
    pub after_close: AfterClose,
    /// By when the ticket is to be done if the act opens it again (ms): what the act's document says, else counted by the
    /// channel's rule.
    pub deadline: Option<i64>,
    /// The reserved id of the note that its event carries.
    pub note: i64,
    /// The sealed note.
    pub body: Vec<u8>,
}

/// Bytes of a verified far side that are no submission; kept once by digest.
#[derive(Clone, Debug)]
pub struct Stray {
    /// Keyed digest of the bytes.
    pub digest: Digest,
    /// The reserved id of the row; the body is sealed for it.
    pub id: i64,
    /// Sealed media type, bytes and reason.
    pub body: Vec<u8>,
}

/// What is handed to the store as one member of a commit.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// The channel.
    pub channel: u32,
    /// Its code, for the events.
    pub channel_code: Arc<str>,
    /// Its namespace.
    pub namespace: u32,
    /// The namespace's name, for the events.
    pub namespace_name: Arc<str>,
    /// Whether it was asked for (polled) or told (pushed).
    pub polled: bool,
    /// The submissions; no id twice.
    pub arrivals: Vec<Arrival>,
    /// What could not be read.
    pub strays: Vec<Stray>,
    /// A token that may be used once, and the digest of the body it came with.
    pub once: Option<(Once, Digest)>,
    /// The lease under which a cursor moves; a stale one fails this member alone.
    pub lease: Option<Lease>,
    /// The sealed new cursor, and keepsake.
    pub cursor: Option<Vec<u8>>,
    /// The sealed new keepsake.
    pub keepsake: Option<Vec<u8>>,
    /// What a person did by it, about the channel; written with it, about the first ticket it led to. Where nothing is
    /// written, neither is this.
    pub deed: Option<Deed>,
}

/// A ticket's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TicketKey {
    /// The internal number, in commit order.
    pub id: i64,
    /// The spoken number (汇流编号).
    pub number: Spoken,
}

/// What the store decided about one submission.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is on disk (or was before).
    Taken {
        /// What became of it.
        what: What,
        /// Its ticket.
        ticket: Option<TicketKey>,
    },
    /// A known number with other content: compare the new draft with this version, then ask again.
    Compare {
        /// The version to compare with.
        version: i64,
    },
    /// It may be the same letter as what came by another road: compare the new draft with each of these, then ask again.
    Alike {
        /// All of them, those that were compared before among them.
        versions: Vec<Alike>,
    },
}

/// A version of another road that may be the same letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    /// Which.
    pub version: i64,
    /// The code of the channel by which it came.
    pub channel: String,
}

/// Why an acceptance was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotAccepted {
    /// A once-token was seen before with another body.
    #[error("a nonce or signature seen before came with another body")]
    Replayed,
    /// The lease was lost meanwhile; whoever holds it now does the work.
    #[error("the lease is stale")]
    Stale,
    /// The store failed; nothing of this member is kept.
    #[error("the store failed: {0}")]
    Store(String),
}

/// One event with all that its JSON is composed of.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// What happened.
    pub kind: EventKind,
    /// The ticket.
    pub ticket: TicketKey,
    /// Its place in the ticket's lane, from 1.
    pub n: u32,
    /// When it was committed (ms).
    pub at: i64,
    /// The channel's code.
    pub channel: Arc<str>,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// The source's number.
    pub external_id: ExternalId,
    /// Which version of the source, from 1.
    pub version_n: u32,
    /// When the ticket was first received (ms).
    pub received_at: i64,
    /// The serialised draft of that version.
    pub draft: Bytes,
    /// What it says besides the ticket, as JSON.
    pub detail: Option<Bytes>,
    /// The ticket's other sources at that time; the one that opened it is not among them.
    pub joined: Vec<SourceRef>,
    /// The whole body, when a person edited it.
    pub edited: Option<Bytes>,
}

impl Fresh {
    /// Whether it may bring files that the gateway keeps or fetches; only where it may, the store has to be asked.
    pub fn may_bring_files(&self) -> bool {
        match self.kind {
            EventKind::File => true,
            EventKind::New | EventKind::Revised => names_own(&self.draft),
            _ => self.detail.as_deref().is_some_and(names_said),
        }
    }

    /// The event's JSON, the same in every attempt: what a person made of it, else composed around the draft.
    pub fn json(&self) -> Result<Bytes, NotADraft> {
        if let Some(edited) = &self.edited {
            return Ok(edited.clone());
        }
        let received_at = Timestamp::from_millisecond(self.received_at).unwrap_or_default();
        let own = SourceRef {
            channel: self.channel.as_ref().into(),
            namespace: self.namespace.as_ref().into(),
            external_id: self.external_id.as_str().into(),
            received_at,
        };
        let all: Vec<SourceRef>;
        let sources = if self.joined.is_empty() {
            std::slice::from_ref(&own)
        } else {
            all = std::iter::once(&own).chain(&self.joined).cloned().collect();
            &all
        };
        let head = EventHead {
            event: self.kind,
            ticket: self.ticket.number,
            sequence: u64::from(self.n),
            at: Timestamp::from_millisecond(self.at).unwrap_or_default(),
            channel: &self.channel,
            external_id: self.external_id.as_str(),
            detail: self.detail.as_deref(),
            version: self.version_n,
            received_at,
            sources,
        };
        compose(&head, &self.draft).map(Bytes::from)
    }
}

/// How a forward errand ended.
#[derive(Debug)]
pub enum Outcome {
    /// The core has event `n`; perhaps it told its own number.
    Forwarded {
        /// Which event.
        n: u32,
        /// The core's number of the ticket (热线工单号).
        core_number: Option<String>,
    },
    /// The poll is through for now; due again at this time (ms).
    Polled {
        /// When to ask again.
        due: i64,
    },
    /// A lane of the way home was walked as far as it goes now.
    Homeward {
        /// What was found out.
        facts: Vec<Fact>,
        /// When it is looked at again.
        again: Again,
    },
    /// A file came, or will not come.
    Fetched(Box<Fetched>),
    /// The item failed for reasons of its own; try again then, with so many attempts counted.
    Retry {
        /// When (ms).
        due: i64,
        /// Attempts so far, this one included.
        attempts: u32,
    },
    /// A person must look: the lane stops here.
    Dead {
        /// What sort of thing it is for a person.
        kind: DeadKind,
        /// Which event.
        n: u32,
        /// One stable word.
        reason: &'static str,
        /// Sealed details, for the reserved id.
        body: Vec<u8>,
        /// The reserved id of the dead letter's row.
        id: i64,
        /// Attempts counted.
        attempts: u32,
    },
}

/// A claim and how it ended.
#[derive(Debug)]
pub struct Settlement {
    /// The claim.
    pub claim: Claim,
    /// How it ended.
    pub outcome: Outcome,
}
