//! Answers by mail: one outcome is one mail in the citizen's own thread. 签收 is a receipt that no person wrote; it is rationed, and
//! withheld where the letter must not be answered by a machine. All else is an answer and always leaves.
//!
//! A mail cannot be taken back and its server cannot be asked: where nobody knows whether it arrived it is told once more, with
//! the same id, so that whoever gets both sees one.

mod answer;
mod build;
mod explain;
mod html;
mod options;
mod parcel;
mod rations;
mod subject;
mod usual;
mod words;

use async_trait::async_trait;
use huiliu_contract::{
    Enclosure, ExternalId, FarSide, Fault, Homebound, Judgement, Manners, OutcomeKind, Parcel, Personal, Receipt,
    Remark, Upload, WriteBack,
};
use huiliu_mailer::{File, Mailer};
use jiff::tz::TimeZone;

use crate::tag::Tag;
use answer::Said;
use parcel::Content;
use rations::Rations;
use words::{Beside, Values, Words};

pub use build::build;
pub use explain::explain;
pub use options::{RationOptions, ReturnOptions, Way};
pub use usual::LINE;

/// The answering half of a mailbox.
pub struct Outlet {
    mailer: Mailer,
    tag: Tag,
    domain: String,
    roads: Vec<Road>,
    lookup: Option<String>,
    html: bool,
    /// How many bytes of files go along in all.
    files: u64,
    rations: Rations,
    zone: TimeZone,
}

/// How one kind of outcome is told.
struct Road {
    kind: OutcomeKind,
    subject: Words,
    text: Words,
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").field("mailer", &self.mailer).field("domain", &self.domain).finish_non_exhaustive()
    }
}

impl Outlet {
    /// The server as a far side, for `check --online`.
    pub fn far(&self) -> Box<dyn FarSide> {
        self.mailer.far()
    }

    fn road(&self, kind: OutcomeKind) -> Result<&Road, Fault> {
        self.roads.iter().find(|road| road.kind == kind).ok_or_else(|| {
            let word = kind.road_word();
            Fault::malformed(format!("this channel has no way to carry back `{word}`; write one under `return`"))
        })
    }

    /// The files that go along, in their order while there is room, and the names of those that stay.
    fn files(&self, homebound: &Homebound<'_>) -> (Vec<Enclosure>, Vec<String>) {
        let mut room = self.files;
        let (mut along, mut left) = (Vec::new(), Vec::new());
        for file in homebound.files {
            match room.checked_sub(file.size) {
                Some(rest) => {
                    room = rest;
                    along.push(file.clone());
                }
                None => left.push(file.name.clone()),
            }
        }
        (along, left)
    }

    /// Why a receipt does not leave now, if it does not.
    async fn rationed(&self, content: &Content, key: &str) -> Result<Option<Remark>, Fault> {
        if !content.automatic || self.rations.allow(key, &content.to).await? {
            return Ok(None);
        }
        Ok(Some(Remark::new(
            "回执发得太多了(同一地址、同一域名或总数到了上限)",
            "too many receipts (to this address, to this domain, or in all)",
        )))
    }
}

#[async_trait]
impl WriteBack for Outlet {
    fn manners(&self) -> Manners {
        Manners { bears_twice: true, refuses_for_good: true, ..Manners::default() }
    }

    fn carries(&self, kind: OutcomeKind) -> bool {
        self.roads.iter().any(|road| road.kind == kind)
    }

    fn reads_document(&self) -> bool {
        true
    }

