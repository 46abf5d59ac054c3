//! When somebody is reminded that a table has not come, as operators write it: `workdays 16:00`, `daily 16:00`.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Time;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// On which days, and from what time of the day on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Remind {
    /// On working days only.
    pub workdays: bool,
    /// From this time on.
    pub at: Time,
}

/// Why a text is no [`Remind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not say when to remind; write `workdays 16:00` or `daily 16:00`")]
pub struct BadRemind(String);

impl Remind {
    /// Reads `workdays HH:MM` or `daily HH:MM`.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn parse(text: &str) -> Result<Self, BadRemind> {
        let read = || {
            let (days, at) = text.split_once(' ')?;
            let workdays = match days {
                "workdays" => true,
                "daily" => false,
                _ => return None,
            };
            let (hour, minute) = at.trim().split_once(':')?;
            let two = |text: &str| {
                let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| text.parse::<i8>().ok()).flatten()
            };
            let at = Time::new(two(hour)?, two(minute).filter(|_| minute.len() == 2)?, 0, 0).ok()?;
            Some(Self { workdays, at })
        };
        read().ok_or_else(|| BadRemind(text.into()))
    }
}

impl fmt::Display for Remind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = if self.workdays { "workdays" } else { "daily" };
        write!(f, "{days} {:02}:{:02}", self.at.hour(), self.at.minute())
    }
}

impl<'de> Deserialize<'de> for Remind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Remind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl JsonSchema for Remind {
    fn schema_name() -> Cow<'static, str> {
        "Remind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "remind",
            "description": "When to remind: `workdays 16:00` or `daily 16:00`.",
            "x-zh": "几点提醒,例如 workdays 16:00(工作日)或 daily 16:00(每天)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_is_read_and_written() {
        for text in ["workdays 16:00", "daily 08:30"] {
            assert_eq!(Remind::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Remind::parse("daily 8:05").unwrap().to_string(), "daily 08:05");
        for wrong in
            ["", "16:00", "workdays", "workdays 24:00", "workdays 16:0", "weekdays 16:00", "daily 1600", "daily +8:00"]
        {
            assert!(Remind::parse(wrong).is_err(), "{wrong}");
        }
    }
}
