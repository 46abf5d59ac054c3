//! Asking: one poll is one page, read in one transaction that sees the database as it stands at its begin.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use huiliu_contract::{Cursor, Fault, Item, Keepsake, Page, Poll, Reached, Remark};
use jiff::Timestamp;

use crate::care::Care;
use crate::cell::{Cell, Column, Sort};
use crate::door::Sessions;
use crate::files::OfRow;
use crate::item::{self, Marks};
use crate::moment::Moment;
use crate::place::{Kept, Place, Spot, Walk};
use crate::plan::{Layout, Plan, Rule};
use crate::session::{BUDGET, Failure, Rows, Session, What};
use crate::spelled;
use crate::sql::{Bind, Sql};

/// So many rows at most wait to be marked as taken before reading waits for that.
const WAITING: usize = 10_000;

/// A database, as it is asked.
pub(crate) struct Asked(pub(crate) Arc<Reader>);

/// A view that is read.
pub(crate) struct Reader {
    pub(crate) plan: Plan,
    pub(crate) sessions: Sessions,
    pub(crate) care: Option<Care>,
    /// Whether the poll before was given up so that what could not be marked is heard.
    pub(crate) heard: AtomicBool,
}

/// What one page brought.
struct Taken {
    items: Vec<Item>,
    place: Place,
    more: bool,
}

#[async_trait]
impl Poll for Asked {
    async fn poll(&self, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Page, Fault> {
        let before = Kept::read(kept);
        let mut waiting = before.waiting.clone();
        let trouble = match &self.0.care {
            Some(care) => care.mark(&waiting).await.err(),
            None => None,
        };
        match trouble {
            None => waiting.clear(),
            Some(trouble) => {
                // Every other walk begins with the fault, so that it is heard; the others take what there is all the same.
                let begins = Place::read(after)?.walk.is_none();
                if waiting.len() >= WAITING || (begins && !self.0.heard.fetch_xor(true, Ordering::Relaxed)) {
                    return Err(trouble);
                }
                tracing::warn!(rows = waiting.len(), fault = %trouble, "rows that were taken are not marked yet");
            }
        }
        let Taken { items, place, more } = Box::pin(self.0.page(after)).await?;
        if self.0.care.is_some() {
            waiting.extend(items.iter().filter_map(|item| match item {
                Item::Submission(one) => Some(one.external_id.as_str().to_owned()),
                Item::Unreadable(_) => None,
            }));
        }
        let kept = Kept { waiting };
        let keep = (kept != before).then(|| kept.keepsake());
        Ok(Page { items, next: Some(place.cursor()), more, keep })
    }

    async fn preview(&self, after: Option<&Cursor>, _: Option<&Keepsake>) -> Result<Page, Fault> {
        let Taken { items, place, more } = Box::pin(self.0.page(after)).await?;
        Ok(Page { items, next: Some(place.cursor()), more, keep: None })
    }

    fn spelled(&self, cursor: &Cursor) -> Option<Remark> {
        Place::read(Some(cursor)).ok().map(|place| spelled::place(&place, self.0.plan.rule))
    }
}

impl Reader {
    async fn page(&self, after: Option<&Cursor>) -> Result<Taken, Fault> {
        let place = Place::read(after)?;
        let fault = |failure: Failure| failure.fault(Reached::No);
        let mut session = self.sessions.begin().await.map_err(fault)?;
        match self.read(&mut session, place).await {
            Ok(taken) => {
                self.sessions.end(session).await.map_err(fault)?;
                Ok(taken)
            }
            Err(failure) if failure.what == What::Away => Err(fault(failure)),
            Err(failure) => {
                self.sessions.undo(session).await;
                Err(fault(self.named(failure).await))
            }
        }
    }

    async fn read(&self, session: &mut Session, mut place: Place) -> Result<Taken, Failure> {
        let (door, plan) = (&self.sessions.door, &self.plan);
        let layout = plan.layout(session.columns(door, &plan.describing()).await?)?;
        let now = Timestamp::now();
        let mut walk = match place.walk.take() {
            Some(walk) => walk,
            None => Walk { from: self.begin(session, &layout, &mut place, now).await?, ..Walk::default() },
        };
        let mut rows = self.rows(session, &layout, &walk).await?;
        let mut more = rows.cut || rows.rows.len() >= plan.page;
        let files = self.files(session, &layout, &mut rows.rows, &mut more).await?;
        if rows.undated > 0 {
            tracing::warn!(values = rows.undated, "dates that no calendar has were taken for nothing");
        }
        self.advance(&mut walk, &layout, &rows.rows, now);
        let marks = self.marks();
        let pairs = rows.rows.iter().zip(files);
        let items = pairs.map(|(row, files)| item::item(&layout.columns, row, files, &marks)).collect();
        if more {
            place.walk = Some(walk);
        } else {
            let sort = layout.columns[layout.mark].sort;
            place.since = higher(place.since, walk.high, sort);
        }
        Ok(Taken { items, place, more })
    }

