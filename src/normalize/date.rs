//! Times as sources write them: patterns in the letters operators know (`yyyy-MM-dd HH:mm:ss`), ISO 8601,
//! seconds and milliseconds since 1970, day numbers and Chinese dates of sheets. Patterns are compiled once and match strictly.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::written::{Written, chinese, excel};

/// How a date is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// A pattern.
    Pattern { written: String, parts: Vec<Part> },
    /// ISO 8601 as RFC 3339 and its kin write it; without an offset it is local.
    Iso,
    /// Seconds since 1970-01-01T00:00:00Z.
    Unix,
    /// Milliseconds since then.
    UnixMs,
    /// The day number of a spreadsheet program.
    Excel,
    /// A Chinese date.
    Chinese,
}

/// A piece of a pattern: a number of so many digits at least and at most, or characters as they stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Number(Unit, usize, usize),
    Literal(char),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
}

/// Why a pattern cannot be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum BadPattern {
    /// Letters that mean nothing here.
    Letters(String),
    /// No year, month or day: no moment can come of it.
    NoDay,
    /// One of them twice.
    Twice(char),
}

impl Format {
    /// Reads `iso`, `unix`, `unix_ms`, `excel`, `zh` or a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, BadPattern> {
        match text {
            "iso" => Ok(Self::Iso),
            "unix" => Ok(Self::Unix),
            "unix_ms" => Ok(Self::UnixMs),
            "excel" => Ok(Self::Excel),
            "zh" => Ok(Self::Chinese),
            _ => Ok(Self::Pattern { written: text.to_owned(), parts: parts(text)? }),
        }
    }

    /// The format as its writer wrote it.
    pub(super) fn written(&self) -> &str {
        match self {
            Self::Pattern { written, .. } => written,
            Self::Iso => "iso",
            Self::Unix => "unix",
            Self::UnixMs => "unix_ms",
            Self::Excel => "excel",
            Self::Chinese => "zh",
        }
    }

    /// The moment a text means, and whether it named a day only. `end` chooses the end of such a day.
    pub(super) fn read(&self, text: &str, zone: &TimeZone, end: bool) -> Option<Timestamp> {
        match self {
            Self::Unix => Timestamp::from_second(text.parse().ok()?).ok(),
            Self::UnixMs => Timestamp::from_millisecond(text.parse().ok()?).ok(),
            Self::Iso => iso(text, zone, end),
            Self::Excel => moment(excel(text)?, zone, end),
            Self::Chinese => moment(chinese(text)?, zone, end),
            Self::Pattern { parts, .. } => local(civil(parts, text, end)?, zone),
        }
    }
}

fn local(at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(at).compatible().ok()
}

/// The last whole second of a day: what a bare date means as a time limit.
const END_OF_DAY: Time = Time::constant(23, 59, 59, 0);

fn moment((day, time): Written, zone: &TimeZone, end: bool) -> Option<Timestamp> {
    let bare = if end { END_OF_DAY } else { Time::midnight() };
    local(day.to_datetime(time.unwrap_or(bare)), zone)
}

fn iso(text: &str, zone: &TimeZone, end: bool) -> Option<Timestamp> {
    if text.len() <= 10 {
        let day: Date = text.parse().ok()?;
        return local(day.to_datetime(if end { END_OF_DAY } else { Time::midnight() }), zone);
    }
    text.parse::<Timestamp>().ok().or_else(|| local(text.parse::<DateTime>().ok()?, zone))
}

