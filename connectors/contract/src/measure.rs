//! Lengths of time and rates as operators write them: `90s`, `5m`, `2h`, `30d`, `20/min`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time: a whole number and one of `ms`, `s`, `m`, `h`, `d`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Period(pub Duration);

/// Why a text is no [`Period`] or [`Rate`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no {wanted}")]
pub struct BadMeasure {
    found: String,
    wanted: &'static str,
}

const PERIOD: &str = "length of time; write a whole number and ms, s, m, h or d, for example 90s, 5m, 2h, 30d";
const RATE: &str = "rate; write a whole number above 0 and /s, /min or /h, for example 20/min";

impl Period {
    /// So many seconds.
    pub const fn seconds(n: u64) -> Self {
        Self(Duration::from_secs(n))
    }

    /// Reads the written form.
    pub fn parse(text: &str) -> Result<Self, BadMeasure> {
        let bad = || BadMeasure { found: text.into(), wanted: PERIOD };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| bad())?;
        let millis = match unit.trim_start() {
            "ms" => 1,
            "s" => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(bad()),
        };
        number.checked_mul(millis).map(|n| Self(Duration::from_millis(n))).ok_or_else(bad)
    }
}

impl Period {
    /// How people say it, in Chinese and in English: `2小时`, `2 hours`.
    pub fn spoken(self) -> (String, String) {
        let written = self.to_string();
        let (number, unit) = written.split_at(written.bytes().take_while(u8::is_ascii_digit).count());
        let (zh, en) = match unit {
            "d" => ("天", "day"),
            "h" => ("小时", "hour"),
            "m" => ("分钟", "minute"),
            "s" => ("秒", "second"),
            _ => ("毫秒", "millisecond"),
        };
        let plural = if number == "1" { "" } else { "s" };
        (format!("{number}{zh}"), format!("{number} {en}{plural}"))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        for (size, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")] {
            if millis >= size && millis.is_multiple_of(size) {
                return write!(f, "{}{unit}", millis / size);
            }
        }
        write!(f, "{millis}ms")
    }
}

/// So many in a second, a minute or an hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// How many; at least 1.
    pub count: u32,
    /// In how long.
    pub per: Duration,
}

impl Rate {
    /// Reads the written form.
    pub fn parse(text: &str) -> Result<Self, BadMeasure> {
        let bad = || BadMeasure { found: text.into(), wanted: RATE };
        let (count, unit) = text.split_once('/').ok_or_else(bad)?;
        let count: u32 = count.trim().parse().map_err(|_| bad())?;
        let per = match unit.trim() {
            "s" | "sec" => 1,
            "min" | "m" => 60,
            "h" | "hour" => 3600,
            _ => return Err(bad()),
        };
        if count == 0 {
            return Err(bad());
        }
        Ok(Self { count, per: Duration::from_secs(per) })
    }
}

impl Rate {
    /// How people say it, in Chinese and in English: `每分钟20次`, `20 a minute`.
    pub fn spoken(self) -> (String, String) {
        let (zh, en) = match self.per.as_secs() {
            1 => ("秒", "second"),
            60 => ("分钟", "minute"),
            _ => ("小时", "hour"),
        };
        (format!("每{zh}{}次", self.count), format!("{} a {en}", self.count))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.per.as_secs() {
            1 => "s",
            60 => "min",
            _ => "h",
        };
        write!(f, "{}/{unit}", self.count)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+ ?(ms|s|m|min|h|d)$",
            "description": "A length of time: a whole number and ms, s, m, h or d.",
            "x-zh": "时长:整数加 ms、s、m、h 或 d,例如 90s、5m、2h、30d" })
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[1-9][0-9]* ?/ ?(s|sec|min|m|h|hour)$",
            "description": "A rate: a whole number and /s, /min or /h.",
            "x-zh": "频率:整数加 /s、/min 或 /h,例如 20/min" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_written() {
        for (text, millis) in [("90s", 90_000), ("5m", 300_000), ("2h", 7_200_000), ("30d", 2_592_000_000)] {
            assert_eq!(Period::parse(text).unwrap().0.as_millis(), millis);
        }
        assert_eq!(Period::parse("90s").unwrap().to_string(), "90s");
        assert_eq!(Period::parse("120s").unwrap().to_string(), "2m");
        for wrong in ["", "5", "m", "5 weeks", "-5m", "99999999999999999999d"] {
            assert!(Period::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rates_are_read() {
        assert_eq!(Rate::parse("20/min").unwrap(), Rate { count: 20, per: Duration::from_secs(60) });
        assert!(Rate::parse("0/s").is_err());
        assert!(Rate::parse("20").is_err());
    }

    #[test]
    fn a_measure_is_said_as_people_say_it() {
        let period = |text| Period::parse(text).unwrap().spoken();
        assert_eq!(period("120m"), ("2小时".into(), "2 hours".into()));
        assert_eq!(period("1d"), ("1天".into(), "1 day".into()));
        assert_eq!(period("1500ms"), ("1500毫秒".into(), "1500 milliseconds".into()));
        assert_eq!(Rate::parse("20/min").unwrap().spoken(), ("每分钟20次".into(), "20 a minute".into()));
    }
}
