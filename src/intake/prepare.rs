//! Making one submission ready for the transaction: canonical form, mapping, digests, sealed body.

use std::sync::Arc;

use bytes::Bytes;
use huiliu_contract::{ExternalId, Remark, Submission, Undelivered, Unreadable, Unticketed};
use jiff::Timestamp;
use serde::Serialize;

use super::{Urgent, files};
use crate::channel::Channel;
use crate::normalize::{ActOn, Unmappable};
use crate::relate::{Letter, Roads};
use crate::settings::Text;
use crate::store::{
    About, ActArrival, Arrival, Digest, FileAbout, Filed, Folio, Keys, Mapped, MappedKeys, Place, SealError, Standing,
    Store, Stray, UndeliveredArrival, UnticketedArrival,
};
use crate::ticket::{Act, Detail, Draft};

/// A submission, ready.
pub struct Prepared {
    /// For the store.
    pub arrival: Arrival,
    /// Why it could not be mapped; names fields and places, quotes nothing.
    pub unmappable: Option<Unmappable>,
    /// Of which groups of urgent words it says something.
    pub urgent: Vec<String>,
}

/// What the mapping read.
pub(super) struct Read {
    /// The draft; for an act, what it says.
    pub(super) draft: Draft,
    /// What it is there for.
    pub(super) act: Option<ActOn>,
    /// The earlier item that it speaks of.
    pub(super) names: Option<String>,
}

/// Makes submissions ready.
#[derive(Clone)]
pub struct Preparer {
    store: Arc<dyn Store>,
    roads: Arc<Roads>,
    pub(super) urgent: Arc<Urgent>,
}

impl Preparer {
    pub(super) fn new(store: Arc<dyn Store>, roads: Arc<Roads>) -> Self {
        Self { store, roads, urgent: Arc::default() }
    }

    pub(super) fn keys(&self) -> &Keys {
        self.store.keys()
    }

    /// Maps, digests and seals one submission.
    pub fn prepare(&self, channel: &Channel, submission: &Submission) -> Result<Prepared, SealError> {
        let read = channel.mapping.read(submission.document.reveal());
        let read = read.map(|reading| Read { draft: reading.draft, act: reading.act, names: reading.names });
        self.prepare_read(channel, submission, read)
    }

    /// The same for one whose document was read already, or is not to be read as others are.
    pub(super) fn prepare_read(
        &self,
        channel: &Channel,
        submission: &Submission,
        read: Result<Read, Unmappable>,
    ) -> Result<Prepared, SealError> {
        let keys = self.keys();
        let document = submission.document.reveal();
        let length = submission.raw.bytes.reveal().len() + 64;
        let canonical = match channel.without_ignored(document) {
            Some(reduced) => json(&reduced, length),
            None => json(document, length),
        };
        let parts = files::parts(keys, &submission.attachments);
        let source = canonical.as_deref().unwrap_or(submission.raw.bytes.reveal());
        let source_digest = files::with_parts(keys, "source", source, &parts);
        let (mut draft, act, names, reasons) = match read {
            // What is no submission is kept as it came, until a person says that it is one.
            _ if submission.unticketed.is_some() => (None, None, None, None),
            Ok(Read { draft, act, names }) => (Some(draft), act, names, None),
            Err(unmappable) => (None, None, None, Some(unmappable)),
        };
        let standing = channel.standing(submission, draft.as_ref());
        let urgent = match standing {
            Standing::Historic => Vec::new(),
            _ => self.urgent.groups(draft.as_ref(), document),
        };
        let version = self.store.reserve();
        let filed = match &mut draft {
            Some(draft) => {
                files::adopt(draft, &submission.attachments);
                let fetches = channel.settings.files.is_some() && standing != Standing::Historic;
                self.file(draft, &parts, fetches)?
            }
            None => self.file(&files::unmapped(&submission.attachments), &parts, true)?,
        };
        let act = match act.zip(draft.as_ref()) {
            Some((on, draft)) => Some(self.act(channel, &on, submission, draft)?),
            None => None,
        };
        let looks = act.as_ref().is_none_or(|act| act.or_new) && matches!(standing, Standing::Live | Standing::Waiting);
        let mapped = draft.map(|draft| self.mapped(channel, draft, &parts, &filed, looks, length + 256));
        let unmappable = reasons;
        let reasons = match &submission.unticketed {
            Some(unticketed) => remark_json(&unticketed.reason),
            None => unmappable.as_ref().map(reasons_json).unwrap_or_default(),
        };
        let read = match submission.raw.media_type.as_str() {
            "application/json" => Vec::new(),
            _ => serde_json::to_vec(document).unwrap_or_default(),
        };
        let folio = Folio {
            media_type: &submission.raw.media_type,
            raw: submission.raw.bytes.reveal(),
            read: &read,
            mapped: match &mapped {
                Some(mapped) => Mapped::Draft(&mapped.draft),
                None => Mapped::Reasons(&reasons),
            },
        };
        let body = keys.seal_written(Place::Version, version, folio.length(), |out| folio.write_to(out))?;
        let standing = if mapped.is_none() { Standing::Live } else { standing };
        let arrival = Arrival {
            external_id: match &act {
                Some(act) => self.identity(act, &submission.external_id, source_digest),
                None => submission.external_id.clone(),
            },
            source_version: submission.version.clone(),
            source_digest,
            version,
            body,
            mapped,
            files: filed,
            standing,
            compared: None,
            alike: Vec::new(),
            act: act.map(Box::new),
            also: submission.also.iter().map(|called| self.also(called)).collect(),
            refers: names.and_then(|number| self.about(&number)),
            unchanging: submission.unchanging,
            unticketed: submission.unticketed.as_deref().map(|one| self.unticketed(one)).transpose()?.map(Box::new),
        };
        Ok(Prepared { arrival, unmappable, urgent })
    }

