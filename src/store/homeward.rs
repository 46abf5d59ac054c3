//! The words of the way home: source references, what is to be carried to each, and every try to do so.

use bytes::Bytes;
use huiliu_contract::{Enclosure, ExternalId, OutcomeKind};

use super::{Carried, TicketKey, TryEnd, makes_pointless};
use crate::ticket::EventKind;

/// Names one source reference. Its channel stands in front, so that whoever holds one knows the far side; behind it
/// the number of the ticket that it opened, or, if it joined one, that of the version by which it did.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Reference(i64);

const BEHIND: u32 = 40;
const JOINED: i64 = 1 << (BEHIND - 1);

impl Reference {
    /// The reference that opened a ticket.
    pub fn own(channel: u32, ticket: i64) -> Self {
        Self(i64::from(channel) << BEHIND | ticket)
    }

    /// A reference that joined a ticket by this version.
    pub fn joined(channel: u32, version: i64) -> Self {
        Self(i64::from(channel) << BEHIND | JOINED | version)
    }

    /// Of a stored number.
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// As it is stored.
    pub fn number(self) -> i64 {
        self.0
    }

    /// The channel's id in the store.
    pub fn channel(self) -> u32 {
        u32::try_from(self.0 >> BEHIND).unwrap_or(u32::MAX)
    }

    /// The ticket that it opened; none if it joined one.
    pub fn opened(self) -> Option<i64> {
        (self.0 & JOINED == 0).then_some(self.0 & (JOINED - 1))
    }
}

/// One try to tell a far side: committed before anything was sent, and thereby the proof of it.
#[derive(Clone, Debug)]
pub struct Try {
    /// Its id.
    pub id: i64,
    /// When it was begun (ms).
    pub at: i64,
    /// How it ended; none while it is under way, or since the process died in it.
    pub end: Option<TryEnd>,
    /// What was sent, opened.
    pub parcel: Bytes,
    /// What was answered, opened.
    pub answer: Option<Bytes>,
}

/// An outcome as the core told it, ready for the transaction.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The reserved id of its row; the body is sealed for it.
    pub id: i64,
    /// The core's own id of it.
    pub core_id: String,
    /// Keyed digest of what it says, its files included: the same again is the same outcome.
    pub digest: super::Digest,
    /// The ticket it is about.
    pub ticket: Option<crate::ticket::Spoken>,
    /// What happened.
    pub kind: OutcomeKind,
    /// The sealed outcome.
    pub body: Vec<u8>,
    /// The files that it brings.
    pub files: Vec<super::AnswerFile>,
    /// What a person did by it; written where it is.
    pub deed: Option<super::Deed>,
}

/// One outcome in a reference's lane.
#[derive(Clone, Debug)]
pub struct LaneItem {
    /// Its place, from 1.
    pub n: u32,
    /// What happened.
    pub kind: OutcomeKind,
    /// How far it came.
    pub state: Carried,
    /// Since when (ms).
    pub since: i64,
    /// Whether a person looked at it and agreed.
    pub approved: bool,
    /// Attempts counted against it.
    pub attempts: u32,
    /// The core's own id of the outcome; none where it is our own signing.
    pub core_id: Option<String>,
    /// The core's outcome as JSON, opened; none where it is our own signing.
    pub outcome: Option<Bytes>,
    /// The files that the core gave along with it.
    pub files: Vec<Enclosure>,
    /// The public text as a person worded it anew.
    pub wording: Option<String>,
    /// The place of what it tells again, because the source asked where the answer stays (再次答复).
    pub repeats: Option<u32>,
    /// Every try, oldest first.
    pub tries: Vec<Try>,
}

/// All that is to be carried to one source, in the order in which the store took it.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The reference.
    pub reference: Reference,
    /// Its ticket.
    pub ticket: TicketKey,
    /// The number the source gave.
    pub external_id: ExternalId,
    /// The ticket's latest draft as JSON.
    pub draft: Bytes,
    /// What rules read of that version, as JSON.
    pub document: Bytes,
    /// When the ticket was opened again last (ms): what was told before no longer stands.
    pub reopened_at: Option<i64>,
    /// The items.
    pub items: Vec<LaneItem>,
}

impl Lane {
    /// What rules read of the source's letter; none if it is no document.
    pub fn document(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.document).ok()
    }

    /// Whether something later in the lane makes the item at this index pointless.
    pub fn is_passed(&self, at: usize) -> bool {
        let Some((item, later)) = self.items.get(at..).and_then(<[LaneItem]>::split_first) else { return false };
        later.iter().any(|later| {
            matches!(later.state, Carried::Waiting | Carried::Settled | Carried::Review)
                && makes_pointless(later.kind, item.kind)
        })
    }

    /// Whether the item at this index is told again by a later one: that one tells what the far side thinks of both.
    pub fn is_repeated(&self, at: usize) -> bool {
        let Some((item, later)) = self.items.get(at..).and_then(<[LaneItem]>::split_first) else { return false };
        later.iter().any(|later| later.repeats == Some(item.n) && (!later.state.is_final() || later.state.was_told()))
    }

    /// The earliest item that one which still has to go waits for, by its place; none if it may go now.
    pub fn waits_for(&self, n: u32) -> Option<u32> {
        let at = self.items.iter().position(|item| item.n == n && item.state == Carried::Waiting)?;
        let blocks = |(at, item): &(usize, &LaneItem)| {
            let passed = self.is_passed(*at) || item.state == Carried::Review && self.is_repeated(*at);
            item.state == Carried::Waiting || !item.state.is_final() && !passed
        };
        self.items[..at].iter().enumerate().find(blocks).map(|(_, item)| item.n)
    }
}

