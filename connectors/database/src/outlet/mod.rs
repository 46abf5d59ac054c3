//! The way back: one outcome is one statement in one transaction. It is composed once and kept as it is; what it touches is
//! counted before it is committed, and undone where the number is another than the file says.

mod content;
mod look;
mod statement;
mod way;

use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{
    ExternalId, Fault, Homebound, Judgement, Manners, OutcomeKind, Parcel, Reached, Receipt, WriteBack,
};
use serde_json::Value;

use crate::cell::{Column, Sort};
use crate::door::Sessions;
use crate::session::{BUDGET, Failure, Session, What};
use crate::sql::{Bind, Sql};
use content::Content;

pub(crate) use look::Look;
pub(crate) use way::Road;

/// A database that is told what became of its rows.
pub(crate) struct Outlet {
    pub(crate) sessions: Arc<Sessions>,
    /// For looking: it only reads.
    pub(crate) reading: Sessions,
    pub(crate) roads: Vec<Road>,
    pub(crate) look: Option<Look>,
    pub(crate) honours_key: bool,
}

impl Outlet {
    fn road(&self, word: &str) -> Result<&Road, Fault> {
        self.roads.iter().find(|road| road.kind.road_word() == word).ok_or_else(|| {
            Fault::malformed(format!("this channel has no way to carry back `{word}`; write one under `return`"))
        })
    }

    /// Writes, and ends the transaction. Until its end is asked for nothing stands; from then on only an answer tells.
    async fn write(&self, content: &Content, key: &str) -> Result<(), Fault> {
        let certain = |failure: Failure| failure.fault(Reached::No);
        let door = &self.sessions.door;
        let mut session = self.sessions.begin().await.map_err(certain)?;
        let values = content.values.iter().enumerate().map(|(at, (_, value))| match content.key_at == Some(at) {
            true => Bind::Text(key.into()),
            false => Bind::from(value),
        });
        let mut sql = Sql::new(door.engine, content.sql.clone());
        sql.binds = values.collect();
        match session.touch(door, &sql).await {
            Ok(touched) if touched == content.rows => {}
            Ok(touched) => {
                self.sessions.undo(session).await;
                let wanted = content.rows;
                return Err(Fault::malformed(format!(
                    "the statement touched {touched} rows and should touch {wanted}; it was undone"
                )));
            }
            Err(failure) if failure.what == What::Twice => {
                self.sessions.undo(session).await;
                return self.found_again(content, key, failure).await;
            }
            Err(failure) => {
                if failure.what != What::Away {
                    self.sessions.undo(session).await;
                }
                return Err(certain(failure));
            }
        }
        match self.sessions.end(session).await {
            Ok(()) => Ok(()),
            // The database may have done it before the line was cut; if it refused, it has not.
            Err(failure) => Err(failure.fault(Reached::Maybe)),
        }
    }

    /// A row with our key is ours: it was written before, and its answer was lost.
    async fn found_again(&self, content: &Content, key: &str, failure: Failure) -> Result<(), Fault> {
        let door = &self.sessions.door;
        let certain = |failure: Failure| failure.fault(Reached::No);
        let Some(again) = &content.again else { return Err(certain(failure)) };
        let mut session = self.sessions.begin().await.map_err(certain)?;
        let found = self.one(&mut session, again, key).await.map_err(certain)?;
        self.sessions.undo(session).await;
        match found {
            true => Ok(()),
            false => Err(certain(failure.saying("another row has a value that only one row may have; it was undone"))),
        }
        .inspect(|()| tracing::debug!(database = %door.host, "a write-back was there already"))
    }

    async fn one(&self, session: &mut Session, again: &str, key: &str) -> Result<bool, Failure> {
        let door = &self.sessions.door;
        let mut sql = Sql::new(door.engine, again);
        sql.binds = vec![Bind::Text(key.into())];
        let column = Column { name: "found".into(), sort: Sort::Other, unknown: None };
        Ok(!session.rows(door, &sql, &[column], BUDGET).await?.rows.is_empty())
    }
}

#[async_trait]
impl WriteBack for Outlet {
    fn manners(&self) -> Manners {
        Manners { honours_key: self.honours_key, looks: self.look.is_some(), ..Manners::default() }
    }

    fn carries(&self, kind: OutcomeKind) -> bool {
        self.roads.iter().any(|road| road.kind == kind)
    }

    fn compose(&self, homebound: &Homebound<'_>) -> Result<Parcel, Fault> {
        let road = self.road(homebound.outcome.kind.road_word())?;
        let door = &self.sessions.door;
        let filled = road.fill(homebound, &door.zone)?;
        Content::of(road, door.address(), filled, homebound).parcel(&road.whereto)
    }

    async fn send(&self, parcel: &Parcel, key: &str) -> Result<Receipt, Fault> {
        let content = Content::read(parcel)?;
        let review = self.road(&content.way)?.review;
        if content.to != self.sessions.door.address() {
            return Err(Fault::malformed(
                "the parcel was composed for a database that the channel's file no longer names; compose it again",
            ));
        }
        Box::pin(self.write(&content, key)).await?;
        let reference = None;
        Ok(if review { Receipt::PendingReview { reference } } else { Receipt::Settled { reference } })
    }

    async fn look(&self, to: &ExternalId, kind: OutcomeKind) -> Result<Judgement, Fault> {
        let look = self
            .look
            .as_ref()
            .ok_or_else(|| Fault::malformed("this channel's far side cannot be asked; write `return.status`"))?;
        Box::pin(look.ask(&self.reading, to, kind)).await.map_err(|failure| failure.fault(Reached::No))
    }
}

/// The words of a JSON value, for the lists of states.
fn word(value: &Value) -> Option<String> {
    huiliu_kit::pick::scalar(value).map(|text| text.into_owned())
}
