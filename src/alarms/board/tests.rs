//! What the board promises, whatever happens: nobody is left in silence, nobody is told too often, nothing waits longer than
//! a working morning.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;
use crate::alarms::About;
use crate::settings::AlarmSettings;
use crate::workdays::{Span, Year};

/// The first level has two numbers, the second one.
fn to(_: AlarmKind, second: bool) -> Vec<AlarmTo> {
    let address = |outlet: &str, place| AlarmTo { outlet: outlet.into(), place };
    let mut to = vec![address("first", 0), address("first", 1)];
    if second {
        to.push(address("second", 0));
    }
    to
}

fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// 1 to 7 October 2026 are holidays, the 10th, a Saturday, is worked.
fn calendar() -> Calendar {
    let holiday = Span { from: date(2026, 10, 1), to: date(2026, 10, 7) };
    Calendar::new([Year::new(2026, &[holiday], &[date(2026, 10, 10)]).unwrap()])
}

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone()).unwrap().timestamp()
}

fn cause(kind: AlarmKind, since: Timestamp, weight: u64) -> Cause {
    Cause { kind, subject: "letters".into(), since, weight, about: About::channel("letters", "县长信箱") }
}

/// A world in which changes are carried out as the store does.
struct World {
    settings: AlarmSettings,
    calendar: Calendar,
    zone: TimeZone,
    rows: Vec<AlarmRow>,
    now: Timestamp,
    /// When each row was told, to whom.
    told: Vec<(i64, Timestamp, Vec<AlarmTo>)>,
    mended: Vec<i64>,
}

impl World {
    fn new(now: Timestamp) -> Self {
        let (settings, calendar, zone) = (AlarmSettings::default(), calendar(), zone());
        Self { settings, calendar, zone, rows: Vec::new(), now, told: Vec::new(), mended: Vec::new() }
    }

    fn rules(&self) -> Rules<'_> {
        Rules { settings: &self.settings, calendar: &self.calendar, zone: &self.zone }
    }

    fn open(&self) -> Vec<AlarmRow> {
        self.rows.iter().filter(|row| row.ended.is_none()).cloned().collect()
    }

    fn tick(&mut self, causes: &[Cause], kinds: &[AlarmKind]) {
        for _ in 0..2 {
            let seen =
                Seen { kinds: kinds.iter().copied().collect(), causes: causes.to_vec(), undecided: BTreeSet::new() };
            for change in step(&self.open(), &seen, self.now, &self.rules(), &to) {
                self.apply(change);
            }
        }
    }

    fn apply(&mut self, change: AlarmChange) {
        let now = self.now;
        let row = |rows: &mut Vec<AlarmRow>, id: i64| rows.iter().position(|row| row.id == id).unwrap();
        match change {
            AlarmChange::Raise(new) => {
                assert!(self.open().iter().all(|row| (row.kind, &row.subject) != (new.kind, &new.subject)));
                self.rows.push(AlarmRow {
                    id: self.rows.len() as i64 + 1,
                    kind: new.kind,
                    subject: new.subject,
                    since: new.since,
                    weight: new.weight,
                    told_weight: 0,
                    about: new.about,
                    mark: new.mark,
                    sent: 0,
                    first_sent: None,
                    sent_at: None,
                    second_at: None,
                    taken: None,
                    snoozed_until: None,
                    ended: None,
                });
            }
            AlarmChange::Lasts { id, weight, about } => {
                let at = row(&mut self.rows, id);
                (self.rows[at].weight, self.rows[at].about) = (weight, about);
            }
            AlarmChange::Tell { id, second, to } => {
                let at = row(&mut self.rows, id);
                let row = &mut self.rows[at];
                row.sent += 1;
                row.first_sent = row.first_sent.or(Some(now));
                row.second_at = row.second_at.or(second.then_some(now));
                (row.sent_at, row.told_weight) = (Some(now), row.weight);
                self.told.push((id, now, to));
            }
            AlarmChange::Second { id, to } => {
                let at = row(&mut self.rows, id);
                assert!(self.rows[at].second_at.is_none());
                self.rows[at].second_at = Some(now);
                assert!(to.iter().all(|to| to.outlet == "second"));
                self.told.push((id, now, to));
            }
            AlarmChange::End { id, to } => {
                let at = row(&mut self.rows, id);
                self.rows[at].ended = Some(now);
                self.mended.extend((!to.is_empty()).then_some(id));
            }
        }
    }

    fn pass(&mut self, minutes: i64) {
        self.now = self.now.checked_add(SignedDuration::from_mins(minutes)).unwrap();
    }

    /// When the first level was told.
    fn first(&self) -> Vec<Timestamp> {
        self.told.iter().filter(|told| told.2.iter().any(|to| to.outlet == "first")).map(|told| told.1).collect()
    }
}