    /// What is read out of documents.
    pub(crate) fn marks(&self) -> Marks<'_> {
        let plan = &self.plan;
        let (version, sent_at) = (plan.version.as_deref(), plan.sent_at.as_deref());
        Marks { id: &plan.id, version, sent_at, zone: &plan.zone }
    }

    /// From which mark a walk begins that begins now.
    async fn begin(
        &self,
        session: &mut Session,
        layout: &Layout,
        place: &mut Place,
        now: Timestamp,
    ) -> Result<Option<String>, Failure> {
        let plan = &self.plan;
        let swept = plan.sweep.map(|sweep| (sweep, sweep.last(now, &plan.zone)));
        let sweep = swept.filter(|(_, day)| place.swept.is_none_or(|swept| swept < *day));
        if let Some((_, day)) = sweep {
            place.swept = Some(day);
        }
        let Some(high) = place.since.as_deref() else { return Ok(None) };
        match plan.rule {
            Rule::All => Ok(None),
            Rule::Id(rows) => {
                let sql = plan.back(layout, high, rows)?;
                let column = std::slice::from_ref(&layout.columns[layout.mark]);
                let found = session.rows(&self.sessions.door, &sql, column, BUDGET).await?;
                Ok(found.rows.first().and_then(|row| row.first()).and_then(Cell::text))
            }
            Rule::Time(lookback) => {
                let sort = layout.columns[layout.mark].sort;
                let back = |moment: Moment, by| moment.less(by);
                let Some(high) = Moment::read(high, sort) else {
                    return Err(Failure::malformed(
                        "the stored cursor does not fit the column; reset the channel's cursor to begin anew",
                    ));
                };
                // A row that is dated in the future hides nothing that is stamped now.
                let ours = Moment::of(now, sort, &plan.zone).unwrap_or(high);
                let mut from = back(if high > ours { ours } else { high }, lookback);
                if let Some((sweep, _)) = sweep {
                    let far = back(ours, sweep.back);
                    from = if far < from { far } else { from };
                }
                Ok(Some(from.written(self.sessions.door.offset())))
            }
        }
    }

    /// The rows of one page: those without a mark at the front of a walk, then the others.
    async fn rows(&self, session: &mut Session, layout: &Layout, walk: &Walk) -> Result<Rows, Failure> {
        let (door, plan) = (&self.sessions.door, &self.plan);
        let behind = walk.at.as_ref();
        let mut out = Rows::default();
        let unmarked = match behind {
            None => Some(None),
            Some(Spot { mark: None, tie: Some(tie) }) => Some(Some(tie.as_str())),
            Some(_) => None,
        };
        if let Some(behind) = unmarked {
            let sql = plan.unmarked(layout, behind, plan.page)?;
            out = session.rows(door, &sql, &layout.columns, BUDGET).await?;
        }
        let left = plan.page.saturating_sub(out.rows.len());
        if left > 0 && !out.cut {
            let sql = plan.marked(layout, walk.from.as_deref(), behind, left)?;
            let more = session.rows(door, &sql, &layout.columns, BUDGET).await?;
            out.rows.extend(more.rows);
            out.cut |= more.cut;
            out.undated += more.undated;
        }
        Ok(out)
    }

    /// The files of these rows, one set each; rows whose files do not fit are left for the next page.
    async fn files(
        &self,
        session: &mut Session,
        layout: &Layout,
        rows: &mut Vec<Vec<Cell>>,
        more: &mut bool,
    ) -> Result<Vec<OfRow>, Failure> {
        let none = |rows: &[Vec<Cell>]| rows.iter().map(|_| OfRow::default()).collect();
        let Some(files) = &self.plan.files else { return Ok(none(rows)) };
        let number = |row: &Vec<Cell>| row.get(layout.id).and_then(Cell::text);
        let mut numbers: Vec<_> = rows.iter().map(number).collect();
        if numbers.iter().all(Option::is_none) {
            return Ok(none(rows));
        }
        let door = &self.sessions.door;
        let measured = files.measure(session, door, &numbers).await?;
        let fitting = measured.fitting(&numbers);
        *more |= fitting < rows.len();
        rows.truncate(fitting);
        numbers.truncate(fitting);
        let mut read = files.read(session, door, &measured, &numbers).await?;
        Ok(numbers
            .iter()
            .map(|number| number.as_ref().and_then(|number| read.remove(number)).unwrap_or_default())
            .collect())
    }

