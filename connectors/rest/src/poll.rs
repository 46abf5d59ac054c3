//! Asking: one poll is one request and the page it brought.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{Cursor, Fault, Keepsake, Page, Poll};
use huiliu_kit::client::RequestBuilder;
use huiliu_kit::line::Line;
use huiliu_kit::stamp::Stamp;
use huiliu_kit::success::Judge;
use huiliu_kit::target::Target;
use huiliu_kit::template::Filling;
use jiff::Timestamp;

use crate::items::Reader;
use crate::mark::{At, Mark, Pager, Place};

/// The placeholders of a list request, in the order of their values.
pub(crate) const NAMES: [&str; 3] = ["page", "size", "since"];

/// A polled platform.
pub(crate) struct Platform {
    pub(crate) line: Arc<Line>,
    pub(crate) list: Target,
    pub(crate) pager: Pager,
    pub(crate) reader: Reader,
    pub(crate) since: Option<SinceRule>,
    pub(crate) judge: Judge,
}

/// How a mark is sent.
pub(crate) struct SinceRule {
    /// The form of a time; none for an id.
    pub(crate) stamp: Option<Stamp>,
    pub(crate) overlap: Duration,
    pub(crate) first: Option<String>,
}

#[async_trait]
impl Poll for Platform {
    async fn poll(&self, after: Option<&Cursor>, _kept: Option<&Keepsake>) -> Result<Page, Fault> {
        let mut place = Place::read(after)?;
        let at = self.pager.at(&mut place)?;
        let request = self.request(at.as_ref(), place.since.as_ref())?;
        let answer = self.line.client.send(request).await?;
        let now = Timestamp::now();
        let document = self.judge.document(&answer, now)?;
        let quote = |fault: Fault| fault.quoting(answer.quote());
        let (items, told) = self.reader.read(document, now).map_err(quote)?;
        let (place, more) = self.pager.after(place, at, told).map_err(quote)?;
        Ok(Page { items, next: Some(place.cursor()), more, keep: None })
    }
}

impl Platform {
    fn request(&self, at: Option<&At>, since: Option<&Mark>) -> Result<RequestBuilder, Fault> {
        let page = at.map(|at| match at {
            At::Number(n) | At::Offset(n) => n.to_string(),
            At::Cursor(value) => value.to_string(),
        });
        let size = self.pager.size.map(|size| size.to_string());
        let since = self.since.as_ref().and_then(|rule| rule.text(since, &self.reader.zone));
        let numeric = self.since.as_ref().and_then(|rule| rule.stamp.as_ref()).is_some_and(Stamp::is_number);
        let values = [
            page.as_ref().map(|text| Filling::Json(text.as_bytes())),
            size.as_ref().map(|text| Filling::Json(text.as_bytes())),
            since.as_ref().map(|text| if numeric { Filling::Json(text.as_bytes()) } else { Filling::Text(text) }),
        ];
        Ok(self.line.credentials.sign(self.list.fill(&values)?.request(&self.line.client)))
    }
}

impl SinceRule {
    fn text(&self, mark: Option<&Mark>, zone: &jiff::tz::TimeZone) -> Option<String> {
        match (mark, &self.stamp) {
            (Some(Mark::Time(at)), Some(stamp)) => {
                let from = at.checked_sub(self.overlap).unwrap_or(Timestamp::UNIX_EPOCH);
                Some(stamp.write(from, zone))
            }
            (Some(Mark::Id(id)), None) => Some(id.clone()),
            // Nothing known yet, or the mark is of the other sort because the channel was changed.
            _ => self.first.clone(),
        }
    }
}
