//! Deliberately wrong twins: each does what the true outlet does, but breaks one promise.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use huiliu_contract::{
    Enclosure, ExternalId, Fault, Homebound, Judgement, Manners, OutcomeKind, Parcel, Personal, Reached, Receipt,
    Upload, WriteBack,
};

use super::Promise;

pub(super) struct Twin<'a> {
    truth: Box<dyn WriteBack>,
    flaw: Promise,
    secrets: &'a [&'a str],
    composed: AtomicUsize,
}

impl<'a> Twin<'a> {
    pub(super) fn of(truth: Box<dyn WriteBack>, flaw: Promise, secrets: &'a [&'a str]) -> Self {
        Self { truth, flaw, secrets, composed: AtomicUsize::new(0) }
    }

    /// What the twin makes of a fault.
    fn misread(&self, fault: Fault) -> Fault {
        let anew = |message: &String, reached| Fault::unavailable(message.clone(), reached);
        match (self.flaw, &fault) {
            (Promise::RefusalIsCertain, Fault::Malformed { message, .. }) => anew(message, Reached::Maybe),
            (Promise::CutLineIsUncertain, Fault::Unavailable { message, reached: Reached::Maybe, .. }) => {
                anew(message, Reached::No)
            }
            (Promise::NobodyHomeIsCertain, Fault::Unavailable { message, reached: Reached::No, quoted: None, .. }) => {
                anew(message, Reached::Maybe)
            }
            (Promise::StrangersAreDenied, Fault::Denied { message, .. }) => Fault::malformed(message.clone()),
            (Promise::WaitIsHandedOn, Fault::Unavailable { message, reached, retry_after: Some(_), .. }) => {
                anew(message, *reached)
            }
            _ => fault,
        }
    }
}

#[async_trait]
impl WriteBack for Twin<'_> {
    fn manners(&self) -> Manners {
        self.truth.manners()
    }

    fn carries(&self, kind: OutcomeKind) -> bool {
        self.truth.carries(kind)
    }

    fn compose(&self, homebound: &Homebound<'_>) -> Result<Parcel, Fault> {
        let mut parcel = self.truth.compose(homebound)?;
        let mut add = |text: &str| parcel.shown = Personal::new(format!("{}{text}", parcel.shown.reveal()));
        match self.flaw {
            Promise::SameOutcomeSameParcel => add(&self.composed.fetch_add(1, Ordering::Relaxed).to_string()),
            Promise::NoteStaysHome => add(homebound.outcome.internal_note.as_deref().unwrap_or_default()),
            _ => {}
        }
        Ok(parcel)
    }

    async fn send(&self, parcel: &Parcel, key: &str) -> Result<Receipt, Fault> {
        if self.flaw == Promise::NoSecretShows {
            tracing::info!(secrets = ?self.secrets, "sending");
        }
        let key = if self.flaw == Promise::KeyTravels { "another-key" } else { key };
        self.truth.send(parcel, key).await.map_err(|fault| self.misread(fault))
    }

    fn enclosures(&self, parcel: &Parcel) -> Vec<Enclosure> {
        self.truth.enclosures(parcel)
    }

    async fn send_with(&self, parcel: &Parcel, key: &str, mut files: Vec<Upload>) -> Result<Receipt, Fault> {
        if self.flaw == Promise::FilesTravel {
            // Whoever forgets where a file ends, or which came first.
            files.reverse();
        }
        self.truth.send_with(parcel, key, files).await.map_err(|fault| self.misread(fault))
    }

    async fn look(&self, to: &ExternalId, kind: OutcomeKind) -> Result<Judgement, Fault> {
        match self.truth.look(to, kind).await {
            Ok(Judgement::Pending) if self.flaw == Promise::LookTellsStatesApart => Ok(Judgement::Approved),
            looked => looked,
        }
    }
}
