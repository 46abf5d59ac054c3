//! Asking the core for outcomes: page after page while there is more, then again after a while. What was taken of a page is
//! on disk before its cursor is.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use huiliu_contract::{Fault, Poll};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::FarStatus;
use super::gatehouse::Gatehouse;
use super::polling::{ask, bookmarks};
use crate::outcomes::Outcomes;
use crate::store::{AskedPage, CORE, Place, Store, StoreError};

/// How long to wait after our own store failed.
const OURS: Duration = Duration::from_secs(5);

/// The core has one list: the only subject behind its gate.
const LIST: i64 = 0;

/// How the core's list is asked for; another one may come in its place while it runs.
pub struct CoreList(RwLock<(Arc<dyn Poll>, Duration)>);

impl CoreList {
    /// Begins with a connector's asking half, and how long after a walk the next one begins.
    pub fn new(poll: Arc<dyn Poll>, every: Duration) -> Self {
        Self(RwLock::new((poll, every)))
    }

    /// Another one from the next call on.
    pub fn replace(&self, poll: Arc<dyn Poll>, every: Duration) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = (poll, every);
    }

    fn now(&self) -> (Arc<dyn Poll>, Duration) {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The runner that asks the core.
pub struct Asking {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The room that takes outcomes.
    pub outcomes: Outcomes,
    /// How the list is asked for.
    pub list: Arc<CoreList>,
    /// How the far side stands.
    pub status: Arc<FarStatus>,
    /// Rung when a person resumes it.
    pub resumed: Arc<Notify>,
}

/// Why a walk did not come to its end.
enum Broken {
    /// The far side failed.
    Far(Fault),
    /// Our store failed.
    Ours(StoreError),
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::Ours(error)
    }
}

impl Asking {
    /// Runs until stopped.
    pub async fn run(self, stop: CancellationToken) {
        let gate = Gatehouse::default();
        loop {
            let passed = tokio::select! {
                passed = gate.pass(self.store.clock(), &stop) => passed,
                () = self.resumed.notified() => {
                    gate.resume();
                    continue;
                }
            };
            if passed.is_none() {
                return;
            }
            let began = self.store.clock().now();
            let ended = tokio::select! {
                () = stop.cancelled() => return,
                ended = self.walk() => ended,
            };
            let wait = self.after(ended, &gate, began);
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.resumed.notified() => gate.resume(),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// What a walk tells of the far side, and how long to wait before the gate is tried.
    fn after(&self, ended: Result<(), Broken>, gate: &Gatehouse, began: i64) -> Duration {
        let now = self.store.clock().now();
        match ended {
            Ok(()) => {
                if gate.answered(LIST, now) {
                    tracing::info!("the core's list of outcomes can be read again");
                }
                self.status.well();
                self.list.now().1
            }
            Err(Broken::Far(fault)) => {
                let excused = gate.excuse(&fault, LIST, began, now);
                self.status.ill(&fault, excused.as_ref().and_then(|excused| excused.next));
                tracing::warn!(word = fault.word(), %fault, "the core's list of outcomes could not be read");
                // Behind a shut gate the gate waits; else it answered, and what it said may be another next time.
                if excused.is_some() { Duration::ZERO } else { self.list.now().1 }
            }
            Err(Broken::Ours(error)) => {
                gate.probe_was_void();
                tracing::error!(%error, "outcomes of the core's list could not be kept; they are asked for again");
                OURS
            }
        }
    }

    /// Page after page. Each record is on disk, taken or for a person, before the cursor moves.
    async fn walk(&self) -> Result<(), Broken> {
        let (mut cursor, mut kept) = bookmarks(self.store.as_ref(), CORE).await?;
        loop {
            let (poll, _) = self.list.now();
            let page = ask(poll.as_ref(), cursor.as_ref(), kept.as_ref()).await.map_err(Broken::Far)?;
            let mut done = AskedPage::default();
            for item in &page.items {
                self.outcomes.take_asked(item, &mut done).await?;
            }
            let keys = self.store.keys();
            let sealed = |place, body: Option<&[u8]>| {
                body.map(|body| keys.seal(place, i64::from(CORE), body)).transpose().map_err(StoreError::from)
            };
            done.cursor = sealed(Place::Cursor, page.next.as_ref().map(|next| next.0.as_bytes()))?;
            done.keepsake = sealed(Place::Keepsake, page.keep.as_ref().map(|keep| keep.0.reveal().as_slice()))?;
            if !page.items.is_empty() || done.cursor.is_some() || done.keepsake.is_some() {
                let new = self.store.keep_asked(done).await?;
                if new > 0 {
                    tracing::warn!(records = new, "of the core's list cannot be taken; see `huiliu dead list`");
                }
            }
            cursor = page.next.or(cursor);
            kept = page.keep.or(kept);
            if !page.more {
                return Ok(());
            }
        }
    }
}