    /// Moves a walk behind its last row.
    fn advance(&self, walk: &mut Walk, layout: &Layout, rows: &[Vec<Cell>], now: Timestamp) {
        let Some(last) = rows.last() else { return };
        let text = |at: usize| last.get(at).and_then(Cell::text);
        let spot = Spot { mark: text(layout.mark), tie: layout.tie.and_then(text) };
        let sort = layout.columns[layout.mark].sort;
        walk.seen = walk.seen.saturating_add(rows.len() as u64);
        if self.plan.rule != Rule::All {
            let offset = self.sessions.door.offset();
            let ours = Moment::of(now, sort, &self.plan.zone).map(|ours| ours.written(offset));
            let capped = spot.mark.clone().map(|mark| lower(mark, ours, sort));
            walk.high = higher(walk.high.take(), capped, sort);
        }
        walk.at = Some(spot);
    }

    /// A failure that names what is not there, where the database can be asked for it.
    async fn named(&self, failure: Failure) -> Failure {
        let plan = &self.plan;
        let written = &plan.from.written;
        match failure.what {
            What::NoTable => failure.saying(format!(
                "there is no table or view `{written}` (poll.from, or poll.files.from), or the account may not know of it"
            )),
            What::NoColumn => match self.known().await {
                Some(known) if !known.is_empty() => {
                    let wanted = plan.columns.iter().flatten().chain(plan.filter.iter().map(|(name, _)| name));
                    let missing: Vec<_> =
                        wanted.filter(|name| !known.contains(name)).map(|name| format!("`{name}`")).collect();
                    let missing = match missing.is_empty() {
                        true => "a column that is asked for".to_owned(),
                        false => missing.join(", "),
                    };
                    failure.saying(format!("`{written}` has no column {missing}; it has {}", known.join(", ")))
                }
                _ => failure.saying(format!("`{written}` has not all columns that are asked for")),
            },
            _ => failure,
        }
    }

    /// The columns of the view, by the database's own books.
    async fn known(&self) -> Option<Vec<String>> {
        let (plan, door) = (&self.plan, &self.sessions.door);
        let mut sql = Sql::new(
            plan.engine,
            match plan.engine {
                crate::Engine::Postgresql => "SELECT CAST(column_name AS text)",
                crate::Engine::Mysql => "SELECT column_name",
            },
        );
        sql.add(" FROM information_schema.columns WHERE table_name = ").bind(Bind::Text(plan.from.name.clone()));
        match (&plan.from.schema, plan.engine) {
            (Some(schema), _) => sql.add(" AND table_schema = ").bind(Bind::Text(schema.clone())),
            (None, crate::Engine::Postgresql) => sql.add(" AND table_schema = ANY (current_schemas(false))"),
            (None, crate::Engine::Mysql) => sql.add(" AND table_schema = DATABASE()"),
        };
        sql.add(" ORDER BY ordinal_position");
        let mut session = self.sessions.begin().await.ok()?;
        let column = Column { name: "column_name".into(), sort: Sort::Text, unknown: None };
        let found = session.rows(door, &sql, &[column], BUDGET).await.ok()?;
        self.sessions.end(session).await.ok()?;
        Some(found.rows.iter().filter_map(|row| row.first().and_then(Cell::text)).collect())
    }
}

/// The higher of two marks, either of which may be missing. Texts have the database's order, which is not ours: there the newer
/// one stands, and being too low only reads more again.
fn higher(before: Option<String>, new: Option<String>, sort: Sort) -> Option<String> {
    let (Some(a), Some(b)) = (&before, &new) else { return new.or(before) };
    if is_less(b, a, sort) { before } else { new }
}

/// A mark, but no more than our clock says where it is a time.
fn lower(mark: String, ours: Option<String>, sort: Sort) -> String {
    match ours {
        // What has no place in time (`infinity`) is not less than now either.
        Some(ours) if sort.is_time() && !is_less(&mark, &ours, sort) => ours,
        _ => mark,
    }
}

fn is_less(a: &str, b: &str, sort: Sort) -> bool {
    match sort {
        Sort::Int => a.parse::<i128>().ok().zip(b.parse::<i128>().ok()).is_some_and(|(a, b)| a < b),
        Sort::Decimal => a.parse::<f64>().ok().zip(b.parse::<f64>().ok()).is_some_and(|(a, b)| a < b),
        sort => Moment::read(a, sort).zip(Moment::read(b, sort)).is_some_and(|(a, b)| a < b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_never_falls_and_never_lies_after_our_clock() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(higher(some("9"), some("10"), Sort::Int), some("10"));
        assert_eq!(higher(some("10"), some("9"), Sort::Int), some("10"));
        assert_eq!(higher(None, some("9"), Sort::Int), some("9"));
        assert_eq!(higher(some("9"), None, Sort::Int), some("9"));
        let (early, late) = ("2026-11-28 09:00:00", "2026-11-28 09:00:00.5");
        assert_eq!(higher(some(late), some(early), Sort::Local), some(late));
        for far in ["2099-01-01 00:00:00", "infinity"] {
            assert_eq!(lower(far.into(), some(late), Sort::Local), late);
        }
        assert_eq!(lower(early.into(), some(late), Sort::Local), early);
    }
}
