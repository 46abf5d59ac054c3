//! A mailbox, asked again and again: the connection it keeps, what it remembers between two calls, and how a call goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{
    Cursor, FarSide, Fault, Keepsake, Misconfigured, Page, Personal, Poll, Remark, Site, Told, What as Became,
};
use jiff::ToSpan;
use jiff::tz::TimeZone;
use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, timeout};

use super::Reader;
use super::build::{self, Door, Plan};
use super::care::{self, Kept, Orders};
use super::far::Far;
use super::fetch::Bounds;
use super::folders::{self, Folder, There};
use super::idle::idle;
use super::item::Reading;
use super::line::Line;
use super::open::open;
use super::options::ImapOptions;
use super::place::Place;
use super::sync::{self, Recall, Round};
use super::trouble::{Trouble, What};

/// The longest wait for the server to tell of something new: the gateway cuts a call off after 300 s.
const WAIT: Duration = Duration::from_secs(220);
/// Only a call that took less so far waits, and what it finds then it begins to fetch for so long.
const BRISK: Duration = Duration::from_secs(30);
/// No further letter is begun behind so much of a call.
const BUSY: Duration = Duration::from_secs(200);
/// How often old letters are deleted at most.
const SWEEP: Duration = Duration::from_secs(3600);
/// So many letters are shown to a person who looks.
const LOOK: usize = 10;
/// After so many letters of a folder that is looked through again it is judged whether it is the same one.
const ENOUGH: u32 = 20;
/// A call logs in so often at most.
const LOGINS: u32 = 4;

/// A mailbox.
pub struct Mailbox(Arc<Shared>);

/// What the asking and the walking share: never two connections of one account.
pub(super) struct Shared {
    pub(super) door: Door,
    plan: Plan,
    reader: Arc<dyn Reader>,
    pub(super) inner: Mutex<Inner>,
    /// How many want the connection while it waits.
    callers: AtomicUsize,
    wanted: Notify,
}

/// What is kept between calls.
#[derive(Default)]
pub(super) struct Inner {
    pub(super) line: Option<Line>,
    chosen: Option<Chosen>,
    recall: Recall,
    /// How often in a row the login was refused.
    refused: u32,
    /// The server wanted to be told who we are.
    pub(super) tell: bool,
    /// The last call found nothing.
    quiet: bool,
    swept: Option<Instant>,
    /// Which items of the last page came out of folders that are looked through again.
    last: Vec<Option<(String, u32)>>,
    /// Of those how many came, and how many were not known.
    tally: BTreeMap<(String, u32), (u32, u32)>,
    asked: BTreeSet<(String, u32)>,
    agreed: BTreeSet<(String, u32)>,
}

/// Folders and orders by the names that the server has.
#[derive(Clone)]
struct Chosen {
    folders: Vec<Folder>,
    orders: Orders,
}

/// Somebody who wants the connection, for as long as this lives.
pub(super) struct Caller<'a>(&'a AtomicUsize);

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Mailbox {
    /// Builds a mailbox; contacts nobody.
    ///
    /// # Errors
    ///
    /// All mistakes of the options at once.
    pub fn build(options: ImapOptions, reader: Arc<dyn Reader>, site: &dyn Site) -> Result<Self, Vec<Misconfigured>> {
        let (door, plan) = build::read(options, site)?;
        let (inner, callers, wanted) = (Mutex::default(), AtomicUsize::new(0), Notify::new());
        Ok(Self(Arc::new(Shared { door, plan, reader, inner, callers, wanted })))
    }

    /// The server as a far side, for `check --online`; its login is this mailbox's, and takes the place of a connection that is
    /// kept.
    pub fn far(&self) -> Box<dyn FarSide> {
        Box::new(Far(Arc::clone(&self.0)))
    }
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Mailbox").field(&self.0.door.way.address()).finish()
    }
}

#[async_trait]
impl Poll for Mailbox {
    async fn poll(&self, after: Option<&Cursor>, _: Option<&Keepsake>) -> Result<Page, Fault> {
        let place = Place::read(after)?;
        let mut inner = self.0.inner.lock().await;
        Box::pin(self.0.call(&mut inner, place, false)).await
    }

    async fn preview(&self, after: Option<&Cursor>, _: Option<&Keepsake>) -> Result<Page, Fault> {
        let place = Place::read(after)?;
        let _caller = self.0.caller();
        let mut inner = self.0.inner.lock().await;
        Box::pin(self.0.call(&mut inner, place, true)).await
    }

    fn since(&self, at: huiliu_contract::Timestamp) -> Option<Cursor> {
        Place { since: Some(at), ..Place::default() }.cursor()
    }

    fn spelled(&self, cursor: &Cursor) -> Option<Remark> {
        Place::read(Some(cursor)).ok().map(|place| place.spelled())
    }