    /// What a submission asks about an earlier one, with the sealed note that the core will read.
    fn act(
        &self,
        channel: &Channel,
        on: &ActOn,
        submission: &Submission,
        draft: &Draft,
    ) -> Result<ActArrival, SealError> {
        let about = on.about.as_deref().and_then(|about| self.about(about));
        let own = || About { number: submission.external_id.clone(), also: self.also(submission.external_id.as_str()) };
        let about = about.unwrap_or_else(own);
        let counted = || channel.time_limit.as_ref()?.of(draft, self.now());
        let deadline = draft.deadline.clone().or_else(counted);
        let mut said = draft.clone();
        if on.act == Act::Redo {
            said.deadline.clone_from(&deadline);
        }
        let detail = Detail {
            act: Some(on.act),
            about: Some(about.number.as_str().to_owned()),
            said: Some(Box::new(said)),
            decision: on.granted.map(|granted| if granted { "approved" } else { "refused" }.to_owned()),
            ..Detail::default()
        };
        let note = self.store.reserve();
        let body =
            self.keys().seal(Place::Note, note, &serde_json::to_vec(&detail).unwrap_or_else(|_| b"{}".to_vec()))?;
        Ok(ActArrival {
            act: on.act,
            about,
            granted: on.granted,
            or_new: on.or_new,
            after_close: on.after_close,
            deadline: deadline.and_then(|deadline| deadline.computed).map(Timestamp::as_millisecond),
            note,
            body,
        })
    }

    /// An earlier item as it is named; none if the name can be nobody's.
    fn about(&self, named: &str) -> Option<About> {
        Some(About { number: ExternalId::new(named).ok()?, also: self.also(named) })
    }

    /// The key of what else an item is called.
    fn also(&self, called: &str) -> Digest {
        self.keys().blind("also", &[called.as_bytes()])
    }

