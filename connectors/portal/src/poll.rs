//! Asking: one poll is one page of the list, or one item's own page.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http::{Method, StatusCode};
use huiliu_contract::{Cursor, ExternalId, Fault, Item, Keepsake, Page, Poll, Remark};
use huiliu_kit::stamp::Stamp;
use huiliu_kit::template::{Filling, Template};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use url::Url;

use crate::census::CensusRule;
use crate::fields::written;
use crate::kept::{Kept, Rows};
use crate::place::{Pager, Place, Told, Under};
use crate::reader::{DetailWay, item, kept};
use crate::rows::{ListRule, Listed, Row, Waiting, digest, document};
use crate::seen::{Expect, Seen};
use crate::session::{Ask, FORM, Session, Who};
use crate::spelled;

/// The placeholders of a list's request, in the order of their values.
pub(crate) const LIST_NAMES: [&str; 4] = ["page", "size", "from", "to"];
/// The placeholders of an item's request.
pub(crate) const DETAIL_NAMES: [&str; 2] = ["id", "key"];

/// So many items in a row that look unlike any are no accident.
const ODD: u8 = 3;

/// A request, compiled.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Template,
    pub(crate) send: Vec<(String, Template)>,
    /// In which letters a form is sent.
    pub(crate) letters: &'static encoding_rs::Encoding,
}

impl Request {
    /// Fills it in.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where that makes no address.
    pub(crate) fn ask(&self, values: &[&str]) -> Result<Ask, Fault> {
        let fillings: Vec<_> = values.iter().map(|value| Filling::Text(value)).collect();
        let climbs = |at: usize| matches!(values[at], "." | "..") && self.url.uses(at);
        if (0..values.len()).any(climbs) {
            return Err(Fault::malformed("a value made only of dots cannot stand in an address"));
        }
        let url = Url::parse(&self.url.to_text(&fillings))
            .map_err(|_| Fault::malformed("the filled-in address is no URL"))?;
        let fields: Vec<_> = self.send.iter().map(|(name, text)| (name.clone(), text.to_text(&fillings))).collect();
        let body = (self.method == Method::POST).then(|| (FORM, written(&fields, self.letters)));
        Ok(Ask { method: self.method.clone(), url, body, from: None })
    }
}

/// How items are opened, compiled.
#[derive(Debug)]
pub(crate) struct DetailRule {
    /// None follows the row's link.
    pub(crate) request: Option<Request>,
    pub(crate) way: DetailWay,
    pub(crate) again: Duration,
}

/// A back end, as it is polled.
pub(crate) struct Office {
    pub(crate) session: Arc<Session>,
    pub(crate) list: Request,
    pub(crate) rule: Arc<ListRule>,
    pub(crate) pager: Pager,
    /// How many days it looks back.
    pub(crate) days: Option<i64>,
    pub(crate) date: Stamp,
    pub(crate) detail: Option<Arc<DetailRule>>,
    pub(crate) census: Option<CensusRule>,
    pub(crate) zone: TimeZone,
    pub(crate) heard: Heard,
}

/// The item at which it was told last that too many in a row are odd. Told once, it is a person's like those before it: three
/// odd letters shall not hold up all that stand behind them.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Option<String>>);

impl Heard {
    /// Whether it was told at this item, which is then forgotten.
    fn takes(&self, id: &str) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.take_if(|told| told == id).is_some()
    }

    fn note(&self, id: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
    }
}

/// It, as it is asked.
pub(crate) struct Asked(pub(crate) Arc<Office>);

