//! Whether a channel's table of the day is missing (未交表). Pure: the time, the calendar and what is known are arguments.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::settings::Remind;
use crate::workdays::Calendar;

/// What is known of a channel that is to be reminded of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// When something last came by it: a file, or a ticket.
    pub came: Option<Timestamp>,
    /// When a person last said that there is nothing today (今日无件).
    pub nothing: Option<Timestamp>,
}

/// The day whose table is missing at `now`: its time has come, and since it began nothing came and nobody said that there
/// is nothing. None on a day that has no time to remind.
pub fn missing(remind: Remind, now: Timestamp, zone: &TimeZone, calendar: &Calendar, seen: Seen) -> Option<Date> {
    let local = now.to_zoned(zone.clone());
    let day = local.date();
    if local.time() < remind.at || remind.workdays && !calendar.is_workday(day).value {
        return None;
    }
    let began = day.to_zoned(zone.clone()).ok()?.timestamp();
    let since = |at: Option<Timestamp>| at.is_some_and(|at| at >= began);
    (!since(seen.came) && !since(seen.nothing)).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMIND: &str = "workdays 16:00";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn asked(remind: &str, now: &str, seen: Seen) -> Option<String> {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        missing(Remind::parse(remind).unwrap(), at(now), &zone, &Calendar::default(), seen).map(|day| day.to_string())
    }

    #[test]
    fn at_its_time_and_not_before_a_missing_table_is_told() {
        // 2026-11-27 is a Friday; its day begins at 16:00Z of the day before.
        let yesterday = Seen { came: Some(at("2026-11-26T15:59:59Z")), nothing: Some(at("2026-11-26T08:00:00Z")) };
        assert_eq!(asked(REMIND, "2026-11-27T07:59:59Z", yesterday), None);
        assert_eq!(asked(REMIND, "2026-11-27T08:00:00Z", yesterday).as_deref(), Some("2026-11-27"));
        assert_eq!(asked(REMIND, "2026-11-27T15:59:59Z", Seen::default()).as_deref(), Some("2026-11-27"));
        // The next day has its own time.
        assert_eq!(asked("daily 16:00", "2026-11-27T16:00:00Z", Seen::default()), None);
    }

    #[test]
    fn what_came_or_was_said_since_the_day_began_ends_it() {
        let began = Some(at("2026-11-26T16:00:00Z"));
        let now = "2026-11-27T09:00:00Z";
        assert_eq!(asked(REMIND, now, Seen { came: began, nothing: None }), None);
        assert_eq!(asked(REMIND, now, Seen { came: None, nothing: began }), None);
        // Also what came after the reminder.
        assert_eq!(asked(REMIND, now, Seen { came: Some(at("2026-11-27T08:30:00Z")), nothing: None }), None);
    }

    #[test]
    fn on_a_day_off_nobody_is_asked_unless_it_is_daily() {
        let saturday = "2026-11-28T09:00:00Z";
        assert_eq!(asked(REMIND, saturday, Seen::default()), None);
        assert_eq!(asked("daily 16:00", saturday, Seen::default()).as_deref(), Some("2026-11-28"));
    }

    #[test]
    fn a_make_up_day_is_a_working_day() {
        use crate::workdays::Year;
        let saturday = jiff::civil::date(2026, 11, 28);
        let year = Year::new(2026, &[], &[saturday]).unwrap();
        let calendar = Calendar::new([year]);
        let (zone, remind) = (TimeZone::get("Asia/Shanghai").unwrap(), Remind::parse(REMIND).unwrap());
        let found = missing(remind, at("2026-11-28T09:00:00Z"), &zone, &calendar, Seen::default());
        assert_eq!(found, Some(saturday));
    }
}
