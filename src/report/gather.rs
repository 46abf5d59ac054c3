//! Gathering: the facts of a period, read page by page and counted one by one.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::figures::{Figures, Named};
use super::{Counter, Line, Span};
use crate::settings::ReportSettings;
use crate::store::{FactQuery, FactRow, Store, StoreError};

/// What is to be counted.
#[derive(Clone, Debug)]
pub struct Gathering {
    /// The period.
    pub span: Span,
    /// As it stood at this moment; what came later is not counted.
    pub as_of: Timestamp,
    /// The site's zone.
    pub zone: TimeZone,
    /// How it is counted.
    pub settings: ReportSettings,
    /// The channels that there are.
    pub channels: Vec<Named>,
    /// How many 有效工单 the core counts.
    pub effective_total: Option<u64>,
}

/// Counts, and hands each counted line to `each`.
///
/// # Errors
///
/// If the store cannot be read, or the period lies beyond all time.
pub async fn gather(
    store: &dyn Store,
    what: &Gathering,
    each: &mut (dyn FnMut(Line) + Send),
) -> Result<Figures, StoreError> {
    let mut counter = Counter::new(what.settings.clone(), what.channels.clone(), what.as_of);
    let (from, to) = moments(what.span, &what.zone)?;
    let known = what.as_of.checked_add(SignedDuration::from_millis(1)).unwrap_or(what.as_of);
    walk(store, what, (from, to.min(known)), &mut |fact| {
        if let Some(line) = counter.count(fact) {
            each(line);
        }
    })
    .await?;
    if let Some(before) = what.span.before() {
        let span = moments(before, &what.zone)?;
        walk(store, what, span, &mut |fact| counter.count_before(&fact)).await?;
    }
    Ok(counter.figures(what.span, what.effective_total))
}

fn moments(span: Span, zone: &TimeZone) -> Result<(Timestamp, Timestamp), StoreError> {
    span.moments(zone).ok_or_else(|| StoreError::Refused("that period lies beyond all time".into()))
}

async fn walk(
    store: &dyn Store,
    what: &Gathering,
    span: (Timestamp, Timestamp),
    take: &mut (dyn FnMut(FactRow) + Send),
) -> Result<(), StoreError> {
    let mut query = FactQuery::first(span, what.settings.by);
    loop {
        let page = store.facts(query).await?;
        page.rows.into_iter().for_each(&mut *take);
        match page.next {
            Some(next) => query.after = next,
            None => return Ok(()),
        }
    }
}