    async fn told(&self, _: Option<&Cursor>, told: &[Told]) {
        let mut inner = self.0.inner.lock().await;
        let last = std::mem::take(&mut inner.last);
        if last.len() != told.len() {
            return;
        }
        for (folder, told) in last.into_iter().zip(told) {
            let Some(folder) = folder else { continue };
            let known = matches!(told.taken.what, Became::Repeat | Became::Joined | Became::Revised);
            let (came, new) = inner.tally.entry(folder).or_default();
            *came += 1;
            *new += u32::from(!known);
        }
    }
}

impl Shared {
    /// Asks for the connection: whoever waits on it lets it go.
    pub(super) fn caller(&self) -> Caller<'_> {
        self.callers.fetch_add(1, Ordering::SeqCst);
        self.wanted.notify_waiters();
        Caller(&self.callers)
    }

    /// One call: as often as it takes to get past a connection that ended meanwhile, or a letter that breaks it.
    async fn call(&self, inner: &mut Inner, place: Place, looks: bool) -> Result<Page, Fault> {
        if !looks {
            self.doubt(inner, &place)?;
        }
        let began = Instant::now();
        let mut logins = u32::from(inner.line.is_none());
        loop {
            let trouble = match Box::pin(self.attempt(inner, place.clone(), looks, began)).await {
                Ok(page) => return Ok(page),
                Err(trouble) => trouble,
            };
            let again = match trouble.what {
                // A connection that was kept may have ended long ago.
                What::Lost => logins == 0,
                What::Odd => logins < LOGINS && !looks,
                What::Unsafe => !std::mem::replace(&mut inner.tell, true),
                _ => false,
            };
            if !again || began.elapsed() > BUSY {
                let again = inner.refused > 1;
                if again {
                    inner.refused = 0;
                }
                return Err(trouble.fault(again));
            }
            logins += 1;
        }
    }

    async fn attempt(&self, inner: &mut Inner, place: Place, looks: bool, began: Instant) -> Result<Page, Trouble> {
        // While it is used it belongs to this call: a call that is dropped takes it along.
        let mut line = match inner.line.take() {
            Some(line) => line,
            None => {
                inner.chosen = None;
                inner.recall.pending = None;
                Box::pin(self.logged_in(inner)).await?
            }
        };
        let done = match looks {
            true => Box::pin(self.look(&mut line, inner, place, began)).await,
            false => Box::pin(self.ask(&mut line, inner, place, began)).await,
        };
        match done {
            Ok((page, trouble)) => {
                inner.line = Some(line).filter(|_| trouble.is_none_or(|trouble| trouble.leaves_the_line()));
                Ok(page)
            }
            Err(trouble) => {
                inner.line = Some(line).filter(|_| trouble.leaves_the_line());
                Err(trouble)
            }
        }
    }

    async fn logged_in(&self, inner: &mut Inner) -> Result<Line, Trouble> {
        match open(&self.door, inner.tell).await {
            Ok(line) => {
                inner.refused = 0;
                Ok(line)
            }
            Err(trouble) => {
                inner.refused = if trouble.what == What::Login { inner.refused + 1 } else { inner.refused };
                Err(trouble)
            }
        }
    }

    async fn chosen(&self, line: &mut Line, inner: &mut Inner) -> Result<Chosen, Trouble> {
        if let Some(chosen) = &inner.chosen {
            return Ok(chosen.clone());
        }
        let there = folders::list(line).await?;
        let folders = self.chosen_of(&there)?;
        let orders = Orders::new(&self.plan.afterwards, self.plan.unfit_to.as_ref(), &there);
        Ok(inner.chosen.insert(Chosen { folders, orders }).clone())
    }

    /// The folders that are read, of those there are.
    pub(super) fn chosen_of(&self, there: &[There]) -> Result<Vec<Folder>, Trouble> {
        folders::chosen(&self.plan.folders, self.plan.junk, there)
    }

    fn round(&self, orders: &Orders, began: Instant) -> Round<'_> {
        let moves_unfit = orders.unfit_to.is_some();
        Round {
            plan: &self.plan,
            reading: Reading { reader: self.reader.as_ref(), blind: self.plan.blind.as_ref() },
            bounds: Bounds {
                letters: self.plan.page,
                weight: self.plan.weight,
                largest: self.plan.largest,
                until: began + BUSY,
            },
            writes: orders.kept != Kept::Nothing || moves_unfit,
            cares: orders.cares(),
            moves_unfit,
            looks: false,
        }
    }

    /// What a poll does: after-care of what is committed, a round, and if there is nothing again, a wait and a round.
    async fn ask(
        &self,
        line: &mut Line,
        inner: &mut Inner,
        before: Place,
        began: Instant,
    ) -> Result<(Page, Option<Trouble>), Trouble> {
        let chosen = self.chosen(line, inner).await?;
        let mut place = before.clone();
        Box::pin(self.care(line, inner, &chosen, &mut place)).await?;
        let round = self.round(&chosen.orders, began);
        let mut brought = Box::pin(sync::round(line, &chosen.folders, &mut place, &mut inner.recall, round)).await?;
        let mut nothing = brought.items.is_empty() && place == before;
        if nothing && inner.quiet && began.elapsed() < BRISK {
            Box::pin(self.wait(line, &chosen, &place, round)).await?;
            let round = Round { bounds: Bounds { until: Instant::now() + BRISK, ..round.bounds }, ..round };
            brought = Box::pin(sync::round(line, &chosen.folders, &mut place, &mut inner.recall, round)).await?;
            nothing = brought.items.is_empty() && place == before;
        }
        inner.quiet = nothing;
        inner.last = brought.again;
        let next = if place == before { None } else { place.cursor() };
        Ok((Page { items: brought.items, next, more: brought.more, keep: None }, brought.trouble))
    }

    /// What a look does: the same round, with nothing remembered and nothing changed.
    async fn look(
        &self,
        line: &mut Line,
        inner: &mut Inner,
        mut place: Place,
        began: Instant,
    ) -> Result<(Page, Option<Trouble>), Trouble> {
        let chosen = self.chosen(line, inner).await?;
        let round = self.round(&chosen.orders, began);
        let bounds = Bounds { letters: LOOK, ..round.bounds };
        let round = Round { writes: false, looks: true, bounds, ..round };
        let mut recall = Recall::default();
        let brought = Box::pin(sync::round(line, &chosen.folders, &mut place, &mut recall, round)).await?;
        Ok((Page { items: brought.items, next: place.cursor(), more: brought.more, keep: None }, brought.trouble))
    }

    async fn care(
        &self,
        line: &mut Line,
        inner: &mut Inner,
        chosen: &Chosen,
        place: &mut Place,
    ) -> Result<(), Trouble> {
        for folder in &chosen.folders {
            let Some(spot) = place.folders.get_mut(&folder.name) else { continue };
            Box::pin(care::care(line, folder, spot, &chosen.orders)).await?;
        }
        let Kept::Delete(days) = chosen.orders.kept else { return Ok(()) };
        if inner.swept.is_some_and(|at| at.elapsed() < SWEEP) {
            return Ok(());
        }
        // The day of the server may be another one than ours.
        let today = jiff::Timestamp::now().to_zoned(TimeZone::UTC).date();
        let Ok(day) = today.checked_sub((i64::from(days) + 1).days()) else { return Ok(()) };
        for folder in &chosen.folders {
            let Some(spot) = place.folders.get(&folder.name) else { continue };
            Box::pin(care::sweep(line, folder, spot, day)).await?;
        }
        inner.swept = Some(Instant::now());
        Ok(())
    }

    /// Waits for something new in the first folder, unless somebody else wants the connection.
    async fn wait(&self, line: &mut Line, chosen: &Chosen, place: &Place, round: Round<'_>) -> Result<(), Trouble> {
        let mut wanted = std::pin::pin!(self.wanted.notified());
        wanted.as_mut().enable();
        if self.callers.load(Ordering::SeqCst) > 0 {
            return Ok(());
        }
        if !line.can.idle {
            // Nobody wanted it: the time is over.
            let _ = timeout(self.plan.without_idle, wanted).await;
            return Ok(());
        }
        let Some(first) = chosen.folders.first() else { return Ok(()) };
        if line.opened.as_ref().is_none_or(|open| open.wire != first.wire) {
            // What came there while others were looked into makes no event any more.
            let is_new = sync::has_new(line, first, place, round).await?;
            if is_new {
                return Ok(());
            }
        }
        match idle(line, WAIT, wanted).await {
            Err(trouble) if trouble.leaves_the_line() => {
                line.can.idle = false;
                Ok(())
            }
            other => other,
        }
    }

    /// Whether a folder that was numbered anew is the one it was: most of what is looked through again should be known. If it
    /// is not, a person is asked, once.
    fn doubt(&self, inner: &mut Inner, place: &Place) -> Result<(), Fault> {
        for (name, spot) in &place.folders {
            let key = (name.clone(), spot.validity);
            let (came, new) = inner.tally.get(&key).copied().unwrap_or_default();
            if spot.again.is_none() || came < ENOUGH || new * 2 <= came || inner.agreed.contains(&key) {
                continue;
            }
            if inner.asked.contains(&key) {
                inner.agreed.insert(key);
                continue;
            }
            inner.asked.insert(key);
            return Err(Fault::NeedsPerson {
                message: format!(
                    "folder `{name}` was numbered anew by its server, and {new} of the {came} letters looked through so far \
                     were never seen here: was the mailbox swapped or restored? Resume the channel if they shall be taken"
                ),
                challenge: Personal::new(String::new()),
            });
        }
        Ok(())
    }
}
