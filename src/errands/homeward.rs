//! The way home: claims the lane of a source, does its next step, and settles what came of it. Nothing is sent before
//! the try that sends it is on disk.

use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{Fault, Homebound, Judgement, Outcome as Told, OutcomeKind, Parcel, Personal, Reached, Receipt};
use huiliu_contract::{Manners, WriteBack};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::FarStatus;
use super::gatehouse::{Gatehouse, chance, quoted};
use super::lane::{Rules, Step, is_uncertain, next};
use crate::channel::Channel;
use crate::outgoing::{self, Mark};
use crate::retry::{STEPS, wait};
use crate::settings::{Fallback, Uncertain};
use crate::store::{
    Again, Carried, Claim, DeadKind, Fact, Far, Lane, LaneItem, Outcome, Place, SealError, Settlement, Store, TryEnd,
};
use crate::ticket::event::Detail;
use crate::ticket::{Draft, EventKind};

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
    /// The zone in which dates are said.
    pub zone: jiff::tz::TimeZone,
}

/// What the workers of one channel share.
struct Shared {
    channel: Arc<Channel>,
    store: Arc<dyn Store>,
    status: Arc<FarStatus>,
    zone: jiff::tz::TimeZone,
    gate: Gatehouse,
}

/// What a step yielded: to be written, and when the lane is looked at again.
type Yield = (Vec<Fact>, Again);

/// Our own failure in the middle of a step: the lane is walked again a little later.
struct Ours(String);

impl From<SealError> for Ours {
    fn from(error: SealError) -> Self {
        Self(error.to_string())
    }
}

impl From<crate::store::StoreError> for Ours {
    fn from(error: crate::store::StoreError) -> Self {
        Self(error.to_string())
    }
}

