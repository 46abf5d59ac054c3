//! Intake: from what a channel handed over to what the store takes, and what became of it.
//!
//! Everything that costs (canonical form, mapping, digests, sealing) is done here, in the caller's task;
//! the store only decides and writes.

mod files;
mod hand_in;
mod handled;
mod life;
mod look;
mod prepare;
mod reasons;
mod urgent;

use std::collections::HashSet;
use std::sync::Arc;

use huiliu_contract::{Attachment, Item, Once, Remark, Submission, Taken, Told, What};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

pub use hand_in::{HandedIn, HandedRow, Handing, NotOpened, SHOWN, answer_beside};
pub use handled::{HandledRow, Registered};
pub use look::look_over;
pub use prepare::{Prepared, Preparer};
pub use urgent::{Urgent, UrgentLetter};

use crate::channel::Channel;
use crate::relate::{Letter, Roads};
use crate::store::{
    Acceptance, Arrival, Deed, Digest, Folio, Lease, Mapped, NotAccepted, Store, StoreError, Stray, TicketKey, Verdict,
};
use crate::ticket::{Draft, Likeness};

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
    /// Whether somebody will read why items wait for a person; costs only where one does.
    pub reasons: bool,
    /// What a person did by it; on record with the first of the items.
    pub deed: Option<Deed>,
}

/// What became of the items.
#[derive(Debug, Default)]
pub struct Intaken {
    /// For the acknowledgement and the counters: one each, in their order.
    pub taken: Vec<Taken>,
    /// Why the last one could not be mapped, if one could not.
    pub unmapped: Option<String>,
    /// In the items' order, why each waits for a person; empty where nobody asked.
    whys: Vec<Option<Remark>>,
}

impl Intaken {
    /// What became of each item, in their order, with the reasons that [`How::reasons`] asked for.
    pub fn told(self) -> Vec<Told> {
        let whys = self.whys.into_iter().chain(std::iter::repeat(None));
        let told = self.taken.into_iter().zip(whys).map(|(taken, why)| {
            let why = why.or_else(|| (taken.what == What::Held).then(reasons::held));
            Told { taken, why }
        });
        told.collect()
    }
}

/// Takes items in.
#[derive(Clone)]
pub struct Intake {
    store: Arc<dyn Store>,
    preparer: Preparer,
    roads: Arc<Roads>,
    life: Arc<life::Life>,
    stop: CancellationToken,
}

