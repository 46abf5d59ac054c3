//! What answers hold, with the field names that `--json` promises. A field may be added; none is renamed or removed.
//! Times are instants in UTC here; screens show them in the site's zone.

mod back;
mod channel;
mod handed;
mod handover;
mod login;
mod reload;
mod status;

pub use back::{
    AnsweredView, ApprovalDetail, ApprovalView, BecameView, Behind, CheckedText, FoundView, ReferenceView, TryView,
    WriteBackView,
};
pub use channel::{AlarmView, PulseView, RoutedView, UnexpectedView, WentLive};
pub use handed::{HandedRowView, HandedView};
pub use handover::{DeadGroup, DeafView, HandoverView, ShiftView};
pub use login::{LoginAlarm, LoginAnswered, LoginView, PictureView};
pub use reload::{MistakeView, ReloadReport, WrongChannel};
pub use status::StatusView;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::NoteView;
use super::control::FarStatus;
use crate::ticket::SameLetter;

/// A channel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ChannelView {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Former names.
    pub aliases: Vec<String>,
    /// `off`, `trial`, `live`, `mend` (off, because its file is wrong) or `retired` (no longer configured).
    pub state: String,
    /// The connector kind.
    pub kind: Option<String>,
    /// Items older than this day are only known.
    pub start_from: Option<Date>,
    /// When the store first knew it; null if it has never run.
    pub known_since: Option<Timestamp>,
    /// `underway`, `needs_go_live` or `through`; null if it has never run.
    pub first_run: Option<String>,
    /// From when on a person confirmed it.
    pub live_from: Option<Timestamp>,
    /// When it was last asked with success.
    pub last_poll: Option<Timestamp>,
    /// When its last ticket came.
    pub last_item: Option<Timestamp>,
    /// Its tickets.
    pub tickets: TicketCounts,
    /// Its open dead letters.
    pub dead: u64,
    /// The channels whose letters it brings under tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routed: Vec<RoutedView>,
    /// The far side, while a daemon runs.
    pub far: Option<FarStatus>,
    /// How its login stands, where people use its account too, while a daemon runs.
    #[serde(default)]
    pub login: Option<LoginView>,
    /// What is wrong with its file.
    pub mistakes: Vec<TextView>,
    /// Whether what usually comes does.
    #[serde(flatten)]
    pub pulse: PulseView,
}

/// One channel with all that is known of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ChannelDetail {
    /// As in the list.
    #[serde(flatten)]
    pub channel: ChannelView,
    /// Whose memory of numbers it shares.
    pub namespace: Option<String>,
    /// All settings.
    pub settings: Value,
    /// What people did about it.
    pub deeds: Vec<DeedView>,
}

/// Tickets by standing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct TicketCounts {
    /// In operation.
    pub live: u64,
    /// Of a trial.
    pub trial: u64,
    /// Older than the channel's start.
    pub historic: u64,
    /// Waiting for the end of a first run.
    pub waiting: u64,
}

/// A text in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Text")]
pub struct TextView {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One ticket of a list. Masked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TicketView {
    /// 汇流编号.
    pub number: String,
    /// The channel's code.
    pub channel: String,
    /// The name of the channel under which it counts.
    pub channel_name: String,
    /// The tag that says so, where one channel brings the letters of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// 来源编号.
    pub external_id: String,
    /// 热线工单号.
    pub core_number: Option<String>,
    /// When the core first took it.
    pub core_accepted_at: Option<Timestamp>,
    /// The title, masked.
    pub title: Option<String>,
    /// `live`, `trial`, `historic` or `waiting`.
    pub standing: String,
    /// When it came.
    pub received_at: Timestamp,
    /// When the citizen submitted it.
    pub submitted_at: Option<Timestamp>,
    /// By when it is to be done.
    pub deadline: Option<Timestamp>,
    /// The category.
    pub category: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The latest version.
    pub version: u32,
    /// Events planned.
    pub events: u32,
    /// Events settled, in order.
    pub sent: u32,
    /// The dead letter that its events wait behind.
    pub stuck: Option<i64>,
    /// When the core told that it is done with; null while it is open, or open again.
    #[serde(default)]
    pub concluded_at: Option<Timestamp>,
    /// How often it was to be done again (发回重办).
    #[serde(default)]
    pub redone: u32,
    /// When it was opened again last; null if it never was.
    #[serde(default)]
    pub reopened_at: Option<Timestamp>,
}

/// The whole life of one ticket.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Life {
    /// As in a list.
    pub ticket: TicketView,
    /// Whether personal data is hidden.
    pub masked: bool,
    /// The unified form as it now is.
    pub draft: Value,
    /// What came, oldest first.
    pub versions: Vec<VersionView>,
    /// What the core is told, in order.
    pub events: Vec<EventView>,
    /// What the core told us.
    pub outcomes: Vec<OutcomeView>,
    /// What is carried to each of its sources.
    #[serde(default)]
    pub references: Vec<ReferenceView>,
    /// The ticket that it is a part of (拆单); null if it is a whole one.
    #[serde(default)]
    pub whole: Option<String>,
    /// The parts that it was split into, in order.
    #[serde(default)]
    pub parts: Vec<TicketView>,
    /// What needed a person.
    pub dead: Vec<DeadView>,
    /// What people did, oldest first.
    pub deeds: Vec<DeedView>,
    /// What people noted (备注), oldest first.
    #[serde(default)]
    pub notes: Vec<NoteView>,
}