impl Homeward {
    /// Runs until stopped, with as many workers as the channel's file allows calls at once.
    pub async fn run(self, stop: CancellationToken) {
        let workers = self.channel.settings.back.in_flight();
        let shared = Arc::new(Shared {
            channel: self.channel,
            store: self.store,
            status: self.status,
            zone: self.zone,
            gate: Gatehouse::default(),
        });
        let mut working = tokio::task::JoinSet::new();
        for _ in 0..workers {
            working.spawn(shared.clone().work(stop.clone()));
        }
        loop {
            tokio::select! {
                () = self.resumed.notified() => shared.gate.resume(),
                ended = working.join_next() => if ended.is_none() { return },
            }
        }
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
    async fn work(self: Arc<Self>, stop: CancellationToken) {
        let far = Far::Outlet(self.channel.enrolled.channel);
        while let Some(probe) = self.gate.pass(self.store.clock(), &stop).await {
            let claims = tokio::select! {
                () = stop.cancelled() => return,
                claims = self.store.schedule().claim(far, 1, self.store.clock()) => claims,
            };
            for claim in claims {
                if self.gate.may_go(probe, self.store.clock().now()) {
                    self.walk(claim).await;
                }
            }
        }
    }

    /// One step of one lane.
    async fn walk(&self, claim: Claim) {
        let (facts, again) = match self.step(&claim).await {
            Ok(Some(yielded)) => yielded,
            // The lease is lost: whoever holds it now walks this lane.
            Ok(None) => return,
            Err(Ours(error)) => {
                tracing::error!(channel = %self.channel.code, error, "a write-back met a failure of ours; it is tried again");
                (Vec::new(), Again::At(self.store.clock().now() + OUR_FAULT))
            }
        };
        self.store.settle(Settlement { claim, outcome: Outcome::Homeward { facts, again } }).await;
    }

    async fn step(&self, claim: &Claim) -> Result<Option<Yield>, Ours> {
        let reference = crate::store::Reference::from_number(claim.errand.subject);
        let lane = self.store.lane(reference).await?;
        let step = next(&lane, self.channel.as_ref(), &same);
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
            Step::Approve { .. } => self.ask_for_approval(&lane, item).map(Some),
            Step::ByHand { .. } => {
                let about = self.by_hand(&lane, item);
                self.person(item, DeadKind::ByHand, "by_hand", &about).map(Some)
            }
            Step::Send { .. } => self.send(claim, &lane, item).await,
            Step::Resolve { .. } => self.resolve(claim, &lane, item).await,
            Step::Watch { .. } => self.watch(&lane, item).await.map(Some),
            Step::Rest => Ok(Some((Vec::new(), Again::Never))),
        }
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

    /// The outcome as it goes to this far side: worded as a person worded it, its codes in the far side's words.
    fn told(&self, item: &LaneItem) -> Option<Told> {
        let mut told = match &item.outcome {
            Some(json) => serde_json::from_slice::<Told>(json).ok()?,
            None => Told::signed(Timestamp::from_millisecond(item.since).ok()?),
        };
        if let Some(wording) = &item.wording {
            told.public_reply = Some(wording.clone());
        }
        let codes = &self.channel.settings.back.codes;
        for (value, codes) in [
            (&mut told.solved, &codes.solved),
            (&mut told.satisfaction, &codes.satisfaction),
            (&mut told.way, &codes.way),
        ] {
            if let Some(code) = value.as_ref().and_then(|value| codes.get(value)) {
                *value = Some(code.clone());
            }
        }
        Some(told)
    }

    /// Greeting and ending around the public text; none around what has no public text.
    fn around(&self, draft: &Draft, told: &Told) -> (String, String) {
        if told.public_reply.is_none() {
            return (String::new(), String::new());
        }
        let unit: Vec<&str> = told.units.iter().map(|unit| unit.name.as_str()).collect();
        let (unit, at) = (unit.join("、"), told.at.to_zoned(self.zone.clone()));
        let date = format!("{}年{}月{}日", at.year(), at.month(), at.day());
        let said = crate::settings::Said {
            title: draft.matter.title.as_deref().unwrap_or_default(),
            unit: &unit,
            date: &date,
            name: draft.person.name.as_deref().unwrap_or_default(),
        };
        let back = &self.channel.settings.back;
        let fill =
            |wording: &Option<crate::settings::Wording>| wording.as_ref().map(|w| w.fill(&said)).unwrap_or_default();
        (fill(&back.greeting), fill(&back.ending))
    }

    /// The key of one outcome to one source, the same in every try.
    fn key(&self, lane: &Lane, item: &LaneItem) -> String {
        format!("{}-{}-{}", lane.ticket.number, self.channel.code, item.n)
    }

    fn draft(lane: &Lane) -> Draft {
        serde_json::from_slice(&lane.draft).unwrap_or_default()
    }

    /// What exactly would leave.
    fn parcel(&self, outlet: &dyn WriteBack, lane: &Lane, item: &LaneItem, told: &Told) -> Result<Parcel, Fault> {
        let draft = Self::draft(lane);
        let (greeting, ending) = self.around(&draft, told);
        outlet.compose(&Homebound {
            to: &lane.external_id,
            outcome: told,
            key: &self.key(lane, item),
            greeting: &greeting,
            ending: &ending,
            agree_public: draft.person.agree_public,
        })
    }

    /// What must not leave in this text, as a person is told it.
    fn findings(&self, lane: &Lane, told: &Told) -> Vec<Mark> {
        let found = outgoing::findings(told, &Self::draft(lane), &self.channel.settings.back);
        found.iter().map(Mark::from).collect()
    }

    fn ask_for_approval(&self, lane: &Lane, item: &LaneItem) -> Result<Yield, Ours> {
        let Some(told) = self.told(item) else { return self.unreadable(item) };
        let shown = match self.channel.connector.outlet.as_deref().map(|outlet| self.parcel(outlet, lane, item, &told))
        {
            Some(Ok(parcel)) => parcel.shown.reveal().clone(),
            Some(Err(fault)) => fault.to_string(),
            None => String::new(),
        };
        let details = json!({ "outcome": told, "shown": shown, "findings": self.findings(lane, &told) });
        self.person(item, DeadKind::Approval, "approval", &details)
    }

    /// What a person needs who answers on the far side's own pages: the text to copy, and for whom.
    fn by_hand(&self, lane: &Lane, item: &LaneItem) -> Value {
        let told = self.told(item);
        let text = told.as_ref().map(|told| {
            let (greeting, ending) = self.around(&Self::draft(lane), told);
            let public = told.public_reply.clone().or_else(|| told.reason.clone()).unwrap_or_default();
            [greeting, public, ending].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
        });
        let deadline = Self::draft(lane).deadline.map(|deadline| json!(deadline));
        json!({ "external_id": lane.external_id.as_str(), "outcome": told, "text": text, "deadline": deadline })
    }

    fn unreadable(&self, item: &LaneItem) -> Result<Yield, Ours> {
        let details = json!({ "message": "the stored outcome cannot be read" });
        self.person(item, DeadKind::WriteBack, "unreadable", &details)
    }

    async fn send(&self, claim: &Claim, lane: &Lane, item: &LaneItem) -> Result<Option<Yield>, Ours> {
        let Some(outlet) = self.channel.connector.outlet.as_deref() else { return Ok(None) };
        let Some(told) = self.told(item) else { return self.unreadable(item).map(Some) };
        if !item.approved {
            let findings = self.findings(lane, &told);
            if !findings.is_empty() {
                self.gate.probe_was_void();
                return self.ask_for_approval(lane, item).map(Some);
            }
        }
        let parcel = match self.parcel(outlet, lane, item, &told) {
            Ok(parcel) => parcel,
            Err(fault) => {
                self.gate.probe_was_void();
                return self.failed_for_good(lane, item, &fault).map(Some);
            }
        };
        self.tell(claim, outlet, lane, item, &parcel).await
    }

    /// Commits the try, sends, and says what came of it.
    async fn tell(
        &self,
        claim: &Claim,
        outlet: &dyn WriteBack,
        lane: &Lane,
        item: &LaneItem,
        parcel: &Parcel,
    ) -> Result<Option<Yield>, Ours> {
        self.channel.pace.turn().await;
        let id = self.store.reserve();
        let packed = json!({ "content": parcel.content.reveal(), "shown": parcel.shown.reveal() }).to_string();
        let sealed = self.store.keys().seal(Place::Try, id, packed.as_bytes())?;
        if !self.store.begin(claim.lease(), item.n, id, sealed).await? {
            return Ok(None);
        }
        let began = self.store.clock().now();
        let key = self.key(lane, item);
        let answer = tokio::time::timeout(LONGEST_CALL, outlet.send(parcel, &key))
            .await
            .unwrap_or_else(|_| Err(Fault::unavailable("the call took longer than any may", Reached::Maybe)));
        let now = self.store.clock().now();
        let channel = self.channel.code.to_string();
        match answer {
            Ok(receipt) => {
                self.well(claim, now);
                metrics::counter!("huiliu_written_back_total", "channel" => channel).increment(1);
                let (state, reference) = match receipt {
                    Receipt::Settled { reference } => (Carried::Settled, reference),
                    Receipt::PendingReview { reference } => (Carried::Review, reference),
                };
                let answer =
                    reference.map(|text| self.store.keys().seal(Place::Answer, id, text.as_bytes())).transpose()?;
                Ok(Some((
                    vec![Fact::Tried { id, end: TryEnd::Taken, answer }, Fact::State { n: item.n, state }],
                    Again::Now,
                )))
            }
            Err(fault) => {
                metrics::counter!("huiliu_write_back_faults_total", "channel" => channel, "fault" => fault.word())
                    .increment(1);
                let end = match &fault {
                    Fault::Unavailable { reached: Reached::Maybe, .. } => TryEnd::Uncertain,
                    Fault::Unavailable { reached: Reached::No, .. } => TryEnd::NotArrived,
                    _ => TryEnd::Refused,
                };
                let said = self.store.keys().seal(Place::Answer, id, quoted(&fault).to_string().as_bytes())?;
                let tried = Fact::Tried { id, end, answer: Some(said) };
                let (mut facts, again) = self.failed(claim, lane, item, &fault, began, now)?;
                facts.insert(0, tried);
                Ok(Some((facts, again)))
            }
        }
    }

    fn well(&self, claim: &Claim, now: i64) {
        if self.gate.answered(claim.errand.subject, now) {
            tracing::info!(channel = %self.channel.code, "the far side takes write-backs again");
        }
        self.status.well();
    }

    /// Whose failure it is: the far side's shuts the gate, the item's own is counted.
    fn failed(
        &self,
        claim: &Claim,
        lane: &Lane,
        item: &LaneItem,
        fault: &Fault,
        began: i64,
        now: i64,
    ) -> Result<Yield, Ours> {
        if let Some(excused) = self.gate.excuse(fault, claim.errand.subject, began, now) {
            self.status.ill(fault, excused.next);
            if excused.shut {
                tracing::warn!(channel = %self.channel.code, word = fault.word(), %fault, "the far side takes no write-backs; they wait");
            }
            return Ok((Vec::new(), Again::Now));
        }
        if matches!(fault, Fault::Unavailable { reached: Reached::Maybe, .. }) {
            // Whether it arrived is found out first.
            return Ok((Vec::new(), Again::Now));
        }
        let attempts = item.attempts + 1;
        let steps = self.channel.settings.back.retries();
        match wait(steps.as_deref().unwrap_or(&STEPS), attempts, chance()) {
            Some(pause) => {
                tracing::warn!(channel = %self.channel.code, ticket = %lane.ticket.number, n = item.n, attempts, word = fault.word(), %fault, "the far side did not take a write-back");
                Ok((vec![Fact::Attempts { n: item.n, attempts }], Again::At(now + pause.as_millis() as i64)))
            }
            None => {
                let (mut facts, again) = self.failed_for_good(lane, item, fault)?;
                facts.insert(0, Fact::Attempts { n: item.n, attempts });
                Ok((facts, again))
            }
        }
    }

    /// No machine can carry it: a person does, where the channel says so, or looks at it.
    fn failed_for_good(&self, lane: &Lane, item: &LaneItem, fault: &Fault) -> Result<Yield, Ours> {
        if self.channel.settings.back.fallback == Some(Fallback::Manual) {
            let mut about = self.by_hand(lane, item);
            about["fault"] = quoted(fault);
            return self.person(item, DeadKind::ByHand, "fallback", &about);
        }
        self.person(item, DeadKind::WriteBack, fault.word(), &quoted(fault))
    }

    /// Nobody knows whether a try arrived: look, ask, or tell once more, as the channel's file says.
    async fn resolve(&self, claim: &Claim, lane: &Lane, item: &LaneItem) -> Result<Option<Yield>, Ours> {
        let Some(outlet) = self.channel.connector.outlet.as_deref() else {
            return self.uncertain(item, "no_outlet", None).map(Some);
        };
        let open = || item.tries.iter().filter(|one| matches!(one.end, None | Some(TryEnd::Uncertain)));
        let end_all = |end: TryEnd| open().map(move |one| Fact::Tried { id: one.id, end, answer: None });
        let manners: Manners = outlet.manners();
        match self.channel.settings.back.uncertain(manners) {
            Uncertain::Ask => {
                self.gate.probe_was_void();
                let (mut facts, again) = self.uncertain(item, "uncertain", None)?;
                facts.splice(0..0, end_all(TryEnd::Uncertain));
                Ok(Some((facts, again)))
            }
            Uncertain::Retry if open().count() >= TELLINGS => {
                self.gate.probe_was_void();
                let (mut facts, again) = self.uncertain(item, "told_twice", None)?;
                facts.splice(0..0, end_all(TryEnd::Uncertain));
                Ok(Some((facts, again)))
            }
            // The same bytes under the same key.
            Uncertain::Retry => match open().last().and_then(|one| unpacked(&one.parcel)) {
                Some(parcel) => self.tell(claim, outlet, lane, item, &parcel).await,
                None => self.uncertain(item, "uncertain", None).map(Some),
            },
            Uncertain::Look => {
                let began = self.store.clock().now();
                let judgement = match self.look(outlet, lane, item).await {
                    Ok(judgement) => judgement,
                    Err(fault) => return self.could_not_look(claim, item, &fault, began).map(Some),
                };
                self.well(claim, self.store.clock().now());
                if judgement == Judgement::Absent {
                    let absent = item.tries.iter().filter(|one| one.end == Some(TryEnd::NotArrived)).count();
                    let facts: Vec<Fact> = end_all(TryEnd::NotArrived).collect();
                    // A far side that lags could be told for ever: the third time a person says so.
                    if absent + facts.len() > TELLINGS {
                        let (asked, again) = self.uncertain(item, "absent", None)?;
                        return Ok(Some((facts.into_iter().chain(asked).collect(), again)));
                    }
                    return Ok(Some((facts, Again::Now)));
                }
                let (mut facts, again) = self.judged(lane, item, judgement)?;
                facts.splice(0..0, end_all(TryEnd::Taken));
                Ok(Some((facts, again)))
            }
        }
    }

    async fn look(&self, outlet: &dyn WriteBack, lane: &Lane, item: &LaneItem) -> Result<Judgement, Fault> {
        self.channel.pace.turn().await;
        tokio::time::timeout(LONGEST_CALL, outlet.look(&lane.external_id, item.kind))
            .await
            .unwrap_or_else(|_| Err(Fault::unavailable("the call took longer than any may", Reached::Maybe)))
    }

    /// The far side could not be asked what it knows: nothing is sent meanwhile.
    fn could_not_look(&self, claim: &Claim, item: &LaneItem, fault: &Fault, began: i64) -> Result<Yield, Ours> {
        let now = self.store.clock().now();
        if let Some(excused) = self.gate.excuse(fault, claim.errand.subject, began, now) {
            self.status.ill(fault, excused.next);
            return Ok((Vec::new(), Again::Now));
        }
        match fault {
            Fault::Unavailable { .. } => Ok((Vec::new(), Again::At(now + OUR_FAULT))),
            _ => self.uncertain(item, "cannot_look", Some(fault)),
        }
    }

    fn uncertain(&self, item: &LaneItem, reason: &'static str, fault: Option<&Fault>) -> Result<Yield, Ours> {
        let details = fault.map_or_else(
            || json!({ "message": "it was sent, and nobody knows whether it arrived; look on the far side's own pages" }),
            quoted,
        );
        self.person(item, DeadKind::Uncertain, reason, &details)
    }

    /// The far side judges: what became of it.
    async fn watch(&self, lane: &Lane, item: &LaneItem) -> Result<Yield, Ours> {
        let now = self.store.clock().now();
        let every = self.channel.settings.back.watch().as_millis() as i64;
        let Some(outlet) = self.channel.connector.outlet.as_deref().filter(|outlet| outlet.manners().looks) else {
            // Nobody can ask; it stays 对方未确认 until the far side tells.
            return Ok((Vec::new(), Again::Never));
        };
        // It was told a moment ago: give it its time.
        if item.since + every > now {
            self.gate.probe_was_void();
            return Ok((Vec::new(), Again::At(item.since + every)));
        }
        match self.look(outlet, lane, item).await {
            Ok(Judgement::Pending | Judgement::Absent) => Ok((Vec::new(), Again::At(now + every))),
            Ok(judgement) => self.judged(lane, item, judgement),
            Err(fault) => {
                self.status.ill(&fault, None);
                tracing::warn!(channel = %self.channel.code, n = item.n, word = fault.word(), %fault, "the far side could not be asked what it decided");
                Ok((Vec::new(), Again::At(now + every)))
            }
        }
    }

    /// What the far side decided, for the lane and for the core.
    fn judged(&self, lane: &Lane, item: &LaneItem, judgement: Judgement) -> Result<Yield, Ours> {
        let state = |state| vec![Fact::State { n: item.n, state }];
        let asked = matches!(item.kind, OutcomeKind::ReturnedToSource | OutcomeKind::Extended);
        let mut facts = match judgement {
            Judgement::Absent => Vec::new(),
            Judgement::Pending => state(Carried::Review),
            Judgement::Approved => state(Carried::Settled),
            Judgement::Refused { .. } => state(Carried::Refused),
            Judgement::Redo { .. } => state(Carried::SentBack),
            Judgement::Unknown { said } => {
                let details = json!({ "message": "the far side's state is not in the channel's file", "quoted": said });
                return self.person(item, DeadKind::Uncertain, "unknown_state", &details);
            }
        };
        let (kind, decision, reason) = match judgement {
            Judgement::Approved if asked => (EventKind::Decided, "approved", None),
            Judgement::Refused { reason } => (EventKind::Decided, "refused", reason),
            Judgement::Redo { reason } => (EventKind::Redo, "redo", reason),
            _ => return Ok((facts, Again::Now)),
        };
        tracing::info!(channel = %self.channel.code, ticket = %lane.ticket.number, kind = item.kind.word(), decision, "the upper level decided");
        let detail = Detail {
            outcome: item.core_id.clone(),
            kind: Some(item.kind),
            decision: Some(decision.into()),
            reason: reason.map(Personal::into_inner),
        };
        let id = self.store.reserve();
        let body = serde_json::to_vec(&detail).map_err(|error| Ours(error.to_string()))?;
        let body = self.store.keys().seal(Place::Note, id, &body)?;
        facts.push(Fact::Event { kind, id, body });
        Ok((facts, Again::Now))
    }
}

/// A parcel as it was kept.
fn unpacked(kept: &[u8]) -> Option<Parcel> {
    let kept: Value = serde_json::from_slice(kept).ok()?;
    let text = |name: &str| Some(Personal::new(kept.get(name)?.as_str()?.to_owned()));
    Some(Parcel { content: text("content")?, shown: text("shown")? })
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
    a.kind == OutcomeKind::Signed || said(a) == said(b)
}
