//! What reading yields: rows as people ask for them, bodies opened where asked.

use bytes::Bytes;
use huiliu_contract::OutcomeKind;
use jiff::Timestamp;

use super::{Digest, FirstRun, Standing, TicketKey};
use crate::ticket::{EventKind, SameLetter, Spoken};

/// A channel with its counts.
#[derive(Clone, Debug)]
pub struct ChannelRow {
    /// Its id.
    pub id: u32,
    /// Its code.
    pub code: String,
    /// Its namespace.
    pub namespace: String,
    /// When the store first knew it.
    pub known_since: Timestamp,
    /// Where its first run stands.
    pub first_run: FirstRun,
    /// What a person confirmed.
    pub live_from: Option<Timestamp>,
    /// When it was last asked with success.
    pub last_poll: Option<Timestamp>,
    /// Tickets by standing: live, trial, historic, waiting.
    pub tickets: [u64; 4],
    /// Open dead letters.
    pub dead: u64,
    /// Of these, write-backs that wait for a person to agree.
    pub approvals: u64,
    /// When the last ticket came.
    pub last_item: Option<Timestamp>,
    /// The same of each tag, where it brings the letters of several channels.
    pub tags: Vec<TagRow>,
}

/// What a channel brought under one tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagRow {
    /// The tag.
    pub tag: String,
    /// Tickets by standing: live, trial, historic, waiting.
    pub tickets: [u64; 4],
    /// When the last one came.
    pub last_item: Option<Timestamp>,
}

/// What a channel brings under a tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tagged {
    /// The channel's id.
    pub channel: u32,
    /// The tag.
    pub tag: String,
}

/// What to search for; all given ones must fit.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// A source's number, exactly.
    pub external_id: Option<String>,
    /// The core's number, exactly.
    pub core_number: Option<String>,
    /// A blind key (phone, name + last four digits, resident id).
    pub blind: Option<Digest>,
    /// One of these internal numbers.
    pub ids: Option<Vec<i64>>,
    /// The channel.
    pub channel: Option<u32>,
    /// Or what channels bring under these tags.
    pub tagged: Vec<Tagged>,
    /// Received on this day or later.
    pub from: Option<jiff::civil::Date>,
    /// Received on this day or earlier.
    pub to: Option<jiff::civil::Date>,
    /// At most so many.
    pub limit: usize,
    /// With bodies opened.
    pub open: bool,
}

/// Which live tickets are due: those whose deadline lies in a span and that no outcome has concluded.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// The deadline lies at this time or before.
    pub until: Timestamp,
    /// The channel.
    pub channel: Option<u32>,
    /// Or what channels bring under these tags.
    pub tagged: Vec<Tagged>,
    /// Behind them those that were opened again and have no deadline since.
    pub undated: bool,
    /// At most so many.
    pub limit: usize,
    /// With bodies opened.
    pub open: bool,
}

/// How many tickets are due.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct DueCount {
    /// Past their deadline.
    pub past: u64,
    /// Not yet past it.
    pub near: u64,
}

/// That something came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrived {
    /// The version that it became.
    pub version: i64,
    /// The channel's id.
    pub channel: u32,
    /// When.
    pub at: Timestamp,
}

/// One ticket.
#[derive(Clone, Debug)]
pub struct TicketRow {
    /// Its numbers.
    pub key: TicketKey,
    /// The channel's id.
    pub channel: u32,
    /// The channel's code.
    pub channel_code: String,
    /// The tag under which it counts, where its channel brings the letters of several.
    pub tag: Option<String>,
    /// The source's number.
    pub external_id: String,
    /// Its standing.
    pub standing: Standing,
    /// When it came.
    pub received_at: Timestamp,
    /// When the citizen submitted it.
    pub submitted_at: Option<Timestamp>,
    /// The deadline.
    pub deadline: Option<Timestamp>,
    /// The category.
    pub category: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The latest version's number.
    pub version_n: u32,
    /// Events planned and events the core has.
    pub events: u32,
    /// Events the core has.
    pub sent: u32,
    /// The dead letter at which the lane stands still.
    pub stuck: Option<i64>,
    /// The core's number.
    pub core_number: Option<String>,
    /// When the core first took it.
    pub core_accepted_at: Option<Timestamp>,
    /// When the core told that it is done with; none while it is open, or open again.
    pub concluded_at: Option<Timestamp>,
    /// How often it was to be done again (发回重办).
    pub redone: u32,
    /// When it was opened again last.
    pub reopened_at: Option<Timestamp>,
    /// The latest draft's JSON, where asked for.
    pub draft: Option<Bytes>,
}

/// One version of a source, opened.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// Its id.
    pub id: i64,
    /// Its number.
    pub n: u32,
    /// When it came.
    pub received_at: Timestamp,
    /// `taken`, `unmapped`, `held` or `older`.
    pub state: &'static str,
    /// The source's own version.
    pub source_version: Option<String>,
    /// The opened folio.
    pub folio: Bytes,
}

/// One event.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// Its place.
    pub n: u32,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// `waiting`, `forwarded`, `dropped`, or `edited`.
    pub state: &'static str,
    /// The other ticket that it speaks of.
    pub other: Option<Spoken>,
    /// By what that one's letter is, or looks like, the same.
    pub same_letter: Option<SameLetter>,
}

