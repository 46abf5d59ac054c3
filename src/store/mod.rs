//! The store stands in the middle: what came, what is undone, and what people did, all in one commit.
//!
//! [`Store`] is what the gateway does, [`Desk`] what people do (who, when and why stand in the same
//! transaction), [`Archive`] is reading. Only `open` names a database.

mod alarms;
mod asked;
mod blind;
pub mod blobs;
mod carried;
mod clock;
mod closed;
mod deed;
mod errand;
mod facts;
mod feed;
mod files;
mod folio;
mod frozen;
mod handled;
mod homeward;
mod left;
mod notes;
mod open;
mod rations;
mod reading;
mod reckoning;
mod register;
mod schedule;
mod seal;
mod session;
mod sheets;
mod split;
mod sqlite;
#[cfg(test)]
mod suite;
mod types;
mod unticketed;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

pub use alarms::{AlarmChange, AlarmRow, AlarmTo, Alarms, CameRow, DoneRow, MessageRow, NewAlarm, OwedRow, Tells};
pub use asked::{AskedPage, CORE};
pub use blobs::{BlobReader, BlobWriter, Blobs, Content, upload};
pub use carried::{Carried, TryEnd, makes_pointless};
pub use clock::{Clock, Jump};
pub use closed::{Anew, Choice, ClosedOrder};
pub use deed::Deed;
pub use errand::{Errand, Far, Task};
pub use facts::{FactMatter, FactOutcome, FactPage, FactPlace, FactQuery, FactRow, Facts};
pub use feed::{Acknowledged, Feed, Offered, Refusal};
pub use files::{AnswerFile, Enclosed, Fetched, FileAbout, FileRow, FileState, Filed};
pub use folio::{BadFolio, Folio, Mapped};
pub use frozen::{Freezing, Frozen, FrozenKey, FrozenRow};
pub use handled::{Handled, Registration};
pub use homeward::{Again, Answer, Fact, Lane, LaneItem, Reference, ReferenceRow, Sign, Try, Unjoin};
pub use notes::{NewNote, NoteRow, Notes, ShiftRow};
pub use open::{Home, open};
pub use rations::Rations;
pub use reading::{
    Arrived, ChannelRow, DeadKind, DeadQuery, DeadRow, DeedRow, Due, DueCount, EventRow, OutcomeRow, Search, TagRow,
    Tagged, TicketRow, VersionRow,
};
pub use reckoning::{
    Asked, GapKind, GapRow, ItemPlace, ItemRow, Items, ItemsPage, Reckoning, Reckonings, SignedList, SignedRow,
};
pub use register::{NotRegistered, Register, Registered, Registry, WaitingCount, WaitingRow};
pub use schedule::{Claim, Lease, Schedule};
pub use seal::{Digest, Keys, Place, SealError};
pub use session::Sessions;
pub use sheets::{SheetPlan, Sheets};
pub use split::{NewPart, Split};
pub use types::{
    Acceptance, ActArrival, Alike, Arrival, Enrolled, FirstRun, Fresh, MappedKeys, NotAccepted, Outcome, Settlement,
    Standing, Stray, TicketKey, Verdict,
};
pub use unticketed::{About, UndeliveredArrival, UnticketedArrival};

/// Why the store did not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("database: {0}")]
    Database(Box<dyn std::error::Error + Send + Sync>),
    /// A sealed body does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store is closing.
    #[error("the store is closed")]
    Closed,
    /// Somebody else holds the data folder.
    #[error("the data folder is held by process {holder}")]
    Held {
        /// What the lock file says of the holder.
        holder: String,
    },
    /// A newer version of huiliu wrote this database.
    #[error("the database has schema {found}, this huiliu knows up to {known}; start the newer version again")]
    Newer {
        /// What was found.
        found: usize,
        /// What is known.
        known: usize,
    },
    /// What was asked for is not there.
    #[error("not found")]
    NotFound,
    /// What was asked cannot be done in the present state.
    #[error("{0}")]
    Refused(String),
    /// A file cannot be read or written.
    #[error("{path}: {why}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        why: std::io::Error,
    },
}

/// Who does something, and why; goes on record.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The Unix user, or the name of an API token.
    pub who: String,
    /// The reason given; may be personal, is sealed.
    pub why: Option<String>,
}

