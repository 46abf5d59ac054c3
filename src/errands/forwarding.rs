//! Telling the core: claims due tickets, hands their next event over, and settles what came of it.

use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{Fault, Upload};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::FarStatus;
use super::gatehouse::{Gatehouse, chance, quoted};
use crate::forward::{Core, CoreRef, Forwarder, NotTaken};
use crate::retry::wait;
use crate::store::{
    Claim, DeadKind, Enclosed, Far, FileRow, Fresh, Outcome, Place, Settlement, Store, StoreError, upload,
};
use crate::ticket::event::idempotency_key;

/// The runner of the core.
pub struct Forwarding {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The core.
    pub core: Arc<Core>,
    /// How the core stands.
    pub status: Arc<FarStatus>,
    /// Rung when a person resumes it.
    pub resumed: Arc<Notify>,
    /// How long an item of its own fault waits before each further attempt.
    pub steps: Arc<[Duration]>,
}

/// What the workers share.
struct Shared {
    store: Arc<dyn Store>,
    core: Arc<Core>,
    status: Arc<FarStatus>,
    steps: Arc<[Duration]>,
    gate: Gatehouse,
    forwarded: metrics::Counter,
}

impl Forwarding {
    /// Runs until stopped, with as many workers as the core takes calls at once; what is under way then is given
    /// until the tracker's owner loses patience.
    pub async fn run(self, stop: CancellationToken, tracker: TaskTracker) {
        let core = self.core.now();
        let (workers, batch) = (core.in_flight(), core.batch());
        let shared = Arc::new(Shared {
            store: self.store,
            core: self.core,
            status: self.status,
            steps: self.steps,
            gate: Gatehouse::default(),
            forwarded: metrics::counter!("huiliu_forwarded_total"),
        });
        for _ in 0..workers {
            tracker.spawn(shared.clone().work(batch, stop.clone()));
        }
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.resumed.notified() => shared.gate.resume(),
            }
        }
    }
}

impl Shared {
    /// One worker: passes the gate, claims what is due, carries it, again.
    async fn work(self: Arc<Self>, batch: usize, stop: CancellationToken) {
        while let Some(probe) = self.gate.pass(self.store.clock(), &stop).await {
            let most = if probe { 1 } else { batch };
            let claims = tokio::select! {
                () = stop.cancelled() => return,
                claims = self.store.schedule().claim(Far::Core, most, self.store.clock()) => claims,
            };
            if self.gate.may_go(probe, self.store.clock().now()) {
                self.carry(claims).await;
            }
        }
    }

    /// Carries the next event of each claimed ticket to the core.
    async fn carry(&self, claims: Vec<Claim>) {
        let mut work: Vec<(Claim, Fresh)> = Vec::with_capacity(claims.len());
        let mut unread = Vec::new();
        for mut claim in claims {
            match claim.fresh.take() {
                Some(fresh) => work.push((claim, *fresh)),
                None => unread.push(claim),
            }
        }
        if !unread.is_empty() {
            self.read(unread, &mut work).await;
        }
        let core = self.core.now();
        let brings = |(_, event): &(Claim, Fresh)| core.takes_files() && event.may_bring_files();
        let (whole, work): (Vec<_>, Vec<_>) = work.into_iter().partition(brings);
        let mut asked = !work.is_empty();
        if asked {
            self.carry_plain(core.as_ref(), work).await;
        }
        for (claim, event) in whole {
            asked |= Box::pin(self.carry_whole(core.as_ref(), claim, event)).await;
        }
        if !asked {
            self.gate.probe_was_void();
        }
    }

    /// Hands events over as they are.
    async fn carry_plain(&self, core: &dyn Forwarder, work: Vec<(Claim, Fresh)>) {
        let began = self.store.clock().now();
        let (claims, events): (Vec<Claim>, Vec<Fresh>) = work.into_iter().unzip();
        let answers = core.forward(&events).await;
        let refused = |answer: &Result<CoreRef, NotTaken>| answer.as_ref().is_err_and(NotTaken::is_refused);
        let whole = events.len() > 1 && answers.iter().all(refused);
        for ((claim, event), answer) in claims.into_iter().zip(&events).zip(answers) {
            // A batch that is refused as a whole says nothing of its members: each is asked alone.
            let answer =
                if whole { core.forward(std::slice::from_ref(event)).await.pop().unwrap_or(answer) } else { answer };
            self.settle(claim, event, answer, began).await;
        }
    }

    /// Hands an event over alone, with the files that it brings; true if the core was asked.
    async fn carry_whole(&self, core: &dyn Forwarder, claim: Claim, event: Fresh) -> bool {
        let files = match self.store.enclose(claim.errand.subject, event.n).await {
            Ok(Enclosed::Files(files)) => files,
            Ok(Enclosed::Wait(due)) => {
                let attempts = claim.attempts;
                self.store.settle(Settlement { claim, outcome: Outcome::Retry { due, attempts } }).await;
                return false;
            }
            Err(error) => {
                tracing::error!(%error, "what an event carries could not be decided; it is tried again");
                tokio::time::sleep(Duration::from_secs(1)).await;
                return false;
            }
        };
        if files.is_empty() {
            self.carry_plain(core, vec![(claim, event)]).await;
            return true;
        }
        let uploads = match self.opened(&event, files).await {
            Ok(uploads) => uploads,
            Err(error) => {
                tracing::error!(ticket = %event.ticket.number, n = event.n, %error, "a file of an event could not be opened");
                let fault = Fault::malformed(format!("a file that goes with it cannot be read from the disk: {error}"));
                self.blame(claim, &event, &fault, self.store.clock().now()).await;
                return false;
            }
        };
        let key = idempotency_key(event.ticket.number, u64::from(event.n));
        let boundary = hex::encode(self.store.keys().blind("boundary", &[key.as_bytes()]).0);
        let began = self.store.clock().now();
        let answer = core.forward_with(&event, uploads, &boundary).await;
        self.settle(claim, &event, answer, began).await;
        true
    }

