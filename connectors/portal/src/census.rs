//! Counting: the list of one day, walked page by page; nothing is opened.

use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{Census, Counted, CountedBy, Cursor, Fault, Keepsake};
use jiff::civil::Date;

use crate::place::Place;
use crate::poll::{Office, Request};
use crate::rows::Listed;
use crate::seen::Expect;
use crate::session::Who;

/// A back end of which the items of a day are counted.
pub(crate) struct Counter(pub(crate) Arc<Office>);

/// How the list of a day is asked for.
#[derive(Debug)]
pub(crate) struct CensusRule {
    pub(crate) request: Request,
    pub(crate) by: CountedBy,
}

#[async_trait]
impl Census for Counter {
    fn by(&self) -> CountedBy {
        self.0.census.as_ref().map(|rule| rule.by).unwrap_or_default()
    }

    async fn count(&self, day: Date, after: Option<&Cursor>, _: Option<&Keepsake>) -> Result<Counted, Fault> {
        let office = &self.0;
        let Some(census) = &office.census else { return Err(Fault::malformed("`poll.census` is not written")) };
        let place = Place::read(after)?;
        let ask = office.between(&census.request, &place, (Some(day), day))?;
        let rule = Arc::clone(&office.rule);
        let expect: Expect<Listed> = Arc::new(move |seen| rule.read(seen));
        let listed = office.session.turn().await.visit(&ask, Who::House, expect).await?;
        let told = office.told(&listed, None);
        let then = office.pager.after(place.walk, None, told)?;
        let ids: Vec<_> = listed.rows.iter().filter_map(|row| row.id.as_ref().ok().cloned()).collect();
        let unnumbered = (listed.rows.len() - ids.len()) as u64;
        let next = then.map(|walk| Place { walk: Some(walk), ..Place::default() }.cursor());
        Ok(Counted { total: listed.total, ids: Some(ids), unnumbered, next })
    }
}
