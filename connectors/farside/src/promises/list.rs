//! The promises themselves, but for those about borders and logs.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use huiliu_contract::{Cursor, Fault, Item, Keepsake, Page, Poll};

use super::twin::Twin;
use super::{ENOUGH, Ground, PAGE, Subject, borders, logs};
use crate::platform::Trick;

/// One promise of kinds that are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promise {
    /// However many items there are, and whatever is added in mid-walk: every one is handed over.
    NothingIsLost,
    /// Inside one walk over a list that stands still, no item is handed over twice.
    NothingIsRepeated,
    /// Asked twice with one cursor it gives the same page.
    OneCursorOnePage,
    /// 401 is denied.
    StrangersAreDenied,
    /// 429 and 503 are unavailable, and how long to wait is handed on, in seconds or as a date, clamped.
    WaitIsHandedOn,
    /// A connection that is cut, closed or refused is unavailable, and nothing is lost by it.
    CutLineIsUnavailable,
    /// What is not understood is malformed, never an empty list.
    NonsenseIsMalformed,
    /// A page that comes twice in a walk is malformed, never the end.
    SamePageAgainIsMalformed,
    /// An item without a number is handed over as unreadable, and the others go on.
    OneBadItemStopsNoOther,
    /// No secret and nothing personal stands in any Debug or log.
    NoSecretShows,
}

/// All of them.
pub const PROMISES: &[Promise] = &[
    Promise::NothingIsLost,
    Promise::NothingIsRepeated,
    Promise::OneCursorOnePage,
    Promise::StrangersAreDenied,
    Promise::WaitIsHandedOn,
    Promise::CutLineIsUnavailable,
    Promise::NonsenseIsMalformed,
    Promise::SamePageAgainIsMalformed,
    Promise::OneBadItemStopsNoOther,
    Promise::NoSecretShows,
];

impl Promise {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::NothingIsLost => "nothing is lost at a page border",
            Self::NothingIsRepeated => "nothing is repeated at a page border",
            Self::OneCursorOnePage => "one cursor gives one page",
            Self::StrangersAreDenied => "401 is denied",
            Self::WaitIsHandedOn => "429 is unavailable and its wait is handed on",
            Self::CutLineIsUnavailable => "a cut line is unavailable",
            Self::NonsenseIsMalformed => "nonsense is malformed",
            Self::SamePageAgainIsMalformed => "a page that comes twice is malformed",
            Self::OneBadItemStopsNoOther => "one bad item stops no other",
            Self::NoSecretShows => "no secret shows",
        }
    }

    /// Tries it; an error says what was seen instead. A promise about borders holds for a kind without any.
    pub async fn try_on<G: Ground>(self, subject: Subject<'_, G>) -> Result<(), String> {
        match self {
            Self::NothingIsLost => borders::nothing_is_lost(subject).await,
            Self::NothingIsRepeated => borders::nothing_is_repeated(subject).await,
            Self::OneCursorOnePage => borders::one_cursor_one_page(subject).await,
            Self::StrangersAreDenied => strangers_are_denied(subject).await,
            Self::WaitIsHandedOn => wait_is_handed_on(subject).await,
            Self::CutLineIsUnavailable => cut_line_is_unavailable(subject).await,
            Self::NonsenseIsMalformed => nonsense_is_malformed(subject).await,
            Self::SamePageAgainIsMalformed => same_page_again_is_malformed(subject).await,
            Self::OneBadItemStopsNoOther => one_bad_item_stops_no_other(subject).await,
            Self::NoSecretShows => logs::no_secret_shows(subject).await,
        }
    }
}

/// A platform with so many items, and what is asked about it.
pub(super) struct Trial<'a, G: Ground> {
    pub(super) platform: G,
    pub(super) poll: Box<dyn Poll + 'a>,
    /// What was kept when a cursor was stored: the two are committed together.
    kept: Mutex<BTreeMap<Option<String>, Keepsake>>,
}

impl<'a, G: Ground> Trial<'a, G> {
    pub(super) async fn of(subject: Subject<'a, G>, items: u64) -> Result<Self, String> {
        let platform = G::open(subject.options, items).await.map_err(|error| format!("no platform: {error}"))?;
        let poll = (subject.make)(&platform).poll.ok_or("the connector cannot be polled")?;
        let poll: Box<dyn Poll + 'a> = match subject.flaw {
            Some(flaw) => Box::new(Twin::of(poll, flaw, subject.secrets)),
            None => poll,
        };
        Ok(Self { platform, poll, kept: Mutex::default() })
    }

    pub(super) async fn page(&self, after: Option<&Cursor>) -> Result<Page, String> {
        self.ask(after).await.map_err(|fault| format!("a poll failed: {fault}"))
    }

    /// Asks as the gateway does: with what was kept together with the cursor, and keeps what is new.
    pub(super) async fn ask(&self, after: Option<&Cursor>) -> Result<Page, Fault> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let name = |cursor: Option<&Cursor>| cursor.map(|cursor| cursor.0.clone());
        let kept = lock().get(&name(after)).cloned();
        let page = self.poll.poll(after, kept.as_ref()).await?;
        if let Some(keep) = page.keep.clone().or(kept) {
            lock().insert(name(page.next.as_ref().or(after)), keep);
        }
        Ok(page)
    }

    /// All items until there is no more for now.
    async fn items(&self, mut after: Option<Cursor>) -> Result<Vec<Item>, String> {
        let mut items = Vec::new();
        for _ in 0..ENOUGH {
            let page = self.page(after.as_ref()).await?;
            items.extend(page.items);
            after = page.next.or(after);
            if !page.more {
                return Ok(items);
            }
        }
        Err(format!("no end after {ENOUGH} pages"))
    }

    async fn fault(&self, after: Option<&Cursor>) -> Result<Fault, String> {
        match self.ask(after).await {
            Err(fault) => Ok(fault),
            Ok(page) => Err(format!("a page of {} items instead of a fault", page.items.len())),
        }
    }
}

