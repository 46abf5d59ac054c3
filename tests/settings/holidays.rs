//! The yearly files of holidays: what the shipped ones say, and what is said about mistakes.

use huiliu::settings::{Gateway, Variables};
use insta::assert_snapshot;
use jiff::civil::{Date, date};

use crate::scene::Scene;

fn shipped() -> Gateway {
    Gateway::load("config".as_ref(), &Variables::default()).unwrap()
}

/// Working days a month as the notices leave them, from the wording of both notices.
#[test]
fn the_shipped_years_have_the_working_days_of_their_notices() {
    let calendar = shipped().calendar;
    let worked = |year: i16| -> Vec<usize> {
        let days = date(year, 1, 1).series(jiff::Span::new().days(1)).take_while(|day| day.year() == year);
        let days: Vec<Date> = days.filter(|day| calendar.is_workday(*day).value).collect();
        (1..=12).map(|month| days.iter().filter(|day| day.month() == month).count()).collect()
    };
    assert_eq!(worked(2025), [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23]);
    assert_eq!(worked(2026), [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]);
    assert_eq!((worked(2025).iter().sum::<usize>(), worked(2026).iter().sum::<usize>()), (248, 248));
}

#[test]
fn a_missing_year_is_told_when_it_is_time() {
    let gateway = shipped();
    let told = |at: &str| gateway.missing_holidays(at.parse().unwrap());
    assert!(told("2026-11-30T15:59:59Z").is_empty(), "in the site's zone it is still November");
    let december = told("2026-11-30T16:00:00Z");
    assert!(december.len() == 1 && december[0].zh.contains("holidays-2027.toml") && december[0].en.contains("2027"));
    let both = told("2028-12-31T00:00:00Z");
    assert!(both[0].en.contains("holidays-2028.toml") && both[1].en.contains("holidays-2029.toml"));
    assert!(told("2024-06-01T00:00:00Z")[0].en.contains("holidays-2024.toml"));
}

#[test]
fn mistakes_of_all_files_are_told_at_once() {
    let scene = Scene::new("lagn = \"zh\"\n");
    let days = "holidays = [\n  { name = \"元旦\", from = 2026-01-01, to = 2026-01-03 },\n  \
                { name = \"春节\", from = 2025-12-31, to = 2026-01-05 },\n  \
                { name = \"劳动节\", from = 2026-05-05, to = 2026-05-01 },\n  \
                { name = \"清明节\", from = 2026-01-03 },\n]\nmakeup = [\n  2026-01-02,\n  2026-02-10,\n  2026-02-14,\n  \
                2026-02-14,\n]\n";
    scene.write("holidays-2026.toml", days.as_bytes());
    scene.write("holidays-2027.toml", "holiday = []\nmakeup = [\"1月4日\"]\n".as_bytes());
    scene.write("holidays-2028.toml", "holidays = [\n{ name = \"元旦\", from = 2028-02-30 }]\n".as_bytes());
    scene.write("holidays-28.toml", b"holidays = []\n");
    assert_snapshot!(scene.told());
}

#[test]
fn without_a_file_nothing_is_wrong_but_something_is_said() {
    let gateway = Scene::new("").gateway().unwrap();
    assert!(!gateway.calendar.knows(2026));
    assert_eq!(gateway.missing_holidays("2026-05-01T00:00:00Z".parse().unwrap()).len(), 1);
}
