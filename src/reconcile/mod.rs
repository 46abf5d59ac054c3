//! Reconciliation (对账): what a far side says it has against what came, and what came against what became of it; a list that
//! a clerk exported against ours. Pure: what is known is an argument, and nothing personal beyond numbers is looked at.

mod day;
mod list;
mod paper;

pub use day::{Found, Theirs, found, held_at};
pub use list::{Difference, Finding, FindingKind, Listed, OurState, Ours, Words, compare};
pub use paper::{ChannelDay, DAY_HEADS, FINDING_HEADS, day_notes, day_paper, findings_paper};
