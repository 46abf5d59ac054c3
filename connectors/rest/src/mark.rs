//! Where a polled platform was left (取件进度), and how one page moves it. Pure: no clock, no I/O.

use huiliu_contract::{Cursor, Fault, SourceVersion};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::course::Window;
use crate::detail::Under;
use crate::items::digest_of;
use crate::options::{PageBy, Until};

/// What a cursor holds: the mark that the present walk began from, and the place inside the walk.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// Everything up to here was taken by walks that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<Mark>,
    /// The walk that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) walk: Option<Walk>,
    /// The slice of time that is asked for, or will be next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) slice: Option<Window>,
    /// From where the walk that is under way began, where that is not the mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Timestamp>,
    /// Something slipped in an earlier slice of this walk.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) shaken: bool,
    /// The day of the last sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) swept: Option<Date>,
    /// The page whose items' details are being asked for; all else is as it was before that page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) under: Option<Under>,
}

/// How far a source was read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mark {
    Time(Timestamp),
    Id(String),
}

/// A walk of which at least one page was taken.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Walk {
    /// What the next page is asked for by.
    pub(crate) at: At,
    /// The highest mark seen in this walk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) high: Option<Mark>,
    /// Pages taken.
    pub(crate) pages: u64,
    /// Items taken.
    pub(crate) seen: u64,
    /// Digest of the ids of the page before.
    pub(crate) last: u64,
    /// The total as it was told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    /// The total shrank in mid-walk, so an item may have slipped over a border.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) shaken: bool,
    /// Digest of a link that led here, moved on ever more seldom: a walk that comes by it again goes in a circle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) anchor: Option<u64>,
}

/// What a page is asked for by.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum At {
    Number(u64),
    Offset(u64),
    Cursor(Value),
    /// A whole address.
    Link(String),
}

/// What one answer told, as far as the way on depends on it.
#[derive(Clone, Default, Debug)]
pub(crate) struct Told {
    pub(crate) count: u64,
    pub(crate) digest: u64,
    pub(crate) high: Option<Mark>,
    pub(crate) total: Option<u64>,
    pub(crate) next: Option<Value>,
}

/// The way on from a page.
enum Onward {
    /// Ask for this at once.
    Go(At),
    /// Nothing more for now; the next walk goes on from here.
    Wait(At),
    /// The end; the next walk begins at the front.
    End,
}

/// The rules of paging, checked when they were read.
#[derive(Clone, Debug)]
pub(crate) struct Pager {
    pub(crate) by: PageBy,
    pub(crate) first: u64,
    pub(crate) size: Option<u64>,
    pub(crate) until: Until,
    pub(crate) max_pages: u64,
    pub(crate) wants_total: bool,
}

impl Mark {
    fn max(self, other: Self) -> Self {
        let less = match (&self, &other) {
            (Self::Time(a), Self::Time(b)) => a < b,
            (Self::Id(a), Self::Id(b)) => SourceVersion(a.clone()) < SourceVersion(b.clone()),
            // The channel was switched from one to the other: the newer sort counts.
            _ => true,
        };
        if less { other } else { self }
    }
}

/// The higher of two marks, either of which may be missing.
pub(crate) fn higher(a: Option<Mark>, b: Option<Mark>) -> Option<Mark> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

impl Place {
    /// Reads a stored cursor.
    pub(crate) fn read(after: Option<&Cursor>) -> Result<Self, Fault> {
        let Some(Cursor(text)) = after else { return Ok(Self::default()) };
        serde_json::from_str(text).map_err(|_| {
            Fault::malformed("the stored cursor is not one of kind `rest`; reset the channel's cursor to begin anew")
        })
    }

    /// Writes it down.
    pub(crate) fn cursor(&self) -> Cursor {
        // Its members are texts, numbers and a value that came out of JSON: writing it cannot fail.
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }
}

impl Pager {
    /// What the next page is asked for by; none for the first page of a cursor walk and where there are no
    /// pages. A walk of another sort (the channel's paging was changed) is begun anew.
    pub(crate) fn at(&self, place: &mut Place) -> Result<Option<At>, Fault> {
        let fits = |walk: &Walk| {
            matches!(
                (self.by, &walk.at),
                (PageBy::Number, At::Number(_))
                    | (PageBy::Offset, At::Offset(_))
                    | (PageBy::Cursor, At::Cursor(_))
                    | (PageBy::Link | PageBy::Header, At::Link(_))
            )
        };
        place.walk = place.walk.take().filter(fits);
        match (&place.walk, self.by) {
            (Some(walk), _) if walk.pages >= self.max_pages => Err(Fault::malformed(format!(
                "{} pages were taken and the far side has not come to an end; raise `poll.page.max_pages`, or narrow the list by `poll.since`",
                walk.pages
            ))),
            (Some(walk), _) => Ok(Some(walk.at.clone())),
            (None, PageBy::Number) => Ok(Some(At::Number(self.first))),
            (None, PageBy::Offset) => Ok(Some(At::Offset(self.first))),
            (None, PageBy::None | PageBy::Cursor | PageBy::Link | PageBy::Header) => Ok(None),
        }
    }