/// One outcome, opened.
#[derive(Clone, Debug)]
pub struct OutcomeRow {
    /// Its id.
    pub id: i64,
    /// The core's id of it.
    pub core_id: String,
    /// When it was kept.
    pub at: Timestamp,
    /// Its JSON.
    pub body: Bytes,
}

/// What kind of thing needs a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadKind {
    /// An event that the core does not take.
    Event,
    /// A submission that could not be mapped (认不出).
    Unmapped,
    /// A suspected re-used number (疑似编号复用).
    Held,
    /// Bytes that are no submission.
    Unreadable,
    /// A write-back that the far side does not take.
    WriteBack,
    /// A write-back of which nobody knows whether it arrived.
    Uncertain,
    /// A write-back that a person must carry to the far side's own pages.
    ByHand,
    /// A write-back that a person must look at before it leaves (待审签).
    Approval,
    /// The source asks where an answer stays that we owe it: what holds it up needs a person.
    Urged,
    /// An act about an item that did not come.
    Unmatched,
    /// A file that could not be fetched, or that a rule forbids (附件取不到).
    File,
    /// The core did with a part, or with a ticket that was split, what cannot be told to the source as it is (拆单).
    Part,
    /// An event that the core refuses because its order is closed: a person decides what becomes of it.
    Closed,
    /// A record of the core's list that is no outcome, or tells another one under a known id.
    Outcome,
    /// What came and is no submission by itself (未立件). It needs nobody: it is listed as ended from the first, and becomes a
    /// ticket where a person says so.
    Unticketed,
}

impl DeadKind {
    /// The kind of a stored number.
    pub fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Event,
            2 => Self::Unmapped,
            3 => Self::Held,
            5 => Self::WriteBack,
            6 => Self::Uncertain,
            7 => Self::ByHand,
            8 => Self::Approval,
            9 => Self::Urged,
            10 => Self::Unmatched,
            11 => Self::File,
            14 => Self::Part,
            20 => Self::Closed,
            22 => Self::Outcome,
            23 => Self::Unticketed,
            _ => Self::Unreadable,
        }
    }

    /// Its stored number.
    pub fn number(self) -> i64 {
        match self {
            Self::Event => 1,
            Self::Unmapped => 2,
            Self::Held => 3,
            Self::Unreadable => 4,
            Self::WriteBack => 5,
            Self::Uncertain => 6,
            Self::ByHand => 7,
            Self::Approval => 8,
            Self::Urged => 9,
            Self::Unmatched => 10,
            Self::File => 11,
            Self::Part => 14,
            Self::Closed => 20,
            Self::Outcome => 22,
            Self::Unticketed => 23,
        }
    }

    /// Whether it is about a write-back.
    pub fn is_homeward(self) -> bool {
        matches!(self, Self::WriteBack | Self::Uncertain | Self::ByHand | Self::Approval)
    }

    /// One stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Unmapped => "unmapped",
            Self::Held => "held",
            Self::Unreadable => "unreadable",
            Self::WriteBack => "write_back",
            Self::Uncertain => "uncertain",
            Self::ByHand => "by_hand",
            Self::Approval => "approval",
            Self::Urged => "urged",
            Self::Unmatched => "unmatched",
            Self::File => "file",
            Self::Part => "part",
            Self::Closed => "closed",
            Self::Outcome => "outcome",
            Self::Unticketed => "unticketed",
        }
    }
}

/// Which dead letters.
#[derive(Clone, Debug, Default)]
pub struct DeadQuery {
    /// One by its id.
    pub id: Option<i64>,
    /// Of one channel.
    pub channel: Option<u32>,
    /// Of one ticket, by its internal number.
    pub ticket: Option<i64>,
    /// Of these kinds; of all where there are none.
    pub kinds: Vec<DeadKind>,
    /// With those that have ended.
    pub ended: bool,
    /// At most so many.
    pub limit: usize,
    /// With bodies opened.
    pub open: bool,
}

/// One dead letter.
#[derive(Clone, Debug)]
pub struct DeadRow {
    /// Its id.
    pub id: i64,
    /// What it is.
    pub kind: DeadKind,
    /// The channel's id.
    pub channel: u32,
    /// The channel's code.
    pub channel_code: String,
    /// The tag under which it counts, where its channel brings the letters of several.
    pub tag: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// One stable word.
    pub reason: String,
    /// Attempts counted.
    pub attempts: u32,
    /// The ticket, if there is one.
    pub ticket: Option<TicketKey>,
    /// The source reference, where it is about a write-back.
    pub reference: Option<super::Reference>,
    /// The event's place, or the write-back's.
    pub n: Option<u32>,
    /// Of what kind the outcome is, where it is about a write-back.
    pub outcome: Option<OutcomeKind>,
    /// The deadline of the ticket, where it is about one.
    pub deadline: Option<Timestamp>,
    /// The version it is about.
    pub version: Option<i64>,
    /// The source's number, where the version has one.
    pub external_id: Option<String>,
    /// The source's own version, where the version has one.
    pub source_version: Option<String>,
    /// How and when it ended.
    pub ended: Option<(Timestamp, String)>,
    /// Opened details: what the far side said, or the folio of the version.
    pub body: Option<Bytes>,
}

/// One thing a person did.
#[derive(Clone, Debug)]
pub struct DeedRow {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
    /// About what.
    pub subject: String,
    /// Why.
    pub why: Option<String>,
}
