//! Commands about events that the core refuses because its order is closed (热线工单已办结): what can be done, and what a
//! person decides. Each is on record.

use super::ClosedChoice;
use super::dead::{self, ended};
use super::handle::reason_given;
use super::view::DeadEnded;
use super::{House, Problem};
use crate::store::{Actor, Anew, Choice, ClosedOrder, DeadKind, DeadRow};
use crate::ticket::{Draft, EventKind};

/// Of what kind the event is, and what can be decided about it, the likeliest first; nothing of any other dead letter, or
/// of one that has ended.
pub(super) async fn choices(house: &House, row: &DeadRow) -> Result<(Option<String>, Vec<String>), Problem> {
    if row.kind != DeadKind::Closed {
        return Ok((None, Vec::new()));
    }
    let order = house.store.closed_order(row.id).await?;
    let offered = if row.ended.is_some() { Vec::new() } else { offered(&order) };
    Ok((Some(order.kind.name().into()), offered.into_iter().map(str::to_owned).collect()))
}

/// What makes sense for a kind of event, the likeliest first.
fn offered(order: &ClosedOrder) -> Vec<&'static str> {
    let fitting: &[&'static str] = match order.kind {
        EventKind::Urged => &["answer_again", "reopened", "new_ticket", "drop"],
        EventKind::Supervised => &["reopened", "answer_again", "new_ticket", "drop"],
        EventKind::Redo => &["reopened", "new_ticket", "drop"],
        EventKind::Supplemented | EventKind::Revised => &["new_ticket", "reopened", "drop"],
        _ => &["reopened", "drop"],
    };
    let possible = |choice: &&'static str| match *choice {
        "answer_again" => order.answered,
        "new_ticket" => order.draft.is_some(),
        _ => true,
    };
    fitting.iter().copied().filter(possible).collect()
}

/// Carries out what a person decided.
pub(super) async fn choose(house: &House, id: i64, choice: ClosedChoice, actor: &Actor) -> Result<DeadEnded, Problem> {
    reason_given(actor)?;
    let row = dead::waiting(house, id, false).await?;
    if row.kind != DeadKind::Closed {
        return Err(Problem::refused(
            format!("{id} 号不是“热线工单已办结”的件;看是什么用 huiliu dead show {id}"),
            format!("dead letter {id} is not about a closed order; see what it is by huiliu dead show {id}"),
        ));
    }
    let order = house.store.closed_order(id).await?;
    let (choice, how) = match choice {
        ClosedChoice::AnswerAgain => (Choice::AnswerAgain, "answer_again"),
        ClosedChoice::Reopened => (Choice::Reopened, "reopened"),
        ClosedChoice::NewTicket => (Choice::NewTicket(Box::new(anew(house, &order))), "new_ticket"),
    };
    if !offered(&order).contains(&how) {
        return Err(Problem::refused(
            format!("这条流转消息不能这样办;能怎么办用 huiliu dead show {id}"),
            format!("that cannot be done about this event; huiliu dead show {id} says what can"),
        ));
    }
    let made = house.store.choose(id, choice, actor).await?;
    let before = ended(&row, how);
    Ok(DeadEnded { ticket: made.map(|key| key.number.to_string()).or(before.ticket.clone()), ..before })
}

/// What the new ticket is found by.
fn anew(house: &House, order: &ClosedOrder) -> Anew {
    let draft: Draft = serde_json::from_slice(order.draft.as_deref().unwrap_or(b"{}")).unwrap_or_default();
    let category = draft.matter.category.as_ref();
    Anew {
        blind: house.store.keys().findable(&draft.find_inputs()),
        submitted_at: draft.times.submitted_at.map(|at| at.as_millisecond()),
        deadline: draft.deadline.as_ref().and_then(|deadline| deadline.computed).map(|at| at.as_millisecond()),
        category: category.and_then(|category| category.mapped.last().or(category.source.last())).cloned(),
        region: draft.matter.place.region.clone(),
    }
}

/// Neither tried again nor edited: a person says what becomes of it.
pub(super) fn to_be_chosen(id: i64) -> Problem {
    Problem::refused(
        format!(
            "热线工单已办结,重发也不会收;怎么办用 huiliu dead show {id} 看,热线已重开的用 huiliu dead reopened {id}"
        ),
        format!(
            "the core's order is closed, so it will not take it; huiliu dead show {id} says what can be done, and once the \
             order was opened again use huiliu dead reopened {id}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_fits_the_event_and_can_be_done() {
        let of = |kind, answered, draft: bool| {
            offered(&ClosedOrder { kind, answered, draft: draft.then(|| bytes::Bytes::from_static(b"{}")) })
        };
        assert_eq!(of(EventKind::Urged, true, true), ["answer_again", "reopened", "new_ticket", "drop"]);
        assert_eq!(of(EventKind::Urged, false, false), ["reopened", "drop"]);
        assert_eq!(of(EventKind::Redo, true, true)[0], "reopened");
        assert_eq!(of(EventKind::Supervised, true, true)[0], "reopened");
        assert_eq!(of(EventKind::Revised, true, true), ["new_ticket", "reopened", "drop"]);
        assert_eq!(of(EventKind::Joined, true, true), ["reopened", "drop"]);
    }
}
