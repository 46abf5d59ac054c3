//! How long a far side asks us to wait (`Retry-After`, RFC 9110, 10.2.3). Pure: the clock is an argument.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use jiff::Timestamp;

/// The shortest wait that is believed; a far side that asks for 0 would be asked in a circle.
pub const SHORTEST: Duration = Duration::from_secs(1);
/// The longest wait that is believed; beyond it a wrong clock or a joke is likelier than a reason.
pub const LONGEST: Duration = Duration::from_secs(3600);

/// Reads the header, in seconds or as an HTTP date, clamped between [`SHORTEST`] and [`LONGEST`]; none
/// where it is absent or not understood.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit is a wait beyond every clamp.
        text.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        date.duration_since(SystemTime::from(now)).unwrap_or_default()
    };
    Some(wait.clamp(SHORTEST, LONGEST))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", text.parse().ok()?);
        retry_after(&headers, "2026-11-22T08:00:00Z".parse().unwrap())
    }

    #[test]
    fn seconds_and_dates_are_read_and_clamped() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(read("120"), seconds(120));
        assert_eq!(read(" 7 "), seconds(7));
        assert_eq!(read("Sun, 22 Nov 2026 08:02:00 GMT"), seconds(120));
        assert_eq!(read("0"), seconds(1));
        assert_eq!(read("Sun, 22 Nov 2026 07:00:00 GMT"), seconds(1), "a date that has passed");
        assert_eq!(read("86400"), seconds(3600));
        assert_eq!(read("99999999999999999999999"), seconds(3600));
        for nonsense in ["soon", "", "-5", "1.5", "2026-11-22"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), Timestamp::UNIX_EPOCH), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_none_or_inside_the_clamp(text in "\\PC{0,30}") {
            if let Some(wait) = read(&text) {
                prop_assert!((SHORTEST..=LONGEST).contains(&wait));
            }
        }
    }
}
