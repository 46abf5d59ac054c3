//! When somebody is there who can be asked (`workdays 08:00-18:00; holidays 09:00-17:00`), and times of the day. The
//! calendar of working days is handed in.

use std::borrow::Cow;
use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::hours::{DAY, minute};
use crate::workdays::Calendar;

/// How many days are looked through for the next opening: a year and every holiday in it.
const DAYS: usize = 400;

/// The stretches of time in which people are there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Presence(Vec<Stretch>);

/// One stretch of the days that it holds on, in minutes since midnight, the end excluded; it may pass midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stretch {
    days: Days,
    from: u32,
    to: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Days {
    Daily,
    Workdays,
    /// Every day that is no working day.
    Holidays,
}

/// Why a text is no [`Presence`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not say when people are there; write for example `workdays 08:00-18:00; holidays 09:00-17:00`")]
pub struct BadPresence(String);

impl Days {
    const ALL: [Self; 3] = [Self::Daily, Self::Workdays, Self::Holidays];

    fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Workdays => "workdays",
            Self::Holidays => "holidays",
        }
    }

    fn hold_on(self, day: Date, calendar: &Calendar) -> bool {
        match self {
            Self::Daily => true,
            Self::Workdays => calendar.is_workday(day).value,
            Self::Holidays => !calendar.is_workday(day).value,
        }
    }
}

impl Stretch {
    /// From when to when it lasts that begins on a day; none beyond the year 9999.
    fn on(self, day: Date) -> Option<(DateTime, DateTime)> {
        let at = |minutes: u32| {
            let midnight = day.to_datetime(Time::midnight());
            midnight.checked_add(i64::from(minutes).minutes()).ok()
        };
        let to = if self.to > self.from { self.to } else { self.to + DAY };
        Some((at(self.from)?, at(to)?))
    }
}

impl Presence {
    /// Reads stretches separated by `;`. A word before one (`workdays`, `holidays`, `daily`) says on which days, and holds
    /// for those behind it too until another is said; before the first one it may be left out and is `daily`.
    ///
    /// # Errors
    ///
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, BadPresence> {
        let mut days = Days::Daily;
        let mut read = |part: &str| {
            let part = part.trim();
            let window = match part.split_once(char::is_whitespace) {
                Some((word, window)) => {
                    days = Days::ALL.into_iter().find(|days| days.word() == word)?;
                    window
                }
                None => part,
            };
            let (from, to) = window.split_once('-')?;
            let (from, to) = (minute(from)?, minute(to)?);
            (from != to && from < DAY).then_some(Stretch { days, from, to })
        };
        let stretches: Option<Vec<_>> = text.split(';').map(&mut read).collect();
        stretches.map(Self).ok_or_else(|| BadPresence(text.into()))
    }

    /// The stretches that begin on a day.
    fn on<'a>(&'a self, day: Date, calendar: &'a Calendar) -> impl Iterator<Item = (DateTime, DateTime)> + 'a {
        self.0.iter().filter(move |stretch| stretch.days.hold_on(day, calendar)).filter_map(move |one| one.on(day))
    }

    /// Whether somebody is there.
    pub fn contains(&self, at: DateTime, calendar: &Calendar) -> bool {
        let days = [at.date().yesterday().ok(), Some(at.date())];
        days.into_iter().flatten().any(|day| self.on(day, calendar).any(|(from, to)| from <= at && at < to))
    }

    /// When somebody is there next: at once if somebody is. None if nobody is for more than a year.
    pub fn opens(&self, at: DateTime, calendar: &Calendar) -> Option<DateTime> {
        if self.contains(at, calendar) {
            return Some(at);
        }
        let days = at.date().series(1.day()).take(DAYS);
        let begins = |day| self.on(day, calendar).map(|(from, _)| from).filter(|from| *from >= at).min();
        days.filter_map(begins).next()
    }

    /// When the last people leave who came on a day; none where nobody comes.
    pub fn closes(&self, day: Date, calendar: &Calendar) -> Option<DateTime> {
        self.on(day, calendar).map(|(_, to)| to).max()
    }
}

impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, Stretch { days, from, to }) in self.0.iter().enumerate() {
            let gap = if n == 0 { "" } else { "; " };
            let days = days.word();
            write!(f, "{gap}{days} {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Presence {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Presence {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl JsonSchema for Presence {
    fn schema_name() -> Cow<'static, str> {
        "Presence".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "presence",
            "description": "When people are there, for example `workdays 08:00-18:00; holidays 09:00-17:00`.",
            "x-zh": "什么时候有人,例如 workdays 08:00-18:00; holidays 09:00-17:00(workdays 工作日,holidays 节假日和周末,daily 每天)" })
    }
}

/// A time of the day as operators write it: `17:20`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeOfDay(pub Time);

/// Why a text is no [`TimeOfDay`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time of the day; write for example 17:20")]
pub struct BadTimeOfDay(String);

impl TimeOfDay {
    /// Reads `HH:MM`.
    ///
    /// # Errors
    ///
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, BadTimeOfDay> {
        let read = || {
            let minutes = minute(text).filter(|minutes| *minutes < DAY)?;
            Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok().map(Self)
        };
        read().ok_or_else(|| BadTimeOfDay(text.into()))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl JsonSchema for TimeOfDay {
    fn schema_name() -> Cow<'static, str> {
        "TimeOfDay".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "time-of-day", "description": "A time of the day, for example 17:20.",
            "x-zh": "几点,例如 17:20" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURS: &str = "workdays 08:00-12:00; 14:30-18:00; holidays 09:00-17:00";

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    fn opens(hours: &str, from: &str) -> String {
        Presence::parse(hours).unwrap().opens(at(from), &Calendar::default()).unwrap().to_string()
    }

    #[test]
    fn stretches_are_read_and_written() {
        let written = Presence::parse(HOURS).unwrap().to_string();
        assert_eq!(written, "workdays 08:00-12:00; workdays 14:30-18:00; holidays 09:00-17:00");
        assert_eq!(Presence::parse(&written), Presence::parse(HOURS));
        assert_eq!(Presence::parse("07:00-24:00").unwrap().to_string(), "daily 07:00-24:00");
        for wrong in
            ["", "workdays", "workdays 8", "weekdays 08:00-18:00", "08:00-08:00", "24:00-06:00", "08:00-18:00;"]
        {
            assert!(Presence::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_next_opening_is_on_a_day_that_has_one() {
        // 2026-11-27 is a Friday.
        assert_eq!(opens(HOURS, "2026-11-27T09:00:00"), "2026-11-27T09:00:00", "somebody is there");
        assert_eq!(opens(HOURS, "2026-11-27T12:00:00"), "2026-11-27T14:30:00", "the end is excluded");
        assert_eq!(opens(HOURS, "2026-11-27T18:00:00"), "2026-11-28T09:00:00");
        assert_eq!(opens("workdays 08:00-18:00", "2026-11-27T18:00:00"), "2026-11-30T08:00:00");
        assert_eq!(opens("14:00-15:00; 09:00-10:00", "2026-11-27T08:00:00"), "2026-11-27T09:00:00", "in any order");
        let nobody = Presence::parse("workdays 08:00-18:00").unwrap();
        assert_eq!(nobody.opens(at("9999-12-31T19:00:00"), &Calendar::default()), None);
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = Presence::parse("workdays 20:00-06:00").unwrap();
        let is_there = |time: &str| night.contains(at(time), &Calendar::default());
        // Friday night, until Saturday morning; nobody comes on Saturday.
        assert!(is_there("2026-11-27T20:00:00") && is_there("2026-11-28T05:59:59"));
        assert!(
            !is_there("2026-11-28T06:00:00") && !is_there("2026-11-28T20:00:00") && !is_there("2026-11-29T05:00:00")
        );
        let friday = night.closes(at("2026-11-27T00:00:00").date(), &Calendar::default());
        assert_eq!(friday, Some(at("2026-11-28T06:00:00")));
        assert_eq!(night.closes(at("2026-11-28T00:00:00").date(), &Calendar::default()), None);
    }

    #[test]
    fn a_time_of_the_day_is_read_and_written() {
        assert_eq!(TimeOfDay::parse("17:20").unwrap().to_string(), "17:20");
        assert_eq!(TimeOfDay::parse("7:05").unwrap().to_string(), "07:05");
        for wrong in ["", "24:00", "17", "17:60", "-1:00", "17:20:00"] {
            assert!(TimeOfDay::parse(wrong).is_err(), "{wrong}");
        }
    }
}
