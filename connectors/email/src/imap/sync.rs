//! One round over the folders: what is new in each, fetched up to a page, and the place behind it. The same round after a
//! start, after a cut line and in the middle of a day.

use std::collections::BTreeMap;

use huiliu_contract::{Item, Timestamp};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::asking;
use super::build::{Plan, Start};
use super::fetch::{self, Bounds, Came, Caught, Memory};
use super::folders::{self, Folder};
use super::item::Reading;
use super::line::Line;
use super::place::{Place, Spot, VERSION};
use super::trouble::Trouble;

/// UIDs that are known to be new, so that a page behind another asks for them no second time.
#[derive(Debug)]
pub(super) struct Pending {
    wire: String,
    validity: u32,
    /// The place of the folder to which they belong.
    settled: u32,
    uids: Vec<u32>,
}

/// What is remembered between two rounds, as long as the process lives.
#[derive(Default, Debug)]
pub(super) struct Recall {
    pub(super) pending: Option<Pending>,
    /// Of each folder by its name on the wire and its numbering.
    pub(super) letters: BTreeMap<(String, u32), Memory>,
}

/// How a round is made.
#[derive(Clone, Copy)]
pub(super) struct Round<'a> {
    pub(super) plan: &'a Plan,
    pub(super) reading: Reading<'a>,
    pub(super) bounds: Bounds,
    /// Whether folders are opened to change something there later.
    pub(super) writes: bool,
    /// Whether letters that are kept are cared for one by one.
    pub(super) cares: bool,
    /// Whether letters that were not taken whole are moved aside.
    pub(super) moves_unfit: bool,
    /// For a person who looks: the very first time shows the last letter, whatever the file says.
    pub(super) looks: bool,
}

/// What a round brought.
#[derive(Default)]
pub(super) struct Brought {
    pub(super) items: Vec<Item>,
    /// For each item the folder it came from, where that is looked through again.
    pub(super) again: Vec<Option<(String, u32)>>,
    /// Whether there is more to be had at once.
    pub(super) more: bool,
    /// What ended the round early; the connection is of no use any more.
    pub(super) trouble: Option<Trouble>,
}

/// Looks into each folder in turn.
///
/// # Errors
///
/// What ended the connection before anything was brought.
pub(super) async fn round(
    line: &mut Line,
    folders: &[Folder],
    place: &mut Place,
    recall: &mut Recall,
    round: Round<'_>,
) -> Result<Brought, Trouble> {
    let mut brought = Brought::default();
    let mut weight = 0;
    for folder in folders {
        if brought.items.len() >= round.bounds.letters || (weight >= round.bounds.weight && !brought.items.is_empty()) {
            brought.more = true;
            break;
        }
        let since = place.since;
        let spot = place.folders.entry(folder.name.clone()).or_default();
        let uids = match Box::pin(waiting(line, folder, spot, since, recall, round)).await {
            Ok(uids) => uids,
            Err(trouble) if brought.items.is_empty() => return Err(trouble),
            Err(trouble) => {
                brought.trouble = Some(trouble);
                brought.more = true;
                break;
            }
        };
        let retrying = spot.by != VERSION && !spot.aside.is_empty();
        let bounds = Bounds {
            letters: round.bounds.letters - brought.items.len(),
            weight: round.bounds.weight.saturating_sub(weight),
            ..round.bounds
        };
        let memory = recall.letters.entry((folder.wire.clone(), spot.validity)).or_default();
        let caught = Box::pin(fetch::fetch(line, &uids, memory, bounds)).await;
        weight += caught.weight;
        let done = caught.came.len();
        let trouble = settle(folder, spot, caught, round, &mut brought).await;
        let rest = uids.get(done..).unwrap_or_default();
        if rest.is_empty() {
            spot.again = None;
            if retrying {
                spot.by = VERSION.into();
            }
        }
        if rest.is_empty() || trouble.is_some() {
            recall.pending = recall.pending.take().filter(|pending| pending.wire != folder.wire);
        } else {
            let (wire, validity, settled) = (folder.wire.clone(), spot.validity, spot.settled);
            recall.pending = Some(Pending { wire, validity, settled, uids: rest.to_vec() });
        }
        if let Some(trouble) = trouble {
            if done == 0 && brought.items.is_empty() {
                return Err(trouble);
            }
            brought.trouble = Some(trouble);
            brought.more = true;
            break;
        }
        if !rest.is_empty() {
            brought.more = true;
            break;
        }
    }
    Ok(brought)
}

