//! What is said, and to whom: the outcome in the far side's words, the parcel that would leave, and what a person is shown.

use huiliu_contract::{Fault, Homebound, Outcome as Told, Parcel, WriteBack};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Ours, Shared, Yield};
use crate::outcomes::Kept;
use crate::outgoing::{self, Mark};
use crate::store::{DeadKind, Lane, LaneItem};
use crate::ticket::Draft;

impl Shared {
    /// The outcome as it goes to this far side: worded as a person worded it, its codes in the far side's words.
    pub(super) fn told(&self, item: &LaneItem) -> Option<Told> {
        let (mut told, level) = match &item.outcome {
            Some(json) => {
                let kept = serde_json::from_slice::<Kept>(json).ok()?;
                (kept.outcome, kept.satisfaction_level)
            }
            None => (Told::signed(Timestamp::from_millisecond(item.since).ok()?), None),
        };
        if let Some(wording) = &item.wording {
            told.public_reply = Some(wording.clone());
        }
        let codes = &self.channel.settings.back.codes;
        for (value, codes, level) in [
            (&mut told.solved, &codes.solved, None),
            (&mut told.satisfaction, &codes.satisfaction, level),
            (&mut told.way, &codes.way, None),
        ] {
            let of_level = level.and_then(|level| codes.get(level.word()));
            if let Some(code) = value.as_ref().and_then(|value| codes.get(value).or(of_level)) {
                *value = Some(code.clone());
            }
        }
        Some(told)
    }

    /// Greeting and ending around the public text; none around what has no public text.
    pub(super) fn around(&self, draft: &Draft, told: &Told) -> (String, String) {
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
    pub(super) fn key(&self, lane: &Lane, item: &LaneItem) -> String {
        match lane.reference.opened() {
            Some(_) => format!("{}-{}-{}", lane.ticket.number, self.channel.code, item.n),
            // Two roads of one channel may have met in one ticket.
            None => format!("{}-{}-{:x}-{}", lane.ticket.number, self.channel.code, lane.reference.number(), item.n),
        }
    }

    pub(super) fn draft(lane: &Lane) -> Draft {
        serde_json::from_slice(&lane.draft).unwrap_or_default()
    }

    /// What exactly would leave.
    pub(super) fn parcel(
        &self,
        outlet: &dyn WriteBack,
        lane: &Lane,
        draft: &Draft,
        item: &LaneItem,
        told: &Told,
    ) -> Result<Parcel, Fault> {
        let (greeting, ending) = self.around(draft, told);
        let document = if outlet.reads_document() { lane.document() } else { None };
        outlet.compose(&Homebound {
            to: &lane.external_id,
            number: &lane.ticket.number.to_string(),
            document: document.as_ref(),
            outcome: told,
            key: &self.key(lane, item),
            greeting: &greeting,
            ending: &ending,
            agree_public: draft.person.agree_public,
            files: &item.files,
        })
    }

    /// What must not leave in this text, as a person is told it.
    pub(super) fn findings(&self, draft: &Draft, told: &Told) -> Vec<Mark> {
        let found = outgoing::findings(told, draft, &self.channel.settings.back);
        found.iter().map(Mark::from).collect()
    }

    pub(super) fn ask_for_approval(&self, lane: &Lane, item: &LaneItem) -> Result<Yield, Ours> {
        let Some(told) = self.told(item) else { return self.unreadable(item) };
        let draft = Self::draft(lane);
        let outlet = self.channel.connector.outlet.as_deref();
        let shown = match outlet.map(|outlet| self.parcel(outlet, lane, &draft, item, &told)) {
            Some(Ok(parcel)) => parcel.shown.reveal().clone(),
            Some(Err(fault)) => fault.to_string(),
            None => String::new(),
        };
        let details = json!({ "outcome": told, "shown": shown, "findings": self.findings(&draft, &told) });
        self.person(item, DeadKind::Approval, "approval", &details)
    }

    /// What a person needs who answers on the far side's own pages: the text to copy, and for whom.
    pub(super) fn by_hand(&self, lane: &Lane, item: &LaneItem) -> Value {
        let told = self.told(item);
        let text = told.as_ref().map(|told| {
            let (greeting, ending) = self.around(&Self::draft(lane), told);
            let public = told.public_reply.clone().or_else(|| told.reason.clone()).unwrap_or_default();
            [greeting, public, ending].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
        });
        let deadline = Self::draft(lane).deadline.map(|deadline| json!(deadline));
        let files: Vec<Value> = item.files.iter().map(|file| json!({ "name": file.name, "size": file.size })).collect();
        let mut about =
            json!({ "external_id": lane.external_id.as_str(), "outcome": told, "text": text, "deadline": deadline });
        if !files.is_empty() {
            about["files"] = files.into();
        }
        about
    }

    pub(super) fn unreadable(&self, item: &LaneItem) -> Result<Yield, Ours> {
        let details = json!({ "message": "the stored outcome cannot be read" });
        self.person(item, DeadKind::WriteBack, "unreadable", &details)
    }
}
