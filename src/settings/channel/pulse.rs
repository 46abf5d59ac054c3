//! `silence` and `expect` of `[channel]`: when a channel that usually brings something brings nothing, and how much it
//! brings on a day.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::super::document::Document;
use super::super::{Mistake, Text};

/// For how long nothing may come before a person is told: `5 workdays` (1 to 20) or `3d` (1 to 30).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Silence {
    /// So many days of 24 hours.
    Days(u16),
    /// So many whole working days.
    Workdays(u16),
}

/// Why a text is no [`Silence`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no length of silence; write for example `5 workdays` (1 to 20) or `3d` (1 to 30)")]
pub struct BadSilence(String);

impl Silence {
    /// Reads the written form.
    ///
    /// # Errors
    ///
    /// Whatever is not a number in its bounds and `workdays` or `d`.
    pub fn parse(text: &str) -> Result<Self, BadSilence> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        match (number.parse(), unit.trim()) {
            (Ok(n @ 1..=30), "d") => Ok(Self::Days(n)),
            (Ok(n @ 1..=20), "workdays" | "workday") => Ok(Self::Workdays(n)),
            _ => Err(BadSilence(text.into())),
        }
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(n) => write!(f, "{n}d"),
            Self::Workdays(n) => write!(f, "{n} workdays"),
        }
    }
}

impl<'de> Deserialize<'de> for Silence {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Silence {
    fn schema_name() -> Cow<'static, str> {
        "Silence".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "silence",
            "description": "A length of silence: `5 workdays` (1 to 20) or `3d` (1 to 30).",
            "x-zh": "多久没有来件算不正常:5 workdays(工作日,1到20)或 3d(自然日,1到30)" })
    }
}

/// How many submissions a day is expected to bring. At least one of `least` and `most` is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Fewer are told to a person.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一天少于多少件算不正常"))]
    pub least: Option<u32>,
    /// More are told to a person.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一天多于多少件算不正常"))]
    pub most: Option<u32>,
    /// Over which time they are counted.
    #[serde(default)]
    #[schemars(extend("x-zh" = "按什么时间算"))]
    pub per: ExpectPer,
    /// On which days.
    #[serde(default)]
    #[schemars(extend("x-zh" = "哪些天要看"))]
    pub on: ExpectOn,
}

/// Over which time submissions are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExpectPer {
    /// Over a day of the site's zone.
    #[default]
    #[schemars(extend("x-zh" = "按天"))]
    Day,
}

/// On which days a number is expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExpectOn {
    /// On every day.
    #[default]
    #[schemars(extend("x-zh" = "每天"))]
    Days,
    /// On working days, by the files of holidays.
    #[schemars(extend("x-zh" = "工作日"))]
    Workdays,
}

/// What no schema says of `expect`: a bound at least, and the lower one below the upper one.
pub(super) fn check(document: &Document) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let channel = document.value().get("channel");
    if let Some(expect) = channel.and_then(|channel| channel.get("expect")).and_then(serde_json::Value::as_object) {
        let number = |key: &str| expect.get(key).and_then(serde_json::Value::as_u64);
        let (zh, en) = match (number("least"), number("most")) {
            (None, None) => ("least 和 most 一个也没有写", "neither `least` nor `most` is written"),
            (Some(least), Some(most)) if least > most => ("least 比 most 还大", "`least` is above `most`"),
            _ => return mistakes,
        };
        let remedy = Text::new("写成例如 { least = 1, most = 200 }", "write for example { least = 1, most = 200 }");
        mistakes.push(document.mistake("channel.expect", Text::new(zh, en)).remedy(remedy));
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_read_and_written() {
        for (text, silence) in
            [("5 workdays", Silence::Workdays(5)), ("1workday", Silence::Workdays(1)), ("3d", Silence::Days(3))]
        {
            assert_eq!(Silence::parse(text), Ok(silence));
            assert_eq!(Silence::parse(&silence.to_string()), Ok(silence));
        }
        for wrong in ["", "5", "0d", "31d", "21 workdays", "3h", "d", "-1d", "５ workdays"] {
            assert!(Silence::parse(wrong).is_err(), "{wrong}");
        }
    }
}
