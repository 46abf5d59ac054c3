//! Asking: one poll is one request and what it brought, a page or the detail of one item.

use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{Cursor, Fault, Keepsake, Page, Poll, Remark};
use huiliu_kit::client::Answer;
use huiliu_kit::line::{Base, Line};
use huiliu_kit::links;
use huiliu_kit::session::Caller;
use huiliu_kit::success::Judge;
use huiliu_kit::target::{Filled, Target};
use huiliu_kit::template::Filling;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::census::CensusRule;
use crate::course::Course;
use crate::detail::{DetailRule, Rows, Under};
use crate::items::Reader;
use crate::kept::Kept;
use crate::mark::{At, Pager, Place, Told};
use crate::options::PageBy;
use crate::spelled;

/// The placeholders of a list request, in the order of their values.
pub(crate) const NAMES: [&str; 5] = ["page", "size", "since", "from", "to"];

/// A polled platform, as it is asked.
pub(crate) struct Asked(pub(crate) Arc<Platform>);

/// A polled platform.
pub(crate) struct Platform {
    pub(crate) line: Arc<Line>,
    pub(crate) base: Base,
    pub(crate) list: Target,
    pub(crate) pager: Pager,
    pub(crate) course: Course,
    pub(crate) reader: Reader,
    pub(crate) detail: Option<DetailRule>,
    pub(crate) census: Option<CensusRule>,
    pub(crate) judge: Judge,
}

/// What a list is asked for by.
pub(crate) struct Asking<'a> {
    pub(crate) at: Option<&'a At>,
    pub(crate) since: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    /// Whether the times are numbers.
    pub(crate) numeric: bool,
}

/// What one request brought.
struct Step {
    items: Vec<huiliu_contract::Item>,
    place: Place,
    more: bool,
    /// The rows that wait now; none where it stays as it was.
    rows: Option<Option<Rows>>,
}

/// What the answer to one page says.
struct Read {
    rows: Vec<Value>,
    then: Place,
    page: u64,
    more: bool,
}

