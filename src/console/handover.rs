//! The command of the shift's paper (交接班): gathers what the next shift must know, and puts on record who handed over to
//! whom. What came is counted from one record to the next, so that between two shifts nothing is lost or told twice.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::channels::{Names, list};
use super::view::{ChannelView, DeadGroup, DeafView, HandoverView, PulseView, ShiftView};
use super::{House, MAX_ROWS, NoteView, Problem, login, note, tickets};
use crate::store::{Actor, DeadQuery, DeedRow};

/// What handovers are on record under.
const SUBJECT: &str = "handover";

/// A channel that is asked, and was not for so long, is deaf.
const NOT_ASKED: SignedDuration = SignedDuration::from_hours(24);

/// So many at most are looked through to be counted.
const MOST: usize = 100_000;

/// What the next shift must know; with `hands` (甲 → 乙) it goes on record as a handover first.
pub(super) async fn handover(
    house: &House,
    hands: Option<String>,
    near: Timestamp,
    actor: &Actor,
) -> Result<HandoverView, Problem> {
    if let Some(hands) = &hands {
        let actor = Actor { who: actor.who.clone(), why: Some(hands.clone()) };
        house.store.record(&actor, SUBJECT, SUBJECT).await?;
    }
    let mut record = house.store.deeds(SUBJECT).await?;
    let now = Timestamp::from_millisecond(house.store.clock().now()).unwrap_or_default();
    let this = hands.is_some().then(|| record.pop()).flatten();
    let (at, last) = (this.as_ref().map_or(now, |deed| deed.at), record.pop());
    let since = last.as_ref().map_or_else(|| begins(house, at), |deed| deed.at);
    let names = Names::read(house).await?;
    let channels = list(house).await?;
    Ok(HandoverView {
        at,
        since,
        last: last.map(said),
        this: this.map(said),
        dead: dead(house, &names).await?,
        logins: login::alarms(house, &house.control.channels()),
        due: tickets::due(house, near, true, None, MAX_ROWS).await?,
        notes: promises(house, &names).await?,
        deaf: channels.iter().filter_map(|channel| deaf(channel, at)).collect(),
        unhanded: house.control.unhanded().await,
        shift: shift(house, &names, since, at).await?,
    })
}

/// Who handed over to whom, as it is on record.
fn said(deed: DeedRow) -> String {
    deed.why.unwrap_or(deed.who)
}

/// The beginning of the day.
fn begins(house: &House, at: Timestamp) -> Timestamp {
    at.to_zoned(house.zone.clone()).start_of_day().map_or(at, |day| day.timestamp())
}

async fn dead(house: &House, names: &Names) -> Result<Vec<DeadGroup>, Problem> {
    let letters = house.store.dead(DeadQuery { limit: MOST, ..DeadQuery::default() }).await?;
    let mut groups: BTreeMap<(String, &str, String), (u64, Timestamp)> = BTreeMap::new();
    for letter in letters {
        let key = (names.under(&letter.channel_code, letter.tag.as_deref()), letter.kind.word(), letter.reason);
        let (count, oldest) = groups.entry(key).or_insert((0, letter.since));
        *count += 1;
        *oldest = letter.since.min(*oldest);
    }
    let group = |((channel_name, kind, reason), (count, oldest)): ((String, &str, String), (u64, Timestamp))| {
        DeadGroup { channel_name, kind: kind.into(), reason, count, oldest }
    };
    Ok(groups.into_iter().map(group).collect())
}

async fn promises(house: &House, names: &Names) -> Result<Vec<NoteView>, Problem> {
    let notes = house.store.open_notes(MAX_ROWS).await?;
    Ok(notes.into_iter().map(|note| note::view(names, note, false)).collect())
}

/// Why nothing may be coming by a channel; the gravest reason where there are several.
fn deaf(channel: &ChannelView, now: Timestamp) -> Option<DeafView> {
    if !matches!(channel.state.as_str(), "trial" | "live" | "mend") {
        return None;
    }
    let found = |why: &str, since| {
        Some(DeafView { channel: channel.code.clone(), name: channel.name.clone(), why: why.into(), since })
    };
    if channel.state == "mend" {
        return found("mend", None);
    }
    if let Some((far, since)) = channel.far.as_ref().and_then(|far| Some((far, far.open_since?))) {
        return found(far.fault.as_ref().map_or("unavailable", |fault| &fault.word), Some(since));
    }
    match channel.pulse {
        PulseView { silent_since: Some(since), .. } => return found("silent", Some(since)),
        PulseView { unexpected: Some(_), .. } => return found("unexpected", None),
        PulseView { .. } => {}
    }
    let asked = channel.last_poll.filter(|asked| now.duration_since(*asked) > NOT_ASKED);
    asked.and_then(|asked| found("not_asked", Some(asked)))
}

async fn shift(house: &House, names: &Names, from: Timestamp, to: Timestamp) -> Result<Vec<ShiftView>, Problem> {
    let rows = house.store.shift(from, to).await?;
    let view = |row: crate::store::ShiftRow| ShiftView {
        channel_name: names.under(&row.channel, row.tag.as_deref()),
        came: row.came,
        forwarded: row.forwarded,
        concluded: row.concluded,
    };
    Ok(rows.into_iter().map(view).collect())
}
