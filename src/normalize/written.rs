//! Two ways in which people's sheets write times: the day number of a spreadsheet program, and Chinese dates.

use jiff::civil::{Date, DateTime, Time, date};

/// The first and last day number that is taken for a date: 1980-01-01 and 2199-12-31. A bare year, a serial number or a
/// date without marks (20250301) lies outside, and is told to be no date instead of becoming one of another century.
const DAYS: std::ops::RangeInclusive<i64> = 29_221..=109_574;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A day, and the time of it where one is written.
pub(super) type Written = (Date, Option<Time>);

/// Reads what a spreadsheet's date becomes: the day number as such programs count them (the 1900 system), its fraction as the
/// time of day, to the second; or `yyyy-MM-dd HH:mm:ss`, as cells are read that the file says are dates. Midnight is the
/// day itself: such a cell has no way to name a day only.
pub(super) fn excel(text: &str) -> Option<Written> {
    if text.contains('-') {
        let read = text.parse::<DateTime>().ok()?;
        let time = Some(read.time()).filter(|time| *time != Time::midnight());
        return text.starts_with(|c: char| c.is_ascii_digit()).then_some((read.date(), time));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || fraction.len() > 20 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let mut days: i64 = whole.parse().ok()?;
    let part: f64 = format!("0.{fraction}").parse().ok()?;
    // Programs write ten or more digits of it; a time that was typed in is whole to the second.
    let mut seconds = (part * DAY as f64).round() as i64;
    if seconds == DAY {
        (days, seconds) = (days + 1, 0);
    }
    if !DAYS.contains(&days) {
        return None;
    }
    // The count has a 29 February 1900 that never was: from March 1900 on, day 0 is 1899-12-30.
    let day = date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).ok()?;
    if fraction.bytes().all(|byte| byte == b'0') {
        return Some((day, None));
    }
    let at = |unit: i64, of: i64| i8::try_from(seconds / unit % of).ok();
    Some((day, Some(Time::new(at(3600, 24)?, at(60, 60)?, at(1, 60)?, 0).ok()?)))
}

/// Reads a Chinese date: `2025年3月1日`, a day of the week behind it, and a time as `14:05`, `14时05分` or `下午2点5分`.
/// Full-width digits and blanks anywhere do not matter.
pub(super) fn chinese(text: &str) -> Option<Written> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect();
    let mut rest = plain.as_str();
    let year = number(&mut rest, 4, 4)?;
    mark(&mut rest, &['年'])?;
    let month = number(&mut rest, 1, 2)?;
    mark(&mut rest, &['月'])?;
    let day = number(&mut rest, 1, 2)?;
    mark(&mut rest, &['日', '号'])?;
    let day = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    for week in ["星期", "周"] {
        if let Some(after) = rest.strip_prefix(week) {
            rest = after;
            mark(&mut rest, &['一', '二', '三', '四', '五', '六', '日', '天'])?;
        }
    }
    let half = ["上午", "下午"].into_iter().find_map(|half| Some((half, rest.strip_prefix(half)?)));
    if let Some((_, after)) = half {
        rest = after;
    }
    if rest.is_empty() {
        return half.is_none().then_some((day, None));
    }
    let hour = number(&mut rest, 1, 2)?;
    let hour = match half {
        Some(("下午", _)) if hour < 12 => hour + 12,
        Some(_) if hour > 12 => return None,
        _ => hour,
    };
    let colon = mark(&mut rest, &[':', '时', '点'])? == ':';
    let (mut minute, mut second) = (0, 0);
    if colon || !rest.is_empty() {
        minute = number(&mut rest, 1, 2)?;
        let goes_on = if colon { mark(&mut rest, &[':']) } else { mark(&mut rest, &['分']) }.is_some();
        if goes_on && (colon || !rest.is_empty()) {
            second = number(&mut rest, 1, 2)?;
            if !colon {
                mark(&mut rest, &['秒'])?;
            }
        }
    }
    let narrow = |number: i16| i8::try_from(number).ok();
    let time = Time::new(narrow(hour)?, narrow(minute)?, narrow(second)?, 0).ok()?;
    rest.is_empty().then_some((day, Some(time)))
}

