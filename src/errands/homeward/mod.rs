//! The way home: claims the lane of a source, does its next step, and settles what came of it. Nothing is sent before
//! the try that sends it is on disk.

mod enclosing;
mod judging;
mod telling;
mod words;

use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::OutcomeKind;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::FarStatus;
use super::attending::Attending;
use super::gatehouse::Gatehouse;
use super::lane::{Rules, Step, is_uncertain, learn, next};
use crate::channel::Channel;
use crate::store::{
    Again, Carried, Claim, DeadKind, Fact, Far, Lane, LaneItem, Outcome, Place, Reference, SealError, Settlement,
    Store, StoreError,
};

/// How often one outcome may be told to a far side when nobody knows whether it heard it.
const TELLINGS: usize = 2;

/// How long a call to a far side may take, whatever its client allows.
const LONGEST_CALL: Duration = Duration::from_secs(300);

/// How long a lane waits that could not be read or sealed for reasons of ours.
const OUR_FAULT: i64 = 5_000;

/// The runner of one channel's way home.
pub struct Homeward {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The store.
    pub store: Arc<dyn Store>,
    /// How its far side stands.
    pub status: Arc<FarStatus>,
    /// Rung when a person resumes it.
    pub resumed: Arc<Notify>,
    /// Its login, where people use the account too.
    pub login: Option<Arc<Attending>>,
    /// The zone in which dates are said.
    pub zone: jiff::tz::TimeZone,
}

/// What the workers of one channel share.
struct Shared {
    channel: Arc<Channel>,
    store: Arc<dyn Store>,
    status: Arc<FarStatus>,
    login: Option<Arc<Attending>>,
    zone: jiff::tz::TimeZone,
    gate: Gatehouse,
    written_back: metrics::Counter,
}

/// A lane to be walked: its claim, a place among those under way, and what is to be carried.
type Due = (Claim, OwnedSemaphorePermit, Result<Lane, StoreError>);

/// What a step yielded: to be written, and when the lane is looked at again.
type Yield = (Vec<Fact>, Again);

/// Our own failure in the middle of a step: the lane is walked again a little later.
struct Ours(String);

impl From<SealError> for Ours {
    fn from(error: SealError) -> Self {
        Self(error.to_string())
    }
}

impl From<StoreError> for Ours {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl Homeward {
    /// Runs until stopped, with as many lanes under way as the channel's file allows calls at once; what is under way then
    /// is ended.
    pub async fn run(self, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(self.channel.settings.back.in_flight()));
        let code = self.channel.code.to_string();
        let shared = Arc::new(Shared {
            written_back: metrics::counter!("huiliu_written_back_total", "channel" => code),
            channel: self.channel,
            store: self.store,
            status: self.status,
            login: self.login,
            zone: self.zone,
            gate: Gatehouse::default(),
        });
        if shared.status.needs_person() {
            shared.gate.doubt(shared.store.clock().now());
        }
        let walking = TaskTracker::new();
        let next = || Box::pin(shared.clone().next(places.clone(), stop.clone()));
        // Whoever passed the gate as the probe goes on to be it: this future lives until it yields.
        let mut coming = next();
        loop {
            tokio::select! {
                () = self.resumed.notified() => shared.gate.resume(),
                came = &mut coming => match came {
                    Some(due) => {
                        for (claim, place, lane) in due {
                            let shared = shared.clone();
                            walking.spawn(async move {
                                shared.walk(claim, lane).await;
                                drop(place);
                            });
                        }
                        coming = next();
                    }
                    None => break,
                },
            }
        }
        walking.close();
        walking.wait().await;
    }
}

impl Rules for Channel {
    fn carries(&self, kind: OutcomeKind) -> bool {
        self.connector.outlet.as_ref().is_some_and(|outlet| outlet.carries(kind))
    }

    fn by_hand(&self, kind: OutcomeKind) -> bool {
        self.settings.back.wants(kind)
    }

    fn approves(&self, kind: OutcomeKind) -> bool {
        self.settings.back.approves(kind)
    }
}

impl Shared {
    /// The next lanes to walk, as many as there are places for, read together; none when stopped.
    async fn next(self: Arc<Self>, places: Arc<Semaphore>, stop: CancellationToken) -> Option<Vec<Due>> {
        let far = Far::Outlet(self.channel.enrolled.channel);
        let place = tokio::select! {
            () = stop.cancelled() => return None,
            place = places.clone().acquire_owned() => place.ok()?,
        };
        let claims = loop {
            if let Some(login) = &self.login {
                login.opened(&stop).await?;
            }
            let probe = self.gate.pass(self.store.clock(), &stop).await?;
            let free = if probe { 1 } else { 1 + places.available_permits() };
            let claims = tokio::select! {
                () = stop.cancelled() => return None,
                claims = self.store.schedule().claim(far, free, self.store.clock()) => claims,
            };
            // The gate may have shut while we waited for something to do.
            let now = self.store.clock().now();
            let shut = self.login.as_ref().and_then(|login| login.shut_for(now)).is_some();
            if !shut && self.gate.may_go(probe, now) {
                break claims;
            }
            if probe {
                self.gate.probe_was_void();
            }
        };
        let references = claims.iter().map(|claim| Reference::from_number(claim.errand.subject)).collect();
        let lanes = self.store.lanes(references).await;
        // Nobody else takes places: those that were free still are.
        let places = std::iter::once(place).chain(std::iter::from_fn(|| places.clone().try_acquire_owned().ok()));
        Some(claims.into_iter().zip(places).zip(lanes).map(|((claim, place), lane)| (claim, place, lane)).collect())
    }