/// What a worker found out about a lane; all of it is written in one transaction.
#[derive(Debug)]
pub enum Fact {
    /// An item came to a state.
    State {
        /// Which item.
        n: u32,
        /// The state.
        state: Carried,
    },
    /// Attempts counted against an item.
    Attempts {
        /// Which item.
        n: u32,
        /// How many.
        attempts: u32,
    },
    /// A person must do something about an item.
    Person {
        /// Which item.
        n: u32,
        /// What sort of thing.
        kind: super::DeadKind,
        /// One stable word.
        reason: &'static str,
        /// The reserved id of the dead letter.
        id: i64,
        /// Its sealed details.
        body: Vec<u8>,
    },
    /// A try ended.
    Tried {
        /// Which.
        id: i64,
        /// How.
        end: TryEnd,
        /// The sealed answer.
        answer: Option<Vec<u8>>,
    },
    /// The core must hear of it: an event on the ticket.
    Event {
        /// What happened.
        kind: EventKind,
        /// The reserved id of the note.
        id: i64,
        /// The sealed details.
        body: Vec<u8>,
        /// By when it is to be done from now on (ms), where the event opens the ticket again.
        deadline: Option<i64>,
    },
    /// The upper level took the matter back (退单 granted): this source is owed nothing more.
    Returned,
}

/// When a lane is looked at again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Again {
    /// At once.
    Now,
    /// At this time (ms).
    At(i64),
    /// When something is planted for it.
    Never,
}

/// Who signs for what came (签收), and when.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Sign {
    /// Nobody but the core.
    #[default]
    Never,
    /// We, as soon as it is stored.
    Stored,
    /// We, as soon as the core has it.
    CoreAccepted,
}

/// One reference of a ticket, as people see it.
#[derive(Clone, Debug)]
pub struct ReferenceRow {
    /// Which.
    pub reference: Reference,
    /// The channel's code.
    pub channel_code: String,
    /// The tag under which it counts, where its channel brings the letters of several.
    pub tag: Option<String>,
    /// The number the source gave.
    pub external_id: String,
    /// When it came to the ticket (ms).
    pub since: i64,
    /// When and how it ended: `withdrawn`, `returned` or `unjoined`.
    pub ended: Option<(i64, String)>,
}

/// A reference that is to be a ticket of its own again.
#[derive(Clone, Debug, Default)]
pub struct Unjoin {
    /// Blind keys under which the new ticket is found.
    pub blind: Vec<super::Digest>,
    /// Of these, those under which the old ticket is no longer found.
    pub forget: Vec<super::Digest>,
    /// When the citizen submitted it (ms).
    pub submitted_at: Option<i64>,
    /// Its deadline (ms).
    pub deadline: Option<i64>,
    /// Its category.
    pub category: Option<String>,
    /// Its region.
    pub region: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_its_channel_and_its_ticket() {
        let reference = Reference::own(7, 123_456_789);
        assert_eq!((reference.channel(), reference.opened()), (7, Some(123_456_789)));
        let joined = Reference::joined(7, 5);
        assert_eq!((joined.channel(), joined.opened()), (7, None));
        assert_ne!(joined, Reference::own(7, 5));
        assert_eq!(Reference::from_number(reference.number()), reference);
    }

    #[test]
    fn what_waits_knows_for_what() {
        use Carried::{Person, Review, Settled, Waiting};
        use OutcomeKind::{Closed, Extended, Replied, Signed, Visited};
        let item = |(n, (kind, state)): (usize, &(OutcomeKind, Carried))| LaneItem {
            n: n as u32 + 1,
            kind: *kind,
            state: *state,
            since: 0,
            approved: false,
            attempts: 0,
            core_id: None,
            outcome: None,
            files: Vec::new(),
            wording: None,
            repeats: None,
            tries: Vec::new(),
        };
        let waits = |items: &[(OutcomeKind, Carried)]| {
            let lane = Lane {
                reference: Reference::own(1, 1),
                ticket: TicketKey {
                    id: 1,
                    number: crate::ticket::Spoken::new(jiff::civil::date(2026, 11, 27), 1).unwrap(),
                },
                external_id: ExternalId::new("A1").unwrap(),
                draft: Bytes::from_static(b"{}"),
                document: Bytes::from_static(b"{}"),
                reopened_at: None,
                items: items.iter().enumerate().map(item).collect(),
            };
            lane.waits_for(items.len() as u32)
        };
        assert_eq!(waits(&[(Signed, Settled), (Closed, Waiting)]), None);
        assert_eq!(waits(&[(Replied, Person), (Closed, Waiting)]), Some(1));
        assert_eq!(waits(&[(Replied, Person), (Closed, Waiting), (Visited, Waiting)]), Some(1));
        assert_eq!(waits(&[(Extended, Review), (Replied, Waiting)]), Some(1));
        // A closing passes an extension that waits for somebody; it then has only to wait its turn.
        assert_eq!(waits(&[(Extended, Review), (Closed, Waiting)]), None);
        assert_eq!(waits(&[(Extended, Person), (Closed, Waiting), (Visited, Waiting)]), Some(2));
        assert_eq!(waits(&[(Closed, Person)]), None);
    }
}
