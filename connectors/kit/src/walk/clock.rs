//! The clocks: the far side's, as the head of its answer shows it (RFC 9110, 6.6.1), beside ours.

use std::time::Duration;

use http::HeaderMap;
use huiliu_contract::{Step, Went};
use jiff::{SignedDuration, Timestamp};

/// So far apart, times in tickets begin to be wrong.
const APART: SignedDuration = SignedDuration::from_secs(60);

/// The step; none where the far side shows no clock. The answer was made between two of our times.
pub(super) fn step(headers: &HeaderMap, before: Timestamp, after: Timestamp, window: Option<Duration>) -> Option<Step> {
    let shown = headers.get(http::header::DATE)?.to_str().ok()?;
    let shown = httpdate::parse_http_date(shown).ok()?;
    let shown = Timestamp::try_from(shown).ok()?;
    // Its clock is told in whole seconds.
    let apart = if shown > after {
        shown.duration_since(after)
    } else {
        before.duration_since(shown + SignedDuration::from_secs(1)).max(SignedDuration::ZERO)
    };
    let (ahead_en, ahead_zh) = if shown > after { ("ahead of", "快") } else { ("behind", "慢") };
    let seconds = apart.as_secs();
    let window = window.and_then(|window| SignedDuration::try_from(window).ok());
    if let Some(window) = window.filter(|window| apart > *window) {
        let within = window.as_secs();
        let step = Step::new(
            "clock",
            Went::Mind,
            format!("the far side's clock is {seconds} s {ahead_en} ours; its signatures hold within {within} s only"),
            format!("对方的钟比本机{ahead_zh} {seconds} 秒;对方的签名只在相差 {within} 秒以内有效"),
        );
        return Some(step.remedy("set this machine's clock (NTP); if ours is right, tell the far side", MEND_ZH));
    }
    Some(match apart > APART {
        true => Step::new(
            "clock",
            Went::Mind,
            format!("the far side's clock is {seconds} s {ahead_en} ours"),
            format!("对方的钟比本机{ahead_zh} {seconds} 秒"),
        )
        .remedy("set this machine's clock (NTP); if ours is right, tell the far side", MEND_ZH),
        false => Step::new("clock", Went::Right, format!("{seconds} s apart"), format!("相差 {seconds} 秒")),
    })
}

const MEND_ZH: &str = "校准本机时间(NTP);本机没错的话,告诉对方";

#[cfg(test)]
mod tests {
    use super::*;

    fn went(second: i64, window: Option<u64>) -> Option<(Went, String)> {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let shown = now + SignedDuration::from_secs(second);
        let mut headers = HeaderMap::new();
        let shown = httpdate::fmt_http_date(std::time::SystemTime::from(shown));
        headers.insert(http::header::DATE, shown.parse().unwrap());
        let step = step(&headers, now, now + SignedDuration::from_millis(300), window.map(Duration::from_secs))?;
        Some((step.went, step.said.en))
    }

    #[test]
    fn a_minute_is_borne_and_five_are_told_both_ways() {
        for (second, wanted) in [(0, Went::Right), (-1, Went::Right), (60, Went::Right), (-61, Went::Right)] {
            assert_eq!(went(second, None).unwrap().0, wanted, "{second}");
        }
        assert_eq!(went(300, None).unwrap(), (Went::Mind, "the far side's clock is 299 s ahead of ours".into()));
        assert_eq!(went(-301, None).unwrap(), (Went::Mind, "the far side's clock is 300 s behind ours".into()));
    }

    #[test]
    fn beyond_the_window_of_signatures_it_is_told_with_the_window() {
        for (second, window, told) in [(300, 600, false), (300, 120, true), (20, 10, true)] {
            let (went, said) = went(second, Some(window)).unwrap();
            assert_eq!((went, said.contains(&format!("within {window} s"))), (Went::Mind, told), "{said}");
        }
        assert_eq!(went(20, Some(60)).unwrap().0, Went::Right);
    }

    #[test]
    fn no_clock_is_no_step() {
        let now = Timestamp::UNIX_EPOCH;
        assert!(step(&HeaderMap::new(), now, now, None).is_none());
        let mut headers = HeaderMap::new();
        headers.insert(http::header::DATE, "yesterday".parse().unwrap());
        assert!(step(&headers, now, now, None).is_none());
    }
}
