//! Reconciliation by command (对账): a day of channels, a list that somebody exported, and what a person signs for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::channels::{Names, daemon_needed};
use super::handle::reason_given;
use super::view::{AgainstView, GapView, ReconciledView, SignedListView, SignedView};
use super::{House, Problem};
use crate::reconcile::{ChannelDay, Finding, FindingKind, Listed, OurState, Ours, Words, compare, held_at};
use crate::settings::ChannelState;
use crate::store::{Actor, ChannelRow, ItemPlace, ItemRow, Items, SignedList};

/// So many versions are looked through at a time, so that nobody waits for it.
const PAGE: usize = 500;

/// So many numbers are looked up at a time.
const LOOKED_UP: usize = 500;

/// A list that was exported.
pub(super) struct Exported {
    pub(super) channel: Option<String>,
    pub(super) rows: Vec<Listed>,
    pub(super) span: Option<(Date, Date)>,
    pub(super) sign: bool,
}

/// A day, looked at now where a daemon runs; else what the last look found.
pub(super) async fn day(
    house: &House,
    called: Option<&str>,
    day: Date,
    fetch: bool,
    actor: &Actor,
) -> Result<ReconciledView, Problem> {
    if house.control.running().is_none() {
        return if fetch { Err(daemon_needed()) } else { kept(house, called, day).await };
    }
    let codes = codes(house, called)?;
    let channels = house.control.reconcile(&codes, day, fetch, actor).await?;
    view(house, &codes, day, true, channels).await
}

/// What the last look at a day found.
///
/// # Errors
///
/// If there is no such channel, or the store cannot be read.
pub async fn kept(house: &House, called: Option<&str>, day: Date) -> Result<ReconciledView, Problem> {
    let codes = codes(house, called)?;
    let names = Names::read(house).await?;
    let code = |id| names.known.iter().find(|row| row.id == id).map(|row| row.code.as_str());
    let found = house.store.reckonings(day, day).await?;
    let found = found.iter().filter_map(|one| Some((code(one.channel)?, one)));
    let found = found.filter(|(code, _)| codes.iter().any(|wanted| wanted == code));
    let channels = found.map(|(code, one)| ChannelDay::kept(one, (code, &names.of(code)))).collect();
    view(house, &codes, day, false, channels).await
}

fn codes(house: &House, called: Option<&str>) -> Result<Vec<String>, Problem> {
    match called {
        Some(called) => Ok(vec![house.control.resolve(called).map_err(Problem::not_found)?]),
        None => Ok(house.control.channels().into_iter().map(|channel| channel.code).collect()),
    }
}

async fn view(
    house: &House,
    codes: &[String],
    day: Date,
    now: bool,
    channels: Vec<ChannelDay>,
) -> Result<ReconciledView, Problem> {
    let names = Names::read(house).await?;
    let looked = |code: &&String| channels.iter().any(|channel| channel.channel == **code);
    let not_looked = codes.iter().filter(|code| !looked(code)).map(|code| names.of(code)).collect();
    Ok(ReconciledView { day, now, not_looked, gaps: gaps(house, &names, false).await?, channels })
}

async fn gaps(house: &House, names: &Names, mended: bool) -> Result<Vec<GapView>, Problem> {
    let rows = house.store.gaps(mended).await?;
    Ok(rows
        .into_iter()
        .map(|row| (names.of(&row.channel_code), row))
        .map(|(name, row)| GapView::of(row, name))
        .collect())
}

/// A person says that the gaps of a channel and day are right as they are. Answers how many.
pub(super) async fn sign_gaps(house: &House, called: &str, day: Date, actor: &Actor) -> Result<usize, Problem> {
    reason_given(actor)?;
    let names = Names::read(house).await?;
    let row = names.known(house, called)?;
    match house.store.sign_gaps(row.id, day, actor).await? {
        0 => Err(Problem::not_found(crate::settings::Text::new(
            format!("{} 在 {day} 没有未平的差", names.of(&row.code)),
            format!("{} has no gap on {day}", names.of(&row.code)),
        ))),
        signed => Ok(signed),
    }
}