/// Takes down what became of each letter, and makes items of them.
async fn settle(
    folder: &Folder,
    spot: &mut Spot,
    caught: Caught,
    round: Round<'_>,
    brought: &mut Brought,
) -> Option<Trouble> {
    for (uid, came) in caught.came {
        let again = spot.again.filter(|upto| uid <= *upto).map(|_| (folder.name.clone(), spot.validity));
        spot.settled = spot.settled.max(uid);
        let item = match came {
            Came::Gone => {
                spot.aside.remove(uid);
                spot.spared.remove(uid);
                continue;
            }
            Came::Letter { date, .. }
                if again.is_some() && date.zip(spot.begun).is_some_and(|(at, from)| at < from) =>
            {
                // It was never ours to take, nor is it to delete.
                spot.spared.add(uid);
                continue;
            }
            Came::Letter { raw, date, whole_size } => {
                spot.aside.remove(uid);
                if whole_size.is_some() {
                    spot.spared.add(uid);
                    if round.moves_unfit {
                        spot.unfit.add(uid);
                    }
                } else {
                    spot.spared.remove(uid);
                    if round.cares {
                        spot.due.add(uid);
                    }
                }
                round.reading.letter(folder, uid, raw, date, whole_size).await
            }
            Came::Bad { raw, why } => {
                spot.aside.add(uid);
                spot.spared.add(uid);
                spot.by = VERSION.into();
                if round.moves_unfit {
                    spot.unfit.add(uid);
                }
                tracing::warn!(folder = %folder.name, uid, why = ?why, "a letter could not be fetched; it is listed, and those behind it are taken");
                round.reading.bad(folder, spot.validity, uid, raw, why)
            }
        };
        brought.items.push(item);
        brought.again.push(again);
    }
    caught.trouble
}

/// The UIDs of a folder that wait to be taken, in ascending order; the folder is open then.
async fn waiting(
    line: &mut Line,
    folder: &Folder,
    spot: &mut Spot,
    since: Option<Timestamp>,
    recall: &mut Recall,
    round: Round<'_>,
) -> Result<Vec<u32>, Trouble> {
    let is_open = line.opened.as_ref().is_some_and(|open| open.wire == folder.wire && open.validity == spot.validity);
    let known = |pending: &Pending| {
        pending.wire == folder.wire && pending.validity == spot.validity && pending.settled == spot.settled
    };
    if is_open && let Some(pending) = recall.pending.take_if(|pending| known(pending)) {
        return Ok(pending.uids);
    }
    let opened = folders::open(line, &folder.wire, round.writes).await?.clone();
    let is_new = *spot == Spot::default();
    // Numbers below those that were seen are new numbers too, unless the server contradicts itself.
    let went_down = match opened.next.filter(|next| !is_new && *next <= spot.settled) {
        Some(next) => asking::highest(line).await? < next,
        None => false,
    };
    if is_new {
        *spot = Box::pin(begin(line, opened.next, since, round)).await?;
        spot.validity = opened.validity;
    } else if opened.validity != spot.validity || went_down {
        let upto = asking::highest(line).await?;
        let day = today() - round.plan.look_back_days().days();
        let day = spot.begun.map_or(day, |at| day.max(date_of(at) - 1.day()));
        let first = asking::lowest_since(line, day).await?.map_or(upto, |lowest| lowest - 1);
        tracing::warn!(folder = %folder.name, was = spot.validity, is = opened.validity, upto,
            "the server has numbered a folder anew; what came lately is looked through again");
        let again = Some(upto).filter(|upto| *upto > first);
        *spot = Spot { validity: opened.validity, settled: first, first, again, begun: spot.begun, ..Spot::default() };
    }
    let mut uids = asking::above(line, spot.settled).await?;
    if spot.by != VERSION && !spot.aside.is_empty() {
        // Another version may read what the last one could not.
        uids.splice(0..0, spot.aside.iter());
    }
    Ok(uids)
}

/// Opens a folder, and says whether there is something new in it.
pub(super) async fn has_new(
    line: &mut Line,
    folder: &Folder,
    place: &Place,
    round: Round<'_>,
) -> Result<bool, Trouble> {
    let spot = place.folders.get(&folder.name).cloned().unwrap_or_default();
    let validity = folders::open(line, &folder.wire, round.writes).await?.validity;
    Ok(validity != spot.validity || !asking::above(line, spot.settled).await?.is_empty())
}

/// Where a folder begins that was never looked into.
async fn begin(
    line: &mut Line,
    next: Option<u32>,
    since: Option<Timestamp>,
    round: Round<'_>,
) -> Result<Spot, Trouble> {
    let start = since.map_or(round.plan.start, |at| Start::Since(date_of(at) - 1.day()));
    let now = Timestamp::now();
    let (settled, begun) = match start {
        Start::All => (0, None),
        Start::Now if round.looks => {
            let uids = asking::above(line, 0).await?;
            (uids.iter().rev().nth(1).copied().unwrap_or(0), None)
        }
        Start::Now => {
            let highest = asking::highest(line).await?;
            (next.map_or(highest, |next| highest.max(next.saturating_sub(1))), Some(now))
        }
        Start::Since(day) => {
            let lowest = asking::lowest_since(line, day).await?;
            let settled = match lowest {
                Some(lowest) => lowest.saturating_sub(1),
                None => asking::highest(line).await?,
            };
            (settled, day.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp() - 1.hours() * 24))
        }
    };
    Ok(Spot { settled, first: settled, begun, ..Spot::default() })
}

fn today() -> Date {
    date_of(Timestamp::now())
}

fn date_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}
