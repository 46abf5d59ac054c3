//! Times as marks: read, set back, compared with the clock, written again. Pure: the clock and the zone are arguments.

use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::cell::Sort;

/// A time of one of the three sorts that a column can hold.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub(crate) enum Moment {
    /// A day.
    Date(Date),
    /// A time without a zone.
    Local(DateTime),
    /// A time with one.
    Instant(Timestamp),
}

impl Moment {
    /// Reads what a column of this sort holds; none for what has no place in time (`infinity`, a year before ours).
    pub(crate) fn read(text: &str, sort: Sort) -> Option<Self> {
        match sort {
            Sort::Date => text.parse().ok().map(Self::Date),
            Sort::Local => text.parse().ok().map(Self::Local),
            Sort::Instant => text.parse().ok().map(Self::Instant),
            _ => None,
        }
    }

    /// This instant as such a column holds it; a time without a zone is meant in `zone`.
    pub(crate) fn of(at: Timestamp, sort: Sort, zone: &TimeZone) -> Option<Self> {
        let local = at.to_zoned(zone.clone()).datetime();
        match sort {
            Sort::Date => Some(Self::Date(local.date())),
            Sort::Local => Some(Self::Local(local)),
            Sort::Instant => Some(Self::Instant(at)),
            _ => None,
        }
    }

    /// So much earlier; a day is set back by whole days, rounded up.
    pub(crate) fn less(self, by: Duration) -> Self {
        match self {
            Self::Date(date) => {
                let days = i64::try_from(by.as_millis().div_ceil(86_400_000)).unwrap_or(i64::MAX);
                let days = SignedDuration::from_hours(days.saturating_mul(24).min(24 * 3_660_000));
                Self::Date(date.checked_sub(days).unwrap_or(Date::MIN))
            }
            Self::Local(local) => Self::Local(local.checked_sub(by).unwrap_or(DateTime::MIN)),
            Self::Instant(at) => Self::Instant(at.checked_sub(by).unwrap_or(Timestamp::UNIX_EPOCH)),
        }
    }

    /// As this crate writes it; instants at this distance from UTC.
    pub(crate) fn written(self, offset: Offset) -> String {
        match self {
            Self::Date(date) => date.to_string(),
            Self::Local(local) => civil(local),
            Self::Instant(at) => instant(at, offset),
        }
    }
}

/// `2026-11-28 09:02:03`, with a fraction if there is one.
pub(crate) fn civil(local: DateTime) -> String {
    local.to_string().replacen('T', " ", 1)
}

/// The same with the distance from UTC behind it.
pub(crate) fn instant(at: Timestamp, offset: Offset) -> String {
    format!("{}{}", civil(offset.to_datetime(at)), distance(offset))
}

/// `+08:00`.
pub(crate) fn distance(offset: Offset) -> String {
    let zoned = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::fixed(offset));
    strtime::format("%:z", &zoned).unwrap_or_else(|_| "+00:00".into())
}

#[cfg(test)]
mod tests {
    use jiff::tz::offset;
    use proptest::prelude::*;

    use super::*;

    fn back(text: &str, sort: Sort, by: u64) -> String {
        Moment::read(text, sort).unwrap().less(Duration::from_secs(by)).written(offset(8))
    }

    #[test]
    fn times_are_set_back_in_their_own_form() {
        assert_eq!(back("2026-11-28 00:30:00.123456", Sort::Local, 3600), "2026-11-27 23:30:00.123456");
        assert_eq!(back("2026-11-28 00:30:00+08:00", Sort::Instant, 3600), "2026-11-27 23:30:00+08:00");
        assert_eq!(back("2026-11-27 16:30:00+00:00", Sort::Instant, 0), "2026-11-28 00:30:00+08:00");
        assert_eq!(back("2026-11-28", Sort::Date, 3600), "2026-11-27");
        assert_eq!(back("2026-11-28", Sort::Date, 86_401), "2026-11-26");
        assert_eq!(back("2026-11-28", Sort::Date, 0), "2026-11-28");
    }

    #[test]
    fn what_has_no_place_in_time_is_none() {
        for text in ["infinity", "0001-01-01 00:00:00 BC", "", "昨天"] {
            for sort in [Sort::Local, Sort::Instant, Sort::Date, Sort::Text] {
                assert_eq!(Moment::read(text, sort), None, "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(second in 0i64..4_000_000_000, micros in 0i64..1_000_000, hours in -12i8..=14) {
            let at = Timestamp::from_microsecond(second * 1_000_000 + micros).unwrap();
            let zone = TimeZone::fixed(offset(hours));
            for sort in [Sort::Local, Sort::Instant] {
                let moment = Moment::of(at, sort, &zone).unwrap();
                prop_assert_eq!(Moment::read(&moment.written(offset(hours)), sort), Some(moment));
            }
        }
    }
}
