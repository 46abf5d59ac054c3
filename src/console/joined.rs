//! The command that takes apart what was joined (撤销并单).

use serde_json::{Value, json};

use super::handle::reason_given;
use super::tickets::{missing, spoken};
use super::{House, Problem};
use crate::store::{Actor, Digest, Reference, Unjoin};
use crate::ticket::Draft;

/// Takes a source out of a ticket: a ticket of its own from what it wrote. Answers the new ticket's number.
pub(super) async fn unjoin(house: &House, number: &str, external_id: &str, actor: &Actor) -> Result<Value, Problem> {
    reason_given(actor)?;
    let number = spoken(number)?;
    let row = house.store.ticket(number).await.map_err(|error| missing(number, error))?;
    if number.part().is_some() || !house.store.parts(row.key.id).await?.is_empty() {
        return Err(Problem::refused(
            format!("{} 已经拆单,各单合起来答复它的全部来源,不能再撤销并单", number.whole()),
            format!("{} is split: its parts answer all its sources together, none can be taken out", number.whole()),
        ));
    }
    let roads = house.store.references(row.key.id).await?;
    let joined: Vec<Reference> = roads
        .iter()
        .filter(|road| road.reference.opened().is_none() && road.ended.is_none())
        .map(|road| road.reference)
        .collect();
    let named =
        |road: &&crate::store::ReferenceRow| road.external_id == external_id && joined.contains(&road.reference);
    let mut fitting = roads.iter().filter(named);
    let (Some(road), None) = (fitting.next(), fitting.next()) else {
        return Err(Problem::refused(
            format!("工单 {number} 没有并入来源编号为“{external_id}”的来件;先用 huiliu ticket show 看它的来源"),
            format!("no source `{external_id}` joined ticket {number}; see its sources with huiliu ticket show"),
        ));
    };
    let draft = draft_of(house, road.reference).await?;
    let own = keys(house, &serde_json::from_slice(row.draft.as_deref().unwrap_or(b"{}")).unwrap_or_default());
    let mut kept = own;
    for other in joined.iter().filter(|other| **other != road.reference) {
        kept.extend(keys(house, &draft_of(house, *other).await?));
    }
    let blind = keys(house, &draft);
    let category = draft.matter.category.as_ref();
    let unjoin = Unjoin {
        forget: blind.iter().filter(|key| !kept.contains(key)).copied().collect(),
        blind,
        submitted_at: draft.times.submitted_at.map(|at| at.as_millisecond()),
        deadline: draft.deadline.as_ref().and_then(|deadline| deadline.computed).map(|at| at.as_millisecond()),
        category: category.and_then(|category| category.mapped.last().or(category.source.last())).cloned(),
        region: draft.matter.place.region.clone(),
    };
    let new = house.store.unjoin(road.reference, unjoin, actor).await?;
    Ok(json!({ "ticket": number.to_string(), "external_id": external_id, "new_ticket": new.number.to_string() }))
}

/// What a source that joined wrote last.
async fn draft_of(house: &House, reference: Reference) -> Result<Draft, Problem> {
    let lane = house.store.carried(reference).await?;
    Ok(serde_json::from_slice(&lane.draft).unwrap_or_default())
}

fn keys(house: &House, draft: &Draft) -> Vec<Digest> {
    house.store.keys().findable(&draft.find_inputs())
}
