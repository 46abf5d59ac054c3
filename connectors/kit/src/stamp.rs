//! Times as platforms write them, read into instants and written back. Pure: no clock, the zone is an
//! argument.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::pick::scalar;

/// How a far side writes a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stamp {
    /// ISO 8601, with an offset or meant in the site's zone.
    Iso,
    /// Whole seconds since 1970.
    Seconds,
    /// Whole milliseconds since 1970.
    Millis,
    /// A pattern of `yyyy MM dd HH mm ss SSS XXX` and separators.
    Pattern(Box<str>),
}

/// Why a text is no [`Stamp`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` is no time format; write iso, seconds, millis or a pattern of yyyy MM dd HH mm ss SSS XXX with at least yyyy, MM and dd"
)]
pub struct BadStamp(pub String);

impl BadStamp {
    /// The same at a key of the configuration, in both languages.
    pub fn at_key(&self, key: &str) -> huiliu_contract::Misconfigured {
        let zh =
            format!("“{}”不是时间格式;可写 iso、seconds(秒)、millis(毫秒),或 yyyy-MM-dd HH:mm:ss 这样的样式", self.0);
        huiliu_contract::Misconfigured::new(key, self.to_string(), zh)
    }
}

/// Pattern letters and what they are called in C's formats.
const LETTERS: [(&str, &str); 8] = [
    ("yyyy", "%Y"),
    ("MM", "%m"),
    ("dd", "%d"),
    ("HH", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
    ("SSS", "%3f"),
    ("XXX", "%:z"),
];

impl Stamp {
    /// Reads the written form.
    pub fn parse(written: &str) -> Result<Self, BadStamp> {
        let bad = || BadStamp(written.into());
        match written {
            "iso" => return Ok(Self::Iso),
            "seconds" => return Ok(Self::Seconds),
            "millis" => return Ok(Self::Millis),
            _ => {}
        }
        let mut format = String::new();
        let mut rest = written;
        while let Some(first) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches(first).len();
            let (same, after) = rest.split_at(run);
            match LETTERS.iter().find(|(letters, _)| *letters == same) {
                Some((_, c)) => format.push_str(c),
                // ISO patterns quote the T; outside quotes a letter is a mistake.
                None if first == '\'' && run == 1 => {
                    let (literal, behind) = after.split_once('\'').ok_or_else(bad)?;
                    format.push_str(&literal.replace('%', "%%"));
                    rest = behind;
                    continue;
                }
                None if first.is_ascii_alphabetic() || first == '\'' => return Err(bad()),
                None => format.push_str(&same.replace('%', "%%")),
            }
            rest = after;
        }
        let whole = ["%Y", "%m", "%d"].iter().all(|part| format.matches(part).count() == 1);
        if whole { Ok(Self::Pattern(format.into())) } else { Err(bad()) }
    }

    /// The instant that a value of a document names; none where it is no such time.
    pub fn read(&self, value: &Value, zone: &TimeZone) -> Option<Timestamp> {
        let text = scalar(value)?;
        let text = text.trim();
        let local = |civil: DateTime| civil.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
        match self {
            Self::Seconds => Timestamp::from_second(text.parse().ok()?).ok(),
            Self::Millis => Timestamp::from_millisecond(text.parse().ok()?).ok(),
            Self::Iso => text.parse().ok().or_else(|| local(text.parse().ok()?)),
            Self::Pattern(format) => {
                let parts = BrokenDownTime::parse(format.as_bytes(), text).ok()?;
                if parts.offset().is_some() {
                    return parts.to_timestamp().ok();
                }
                local(parts.to_datetime().ok().or_else(|| Some(parts.to_date().ok()?.at(0, 0, 0, 0)))?)
            }
        }
    }

    /// Writes an instant; what the form cannot hold is cut off, never rounded up.
    pub fn write(&self, at: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::Seconds => at.as_second().to_string(),
            Self::Millis => at.as_millisecond().to_string(),
            Self::Iso => at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            Self::Pattern(format) => at.to_zoned(zone.clone()).strftime(format.as_bytes()).to_string(),
        }
    }

    /// Whether the written form is a number, which a JSON body holds without quotes.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Seconds | Self::Millis)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn beijing() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn one_instant_in_the_ways_platforms_write_it() {
        let at: Timestamp = "2026-11-22T00:20:30Z".parse().unwrap();
        let ways = [
            ("yyyy-MM-dd HH:mm:ss", json!("2026-11-22 08:20:30")),
            ("yyyy/MM/dd HH:mm:ss", json!("2026/11/22 08:20:30")),
            ("yyyyMMddHHmmss", json!("20261122082030")),
            ("yyyy年MM月dd日 HH:mm:ss", json!("2026年11月22日 08:20:30")),
            ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", json!("2026-11-22T08:20:30.000+08:00")),
            ("iso", json!("2026-11-22T08:20:30")),
            ("iso", json!("2026-11-22T08:20:30+08:00")),
            ("seconds", json!(1795306830)),
            ("millis", json!("1795306830000")),
        ];
        for (written, value) in ways {
            let stamp = Stamp::parse(written).unwrap();
            assert_eq!(stamp.read(&value, &beijing()), Some(at), "{written}");
            let again = json!(stamp.write(at, &beijing()));
            assert_eq!(stamp.read(&again, &beijing()), Some(at), "{written} writes {again}");
        }
        let day = Stamp::parse("yyyy-MM-dd").unwrap();
        assert_eq!(day.write(day.read(&json!("2026-11-22"), &beijing()).unwrap(), &beijing()), "2026-11-22");
    }

    #[test]
    fn what_is_no_time_is_none() {
        let stamp = Stamp::parse("yyyy-MM-dd HH:mm:ss").unwrap();
        for wrong in [json!(null), json!(""), json!("2026-02-30 00:00:00"), json!("昨天"), json!([])] {
            assert_eq!(stamp.read(&wrong, &beijing()), None, "{wrong}");
        }
    }

    #[test]
    fn a_wrong_format_is_refused() {
        for wrong in ["", "yyyy", "YYYY-MM-DD", "yyyy-MM-dd hh:mm", "yyyy-MM-dd 'T", "MM-dd HH:mm", "yyyy-yyyy-MM-dd"] {
            assert!(Stamp::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn writing_never_goes_past_the_instant(second in 0i64..4_000_000_000, millis in 0i64..1000) {
            let at = Timestamp::from_millisecond(second * 1000 + millis).unwrap();
            for written in ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd", "iso", "seconds", "millis"] {
                let stamp = Stamp::parse(written).unwrap();
                let read = stamp.read(&json!(stamp.write(at, &beijing())), &beijing()).unwrap();
                prop_assert!(read <= at, "{}", written);
            }
        }

        #[test]
        fn no_text_makes_it_panic(written in "\\PC{0,16}", text in "\\PC{0,24}") {
            if let Ok(stamp) = Stamp::parse(&written) {
                stamp.read(&json!(text), &beijing());
            }
        }
    }
}
