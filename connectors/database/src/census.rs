//! Counting: the numbers of all rows whose time lies in a day, page by page.

use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{Census, Counted, CountedBy, Cursor, ExternalId, Fault, Keepsake, Reached};
use jiff::civil::Date;
use serde_json::Value;

use crate::cell::{Cell, Column};
use crate::moment::Moment;
use crate::plan::{Layout, bound};
use crate::read::Reader;
use crate::session::{BUDGET, Failure, Session, What};
use crate::sql::{Bind, Sql};

/// A view of which the rows of a day are counted.
pub(crate) struct Counter(pub(crate) Arc<Reader>);

/// By which column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CensusRule {
    pub(crate) column: String,
    pub(crate) by: CountedBy,
}

#[async_trait]
impl Census for Counter {
    fn by(&self) -> CountedBy {
        self.0.plan.census.as_ref().map(|rule| rule.by).unwrap_or_default()
    }

    async fn count(&self, day: Date, after: Option<&Cursor>, _: Option<&Keepsake>) -> Result<Counted, Fault> {
        let fault = |failure: Failure| failure.fault(Reached::No);
        let mut session = self.0.sessions.begin().await.map_err(fault)?;
        match self.rows(&mut session, day, after).await {
            Ok(counted) => {
                self.0.sessions.end(session).await.map_err(fault)?;
                Ok(counted)
            }
            Err(failure) if failure.what == What::Away => Err(fault(failure)),
            Err(failure) => {
                self.0.sessions.undo(session).await;
                Err(fault(failure))
            }
        }
    }
}

impl Counter {
    async fn rows(&self, session: &mut Session, day: Date, after: Option<&Cursor>) -> Result<Counted, Failure> {
        let (plan, door) = (&self.0.plan, &self.0.sessions.door);
        let Some(rule) = &plan.census else { return Err(Failure::malformed("`poll.census` is not written")) };
        let layout = plan.layout(session.columns(door, &plan.describing()).await?)?;
        let time = layout.columns.iter().find(|column| column.name == rule.column).ok_or_else(|| {
            let (view, name) = (&plan.from.written, &rule.column);
            Failure::malformed(format!("`{view}` has no column `{name}` (poll.census.column)"))
        })?;
        let sql = self.statement(&layout, time, day, after)?;
        let id = std::slice::from_ref(&layout.columns[layout.id]);
        let found = session.rows(door, &sql, id, BUDGET).await?;
        let more = found.cut || found.rows.len() >= plan.page;
        let cells = found.rows.iter().filter_map(|row| row.first());
        let ids: Vec<ExternalId> = cells.clone().filter_map(numbered).collect();
        let last = cells.clone().filter_map(Cell::text).next_back();
        let unnumbered = (found.rows.len() - ids.len()) as u64;
        let next = more.then_some(last).flatten().map(Cursor);
        Ok(Counted { total: None, ids: Some(ids), unnumbered, next })
    }

    fn statement(&self, layout: &Layout, time: &Column, day: Date, after: Option<&Cursor>) -> Result<Sql, Failure> {
        let (plan, offset) = (&self.0.plan, self.0.sessions.door.offset());
        let begins = |day: Date| {
            let at = day.to_zoned(plan.zone.clone()).ok()?.timestamp();
            Some(Bind::Moment(Moment::of(at, time.sort, &plan.zone)?.written(offset)))
        };
        let span = begins(day).zip(day.tomorrow().ok().and_then(begins));
        let (from, to) = span.ok_or_else(|| {
            let (_, found) = time.sort.spoken();
            let name = &time.name;
            Failure::malformed(format!(
                "the column `{name}` (poll.census.column) holds {found}; days or times are needed (cast it in the view)"
            ))
        })?;
        let id = &layout.columns[layout.id];
        let mut sql = plan.select(std::slice::from_ref(id));
        sql.add(" AND ").name(&time.name).add(" >= ").bind(from);
        sql.add(" AND ").name(&time.name).add(" < ").bind(to);
        if let Some(Cursor(last)) = after {
            sql.add(" AND ").name(&id.name).add(" > ").bind(bound(last, id.sort)?);
        }
        plan.ordered_by_id(&mut sql);
        Ok(sql)
    }
}

fn numbered(cell: &Cell) -> Option<ExternalId> {
    let value: Value = cell.document();
    ExternalId::from_value(&value).ok()
}
