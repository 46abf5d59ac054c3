//! Where a back end was left (取件进度), and how one page moves it. Pure: no clock, no I/O.

use huiliu_contract::{Cursor, Fault};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::options::{PageBy, Until};

/// What a cursor holds.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    /// The walk that is under way; none at the front of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) walk: Option<Walk>,
    /// The page whose items are being opened; `walk` is as it was before that page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) under: Option<Under>,
    /// How many items in a row were opened and looked unlike any.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) odd: u8,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// A walk of which at least one page was taken.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Walk {
    /// From which day on it looks; it stays the same over midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Date>,
    /// Pages taken.
    pub(crate) pages: u64,
    /// Rows taken.
    pub(crate) seen: u64,
    /// Digest of the page before.
    pub(crate) last: u64,
}

/// A page whose items are being opened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Under {
    /// Its digest.
    pub(crate) page: u64,
    /// How many are to be opened.
    pub(crate) of: usize,
    /// How many were.
    pub(crate) done: usize,
    /// The walk behind that page; none at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) then: Option<Walk>,
}

/// What one page told, as far as the way on depends on it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Told {
    pub(crate) rows: u64,
    pub(crate) digest: u64,
    pub(crate) total: Option<u64>,
    /// Every row on it is older than the walk looks back.
    pub(crate) old: bool,
}

/// The rules of paging, checked when they were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pager {
    pub(crate) by: PageBy,
    pub(crate) first: u64,
    pub(crate) size: Option<u64>,
    pub(crate) until: Until,
    pub(crate) max: u64,
    pub(crate) wants_total: bool,
}

impl Place {
    /// Reads a stored cursor.
    pub(crate) fn read(after: Option<&Cursor>) -> Result<Self, Fault> {
        let Some(Cursor(text)) = after else { return Ok(Self::default()) };
        serde_json::from_str(text).map_err(|_| {
            Fault::malformed("the stored cursor is not one of kind `portal`; reset the channel's cursor to begin anew")
        })
    }

    /// Writes it down.
    pub(crate) fn cursor(&self) -> Cursor {
        // Its members are numbers and days: writing it cannot fail.
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }
}

impl Pager {
    /// The same for a page that stands alone.
    pub(crate) fn without_total(self) -> Self {
        Self { wants_total: false, ..self }
    }

    /// What `{page}` is for the next page.
    pub(crate) fn at(&self, walk: Option<&Walk>) -> Result<u64, Fault> {
        let (pages, seen) = walk.map_or((0, 0), |walk| (walk.pages, walk.seen));
        if pages >= self.max {
            return Err(Fault::malformed(format!(
                "{pages} pages were taken and the list has not come to an end; raise `poll.page.max`, or look less far back by `poll.window`"
            )));
        }
        Ok(match self.by {
            PageBy::None => self.first,
            PageBy::Number => self.first.saturating_add(pages),
            PageBy::Offset => self.first.saturating_add(seen),
        })
    }

    /// The walk behind a page; none where it was the last.
    pub(crate) fn after(&self, walk: Option<Walk>, from: Option<Date>, told: Told) -> Result<Option<Walk>, Fault> {
        if walk.as_ref().is_some_and(|walk| told.rows > 0 && told.digest == walk.last) {
            return Err(Fault::malformed(
                "the page before came once more although the list's end was not reached; if the far side does so behind its last page, declare `poll.list.total`",
            ));
        }
        if self.wants_total && told.total.is_none() {
            return Err(Fault::malformed("there is no number where `poll.list.total` says: the page was changed"));
        }
        let before = walk.unwrap_or_default();
        let seen = before.seen.saturating_add(told.rows);
        let ends = match told.total {
            _ if self.by == PageBy::None || told.old => true,
            Some(total) if seen >= total => true,
            Some(total) if told.rows == 0 => {
                return Err(Fault::malformed(format!(
                    "the list ended after {seen} rows, but says that there are {total}"
                )));
            }
            Some(_) => false,
            None if told.rows == 0 => true,
            None => self.until == Until::Short && self.size.is_some_and(|size| told.rows < size),
        };
        // Where there is one page and it says how many there are, it must hold them.
        if let Some(total) = told.total.filter(|total| self.by == PageBy::None && seen < *total) {
            return Err(Fault::malformed(format!(
                "the list holds {seen} rows and says that there are {total}; write `poll.page`"
            )));
        }
        Ok((!ends).then_some(Walk { from, pages: before.pages + 1, seen, last: told.digest }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pager(by: PageBy, until: Until) -> Pager {
        Pager { by, first: 1, size: Some(3), until, max: 4, wants_total: false }
    }

    fn told(rows: u64, digest: u64) -> Told {
        Told { rows, digest, ..Told::default() }
    }

    #[test]
    fn a_walk_goes_on_to_a_proven_end() {
        let by = pager(PageBy::Number, Until::Short);
        let first = by.after(None, None, told(3, 1)).unwrap().unwrap();
        assert_eq!((by.at(None).unwrap(), by.at(Some(&first)).unwrap()), (1, 2));
        assert_eq!(by.after(Some(first.clone()), None, told(2, 2)).unwrap(), None);
        assert_eq!(by.after(Some(first.clone()), None, told(0, 9)).unwrap(), None);
        assert_eq!(by.after(Some(first.clone()), None, told(3, 1)).unwrap_err().word(), "malformed");
        let empty = pager(PageBy::Offset, Until::Empty);
        let on = empty.after(Some(first.clone()), None, told(2, 2)).unwrap().unwrap();
        assert_eq!(empty.at(Some(&on)).unwrap(), 6);
        let old = Told { old: true, ..told(3, 5) };
        assert_eq!(by.after(Some(first), None, old).unwrap(), None);
    }

    #[test]
    fn a_total_is_reached_and_pages_do_not_go_on_for_ever() {
        let by = pager(PageBy::Number, Until::Short);
        let of = |rows, digest, total| Told { total: Some(total), ..told(rows, digest) };
        let first = by.after(None, None, of(2, 1, 5)).unwrap().unwrap();
        assert_eq!(by.after(Some(first.clone()), None, of(3, 2, 5)).unwrap(), None);
        assert_eq!(by.after(Some(first.clone()), None, of(0, 2, 5)).unwrap_err().word(), "malformed");
        let far = Walk { pages: 4, ..first };
        assert!(by.at(Some(&far)).unwrap_err().to_string().contains("poll.page.max"));
        let one = pager(PageBy::None, Until::Short);
        assert_eq!(one.after(None, None, of(20, 1, 50)).unwrap_err().word(), "malformed");
        let wants = Pager { wants_total: true, ..by };
        assert_eq!(wants.after(None, None, told(1, 1)).unwrap_err().word(), "malformed");
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let under = Under { page: 7, of: 3, done: 1, then: Some(Walk::default()) };
        let place = Place { walk: None, under: Some(under), odd: 1 };
        assert_eq!(Place::read(Some(&place.cursor())).unwrap(), place);
        assert_eq!(Place::read(Some(&Place::default().cursor())).unwrap(), Place::default());
        assert!(Place::read(Some(&Cursor("{\"since\":1}".into()))).is_err());
    }
}
