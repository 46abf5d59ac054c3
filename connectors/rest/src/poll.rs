//! Asking: one poll is one request and what it brought, a page or the detail of one item.

use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{Cursor, Fault, Keepsake, Page, Poll};
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

use crate::course::Course;
use crate::detail::{DetailRule, Rows, Under};
use crate::items::Reader;
use crate::kept::Kept;
use crate::mark::{At, Pager, Place, Told};
use crate::options::PageBy;

/// The placeholders of a list request, in the order of their values.
pub(crate) const NAMES: [&str; 5] = ["page", "size", "since", "from", "to"];

/// A polled platform.
pub(crate) struct Platform {
    pub(crate) line: Arc<Line>,
    pub(crate) base: Base,
    pub(crate) list: Target,
    pub(crate) pager: Pager,
    pub(crate) course: Course,
    pub(crate) reader: Reader,
    pub(crate) detail: Option<DetailRule>,
    pub(crate) judge: Judge,
}

/// What one request brought.
struct Step {
    items: Vec<huiliu_contract::Item>,
    place: Place,
    more: bool,
    /// The rows that wait now; none where it stays as it was.
    rows: Option<Option<Rows>>,
}

#[async_trait]
impl Poll for Platform {
    async fn poll(&self, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault> {
        let place = Place::read(after)?;
        let before = Kept::read(kept);
        if let Some(session) = &self.line.session {
            session.adopt(before.token.as_ref()).await;
        }
        let Step { items, place, more, rows } = self.step(place, &before).await?;
        let token = match &self.line.session {
            Some(session) => session.kept().await,
            None => None,
        };
        Ok(Page { items, next: Some(place.cursor()), more, keep: before.changed(token, rows) })
    }
}

impl Platform {
    async fn step(&self, mut place: Place, kept: &Kept) -> Result<Step, Fault> {
        if let (Some(under), Some(rule)) = (place.under.take(), &self.detail)
            && let Some(row) = under.row(kept.rows.as_ref())
        {
            let answer = self.detail(rule, row).await;
            let items = vec![rule.item(row, answer, &self.reader)?];
            let (place, more) = under.one_done(place);
            // The rows stay where they are until the last of them has its detail.
            let rows = place.under.is_none().then_some(None);
            return Ok(Step { items, place, more, rows });
        }
        self.page(place).await
    }

    async fn page(&self, mut place: Place) -> Result<Step, Fault> {
        let now = Timestamp::now();
        self.course.begin(&mut place, now);
        let at = self.pager.at(&mut place)?;
        let filled = self.request(at.as_ref(), &place)?;
        let url = filled.url.clone();
        let answer = self.line.ask(filled.request(&self.line.client), Caller::Poll).await?;
        let document = self.judge.document(&answer, now)?;
        let quote = |fault: Fault| fault.quoting(answer.quote());
        let (rows, mut told) = self.reader.read(document, now).map_err(quote)?;
        self.follow(&mut told, &answer, &url)?;
        let page = told.digest;
        let (then, more) = self.pager.after(place.clone(), at, told).map_err(quote)?;
        let (then, more) = self.course.after(then, more);
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

    async fn detail(&self, rule: &DetailRule, row: &Value) -> Result<Value, Fault> {
        // It was asked for its number before it was made to wait.
        let id = self.reader.id(row).map_err(Fault::malformed)?;
        let filled = rule.target.fill(&[Some(Filling::Text(id.as_str()))])?;
        let answer = self.line.ask(filled.request(&self.line.client), Caller::Poll).await?;
        self.judge.document(&answer, Timestamp::now())
    }

    /// Makes a link to the next page a whole address, and takes it from where it stands.
    fn follow(&self, told: &mut Told, answer: &Answer, url: &Url) -> Result<(), Fault> {
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
        let page = at.and_then(|at| match at {
            At::Number(n) | At::Offset(n) => Some(n.to_string()),
            At::Cursor(value) => Some(value.to_string()),
            At::Link(_) => None,
        });
        let size = self.pager.size.map(|size| size.to_string());
        let since = self.course.since(place);
        let (from, to) = self.course.slice(place).unzip();
        let numeric = self.course.numeric();
        let values = [
            page.as_ref().map(|text| Filling::Json(text.as_bytes())),
            size.as_ref().map(|text| Filling::Json(text.as_bytes())),
            time(since.as_deref(), numeric),
            time(from.as_deref(), numeric),
            time(to.as_deref(), numeric),
        ];
        let mut filled = self.list.fill(&values)?;
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