    /// The place after a page, and whether the walk goes on.
    pub(crate) fn after(&self, place: Place, asked: Option<At>, told: Told) -> Result<(Place, bool), Fault> {
        let Place { since, walk, shaken: slipped, slice, from, swept, under: _ } = place;
        let on = |since, walk, shaken| Place { since, walk, shaken, slice, from, swept, under: None };
        if let Some(walk) = &walk
            && told.count > 0
            && told.digest == walk.last
        {
            return Err(repeated());
        }
        let (pages, before, last_total) = walk.as_ref().map_or((0, 0, None), |w| (w.pages, w.seen, w.total));
        let total = told.total.or(last_total);
        let seen = before.saturating_add(told.count);
        let shaken = walk.as_ref().is_some_and(|walk| walk.shaken)
            || matches!((last_total, told.total), (Some(then), Some(now)) if now < then);
        let anchor = walk.as_ref().and_then(|walk| walk.anchor);
        let high = higher(walk.and_then(|walk| walk.high), told.high);
        let taken = if shaken { since.clone() } else { higher(since.clone(), high.clone()) };
        let last = told.digest;
        Ok(match self.onward(asked, told.count, seen, total, told.next)? {
            Onward::End => (on(taken, None, slipped || shaken), false),
            Onward::Wait(at) => {
                let walk = Walk { at, high: None, pages: 0, seen, last, total: None, shaken: false, anchor: None };
                (on(taken, Some(walk), slipped || shaken), false)
            }
            Onward::Go(at) => {
                let pages = pages + 1;
                let anchor = circle(&at, pages, anchor)?;
                let walk = Walk { at, high, pages, seen, last, total, shaken, anchor };
                (on(since, Some(walk), slipped), true)
            }
        })
    }

    fn onward(
        &self,
        asked: Option<At>,
        count: u64,
        seen: u64,
        total: Option<u64>,
        next: Option<Value>,
    ) -> Result<Onward, Fault> {
        if self.wants_total && total.is_none() {
            return Err(Fault::malformed("there is no whole number where the total stands (`total`)"));
        }
        let short =
            |total: u64| Fault::malformed(format!("the far side ended after {seen} items, but its total says {total}"));
        let counted = |next: At| match total {
            Some(total) if seen >= total => Ok(Onward::End),
            Some(total) if count == 0 => Err(short(total)),
            Some(_) => Ok(Onward::Go(next)),
            None if count == 0 => Ok(Onward::End),
            None if self.until == Until::Short && self.size.is_some_and(|size| count < size) => Ok(Onward::End),
            None => Ok(Onward::Go(next)),
        };
        match (self.by, asked, next) {
            (PageBy::Number, Some(At::Number(n)), _) => counted(At::Number(n.saturating_add(1))),
            // By what came, not by what was asked for: a far side may give less.
            (PageBy::Offset, Some(At::Offset(n)), _) => counted(At::Offset(n.saturating_add(count))),
            (PageBy::Cursor, asked, Some(next)) => match asked {
                // A feed that has nothing new leads on to where we stand.
                Some(At::Cursor(asked)) if asked == next && count == 0 => Ok(Onward::Wait(At::Cursor(next))),
                Some(At::Cursor(asked)) if asked == next => Err(repeated()),
                _ => Ok(Onward::Go(At::Cursor(next))),
            },
            (PageBy::Link | PageBy::Header, _, Some(Value::String(next))) => Ok(Onward::Go(At::Link(next))),
            _ => match total {
                Some(total) if seen < total => Err(short(total)),
                _ => Ok(Onward::End),
            },
        }
    }
}

/// The anchor of a walk by links that goes on to this one, after so many pages.
///
/// The anchor is moved to where the walk stands at the first, second, fourth, eighth … page. So whatever circle the links
/// form, it is noticed after three times its length at most, and one digest is all that is remembered.
fn circle(at: &At, pages: u64, anchor: Option<u64>) -> Result<Option<u64>, Fault> {
    let At::Link(link) = at else { return Ok(None) };
    let here = digest_of(link.as_bytes());
    if anchor == Some(here) {
        return Err(Fault::malformed(
            "the link to the next page leads to one that this walk has been to; the far side would never come to an end",
        ));
    }
    Ok(if pages.is_power_of_two() { Some(here) } else { anchor })
}

fn repeated() -> Fault {
    Fault::malformed(
        "the far side gave the page before once more although its end was not reached; if it does so behind its last page, declare `poll.list.total`",
    )
}

#[cfg(test)]
mod tests;