    /// Opens the files of an event, each with its place in the list that names it, from 1.
    async fn opened(&self, event: &Fresh, files: Vec<FileRow>) -> Result<Vec<(u32, Upload)>, StoreError> {
        let mut uploads = Vec::with_capacity(files.len());
        for file in files {
            let Some((blob, _)) = file.blob else { continue };
            let n = file.place + 1;
            let name = file.about.name.unwrap_or_else(|| format!("{}-{n}", event.ticket.number));
            uploads.push((n, upload(self.store.blobs().as_ref(), blob, name, file.about.media_type).await?));
        }
        Ok(uploads)
    }

    /// Reads the events of claims that came without one.
    async fn read(&self, unread: Vec<Claim>, work: &mut Vec<(Claim, Fresh)>) {
        let tickets = unread.iter().map(|claim| claim.errand.subject).collect();
        match self.store.next_events(tickets).await {
            Ok(mut events) => {
                for claim in unread {
                    match events.remove(&claim.errand.subject) {
                        Some(event) => work.push((claim, event)),
                        // Nothing is undone (it was dropped meanwhile): the errand has no purpose.
                        None => {
                            let outcome = Outcome::Forwarded { n: 0, core_number: None };
                            self.store.settle(Settlement { claim, outcome }).await;
                        }
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, "events could not be read back; they are tried again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }

    async fn settle(&self, claim: Claim, event: &Fresh, answer: Result<CoreRef, NotTaken>, began: i64) {
        let ticket = claim.errand.subject;
        let now = self.store.clock().now();
        let not_taken = match answer {
            Ok(core) => {
                if self.gate.answered(ticket, now) {
                    tracing::info!("the core answers again");
                }
                self.status.well();
                self.forwarded.increment(1);
                let outcome = Outcome::Forwarded { n: event.n, core_number: core.number };
                return self.store.settle(Settlement { claim, outcome }).await;
            }
            Err(not_taken) => not_taken,
        };
        let NotTaken { fault, closed } = not_taken;
        if closed {
            return self.closed(claim, event, &fault, now).await;
        }
        metrics::counter!("huiliu_forward_faults_total", "fault" => fault.word()).increment(1);
        if let Some(excused) = self.gate.excuse(&fault, ticket, began, now) {
            self.status.ill(&fault, excused.next);
            if excused.shut {
                tracing::warn!(word = fault.word(), %fault, "the core is away; what is due waits");
            }
            // Given back uncounted; the next probe takes another one.
            claim.release();
            return;
        }
        self.blame(claim, event, &fault, now).await;
    }

    /// The core is there and its order is closed: telling it again changes nothing, so a person decides at once.
    async fn closed(&self, claim: Claim, event: &Fresh, fault: &Fault, now: i64) {
        if self.gate.answered(claim.errand.subject, now) {
            tracing::info!("the core answers again");
        }
        self.status.well();
        metrics::counter!("huiliu_core_order_closed_total").increment(1);
        tracing::warn!(ticket = %event.ticket.number, n = event.n, kind = event.kind.name(), "the core's order is closed; a person decides what becomes of the event");
        let attempts = claim.attempts + 1;
        self.needs_person(claim, event, fault, DeadKind::Closed, attempts).await;
    }

    /// Counts an attempt against the item; after the last one it is a dead letter.
    async fn blame(&self, claim: Claim, event: &Fresh, fault: &Fault, now: i64) {
        let attempts = claim.attempts + 1;
        if let Some(pause) = wait(&self.steps, attempts, chance()) {
            tracing::warn!(ticket = %event.ticket.number, n = event.n, attempts, word = fault.word(), %fault, "the core did not take an event");
            let due = now + pause.as_millis() as i64;
            return self.store.settle(Settlement { claim, outcome: Outcome::Retry { due, attempts } }).await;
        }
        tracing::error!(ticket = %event.ticket.number, n = event.n, attempts, word = fault.word(), %fault, "an event needs a person; its lane stands still");
        self.needs_person(claim, event, fault, DeadKind::Event, attempts).await;
    }

    async fn needs_person(&self, claim: Claim, event: &Fresh, fault: &Fault, kind: DeadKind, attempts: u32) {
        let id = self.store.reserve();
        let body = quoted(fault).to_string();
        let body = match self.store.keys().seal(Place::Dead, id, body.as_bytes()) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "a dead letter could not be sealed; its event is tried again");
                return claim.release();
            }
        };
        let reason = if kind == DeadKind::Closed { "closed_order" } else { fault.word() };
        let outcome = Outcome::Dead { kind, n: event.n, reason, body, id, attempts };
        self.store.settle(Settlement { claim, outcome }).await;
    }
}