#[async_trait]
impl Poll for Asked {
    async fn poll(&self, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault> {
        self.0.asked(after, kept, Who::House).await
    }

    async fn preview(&self, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault> {
        self.0.asked(after, kept, Who::Looker).await
    }

    fn spelled(&self, cursor: &Cursor) -> Option<Remark> {
        Place::read(Some(cursor)).ok().map(|place| spelled::place(&place))
    }

    fn asks_for_detail(&self, cursor: &Cursor) -> bool {
        Place::read(Some(cursor)).is_ok_and(|place| place.under.is_some())
    }
}

impl Office {
    async fn asked(&self, after: Option<&Cursor>, kept: Option<&Keepsake>, who: Who) -> Result<Page, Fault> {
        let mut place = Place::read(after)?;
        let kept = Kept::read(kept);
        if let (Some(under), Some(rule)) = (place.under.take(), &self.detail) {
            let rows = kept.rows.as_ref().filter(|rows| rows.page == under.page && rows.rows.len() == under.of);
            if let Some(row) = rows.and_then(|rows| rows.rows.get(under.done)).cloned() {
                return self.open(rule, row, under, place, kept, who).await;
            }
        }
        self.page(place, kept, who).await
    }

    /// One page of the list.
    async fn page(&self, place: Place, kept: Kept, who: Who) -> Result<Page, Fault> {
        let now = Timestamp::now();
        let from = place.walk.as_ref().map_or_else(|| self.from(now), |walk| walk.from);
        let ask = self.question(&place, from, now)?;
        let rule = Arc::clone(&self.rule);
        let expect: Expect<Listed> = Arc::new(move |seen| rule.read(seen));
        let listed = self.session.turn().await.visit(&ask, who, expect).await?;
        let told = self.told(&listed, from);
        let then = self.pager.after(place.walk.clone(), from, told)?;
        let (items, waiting) = self.sorted(listed.rows, &kept, now);
        if waiting.is_empty() {
            return Ok(Place::behind(then, place.odd).page(items, None));
        }
        let under = Under { page: told.digest, of: waiting.len(), done: 0, then };
        let next = Place { under: Some(under), ..place };
        let mut kept = kept;
        kept.rows = Some(Rows { page: told.digest, rows: waiting });
        Ok(Page { items, next: Some(next.cursor()), more: true, keep: Some(kept.keepsake()) })
    }

    /// The items that are whole as they are listed, and the rows whose items are to be opened.
    fn sorted(&self, rows: Vec<Row>, known: &Kept, now: Timestamp) -> (Vec<Item>, Vec<Waiting>) {
        let (mut items, mut waiting) = (Vec::new(), Vec::new());
        for row in rows {
            match (&row.id, &self.detail) {
                (Err(why), _) => items.push(unnumbered(&row, why)),
                (Ok(id), None) => items.push(item(id.clone(), document(&row))),
                (Ok(id), Some(rule)) if known.knows(id.as_str(), row.digest, rule.again, now) => {}
                (Ok(_), Some(_)) => waiting.extend(row.waiting()),
            }
        }
        (items, waiting)
    }

    /// One item's own page.
    async fn open(
        &self,
        rule: &Arc<DetailRule>,
        row: Waiting,
        under: Under,
        place: Place,
        mut kept: Kept,
        who: Who,
    ) -> Result<Page, Fault> {
        let (reading, id, cells) = (Arc::clone(rule), row.id.clone(), row.cells.clone());
        let expect: Expect<Value> = Arc::new(move |seen| reading.way.read(broken(seen)?, &id, &cells));
        let opened = match self.opening(rule, &row) {
            Ok(ask) => self.session.turn().await.visit(&ask, who, expect).await,
            Err(fault) => Err(fault),
        };
        let (item, odd) = match opened {
            Ok(document) => {
                (item(ExternalId::new(row.id.clone()).map_err(|why| Fault::malformed(why.to_string()))?, document), 0)
            }
            Err(Fault::Malformed { message, .. }) if place.odd + 1 < ODD => (unlike(&row, &message), place.odd + 1),
            // What a person only looks at was told to nobody.
            Err(Fault::Malformed { message, .. }) if who == Who::House && self.heard.takes(&row.id) => {
                (unlike(&row, &message), 0)
            }
            Err(fault) => {
                if who == Who::House && matches!(fault, Fault::Malformed { .. }) {
                    self.heard.note(&row.id);
                }
                return Err(fault);
            }
        };
        let done = under.done + 1;
        if done < under.of {
            let next = Place { under: Some(Under { done, ..under }), odd, ..place };
            return Ok(Page { items: vec![item], next: Some(next.cursor()), more: true, keep: None });
        }
        if let Some(rows) = kept.rows.take() {
            kept.opened(&rows.rows, Timestamp::now());
        }
        Ok(Place::behind(under.then, odd).page(vec![item], Some(kept.keepsake())))
    }

    /// What opens an item.
    pub(crate) fn opening(&self, rule: &DetailRule, row: &Waiting) -> Result<Ask, Fault> {
        if let Some(request) = &rule.request {
            return request.ask(&[&row.id, &row.key]);
        }
        let url = row.url.as_deref().ok_or_else(|| {
            Fault::malformed("a row has no link that opens its item (`poll.list.link`); write `poll.detail.get`, and `poll.list.key` where a script is called")
        })?;
        let front = self.question(&Place::default(), None, Timestamp::now())?.url;
        let to =
            self.session.reach(url, &front).map_err(|what| Fault::malformed(format!("the link to an item {what}")))?;
        Ok(Ask { from: Some(front), ..Ask::get(to) })
    }

    /// What a page that was found tells of the way on.
    pub(crate) fn told(&self, listed: &Listed, from: Option<Date>) -> Told {
        let digests: Vec<[u8; 8]> = listed.rows.iter().map(|row| row.digest.to_le_bytes()).collect();
        let parts: Vec<&[u8]> = digests.iter().map(|digest| &digest[..]).collect();
        let day = |row: &Row| row.time.map(|at| at.to_zoned(self.zone.clone()).date());
        let older = |row: &Row| from.zip(day(row)).is_some_and(|(from, day)| day < from);
        let old = !listed.rows.is_empty() && self.rule.time.is_some() && listed.rows.iter().all(older);
        Told { rows: listed.rows.len() as u64, digest: digest(&parts), total: listed.total, old }
    }

    /// From which day on a walk looks that begins now.
    pub(crate) fn from(&self, now: Timestamp) -> Option<Date> {
        let today = now.to_zoned(self.zone.clone()).date();
        self.days.and_then(|days| today.checked_sub(days.days()).ok())
    }

    /// The request for a page.
    pub(crate) fn question(&self, place: &Place, from: Option<Date>, now: Timestamp) -> Result<Ask, Fault> {
        let today = now.to_zoned(self.zone.clone()).date();
        self.between(&self.list, place, (from, today))
    }

    /// A request for a page of the list between two days.
    pub(crate) fn between(
        &self,
        list: &Request,
        place: &Place,
        (from, to): (Option<Date>, Date),
    ) -> Result<Ask, Fault> {
        let page = self.pager.at(place.walk.as_ref())?.to_string();
        let size = self.pager.size.map(|size| size.to_string()).unwrap_or_default();
        let day = |date: Date| Some(self.date.write(date.to_zoned(self.zone.clone()).ok()?.timestamp(), &self.zone));
        let (from, to) = (from.and_then(day).unwrap_or_default(), day(to).unwrap_or_default());
        list.ask(&[&page, &size, &from, &to])
    }
}

/// A page that the far side broke over: this item's affair, as long as others come.
fn broken(seen: &Seen) -> Result<&Seen, Fault> {
    match seen.answer.status {
        StatusCode::INTERNAL_SERVER_ERROR => Err(Fault::malformed("HTTP 500")),
        _ => Ok(seen),
    }
}

/// A row without a number.
pub(crate) fn unnumbered(row: &Row, why: &str) -> Item {
    kept(&document(row), format!("列表上这一行没有能用的来源编号({why})"), format!("the row has no number: {why}"))
}

fn unlike(row: &Waiting, why: &str) -> Item {
    kept(
        &row.cells,
        format!("详情页和约定的不一样,没有读;请到后台看这一件({why})"),
        format!("its own page was not read; look at it in the back end ({why})"),
    )
}

impl Place {
    /// Behind a page.
    fn behind(walk: Option<crate::place::Walk>, odd: u8) -> Self {
        Self { walk, under: None, odd }
    }

    /// The page of a poll that left the list here.
    fn page(&self, items: Vec<Item>, keep: Option<Keepsake>) -> Page {
        Page { items, next: Some(self.cursor()), more: self.walk.is_some(), keep }
    }
}