#[test]
fn it_is_told_at_once_again_by_the_hour_and_once_when_it_is_over() {
    let mut world = World::new(at("2026-11-24T09:00:00"));
    let kinds = [AlarmKind::Denied];
    let causes = [cause(AlarmKind::Denied, world.now, 1)];
    for _ in 0..150 {
        world.tick(&causes, &kinds);
        world.pass(1);
    }
    let told: Vec<_> = world.first().iter().map(|at| at.to_zoned(zone()).strftime("%H:%M").to_string()).collect();
    assert_eq!(told, ["09:00", "10:00", "11:00"]);
    world.tick(&[], &[]);
    assert_eq!(world.open().len(), 1, "what was not looked at is not over");
    world.tick(&[], &kinds);
    world.tick(&[], &kinds);
    assert!(world.open().is_empty());
    assert_eq!(world.mended, [1]);
}

#[test]
fn what_nobody_takes_goes_to_the_second_number_once_and_takes_nothing_from_the_first() {
    let mut world = World::new(at("2026-11-24T09:00:00"));
    let causes = [cause(AlarmKind::Denied, world.now, 1)];
    for _ in 0..130 {
        world.tick(&causes, &[AlarmKind::Denied]);
        world.pass(1);
    }
    let second = world.told.iter().filter(|told| told.2.iter().any(|to| to.outlet == "second"));
    let second: Vec<_> = second.map(|told| told.1.to_zoned(zone()).strftime("%H:%M").to_string()).collect();
    assert_eq!(second, ["09:15", "10:00", "11:00"]);
    assert_eq!(world.first().len(), 3);
}

#[test]
fn who_takes_it_has_quiet_until_the_next_working_morning_unless_it_gets_worse() {
    // The evening before the National Day's holiday: the next working morning is that of the 8th.
    let mut world = World::new(at("2026-09-30T16:00:00"));
    let kinds = [AlarmKind::Homeward];
    world.tick(&[cause(AlarmKind::Homeward, world.now, 2)], &kinds);
    world.rows[0].taken = Some((world.now, "李明".into()));
    let until = at("2026-10-08T08:30:00");
    assert_eq!(world.rules().morning_after(world.now), until);
    while world.now < until {
        world.tick(&[cause(AlarmKind::Homeward, at("2026-09-30T16:00:00"), 2)], &kinds);
        world.pass(10);
    }
    assert_eq!(world.told.len(), 1, "a taken one is told no more");
    world.tick(&[cause(AlarmKind::Homeward, at("2026-09-30T16:00:00"), 2)], &kinds);
    assert_eq!(world.told.len(), 2, "but on the next working morning, while it lasts");
    world.pass(30);
    world.tick(&[cause(AlarmKind::Homeward, at("2026-09-30T16:00:00"), 3)], &kinds);
    assert_eq!(world.told.len(), 2, "worse, but told half an hour ago");
    world.pass(30);
    world.tick(&[cause(AlarmKind::Homeward, at("2026-09-30T16:00:00"), 3)], &kinds);
    assert_eq!(world.told.len(), 3, "what got worse is told although somebody has it");
}

#[test]
fn a_night_holds_back_the_ordinary_and_nothing_urgent() {
    let mut world = World::new(at("2026-11-24T22:30:00"));
    let causes = [cause(AlarmKind::Denied, world.now, 1), cause(AlarmKind::Disk, world.now, 1)];
    while world.now < at("2026-11-25T06:59:00") {
        world.tick(&causes, &[AlarmKind::Denied, AlarmKind::Disk]);
        world.pass(1);
    }
    let disk = world.open().iter().find(|row| row.kind == AlarmKind::Disk).unwrap().clone();
    assert!(world.told.iter().all(|told| told.0 == disk.id) && disk.sent > 30, "{}", disk.sent);
    world.pass(1);
    world.tick(&causes, &[AlarmKind::Denied, AlarmKind::Disk]);
    assert!(world.told.iter().any(|told| told.0 != disk.id));
}

#[test]
fn an_urgent_letter_is_told_until_somebody_takes_it() {
    let mut world = World::new(at("2026-11-24T23:00:00"));
    world.apply(AlarmChange::Raise(cause(AlarmKind::Urgent, world.now, 1).raised()));
    for _ in 0..60 {
        world.tick(&[], &AlarmKind::ALL);
        world.pass(1);
    }
    assert_eq!(world.first().len(), 4, "every quarter of an hour, at night too");
    world.rows[0].taken = Some((world.now, "李明".into()));
    world.tick(&[], &AlarmKind::ALL);
    assert!(world.open().is_empty() && world.mended.is_empty());
}

