//! After-care: rows that are kept here for good are marked as taken there. It is the first act of the next poll, so nothing is
//! marked that could still be lost.

use std::sync::Arc;

use huiliu_contract::{Fault, Reached};
use jiff::Timestamp;

use crate::cell::Column;
use crate::door::Sessions;
use crate::moment::civil;
use crate::name::Table;
use crate::plan::bound;
use crate::session::{Failure, Session, What};
use crate::sql::{Bind, Sql};

/// Marks rows.
pub(crate) struct Care {
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) marking: Marking,
}

/// Where and how rows are marked.
pub(crate) struct Marking {
    pub(crate) table: Table,
    /// The column of a row's number there.
    pub(crate) id: String,
    pub(crate) set: Vec<(String, Set)>,
}

/// What is written into a column.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Set {
    /// Always this.
    Fixed(Bind),
    /// The time.
    Now,
}

impl Care {
    /// Marks these rows; those that are marked already are left alone. Whatever fails is not understood or not there for the
    /// moment: it never stops the channel for good.
    pub(crate) async fn mark(&self, numbers: &[String]) -> Result<(), Fault> {
        if numbers.is_empty() {
            return Ok(());
        }
        Box::pin(self.try_to(numbers)).await.map_err(|failure| {
            let message =
                format!("rows cannot be marked as taken in `{}`: {}", self.marking.table.written, failure.message);
            let failure = failure.saying(message);
            match failure.what {
                What::Away => failure.fault(Reached::No),
                _ => failure.softened().fault(Reached::No),
            }
        })
    }

    async fn try_to(&self, numbers: &[String]) -> Result<(), Failure> {
        let mut session = self.sessions.begin().await?;
        match self.write(&mut session, numbers).await {
            Ok(()) => self.sessions.end(session).await,
            Err(failure) => {
                if failure.what != What::Away {
                    self.sessions.undo(session).await;
                }
                Err(failure)
            }
        }
    }

    async fn write(&self, session: &mut Session, numbers: &[String]) -> Result<(), Failure> {
        let door = &self.sessions.door;
        let id = door.engine.quoted(&self.marking.id);
        let columns = session.columns(door, &format!("SELECT {id} FROM {}", self.marking.table.quoted)).await?;
        let sql = self.statement(columns.first(), numbers)?;
        session.touch(door, &sql).await.map(|_| ())
    }

    fn statement(&self, id: Option<&Column>, numbers: &[String]) -> Result<Sql, Failure> {
        let door = &self.sessions.door;
        let now = civil(
            Timestamp::now().to_zoned(door.zone.clone()).datetime().round(jiff::Unit::Second).unwrap_or_default(),
        );
        let mut sql = Sql::new(door.engine, format!("UPDATE {} SET ", self.marking.table.quoted));
        for (at, (name, set)) in self.marking.set.iter().enumerate() {
            sql.add(if at > 0 { ", " } else { "" }).name(name).add(" = ");
            match set {
                Set::Fixed(value) => sql.bind(value.clone()),
                Set::Now => sql.bind(Bind::Moment(now.clone())),
            };
        }
        sql.add(" WHERE ").name(&self.marking.id).add(" IN ");
        let numbers = numbers.iter().map(|number| match id {
            Some(column) => bound(number, column.sort),
            None => Ok(Bind::Text(number.clone())),
        });
        sql.list(numbers.collect::<Result<Vec<_>, _>>()?);
        // What is marked already is not touched: a time of change there would move, and the row would be told again, for ever.
        let fixed = self.marking.set.iter().filter_map(|(name, set)| match set {
            Set::Fixed(value) => Some((name, value)),
            Set::Now => None,
        });
        for (at, (name, value)) in fixed.enumerate() {
            sql.add(if at > 0 { " OR " } else { " AND (" }).differs(name, value.clone());
        }
        sql.add(")");
        Ok(sql)
    }
}
