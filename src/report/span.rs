//! The period that a report is about, and what it is called.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Days from the first to the last, both included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// What sort of period a span is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpanKind {
    /// A calendar year.
    Year,
    /// A quarter, 1 to 4.
    Quarter(i8),
    /// A calendar month.
    Month,
    /// Any other days.
    Free,
}

const QUARTERS: [&str; 4] = ["第一季度", "第二季度", "第三季度", "第四季度"];

impl Span {
    /// Of two days; none where the last lies before the first.
    pub fn new(from: Date, to: Date) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// Reads `2025Q1`.
    pub fn quarter(text: &str) -> Option<Self> {
        let (year, quarter) = text.split_once(['Q', 'q'])?;
        let (year, quarter): (i16, i8) = (year.parse().ok()?, quarter.parse().ok()?);
        let from = Date::new(year, quarter.checked_mul(3)?.checked_sub(2)?, 1).ok()?;
        (1..=4).contains(&quarter).then(|| Self::months(from, 3)).flatten()
    }

    /// Reads `2025-03`.
    pub fn month(text: &str) -> Option<Self> {
        Self::months(format!("{text}-01").parse().ok()?, 1)
    }

    fn months(from: Date, months: i64) -> Option<Self> {
        let to = from.checked_add(months.months()).ok()?.yesterday().ok()?;
        Some(Self { from, to })
    }

    /// What sort of period it is.
    pub fn kind(self) -> SpanKind {
        let whole = |months| Self::months(self.from, months) == Some(self) && self.from.day() == 1;
        let month = self.from.month();
        if month == 1 && whole(12) {
            SpanKind::Year
        } else if month % 3 == 1 && whole(3) {
            SpanKind::Quarter((month + 2) / 3)
        } else if whole(1) {
            SpanKind::Month
        } else {
            SpanKind::Free
        }
    }

    /// What it is called: 2025年第一季度, 2025年3月, 2025年, 2025年1月15日至2月20日.
    pub fn zh(self) -> String {
        let day = |day: Date| format!("{}月{}日", day.month(), day.day());
        let year = self.from.year();
        match self.kind() {
            SpanKind::Year => format!("{year}年"),
            SpanKind::Quarter(quarter) => {
                let named = usize::try_from(quarter - 1).ok().and_then(|at| QUARTERS.get(at)).copied();
                format!("{year}年{}", named.unwrap_or_default())
            }
            SpanKind::Month => format!("{year}年{}月", self.from.month()),
            SpanKind::Free if self.from == self.to => format!("{year}年{}", day(self.from)),
            SpanKind::Free if self.to.year() == year => format!("{year}年{}至{}", day(self.from), day(self.to)),
            SpanKind::Free => format!("{year}年{}至{}年{}", day(self.from), self.to.year(), day(self.to)),
        }
    }

    /// The period of the same sort before it; of free days as many days.
    pub fn before(self) -> Option<Self> {
        let months = match self.kind() {
            SpanKind::Year => 12,
            SpanKind::Quarter(_) => 3,
            SpanKind::Month => 1,
            SpanKind::Free => {
                let (to, days) = (self.from.yesterday().ok()?, self.from.until(self.to).ok()?);
                return Self::new(to.checked_sub(days).ok()?, to);
            }
        };
        Self::months(self.from.checked_sub(months.months()).ok()?, months)
    }

    /// The moments at which it begins and has ended, in the site's zone.
    pub fn moments(self, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        Some((begins(self.from, zone)?, begins(self.to.tomorrow().ok()?, zone)?))
    }
}

fn begins(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(day.to_zoned(zone.clone()).ok()?.timestamp())
}

/// The last moment of a day.
pub fn last_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    begins(day.tomorrow().ok()?, zone)?.checked_sub(SignedDuration::from_millis(1)).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn span(from: &str, to: &str) -> Span {
        Span::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    #[test]
    fn periods_have_the_names_that_the_office_gives_them() {
        let named = [
            ("2025-01-01", "2025-03-31", "2025年第一季度", "2024年第四季度"),
            ("2025-10-01", "2025-12-31", "2025年第四季度", "2025年第三季度"),
            ("2025-03-01", "2025-03-31", "2025年3月", "2025年2月"),
            ("2024-03-01", "2024-03-31", "2024年3月", "2024年2月"),
            ("2025-01-01", "2025-12-31", "2025年", "2024年"),
            ("2025-01-15", "2025-02-20", "2025年1月15日至2月20日", "2024年12月9日至2025年1月14日"),
            ("2025-02-01", "2025-04-30", "2025年2月1日至4月30日", "2024年11月4日至2025年1月31日"),
            ("2024-12-15", "2025-02-20", "2024年12月15日至2025年2月20日", "2024年10月8日至12月14日"),
            ("2025-01-15", "2025-01-15", "2025年1月15日", "2025年1月14日"),
        ];
        for (from, to, name, before) in named {
            let span = span(from, to);
            assert_eq!((span.zh(), span.before().unwrap().zh()), (name.to_owned(), before.to_owned()));
        }
    }

    #[test]
    fn quarters_and_months_are_read() {
        assert_eq!(Span::quarter("2025Q1"), Some(span("2025-01-01", "2025-03-31")));
        assert_eq!(Span::quarter("2024q4"), Some(span("2024-10-01", "2024-12-31")));
        assert_eq!(Span::month("2024-02"), Some(span("2024-02-01", "2024-02-29")));
        let wrong = ["2025Q0", "2025Q5", "2025", "Q1", "2025Q-1", "2025Q99"];
        assert!(wrong.iter().all(|text| Span::quarter(text).is_none()));
        assert_eq!((Span::month("2025-13"), Span::month("2025")), (None, None));
        assert_eq!(Span::new(date(2025, 2, 1), date(2025, 1, 31)), None);
    }

    #[test]
    fn a_period_begins_and_ends_at_the_sites_midnight() {
        let (from, to) = span("2025-01-01", "2025-03-31").moments(&TimeZone::get("Asia/Shanghai").unwrap()).unwrap();
        assert_eq!((from.to_string(), to.to_string()), ("2024-12-31T16:00:00Z".into(), "2025-03-31T16:00:00Z".into()));
    }
}
