//! Time limits: how long, from when, and the moment at which they end.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Calendar, Certainty, Counted};

/// How long a limit is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Length {
    /// So many working days (工作日).
    Workdays(u16),
    /// So many calendar days (自然日). The last one may be a holiday: nothing is moved to the next working day.
    Days(u16),
    /// So many hours by the clock, nights and holidays included.
    Hours(u16),
}

/// From when a limit is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CountFrom {
    /// From the beginning of the next day: the day itself does not count.
    NextDay,
    /// From the moment itself: its day counts as the first one, if it is one of those that are counted.
    AtOnce,
}

/// A limit by rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// How long.
    pub length: Length,
    /// From when.
    pub from: CountFrom,
}

impl Limit {
    /// The rule as the office says it: 10个工作日, 5日, 24小时.
    pub fn spoken(self) -> String {
        match self.length {
            Length::Workdays(n) => format!("{n}个工作日"),
            Length::Days(n) => format!("{n}日"),
            Length::Hours(n) => format!("{n}小时"),
        }
    }
}

impl Calendar {
    /// When a limit that begins at a moment ends. Days end at 23:59:59 of the last one in the zone; hours to the second.
    /// None beyond the year 9999.
    pub fn deadline(&self, from: Timestamp, limit: Limit, zone: &TimeZone) -> Option<Counted<Timestamp>> {
        let day = from.to_zoned(zone.clone()).date();
        // "At once" is the count from the day before: then the day itself can be the first.
        let before_first = match limit.from {
            CountFrom::NextDay => day,
            CountFrom::AtOnce => day.yesterday().ok()?,
        };
        let (value, certainty) = match limit.length {
            Length::Workdays(n) => {
                let last = self.add_workdays(before_first, n)?;
                (end(last.value, zone)?, last.certainty)
            }
            Length::Days(n) => {
                let last = before_first.checked_add(i64::from(n).days()).ok()?;
                (end(last, zone)?, Certainty::Arranged)
            }
            Length::Hours(n) => {
                let start = match limit.from {
                    CountFrom::AtOnce => from,
                    CountFrom::NextDay => begin(day.tomorrow().ok()?, zone)?,
                };
                let ends = start.checked_add(SignedDuration::from_hours(i64::from(n))).ok()?;
                (ends, Certainty::Arranged)
            }
        };
        Some(Counted { value, certainty })
    }
}

fn begin(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    date.to_zoned(zone.clone()).ok().map(|at| at.timestamp())
}

fn end(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    date.at(23, 59, 59, 0).to_zoned(zone.clone()).ok().map(|at| at.timestamp())
}