impl Intake {
    /// An intake into a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let roads = Arc::new(Roads::default());
        let preparer = Preparer::new(store.clone(), roads.clone());
        Self { store, preparer, roads, life: Arc::default(), stop: CancellationToken::new() }
    }

    /// The same, but files that are handed in are left between two pages when this is cancelled.
    pub fn until(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    /// Notes a channel that runs, or runs anew: what the others bring is compared with what it brought.
    pub fn know(&self, channel: &Channel) {
        let table = channel.settings.same_letter.clone();
        self.roads.put(channel.code.clone(), channel.namespace.clone(), table);
    }

    /// Forgets a channel that runs no more: how its letters are read is not known of it.
    pub fn forget(&self, code: &str) {
        self.roads.forget(code);
    }

    /// When a channel whose silence is watched last showed life, as far as this process knows.
    pub fn heard(&self, channel: u32) -> Option<Timestamp> {
        self.life.of(channel)
    }

    /// Letters about danger to life: what is looked for, and what was found.
    pub fn urgent(&self) -> &Arc<Urgent> {
        &self.preparer.urgent
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
        if how.reasons {
            done.whys.resize(items.len(), None);
        }
        files::keep(self.store.blobs().as_ref(), &items).await.map_err(store_error)?;
        for (place, item) in items.into_iter().enumerate() {
            match item {
                Item::Unreadable(unreadable) => {
                    let stray = self.preparer.stray(&unreadable).map_err(store_error)?;
                    if let Some(why) = done.whys.get_mut(place) {
                        *why = Some(reasons::unreadable(unreadable));
                    }
                    if let Some(member) = members.last_mut() {
                        member.strays.push(stray);
                        member.stray_places.push(place);
                    }
                }
                Item::Submission(submission) => {
                    let prepared = self.preparer.prepare(channel, &submission).map_err(store_error)?;
                    if let Some(unmappable) = &prepared.unmappable {
                        done.unmapped = Some(unmappable.to_string());
                        if let Some(why) = done.whys.get_mut(place) {
                            *why = Some(reasons::unmappable(unmappable));
                        }
                    }
                    if several && !ids.insert(prepared.arrival.external_id.clone()) {
                        ids = HashSet::from([prepared.arrival.external_id.clone()]);
                        members.push(Member::default());
                    }
                    if let Some(member) = members.last_mut() {
                        if !prepared.urgent.is_empty() {
                            member.urgent.push((member.arrivals.len(), prepared.urgent));
                        }
                        member.arrivals.push(prepared.arrival);
                        member.submissions.push(*submission);
                        if several {
                            member.places.push(place);
                        }
                    }
                }
            }
        }
        let last = members.len() - 1;
        let mut places = Vec::new();
        for (at, mut member) in members.into_iter().enumerate() {
            let how = How {
                polled: how.polled,
                once: how.once.take(),
                lease: how.lease,
                cursor: if at == last { how.cursor.take() } else { None },
                keepsake: if at == last { how.keepsake.take() } else { None },
                reasons: how.reasons,
                deed: how.deed.take(),
            };
            places.append(&mut member.places);
            places.append(&mut member.stray_places);
            self.accept(channel, member, &how, &mut done).await?;
        }
        // What cannot be read is written behind the others of its transaction.
        if several && !places.is_sorted() {
            let mut placed: Vec<_> = places.into_iter().zip(std::mem::take(&mut done.taken)).collect();
            placed.sort_unstable_by_key(|(place, _)| *place);
            done.taken = placed.into_iter().map(|(_, taken)| taken).collect();
        }
        if channel.settings.channel.silence.is_some() {
            let now = Timestamp::from_millisecond(self.store.clock().now()).unwrap_or_default();
            self.life.note(channel.enrolled.channel, &done.taken, how.polled, now);
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
        // What was answered about each; an answer is given again until the store asks something else.
        let mut answered: Vec<Answered> = vec![(None, Vec::new()); arrivals.len()];
        for _ in 0..COMPARISONS {
            let version = |(at, _): &(usize, Vec<String>)| arrivals.get(*at).map_or(0, |arrival| arrival.version);
            let urgent: Vec<_> = member.urgent.iter().map(version).collect();
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
                deed: how.deed.clone(),
            };
            let verdicts = self.store.accept(acceptance).await?;
            if !verdicts.iter().any(asks) {
                self.note_urgent(channel, member.urgent.into_iter().zip(urgent), &verdicts);
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
            for ((submission, verdict), answered) in member.submissions.iter().zip(&verdicts).zip(&mut answered) {
                let mut arrival = self.preparer.prepare(channel, submission).map_err(store_error)?.arrival;
                (arrival.compared, arrival.alike) = answered.clone();
                self.answer(channel, verdict, &mut arrival).await?;
                *answered = (arrival.compared, arrival.alike.clone());
                arrivals.push(arrival);
            }
        }
        Err(NotAccepted::Store("the version to compare with kept changing".into()))
    }

    /// Answers what the store asks about an arrival before it decides.
    async fn answer(&self, channel: &Channel, verdict: &Verdict, arrival: &mut Arrival) -> Result<(), NotAccepted> {
        match verdict {
            Verdict::Compare { version } => arrival.compared = Some((*version, self.agrees(*version, arrival).await?)),
            Verdict::Alike { versions } => {
                let new = draft_of(arrival).map(|draft| Letter::of(&draft, &channel.settings.same_letter));
                arrival.alike.clear();
                for alike in versions {
                    // Of a channel that does not run nobody knows how its letters are read.
                    let found = match (&new, self.roads.table(&alike.channel)) {
                        (Some(new), Some(table)) => {
                            let old = self.kept(alike.version).await?;
                            old.map_or(Likeness::Other, |old| new.compare(&Letter::of(&old, &table)))
                        }
                        _ => Likeness::Other,
                    };
                    arrival.alike.push((alike.version, found));
                }
            }
            Verdict::Taken { .. } => {}
        }
        Ok(())
    }

    /// Whether a new draft agrees with the version it would revise.
    async fn agrees(&self, version: i64, arrival: &Arrival) -> Result<bool, NotAccepted> {
        let old = self.kept(version).await?;
        Ok(old.zip(draft_of(arrival)).is_some_and(|(old, new)| handled::agree(&old, &new)))
    }

    /// The draft of a kept version; none if it could not be mapped.
    async fn kept(&self, version: i64) -> Result<Option<Draft>, NotAccepted> {
        let body = self.store.version_body(version).await.map_err(store_error)?;
        Ok(match Folio::read(&body).map(|folio| folio.mapped) {
            Ok(Mapped::Draft(json)) => serde_json::from_slice(json).ok(),
            _ => None,
        })
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
        if let Some(unmappable) = prepared.unmappable {
            return Ok(Err(unmappable.to_string()));
        }
        let mut arrival = prepared.arrival;
        for _ in 0..COMPARISONS {
            let again = arrival.clone();
            match self.store.remap(dead, &channel.code, arrival, actor).await? {
                Verdict::Compare { version } if confirmed => {
                    arrival = again;
                    arrival.compared = Some((version, true));
                }
                verdict if asks(&verdict) => {
                    arrival = again;
                    let answered = self.answer(channel, &verdict, &mut arrival).await;
                    answered.map_err(|error| StoreError::Refused(error.to_string()))?;
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

/// Notes that something was handed in by a channel, whatever became of it: whoever waits for its table of the day need not
/// be reminded.
pub async fn handed(store: &dyn Store, code: &str) {
    let now = store.clock().now().to_string();
    if let Err(error) = store.keep_value(&handed_name(code), &now).await {
        tracing::warn!(channel = code, %error, "it could not be noted that something was handed in");
    }
}

/// Under what name the store keeps when something was last handed in by a channel (ms).
pub fn handed_name(code: &str) -> String {
    format!("handed:{code}")
}

/// What was compared with an arrival, and what was found.
type Answered = (Option<(i64, bool)>, Vec<(i64, Likeness)>);

/// What goes into one transaction.
#[derive(Default)]
struct Member {
    arrivals: Vec<Arrival>,
    submissions: Vec<Submission>,
    strays: Vec<Stray>,
    /// Where the submissions stood among the items; empty for a lone one.
    places: Vec<usize>,
    stray_places: Vec<usize>,
    /// Which of them say something urgent, and of which groups.
    urgent: Vec<(usize, Vec<String>)>,
}

/// Whether the store asks for a comparison before it decides.
fn asks(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Compare { .. } | Verdict::Alike { .. })
}

fn draft_of(arrival: &Arrival) -> Option<Draft> {
    serde_json::from_slice(&arrival.mapped.as_ref()?.draft).ok()
}

fn store_error(error: impl std::fmt::Display) -> NotAccepted {
    NotAccepted::Store(error.to_string())
}

fn spoken(ticket: Option<TicketKey>) -> Option<String> {
    ticket.map(|key| key.number.to_string())
}