/// What became of an outcome that the core posted.
#[derive(Clone, Debug, PartialEq)]
pub enum OutcomeTaken {
    /// It is kept.
    New,
    /// It was kept before, with the same content.
    Repeat,
    /// The core's id was used before for other content.
    Conflict,
    /// The ticket is unknown; kept until this time (ms).
    UnknownTicket(i64),
}

/// How an unclean stop looked from outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unclean {
    /// The last sign of life (ms).
    pub from: i64,
    /// The present start (ms).
    pub to: i64,
    /// Errands found undone.
    pub undone: u64,
}

/// How many items a first run met.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct FirstRunCounts {
    /// All that wait.
    pub items: u64,
    /// Of these, older than the given time.
    pub old: u64,
    /// The oldest (ms).
    pub oldest: Option<i64>,
}

/// What the gateway does with a store.
#[async_trait]
pub trait Store:
    Desk + Archive + Registry + Feed + Sheets + Sessions + Facts + Frozen + Alarms + Reckonings + Notes + Rations
{
    /// The store's time.
    fn clock(&self) -> &Arc<Clock>;
    /// The keys to seal and blind with, in the caller's task.
    fn keys(&self) -> &Arc<Keys>;
    /// Where files lie.
    fn blobs(&self) -> &Arc<dyn Blobs>;
    /// Which errands are due.
    fn schedule(&self) -> &Arc<Schedule>;
    /// Reserves an id for a row whose body is sealed before the transaction.
    fn reserve(&self) -> i64;
    /// A deed of somebody's about `subject`, sealed for a transaction that writes it.
    fn deed(&self, actor: &Actor, what: &str, subject: &str) -> Result<Deed, SealError> {
        Deed::sealed(self.keys(), self.reserve(), actor, what, subject)
    }
    /// Makes a channel known, or finds it; one of a kind that polls gets its errand, and a first run if it was never polled.
    /// `sign` says who signs for what it brings.
    async fn enroll(&self, code: &str, namespace: &str, polled: bool, sign: Sign) -> Result<Enrolled, StoreError>;
    /// Takes submissions in: one transaction, on disk when this returns.
    async fn accept(&self, acceptance: Acceptance) -> Result<Vec<Verdict>, NotAccepted>;
    /// Ends a claim. Returns when it is ordered, not when it is on disk: the lease holds until then.
    async fn settle(&self, settlement: Settlement);
    /// Waits until all that was ordered is on disk.
    async fn flush(&self);
    /// The next undone event of each of these tickets, oldest first; none where nothing is undone.
    async fn next_events(&self, tickets: Vec<i64>) -> Result<HashMap<i64, Fresh>, StoreError>;
    /// The opened body of a version.
    async fn version_body(&self, version: i64) -> Result<Vec<u8>, StoreError>;
    /// The opened cursor and keepsake of a channel.
    async fn bookmarks(&self, channel: u32) -> Result<(Option<Vec<u8>>, Option<Vec<u8>>), StoreError>;
    /// How many items of a channel wait for the end of its first run; old ones are before `old_before`.
    async fn first_run(&self, channel: u32, old_before: i64) -> Result<FirstRunCounts, StoreError>;
    /// Ends a first run: a person is needed, or what waits is released.
    async fn end_first_run(&self, channel: u32, needs_person: bool) -> Result<u64, StoreError>;
    /// All that is to be carried to each of these sources, bodies opened; in the same order.
    async fn lanes(&self, references: Vec<Reference>) -> Vec<Result<Lane, StoreError>>;
    /// All that is to be carried to one source, bodies opened.
    async fn lane(&self, reference: Reference) -> Result<Lane, StoreError> {
        self.lanes(vec![reference]).await.pop().unwrap_or(Err(StoreError::NotFound))
    }
    /// Commits what is about to be sent to a far side; `parcel` is sealed for the reserved `id`. False if the lease is
    /// lost: then nothing may be sent.
    async fn begin(&self, lease: Lease, n: u32, id: i64, parcel: Vec<u8>) -> Result<bool, StoreError>;
    /// Keeps an outcome that the core told, and plants it for every source of its ticket. What concludes a part is planted
    /// once all parts are concluded, put together into one outcome `split:<ticket>:<n>` in the same transaction.
    async fn take_answer(&self, answer: Answer) -> Result<OutcomeTaken, StoreError>;
    /// The same for one without files, as stories tell it; `body` is sealed for the reserved `id`.
    #[cfg(test)]
    async fn take_outcome(
        &self,
        id: i64,
        core_id: String,
        digest: Digest,
        ticket: Option<crate::ticket::Spoken>,
        kind: huiliu_contract::OutcomeKind,
        body: Vec<u8>,
    ) -> Result<OutcomeTaken, StoreError> {
        self.take_answer(Answer { id, core_id, digest, ticket, kind, body, files: Vec::new(), deed: None }).await
    }
    /// Keeps what a page of the core's list led to, beside the outcomes that were taken of it: on disk when this returns. Its
    /// cursor and keepsake are read as those of channel [`CORE`]. Answers how many of its letters were not kept before.
    async fn keep_asked(&self, page: AskedPage) -> Result<usize, StoreError>;
    /// One file by its id, opened.
    async fn file(&self, id: i64) -> Result<FileRow, StoreError>;
    /// From now on events carry the bytes of their files to the core, and wait at most so long (ms) for those that are
    /// still being fetched; none: they carry links and wait for nothing, as at first.
    fn carry_files(&self, wait: Option<i64>);
    /// What event `n` of a claimed ticket carries: decided on disk before the first attempt, the same in all further ones.
    async fn enclose(&self, ticket: i64, n: u32) -> Result<Enclosed, StoreError>;
    /// The files of a version that is not, or not yet, of a ticket's text, in their order: what is known of each, and its
    /// blob if its bytes came along.
    async fn files_aside(&self, version: i64) -> Result<Vec<(FileAbout, Option<Digest>)>, StoreError>;
    /// Which of these blobs a row names.
    async fn named(&self, blobs: Vec<Digest>) -> Result<HashSet<Digest>, StoreError>;
    /// What the previous process left, if it did not stop cleanly.
    fn unclean(&self) -> Option<Unclean>;
    /// Forgets what has run out (once-tokens, outcomes of unknown tickets).
    async fn sweep(&self) -> Result<(), StoreError>;
}

