//! The way home (回传) in answers: what is carried to each source, and what waits for a person to agree.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DeadView, DeedView, TextView};
use crate::outgoing::Mark;

/// One source of a ticket, and what is carried to it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReferenceView {
    /// The channel's code.
    pub channel: String,
    /// The channel's name.
    pub channel_name: String,
    /// 来源编号.
    pub external_id: String,
    /// When it came to the ticket.
    pub since: Timestamp,
    /// When it ended there.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// `withdrawn`, `returned` or `unjoined`.
    #[serde(default)]
    pub ended_how: Option<String>,
    /// What is carried to it, in order.
    pub write_backs: Vec<WriteBackView>,
}

/// A ticket that was found, and what is said about it on the telephone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FoundView {
    /// As in the list.
    #[serde(flatten)]
    pub ticket: super::TicketView,
    /// The sentence, in both languages.
    pub said: super::TextView,
    /// Its sources, answered or not.
    pub sources: Vec<AnsweredView>,
    /// The parts that it was split into, as in the list.
    #[serde(default)]
    pub parts: Vec<super::TicketView>,
}

/// A source of a ticket, and whether it has its answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AnsweredView {
    /// The channel's code.
    pub channel: String,
    /// 来源编号.
    pub external_id: String,
    /// When a concluding outcome reached it; null while it has none.
    pub answered_at: Option<Timestamp>,
}

/// One outcome on its way to one source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WriteBackView {
    /// Its place in the lane, from 1.
    pub n: u32,
    /// What happened: [`huiliu_contract::OutcomeKind::word`].
    pub kind: String,
    /// How far it came: [`crate::store::Carried::word`].
    pub state: String,
    /// Since when.
    pub since: Timestamp,
    /// The place of what it waits for in the same lane; null if it waits for nothing there.
    pub waits_for: Option<u32>,
    /// The open dead letter that says what a person must do.
    pub dead: Option<i64>,
    /// Whether a person agreed to it.
    pub approved: bool,
    /// Whether a person worded its public text anew.
    pub reworded: bool,
    /// Attempts counted against it.
    pub attempts: u32,
    /// The place of what it tells again, because the source asked for the answer (再次答复).
    #[serde(default)]
    pub repeats: Option<u32>,
    /// The core's id of the outcome; null for our own signing.
    pub core_id: Option<String>,
    /// Every try, oldest first.
    pub tries: Vec<TryView>,
}

/// One try to tell a far side.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TryView {
    /// When it was begun.
    pub at: Timestamp,
    /// How it ended: `taken`, `refused`, `not_arrived` or `uncertain`; null while it is under way.
    pub end: Option<String>,
    /// What was sent, unmasked views only.
    pub sent: Option<String>,
    /// What was answered, unmasked views only.
    pub answered: Value,
}

/// One write-back that waits for a person to agree.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ApprovalView {
    /// As in the list of dead letters.
    #[serde(flatten)]
    pub dead: DeadView,
    /// How many things were found in its public text.
    pub findings: usize,
}

/// The same with all that a person needs to decide.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ApprovalDetail {
    /// As in the list of dead letters.
    #[serde(flatten)]
    pub dead: DeadView,
    /// Whether personal data is hidden.
    pub masked: bool,
    /// Exactly what will be sent.
    pub parcel: String,
    /// The public text in it; null where there is none.
    pub text: Option<String>,
    /// What was found in the public text; places are bytes of `text`.
    pub findings: Vec<Mark>,
    /// What waits behind it in the same lane.
    pub behind: Vec<Behind>,
    /// What people did about it.
    pub deeds: Vec<DeedView>,
}

/// A write-back that waits behind another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Behind {
    /// Its place in the lane.
    pub n: u32,
    /// What happened.
    pub kind: String,
    /// Since when it waits.
    pub since: Timestamp,
    /// By when it should be there.
    pub deadline: Option<Timestamp>,
}

/// A public text with what was found in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CheckedText {
    /// The text as it was given.
    pub text: String,
    /// What was found; places are bytes of `text`.
    pub findings: Vec<Mark>,
}

/// What became of a row of a sheet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BecameView {
    /// `taken`, `ready` (a dry run: it would be taken), `known` (told before), `unknown_ticket` or `refused`.
    pub state: String,
    /// 汇流编号 of its ticket.
    pub ticket: Option<String>,
    /// Why it was not taken.
    pub reason: Option<TextView>,
}