    /// One step of one lane.
    async fn walk(&self, claim: Claim, lane: Result<Lane, StoreError>) {
        let walked = match lane {
            Ok(lane) => self.step(&claim, lane).await,
            Err(error) => Err(error.into()),
        };
        let (facts, again) = match walked {
            Ok(Some(yielded)) => yielded,
            // The lease is lost: whoever holds it now walks this lane.
            Ok(None) => {
                self.gate.probe_was_void();
                return;
            }
            Err(Ours(error)) => {
                self.gate.probe_was_void();
                tracing::error!(channel = %self.channel.code, error, "a write-back met a failure of ours; it is tried again");
                (Vec::new(), Again::At(self.store.clock().now() + OUR_FAULT))
            }
        };
        self.store.settle(Settlement { claim, outcome: Outcome::Homeward { facts, again } }).await;
    }

    /// Does the next step, and says when the lane is to be looked at again.
    async fn step(&self, claim: &Claim, mut lane: Lane) -> Result<Option<Yield>, Ours> {
        let Some((facts, again)) = self.do_next(claim, &lane).await? else { return Ok(None) };
        let again = if again == Again::Now { self.again(&mut lane, &facts) } else { again };
        Ok(Some((facts, again)))
    }

    /// When a lane is looked at again once these facts stand on disk: mostly nothing is left to do, and that is known
    /// without reading it anew. What is planted meanwhile is seen by the store.
    fn again(&self, lane: &mut Lane, facts: &[Fact]) -> Again {
        if !learn(lane, facts, self.store.clock().now()) {
            return Again::Now;
        }
        match next(lane, self.channel.as_ref(), &same) {
            Step::Rest => Again::Never,
            Step::Watch { n } => {
                lane.items.iter().find(|item| item.n == n).map_or(Again::Now, |item| self.watched(item))
            }
            _ => Again::Now,
        }
    }

    async fn do_next(&self, claim: &Claim, lane: &Lane) -> Result<Option<Yield>, Ours> {
        let step = next(lane, self.channel.as_ref(), &same);
        let item = |n: u32| lane.items.iter().find(|item| item.n == n);
        let (Step::Leave { n, .. }
        | Step::Approve { n }
        | Step::ByHand { n }
        | Step::Send { n }
        | Step::Resolve { n }
        | Step::Watch { n }) = step
        else {
            self.gate.probe_was_void();
            return Ok(Some((Vec::new(), Again::Never)));
        };
        let Some(item) = item(n) else { return Err(Ours(format!("item {n} is not in its lane"))) };
        let asks = matches!(step, Step::Send { .. } | Step::Resolve { .. } | Step::Watch { .. });
        if !asks {
            self.gate.probe_was_void();
        }
        match step {
            Step::Leave { state, .. } => Ok(Some((vec![Fact::State { n, state }], Again::Now))),
            Step::Approve { .. } => self.ask_for_approval(lane, item).map(Some),
            Step::ByHand { .. } => {
                let about = self.by_hand(lane, item);
                self.person(item, DeadKind::ByHand, "by_hand", &about).map(Some)
            }
            Step::Send { .. } => self.send(claim, lane, item).await,
            Step::Resolve { .. } => self.resolve(claim, lane, item).await,
            Step::Watch { .. } => self.watch(claim, lane, item).await.map(Some),
            Step::Rest => Ok(Some((Vec::new(), Again::Never))),
        }
    }

    /// What it means that the far side has an item and judges it no more: our return that stands there is granted.
    fn settled(&self, item: &LaneItem) -> Vec<Fact> {
        let state = Fact::State { n: item.n, state: Carried::Settled };
        match item.kind {
            OutcomeKind::ReturnedToSource => vec![state, Fact::Returned],
            _ => vec![state],
        }
    }

    /// By when a matter is to be done that is sent back now (ms), by the channel's rule.
    fn anew(&self) -> Option<i64> {
        let now = Timestamp::from_millisecond(self.store.clock().now()).ok()?;
        self.channel.time_limit.as_ref()?.from(now)?.computed.map(Timestamp::as_millisecond)
    }

    /// A to-do for a person, with sealed details.
    fn person(&self, item: &LaneItem, kind: DeadKind, reason: &'static str, details: &Value) -> Result<Yield, Ours> {
        let id = self.store.reserve();
        let body = self.store.keys().seal(Place::Dead, id, details.to_string().as_bytes())?;
        tracing::warn!(channel = %self.channel.code, n = item.n, kind = item.kind.word(), reason, "a write-back needs a person");
        metrics::counter!("huiliu_write_back_needs_person_total", "channel" => self.channel.code.to_string(), "reason" => reason)
            .increment(1);
        Ok((vec![Fact::Person { n: item.n, kind, reason, id, body }], Again::Now))
    }
}

/// Whether two outcomes say the same, whenever they were said.
fn same(a: &LaneItem, b: &LaneItem) -> bool {
    if a.kind != b.kind || is_uncertain(a) {
        return false;
    }
    let said = |item: &LaneItem| {
        let mut said: Value = serde_json::from_slice(item.outcome.as_deref().unwrap_or(b"{}")).unwrap_or_default();
        if let Some(said) = said.as_object_mut() {
            said.remove("at");
        }
        said
    };
    // Our own signing and the core's are one signing.
    a.kind == OutcomeKind::Signed || said(a) == said(b) && a.files == b.files
}