#[test]
fn what_is_switched_off_is_not_raised_and_ends() {
    let mut world = World::new(at("2026-11-24T09:00:00"));
    let causes = [cause(AlarmKind::Unexpected, world.now, 1)];
    world.tick(&causes, &[AlarmKind::Unexpected]);
    assert_eq!(world.open().len(), 1);
    world.settings.off = vec![AlarmKind::Unexpected];
    world.tick(&causes, &[AlarmKind::Unexpected]);
    world.tick(&causes, &[AlarmKind::Unexpected]);
    assert!(world.open().is_empty() && world.rows.len() == 1);
}

#[test]
fn of_what_cannot_be_told_yet_nothing_is_over() {
    let now = at("2026-11-24T09:00:00");
    let mut world = World::new(now);
    world.tick(&[cause(AlarmKind::Away, now, 1)], &[AlarmKind::Away]);
    let undecided = BTreeSet::from([(AlarmKind::Away, "letters".to_owned())]);
    let seen = Seen { kinds: [AlarmKind::Away].into(), undecided, causes: Vec::new() };
    assert_eq!(step(&world.open(), &seen, now, &world.rules(), &to), []);
}

proptest! {
    /// Whatever happens in three days, minute by minute.
    #[test]
    fn nobody_is_left_in_silence_and_nobody_is_told_too_often(
        kind in prop::sample::select(vec![AlarmKind::Denied, AlarmKind::Disk, AlarmKind::Away, AlarmKind::Homeward]),
        begin in 0i64..20_000,
        happens in prop::collection::vec((0u8..40, 1i64..60), 40..120),
    ) {
        let mut world = World::new(at("2026-09-20T00:00:00").checked_add(begin.minutes()).unwrap());
        let (mut lasts, mut weight) = (true, 1u64);
        let every = match kind.press() {
            Press::Urgent => world.settings.repeat_urgent.0,
            _ => world.settings.repeat.0,
        };
        let every = SignedDuration::try_from(every).unwrap();
        for (what, minutes) in happens {
            match what {
                0..=3 => lasts = !lasts,
                4..=6 => weight += 1,
                7 | 8 => for row in world.rows.iter_mut().filter(|row| row.ended.is_none()) {
                    row.taken = Some((world.now, "李明".into()));
                },
                9 | 10 => {
                    let until = world.rules().morning_after(world.now);
                    for row in world.rows.iter_mut().filter(|row| row.ended.is_none()) {
                        row.snoozed_until = Some(until);
                    }
                }
                _ => {}
            }
            for _ in 0..minutes {
                let causes: Vec<_> = lasts.then(|| cause(kind, world.now, weight)).into_iter().collect();
                world.tick(&causes, &[kind]);
                let open = world.open();
                prop_assert_eq!(open.len(), usize::from(lasts), "one cause, one alarm");
                for row in open {
                    let quiet = world.rules().is_quiet(kind, world.now);
                    let held = row.taken.is_some() || row.snoozed_until.is_some_and(|until| until > world.now);
                    let since_told = row.sent_at.map(|told| world.now.duration_since(told));
                    if !quiet && !held {
                        prop_assert!(since_told.is_some_and(|since| since < every), "silent: {:?}", since_told);
                    }
                    // Even a taken one is told on the next working morning, unless it was snoozed or taken later.
                    if let Some(told) = row.sent_at.filter(|_| !quiet) {
                        let taken = row.taken.clone().map_or(told, |(at, _)| at);
                        let morning = world.rules().morning_after(told.max(taken));
                        let until = row.snoozed_until.map_or(morning, |until| until.max(morning)).max(later(told, every.unsigned_abs()));
                        prop_assert!(world.now < until, "told {told}, {row:?}");
                    }
                }
                world.pass(1);
            }
        }
        for row in &world.rows {
            let first = |told: &&(i64, Timestamp, Vec<AlarmTo>)| told.0 == row.id && told.2.iter().any(|to| to.outlet == "first");
            let times: Vec<_> = world.told.iter().filter(first).map(|told| told.1).collect();
            for pair in times.windows(2) {
                prop_assert!(pair[1].duration_since(pair[0]) >= every, "twice within {every}: {pair:?}");
            }
        }
    }

    #[test]
    fn a_snooze_ends_on_a_working_morning(minutes in 0i64..500_000) {
        let world = World::new(at("2026-06-01T00:00:00").checked_add(minutes.minutes()).unwrap());
        let until = world.rules().morning_after(world.now);
        let local = until.to_zoned(zone());
        prop_assert!(until > world.now && world.calendar.is_workday(local.date()).value);
        prop_assert_eq!(local.time(), world.settings.morning.0);
        // No working morning lies in between.
        let mut day = world.now.to_zoned(zone()).date();
        while day < local.date() {
            let begins = day.to_datetime(world.settings.morning.0).to_zoned(zone()).unwrap().timestamp();
            prop_assert!(!world.calendar.is_workday(day).value || begins <= world.now);
            day = day.tomorrow().unwrap();
        }
    }
}
