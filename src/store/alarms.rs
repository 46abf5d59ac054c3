//! Alarms on disk: what is open, since when, who took it, and which messages have still to leave. All of it is clear: kinds,
//! codes, numbers, counts and times, never anything of a letter.

use async_trait::async_trait;
use huiliu_contract::OutcomeKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Actor, StoreError, TicketKey};
use crate::settings::AlarmKind;

/// One alarm.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AlarmRow {
    /// Its number.
    pub id: i64,
    /// Its kind.
    pub kind: AlarmKind,
    /// What it is about; of one kind and subject at most one is open.
    pub subject: String,
    /// Since when.
    pub since: Timestamp,
    /// How grave it is now, in numbers of its kind.
    pub weight: u64,
    /// How grave it was when it was last told.
    pub told_weight: u64,
    /// What is said of it, as JSON.
    pub about: String,
    /// Up to which version of a letter it knows; 0 where it is about no letter.
    pub mark: i64,
    /// How often it was told.
    pub sent: u32,
    /// When it was told first.
    pub first_sent: Option<Timestamp>,
    /// When it was told last.
    pub sent_at: Option<Timestamp>,
    /// When the second level was told first.
    pub second_at: Option<Timestamp>,
    /// Who took it, and when.
    pub taken: Option<(Timestamp, String)>,
    /// Until when it is snoozed.
    pub snoozed_until: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// An alarm that is to be raised.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NewAlarm {
    /// Its kind.
    pub kind: AlarmKind,
    /// What it is about.
    pub subject: String,
    /// Since when.
    pub since: Timestamp,
    /// How grave it is.
    pub weight: u64,
    /// What is said of it, as JSON.
    pub about: String,
    /// The version of a letter that raises it; 0 where it is about no letter.
    pub mark: i64,
}

/// What a message tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tells {
    /// That something is wrong, or still is.
    Alarm,
    /// That it is over.
    Mended,
    /// The daily digest.
    Digest,
}

impl Tells {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Mended => "mended",
            Self::Digest => "digest",
        }
    }

    /// That of a word.
    pub fn of(word: &str) -> Self {
        match word {
            "mended" => Self::Mended,
            "digest" => Self::Digest,
            _ => Self::Alarm,
        }
    }
}

/// Where a message goes: an outlet, and the place of the number among its own, from 0.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct AlarmTo {
    /// The outlet's name.
    pub outlet: String,
    /// The place of the number; 0 where it has none.
    pub place: u32,
}

/// A message that has still to leave: at most one an alarm and address, the latest.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MessageRow {
    /// The alarm; 0 for the digest.
    pub alarm: i64,
    /// Where it goes.
    pub to: AlarmTo,
    /// What it tells.
    pub tells: Tells,
    /// Which telling of the alarm it is; of the digest, its day as a number.
    pub n: i64,
    /// When it is tried next.
    pub due: Timestamp,
    /// Attempts that failed.
    pub attempts: u32,
}

impl MessageRow {
    /// The same in every attempt, so that whoever gets it twice can tell.
    pub fn key(&self) -> String {
        format!("{}-{}-{}", self.tells.word(), self.alarm, self.n)
    }
}

/// One change of the board; all of a step are written in one transaction.
#[derive(Clone, PartialEq, Debug)]
pub enum AlarmChange {
    /// An alarm is raised. Where one of its kind and subject is open, or a letter's version was known, nothing is.
    Raise(NewAlarm),
    /// It lasts, and this is how it looks now.
    Lasts {
        /// Which.
        id: i64,
        /// How grave it is.
        weight: u64,
        /// What is said of it.
        about: String,
    },
    /// It is told now.
    Tell {
        /// Which.
        id: i64,
        /// Whether the second level is told too.
        second: bool,
        /// To whom.
        to: Vec<AlarmTo>,
    },
    /// The second level is told of it for the first time; the first level's time goes on as it was.
    Second {
        /// Which.
        id: i64,
        /// To whom.
        to: Vec<AlarmTo>,
    },
    /// It is over.
    End {
        /// Which.
        id: i64,
        /// Who is told that.
        to: Vec<AlarmTo>,
    },
}

/// A write-back that has still to go, or needs a person.
#[derive(Clone, PartialEq, Debug)]
pub struct OwedRow {
    /// The channel's code.
    pub channel: String,
    /// The ticket.
    pub ticket: TicketKey,
    /// What is to be carried.
    pub kind: OutcomeKind,
    /// Since when.
    pub since: Timestamp,
    /// By when the ticket is to be answered; the road's own deadline where it has one.
    pub deadline: Timestamp,
    /// Whether it waits for a person.
    pub person: bool,
}

/// A version of a letter that came, for whoever looks at it once more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CameRow {
    /// The version.
    pub version: i64,
    /// The channel's code.
    pub channel: String,
    /// The ticket; none where it has none yet.
    pub ticket: Option<TicketKey>,
    /// Whether it is of a ticket that is older than the channel's start.
    pub historic: bool,
}

/// What a channel did in a stretch of time.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct DoneRow {
    /// Its code.
    pub channel: String,
    /// Tickets that came.
    pub came: u64,
    /// Tickets that the core took.
    pub forwarded: u64,
    /// Tickets that were concluded.
    pub concluded: u64,
}

/// Alarms.
#[async_trait]
pub trait Alarms: Send + Sync {
    /// Those that are open, the oldest first; with those that ended too, the latest first, `limit` at most.
    async fn alarms(&self, ended: bool, limit: usize) -> Result<Vec<AlarmRow>, StoreError>;
    /// One by its number.
    async fn alarm(&self, id: i64) -> Result<AlarmRow, StoreError>;
    /// Writes what a step of the board decided.
    async fn keep_alarms(&self, changes: Vec<AlarmChange>) -> Result<(), StoreError>;
    /// Somebody takes an alarm; on record.
    async fn take_alarm(&self, id: i64, who: &str, actor: &Actor) -> Result<AlarmRow, StoreError>;
    /// Somebody snoozes an alarm; on record.
    async fn snooze_alarm(&self, id: i64, until: Timestamp, actor: &Actor) -> Result<AlarmRow, StoreError>;
    /// Plants the digest of a day, once: true if it was not planted before.
    async fn plant_digest(&self, day: i64, to: Vec<AlarmTo>) -> Result<bool, StoreError>;
    /// All messages that have still to leave.
    async fn messages(&self) -> Result<Vec<MessageRow>, StoreError>;
    /// A message left. One that follows it in its place stays.
    async fn message_left(&self, message: MessageRow) -> Result<(), StoreError>;
    /// A message did not leave, and is tried again then; none gives it up, for its outlet is gone.
    async fn message_stays(&self, message: MessageRow, due: Option<Timestamp>) -> Result<(), StoreError>;
    /// Those of one kind and subject, the latest first, ended ones among them.
    async fn alarms_of(&self, kind: AlarmKind, subject: &str) -> Result<Vec<AlarmRow>, StoreError>;
    /// What each channel did in a stretch of time, with live tickets; of channels that did nothing, none.
    async fn accomplished(&self, from: Timestamp, to: Timestamp) -> Result<Vec<DoneRow>, StoreError>;
    /// Write-backs of live tickets that have still to go and whose deadline lies at `until` or before.
    async fn owed(&self, until: Timestamp) -> Result<Vec<OwedRow>, StoreError>;
    /// Versions behind `after` that came at `since` or later, oldest first, `limit` at most.
    async fn came(&self, after: i64, since: Timestamp, limit: usize) -> Result<Vec<CameRow>, StoreError>;
}
