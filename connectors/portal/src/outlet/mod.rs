//! The road back by forms, as a clerk would fill them in: the page is fetched, its hidden fields go along, what was composed
//! is put into its boxes, and only declared words on what is shown afterwards say that it was taken.

mod form;
mod parcel;
mod send;
mod status;

use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{
    Enclosure, ExternalId, Fault, Homebound, Judgement, Manners, OutcomeKind, Parcel, Receipt, Upload, WriteBack,
};
use huiliu_kit::outlet::words::{self, NAMES, PUBLIC};
use huiliu_kit::success::Judge;
use huiliu_kit::template::{Filling, Template};
use jiff::tz::TimeZone;

use crate::session::Session;
use parcel::Content;
pub(crate) use status::{Look, StateWay};

/// One form, compiled.
pub(crate) struct Road {
    /// The page with the form.
    pub(crate) form: Option<Template>,
    /// Where it is posted to, if not where the form says.
    pub(crate) post: Option<Template>,
    pub(crate) fill: Vec<(String, FillRule)>,
    pub(crate) files: Option<String>,
    pub(crate) upload: Option<UploadRule>,
    pub(crate) done: Vec<String>,
    pub(crate) review: bool,
}

/// What is filled into a box, compiled.
pub(crate) struct FillRule {
    pub(crate) text: Template,
    /// The form's words for it.
    pub(crate) words: Vec<(String, String)>,
}

/// Files that are handed up first, compiled.
pub(crate) struct UploadRule {
    pub(crate) post: Template,
    pub(crate) field: String,
    pub(crate) send: Vec<(String, Template)>,
    pub(crate) at: huiliu_kit::pick::Pointer,
}

/// The words on what is shown afterwards.
#[derive(Clone, Default, Debug)]
pub(crate) struct Said {
    pub(crate) refused: Vec<String>,
    pub(crate) busy: Vec<String>,
}

/// A back end that is answered by its forms.
pub(crate) struct Outlet {
    pub(crate) session: Arc<Session>,
    pub(crate) roads: Vec<(OutcomeKind, Road)>,
    pub(crate) look: Option<Look>,
    pub(crate) judge: Judge,
    pub(crate) said: Said,
    pub(crate) zone: TimeZone,
}

impl Outlet {
    fn road(&self, word: &str) -> Result<(OutcomeKind, &Road), Fault> {
        let found = self.roads.iter().find(|(kind, _)| kind.road_word() == word);
        found.map(|(kind, road)| (*kind, road)).ok_or_else(|| {
            Fault::malformed(format!("this channel has no form to carry back `{word}`; write one under `return`"))
        })
    }
}

#[async_trait]
impl WriteBack for Outlet {
    fn manners(&self) -> Manners {
        Manners { looks: self.look.is_some(), ..Manners::default() }
    }

    fn carries(&self, kind: OutcomeKind) -> bool {
        self.roads.iter().any(|(known, _)| *known == kind)
    }

    fn compose(&self, homebound: &Homebound<'_>) -> Result<Parcel, Fault> {
        let (kind, road) = self.road(homebound.outcome.kind.road_word())?;
        let word = kind.road_word();
        let values = words::values(homebound, &self.zone);
        let answers = matches!(kind, OutcomeKind::Closed | OutcomeKind::Replied);
        let silent = homebound.outcome.public_reply.as_deref().is_none_or(|text| text.trim().is_empty());
        let public = |rule: &FillRule| PUBLIC.iter().any(|name| rule.text.uses(*name));
        if answers && silent && road.fill.iter().any(|(_, rule)| public(rule)) {
            return Err(Fault::malformed(format!(
                "`return.{word}` fills in the public reply, and the outcome has none"
            )));
        }
        let fillings: Vec<Filling<'_>> =
            values.iter().map(|value| value.as_ref().map_or(Filling::NULL, words::Value::filling)).collect();
        let missing = |text: &Template| (0..NAMES.len()).any(|name| values[name].is_none() && text.uses(name));
        let address = |text: &Template| match missing(text) {
            false => Ok(text.to_text(&fillings)),
            true => {
                Err(Fault::malformed(format!("an address of `return.{word}` needs what the outcome does not tell")))
            }
        };
        let mut fill = Vec::with_capacity(road.fill.len());
        for (name, rule) in road.fill.iter().filter(|(_, rule)| !missing(&rule.text)) {
            fill.push((name.clone(), rule.said(&fillings, word, name)?));
        }
        let upload = match &road.upload {
            None => None,
            Some(rule) => {
                let fields = rule.send.iter().filter(|(_, text)| !missing(text));
                let fields = fields.map(|(name, text)| (name.clone(), text.to_text(&fillings)));
                Some((address(&rule.post)?, fields.collect()))
            }
        };
        let form = road.form.as_ref().map(address).transpose()?;
        let post = road.post.as_ref().map(address).transpose()?;
        Content::of(word, form, post, fill, upload, road.files.as_deref(), homebound).parcel()
    }

    fn enclosures(&self, parcel: &Parcel) -> Vec<Enclosure> {
        Content::read(parcel).map(|content| content.files).unwrap_or_default()
    }

    async fn send(&self, parcel: &Parcel, key: &str) -> Result<Receipt, Fault> {
        self.send_with(parcel, key, Vec::new()).await
    }

    async fn send_with(&self, parcel: &Parcel, key: &str, files: Vec<Upload>) -> Result<Receipt, Fault> {
        let content = Content::read(parcel)?;
        if content.files.len() != files.len() {
            return Err(Fault::malformed("the parcel names other files than those at hand"));
        }
        Box::pin(self.carry(content, key, files)).await
    }

    async fn look(&self, to: &ExternalId, kind: OutcomeKind) -> Result<Judgement, Fault> {
        let look = self.look.as_ref();
        let look =
            look.ok_or_else(|| Fault::malformed("this channel's far side cannot be asked; write `return.status`"))?;
        look.ask(&self.session, to, kind).await
    }
}

impl FillRule {
    fn said(&self, fillings: &[Filling<'_>], way: &str, name: &str) -> Result<String, Fault> {
        let text = self.text.to_text(fillings);
        if self.words.is_empty() {
            return Ok(text);
        }
        let found = self.words.iter().find(|(ours, _)| *ours == text).map(|(_, theirs)| theirs.clone());
        found.ok_or_else(|| {
            Fault::malformed(format!("`return.{way}.fill.{name}.words` has no word for what the outcome says there"))
        })
    }
}