async fn strangers_are_denied<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject, 2).await?;
    trial.page(None).await?;
    trial.platform.estrange();
    match trial.fault(None).await? {
        Fault::Denied { .. } => Ok(()),
        other => Err(format!("401 was told as {}", other.word())),
    }
}

async fn wait_is_handed_on<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject, 2).await?;
    let told = [
        (429, "7", 7..=7),
        (503, "120", 120..=120),
        (429, "0", 1..=1),
        (503, "999999", 3600..=3600),
        // A date long ahead: the clamp is what is certain without looking at a clock.
        (429, "Fri, 01 Jan 2100 00:00:00 GMT", 3600..=3600),
    ];
    for (status, wait, range) in told {
        trial.platform.play(&[Trick::Status(status, Some(wait.into()))]);
        match trial.fault(None).await? {
            Fault::Unavailable { retry_after: Some(found), .. } if range.contains(&found.as_secs()) => {}
            Fault::Unavailable { retry_after, .. } => {
                return Err(format!("{status} with Retry-After {wait} was told as a wait of {retry_after:?}"));
            }
            other => return Err(format!("{status} was told as {}", other.word())),
        }
    }
    trial.platform.play(&[Trick::Status(429, None)]);
    match trial.fault(None).await? {
        Fault::Unavailable { retry_after: None, .. } => Ok(()),
        Fault::Unavailable { retry_after: Some(Duration { .. }), .. } => Err("a wait was made up".into()),
        other => Err(format!("429 was told as {}", other.word())),
    }
}

async fn cut_line_is_unavailable<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject, 2).await?;
    for trick in [Trick::CutBody, Trick::HangUp] {
        trial.platform.play(std::slice::from_ref(&trick));
        match trial.fault(None).await? {
            Fault::Unavailable { .. } => {}
            other => return Err(format!("{trick:?} was told as {}", other.word())),
        }
    }
    trial.platform.shut().await;
    match trial.fault(None).await? {
        Fault::Unavailable { reached: huiliu_contract::Reached::No, .. } => {}
        other => return Err(format!("a shut port was told as {other}")),
    }
    trial.platform.reopen().await.map_err(|error| format!("the port does not open again: {error}"))?;
    match trial.items(None).await?.is_empty() {
        false => Ok(()),
        true => Err("after the line was mended, nothing came".into()),
    }
}

async fn nonsense_is_malformed<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject, 2).await?;
    for trick in [Trick::Html, Trick::NoList, Trick::Code("E77".into()), Trick::Status(404, None)] {
        trial.platform.play(std::slice::from_ref(&trick));
        match trial.fault(None).await? {
            Fault::Malformed { .. } => {}
            other => return Err(format!("{trick:?} was told as {}", other.word())),
        }
    }
    Ok(())
}

async fn same_page_again_is_malformed<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    if !subject.paged {
        return Ok(());
    }
    let trial = Trial::of(subject, 3 * PAGE).await?;
    // The cursor from which the list is asked for again: between the pages there may be details.
    let mut after = trial.page(None).await?.next;
    loop {
        let before = trial.platform.lists();
        let next = trial.page(after.as_ref()).await?.next;
        if trial.platform.lists() > before {
            break;
        }
        after = next;
    }
    // The page before is the first one again.
    trial.page(None).await?;
    trial.platform.play(&[Trick::SamePageAgain]);
    match trial.fault(after.as_ref()).await? {
        Fault::Malformed { .. } => {}
        other => return Err(format!("it was told as {}", other.word())),
    }
    match trial.items(after).await?.is_empty() {
        false => Ok(()),
        true => Err("after it, the right page did not come".into()),
    }
}

async fn one_bad_item_stops_no_other<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject, 0).await?;
    trial.platform.grow_malformed();
    trial.platform.grow(2);
    let items = trial.items(None).await?;
    match items.as_slice() {
        [Item::Unreadable(bad), ..] if bad.raw.bytes.reveal().is_empty() => Err("the bad item was not kept".into()),
        [Item::Unreadable(_), Item::Submission(_), ..] => Ok(()),
        _ => Err("a bad item and a good one were not handed over as that".into()),
    }
}
