//! Telling a far side: the try goes to disk, then it is sent, then whose failure it was is settled.

use huiliu_contract::{Fault, Parcel, Reached, Receipt, WriteBack};
use huiliu_kit::multipart::upload;
use serde::Serialize;
use serde_json::json;

use super::super::attending::by;
use super::super::gatehouse::{chance, quoted};
use super::enclosing::Kept;
use super::{LONGEST_CALL, Ours, Shared, Yield};
use crate::retry::{STEPS, wait};
use crate::settings::Fallback;
use crate::store::{Again, Carried, Claim, DeadKind, Fact, Lane, LaneItem, Place, TryEnd};
use crate::ticket::Draft;

/// A parcel as it is kept.
#[derive(Serialize)]
struct Packed<'a> {
    content: &'a str,
    shown: &'a str,
}

impl Shared {
    pub(super) async fn send(&self, claim: &Claim, lane: &Lane, item: &LaneItem) -> Result<Option<Yield>, Ours> {
        let Some(outlet) = self.channel.connector.outlet.as_deref() else { return Ok(None) };
        // Without the letter nobody knows whose names must not leave.
        let (Some(told), Ok(draft)) = (self.told(item), serde_json::from_slice::<Draft>(&lane.draft)) else {
            self.gate.probe_was_void();
            return self.unreadable(item).map(Some);
        };
        if !item.approved {
            let findings = self.findings(&draft, &told);
            if !findings.is_empty() {
                self.gate.probe_was_void();
                return self.ask_for_approval(lane, item).map(Some);
            }
        }
        let parcel = match self.parcel(outlet, lane, &draft, item, &told) {
            Ok(parcel) => parcel,
            Err(fault) => {
                self.gate.probe_was_void();
                return self.failed_for_good(lane, item, &fault).map(Some);
            }
        };
        self.tell(claim, outlet, lane, item, &parcel).await
    }

    /// Commits the try, sends, and says what came of it.
    pub(super) async fn tell(
        &self,
        claim: &Claim,
        outlet: &dyn WriteBack,
        lane: &Lane,
        item: &LaneItem,
        parcel: &Parcel,
    ) -> Result<Option<Yield>, Ours> {
        let files = match self.open_files(&outlet.enclosures(parcel)).await {
            Ok(files) => files,
            Err(Kept::Held { reason, message }) => {
                self.gate.probe_was_void();
                let details = json!({ "message": message });
                return self.person(item, DeadKind::WriteBack, reason, &details).map(Some);
            }
            Err(Kept::Unread(error)) => {
                self.gate.probe_was_void();
                let fault = Fault::malformed(format!("a file of the answer cannot be read from the disk: {error}"));
                return self.failed_for_good(lane, item, &fault).map(Some);
            }
        };
        self.channel.pace.turn().await;
        let id = self.store.reserve();
        let packed = Packed { content: parcel.content.reveal(), shown: parcel.shown.reveal() };
        let packed = serde_json::to_vec(&packed).map_err(|error| Ours(error.to_string()))?;
        let sealed = self.store.keys().seal(Place::Try, id, &packed)?;
        if !self.store.begin(claim.lease(), item.n, id, sealed).await? {
            return Ok(None);
        }
        let began = self.store.clock().now();
        let key = self.key(lane, item);
        let longest = if files.is_empty() { LONGEST_CALL } else { LONGEST_CALL + upload::LONGEST };
        let sending = async {
            tokio::time::timeout(longest, outlet.send_with(parcel, &key, files))
                .await
                .unwrap_or_else(|_| Err(Fault::unavailable("the call took longer than any may", Reached::Maybe)))
        };
        let answer = by(self.login.as_ref(), sending).await;
        let now = self.store.clock().now();
        match answer {
            Ok(Receipt::Withheld { why }) => {
                // Nobody was told anything, so nothing is known of the far side.
                self.gate.probe_was_void();
                let channel = self.channel.code.to_string();
                metrics::counter!("huiliu_write_backs_withheld_total", "channel" => channel).increment(1);
                let why = format!("{} · {}", why.zh, why.en);
                let answer = Some(self.store.keys().seal(Place::Answer, id, why.as_bytes())?);
                let tried = Fact::Tried { id, end: TryEnd::Withheld, answer };
                Ok(Some((vec![tried, Fact::State { n: item.n, state: Carried::Unwanted }], Again::Now)))
            }
            Ok(Receipt::Settled { reference }) => self.taken(claim, id, now, self.settled(item), reference).map(Some),
            Ok(Receipt::PendingReview { reference }) => {
                let pending = vec![Fact::State { n: item.n, state: Carried::Review }];
                self.taken(claim, id, now, pending, reference).map(Some)
            }
            Err(fault) => {
                let channel = self.channel.code.to_string();
                metrics::counter!("huiliu_write_back_faults_total", "channel" => channel, "fault" => fault.word())
                    .increment(1);
                let end = match &fault {
                    Fault::Unavailable { reached: Reached::Maybe, .. } => TryEnd::Uncertain,
                    Fault::Unavailable { reached: Reached::No, .. } | Fault::PutOff { .. } => TryEnd::NotArrived,
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

    /// The far side took it.
    fn taken(
        &self,
        claim: &Claim,
        id: i64,
        now: i64,
        came_to: Vec<Fact>,
        reference: Option<String>,
    ) -> Result<Yield, Ours> {
        self.well(claim, now);
        self.written_back.increment(1);
        let answer = reference.map(|text| self.store.keys().seal(Place::Answer, id, text.as_bytes())).transpose()?;
        let tried = Fact::Tried { id, end: TryEnd::Taken, answer };
        Ok((std::iter::once(tried).chain(came_to).collect(), Again::Now))
    }

    pub(super) fn well(&self, claim: &Claim, now: i64) {
        if self.gate.answered(claim.errand.subject, now) {
            tracing::info!(channel = %self.channel.code, "the far side takes write-backs again");
        }
        self.status.well();
    }

    /// Whose failure it is: the far side's shuts the gate, the item's own is counted.
    pub(super) fn failed(
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
        let manners = self.channel.connector.outlet.as_ref().map(|outlet| outlet.manners()).unwrap_or_default();
        if manners.refuses_for_good && matches!(fault, Fault::Malformed { .. }) {
            let (mut facts, again) = self.failed_for_good(lane, item, fault)?;
            facts.insert(0, Fact::Attempts { n: item.n, attempts });
            return Ok((facts, again));
        }
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
    pub(super) fn failed_for_good(&self, lane: &Lane, item: &LaneItem, fault: &Fault) -> Result<Yield, Ours> {
        if self.channel.settings.back.fallback == Some(Fallback::Manual) {
            let mut about = self.by_hand(lane, item);
            about["fault"] = quoted(fault);
            return self.person(item, DeadKind::ByHand, "fallback", &about);
        }
        self.person(item, DeadKind::WriteBack, fault.word(), &quoted(fault))
    }
}
