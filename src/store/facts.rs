//! Facts: what is counted. One row a source reference, and one a submission that could not be mapped.
//!
//! Acts, repeats and revisions are no rows, nor is a ticket that was made of an act or of a revision. A row holds all that
//! is needed to say how it stood on any day.

use async_trait::async_trait;
use huiliu_contract::{OutcomeKind, Satisfaction, Unit};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Reference, Standing, StoreError, TicketKey};
use crate::settings::CountedBy;
use crate::ticket::Draft;

/// Which facts, and from which place on.
#[derive(Clone, Copy, Debug)]
pub struct FactQuery {
    /// Those whose deciding time lies at the first or later, and before the second.
    pub span: (Timestamp, Timestamp),
    /// Which time decides.
    pub by: CountedBy,
    /// Behind this place; the default is the beginning.
    pub after: FactPlace,
    /// At most so many rows of the store are looked at for one page, which may hold fewer or none.
    pub look_at: usize,
}

impl FactQuery {
    /// The first page of a span.
    pub fn first(span: (Timestamp, Timestamp), by: CountedBy) -> Self {
        Self { span, by, after: FactPlace::default(), look_at: 1000 }
    }
}

/// A place among all facts: tickets' own references, then joined ones, then what could not be mapped.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct FactPlace {
    pub(super) stage: u8,
    pub(super) id: i64,
}

/// A page of facts.
#[derive(Clone, Debug, Default)]
pub struct FactPage {
    /// Its rows.
    pub rows: Vec<FactRow>,
    /// Behind which place the next page begins; none where this is the last one.
    pub next: Option<FactPlace>,
}

/// One source reference, or one submission that could not be mapped.
#[derive(Clone, Debug)]
pub struct FactRow {
    /// The channel's id.
    pub channel: u32,
    /// Its code.
    pub channel_code: String,
    /// Under which routed channel it is counted; none: under its own.
    pub tag: Option<String>,
    /// The number the source gave.
    pub external_id: String,
    /// The reference; none of what could not be mapped.
    pub reference: Option<Reference>,
    /// Its ticket; none of what could not be mapped.
    pub ticket: Option<TicketKey>,
    /// Whether it opened that ticket. Counting tickets means counting these.
    pub opened: bool,
    /// When and how it ended: `withdrawn` or `returned`; of what could not be mapped, `dropped`.
    pub ended: Option<(Timestamp, String)>,
    /// In what state of its channel it came.
    pub standing: Standing,
    /// Whether it was registered as handled by hand (登记已办来件).
    pub by_hand: bool,
    /// When it first came.
    pub received_at: Timestamp,
    /// When the core took its ticket.
    pub core_accepted_at: Option<Timestamp>,
    /// When the citizen sent it.
    pub submitted_at: Option<Timestamp>,
    /// When the channel handed it over.
    pub handed_at: Option<Timestamp>,
    /// By when this source waits for its answer.
    pub deadline: Option<Timestamp>,
    /// What its latest text says, as far as it is counted.
    pub matter: FactMatter,
    /// When the store noted that its ticket is concluded; none while it is open, or open again.
    pub concluded_at: Option<Timestamp>,
    /// How often its ticket was to be done again (发回重办).
    pub redone: u32,
    /// When its ticket was opened again, as far as that is known, in order.
    pub reopened: Vec<Timestamp>,
    /// The outcomes of its ticket, in the order in which they were kept.
    pub outcomes: Vec<FactOutcome>,
}

impl FactRow {
    /// The time that decides, and which one that is: where the wanted one is not known, the next.
    pub fn decides(&self, by: CountedBy) -> (Timestamp, CountedBy) {
        let known = match by {
            CountedBy::Submitted => {
                let handed = self.handed_at.map(|at| (at, CountedBy::Handed));
                self.submitted_at.map(|at| (at, CountedBy::Submitted)).or(handed)
            }
            CountedBy::Handed => self.handed_at.map(|at| (at, CountedBy::Handed)),
            CountedBy::Received => None,
            CountedBy::CoreAccepted => self.core_accepted_at.map(|at| (at, CountedBy::CoreAccepted)),
        };
        known.unwrap_or((self.received_at, CountedBy::Received))
    }
}

/// What a text says, as far as it is counted.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FactMatter {
    /// 诉求类型.
    pub kind: Option<String>,
    /// The category, widest level first: the site's own, else the source's.
    pub category: Vec<String>,
    /// The unit that the source proposes (承办单位).
    pub unit: Option<String>,
    /// Whether it is confidential (保密).
    pub confidential: bool,
}

impl FactMatter {
    /// Of a draft, with the times that it tells: submitted and handed.
    pub(super) fn of(draft: Draft) -> (Self, Option<Timestamp>, Option<Timestamp>) {
        let category = draft.matter.category.unwrap_or_default();
        let matter = Self {
            kind: draft.matter.kind.map(|kind| kind.0),
            category: if category.mapped.is_empty() { category.source } else { category.mapped },
            unit: draft.handling.unit,
            confidential: draft.person.confidential == Some(true),
        };
        (matter, draft.times.submitted_at, draft.times.handed_at)
    }
}

/// An outcome, as far as it is counted.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct FactOutcome {
    /// What happened.
    pub kind: OutcomeKind,
    /// When, by the core's clock.
    pub at: Timestamp,
    /// When it was kept.
    #[serde(skip)]
    pub kept_at: Timestamp,
    /// The units that handle it.
    #[serde(default)]
    pub units: Vec<Unit>,
    /// 办理方式.
    #[serde(default)]
    pub way: Option<String>,
    /// Whether the matter is solved, as the core words it.
    #[serde(default)]
    pub solved: Option<String>,
    /// The level of satisfaction.
    #[serde(default)]
    pub satisfaction_level: Option<Satisfaction>,
}

/// Reading what is counted.
#[async_trait]
pub trait Facts: Send + Sync {
    /// A page of facts, so that nobody waits behind a long count.
    async fn facts(&self, query: FactQuery) -> Result<FactPage, StoreError>;
}