fn parts(text: &str) -> Result<Vec<Part>, BadPattern> {
    let mut out: Vec<Part> = Vec::new();
    let mut chars = text.chars().peekable();
    let mut seen = String::new();
    while let Some(c) = chars.next() {
        if !c.is_ascii_alphabetic() {
            out.push(Part::Literal(c));
            continue;
        }
        let mut run = 1;
        while chars.next_if_eq(&c).is_some() {
            run += 1;
        }
        if c == 'T' && run == 1 {
            out.push(Part::Literal(c));
            continue;
        }
        let number = match (c, run) {
            ('y', 4) => Part::Number(Unit::Year, 4, 4),
            ('M', 1 | 2) => Part::Number(Unit::Month, run, 2),
            ('d', 1 | 2) => Part::Number(Unit::Day, run, 2),
            ('H', 1 | 2) => Part::Number(Unit::Hour, run, 2),
            ('m', 1 | 2) => Part::Number(Unit::Minute, run, 2),
            ('s', 1 | 2) => Part::Number(Unit::Second, run, 2),
            ('S', 1) => Part::Number(Unit::Fraction, 1, 9),
            ('S', 2..=9) => Part::Number(Unit::Fraction, run, run),
            _ => return Err(BadPattern::Letters(c.to_string().repeat(run))),
        };
        if seen.contains(c) {
            return Err(BadPattern::Twice(c));
        }
        seen.push(c);
        out.push(number);
    }
    if ['y', 'M', 'd'].iter().all(|c| seen.contains(*c)) { Ok(out) } else { Err(BadPattern::NoDay) }
}

fn civil(parts: &[Part], text: &str, end: bool) -> Option<DateTime> {
    let mut rest = text;
    let (mut year, mut month, mut day) = (0_i16, 0_i8, 0_i8);
    let mut clock = [None::<i8>; 3];
    let mut nanos = 0_i32;
    for part in parts {
        match *part {
            Part::Literal(c) => rest = rest.strip_prefix(c)?,
            Part::Number(unit, least, most) => {
                let width = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                if width < least {
                    return None;
                }
                let (digits, after) = rest.split_at(width);
                rest = after;
                match unit {
                    Unit::Year => year = digits.parse().ok()?,
                    Unit::Month => month = digits.parse().ok()?,
                    Unit::Day => day = digits.parse().ok()?,
                    Unit::Hour => clock[0] = digits.parse().ok(),
                    Unit::Minute => clock[1] = digits.parse().ok(),
                    Unit::Second => clock[2] = digits.parse().ok(),
                    Unit::Fraction => nanos = fraction(digits)?,
                }
            }
        }
    }
    if !rest.is_empty() {
        return None;
    }
    let time = match clock {
        [None, ..] if end => END_OF_DAY,
        [hour, minute, second] => Time::new(hour.unwrap_or(0), minute.unwrap_or(0), second.unwrap_or(0), nanos).ok()?,
    };
    Some(Date::new(year, month, day).ok()?.to_datetime(time))
}

