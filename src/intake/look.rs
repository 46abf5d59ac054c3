//! What would become of items, without anything being written: for files that somebody only wants to try.

use std::path::Path;

use huiliu_contract::{BadFile, Connector, Item, Remark, Taken, Told, What};

use super::hand_in::{HandedIn, HandedRow, NotOpened, PAGE};
use super::reasons;
use crate::normalize::Mapping;
use crate::store::TicketKey;

/// What would become of an item. `known` says whether its number is, and of which ticket.
pub(super) fn judged(mapping: &Mapping, item: Item, known: impl Fn(&str) -> Option<Option<TicketKey>>) -> Told {
    let submission = match item {
        Item::Unreadable(unreadable) => {
            let taken = Taken { external_id: None, ticket: None, what: What::Unmapped };
            return Told { taken, why: Some(reasons::unreadable(unreadable)) };
        }
        Item::Submission(submission) => submission,
    };
    let read = mapping.read(submission.document.reveal());
    let before = known(submission.external_id.as_str());
    let what = match &read {
        _ if submission.unticketed.is_some() => What::Unticketed,
        Err(_) => What::Unmapped,
        Ok(reading) if reading.act.is_some() => What::Act,
        Ok(_) if before.is_some() => What::Repeat,
        Ok(_) => What::New,
    };
    let ticket = before.flatten().map(|key| key.number.to_string());
    let taken = Taken { external_id: Some(submission.external_id), ticket, what };
    Told { taken, why: read.err().as_ref().map(reasons::unmappable) }
}

/// Takes a file apart and says of each item what would become of it, as far as that can be known from the channel's files
/// alone: nothing that was kept is looked at, and the report says so.
///
/// # Errors
///
/// If it was not even begun; what stopped it later stands in the report.
pub async fn look_over(
    connector: &Connector,
    mapping: &Mapping,
    name: &str,
    path: &Path,
) -> Result<HandedIn, NotOpened> {
    let hand_in = connector.hand_in.as_ref().ok_or(NotOpened::TakesNone)?;
    let mut bundle = hand_in.open(name, path).await?;
    let mut done = HandedIn::default();
    loop {
        match bundle.items(PAGE).await {
            Ok(items) if items.is_empty() => break,
            Ok(items) => {
                for item in items {
                    let place = done.items() + 1;
                    done.add(HandedRow::of(place, &judged(mapping, item, |_| None)));
                }
            }
            Err(BadFile(remark)) => {
                done.stopped = Some(remark);
                break;
            }
        }
    }
    done.remarks = bundle.remarks();
    done.remarks.push(Remark {
        en: "huiliu is not running, so what was taken before was not looked at: among those shown as new some may be known. \
             Start huiliu run to see that too, and to take the file in"
            .into(),
        zh: "汇流没有在运行,没有和收过的来件比对:写着“新件”的,有的可能收过。要比对、要收下,先启动 huiliu run".into(),
    });
    Ok(done)
}