    /// What came and is no submission, with what it says of an answer of ours.
    fn unticketed(&self, unticketed: &Unticketed) -> Result<UnticketedArrival, SealError> {
        let place = |one: &Undelivered| one.key.rsplit('-').next().and_then(|n| n.parse().ok());
        let told = unticketed.undelivered.as_ref().and_then(|one| Some((one, place(one)?)));
        let undelivered = told.map(|(one, n)| {
            let id = self.store.reserve();
            let details = serde_json::json!({ "message": one.reason.en, "message_zh": one.reason.zh }).to_string();
            let body = self.keys().seal(Place::Dead, id, details.as_bytes())?;
            Ok::<_, SealError>(UndeliveredArrival { to: one.to.clone(), n, id, body })
        });
        Ok(UnticketedArrival { class: unticketed.class, undelivered: undelivered.transpose()? })
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.store.clock().now()).unwrap_or_default()
    }

    /// What an act is known by: its own number if it has one, else what it asks about which item in which words.
    fn identity(&self, act: &ActArrival, own: &ExternalId, source: Digest) -> ExternalId {
        if *own != act.about.number {
            return own.clone();
        }
        let parts: [&[u8]; 3] = [act.about.number.as_str().as_bytes(), act.act.word().as_bytes(), &source.0];
        let digest = self.keys().blind("act", &parts);
        ExternalId::new(format!("act:{}", hex::encode(digest.0))).unwrap_or_else(|_| own.clone())
    }

    /// The rows of a draft's files: of those whose bytes came along, and of those that are to be fetched.
    fn file(&self, draft: &Draft, parts: &[files::Part], fetches: bool) -> Result<Vec<Filed>, SealError> {
        let mut filed = Vec::new();
        for (place, file) in (0u32..).zip(&draft.files) {
            let part = file.part.and_then(|part| parts.iter().find(|known| known.at == part));
            let digest = match (part, &file.link) {
                (Some(part), _) => part.name,
                (None, Some(link)) if fetches => self.keys().blind("link", &[link.as_bytes()]),
                _ => continue,
            };
            let id = self.store.reserve();
            let about =
                FileAbout { name: file.name.clone(), media_type: file.media_type.clone(), link: file.link.clone() };
            let body = self.keys().seal(Place::File, id, &json(&about, 256).unwrap_or_else(|_| b"{}".to_vec()))?;
            filed.push(Filed { id, place, digest, blob: part.map(|part| (part.name, part.content.size)), body });
        }
        Ok(filed)
    }

    fn mapped(
        &self,
        channel: &Channel,
        mut draft: Draft,
        parts: &[files::Part],
        filed: &[Filed],
        looks: bool,
        length: usize,
    ) -> MappedKeys {
        let keys = self.keys();
        // A draft is plain data whose maps have text keys: it always has a JSON form.
        let whole = |draft: &Draft| Bytes::from(json(draft, length).unwrap_or_else(|_| b"{}".to_vec()));
        let mut json = whole(&draft);
        // The digest is of what the source said. A deadline that is counted here may hang on the moment of reception or
        // on the files of holidays: in the digest it would make a repeat a revision.
        let digest = files::with_parts(keys, "mapped", &json, parts);
        let mut anew = None;
        if let Some((limit, now)) = channel.time_limit.as_ref().map(|limit| (limit, self.now()))
            && let Some(counted) = limit.of(&draft, now)
        {
            anew = limit.anew(&draft, now).and_then(|anew| anew.computed);
            draft.deadline = Some(counted);
            json = whole(&draft);
        }
        if !filed.is_empty() {
            for file in filed {
                if let Some(own) = draft.files.get_mut(file.place as usize) {
                    own.set_own(file.place);
                    if let Some(part) = own.part.and_then(|at| parts.iter().find(|part| part.at == at)) {
                        own.sha256 = Some(hex::encode(part.content.sha256));
                        own.sm3 = Some(hex::encode(part.content.sm3));
                    }
                }
            }
            json = whole(&draft);
        }
        let category = draft.matter.category.as_ref();
        let deadline = draft.deadline.as_ref().and_then(|deadline| deadline.computed);
        MappedKeys {
            digest,
            blind: keys.findable(&draft.find_inputs()),
            submitted_at: draft.times.submitted_at.map(|at| at.as_millisecond()),
            deadline: deadline.map(Timestamp::as_millisecond),
            anew: anew.or(deadline).map(Timestamp::as_millisecond),
            category: category.and_then(|category| category.mapped.last().or(category.source.last())).cloned(),
            region: draft.matter.place.region.clone(),
            tag: draft.via.as_ref().map(|via| via.tag.clone()),
            parent_no: draft.parent_no.clone(),
            alike: if looks && self.roads.are_several() { self.marks(channel, &draft) } else { Vec::new() },
            joins: channel.settings.same_letter.joins(),
            draft: json,
        }
    }

    /// Keys under which the same letter is looked for when it comes by another road.
    fn marks(&self, channel: &Channel, draft: &Draft) -> Vec<Digest> {
        let marks = Letter::of(draft, &channel.settings.same_letter).marks();
        marks.iter().map(|mark| self.keys().blind("alike", &[mark.as_bytes()])).collect()
    }

    /// Bytes that are no submission, kept once by digest.
    pub(super) fn stray(&self, unreadable: &Unreadable) -> Result<Stray, SealError> {
        let keys = self.keys();
        let raw = unreadable.raw.bytes.reveal();
        let id = self.store.reserve();
        let reason = remark_json(&unreadable.reason);
        let folio = Folio { media_type: &unreadable.raw.media_type, raw, read: b"", mapped: Mapped::Reasons(&reason) };
        let digest = match unreadable.raw.same() {
            Some(same) => keys.blind("stray_same", &[same]),
            None => keys.blind("stray", &[raw]),
        };
        Ok(Stray { digest, id, body: keys.seal(Place::Dead, id, &folio.write())? })
    }

    /// A cursor or keepsake, sealed for its channel.
    pub(super) fn bookmark(
        &self,
        place: Place,
        channel: &Channel,
        body: Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, SealError> {
        body.map(|body| self.keys().seal(place, i64::from(channel.enrolled.channel), &body)).transpose()
    }
}

/// A value as JSON in a buffer of about the right size: growing one costs more than the writing.
fn json(value: &impl Serialize, length: usize) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(length);
    serde_json::to_writer(&mut out, value)?;
    Ok(out)
}

/// One reason as it is kept, where no field is to blame.
fn remark_json(remark: &Remark) -> Vec<u8> {
    serde_json::json!([{ "reason": { "zh": remark.zh, "en": remark.en } }]).to_string().into_bytes()
}

/// The reasons as they are kept: a list with one entry a field, in both languages.
fn reasons_json(unmappable: &Unmappable) -> Vec<u8> {
    let text = |text: &Text| serde_json::json!({ "zh": text.zh, "en": text.en });
    let reasons: Vec<_> = unmappable
        .failed
        .iter()
        .map(|failed| {
            serde_json::json!({
                "field": failed.field, "field_zh": failed.field_zh, "rule": failed.rule, "place": failed.place,
                "reason": text(&failed.reason), "remedy": text(&failed.remedy),
            })
        })
        .collect();
    serde_json::Value::from(reasons).to_string().into_bytes()
}