#[async_trait]
impl Poll for Asked {
    async fn poll(&self, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault> {
        self.0.asked(after, kept, Caller::Poll).await
    }

    async fn preview(&self, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault> {
        self.0.asked(after, kept, Caller::Person).await
    }

    fn since(&self, at: Timestamp) -> Option<Cursor> {
        self.0.course.begins_at(at).map(|place| place.cursor())
    }

    fn spelled(&self, cursor: &Cursor) -> Option<Remark> {
        Place::read(Some(cursor)).ok().map(|place| spelled::place(&place, &self.0.course.zone))
    }

    fn asks_for_detail(&self, cursor: &Cursor) -> bool {
        Place::read(Some(cursor)).is_ok_and(|place| place.under.is_some())
    }
}

impl Platform {
    async fn asked(&self, after: Option<&Cursor>, kept: Option<&Keepsake>, who: Caller) -> Result<Page, Fault> {
        let place = Place::read(after)?;
        let before = Kept::read(kept);
        if let Some(session) = &self.line.session {
            session.adopt(before.token.as_ref()).await;
        }
        let Step { items, place, more, rows } = self.step(place, &before, who).await?;
        let token = match &self.line.session {
            Some(session) => session.kept().await,
            None => None,
        };
        Ok(Page { items, next: Some(place.cursor()), more, keep: before.changed(token, rows) })
    }

    async fn step(&self, mut place: Place, kept: &Kept, who: Caller) -> Result<Step, Fault> {
        if let (Some(under), Some(rule)) = (place.under.take(), &self.detail)
            && let Some(row) = under.row(kept.rows.as_ref())
        {
            let answer = self.detail(rule, row, who).await;
            let items = vec![rule.item(row, answer, &self.reader)?];
            let (place, more) = under.one_done(place);
            // The rows stay where they are until the last of them has its detail.
            let rows = place.under.is_none().then_some(None);
            return Ok(Step { items, place, more, rows });
        }
        self.page(place, who).await
    }

    async fn page(&self, mut place: Place, who: Caller) -> Result<Step, Fault> {
        let now = Timestamp::now();
        self.course.begin(&mut place, now);
        let at = self.pager.at(&mut place)?;
        let filled = self.request(at.as_ref(), &place)?;
        let url = filled.url.clone();
        let answer = self.line.ask(filled.request(&self.line.client), who).await?;
        let Read { rows, then, page, more } = self.read(&answer, &url, place.clone(), at, now)?;
        let Some(rule) = &self.detail else {
            let items = rows.into_iter().map(|row| self.reader.item(row)).collect();
            return Ok(Step { items, place: then, more, rows: Some(None) });
        };
        let (waiting, ready): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| rule.wants(row, &self.reader));
        let items = ready.into_iter().map(|row| self.reader.item(row)).collect();
        if waiting.is_empty() {
            return Ok(Step { items, place: then, more, rows: Some(None) });
        }
        let under = Under { page, of: waiting.len(), done: 0, then: Box::new(then), more };
        let place = Place { under: Some(under), ..place };
        Ok(Step { items, place, more: true, rows: Some(Some(Rows { page, rows: waiting })) })
    }

    /// What an answer to a page says.
    fn read(&self, answer: &Answer, url: &Url, place: Place, at: Option<At>, now: Timestamp) -> Result<Read, Fault> {
        let document = self.judge.document(answer, now)?;
        let quote = |fault: Fault| fault.quoting(answer.quote());
        let (rows, mut told) = self.reader.read(document, now).map_err(quote)?;
        self.follow(&mut told, answer, url)?;
        let page = told.digest;
        let (then, more) = self.pager.after(place, at, told).map_err(quote)?;
        let (then, more) = self.course.after(then, more);
        Ok(Read { rows, then, page, more })
    }

    /// What an answer says that lies in a file, had a poll that begins at the front been answered so.
    pub(crate) fn saved(&self, answer: &Answer, now: Timestamp) -> Result<(Vec<Value>, Place, bool), Fault> {
        let mut place = Place::default();
        self.course.begin(&mut place, now);
        let at = self.pager.at(&mut place)?;
        let url = self.request(at.as_ref(), &place)?.url;
        let Read { rows, then, more, .. } = self.read(answer, &url, place, at, now)?;
        Ok((rows, then, more))
    }

    async fn detail(&self, rule: &DetailRule, row: &Value, who: Caller) -> Result<Value, Fault> {
        // It was asked for its number before it was made to wait.
        let id = self.reader.id(row).map_err(Fault::malformed)?;
        let filled = rule.target.fill(&[Some(Filling::Text(id.as_str()))])?;
        let answer = self.line.ask(filled.request(&self.line.client), who).await?;
        self.judge.document(&answer, Timestamp::now())
    }

    /// Makes a link to the next page a whole address, and takes it from where it stands.
    pub(crate) fn follow(&self, told: &mut Told, answer: &Answer, url: &Url) -> Result<(), Fault> {
        let link = match self.pager.by {
            PageBy::Header => links::related(&answer.headers, "next").map(str::to_owned),
            PageBy::Link => told.next.take().and_then(|next| next.as_str().map(str::to_owned)),
            _ => return Ok(()),
        };
        told.next = match link {
            Some(link) => Some(Value::String(links::absolute(&link, url, &self.base)?.into())),
            None => None,
        };
        Ok(())
    }

    fn request(&self, at: Option<&At>, place: &Place) -> Result<Filled, Fault> {
        let (from, to) = self.course.slice(place).unzip();
        let since = self.course.since(place);
        self.filled(&self.list, Asking { at, since, from, to, numeric: self.course.numeric() })
    }

    /// A request for a list, filled in.
    pub(crate) fn filled(&self, list: &Target, asking: Asking<'_>) -> Result<Filled, Fault> {
        let Asking { at, since, from, to, numeric } = asking;
        let page = at.and_then(|at| match at {
            At::Number(n) | At::Offset(n) => Some(n.to_string()),
            At::Cursor(value) => Some(value.to_string()),
            At::Link(_) => None,
        });
        let size = self.pager.size.map(|size| size.to_string());
        let values = [
            page.as_ref().map(|text| Filling::Json(text.as_bytes())),
            size.as_ref().map(|text| Filling::Json(text.as_bytes())),
            time(since.as_deref(), numeric),
            time(from.as_deref(), numeric),
            time(to.as_deref(), numeric),
        ];
        let mut filled = list.fill(&values)?;
        if let Some(At::Link(link)) = at {
            let to = Url::parse(link).map_err(|_| Fault::malformed("the link in the stored cursor is no address"))?;
            // The channel's file may have changed since the link was found.
            links::allowed(&to, &filled.url, &self.base)?;
            filled.url = to;
        }
        Ok(filled)
    }
}

fn time(text: Option<&str>, numeric: bool) -> Option<Filling<'_>> {
    text.map(|text| if numeric { Filling::Json(text.as_bytes()) } else { Filling::Text(text) })
}
