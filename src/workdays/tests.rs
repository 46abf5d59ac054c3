//! Days of 2026 as they were arranged, and what must hold for any calendar.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn span(from: Date, to: Date) -> Span {
    Span { from, to }
}

/// New Year, Spring Festival and National Day of 2026, with their make-up days.
fn of_2026() -> Calendar {
    let holidays = [
        span(date(2026, 1, 1), date(2026, 1, 3)),
        span(date(2026, 2, 15), date(2026, 2, 23)),
        span(date(2026, 10, 1), date(2026, 10, 7)),
    ];
    let makeup = [(1, 4), (2, 14), (2, 28), (9, 20), (10, 10)].map(|(month, day)| date(2026, month, day));
    Calendar::new([Year::new(2026, &holidays, &makeup).unwrap()])
}

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn local(text: &str) -> Timestamp {
    text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone()).unwrap().timestamp()
}

fn limit(length: Length, from: CountFrom) -> Limit {
    Limit { length, from }
}

#[test]
fn a_day_is_worked_as_the_notice_says() {
    let calendar = of_2026();
    let worked = |month, day| calendar.is_workday(date(2026, month, day)).value;
    assert!(worked(2, 14) && worked(2, 28) && worked(2, 24) && worked(10, 10), "make-up days and plain days");
    assert!(!worked(2, 16) && !worked(10, 1) && !worked(10, 11) && !worked(11, 28), "holidays and weekends");
    let unknown = calendar.is_workday(date(2027, 2, 8));
    assert_eq!(
        unknown,
        Counted { value: true, certainty: Certainty::WeekendsOnly },
        "a Monday of a year without notice"
    );
}

#[test]
fn limits_end_where_the_office_counts_them_to_end() {
    use CountFrom::{AtOnce, NextDay};
    use Length::{Days, Hours, Workdays};
    for (from, length, start, end) in [
        // Friday before Spring Festival: Saturday the 14th is worked, then nine days are free.
        ("2026-02-13T16:00:00", Workdays(5), NextDay, "2026-02-27T23:59:59"),
        ("2026-02-13T16:00:00", Workdays(6), NextDay, "2026-02-28T23:59:59"),
        ("2026-02-13T16:00:00", Workdays(1), AtOnce, "2026-02-13T23:59:59"),
        ("2026-02-16T09:00:00", Workdays(1), AtOnce, "2026-02-24T23:59:59"),
        ("2026-11-20T23:59:59", Workdays(1), NextDay, "2026-11-23T23:59:59"),
        ("2026-09-28T10:00:00", Days(5), NextDay, "2026-10-03T23:59:59"),
        ("2026-09-28T10:00:00", Days(5), AtOnce, "2026-10-02T23:59:59"),
        ("2026-09-30T18:30:00", Hours(24), AtOnce, "2026-10-01T18:30:00"),
        ("2026-09-30T18:30:00", Hours(24), NextDay, "2026-10-02T00:00:00"),
    ] {
        let counted = of_2026().deadline(local(from), limit(length, start), &zone()).unwrap();
        assert_eq!(
            (counted.value, counted.certainty),
            (local(end), Certainty::Arranged),
            "{from} {length:?} {start:?}"
        );
    }
}

#[test]
fn a_count_into_a_year_without_a_file_says_so() {
    let ten = limit(Length::Workdays(10), CountFrom::NextDay);
    let counted = of_2026().deadline(local("2026-12-25T09:00:00"), ten, &zone()).unwrap();
    assert_eq!(counted, Counted { value: local("2027-01-08T23:59:59"), certainty: Certainty::WeekendsOnly });
    let days = limit(Length::Days(10), CountFrom::NextDay);
    let counted = of_2026().deadline(local("2026-12-25T09:00:00"), days, &zone()).unwrap();
    assert_eq!(counted.certainty, Certainty::Arranged, "calendar days need no arrangement");
}

#[test]
fn what_cannot_be_is_named_with_its_place() {
    let holidays = [
        span(date(2026, 1, 1), date(2026, 1, 3)),
        span(date(2025, 12, 31), date(2026, 1, 5)),
        span(date(2026, 5, 5), date(2026, 5, 1)),
        span(date(2026, 1, 3), date(2026, 1, 4)),
    ];
    let makeup = [date(2026, 1, 2), date(2026, 2, 10), date(2026, 2, 14), date(2026, 2, 14), date(2027, 1, 2)];
    let wrong = Year::new(2026, &holidays, &makeup).unwrap_err();
    let told: Vec<_> = wrong.iter().map(|wrong| (wrong.place, wrong.what)).collect();
    assert_eq!(
        told,
        [
            (Place::Holiday(1), WrongDay::OtherYear),
            (Place::Holiday(2), WrongDay::Backwards),
            (Place::Holiday(3), WrongDay::Twice),
            (Place::Makeup(0), WrongDay::AlsoHoliday),
            (Place::Makeup(1), WrongDay::NoWeekend),
            (Place::Makeup(3), WrongDay::Twice),
            (Place::Makeup(4), WrongDay::OtherYear),
        ]
    );
}

#[test]
fn the_end_of_the_calendar_is_no_panic() {
    let late = Timestamp::MAX;
    for length in [Length::Workdays(400), Length::Days(400), Length::Hours(9000)] {
        assert_eq!(of_2026().deadline(late, limit(length, CountFrom::NextDay), &zone()), None);
    }
}

prop_compose! {
    fn any_calendar()(days in proptest::collection::btree_set(0_i64..365, 0..60)) -> Calendar {
        let (mut holidays, mut makeup) = (Vec::new(), Vec::new());
        for n in days {
            let day = date(2026, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap();
            match day.weekday() {
                Weekday::Saturday | Weekday::Sunday => makeup.push(day),
                _ => holidays.push(span(day, day)),
            }
        }
        Calendar::new([Year::new(2026, &holidays, &makeup).unwrap()])
    }
}

prop_compose! {
    fn a_day()(n in 0_i64..800) -> Date {
        date(2025, 6, 1).checked_add(jiff::Span::new().days(n)).unwrap()
    }
}

proptest! {
    #[test]
    fn n_working_days_later_there_are_n_between(calendar in any_calendar(), from in a_day(), n in 0_u16..40) {
        let to = calendar.add_workdays(from, n).unwrap().value;
        let mut between = 0;
        let mut day = from;
        while day < to {
            day = day.tomorrow().unwrap();
            between += u16::from(calendar.is_workday(day).value);
        }
        prop_assert_eq!(between, n);
        prop_assert!(n == 0 || calendar.is_workday(to).value, "it ends on a working day");
    }

    #[test]
    fn later_or_longer_never_ends_sooner(
        calendar in any_calendar(), seconds in 0_i64..60_000_000, more in 0_i64..5_000_000, n in 1_u16..30,
        kind in 0..3, at_once in any::<bool>(),
    ) {
        let from = local("2025-06-01T00:00:00") + jiff::SignedDuration::from_secs(seconds);
        let later = from + jiff::SignedDuration::from_secs(more);
        let length = |n| [Length::Workdays(n), Length::Days(n), Length::Hours(n)][kind as usize];
        let start = if at_once { CountFrom::AtOnce } else { CountFrom::NextDay };
        let end = |from, n| calendar.deadline(from, limit(length(n), start), &zone()).unwrap().value;
        prop_assert!(end(from, n) <= end(later, n));
        prop_assert!(end(from, n) < end(from, n + 1));
        prop_assert!(end(from, n) >= from);
    }
}
