//! Hours of the day as operators write them (`07:00-22:00`); calendars of workdays and holidays are not its matter.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The minutes of a day.
pub(super) const DAY: u32 = 24 * 60;

/// Windows of the day in minutes since midnight, the end excluded; a window may pass midnight.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hours(Vec<(u32, u32)>);

/// Why a text is no [`Hours`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no window of the day; write for example 07:00-22:00, several with `;` between")]
pub struct BadHours(String);

impl Hours {
    /// Reads one or more windows, separated by `;`.
    pub fn parse(text: &str) -> Result<Self, BadHours> {
        text.split(';')
            .map(|window| {
                let (from, to) = window.split_once('-')?;
                let (from, to) = (minute(from)?, minute(to)?);
                (from != to && from < DAY).then_some((from, to))
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
            .ok_or_else(|| BadHours(text.into()))
    }

    /// Whether a time of day lies in one of the windows.
    pub fn contain(&self, time: jiff::civil::Time) -> bool {
        let now = minutes(time);
        self.0.iter().any(|&(from, to)| if from < to { (from..to).contains(&now) } else { now >= from || now < to })
    }

    /// How long from a time of day until a window is open; zero inside one. By the wall clock of one day.
    pub fn opens_in(&self, time: jiff::civil::Time) -> Duration {
        if self.contain(time) {
            return Duration::ZERO;
        }
        let now = minutes(time);
        let wait = self.0.iter().map(|&(from, _)| (from + DAY - now) % DAY).min().unwrap_or(0);
        let past = u64::from(time.second().unsigned_abs());
        Duration::from_secs((u64::from(wait) * 60).saturating_sub(past))
    }
}

fn minutes(time: jiff::civil::Time) -> u32 {
    u32::from(time.hour().unsigned_abs()) * 60 + u32::from(time.minute().unsigned_abs())
}

/// `HH:MM` in minutes since midnight, 24:00 included.
pub(super) fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two = |text: &str| {
        (text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u32>().ok()).flatten()
    };
    let (hour, minute) = (two(hour)?, two(minute)?);
    let whole = hour * 60 + minute;
    (minute < 60 && whole <= DAY).then_some(whole)
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (from, to)) in self.0.iter().enumerate() {
            let gap = if n == 0 { "" } else { "; " };
            write!(f, "{gap}{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl JsonSchema for Hours {
    fn schema_name() -> Cow<'static, str> {
        "Hours".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "hours",
            "description": "Windows of the day, for example 07:00-22:00; several with `;` between; a window may pass midnight.",
            "x-zh": "时段,例如 07:00-22:00;几段之间用英文分号" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn a_window_may_pass_midnight() {
        let night = Hours::parse("22:00-06:00").unwrap();
        assert!(night.contain(time(23, 0, 0, 0)) && night.contain(time(5, 59, 0, 0)));
        assert!(!night.contain(time(6, 0, 0, 0)));
        assert_eq!(night.opens_in(time(21, 59, 30, 0)), Duration::from_secs(30));
    }

    #[test]
    fn several_windows_are_read_and_written() {
        let hours = Hours::parse("08:00-12:00; 14:30-24:00").unwrap();
        assert_eq!(hours.to_string(), "08:00-12:00; 14:30-24:00");
        assert_eq!(hours.opens_in(time(12, 0, 0, 0)), Duration::from_secs(9000));
        for wrong in ["", "8", "08:00", "08:00-08:00", "25:00-26:00", "24:00-06:00", "07:00~22:00", "+7:00-8:00"] {
            assert!(Hours::parse(wrong).is_err(), "{wrong}");
        }
    }
}