    fn compose(&self, homebound: &Homebound<'_>) -> Result<Parcel, Fault> {
        let outcome = homebound.outcome;
        let road = self.road(outcome.kind)?;
        let automatic = outcome.kind == OutcomeKind::Signed;
        let Said { answer, query_code } = Said::read(homebound)?;
        let withheld = answer.against().filter(|_| automatic);
        let to = match answer.to() {
            Some(to) => to,
            None if automatic => "",
            None => return Err(Fault::malformed("the letter names no address to answer to")),
        };
        let subject = subject::repeated(answer.subject.as_deref().unwrap_or_default());
        let beside = Beside { code: query_code.as_deref(), subject: &subject, lookup: self.lookup.as_deref() };
        let values = Values::of(homebound, &beside, &self.zone);
        if !matches!(outcome.kind, OutcomeKind::Signed | OutcomeKind::Extended) && road.text.says_nothing(&values) {
            let word = outcome.kind.road_word();
            return Err(Fault::malformed(format!(
                "`return.{word}` has something to tell, and the outcome says nothing of it"
            )));
        }
        let (files, left) = self.files(homebound);
        let mut text = format!("{}\n\n{}", usual::LINE, road.text.fill(&values));
        if !left.is_empty() {
            text += &format!("\n\n另有 {} 个附件太大,没有随信附上:{}", left.len(), left.join("、"));
        }
        let message_id = self.tag.make(homebound.to, homebound.key, to, &self.domain);
        let message_id = message_id.ok_or_else(|| Fault::malformed("the id of the mail would be too long"))?;
        let local = message_id.split('@').next().unwrap_or_default();
        let content = Content {
            way: outcome.kind.road_word().into(),
            from: self.mailer.from().into(),
            to: to.into(),
            subject: road.subject.fill(&values),
            html: self.html.then(|| html::page(&text)),
            text,
            token: local.rsplit('.').next().unwrap_or_default().into(),
            in_reply_to: answer.message_id.clone(),
            references: answer.thread(),
            message_id,
            date: outcome.at,
            automatic,
            house: self.tag.house(),
            files,
            left,
            withheld,
        };
        // Whether it is a mail at all is known here, not when it is sent.
        if content.withheld.is_none() {
            self.mailer.compose(&content.mail(Vec::new()))?;
        }
        content.parcel()
    }

    fn enclosures(&self, parcel: &Parcel) -> Vec<Enclosure> {
        Content::read(parcel).map(|content| content.files).unwrap_or_default()
    }

    async fn send(&self, parcel: &Parcel, key: &str) -> Result<Receipt, Fault> {
        self.send_with(parcel, key, Vec::new()).await
    }

    async fn send_with(&self, parcel: &Parcel, key: &str, files: Vec<Upload>) -> Result<Receipt, Fault> {
        let content = Content::read(parcel)?;
        if let Some(why) = content.withheld() {
            return Ok(Receipt::Withheld { why });
        }
        if content.from != self.mailer.from() {
            return Err(Fault::malformed(
                "the parcel was composed for another sender than the channel's file names; compose it again",
            ));
        }
        if content.files.len() != files.len() {
            return Err(Fault::malformed("the parcel names other files than those at hand"));
        }
        let mut along = Vec::with_capacity(files.len());
        for file in files {
            along.push(whole(file, self.files).await?);
        }
        if let Some(why) = self.rationed(&content, key).await? {
            return Ok(Receipt::Withheld { why });
        }
        let bytes = self.mailer.compose(&content.mail(along))?;
        let envelope = self.mailer.envelope(&content.to, &content.token)?;
        let said = Box::pin(self.mailer.send(&envelope, &bytes)).await?;
        let said: String = said.chars().filter(|c| !c.is_control()).take(200).collect();
        Ok(Receipt::Settled { reference: Some(said).filter(|said| !said.is_empty()) })
    }

    async fn look(&self, _: &ExternalId, _: OutcomeKind) -> Result<Judgement, Fault> {
        Err(Fault::malformed("a mail server cannot be asked what became of a mail"))
    }
}

/// A file's bytes; no more than a mail may carry.
async fn whole(mut file: Upload, most: u64) -> Result<File, Fault> {
    let unread = |_| Fault::malformed("a file of the answer does not open whole");
    let mut bytes = Vec::new();
    while let Some(piece) = file.pieces.next().await.map_err(unread)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() as u64 > most {
            return Err(Fault::malformed("a file of the answer is larger than it was said to be"));
        }
    }
    Ok(File { name: file.name, media_type: file.media_type, bytes: Personal::new(bytes) })
}
