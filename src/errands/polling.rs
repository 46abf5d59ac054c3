//! Asking one channel: wait for its turn, poll, take in, and again while there is more.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use huiliu_contract::{Cursor, Fault, Keepsake, Page, Personal, Poll};
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::FarStatus;
use super::attending::{Attending, by};
use crate::channel::Channel;
use crate::intake::{How, Intake, Intaken};
use crate::retry::{Breaker, Gate};
use crate::settings::ChannelState;
use crate::store::{Claim, Errand, Far, FirstRun, NotAccepted, Outcome, Settlement, Store, StoreError, Task};

/// A call that takes longer than this is cut off; its lease is free again.
const LONGEST_CALL: Duration = Duration::from_secs(300);

/// How long a lone failure between pages that came is given before it is asked about again.
const HICCUP: Duration = Duration::from_millis(100);

/// More items than this, or any older than [`OLD`], and a first run stops for a person.
const FIRST_RUN_ITEMS: u64 = 20;
const OLD: Duration = Duration::from_secs(30 * 86_400);

/// The runner of one polled channel.
pub struct Polling {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The store.
    pub store: Arc<dyn Store>,
    /// The intake.
    pub intake: Intake,
    /// How its far side stands.
    pub status: Arc<FarStatus>,
    /// Rung when a person resumes it.
    pub resumed: Arc<Notify>,
    /// Its login, where people use the account too.
    pub login: Option<Arc<Attending>>,
    /// The zone of its hours.
    pub zone: jiff::tz::TimeZone,
}

/// How one errand ended.
enum Ended {
    /// All there was is in.
    Through,
    /// The far side failed.
    Failed(Fault),
    /// Our store failed, or somebody else holds the errand.
    Ours(NotAccepted),
}

impl Polling {
    /// Runs until stopped.
    pub async fn run(self, stop: CancellationToken) {
        let far = Far::Channel(self.channel.enrolled.channel);
        let mut breaker = Breaker::default();
        loop {
            let claims = tokio::select! {
                () = stop.cancelled() => return,
                () = self.resumed.notified() => {
                    breaker.resume();
                    let poll = Errand { task: Task::Poll, subject: i64::from(self.channel.enrolled.channel) };
                    self.store.schedule().hasten(poll, self.store.clock().now());
                    continue;
                }
                claims = self.store.schedule().claim(far, 1, self.store.clock()) => claims,
            };
            for claim in claims {
                if !self.may_ask(&mut breaker, &stop).await {
                    return;
                }
                self.once(claim, &mut breaker, &stop).await;
            }
        }
    }

    /// Waits until the channel may be asked; false when stopped meanwhile.
    async fn may_ask(&self, breaker: &mut Breaker, stop: &CancellationToken) -> bool {
        if let Some(login) = &self.login
            && login.ready(stop).await.is_none()
        {
            return false;
        }
        loop {
            let now = self.store.clock().now();
            let wait = match breaker.gate(now) {
                Gate::Open | Gate::Probe => match self.until_hours().or_else(|| self.login.as_ref()?.shut_for(now)) {
                    None => break,
                    Some(wait) => wait,
                },
                Gate::ShutUntil(at) => Duration::from_millis((at - now).max(1) as u64),
                Gate::Denied => Duration::MAX,
            };
            let parked = self.channel.first_run() == FirstRun::NeedsGoLive;
            tokio::select! {
                () = stop.cancelled() => return false,
                () = self.resumed.notified() => breaker.resume(),
                () = tokio::time::sleep(wait.min(Duration::from_secs(3600))), if !parked => {}
            }
        }
        while self.channel.first_run() == FirstRun::NeedsGoLive {
            tokio::select! {
                () = stop.cancelled() => return false,
                () = self.resumed.notified() => {}
            }
        }
        tokio::select! {
            () = stop.cancelled() => false,
            () = self.channel.pace.turn() => true,
        }
    }

    /// How long until the channel's hours begin; none inside them.
    fn until_hours(&self) -> Option<Duration> {
        let hours = self.channel.settings.poll.hours.as_ref()?;
        let wait = hours.opens_in(Timestamp::now().to_zoned(self.zone.clone()).time());
        (!wait.is_zero()).then_some(wait)
    }