/// What people do.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Puts something on record.
    async fn record(&self, actor: &Actor, what: &str, subject: &str) -> Result<(), StoreError>;
    /// Confirms a channel: what waits and is not older than `from` (ms) is released, the rest becomes historic.
    async fn go_live(&self, channel: u32, from: i64, actor: &Actor) -> Result<(u64, u64), StoreError>;
    /// Tries a dead event again; for an unmapped or held one the gateway maps anew first.
    async fn retry(&self, dead: i64, actor: &Actor) -> Result<(), StoreError>;
    /// Gives a dead letter up; its lane goes on.
    async fn drop_dead(&self, dead: i64, actor: &Actor) -> Result<(), StoreError>;
    /// Replaces the body of a dead event by what a person wrote, and tries it.
    async fn edit(&self, dead: i64, body: Vec<u8>, actor: &Actor) -> Result<(), StoreError>;
    /// Ends an unmapped dead letter after its version was mapped anew into `arrival`'s keys.
    async fn remap(&self, dead: i64, code: &str, arrival: Arrival, actor: &Actor) -> Result<Verdict, StoreError>;
    /// Decides about an event that the core refuses because its order is closed; tells the new ticket, where one is made.
    async fn choose(&self, dead: i64, choice: Choice, actor: &Actor) -> Result<Option<TicketKey>, StoreError>;
    /// Agrees to a write-back that waits for it; `wording` replaces its public text, the core's own is kept beside it.
    async fn agree(&self, dead: i64, wording: Option<String>, actor: &Actor) -> Result<(), StoreError>;
    /// Hands a write-back back to the core to be worded anew; `note` is what the event says, sealed for `id`.
    async fn hand_back(&self, dead: i64, id: i64, note: Vec<u8>, actor: &Actor) -> Result<(), StoreError>;
    /// Notes that a person carried a write-back to the far side, or saw that it is there (已回复).
    async fn done(&self, dead: i64, actor: &Actor) -> Result<(), StoreError>;
    /// Takes a road out of a ticket that it had joined (撤销并单): a ticket of its own from its versions. What was written
    /// back stays on record; the pair is never joined again.
    async fn unjoin(&self, reference: Reference, unjoin: Unjoin, actor: &Actor) -> Result<TicketKey, StoreError>;
    /// Splits a live, open ticket (拆单): each part is a ticket of its own under the whole's number, known by the whole's
    /// sources and answered through them once all parts are concluded. Answers the parts' numbers in order.
    async fn split(&self, ticket: i64, split: Split, actor: &Actor) -> Result<Vec<TicketKey>, StoreError>;
    /// Takes a letter that was copied into the core by hand as one that the core has: nothing is sent, and what the core tells
    /// of its number from now on goes home.
    async fn register_handled(&self, handled: Handled, actor: &Actor) -> Result<Registration, StoreError>;
    /// Keeps a named value of the house (token hashes).
    async fn keep_value(&self, name: &str, value: &str) -> Result<(), StoreError>;
}

