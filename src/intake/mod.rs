//! Intake: from what a channel handed over to what the store takes, and what became of it.
//!
//! Everything that costs (canonical form, mapping, digests, sealing) is done here, in the caller's task;
//! the store only decides and writes.

mod files;
mod prepare;

use std::collections::HashSet;
use std::sync::Arc;

use huiliu_contract::{Attachment, Item, Once, Submission, Taken, What};

pub use prepare::{Prepared, Preparer};

use crate::channel::Channel;
use crate::store::{
    Acceptance, Arrival, Digest, Folio, Lease, Mapped, NotAccepted, Store, StoreError, Stray, TicketKey, Verdict,
};
use crate::ticket::Draft;

/// How often a comparison is repeated when the version to compare with changes meanwhile.
const COMPARISONS: usize = 8;

/// In what way items came.
#[derive(Debug, Default)]
pub struct How {
    /// Asked for, not told.
    pub polled: bool,
    /// A token that may be used once, with the digest of the body it came with.
    pub once: Option<(Once, Digest)>,
    /// The lease under which the cursor moves.
    pub lease: Option<Lease>,
    /// The new cursor, opened.
    pub cursor: Option<Vec<u8>>,
    /// The new keepsake, opened.
    pub keepsake: Option<Vec<u8>>,
}

/// What became of the items, in their order.
#[derive(Debug, Default)]
pub struct Intaken {
    /// For the acknowledgement and the counters.
    pub taken: Vec<Taken>,
    /// Why the last one could not be mapped, if one could not.
    pub unmapped: Option<String>,
}

/// Takes items in.
#[derive(Clone)]
pub struct Intake {
    store: Arc<dyn Store>,
    preparer: Preparer,
}

