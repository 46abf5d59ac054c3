//! `[deadline]`: by what rule a time limit is counted where the source gives none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::{Mistake, Text};
use crate::workdays::{CountFrom, Length, Limit};

/// `[deadline]`. Exactly one of `days` and `hours` is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeadlineTable {
    /// So many days, 1 to 730; the last one ends at 23:59:59 in the site's zone.
    #[schemars(range(min = 1, max = 730), extend("x-zh" = "几天"))]
    pub days: Option<u16>,
    /// Which days count; absent counts working days. For `days` only.
    #[schemars(extend("x-zh" = "哪种天"))]
    pub unit: Option<DayUnit>,
    /// So many hours by the clock, 1 to 8760.
    #[schemars(range(min = 1, max = 8760), extend("x-zh" = "几小时(连续计算,夜间和节假日也算)"))]
    pub hours: Option<u16>,
    /// From when it is counted; absent counts days from the next day and hours at once, as the Civil Code does
    /// (article 201).
    #[schemars(extend("x-zh" = "从什么时候起算;不写时,天从次日起算,小时从当时起算"))]
    pub from: Option<DeadlineFrom>,
}

/// Which days a limit counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DayUnit {
    /// Working days, by the files of holidays.
    #[schemars(extend("x-zh" = "工作日,按 holidays-年份.toml 算"))]
    Workday,
    /// Every day.
    #[schemars(extend("x-zh" = "自然日"))]
    Day,
}

/// From when a limit is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineFrom {
    /// From the beginning of the next day.
    #[schemars(extend("x-zh" = "次日起算"))]
    NextDay,
    /// From the moment itself; its day is the first.
    #[schemars(extend("x-zh" = "当时(当日)起算"))]
    AtOnce,
}

impl DeadlineTable {
    /// The rule; none if neither days nor hours are written, which a checked file never leaves so.
    pub fn limit(self) -> Option<Limit> {
        let days = |n| match self.unit {
            Some(DayUnit::Day) => Length::Days(n),
            _ => Length::Workdays(n),
        };
        let length = self.days.map(days).or(self.hours.map(Length::Hours))?;
        let from = match (self.from, length) {
            (Some(DeadlineFrom::NextDay), _) => CountFrom::NextDay,
            (Some(DeadlineFrom::AtOnce), _) | (None, Length::Hours(_)) => CountFrom::AtOnce,
            (None, _) => CountFrom::NextDay,
        };
        Some(Limit { length, from })
    }
}

/// What no schema says of `[deadline]`: days or hours, and a unit for days only.
pub(super) fn check(document: &Document) -> Option<Mistake> {
    let table = document.value().get("deadline")?.as_object()?;
    let (days, hours, unit) = (table.contains_key("days"), table.contains_key("hours"), table.contains_key("unit"));
    let (key, problem, remedy) = match (days, hours) {
        (true, true) => (
            "deadline.hours",
            Text::new("days 和 hours 只能写一个", "`days` and `hours` exclude each other"),
            Text::new(
                "按天算就删掉 hours,按小时算就删掉 days",
                "delete `hours` to count days, or `days` to count hours",
            ),
        ),
        (false, false) => (
            "deadline",
            Text::new("没有写几天或几小时", "neither `days` nor `hours` is written"),
            Text::new(
                "写 days = 10 或 hours = 24;不要时限规则就删掉 [deadline]",
                "write for example days = 10 or hours = 24, or delete [deadline]",
            ),
        ),
        (false, true) if unit => (
            "deadline.unit",
            Text::new("unit 只用于 days:小时总是连续计算", "`unit` belongs to `days`: hours are counted by the clock"),
            Text::new("删掉 unit,或改成 days", "delete `unit`, or write `days`"),
        ),
        _ => return None,
    };
    Some(document.mistake_of_key(key, problem).remedy(remedy))
}
