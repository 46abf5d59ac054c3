//! Walks by time against a clock and a far side in memory.

use proptest::prelude::*;

use super::*;
use crate::mark::Walk;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn beijing() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn sliced(format: &str, length: Duration) -> Course {
    let stamp = Stamp::parse(format).unwrap();
    let slice = SliceRule { stamp, length, overlap: 2 * HOUR, back: 30 * 24 * HOUR };
    Course { since: None, slice: Some(slice), sweep: None, zone: beijing() }
}

fn swept(course: Course) -> Course {
    Course { sweep: Some(SweepRule { at: Time::constant(3, 30, 0, 0), back: 10 * 24 * HOUR }), ..course }
}

fn marked() -> Course {
    let since = SinceRule { stamp: Some(Stamp::Iso), overlap: HOUR, first: None };
    Course { since: Some(since), slice: None, sweep: None, zone: beijing() }
}

/// One walk in which each slice is one page; what was asked for.
fn walk(course: &Course, place: &mut Place, now: Timestamp) -> Vec<(String, String)> {
    let mut asked = Vec::new();
    loop {
        // Time goes on while a walk is under way.
        course.begin(place, now + SignedDuration::from_secs(asked.len() as i64));
        asked.extend(course.slice(place));
        let (then, more) = course.after(place.clone(), false);
        *place = then;
        if !more {
            return asked;
        }
        assert!(asked.len() < 100_000, "no end");
    }
}

#[test]
fn the_first_walk_goes_slice_by_slice_from_long_ago_to_now_and_the_next_from_there() {
    let course = sliced("yyyy-MM-dd HH:mm:ss", 24 * HOUR);
    let mut place = Place::default();
    let now = at("2026-11-27T10:00:00.7Z");
    let asked = walk(&course, &mut place, now);
    assert_eq!(asked.len(), 30);
    assert_eq!(asked[0].0, "2026-10-28 18:00:00");
    assert!(asked.windows(2).all(|pair| pair[0].1 == pair[1].0), "no gap between them");
    assert_eq!(asked[29].1, "2026-11-27 18:00:00");
    assert_eq!(place.since, Some(Mark::Time(at("2026-11-27T10:00:00Z"))), "what was cut off was not asked for");
    assert_eq!((place.slice, place.from), (None, None));
    let asked = walk(&course, &mut place, now + HOUR);
    assert_eq!(asked, [("2026-11-27 16:00:00".into(), "2026-11-27 19:00:00".into())]);
}

#[test]
fn a_slice_is_asked_for_as_it_was_while_its_pages_last() {
    let course = sliced("iso", 24 * HOUR);
    let mut place = Place::default();
    course.begin(&mut place, at("2026-11-27T10:00:00Z"));
    let before = place.slice;
    place.walk = Some(walk_of(1));
    let (mut then, more) = course.after(place, true);
    assert!(more);
    course.begin(&mut then, at("2026-11-27T11:00:00Z"));
    assert_eq!(then.slice, before);
}

fn walk_of(pages: u64) -> Walk {
    let at = crate::mark::At::Number(2);
    Walk { at, high: None, pages, seen: 0, last: 0, total: None, shaken: false, anchor: None }
}

#[test]
fn where_something_slipped_the_mark_waits_for_a_walk_that_is_sure() {
    let course = sliced("iso", 24 * HOUR);
    let mark = Some(Mark::Time(at("2026-11-20T00:00:00Z")));
    let mut place = Place { since: mark.clone(), ..Place::default() };
    course.begin(&mut place, at("2026-11-27T10:00:00Z"));
    place.shaken = true;
    while let (then, true) = course.after(place.clone(), false) {
        place = then;
    }
    let (place, _) = course.after(place, false);
    assert_eq!((place.since, place.shaken), (mark, false));
}

