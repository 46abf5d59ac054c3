//! A calendar day as operators write it (`start_from = 2026-12-01`, bare or quoted). It knows no zone.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar day, Gregorian.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Day(pub jiff::civil::Date);

impl Day {
    /// The instant at which the day begins in a zone; none outside the years the calendar knows.
    pub fn begins(self, zone: &jiff::tz::TimeZone) -> Option<jiff::Timestamp> {
        self.0.to_zoned(zone.clone()).ok().map(|at| at.timestamp())
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "description": "A calendar day, for example 2026-12-01.",
            "x-zh": "日期,例如 2026-12-01" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_of_its_zone() {
        let day: Day = serde_json::from_str("\"2026-12-01\"").unwrap();
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(day.begins(&zone).unwrap().to_string(), "2026-11-30T16:00:00Z");
    }
}
