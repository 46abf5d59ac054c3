//! What was carried to the sources of a ticket, and what still is to be: every outcome with every try.

use jiff::Timestamp;
use serde_json::Value;

use super::channels::Names;
use super::tickets::text_or_json;
use super::view::{ReferenceView, TryView, WriteBackView};
use super::{House, Problem};
use crate::store::{Carried, DeadRow, Lane, LaneItem, Reference, Try, TryEnd};

/// Every source of a ticket with its lane; `letters` are the ticket's dead letters.
pub(super) async fn references(
    house: &House,
    names: &Names,
    ticket: i64,
    letters: &[DeadRow],
    unmask: bool,
) -> Result<Vec<ReferenceView>, Problem> {
    let mut views = Vec::new();
    for row in house.store.references(ticket).await? {
        let lane = house.store.carried(row.reference).await?;
        views.push(ReferenceView {
            channel_name: names.under(&row.channel_code, row.tag.as_deref()),
            channel: row.channel_code,
            external_id: row.external_id,
            since: moment(row.since),
            ended_at: row.ended.as_ref().map(|(at, _)| moment(*at)),
            ended_how: row.ended.map(|(_, how)| how),
            write_backs: lane.items.iter().map(|item| view(&lane, item, letters, unmask)).collect(),
        });
    }
    Ok(views)
}

fn view(lane: &Lane, item: &LaneItem, letters: &[DeadRow], unmask: bool) -> WriteBackView {
    WriteBackView {
        n: item.n,
        kind: item.kind.word().into(),
        state: item.state.word().into(),
        since: moment(item.since),
        waits_for: lane.waits_for(item.n),
        dead: (item.state == Carried::Person).then(|| open_letter(letters, lane.reference, item.n)).flatten(),
        approved: item.approved,
        reworded: item.wording.is_some(),
        attempts: item.attempts,
        repeats: item.repeats,
        core_id: item.core_id.clone(),
        tries: item.tries.iter().map(|one| tried(one, unmask)).collect(),
    }
}

fn open_letter(letters: &[DeadRow], reference: Reference, n: u32) -> Option<i64> {
    let about = |letter: &&DeadRow| letter.reference == Some(reference) && letter.n == Some(n);
    letters.iter().filter(about).find(|letter| letter.ended.is_none()).map(|letter| letter.id)
}

fn tried(one: &Try, unmask: bool) -> TryView {
    // Why nothing left is in our own words, and says nothing personal.
    let is_ours = one.end == Some(TryEnd::Withheld);
    let answered = one.answer.as_deref().filter(|_| unmask || is_ours);
    TryView {
        at: moment(one.at),
        end: one.end.map(|end| end.word().into()),
        sent: unmask.then(|| sent(&one.parcel)),
        answered: answered.map_or(Value::Null, text_or_json),
    }
}

/// What was sent, as a person reads it; as it was kept, where it cannot be read so.
fn sent(parcel: &[u8]) -> String {
    let kept = text_or_json(parcel);
    match (kept["shown"].as_str(), &kept) {
        (Some(shown), _) => shown.to_owned(),
        (None, Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    }
}

pub(super) fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}