/// Reading.
#[async_trait]
pub trait Archive: Send + Sync {
    /// The code of every channel that the store ever knew, and its id.
    async fn known_channels(&self) -> Result<Vec<(String, u32)>, StoreError>;
    /// The namespace under which a channel's items are remembered, if it has any and that is another one than this.
    async fn remembers_elsewhere(&self, code: &str, namespace: &str) -> Result<Option<String>, StoreError>;
    /// All channels the store ever knew, with their counts.
    async fn channels(&self) -> Result<Vec<ChannelRow>, StoreError>;
    /// Tickets that fit, newest first.
    async fn search(&self, search: Search) -> Result<Vec<TicketRow>, StoreError>;
    /// When a channel's last ticket came, of those that were received on this day or later.
    async fn last_item(&self, channel: u32, from: jiff::civil::Date) -> Result<Option<Timestamp>, StoreError>;
    /// Which of these numbers of a namespace are known, each with its ticket if it has one.
    async fn known(&self, namespace: u32, ids: Vec<String>) -> Result<HashMap<String, Option<TicketKey>>, StoreError>;
    /// Live tickets that are due, by deadline.
    async fn due(&self, due: Due) -> Result<Vec<TicketRow>, StoreError>;
    /// How many live tickets are due until a time, and how many of them are past theirs by now. Deadlines before `since`
    /// are not looked at, so that this stays cheap in a house of many years.
    async fn count_due(&self, since: Timestamp, now: Timestamp, until: Timestamp) -> Result<DueCount, StoreError>;
    /// Versions behind `after` that came at `since` or later, by whichever channel, oldest first, `limit` at most.
    async fn arrivals(&self, after: i64, since: Timestamp, limit: usize) -> Result<Vec<Arrived>, StoreError>;
    /// One ticket by its spoken number.
    async fn ticket(&self, number: crate::ticket::Spoken) -> Result<TicketRow, StoreError>;
    /// The parts of a ticket that was split, in order, bodies opened; none if it was not.
    async fn parts(&self, whole: i64) -> Result<Vec<TicketRow>, StoreError>;
    /// The versions of a ticket's source, oldest first, bodies opened; a part has its own.
    async fn versions(&self, ticket: i64) -> Result<Vec<VersionRow>, StoreError>;
    /// One event with all that its JSON is composed of, whatever its state.
    async fn event(&self, ticket: i64, n: u32) -> Result<Fresh, StoreError>;
    /// The events of a ticket, in order.
    async fn events(&self, ticket: i64) -> Result<Vec<EventRow>, StoreError>;
    /// Every source of a ticket; a part has those of its whole.
    async fn references(&self, ticket: i64) -> Result<Vec<ReferenceRow>, StoreError>;
    /// All that is to be carried to one source, bodies opened, as people read it.
    async fn carried(&self, reference: Reference) -> Result<Lane, StoreError>;
    /// The outcomes of a ticket, bodies opened.
    async fn outcomes(&self, ticket: i64) -> Result<Vec<OutcomeRow>, StoreError>;
    /// One file of a ticket by its place, from 0: of that version, or of the latest.
    async fn file_at(
        &self,
        ticket: crate::ticket::Spoken,
        version: Option<u32>,
        place: u32,
    ) -> Result<FileRow, StoreError>;
    /// One file, by its place from 0, of those that an event of a ticket added.
    async fn file_of_event(&self, ticket: crate::ticket::Spoken, n: u32, place: u32) -> Result<FileRow, StoreError>;
    /// What needs a person.
    async fn dead(&self, query: DeadQuery) -> Result<Vec<DeadRow>, StoreError>;
    /// What can be done about an event that the core refuses because its order is closed.
    async fn closed_order(&self, dead: i64) -> Result<ClosedOrder, StoreError>;
    /// What people did about a subject.
    async fn deeds(&self, subject: &str) -> Result<Vec<DeedRow>, StoreError>;
    /// A named value of the house.
    async fn value(&self, name: &str) -> Result<Option<String>, StoreError>;
}
