//! Events (流转消息): what the core is told about a ticket, in order. The body of an event is composed
//! around the bytes of the draft as they were stored, so that a stored draft is never parsed to be sent.

use huiliu_contract::OutcomeKind;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use super::file::FileDetail;
use super::file::names_own;
use super::{Act, Draft, SameLetter, SourceRef, Spoken, Ticket};

/// What happened to a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// It is new (新件).
    New,
    /// The source changed it (更正); the data is the whole ticket as it now is.
    Revised,
    /// The upper level decided about a 退单 or 延期 of ours, or about our answer (审批结果); `detail` says how.
    Decided,
    /// The upper level sent the matter back to be done again (退回重办); the ticket is open again.
    Redo,
    /// A person of the house handed a public text back to be worded anew; nothing of it left. `detail` says why.
    HandedBack,
    /// The citizen added something (补充); `detail` says what.
    Supplemented,
    /// It is asked where the answer stays (催办).
    Urged,
    /// The upper level supervises the handling (督办).
    Supervised,
    /// The citizen took it back (撤诉).
    Withdrawn,
    /// The upper level took it back (上级收回).
    Recalled,
    /// The citizen rated the handling (评价).
    Rated,
    /// The same letter came by another road (并单); `detail` says by which, and what it says there.
    Joined,
    /// A person took a road out again (撤销并单); `detail` names the ticket that it is now.
    Unjoined,
    /// A person split it (拆单): each matter is a ticket of its own from now on, and `detail` names these parts. The letter
    /// is answered once all of them are concluded; an outcome of this ticket that concludes it is its answer at once.
    Split,
    /// A file that was named by a link is here, or will not come (附件); `detail` says which, and how it stands.
    File,
}

impl EventKind {
    /// Every kind.
    pub(super) const ALL: [Self; 15] = [
        Self::New,
        Self::Revised,
        Self::Decided,
        Self::Redo,
        Self::HandedBack,
        Self::Supplemented,
        Self::Urged,
        Self::Supervised,
        Self::Withdrawn,
        Self::Recalled,
        Self::Rated,
        Self::Joined,
        Self::Unjoined,
        Self::Split,
        Self::File,
    ];

    /// The event that an act becomes on the ticket that it is about.
    pub fn of_act(act: Act) -> Self {
        match act {
            Act::New => Self::New,
            Act::Supplement => Self::Supplemented,
            Act::Urge => Self::Urged,
            Act::Supervise => Self::Supervised,
            Act::Redo => Self::Redo,
            Act::Withdraw => Self::Withdrawn,
            Act::Recall => Self::Recalled,
            Act::Decision => Self::Decided,
            Act::Rating => Self::Rated,
        }
    }

    /// Its name in code, logs and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Revised => "revised",
            Self::Decided => "decided",
            Self::Redo => "redo",
            Self::HandedBack => "handed_back",
            Self::Supplemented => "supplemented",
            Self::Urged => "urged",
            Self::Supervised => "supervised",
            Self::Withdrawn => "withdrawn",
            Self::Recalled => "recalled",
            Self::Rated => "rated",
            Self::Joined => "joined",
            Self::Unjoined => "unjoined",
            Self::Split => "split",
            Self::File => "file",
        }
    }

    /// Reads a name that [`EventKind::name`] gave.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What stands around the draft in an event: everything the store keeps outside the sealed body.
#[derive(Clone, Debug)]
pub struct EventHead<'a> {
    /// What happened.
    pub event: EventKind,
    /// The ticket.
    pub ticket: Spoken,
    /// The event's place in the ticket's lane, from 1, without gaps.
    pub sequence: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// The channel that caused it.
    pub channel: &'a str,
    /// The number that channel's source gave.
    pub external_id: &'a str,
    /// What it says besides the ticket, as JSON.
    pub detail: Option<&'a [u8]>,
    /// The ticket's version that the draft is.
    pub version: u32,
    /// When the gateway first received the ticket.
    pub received_at: Timestamp,
    /// The ticket's source references as of this version.
    pub sources: &'a [SourceRef],
}

/// An event as the core reads it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// What happened.
    pub event: EventKind,
    /// The ticket's spoken number (汇流编号).
    pub ticket: Spoken,
    /// The event's place in the ticket's lane, from 1, without gaps.
    #[schemars(range(min = 1))]
    pub sequence: u64,
    /// `<ticket>-<sequence>`, the same in every attempt: whoever has it already, has this event already.
    pub idempotency_key: String,
    /// When it was committed.
    pub at: Timestamp,
    /// Code of the channel that caused it.
    pub channel: String,
    /// The number that channel's source gave (来源编号).
    pub external_id: String,
    /// What it says besides the ticket: of which outcome it speaks, what was decided, and why; or how a file stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
    /// The ticket as it was at this event.
    pub data: Ticket,
}