/// What was signed for, and what is not mended; `all` gives earlier ones too.
pub(super) async fn signed(house: &House, all: bool) -> Result<SignedListView, Problem> {
    let names = Names::read(house).await?;
    let rows = house.store.signed_lists(all).await?;
    let today = day_of(house, now(house));
    let view = |row: crate::store::SignedRow| {
        let name = row.channel_code.as_deref().map_or_else(|| "热线系统".to_owned(), |code| names.of(code));
        let days = today.since(day_of(house, row.at)).map_or(0, |span| i64::from(span.get_days()));
        SignedView::of(row, name, days)
    };
    let mut lists: Vec<_> = rows.into_iter().map(view).collect();
    let configured = house.control.channels().into_iter().filter(|channel| channel.state != ChannelState::Off);
    for channel in configured {
        if lists.iter().all(|list| list.channel.as_deref() != Some(&channel.code)) {
            lists.push(SignedView {
                channel: Some(channel.code),
                name: channel.name,
                at: None,
                days: None,
                who: None,
                span: None,
                rows: 0,
                counts: [0; 4],
            });
        }
    }
    Ok(SignedListView { lists, gaps: gaps(house, &names, all).await? })
}

/// How many days ago a channel's list was last signed for; none where it never was.
pub(super) async fn days_since_signed(house: &House, code: &str) -> Result<Option<i64>, Problem> {
    let rows = house.store.signed_lists(false).await?;
    let row = rows.into_iter().find(|row| row.channel_code.as_deref() == Some(code));
    let today = day_of(house, now(house));
    Ok(row.and_then(|row| Some(i64::from(today.since(day_of(house, row.at)).ok()?.get_days()))))
}

/// Holds a list against ours, and signs for it where that is asked for.
pub(super) async fn against(house: &House, list: Exported, actor: &Actor) -> Result<AgainstView, Problem> {
    if list.sign {
        reason_given(actor)?;
    }
    let names = Names::read(house).await?;
    let row = list.channel.as_deref().map(|called| names.known(house, called)).transpose()?;
    let (name, ours, words) = match row {
        Some(row) => {
            let ours = of_channel(house, row, &list).await?;
            (names.of(&row.code), ours, words(house, &row.code))
        }
        None => {
            let ours = of_core(house, &names.known, &list).await?;
            ("热线系统".to_owned(), ours, Words { core: true, ..Words::default() })
        }
    };
    let findings = compare(&list.rows, &ours, &words);
    let counts = counts(&findings);
    if list.sign {
        let signed =
            SignedList { channel: row.map(|row| row.id), span: list.span, rows: list.rows.len() as u64, counts };
        house.store.sign_list(signed, actor).await?;
    }
    Ok(AgainstView {
        channel: row.map(|row| row.code.clone()),
        name,
        span: list.span,
        rows: list.rows.len() as u64,
        ours: ours.iter().filter(|one| one.is_expected).count() as u64,
        counts,
        findings,
        signed: list.sign,
    })
}

fn counts(findings: &[Finding]) -> [u64; 4] {
    FindingKind::ALL.map(|kind| findings.iter().filter(|finding| finding.kind == kind).count() as u64)
}

/// A channel's words for states, as its file has them for looking them up.
fn words(house: &House, code: &str) -> Words {
    let channel = house.control.channels().into_iter().find(|channel| channel.code == code);
    let status = channel.map(|channel| channel.settings.pointer("/options/return/status").cloned().unwrap_or_default());
    let list = |name: &str| -> Vec<String> {
        let words = status.as_ref().and_then(|status| status.get(name)?.as_array());
        let text = |word: &Value| word.as_str().map_or_else(|| word.to_string(), str::to_owned);
        words.into_iter().flatten().map(text).collect()
    };
    Words { done: list("approved"), redo: list("redo"), core: false }
}

/// A channel's own items: those of the span, and those that the list names.
async fn of_channel(house: &House, row: &ChannelRow, list: &Exported) -> Result<Vec<Ours>, Problem> {
    let mut ours: BTreeMap<i64, Ours> = BTreeMap::new();
    let one = |item: ItemRow, is_expected| (item.version, our(vec![item.external_id.clone()], &item, is_expected));
    let keys: Vec<_> = list.rows.iter().flat_map(|row| row.keys.iter().cloned()).collect();
    for keys in keys.chunks(LOOKED_UP) {
        let items = house.store.items_known(row.id, keys.to_vec()).await?;
        ours.extend(items.into_iter().map(|item| one(item, false)));
    }
    // An act is about another item: a list of items need not hold it.
    let items = in_span(house, row.id, list.span).await?;
    ours.extend(items.into_iter().map(|item| {
        let is_expected = item.place != ItemPlace::Act;
        one(item, is_expected)
    }));
    Ok(ours.into_values().collect())
}

