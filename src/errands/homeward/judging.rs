//! What became of what was sent: tries of which nobody knows whether they arrived, and what the upper level decides.

use huiliu_contract::{Fault, Judgement, Manners, OutcomeKind, Parcel, Personal, Reached, WriteBack};
use serde_json::{Value, json};

use super::super::attending::by;
use super::super::gatehouse::quoted;
use super::{LONGEST_CALL, OUR_FAULT, Ours, Shared, TELLINGS, Yield};
use crate::settings::Uncertain;
use crate::store::{Again, Carried, Claim, DeadKind, Fact, Lane, LaneItem, Place, TryEnd};
use crate::ticket::EventKind;
use crate::ticket::event::Detail;

impl Shared {
    /// Nobody knows whether a try arrived: look, ask, or tell once more, as the channel's file says.
    pub(super) async fn resolve(&self, claim: &Claim, lane: &Lane, item: &LaneItem) -> Result<Option<Yield>, Ours> {
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
                None => {
                    self.gate.probe_was_void();
                    self.uncertain(item, "uncertain", None).map(Some)
                }
            },
            Uncertain::Look => {
                let began = self.store.clock().now();
                let judgement = match self.look(outlet, lane, item).await {
                    Ok(judgement) => judgement,
                    Err(fault) => return self.could_not_look(claim, item, &fault, began).map(Some),
                };
                self.well(claim, self.store.clock().now());
                if judgement == Judgement::Absent {
                    let absent = item.tries.iter().filter(|one| one.end == Some(TryEnd::Absent)).count();
                    let facts: Vec<Fact> = end_all(TryEnd::Absent).collect();
                    // A far side that lags could be told for ever: after the second time a person says so.
                    if absent + facts.len() >= TELLINGS {
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

    pub(super) async fn look(&self, outlet: &dyn WriteBack, lane: &Lane, item: &LaneItem) -> Result<Judgement, Fault> {
        self.channel.pace.turn().await;
        let looking = async {
            tokio::time::timeout(LONGEST_CALL, outlet.look(&lane.external_id, item.kind))
                .await
                .unwrap_or_else(|_| Err(Fault::unavailable("the call took longer than any may", Reached::Maybe)))
        };
        by(self.login.as_ref(), looking).await
    }

    /// The far side could not be asked what it knows: nothing is sent meanwhile.
    pub(super) fn could_not_look(
        &self,
        claim: &Claim,
        item: &LaneItem,
        fault: &Fault,
        began: i64,
    ) -> Result<Yield, Ours> {
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

    pub(super) fn uncertain(
        &self,
        item: &LaneItem,
        reason: &'static str,
        fault: Option<&Fault>,
    ) -> Result<Yield, Ours> {
        let details = fault.map_or_else(
            || json!({ "message": "it was sent, and nobody knows whether it arrived; look on the far side's own pages" }),
            quoted,
        );
        self.person(item, DeadKind::Uncertain, reason, &details)
    }

    /// How often the far side is asked what it decided (ms).
    fn every(&self) -> i64 {
        self.channel.settings.back.watch().as_millis() as i64
    }

    /// When the far side is asked next what it decided about an item.
    pub(super) fn watched(&self, item: &LaneItem) -> Again {
        let looks = self.channel.connector.outlet.as_ref().is_some_and(|outlet| outlet.manners().looks);
        // It was told a moment ago: give it its time.
        match item.since + self.every() {
            // Nobody can ask; it stays 对方未确认 until the far side tells.
            _ if !looks => Again::Never,
            due if due > self.store.clock().now() => Again::At(due),
            _ => Again::Now,
        }
    }

    /// The far side judges: what became of it.
    pub(super) async fn watch(&self, claim: &Claim, lane: &Lane, item: &LaneItem) -> Result<Yield, Ours> {
        let now = self.store.clock().now();
        let every = self.every();
        let due = self.watched(item);
        let Some(outlet) = self.channel.connector.outlet.as_deref().filter(|_| due == Again::Now) else {
            self.gate.probe_was_void();
            return Ok((Vec::new(), due));
        };
        let looked = self.look(outlet, lane, item).await;
        // It may have gone as the probe: then the gate must hear of its end, or nothing would ever pass again.
        match &looked {
            Ok(_) => self.well(claim, self.store.clock().now()),
            Err(_) => self.gate.probe_was_void(),
        }
        match looked {
            Ok(Judgement::Pending | Judgement::Absent) => Ok((Vec::new(), Again::At(now + every))),
            Ok(judgement) => self.judged(lane, item, judgement),
            Err(fault) => {
                self.status.ill(&fault, jiff::Timestamp::from_millisecond(now + every).ok());
                tracing::warn!(channel = %self.channel.code, n = item.n, word = fault.word(), %fault, "the far side could not be asked what it decided");
                Ok((Vec::new(), Again::At(now + every)))
            }
        }
    }

    /// What the far side decided, for the lane and for the core.
    pub(super) fn judged(&self, lane: &Lane, item: &LaneItem, judgement: Judgement) -> Result<Yield, Ours> {
        let state = |state| vec![Fact::State { n: item.n, state }];
        let asked = matches!(item.kind, OutcomeKind::ReturnedToSource | OutcomeKind::Extended);
        let mut facts = match judgement {
            Judgement::Absent => Vec::new(),
            Judgement::Pending => state(Carried::Review),
            Judgement::Approved => self.settled(item),
            Judgement::Refused { .. } => state(Carried::Refused),
            Judgement::Redo { .. } => state(Carried::SentBack),
            Judgement::Unknown { said } => {
                let details = json!({ "message": "the far side's state is not in the channel's file", "quoted": said });
                return self.person(item, DeadKind::Uncertain, "unknown_state", &details);
            }
        };
        // What was told again is judged with it.
        let said = facts.iter().find_map(|fact| match fact {
            Fact::State { state, .. } if *state != Carried::Review => Some(*state),
            _ => None,
        });
        if let (Some(state), Some(_)) = (said, item.repeats) {
            let before = lane.items.iter().enumerate().filter(|(_, one)| one.n < item.n);
            let judged = before.filter(|(at, one)| one.state == Carried::Review && lane.is_repeated(*at));
            facts.extend(judged.map(|(_, one)| Fact::State { n: one.n, state }));
        }
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
            ..Detail::default()
        };
        let id = self.store.reserve();
        let body = serde_json::to_vec(&detail).map_err(|error| Ours(error.to_string()))?;
        let body = self.store.keys().seal(Place::Note, id, &body)?;
        facts.push(Fact::Event { kind, id, body, deadline: if kind == EventKind::Redo { self.anew() } else { None } });
        Ok((facts, Again::Now))
    }
}

/// A parcel as it was kept.
fn unpacked(kept: &[u8]) -> Option<Parcel> {
    let kept: Value = serde_json::from_slice(kept).ok()?;
    let text = |name: &str| Some(Personal::new(kept.get(name)?.as_str()?.to_owned()));
    Some(Parcel { content: text("content")?, shown: text("shown")? })
}
