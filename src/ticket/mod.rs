//! The unified ticket (统一工单): its form, its spoken number, the events told about it, and what may be
//! shown of it. A pure room: no clock, no I/O; whoever needs the time hands it in.

mod agreement;
mod draft;
pub mod event;
#[cfg(test)]
mod event_tests;
mod file;
mod likeness;
mod masking;
mod matching;
mod matter;
mod number;
#[cfg(test)]
mod number_tests;
mod person;
mod phone;
mod schema;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use agreement::Agreement;
pub use draft::{Deadline, DeadlineRule, Draft, File, Handling, Instruction, Link, Relation, Times, Via};
pub use event::{Detail, Event, EventHead, EventKind};
pub use file::{names_own, names_said};
pub use huiliu_contract::Act;
pub use likeness::{Doubt, Evidence, Likeness, SameLetter};
pub(crate) use masking::is_double_family_name;
pub use masking::{mask_field, mask_text};
pub use matching::{FindInputs, MatchInputs, letters_only};
pub(crate) use matching::{narrow, plates_in};
pub use matter::{Category, Coordinates, Matter, MatterType, Place};
pub use number::{BadNumber, Spoken};
pub use person::{Accused, Person, Sex};
pub use phone::Phone;
pub use schema::{event_schema, ticket_schema};

/// One road by which the ticket came (来源). A ticket can have several.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SourceRef {
    /// The channel's code.
    pub channel: String,
    /// Whose numbers the external id belongs to; the channel's code unless configured otherwise.
    pub namespace: String,
    /// The number the source gave (来源编号): exact text, never a number type.
    pub external_id: String,
    /// When the gateway received it.
    pub received_at: Timestamp,
}

/// A unified ticket as the core system gets it: what the gateway adds, then the groups of the draft beside it.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ticket {
    /// The gateway's own number (汇流编号).
    pub number: Spoken,
    /// 1 for the first form, one more with each revision.
    pub version: u32,
    /// When the gateway first received it.
    pub received_at: Timestamp,
    /// Every source reference, in the order in which they became known.
    pub sources: Vec<SourceRef>,
    /// What the mapping read.
    #[serde(flatten)]
    pub draft: Draft,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket").field("number", &self.number).field("version", &self.version).finish_non_exhaustive()
    }
}