impl Intake {
    /// An intake into a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let preparer = Preparer::new(store.clone());
        Self { store, preparer }
    }

    /// Digest of a whole body, for once-tokens.
    pub fn body_digest(&self, body: &[u8]) -> Digest {
        self.preparer.keys().blind("body", &[body])
    }

    /// Takes the items of one page or push: on disk, with the cursor, when this returns.
    ///
    /// An id that comes twice in one page is taken in two transactions; the cursor moves with the last.
    pub async fn take(&self, channel: &Channel, items: Vec<Item>, mut how: How) -> Result<Intaken, NotAccepted> {
        let mut done = Intaken::default();
        let mut members = vec![Member::default()];
        let mut ids = HashSet::new();
        let several = items.len() > 1;
        files::keep(self.store.blobs().as_ref(), &items).await.map_err(store_error)?;
        for item in items {
            match item {
                Item::Unreadable(unreadable) => {
                    let stray = self.preparer.stray(&unreadable).map_err(store_error)?;
                    if let Some(member) = members.last_mut() {
                        member.strays.push(stray);
                    }
                }
                Item::Submission(submission) => {
                    let prepared = self.preparer.prepare(channel, &submission).map_err(store_error)?;
                    if prepared.reason.is_some() {
                        done.unmapped.clone_from(&prepared.reason);
                    }
                    if several && !ids.insert(prepared.arrival.external_id.clone()) {
                        ids = HashSet::from([prepared.arrival.external_id.clone()]);
                        members.push(Member::default());
                    }
                    if let Some(member) = members.last_mut() {
                        member.arrivals.push(prepared.arrival);
                        member.submissions.push(*submission);
                    }
                }
            }
        }
        let last = members.len() - 1;
        for (at, member) in members.into_iter().enumerate() {
            let how = How {
                polled: how.polled,
                once: how.once.take(),
                lease: how.lease,
                cursor: if at == last { how.cursor.take() } else { None },
                keepsake: if at == last { how.keepsake.take() } else { None },
            };
            self.accept(channel, member, &how, &mut done).await?;
        }
        Ok(done)
    }

    /// Hands one member to the store, comparing where it asks for it: then the submissions are prepared anew, which
    /// is rare, so that the others need not be kept twice.
    async fn accept(
        &self,
        channel: &Channel,
        member: Member,
        how: &How,
        done: &mut Intaken,
    ) -> Result<(), NotAccepted> {
        let strays = member.strays.len();
        let mut arrivals = member.arrivals;
        for _ in 0..COMPARISONS {
            let acceptance = Acceptance {
                channel: channel.enrolled.channel,
                channel_code: channel.code.clone(),
                namespace: channel.enrolled.namespace,
                namespace_name: channel.namespace.clone(),
                polled: how.polled,
                arrivals,
                strays: member.strays.clone(),
                once: how.once.clone(),
                lease: how.lease,
                cursor: self.sealed_cursor(channel, how.cursor.clone())?,
                keepsake: self.sealed_keepsake(channel, how.keepsake.clone())?,
            };
            let verdicts = self.store.accept(acceptance).await?;
            if !verdicts.iter().any(|verdict| matches!(verdict, Verdict::Compare { .. })) {
                for (submission, verdict) in member.submissions.into_iter().zip(verdicts) {
                    if let Verdict::Taken { what, ticket } = verdict {
                        // Of a suspected re-used number the far side must not learn the other citizen's ticket.
                        let ticket = if what == What::Held { None } else { spoken(ticket) };
                        done.taken.push(Taken { external_id: Some(submission.external_id), ticket, what });
                    }
                }
                let stray = || Taken { external_id: None, ticket: None, what: What::Unmapped };
                done.taken.extend(std::iter::repeat_with(stray).take(strays));
                return Ok(());
            }
            arrivals = Vec::with_capacity(member.submissions.len());
            for (submission, verdict) in member.submissions.iter().zip(&verdicts) {
                let mut arrival = self.preparer.prepare(channel, submission).map_err(store_error)?.arrival;
                if let Verdict::Compare { version } = verdict {
                    arrival.compared = Some((*version, self.agrees(*version, &arrival).await?));
                }
                arrivals.push(arrival);
            }
        }
        Err(NotAccepted::Store("the version to compare with kept changing".into()))
    }

    /// Whether a new draft agrees with the version it would revise.
    async fn agrees(&self, version: i64, arrival: &Arrival) -> Result<bool, NotAccepted> {
        let body = self.store.version_body(version).await.map_err(store_error)?;
        let old = match Folio::read(&body).map(|folio| folio.mapped) {
            Ok(Mapped::Draft(json)) => serde_json::from_slice::<Draft>(json).ok(),
            _ => None,
        };
        let new = arrival.mapped.as_ref().and_then(|mapped| serde_json::from_slice::<Draft>(&mapped.draft).ok());
        Ok(old.zip(new).is_some_and(|(old, new)| Draft::agreement(&old, &new).agrees()))
    }

    /// The attachments of a kept version that is of no ticket's text, as its connector handed them over.
    pub async fn set_aside(&self, version: Option<i64>) -> Result<Vec<Attachment>, StoreError> {
        let Some(version) = version else { return Ok(Vec::new()) };
        let kept = self.store.files_aside(version).await?;
        files::attachments(self.store.blobs().as_ref(), kept).await
    }

    /// Maps a kept version anew and hands it to the store.
    pub async fn remap(
        &self,
        channel: &Channel,
        dead: i64,
        submission: &Submission,
        actor: &crate::store::Actor,
        confirmed: bool,
    ) -> Result<Result<Verdict, String>, StoreError> {
        let prepared = self.preparer.prepare(channel, submission)?;
        if let Some(reason) = prepared.reason {
            return Ok(Err(reason));
        }
        let mut arrival = prepared.arrival;
        for _ in 0..COMPARISONS {
            let again = arrival.clone();
            match self.store.remap(dead, &channel.code, arrival, actor).await? {
                Verdict::Compare { version } => {
                    arrival = again;
                    let agrees = confirmed
                        || self
                            .agrees(version, &arrival)
                            .await
                            .map_err(|error| StoreError::Refused(error.to_string()))?;
                    arrival.compared = Some((version, agrees));
                }
                verdict => return Ok(Ok(verdict)),
            }
        }
        Err(StoreError::Refused("the version to compare with kept changing".into()))
    }

    fn sealed_cursor(&self, channel: &Channel, cursor: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, NotAccepted> {
        self.preparer.bookmark(crate::store::Place::Cursor, channel, cursor).map_err(store_error)
    }

    fn sealed_keepsake(&self, channel: &Channel, keepsake: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, NotAccepted> {
        self.preparer.bookmark(crate::store::Place::Keepsake, channel, keepsake).map_err(store_error)
    }
}

/// What goes into one transaction.
#[derive(Default)]
struct Member {
    arrivals: Vec<Arrival>,
    submissions: Vec<Submission>,
    strays: Vec<Stray>,
}

fn store_error(error: impl std::fmt::Display) -> NotAccepted {
    NotAccepted::Store(error.to_string())
}

fn spoken(ticket: Option<TicketKey>) -> Option<String> {
    ticket.map(|key| key.number.to_string())
}
