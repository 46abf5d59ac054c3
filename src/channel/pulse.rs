//! Whether a channel is alive: silent although it usually is not, or with another number of submissions than expected.
//! Time and counts are handed in; what was found is kept as a named value of the house, so a restart changes nothing.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::settings::{Expect, ExpectOn, Silence};
use crate::workdays::Calendar;

/// How many stretches of the same length before a silence are looked at, and in how many of them something came.
const BEFORE: usize = 4;
const BUSY: usize = 3;

/// So many days back a day is still judged that nobody judged when it ended, because the house was down.
const LATE: i64 = 7;

/// Submissions by the day on which they came, in the site's zone.
pub type Days = BTreeMap<Date, u32>;

/// What is known of a channel's life.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Pulse {
    /// When it last showed life, where no submission tells it (a far side told again what it had told).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Timestamp>,
    /// Since when it is silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_since: Option<Timestamp>,
    /// The last day whose number was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Date>,
    /// That day, if its number was not as expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unexpected: Option<Unexpected>,
}

/// A day that brought another number of submissions than expected (来件数异常).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unexpected {
    /// The day.
    pub day: Date,
    /// How many came.
    pub count: u32,
}

impl Pulse {
    /// The name of the value under which it is kept.
    pub fn name(code: &str) -> String {
        format!("pulse:{code}")
    }

    /// Reads what was kept; what cannot be read counts as nothing known.
    pub fn read(kept: Option<&str>) -> Self {
        kept.and_then(|kept| serde_json::from_str(kept).ok()).unwrap_or_default()
    }

    /// As it is kept.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether a person should look at it.
    pub fn alarms(&self) -> bool {
        self.silent_since.is_some() || self.unexpected.is_some()
    }
}

/// From when on a channel counts as silent that showed life at `last` and never since; none beyond the year 9999.
pub fn silent_from(silence: Silence, last: Timestamp, zone: &TimeZone, calendar: &Calendar) -> Option<Timestamp> {
    match silence {
        Silence::Days(n) => last.checked_add(SignedDuration::from_hours(24 * i64::from(n))).ok(),
        Silence::Workdays(n) => {
            let day = last.to_zoned(zone.clone()).date();
            let end = calendar.add_workdays(day, n)?.value;
            Some(end.tomorrow().ok()?.to_zoned(zone.clone()).ok()?.timestamp())
        }
    }
}

/// Whether something usually comes: it did in three of the four stretches of the same length that end with the day of
/// the last sign of life. A channel known for less than these never counts as usual.
pub fn is_usual(silence: Silence, days: &Days, last: Date, known_since: Date, calendar: &Calendar) -> bool {
    let (mut end, mut busy) = (last, 0);
    for _ in 0..BEFORE {
        let Some(begin) = begin_of(silence, end, calendar).filter(|begin| *begin >= known_since) else { return false };
        busy += usize::from(days.range(begin..=end).any(|(_, count)| *count > 0));
        let Ok(before) = begin.yesterday() else { return false };
        end = before;
    }
    busy >= BUSY
}

/// The first day of a stretch that ends with a day.
fn begin_of(silence: Silence, end: Date, calendar: &Calendar) -> Option<Date> {
    match silence {
        Silence::Days(n) => end.checked_sub(i64::from(n.saturating_sub(1)).days()).ok(),
        Silence::Workdays(n) => {
            let (mut day, mut left) = (end, n);
            loop {
                left -= u16::from(calendar.is_workday(day).value && left > 0);
                if left == 0 {
                    return Some(day);
                }
                day = day.yesterday().ok()?;
            }
        }
    }
}

/// How many days before the last sign of life must be known: working days lie in weeks with long holidays.
pub fn days_needed(silence: Silence) -> i64 {
    let (Silence::Days(n) | Silence::Workdays(n)) = silence;
    let stretch = if matches!(silence, Silence::Days(_)) { i64::from(n) } else { i64::from(n) * 2 + 10 };
    stretch * (BEFORE as i64 + 1) + 2
}

/// The whole days that are over and not judged yet, oldest first. The day on which the channel became known is none.
pub fn to_judge(
    expect: &Expect,
    judged: Option<Date>,
    known_since: Date,
    today: Date,
    calendar: &Calendar,
) -> Vec<Date> {
    let back = |days: i64| today.checked_sub(days.days()).unwrap_or(today);
    let next = judged.map_or(back(1), |day| day.tomorrow().unwrap_or(day).max(back(LATE)));
    let mut day = next.max(known_since.tomorrow().unwrap_or(known_since));
    let mut days = Vec::new();
    while day < today {
        if expect.on == ExpectOn::Days || calendar.is_workday(day).value {
            days.push(day);
        }
        let Ok(tomorrow) = day.tomorrow() else { break };
        day = tomorrow;
    }
    days
}

