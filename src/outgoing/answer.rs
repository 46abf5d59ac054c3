//! The check of one outcome before it goes to one source: what is known about its ticket and what the channel's file
//! allows, put together in one place for whoever sends and whoever agrees.

use huiliu_contract::{Outcome, OutcomeKind};

use super::{About, Finding, check};
use crate::settings::ReturnTable;
use crate::ticket::Draft;

/// Whether outcomes of a kind carry a public text: only that is looked through.
pub fn speaks(kind: OutcomeKind) -> bool {
    use OutcomeKind::{Closed, Declined, Progressed, Redirected, Replied};
    matches!(kind, Closed | Declined | Progressed | Redirected | Replied)
}

/// Everything in an outcome's public text that must not leave as it is; nothing where there is no public text.
pub fn findings(told: &Outcome, draft: &Draft, back: &ReturnTable) -> Vec<Finding> {
    let Some(text) = told.public_reply.as_deref().filter(|_| speaks(told.kind)) else { return Vec::new() };
    let letter =
        [&draft.matter.title, &draft.matter.content].map(|text| text.as_deref().unwrap_or_default()).join("\n");
    let allowed: Vec<&str> = back.allowed_numbers.iter().map(String::as_str).collect();
    let about = About {
        sender: draft.person.name.as_deref(),
        accused: draft.accused.name.as_deref(),
        note: told.internal_note.as_deref(),
        letter: &letter,
        allowed: &allowed,
        confidential: draft.person.confidential == Some(true),
        agree_public: draft.person.agree_public,
        published: back.publishes,
        most: back.max_chars.map(|most| most as usize),
        ..About::default()
    };
    check(text, &about)
}
