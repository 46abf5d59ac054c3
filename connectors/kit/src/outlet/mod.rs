//! The road back by HTTP, from configuration alone: one outcome is one request. It is composed once and kept as it
//! is; credentials and the `Idempotency-Key` are put on when it is sent, at each attempt.

mod build;
mod options;
mod parcel;
mod status;
mod ways;
pub mod words;

use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue};
use huiliu_contract::{
    Enclosure, ExternalId, Fault, Homebound, Judgement, Manners, OutcomeKind, Parcel, Receipt, Upload, WriteBack,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::client::RequestBuilder;
use crate::line::{Base, Line};
use crate::pick::{Pointer, scalar};
use crate::session::Caller;
use crate::success::Judge;
use crate::target::Target;
use crate::template::Filling;

use parcel::Content;
use status::Look;
use words::{NAMES, PUBLIC};

pub use build::Plan;
pub use options::{ReturnOptions, States, Status, Way};
pub use parcel::{boundary, shown_file};
pub use status::StateWords;
pub use ways::Ways;

/// A far side that is told by HTTP what became of its items.
struct Outlet {
    line: Arc<Line>,
    ways: Vec<(OutcomeKind, Road)>,
    look: Option<Look>,
    judge: Judge,
    headers: Vec<(HeaderName, HeaderValue)>,
    base: Base,
    zone: TimeZone,
    honours_key: bool,
}

/// One compiled way.
struct Road {
    target: Target,
    reference: Option<Pointer>,
    review: bool,
    /// Headers of its own.
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Under which name files go.
    files: Option<String>,
}

impl Outlet {
    fn road(&self, word: &str) -> Result<(OutcomeKind, &Road), Fault> {
        let found = self.ways.iter().find(|(kind, _)| kind.road_word() == word);
        found.map(|(kind, road)| (*kind, road)).ok_or_else(|| {
            Fault::malformed(format!("this channel has no way to carry back `{word}`; write one under `return`"))
        })
    }

    /// Adds what every request carries, and what this one carries in its place.
    fn ready(&self, request: RequestBuilder, own: &[(HeaderName, HeaderValue)]) -> RequestBuilder {
        let mut headers = HeaderMap::new();
        self.headers.iter().chain(own).for_each(|(name, value)| drop(headers.insert(name.clone(), value.clone())));
        request.headers(headers)
    }
}

#[async_trait]
impl WriteBack for Outlet {
    fn manners(&self) -> Manners {
        Manners { honours_key: self.honours_key, looks: self.look.is_some(), ..Manners::default() }
    }

    fn carries(&self, kind: OutcomeKind) -> bool {
        self.ways.iter().any(|(known, _)| *known == kind)
    }

    fn compose(&self, homebound: &Homebound<'_>) -> Result<Parcel, Fault> {
        let outcome = homebound.outcome;
        let (kind, road) = self.road(outcome.kind.road_word())?;
        let values = words::values(homebound, &self.zone);
        let answers = matches!(kind, OutcomeKind::Closed | OutcomeKind::Replied);
        let says_nothing = outcome.public_reply.as_deref().is_none_or(|text| text.trim().is_empty());
        if answers && says_nothing && PUBLIC.iter().any(|name| road.target.uses(*name)) {
            let word = kind.road_word();
            return Err(Fault::malformed(format!(
                "`return.{word}` sends `{{public_reply}}`, and the outcome has none"
            )));
        }
        let missing = (0..NAMES.len()).find(|name| values[*name].is_none() && road.target.in_address(*name));
        if let Some(name) = missing {
            let (word, name) = (kind.road_word(), NAMES[name]);
            return Err(Fault::malformed(format!(
                "the address of `return.{word}` needs `{{{name}}}`, and the outcome has none"
            )));
        }
        let fillings: Vec<Option<Filling<'_>>> =
            values.iter().map(|value| value.as_ref().map(words::Value::filling)).collect();
        Content::of(kind, road.target.fill(&fillings)?, road.files.as_deref(), homebound).parcel()
    }

    fn enclosures(&self, parcel: &Parcel) -> Vec<Enclosure> {
        Content::read(parcel).map(|content| content.enclosures().to_vec()).unwrap_or_default()
    }

    async fn send(&self, parcel: &Parcel, key: &str) -> Result<Receipt, Fault> {
        self.send_with(parcel, key, Vec::new()).await
    }

    async fn send_with(&self, parcel: &Parcel, key: &str, files: Vec<Upload>) -> Result<Receipt, Fault> {
        let content = Content::read(parcel)?;
        let (_, road) = self.road(&content.way)?;
        let key = HeaderValue::from_str(key).map_err(|_| Fault::malformed("the key cannot stand in a header"))?;
        let client = match &self.line.uploads {
            Some(uploads) if content.is_form() => &uploads.client,
            _ => &self.line.client,
        };
        let request = self.ready(content.request(&self.line, client, &self.base, files)?, &road.headers);
        let answer = self.line.tell(request.header("idempotency-key", key), client).await?;
        let document = self.judge.taken(&answer, Timestamp::now())?;
        let reference = road.reference.as_ref().zip(document.as_ref()).and_then(|(at, document)| at.get(document));
        let reference = reference.and_then(scalar).map(|text| text.into_owned());
        Ok(if road.review { Receipt::PendingReview { reference } } else { Receipt::Settled { reference } })
    }

    async fn look(&self, to: &ExternalId, kind: OutcomeKind) -> Result<Judgement, Fault> {
        let look = self
            .look
            .as_ref()
            .ok_or_else(|| Fault::malformed("this channel's far side cannot be asked; write `return.status`"))?;
        let request = look.question(to, kind)?.request(&self.line.client);
        let answer = self.line.ask(self.ready(request, &look.headers), Caller::Outlet).await?;
        let document = self.judge.document(&answer, Timestamp::now())?;
        look.judge(&document, kind).map_err(|fault| fault.quoting(answer.quote()))
    }
}
