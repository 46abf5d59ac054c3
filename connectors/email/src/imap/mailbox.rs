//! A mailbox, asked again and again: the connection it keeps, what it remembers between two calls, and what ends a call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{
    Cursor, FarSide, Fault, Keepsake, Misconfigured, Page, Poll, Remark, Site, Told, What as Became,
};
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

use super::Reader;
use super::build::{self, Door, Plan};
use super::care::Orders;
use super::far::Far;
use super::folders::Folder;
use super::line::Line;
use super::open::open;
use super::options::ImapOptions;
use super::place::Place;
use super::sync::Recall;
use super::trouble::{Trouble, What};

/// No further letter is begun behind so much of a call.
pub(super) const BUSY: Duration = Duration::from_secs(200);
/// A call logs in so often at most.
const LOGINS: u32 = 4;

/// A mailbox.
pub struct Mailbox(Arc<Shared>);

/// What the asking and the walking share: never two connections of one account.
pub(super) struct Shared {
    pub(super) door: Door,
    pub(super) plan: Plan,
    pub(super) reader: Arc<dyn Reader>,
    pub(super) inner: Mutex<Inner>,
    /// How many want the connection while it waits.
    pub(super) callers: AtomicUsize,
    pub(super) wanted: Notify,
}

/// What is kept between calls.
#[derive(Default)]
pub(super) struct Inner {
    pub(super) line: Option<Line>,
    pub(super) chosen: Option<Chosen>,
    pub(super) recall: Recall,
    /// How often in a row the login was refused.
    refused: u32,
    /// The server wanted to be told who we are.
    pub(super) tell: bool,
    /// The last call found nothing.
    pub(super) quiet: bool,
    pub(super) swept: Option<Instant>,
    /// Which items of the last page came out of folders that are looked through again.
    pub(super) last: Vec<Option<(String, u32)>>,
    /// Of those how many came, and how many were not known.
    pub(super) tally: BTreeMap<(String, u32), (u32, u32)>,
    pub(super) asked: BTreeSet<(String, u32)>,
    pub(super) agreed: BTreeSet<(String, u32)>,
}

/// Folders and orders by the names that the server has.
#[derive(Clone)]
pub(super) struct Chosen {
    pub(super) folders: Vec<Folder>,
    pub(super) orders: Orders,
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
        let mut scratch = looks.then(Recall::default);
        if !looks {
            self.doubt(inner, &place)?;
        }
        let began = Instant::now();
        let mut logins = u32::from(inner.line.is_none());
        loop {
            let trouble = match Box::pin(self.attempt(inner, place.clone(), scratch.as_mut(), began)).await {
                Ok(page) => return Ok(page),
                Err(trouble) => trouble,
            };
            let again = match trouble.what {
                // A connection that was kept may have ended long ago.
                What::Lost => logins == 0,
                What::Odd => logins < LOGINS,
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

    /// One try; `scratch` is the memory of a person who looks.
    async fn attempt(
        &self,
        inner: &mut Inner,
        place: Place,
        scratch: Option<&mut Recall>,
        began: Instant,
    ) -> Result<Page, Trouble> {
        // While it is used it belongs to this call: a call that is dropped takes it along.
        let mut line = match inner.line.take() {
            Some(line) => line,
            None => {
                inner.chosen = None;
                inner.recall.pending = None;
                Box::pin(self.logged_in(inner)).await?
            }
        };
        let done = match scratch {
            Some(recall) => Box::pin(self.look(&mut line, inner, place, recall, began)).await,
            None => Box::pin(self.ask(&mut line, inner, place, began)).await,
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
}