/// Full-width digits and colons as ASCII has them.
fn narrow(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10).unwrap_or(c),
        '\u{ff1a}' => ':',
        c => c,
    }
}

fn number(rest: &mut &str, least: usize, most: usize) -> Option<i16> {
    let width = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if width < least {
        return None;
    }
    let (digits, after) = rest.split_at(width);
    *rest = after;
    digits.parse().ok()
}

fn mark(rest: &mut &str, marks: &[char]) -> Option<char> {
    let found = rest.chars().next().filter(|c| marks.contains(c))?;
    *rest = &rest[found.len_utf8()..];
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said((day, time): Written) -> String {
        time.map_or_else(|| day.to_string(), |time| format!("{day} {time}"))
    }

    #[test]
    fn day_numbers_are_read_as_spreadsheets_count_them() {
        for (text, at) in [
            ("45717", "2025-03-01"),
            ("45717.0", "2025-03-01"),
            ("45717.5868055556", "2025-03-01 14:05:00"),
            ("45717.999999", "2025-03-02 00:00:00"),
            ("45717.5", "2025-03-01 12:00:00"),
            ("29221", "1980-01-01"),
            ("109574", "2199-12-31"),
            ("2025-03-01 14:05:00", "2025-03-01 14:05:00"),
            ("2025-03-01 00:00:00", "2025-03-01"),
        ] {
            assert_eq!(excel(text).map(said).as_deref(), Some(at), "{text}");
        }
        for wrong in ["", "2025", "20250301", "29220", "109575", "4.5e4", "-45717", "45717.x", "NaN", "45,717", ".5"] {
            assert_eq!(excel(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn chinese_dates_are_read_as_people_write_them() {
        for (text, at) in [
            ("2025年3月1日", "2025-03-01"),
            ("2025年03月01日", "2025-03-01"),
            ("2025年3月1号", "2025-03-01"),
            ("2025年3月1日 14:05", "2025-03-01 14:05:00"),
            ("2025年3月1日14:05:09", "2025-03-01 14:05:09"),
            ("2025年03月01日14时05分", "2025-03-01 14:05:00"),
            ("2025年03月01日14时05分09秒", "2025-03-01 14:05:09"),
            ("2025 年 3 月 1 日 星期六 下午 2 点 5 分", "2025-03-01 14:05:00"),
            ("2025年3月1日上午9时", "2025-03-01 09:00:00"),
            ("2025年3月1日下午12:30", "2025-03-01 12:30:00"),
            (
                "\u{ff12}\u{ff10}\u{ff12}\u{ff15}年\u{ff13}月\u{ff11}日\u{3000}\u{ff18}\u{ff1a}\u{ff10}\u{ff15}",
                "2025-03-01 08:05:00",
            ),
        ] {
            assert_eq!(chinese(text).map(said).as_deref(), Some(at), "{text}");
        }
        for wrong in [
            "",
            "25年3月1日",
            "2025年3月",
            "2025年2月30日",
            "2025-3-1",
            "2025年3月1日下午",
            "2025年3月1日14",
            "2025年3月1日25:00",
            "2025年3月1日14:5:",
            "2025年3月1日14时5",
            "2025年3月1日上午14:00",
            "2025年3月1日前",
            "约2025年3月1日",
        ] {
            // A minute may go without its mark only where it ends the text.
            let read = chinese(wrong).map(said);
            let lenient = wrong == "2025年3月1日14时5";
            assert_eq!(read.is_some(), lenient, "{wrong}: {read:?}");
        }
    }

    proptest! {
        #[test]
        fn every_day_and_second_is_found_again(days in 29_221_i64..=109_574, second in 0_i64..86_400) {
            let day = date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).unwrap();
            let (read, time) = excel(&format!("{:.10}", days as f64 + second as f64 / 86_400.0)).unwrap();
            prop_assert_eq!(read, day);
            let time = time.unwrap_or(Time::midnight());
            let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
            prop_assert_eq!(seconds, second);
        }

        #[test]
        fn nothing_panics(text in ".{0,24}", near in "[0-9年月日号时点分秒星期六上下午: .\u{ff10}-\u{ff1a}]{0,24}") {
            let _ = (excel(&text), chinese(&text), excel(&near), chinese(&near));
        }
    }
}