/// One version of a submission.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VersionView {
    /// Its place, from 1.
    pub n: u32,
    /// When it came.
    pub received_at: Timestamp,
    /// What was decided: `taken`, `unmapped`, `held` or `older`.
    pub state: String,
    /// The source's own version.
    pub source_version: Option<String>,
    /// Media type of the raw form.
    pub media_type: String,
    /// Length of the raw form in bytes.
    pub bytes: usize,
    /// The raw form (原文), unmasked views only; bytes that are no text are shown as U+FFFD.
    pub raw: Option<String>,
    /// What the mapping made of it; null if it could not be mapped.
    pub draft: Value,
    /// Why it could not be mapped.
    pub reasons: Value,
}

/// One event and its delivery.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EventView {
    /// Its place in the ticket's lane.
    pub n: u32,
    /// `new`, `revised`, `decided`, `redo` or `handed_back`.
    pub kind: String,
    /// When it was committed.
    pub at: Timestamp,
    /// `waiting`, `behind` (an earlier one needs a person), `dead`, `forwarded`, `edited` or `dropped`.
    pub state: String,
    /// `<ticket>-<n>`: what the core knows it by.
    pub idempotency_key: String,
    /// The other ticket that it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// By what that one's letter is, or looks like, the same, and why it did not join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_letter: Option<SameLetter>,
}

/// One outcome.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OutcomeView {
    /// The core's id of it.
    pub core_id: String,
    /// When it was kept.
    pub at: Timestamp,
    /// What happened: [`huiliu_contract::OutcomeKind::word`]; null where its content cannot be read.
    #[serde(default)]
    pub kind: Option<String>,
    /// Satisfaction as it was said.
    #[serde(default)]
    pub satisfaction: Option<String>,
    /// The level it stands for: [`huiliu_contract::Satisfaction::word`]; null where nobody said what the word means.
    #[serde(default)]
    pub satisfaction_level: Option<String>,
    /// Its content, unmasked views only.
    pub body: Value,
}

/// One dead letter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeadView {
    /// Its number.
    pub id: i64,
    /// `event`, `unmapped`, `held`, `unreadable`, `write_back`, `uncertain`, `by_hand`, `approval`,
    /// `urged`, `unmatched`, `file` or `closed` (the core's order is closed: a person decides).
    pub kind: String,
    /// The channel's code.
    pub channel: String,
    /// The channel's name.
    pub channel_name: String,
    /// Since when.
    pub since: Timestamp,
    /// One stable word.
    pub reason: String,
    /// Attempts counted.
    pub attempts: u32,
    /// 汇流编号, where there is a ticket.
    pub ticket: Option<String>,
    /// The event's place.
    pub event: Option<u32>,
    /// The write-back's place in its source's lane.
    #[serde(default)]
    pub write_back: Option<u32>,
    /// Of what kind the outcome is that is to be written back.
    #[serde(default)]
    pub outcome: Option<String>,
    /// By when its ticket is to be done.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
    /// 来源编号.
    pub external_id: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// `retried`, `edited`, `remapped`, `dropped`, `agreed`, `handed_back`, `done` or `overtaken`.
    pub ended_how: Option<String>,
}

/// One dead letter with what lies in it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeadDetail {
    /// As in the list.
    #[serde(flatten)]
    pub dead: DeadView,
    /// Whether personal data is hidden.
    pub masked: bool,
    /// Of what kind the event is, where the core refuses it because its order is closed.
    #[serde(default)]
    pub event_kind: Option<String>,
    /// What a person can decide about it then: `answer_again`, `new_ticket`, `reopened` or `drop`, the likeliest first.
    #[serde(default)]
    pub choices: Vec<String>,
    /// What the far side said, or why the mapping failed; in masked views numbers are hidden, and the far
    /// side's own words are left out.
    pub details: Value,
    /// The raw form, unmasked views only.
    pub raw: Option<String>,
    /// What people did about it.
    pub deeds: Vec<DeedView>,
}

/// One thing that a person did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeedView {
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

/// One errand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ErrandView {
    /// `poll`, `forward` or `write_back`.
    pub task: String,
    /// `channel:<code>` or `ticket:<number>`.
    pub subject: String,
    /// `due`, `underway`, or `waiting` until `due`.
    pub state: String,
    /// When it is due, if later.
    pub due: Option<Timestamp>,
    /// Attempts counted.
    pub attempts: u32,
    /// Since when its far side is left alone.
    pub held_since: Option<Timestamp>,
}

/// What became of a dead letter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeadEnded {
    /// Its number.
    pub id: i64,
    /// `retried`, `edited`, `remapped`, `dropped`, `agreed`, `handed_back` or `done`.
    pub how: String,
    /// What it was, as in the list.
    #[serde(default)]
    pub kind: String,
    /// The ticket it belongs to, where there is one now.
    pub ticket: Option<String>,
    /// After mapping anew: [`huiliu_contract::What::word`].
    pub what: Option<String>,
}

/// Who set a secret last.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SecretView {
    /// Its name.
    pub name: String,
    /// Who set it last; null if nobody did by command.
    pub who: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}