/// What the core should have: every ticket of the span that was forwarded, and those that the list names.
async fn of_core(house: &House, known: &[ChannelRow], list: &Exported) -> Result<Vec<Ours>, Problem> {
    let mut ours: BTreeMap<i64, Ours> = BTreeMap::new();
    for row in known {
        for item in in_span(house, row.id, list.span).await? {
            let Some(ticket) = item.ticket.filter(|_| item.place == ItemPlace::Forwarded) else { continue };
            ours.insert(ticket.id, our(core_keys(&item), &item, true));
        }
        let named = list.rows.iter().filter(|row| row.is_ours).flat_map(|row| row.keys.iter().cloned());
        let named: Vec<_> = named.collect();
        for keys in named.chunks(LOOKED_UP) {
            for item in house.store.items_known(row.id, keys.to_vec()).await? {
                let Some(ticket) = item.ticket else { continue };
                ours.entry(ticket.id).or_insert_with(|| our(core_keys(&item), &item, false));
            }
        }
    }
    for key in list.rows.iter().filter(|row| row.is_ours).flat_map(|row| &row.keys) {
        let Ok(number) = key.parse::<crate::ticket::Spoken>() else { continue };
        let Ok(row) = house.store.ticket(number).await else { continue };
        let state = row.concluded_at.map_or(OurState::Open, |_| OurState::Concluded(None));
        let keys = [Some(row.key.number.to_string()), row.core_number.clone(), Some(row.external_id.clone())];
        let keys: Vec<_> = keys.into_iter().flatten().collect();
        ours.entry(row.key.id).or_insert_with(|| Ours {
            ticket: keys.first().cloned(),
            keys,
            state,
            is_expected: false,
        });
    }
    Ok(ours.into_values().collect())
}

fn core_keys(item: &ItemRow) -> Vec<String> {
    let number = item.ticket.map(|ticket| ticket.number.to_string());
    [number, item.core_number.clone(), Some(item.external_id.clone())].into_iter().flatten().collect()
}

fn our(keys: Vec<String>, item: &ItemRow, is_expected: bool) -> Ours {
    let state = match item.concluded_at {
        Some(_) => OurState::Concluded(item.answered),
        None => OurState::Open,
    };
    Ours { keys, ticket: item.ticket.map(|ticket| ticket.number.to_string()), state, is_expected }
}

/// The items of a channel whose time lies in a span: when they were handed over, else when they came.
async fn in_span(house: &House, channel: u32, span: Option<(Date, Date)>) -> Result<Vec<ItemRow>, Problem> {
    let Some((first, last)) = span else { return Ok(Vec::new()) };
    let begins = |day: Date| {
        let outside =
            |_| Problem::invalid(format!("{day} 不是可用的日期"), format!("{day} is no day that can be used"));
        day.to_zoned(house.zone.clone()).map(|at| at.timestamp()).map_err(outside)
    };
    let (from, until) = (begins(first)?, begins(last.tomorrow().unwrap_or(last))?);
    // What was handed over in the span may have come later; before it nothing comes.
    let (mut after, mut found) = (0, Vec::new());
    loop {
        let items = Items { channel, after, from, until: Timestamp::MAX, limit: PAGE };
        let page = house.store.items(items).await?;
        let by = huiliu_contract::CountedBy::HandedAt;
        found.extend(page.rows.into_iter().filter(|item| (from..until).contains(&held_at(item, by))));
        match page.next {
            Some(next) => after = next,
            None => return Ok(found),
        }
    }
}

fn now(house: &House) -> Timestamp {
    Timestamp::from_millisecond(house.store.clock().now()).unwrap_or_default()
}

fn day_of(house: &House, at: Timestamp) -> Date {
    at.to_zoned(house.zone.clone()).date()
}
