//! Counting: how many items the platform says there are for a day, by a number of its own, or by its list of that day, walked
//! page by page like any other.

use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{Census, Counted, CountedBy, Cursor, Fault, Keepsake};
use huiliu_kit::client::Answer;
use huiliu_kit::pick::{Pointer, scalar, sort_of};
use huiliu_kit::session::Caller;
use huiliu_kit::stamp::Stamp;
use huiliu_kit::target::Target;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::items::Reader;
use crate::kept::Kept;
use crate::mark::{At, Pager, Place};
use crate::options::End;
use crate::poll::{Asking, Platform};

/// The part of a platform that is asked for a day's count.
pub(crate) struct Counter(pub(crate) Arc<Platform>);

/// How a day's count is asked for.
pub(crate) struct CensusRule {
    pub(crate) target: Target,
    pub(crate) stamp: Stamp,
    pub(crate) end: End,
    pub(crate) by: CountedBy,
    pub(crate) way: Way,
    pub(crate) zone: TimeZone,
}

/// How it is told.
pub(crate) enum Way {
    /// By a number.
    Count(Pointer),
    /// By a list.
    List(Box<Walked>),
}

/// How the list of a day is walked.
pub(crate) struct Walked {
    pub(crate) pager: Pager,
    pub(crate) reader: Reader,
}

#[async_trait]
impl Census for Counter {
    fn by(&self) -> CountedBy {
        self.0.census.as_ref().map(|rule| rule.by).unwrap_or_default()
    }

    async fn count(&self, day: Date, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Counted, Fault> {
        let platform = &self.0;
        let Some(rule) = &platform.census else { return Err(Fault::malformed("`poll.census` is not written")) };
        let mut place = Place::read(after)?;
        let at = match &rule.way {
            Way::Count(_) => None,
            Way::List(list) => list.pager.at(&mut place)?,
        };
        let filled = platform.filled(&rule.target, rule.asking(day, at.as_ref())?)?;
        if let Some(session) = &platform.line.session {
            session.adopt(Kept::read(kept).token.as_ref()).await;
        }
        let url = filled.url.clone();
        let answer = platform.line.ask(filled.request(&platform.line.client), Caller::Poll).await?;
        rule.read(platform, &answer, &url, (place, at))
    }
}

impl CensusRule {
    fn asking<'a>(&self, day: Date, at: Option<&'a At>) -> Result<Asking<'a>, Fault> {
        let outside = |_| Fault::malformed("the day lies outside of the calendar");
        let begins = |day: Date| day.to_zoned(self.zone.clone()).map(|at| at.timestamp()).map_err(outside);
        let next = begins(day.tomorrow().map_err(outside)?)?;
        let end = match self.end {
            End::Next => next,
            End::Last => next - SignedDuration::from_millis(1),
        };
        let (from, to) = (self.stamp.write(begins(day)?, &self.zone), self.stamp.write(end, &self.zone));
        let numeric = self.stamp.is_number();
        Ok(Asking { at, since: None, from: Some(from), to: Some(to), numeric })
    }

    /// What an answer says.
    fn read(
        &self,
        platform: &Platform,
        answer: &Answer,
        url: &Url,
        (place, at): (Place, Option<At>),
    ) -> Result<Counted, Fault> {
        let now = Timestamp::now();
        let document = platform.judge.document(answer, now)?;
        let quote = |fault: Fault| fault.quoting(answer.quote());
        let Walked { pager, reader } = match &self.way {
            Way::Count(at) => {
                let found = at.get(&document);
                let total = found.and_then(scalar).and_then(|text| text.trim().parse().ok());
                let total = total.ok_or_else(|| {
                    quote(Fault::malformed(format!(
                        "a whole number is expected at `{at}` (`poll.census.count`), there is {}",
                        sort_of(found)
                    )))
                })?;
                return Ok(Counted { total: Some(total), ..Counted::default() });
            }
            Way::List(list) => list.as_ref(),
        };
        let (rows, mut told) = reader.read(document, now).map_err(quote)?;
        platform.follow(&mut told, answer, url)?;
        let total = told.total;
        let (then, more) = pager.after(place, at, told).map_err(quote)?;
        let ids: Vec<_> = rows.iter().filter_map(|row| reader.id(row).ok()).collect();
        let unnumbered = (rows.len() - ids.len()) as u64;
        Ok(Counted { total, ids: Some(ids), unnumbered, next: more.then(|| then.cursor()) })
    }
}
