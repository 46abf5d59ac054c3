//! The arrangement of one year: its holidays and its make-up days, checked against what can be.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

/// Days in a row, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// Holidays (放假) and make-up days (调休上班) of one year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Year {
    year: i16,
    holidays: BTreeSet<Date>,
    makeup: BTreeSet<Date>,
}

/// Where in the arrangement something is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The holiday at this index, from 0.
    Holiday(usize),
    /// The make-up day at this index, from 0.
    Makeup(usize),
}

/// What is wrong with a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WrongDay {
    /// It lies in another year.
    OtherYear,
    /// The last day of a holiday lies before its first.
    Backwards,
    /// It was named before, in the same list.
    Twice,
    /// It is a make-up day and a holiday.
    AlsoHoliday,
    /// It is a make-up day, but no Saturday or Sunday: it is a working day anyway, so one of two days is mistyped.
    NoWeekend,
}

/// One thing wrong with an arrangement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// Where.
    pub place: Place,
    /// The day.
    pub date: Date,
    /// What.
    pub what: WrongDay,
}

impl Year {
    /// The arrangement of a year, or everything wrong with it, in the order of the lists.
    pub fn new(year: i16, holidays: &[Span], makeup: &[Date]) -> Result<Self, Vec<Wrong>> {
        let mut made = Self { year, holidays: BTreeSet::new(), makeup: BTreeSet::new() };
        let mut wrong = Vec::new();
        for (n, span) in holidays.iter().enumerate() {
            wrong.extend(made.rest(*span).map(|(date, what)| Wrong { place: Place::Holiday(n), date, what }));
        }
        for (n, date) in makeup.iter().enumerate() {
            wrong.extend(made.work(*date).map(|what| Wrong { place: Place::Makeup(n), date: *date, what }));
        }
        if wrong.is_empty() { Ok(made) } else { Err(wrong) }
    }

    /// The year.
    pub fn year(&self) -> i16 {
        self.year
    }

    /// Whether a day is a holiday of this year.
    pub fn is_holiday(&self, date: Date) -> bool {
        self.holidays.contains(&date)
    }

    /// Whether a weekend day of this year is worked.
    pub fn is_makeup(&self, date: Date) -> bool {
        self.makeup.contains(&date)
    }

    /// Takes a holiday in; the first thing wrong with it, if anything is.
    fn rest(&mut self, span: Span) -> Option<(Date, WrongDay)> {
        for end in [span.from, span.to] {
            if end.year() != self.year {
                return Some((end, WrongDay::OtherYear));
            }
        }
        if span.to < span.from {
            return Some((span.to, WrongDay::Backwards));
        }
        let mut date = span.from;
        while date <= span.to {
            if !self.holidays.insert(date) {
                return Some((date, WrongDay::Twice));
            }
            // Both ends lie in one year: only the very last day of the calendar has no next one.
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// Takes a make-up day in; what is wrong with it, if anything is.
    fn work(&mut self, date: Date) -> Option<WrongDay> {
        if date.year() != self.year {
            Some(WrongDay::OtherYear)
        } else if self.holidays.contains(&date) {
            Some(WrongDay::AlsoHoliday)
        } else if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            Some(WrongDay::NoWeekend)
        } else {
            (!self.makeup.insert(date)).then_some(WrongDay::Twice)
        }
    }
}