#[test]
fn a_sweep_goes_once_a_day_from_further_back_and_keeps_the_mark() {
    let course = swept(marked());
    let mark = at("2026-11-27T00:00:00Z");
    let mut place =
        Place { since: Some(Mark::Time(mark)), swept: Some("2026-11-26".parse().unwrap()), ..Place::default() };
    // 03:29 in Beijing.
    course.begin(&mut place, at("2026-11-26T19:29:59Z"));
    assert_eq!((place.from, course.since(&place).unwrap().as_str()), (None, "2026-11-27T07:00:00+08:00"));
    course.begin(&mut place, at("2026-11-26T19:30:00Z"));
    assert_eq!(course.since(&place).unwrap(), "2026-11-17T03:30:00+08:00");
    place.walk = Some(walk_of(1));
    course.begin(&mut place, at("2026-11-26T19:31:00Z"));
    assert_eq!(course.since(&place).unwrap(), "2026-11-17T03:30:00+08:00", "all pages of it begin there");
    place.walk = None;
    let (mut place, _) = course.after(place, false);
    course.begin(&mut place, at("2026-11-26T19:32:00Z"));
    assert_eq!((place.from, &place.since), (None, &Some(Mark::Time(mark))), "once a day");
    course.begin(&mut place, at("2026-11-27T19:32:00Z"));
    assert!(place.from.is_some(), "and again the next day");
}

#[test]
fn a_sweep_after_a_long_absence_goes_back_to_the_mark_and_a_first_walk_needs_none() {
    let course = swept(marked());
    let mark = at("2026-01-01T00:00:00Z");
    let mut place = Place { since: Some(Mark::Time(mark)), ..Place::default() };
    course.begin(&mut place, at("2026-11-27T10:00:00Z"));
    assert_eq!(place.from, Some(mark - HOUR));
    let mut place = Place::default();
    course.begin(&mut place, at("2026-11-27T10:00:00Z"));
    assert_eq!((place.from, place.swept), (None, Some("2026-11-27".parse().unwrap())));
    assert_eq!(course.since(&place), None);
}

#[test]
fn a_sweep_of_slices_asks_for_each_of_them() {
    let course = swept(sliced("yyyy-MM-dd", 24 * HOUR));
    let now = at("2026-11-27T10:00:00Z");
    let mark = Mark::Time(at("2026-11-27T09:00:00Z"));
    let mut place = Place { since: Some(mark.clone()), ..Place::default() };
    assert_eq!(walk(&course, &mut place, now).len(), 10);
    assert_eq!(place.since, Some(mark), "days are told whole, and this one is not over");
    assert_eq!(walk(&course, &mut place, now).len(), 1);
}

proptest! {
    /// Whatever the form of its times and whichever ends of a slice a far side counts in, once a walk has come to the mark
    /// it took over, every item up to there was inside some slice.
    #[test]
    fn no_time_lies_between_slices(
        form in prop::sample::select(vec!["iso", "seconds", "millis", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"]),
        minutes in 1u64..3000, item in 0u64..43_000, first in any::<bool>(), last in any::<bool>()
    ) {
        let course = sliced(form, MINUTE * u32::try_from(minutes).unwrap());
        let stamp = Stamp::parse(form).unwrap();
        let now = at("2026-11-27T10:11:12.345Z");
        let item = now - MINUTE * u32::try_from(item).unwrap();
        let mut place = Place::default();
        let asked = walk(&course, &mut place, now);
        let read = |text: &String| stamp.read(&serde_json::json!(text), &beijing()).unwrap();
        let inside = asked.iter().any(|(from, to)| {
            let (from, to) = (read(from), read(to));
            (if first { from <= item } else { from < item }) && (if last { item <= to } else { item < to })
        });
        let Some(Mark::Time(mark)) = place.since else { panic!("no mark") };
        // What lies exactly on a border that neither end counts in is found by the overlap of the next walk.
        let border = asked.iter().any(|(from, to)| read(from) == item || read(to) == item);
        prop_assert!(inside || item >= mark || border, "{item} in {asked:?}");
    }

    #[test]
    fn whatever_the_clock_does_a_walk_comes_to_its_end(steps in prop::collection::vec(-90_000i64..90_000, 1..6)) {
        let course = swept(sliced("iso", HOUR));
        let (mut place, mut now) = (Place::default(), at("2026-11-27T10:00:00Z"));
        for step in steps {
            walk(&course, &mut place, now);
            now += SignedDuration::from_secs(step);
        }
    }
}
