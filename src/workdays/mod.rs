//! Working days (工作日): which day is one by the State Council's yearly arrangement, and when a time limit ends.
//! A pure room: no clock, no files; days, moments and zones are handed in.

mod limit;
#[cfg(test)]
mod tests;
mod year;

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

pub use limit::{CountFrom, Length, Limit};
pub use year::{Place, Span, Wrong, WrongDay, Year};

/// The known years. A year without an arrangement has weekends only, and whatever was counted through it says so.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Calendar {
    years: BTreeMap<i16, Year>,
}

/// How sure a count of days is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Certainty {
    /// Every day looked at lies in a year whose arrangement is known, or no working days were counted.
    Arranged,
    /// At least one lies in a year without one: holidays and make-up days of that year were not heeded.
    WeekendsOnly,
}

/// What is near: due by the end of the second working day from now.
pub const NEAR: Limit = Limit { length: Length::Workdays(2), from: CountFrom::NextDay };

/// A result of counting, with how sure it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted<T> {
    /// What was counted.
    pub value: T,
    /// How sure it is.
    pub certainty: Certainty,
}

impl Calendar {
    /// A calendar of these years; of two for one year the later one holds.
    pub fn new(years: impl IntoIterator<Item = Year>) -> Self {
        Self { years: years.into_iter().map(|year| (year.year(), year)).collect() }
    }

    /// Whether the arrangement of a year is known.
    pub fn knows(&self, year: i16) -> bool {
        self.years.contains_key(&year)
    }

    /// Whether a day is a working day: no holiday, and either no weekend day or a make-up day.
    pub fn is_workday(&self, date: Date) -> Counted<bool> {
        let weekday = !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        match self.years.get(&date.year()) {
            Some(year) => {
                let value = year.is_makeup(date) || weekday && !year.is_holiday(date);
                Counted { value, certainty: Certainty::Arranged }
            }
            None => Counted { value: weekday, certainty: Certainty::WeekendsOnly },
        }
    }

    /// The `n`-th working day after a day, which itself does not count; for 0 the day itself. None beyond the year 9999.
    pub fn add_workdays(&self, date: Date, n: u16) -> Option<Counted<Date>> {
        let mut counted = Counted { value: date, certainty: Certainty::Arranged };
        let mut left = n;
        while left > 0 {
            counted.value = counted.value.tomorrow().ok()?;
            let day = self.is_workday(counted.value);
            counted.certainty = counted.certainty.max(day.certainty);
            left -= u16::from(day.value);
        }
        Some(counted)
    }
}