fn fraction(digits: &str) -> Option<i32> {
    let value: i32 = digits.parse().ok()?;
    let missing = u32::try_from(9_usize.checked_sub(digits.len())?).ok()?;
    value.checked_mul(10_i32.checked_pow(missing)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn read(format: &str, text: &str) -> Option<String> {
        Format::parse(format).unwrap().read(text, &shanghai(), false).map(|at| at.to_string())
    }

    #[test]
    fn times_are_read_in_the_zone_of_the_source() {
        for (format, text, at) in [
            ("yyyy-MM-dd HH:mm:ss", "2026-11-22 16:05:09", "2026-11-22T08:05:09Z"),
            ("yyyy年M月d日 HH时mm分", "2026年1月2日 08时05分", "2026-01-02T00:05:00Z"),
            ("yyyyMMddHHmmss", "20261122160509", "2026-11-22T08:05:09Z"),
            ("yyyy-MM-dd HH:mm:ss.S", "2026-11-22 16:05:09.5", "2026-11-22T08:05:09.5Z"),
            ("yyyy/MM/dd", "2026/11/22", "2026-11-21T16:00:00Z"),
            ("iso", "2026-11-22T16:05:09+09:00", "2026-11-22T07:05:09Z"),
            ("iso", "2026-11-22T16:05:09", "2026-11-22T08:05:09Z"),
            ("iso", "2026-11-22", "2026-11-21T16:00:00Z"),
            ("unix", "1700000000", "2023-11-14T22:13:20Z"),
            ("unix_ms", "1700000000123", "2023-11-14T22:13:20.123Z"),
            ("excel", "45717.5868055556", "2025-03-01T06:05:00Z"),
            ("zh", "2025年3月1日 14:05", "2025-03-01T06:05:00Z"),
        ] {
            assert_eq!(read(format, text).as_deref(), Some(at), "{format}");
        }
    }

    #[test]
    fn what_does_not_fit_is_no_date() {
        for (format, text) in [
            ("yyyy-MM-dd", "2026-02-30"),
            ("yyyy-MM-dd", "2026-11-22 08:00"),
            ("yyyy-MM-dd", "2026-1-2"),
            ("yyyy-MM-dd HH:mm", "2026-11-22 24:00"),
            ("unix", "soon"),
            ("unix", "99999999999999999"),
            ("iso", "22.11.2026"),
        ] {
            assert_eq!(read(format, text), None, "{format} {text}");
        }
    }

    #[test]
    fn a_bare_date_as_a_limit_means_its_end() {
        let at = Format::parse("yyyy-MM-dd").unwrap().read("2026-11-22", &shanghai(), true).unwrap();
        assert_eq!(at.to_string(), "2026-11-22T15:59:59Z");
        for (format, text) in [("excel", "45717"), ("zh", "2025年3月1日")] {
            let at = Format::parse(format).unwrap().read(text, &shanghai(), true).unwrap();
            assert_eq!(at.to_string(), "2025-03-01T15:59:59Z", "{format}");
        }
    }

    #[test]
    fn patterns_that_cannot_be() {
        assert_eq!(Format::parse("YYYY-MM-DD"), Err(BadPattern::Letters("YYYY".into())));
        assert_eq!(Format::parse("yyyy-MM-dd hh:mm"), Err(BadPattern::Letters("hh".into())));
        assert_eq!(Format::parse("HH:mm"), Err(BadPattern::NoDay));
        assert_eq!(Format::parse("yyyy-MM-dd HH:MM"), Err(BadPattern::Twice('M')));
    }

    fn write(parts: &[Part], at: DateTime) -> String {
        parts
            .iter()
            .map(|part| match *part {
                Part::Literal(c) => c.to_string(),
                Part::Number(unit, least, _) => {
                    let number = match unit {
                        Unit::Year => i32::from(at.year()),
                        Unit::Month => i32::from(at.month()),
                        Unit::Day => i32::from(at.day()),
                        Unit::Hour => i32::from(at.hour()),
                        Unit::Minute => i32::from(at.minute()),
                        Unit::Second => i32::from(at.second()),
                        Unit::Fraction => 0,
                    };
                    format!("{number:0least$}")
                }
            })
            .collect()
    }

    proptest! {
        #[test]
        fn what_is_written_by_a_pattern_is_read_by_it(
            which in 0_usize..5, y in 1992_i16..2100, mo in 1_i8..=12, d in 1_i8..=28, h in 0_i8..24, mi in 0_i8..60, s in 0_i8..60,
        ) {
            let patterns = ["yyyy-MM-dd HH:mm:ss", "yyyy年M月d日 H时m分s秒", "yyyyMMddHHmmss", "dd/MM/yyyy HH:mm:ss", "yyyy.M.d HH:mm:ss.SSS"];
            let format = Format::parse(patterns[which]).unwrap();
            let Format::Pattern { parts, .. } = &format else { unreachable!() };
            let at = jiff::civil::datetime(y, mo, d, h, mi, s, 0);
            let got = format.read(&write(parts, at), &shanghai(), false).unwrap();
            prop_assert_eq!(got.to_zoned(shanghai()).datetime(), at);
        }

        #[test]
        fn no_text_and_no_pattern_panics(pattern in "[yMdHmsS:/. T年-]{0,20}", text in ".{0,24}") {
            if let Ok(format) = Format::parse(&pattern) {
                let _ = format.read(&text, &shanghai(), true);
            }
            for format in [Format::Iso, Format::Unix, Format::UnixMs] {
                let _ = format.read(&text, &shanghai(), false);
            }
        }
    }
}