    async fn once(&self, claim: Claim, breaker: &mut Breaker, stop: &CancellationToken) {
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = self.walk(&claim) => ended,
        };
        let now = self.store.clock().now();
        let outcome = match ended {
            Ended::Through => {
                if breaker.success(now) {
                    tracing::info!(channel = %self.channel.code, "the far side answers again");
                }
                self.status.well();
                self.after_first_run().await;
                Outcome::Polled { due: now + self.channel.settings.poll.period().0.as_millis() as i64 }
            }
            // No attempt is counted: it is the far side that failed.
            Ended::Failed(fault) => Outcome::Retry { due: self.failed(&fault, breaker, now), attempts: 0 },
            Ended::Ours(error) => {
                tracing::error!(channel = %self.channel.code, %error, "what was polled could not be kept; it is asked for again");
                Outcome::Retry { due: now + 5000, attempts: 0 }
            }
        };
        self.store.settle(Settlement { claim, outcome }).await;
    }

    fn failed(&self, fault: &Fault, breaker: &mut Breaker, now: i64) -> i64 {
        match fault {
            Fault::Unavailable { retry_after, .. } => drop(breaker.away(now, *retry_after)),
            Fault::Malformed { .. } | Fault::PutOff { .. } => drop(breaker.away(now, Some(Duration::from_secs(30)))),
            Fault::Denied { .. } | Fault::NeedsPerson { .. } => breaker.denied(now),
        }
        let next = match breaker.gate(now) {
            Gate::ShutUntil(at) => Some(at),
            _ => None,
        };
        let again = next.and_then(|at| Timestamp::from_millisecond(at).ok());
        self.status.ill(fault, again);
        if breaker.is_denied() {
            tracing::error!(channel = %self.channel.code, word = fault.word(), %fault,
                "the channel stands still until a person resumes it");
        } else {
            tracing::warn!(channel = %self.channel.code, word = fault.word(), %fault, "a poll failed");
        }
        next.unwrap_or(now)
    }

    /// Page after page, each in one transaction with its cursor.
    async fn walk(&self, claim: &Claim) -> Ended {
        let Some(poll) = &self.channel.connector.poll else { return Ended::Through };
        let (mut cursor, mut kept) = match bookmarks(self.store.as_ref(), self.channel.enrolled.channel).await {
            Ok(bookmarks) => bookmarks,
            Err(error) => return Ended::Ours(NotAccepted::Store(error.to_string())),
        };
        // One hiccup between pages that came is asked about again at once; a second one shuts the gate.
        let mut hiccup = false;
        loop {
            let asking = ask(poll.as_ref(), cursor.as_ref(), kept.as_ref());
            let page = match by(self.login.as_ref(), asking).await {
                Ok(page) => page,
                Err(Fault::Unavailable { retry_after: None, .. }) if hiccup => {
                    hiccup = false;
                    metrics::counter!("huiliu_hiccups_total", "channel" => self.channel.code.to_string()).increment(1);
                    tokio::time::sleep(HICCUP).await;
                    self.channel.pace.turn().await;
                    continue;
                }
                Err(fault) => return Ended::Failed(fault),
            };
            hiccup = true;
            metrics::counter!("huiliu_pages_total", "channel" => self.channel.code.to_string()).increment(1);
            let how = How {
                polled: true,
                once: None,
                lease: Some(claim.lease()),
                cursor: page.next.as_ref().map(|cursor| cursor.0.clone().into_bytes()),
                keepsake: page.keep.as_ref().map(|keep| keep.0.reveal().clone()),
                reasons: true,
                deed: None,
            };
            match self.intake.take(&self.channel, page.items, how).await {
                Ok(done) => {
                    if !done.taken.is_empty() && self.channel.settings.channel.remind.is_some() {
                        crate::intake::handed(self.store.as_ref(), &self.channel.code).await;
                    }
                    crate::telemetry::count_taken(&self.channel.code, &done.taken);
                    self.tell(poll.as_ref(), page.next.as_ref(), done).await;
                }
                Err(error) => return Ended::Ours(error),
            }
            cursor = page.next.or(cursor);
            kept = page.keep.or(kept);
            if !page.more {
                return Ended::Through;
            }
            self.channel.pace.turn().await;
        }
    }

    /// Tells the connector what became of a page. It is on disk: whatever happens in here stops nothing.
    async fn tell(&self, poll: &dyn Poll, next: Option<&Cursor>, done: Intaken) {
        let told = done.told();
        if told.is_empty() {
            return;
        }
        let telling = AssertUnwindSafe(poll.told(next, &told)).catch_unwind();
        match tokio::time::timeout(LONGEST_CALL, telling).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => {
                tracing::error!(channel = %self.channel.code, items = told.len(),
                    "the connector broke while it was told what became of a page; what was taken stands");
            }
            Err(_) => {
                tracing::warn!(channel = %self.channel.code, items = told.len(),
                    "telling the connector what became of a page took longer than any call may; what was taken stands");
            }
        }
    }

    /// The end of a first run: what it met decides whether a person is asked.
    async fn after_first_run(&self) {
        if self.channel.first_run() != FirstRun::Underway || self.channel.settings.channel.state != ChannelState::Live {
            return;
        }
        let id = self.channel.enrolled.channel;
        let old_before = self.store.clock().now() - OLD.as_millis() as i64;
        let counts = match self.store.first_run(id, old_before).await {
            Ok(counts) => counts,
            Err(error) => {
                tracing::error!(channel = %self.channel.code, %error, "the first run could not be counted");
                return;
            }
        };
        let needs_person = counts.items > FIRST_RUN_ITEMS || counts.old > 0;
        match self.store.end_first_run(id, needs_person).await {
            Ok(_) if needs_person => {
                self.channel.set_first_run(FirstRun::NeedsGoLive);
                tracing::warn!(channel = %self.channel.code, items = counts.items, older_than_30_days = counts.old,
                    "the first run met more than can be new; nothing is forwarded until `huiliu channel go-live` says from which date on it counts");
            }
            Ok(released) => {
                self.channel.set_first_run(FirstRun::Through);
                tracing::info!(channel = %self.channel.code, released, "the first run is through");
            }
            Err(error) => tracing::error!(channel = %self.channel.code, %error, "the first run could not be ended"),
        }
    }
}

/// Where the asking of a channel, or of the core, was left.
pub(super) async fn bookmarks(
    store: &dyn Store,
    channel: u32,
) -> Result<(Option<Cursor>, Option<Keepsake>), StoreError> {
    let (cursor, kept) = store.bookmarks(channel).await?;
    let cursor = cursor.and_then(|body| String::from_utf8(body).ok()).map(Cursor);
    Ok((cursor, kept.map(|body| Keepsake(Personal::new(body)))))
}

/// One call, cut off at the longest wait.
pub(super) async fn ask(poll: &dyn Poll, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault> {
    tokio::time::timeout(LONGEST_CALL, poll.poll(after, kept)).await.unwrap_or_else(|_| {
        Err(Fault::unavailable("the call took longer than any may", huiliu_contract::Reached::Maybe))
    })
}
