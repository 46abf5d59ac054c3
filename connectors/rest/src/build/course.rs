//! Marks, slices and sweeps, compiled.

use std::time::Duration;

use huiliu_contract::Period;
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::stamp::Stamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::course::{Course, SinceRule, SliceRule, SweepRule};
use crate::options::{PollOptions, Since, SinceBy, Slice, Sweep};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// The longest look back; what is older is no daily affair.
const FARTHEST: Duration = Duration::from_secs(3660 * 86_400);

/// Compiles what is written about time; none if anything was wrong.
pub(super) fn course(poll: &PollOptions, zone: TimeZone, wrong: &mut Mistakes) -> Option<Course> {
    let before = wrong.count();
    if poll.since.is_some() && poll.slice.is_some() {
        wrong.tell(
            "poll.slice",
            "it takes the place of `poll.since`; write one of the two",
            "slice 和 since 只能写一个",
        );
    }
    let since = poll.since.as_ref().and_then(|since| since_rule(since, wrong));
    let slice = poll.slice.as_ref().and_then(|slice| slice_rule(slice, wrong));
    let sweep = poll.sweep.as_ref().and_then(|sweep| sweep_rule(sweep, wrong));
    let by_time = poll.slice.is_some() || poll.since.as_ref().is_some_and(|since| since.by == SinceBy::Time);
    if poll.sweep.is_some() && !by_time {
        wrong.tell(
            "poll.sweep",
            "only a walk by time can begin further back; write `poll.slice`, or `poll.since` with `by = \"time\"`",
            "只有按时间取件才能往前核;请写 slice,或 since 用 by = \"time\"",
        );
    }
    (wrong.count() == before).then_some(Course { since, slice, sweep, zone })
}

fn since_rule(since: &Since, wrong: &mut Mistakes) -> Option<SinceRule> {
    let first = since.first.clone();
    if since.by == SinceBy::Id {
        for (written, key) in
            [(since.format.is_some(), "poll.since.format"), (since.overlap.is_some(), "poll.since.overlap")]
        {
            if written {
                wrong.tell(key, "only `by = \"time\"` reads this", "只有 by = \"time\" 才用这一项");
            }
        }
        return Some(SinceRule { stamp: None, overlap: Duration::ZERO, first });
    }
    let overlap = overlap(since.overlap, "poll.since.overlap", wrong);
    let stamp = stamp(since.format.as_deref(), "poll.since.format", wrong)?;
    Some(SinceRule { stamp: Some(stamp), overlap, first })
}

fn slice_rule(slice: &Slice, wrong: &mut Mistakes) -> Option<SliceRule> {
    let length = slice.length.map_or(DAY, |length| length.0);
    if !(Duration::from_secs(60)..=FARTHEST).contains(&length) {
        wrong.tell("poll.slice.length", "a time from 1m to 3660d is needed", "要在 1m 到 3660d 之间");
    }
    let overlap = overlap(slice.overlap, "poll.slice.overlap", wrong);
    let back = back(slice.back, "poll.slice.back", wrong);
    let stamp = stamp(slice.format.as_deref(), "poll.slice.format", wrong)?;
    Some(SliceRule { stamp, length, overlap, back })
}

fn sweep_rule(sweep: &Sweep, wrong: &mut Mistakes) -> Option<SweepRule> {
    let back = back(sweep.back, "poll.sweep.back", wrong);
    match Time::strptime("%H:%M", &sweep.at) {
        Ok(at) => Some(SweepRule { at, back }),
        Err(_) => {
            let problem = format!("`{}` is no time of the day; write for example 03:30", sweep.at);
            wrong.tell("poll.sweep.at", &problem, &format!("“{}”不是几点几分;请写成 03:30 这样", sweep.at));
            None
        }
    }
}

fn overlap(written: Option<Period>, key: &str, wrong: &mut Mistakes) -> Duration {
    let overlap = written.map_or(2 * HOUR, |overlap| overlap.0);
    if overlap < Duration::from_secs(1) {
        wrong.tell(
            key,
            "1s or more is needed, else an item with the same time as the last one could be missed",
            "至少 1s,否则与最后一件同一时刻的件会漏掉",
        );
    }
    overlap
}

fn back(written: Option<Period>, key: &str, wrong: &mut Mistakes) -> Duration {
    let back = written.map_or(30 * DAY, |back| back.0);
    if !(HOUR..=FARTHEST).contains(&back) {
        wrong.tell(key, "a time from 1h to 3660d is needed", "要在 1h 到 3660d 之间");
    }
    back
}

/// The form of a time, `iso` where none is written.
pub(super) fn stamp(written: Option<&str>, key: &str, wrong: &mut Mistakes) -> Option<Stamp> {
    wrong.take(Stamp::parse(written.unwrap_or("iso")).map_err(|bad| bad.at_key(key)))
}
