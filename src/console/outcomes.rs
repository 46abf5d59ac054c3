//! Outcomes on the desk: those of a ticket as they are shown, and rows of a sheet on their way in.

use serde_json::Value;

use super::tickets::text_or_json;
use super::view::{BecameView, OutcomeView, TextView};
use super::{House, Problem};
use crate::outcomes::{Entry, Kept};
use crate::store::{Actor, OutcomeRow};
use crate::ticket::mask_text;

/// One outcome. Masked, it still tells what it was, and how content the citizen was.
pub(super) fn view(row: OutcomeRow, unmask: bool) -> OutcomeView {
    let kept = serde_json::from_slice::<Kept>(&row.body).ok();
    let level = kept.as_ref().and_then(|kept| kept.satisfaction_level);
    let said = kept.as_ref().and_then(|kept| kept.outcome.satisfaction.as_deref());
    OutcomeView {
        core_id: row.core_id,
        at: row.at,
        kind: kept.as_ref().map(|kept| kept.outcome.kind.word().into()),
        satisfaction: said.map(|said| if unmask { said.to_owned() } else { mask_text(said) }),
        satisfaction_level: level.map(|level| level.word().into()),
        body: if unmask { text_or_json(&row.body) } else { Value::Null },
    }
}

/// Takes rows of a sheet, one by one in their order: each is on disk before it is told of, and one that cannot be taken
/// stops none behind it.
pub(super) async fn import(
    house: &House,
    entries: Vec<Entry>,
    dry: bool,
    actor: &Actor,
) -> Result<Vec<BecameView>, Problem> {
    let mut all = Vec::with_capacity(entries.len());
    for entry in entries {
        let became = house.outcomes.take_entry(entry, dry, actor).await?;
        all.push(BecameView {
            state: became.state.into(),
            ticket: became.ticket.map(|ticket| ticket.to_string()),
            reason: became.reason.map(|text| TextView { zh: text.zh, en: text.en }),
        });
    }
    Ok(all)
}
