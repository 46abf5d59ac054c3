//! When a letter claims to have been sent (RFC 5322 section 3.3), however it is written.

use huiliu_contract::Timestamp;
use jiff::civil;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::{Offset, TimeZone};
use mail_parser::DateTime;

/// The weekday is left to contradict the date: it is right in no program that computes it wrongly.
static RFC: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);

/// A date as it stands in a field. Without a zone it is in `zone`.
pub(super) fn date(value: &str, zone: &TimeZone) -> Option<Timestamp> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    if let Ok(at) = RFC.parse_timestamp(value) {
        return Some(at);
    }
    // Web forms write dates as databases do.
    if let Ok(at) = value.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(local) = value.replace('/', "-").parse::<civil::DateTime>() {
        return zone.to_timestamp(local).ok();
    }
    let zoneless = RFC.parse_timestamp(format!("{value} +0000")).ok().map(|at| Offset::UTC.to_datetime(at));
    if let Some(local) = zoneless.or_else(|| asctime(value)) {
        return zone.to_timestamp(local).ok();
    }
    // The mail parser reads what no grammar knows, and takes it for UTC where it finds no zone.
    let read = DateTime::parse_rfc822(value).filter(DateTime::is_valid)?;
    Timestamp::from_second(read.to_timestamp()).ok()
}

/// `Tue Nov 24 09:05:00 2026`
fn asctime(value: &str) -> Option<civil::DateTime> {
    jiff::fmt::strtime::parse("%a %b %d %H:%M:%S %Y", value).ok()?.to_datetime().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<String> {
        date(value, &TimeZone::get("Asia/Shanghai").unwrap()).map(|at| at.to_string())
    }

    #[test]
    fn dates_are_read_as_programs_write_them() {
        for value in [
            "Tue, 24 Nov 2026 09:05:00 +0800",
            "Mon, 24 Nov 2026 09:05:00 +0800 (CST)",
            "24 Nov 2026 09:05 +0800",
            "Tue, 24 Nov 2026 01:05:00 GMT",
            "Tue, 24 Nov 2026 09:05:00",
            "2026-11-24 09:05:00",
            "2026/11/24 09:05:00",
            "2026-11-24T01:05:00Z",
            "Tue Nov 24 09:05:00 2026",
        ] {
            assert_eq!(read(value).as_deref(), Some("2026-11-24T01:05:00Z"), "{value}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for value in ["", "昨天", "Tue, 99 Nov 2026 09:05:00 +0800", "0", "99999999999999999999"] {
            assert_eq!(read(value), None, "{value}");
        }
    }
}