/// What an event says besides the ticket: of an outcome, of an act, of another road, or of a file.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Detail {
    /// Of which of the core's outcomes it speaks, by the core's own id of it; `split:<ticket>:<n>` is one that was put
    /// together from those of the ticket's parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Of what kind that outcome was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OutcomeKind>,
    /// Which file, and how it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileDetail>,
    /// What the source asked for, where the event comes of an act (来件性质).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// The number of the earlier item that the act is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Code of the channel by which it came, where that is not the one that opened the ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The number that this channel's source gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The other ticket that the event speaks of: the same letter, what was joined with this one before, or the whole
    /// that this ticket is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Spoken>,
    /// By what it is, or looks like, the same letter as that of the other ticket or road, and why it did not join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_letter: Option<SameLetter>,
    /// The parts that the ticket was split into (拆单).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Spoken>,
    /// What the act, or the other road, says; mapped like a letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Box<Draft>>,
    /// By when the matter is to be done from now on, where this event opens the ticket again: it replaces the deadline in the
    /// ticket's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// What was decided about it: `approved` or `refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Why, as it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl std::fmt::Debug for Detail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Detail").field("kind", &self.kind).field("decision", &self.decision).finish_non_exhaustive()
    }
}

/// The bytes given as a draft are no JSON object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the stored draft is no JSON object")]
pub struct NotADraft;

/// The idempotency key of an event: `<ticket>-<sequence>`. Keys of different events differ, of a whole and its parts too:
/// the key of a part's event has one dash more.
pub fn idempotency_key(ticket: Spoken, sequence: u64) -> String {
    format!("{ticket}-{sequence}")
}

#[derive(Serialize)]
struct Front<'a> {
    event: EventKind,
    ticket: Spoken,
    sequence: u64,
    idempotency_key: String,
    at: Timestamp,
    channel: &'a str,
    external_id: &'a str,
}

#[derive(Serialize)]
struct TicketFront<'a> {
    number: Spoken,
    version: u32,
    received_at: Timestamp,
    sources: &'a [SourceRef],
}

/// Writes an [`Event`] as JSON around the bytes of a serialised [`super::Draft`], which are copied, not parsed.
///
/// Only the outermost braces of `draft_json` are looked at; that it is a draft is the word of whoever
/// serialised and sealed it. A draft with files that the gateway keeps is read and written anew: only here is it known
/// under which number they are handed out.
pub fn compose(head: &EventHead<'_>, draft_json: &[u8]) -> Result<Vec<u8>, NotADraft> {
    let spelt = with_urls(head, draft_json);
    let draft_json = spelt.as_deref().unwrap_or(draft_json);
    let inner = draft_json.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).ok_or(NotADraft)?;
    let mut out = Vec::with_capacity(draft_json.len() + 512 + 160 * head.sources.len());
    let front = Front {
        event: head.event,
        ticket: head.ticket,
        sequence: head.sequence,
        idempotency_key: idempotency_key(head.ticket, head.sequence),
        at: head.at,
        channel: head.channel,
        external_id: head.external_id,
    };
    let ticket = TicketFront {
        number: head.ticket,
        version: head.version,
        received_at: head.received_at,
        sources: head.sources,
    };
    serde_json::to_writer(&mut out, &front).map_err(|_| NotADraft)?;
    out.pop();
    if let Some(detail) = head.detail {
        out.extend_from_slice(b",\"detail\":");
        out.extend_from_slice(detail);
    }
    out.extend_from_slice(b",\"data\":");
    serde_json::to_writer(&mut out, &ticket).map_err(|_| NotADraft)?;
    if !inner.is_empty() {
        out.pop();
        out.push(b',');
        out.extend_from_slice(inner);
        out.push(b'}');
    }
    out.push(b'}');
    Ok(out)
}

/// The draft with the places of its files written out; none where it has no file of ours.
fn with_urls(head: &EventHead<'_>, draft_json: &[u8]) -> Option<Vec<u8>> {
    if !names_own(draft_json) {
        return None;
    }
    let mut draft: super::Draft = serde_json::from_slice(draft_json).ok()?;
    draft.files.iter_mut().for_each(|file| file.spell_own(head.ticket, head.version));
    serde_json::to_vec(&draft).ok()
}
