//! Answering: one outcome is one request. A repeated call carries the same `Idempotency-Key`.

use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{ExternalId, Fault, Outcome, OutcomeKind, Receipt, UnitRole, WriteBack};
use huiliu_kit::pick::{Pointer, scalar};
use huiliu_kit::success::Judge;
use huiliu_kit::template::Filling;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::poll::Line;
use crate::target::Target;

/// The placeholders of a write-back, in the order of their values. The internal note is not among them:
/// it never leaves the house.
pub(crate) const NAMES: [&str; 11] =
    ["id", "key", "kind", "at", "unit", "way", "public_reply", "reason", "days", "solved", "satisfaction"];

/// A platform that is told what became of its items.
pub(crate) struct Outlet {
    pub(crate) line: Arc<Line>,
    pub(crate) ways: Vec<(OutcomeKind, Road)>,
    pub(crate) judge: Judge,
    pub(crate) zone: TimeZone,
}

/// One compiled way.
pub(crate) struct Road {
    pub(crate) target: Target,
    pub(crate) reference: Option<Pointer>,
}

#[async_trait]
impl WriteBack for Outlet {
    async fn write_back(&self, to: &ExternalId, outcome: &Outcome, key: &str) -> Result<Receipt, Fault> {
        let word = word(outcome.kind);
        let Some((_, road)) = self.ways.iter().find(|(kind, _)| *kind == outcome.kind) else {
            return Err(Fault::malformed(format!(
                "this channel has no way to carry back `{word}`; write one under `return`"
            )));
        };
        let at = outcome.at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let units = units(outcome);
        let days = outcome.days.map(|days| days.to_string());
        let values = [
            Some(Filling::Text(to.as_str())),
            Some(Filling::Text(key)),
            Some(Filling::Text(word)),
            Some(Filling::Text(&at)),
            Some(Filling::Text(&units)),
            outcome.way.as_deref().map(Filling::Text),
            outcome.public_reply.as_deref().map(Filling::Text),
            outcome.reason.as_deref().map(Filling::Text),
            days.as_ref().map(|days| Filling::Json(days.as_bytes())),
            outcome.solved.as_deref().map(Filling::Text),
            outcome.satisfaction.as_deref().map(Filling::Text),
        ];
        let request = road.target.request(&self.line.client, &values)?.header("idempotency-key", key);
        let answer = self.line.client.send(self.line.credentials.sign(request)).await?;
        let document = self.judge.accept(&answer, Timestamp::now())?;
        let reference = road.reference.as_ref().zip(document.as_ref()).and_then(|(at, document)| at.get(document));
        Ok(Receipt::Settled { reference: reference.and_then(scalar).map(|text| text.into_owned()) })
    }
}

/// The lead unit first, then those that assist.
fn units(outcome: &Outcome) -> String {
    let of = |role| outcome.units.iter().filter(move |unit| unit.role == role).map(|unit| unit.name.as_str());
    of(UnitRole::Lead).chain(of(UnitRole::Assisting)).collect::<Vec<_>>().join("、")
}

/// The word of a kind, as it stands under `return`.
fn word(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Signed => "signed",
        OutcomeKind::ReturnedToGateway => "returned_to_gateway",
        OutcomeKind::ReturnedToSource => "returned",
        OutcomeKind::Extended => "extended",
        OutcomeKind::Progressed => "progressed",
        OutcomeKind::Replied => "replied",
        OutcomeKind::Closed => "closed",
        OutcomeKind::Declined => "declined",
        OutcomeKind::Redirected => "redirected",
        OutcomeKind::Merged => "merged",
        OutcomeKind::Visited => "visited",
    }
}