/// Whether a number is not as expected.
pub fn is_unexpected(expect: &Expect, count: u32) -> bool {
    expect.least.is_some_and(|least| count < least) || expect.most.is_some_and(|most| count > most)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::settings::ExpectPer;
    use crate::workdays::{Span, Year};

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(8))
    }

    /// The National Day's holiday of 2026 from the 1st to the 7th, made up for on the 10th, a Saturday.
    fn calendar() -> Calendar {
        let holiday = Span { from: date(2026, 10, 1), to: date(2026, 10, 7) };
        Calendar::new([Year::new(2026, &[holiday], &[date(2026, 10, 10)]).unwrap()])
    }

    fn noon(day: Date) -> Timestamp {
        day.at(12, 0, 0, 0).to_zoned(zone()).unwrap().timestamp()
    }

    fn days(days: &[Date]) -> Days {
        days.iter().map(|day| (*day, 1)).collect()
    }

    #[test]
    fn a_holiday_is_no_silence_of_working_days() {
        let from = |silence| silent_from(silence, noon(date(2026, 9, 30)), &zone(), &calendar()).unwrap();
        // The 8th, 9th and 10th are the working days behind it.
        assert_eq!(from(Silence::Workdays(3)).to_string(), "2026-10-10T16:00:00Z");
        assert_eq!(from(Silence::Days(3)), noon(date(2026, 10, 3)));
    }

    #[test]
    fn what_was_never_usual_is_no_silence() {
        let last = date(2026, 11, 20);
        let usual = |came: &[Date], known: Date| is_usual(Silence::Days(3), &days(came), last, known, &calendar());
        let old = date(2026, 1, 1);
        // The stretches are 18–20, 15–17, 12–14 and 9–11.
        assert!(usual(&[last, date(2026, 11, 15), date(2026, 11, 11)], old), "three of four");
        assert!(!usual(&[last, date(2026, 11, 19), date(2026, 11, 15)], old), "two of four");
        assert!(usual(&[last, date(2026, 11, 17), date(2026, 11, 14)], date(2026, 11, 9)));
        assert!(!usual(&[last, date(2026, 11, 17), date(2026, 11, 14)], date(2026, 11, 10)), "too young");
    }

    #[test]
    fn stretches_of_working_days_reach_over_holidays() {
        // Two working days each: 12–13 and 9–10 October, then 30 September – 8 October, then 28–29.
        let came = [date(2026, 10, 13), date(2026, 10, 3), date(2026, 9, 28)];
        let usual =
            |came: &[Date], known| is_usual(Silence::Workdays(2), &days(came), date(2026, 10, 13), known, &calendar());
        assert!(usual(&came, date(2026, 9, 28)));
        assert!(!usual(&came, date(2026, 9, 29)));
        assert!(!usual(&came[..2], date(2026, 9, 1)));
    }

    #[test]
    fn days_are_judged_once_when_they_are_over() {
        let expect = Expect { least: Some(1), most: Some(9), per: ExpectPer::Day, on: ExpectOn::Days };
        let judge = |judged, known, today| to_judge(&expect, judged, known, today, &calendar());
        let (old, today) = (date(2026, 1, 1), date(2026, 10, 12));
        assert_eq!(judge(None, old, today), [date(2026, 10, 11)], "nothing is made up for at first");
        assert_eq!(judge(Some(date(2026, 10, 11)), old, today), []);
        assert_eq!(judge(Some(date(2026, 10, 9)), old, today), [date(2026, 10, 10), date(2026, 10, 11)]);
        assert_eq!(judge(Some(old), old, today).len(), 7, "a house that was down for long judges a week");
        assert_eq!(judge(None, date(2026, 10, 11), today), [], "its first day was not whole");
        let workdays = Expect { on: ExpectOn::Workdays, ..expect };
        let judged = to_judge(&workdays, Some(date(2026, 10, 6)), old, today, &calendar());
        assert_eq!(judged, [date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10)]);
        assert_eq!([0, 1, 9, 10].map(|count| is_unexpected(&expect, count)), [true, false, false, true]);
    }

    #[test]
    fn a_pulse_comes_back_as_it_was_kept() {
        let pulse = Pulse {
            heard: Some(noon(date(2026, 10, 1))),
            silent_since: Some(noon(date(2026, 9, 1))),
            judged: Some(date(2026, 10, 2)),
            unexpected: Some(Unexpected { day: date(2026, 10, 2), count: 0 }),
        };
        assert_eq!(Pulse::read(Some(&pulse.written())), pulse);
        assert_eq!(Pulse::read(Some("what is this")), Pulse::default());
        assert!(pulse.alarms() && !Pulse::default().alarms());
    }

    proptest! {
        #[test]
        fn no_more_days_are_looked_at_than_are_known(n in 1u16..=20, workdays: bool, back in 0i64..400) {
            let silence = if workdays { Silence::Workdays(n) } else { Silence::Days(n) };
            let last = date(2026, 12, 31).checked_sub(back.days()).unwrap();
            let edge = last.checked_sub(days_needed(silence).days()).unwrap();
            let mut end = last;
            for _ in 0..BEFORE {
                let begin = begin_of(silence, end, &calendar()).unwrap();
                prop_assert!(begin >= edge && begin <= end);
                end = begin.yesterday().unwrap();
            }
            prop_assert!(silent_from(silence, noon(last), &zone(), &calendar()).unwrap() > noon(last));
        }
    }
}
