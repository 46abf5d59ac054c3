//! From `[poll]` to what is read.

use std::collections::BTreeSet;
use std::time::Duration;

use huiliu_kit::mistakes::Mistakes;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::care::{Marking, Set};
use crate::census::CensusRule;
use crate::engine::Engine;
use crate::files::FilesPlan;
use crate::name::{self, Table};
use crate::options::{Files, PollOptions, Since, SinceBy, Sweep, Taken};
use crate::plan::{Plan, Rule, SweepRule};
use crate::sql::Bind;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const FARTHEST: Duration = Duration::from_secs(3660 * 24 * 3600);

/// What is read; none if anything was wrong, which is told.
pub(super) fn plan(engine: Engine, poll: &PollOptions, zone: TimeZone, wrong: &mut Mistakes) -> Option<Plan> {
    let before = wrong.count();
    let from = Table::read(engine, &poll.from, "poll.from", wrong);
    let id = name::column(&poll.id, "poll.id", wrong);
    let page = poll.page.unwrap_or(500);
    if !(1..=2000).contains(&page) {
        wrong.tell("poll.page", "a number from 1 to 2000 is needed", "要在 1 到 2000 之间");
    }
    let (mark, tie, rule) = order(poll, wrong);
    let version = name::column_if(poll.version.as_ref(), "poll.version", wrong);
    let sent_at = name::column_if(poll.sent_at.as_ref(), "poll.sent_at", wrong);
    let filter = filter(poll, wrong);
    let sweep = poll.sweep.as_ref().and_then(|sweep| sweep_rule(sweep, rule, wrong));
    let census = poll.census.as_ref().and_then(|census| {
        let column = name::column(&census.column, "poll.census.column", wrong)?;
        Some(CensusRule { column, by: census.by })
    });
    let files = poll.files.as_ref().map(|files| files_plan(engine, files, poll, wrong));
    let (from, id) = (from?, id?);
    let counted = census.as_ref().map(|census| &census.column);
    let needed = [Some(&id), Some(&mark), tie.as_ref(), version.as_ref(), sent_at.as_ref(), counted];
    let columns = columns(poll, needed.into_iter().flatten(), wrong);
    let files = match files {
        Some(files) => Some(files?),
        None => None,
    };
    if wrong.count() > before {
        return None;
    }
    let page = usize::try_from(page).unwrap_or(500);
    Some(Plan {
        engine,
        from,
        columns,
        id,
        mark,
        tie,
        rule,
        filter,
        page,
        version,
        sent_at,
        sweep,
        census,
        files,
        zone,
    })
}

/// By what rows are ordered, and from where walks begin.
fn order(poll: &PollOptions, wrong: &mut Mistakes) -> (String, Option<String>, Rule) {
    let Some(since) = &poll.since else { return (poll.id.clone(), None, Rule::All) };
    name::column(&since.column, "poll.since.column", wrong);
    name::column_if(since.tie.as_ref(), "poll.since.tie", wrong);
    let tie = since.tie.clone().unwrap_or_else(|| poll.id.clone());
    let tie = (tie != since.column).then_some(tie);
    (since.column.clone(), tie, rule(since, wrong))
}

fn rule(since: &Since, wrong: &mut Mistakes) -> Rule {
    match since.by {
        SinceBy::Time => {
            if since.rows_back.is_some() {
                wrong.tell("poll.since.rows_back", "by time it is `lookback`", "按时间取的要写 lookback");
            }
            let lookback = since.lookback.map_or(HOUR, |lookback| lookback.0);
            if !(Duration::from_secs(1)..=FARTHEST).contains(&lookback) {
                wrong.tell(
                    "poll.since.lookback",
                    "a time from 1s to 3660d is needed: rows that are committed late are found by it",
                    "要在 1s 到 3660d 之间:晚提交的行靠它补上",
                );
            }
            Rule::Time(lookback)
        }
        SinceBy::Id => {
            if since.lookback.is_some() {
                wrong.tell(
                    "poll.since.lookback",
                    "by number it is `rows_back`, a number of rows",
                    "按编号取的要写 rows_back(多少行)",
                );
            }
            let rows = since.rows_back.unwrap_or(1000);
            if !(1..=1_000_000).contains(&rows) {
                wrong.tell(
                    "poll.since.rows_back",
                    "a number from 1 to 1000000 is needed: rows that are committed late are found by it",
                    "要在 1 到 1000000 之间:晚提交的行靠它补上",
                );
            }
            Rule::Id(rows)
        }
    }
}

fn columns<'a>(
    poll: &'a PollOptions,
    needed: impl Iterator<Item = &'a String>,
    wrong: &mut Mistakes,
) -> Option<Vec<String>> {
    if poll.columns.is_empty() {
        return None;
    }
    for (at, written) in poll.columns.iter().enumerate() {
        name::column(written, &format!("poll.columns.{at}"), wrong);
    }
    let mut seen = BTreeSet::new();
    let all = poll.columns.iter().chain(needed);
    Some(all.filter(|name| seen.insert(name.as_str())).cloned().collect())
}

fn filter(poll: &PollOptions, wrong: &mut Mistakes) -> Vec<(String, Vec<Bind>)> {
    let mut out = Vec::with_capacity(poll.filter.len());
    for (column, value) in &poll.filter {
        let key = format!("poll.where.{column}");
        name::column(column, &key, wrong);
        let values = match value {
            Value::Array(list) => list.iter().collect(),
            one => vec![one],
        };
        if values.is_empty() || values.iter().any(|value| value.is_array() || value.is_object() || value.is_null()) {
            wrong.tell(
                &key,
                "one value, or a list of at least one: texts, numbers, true or false",
                "要写一个值,或至少一个值的列表:文字、数字、true/false",
            );
        }
        out.push((column.clone(), values.into_iter().map(Bind::from).collect()));
    }
    out
}

fn sweep_rule(sweep: &Sweep, rule: Rule, wrong: &mut Mistakes) -> Option<SweepRule> {
    if !matches!(rule, Rule::Time(_)) {
        wrong.tell(
            "poll.sweep",
            "only what is read by time (`poll.since.by = \"time\"`) can be swept",
            "只有按时间取(poll.since.by = \"time\")才能每天再核",
        );
    }
    let back = sweep.back.map_or(30 * DAY, |back| back.0);
    if !(HOUR..=FARTHEST).contains(&back) {
        wrong.tell("poll.sweep.back", "a time from 1h to 3660d is needed", "要在 1h 到 3660d 之间");
    }
    match Time::strptime("%H:%M", &sweep.at) {
        Ok(at) => Some(SweepRule { at, back }),
        Err(_) => {
            let problem = format!("`{}` is no time of the day; write for example 03:30", sweep.at);
            wrong.tell("poll.sweep.at", &problem, &format!("“{}”不是几点几分;请写成 03:30 这样", sweep.at));
            None
        }
    }
}

fn files_plan(engine: Engine, files: &Files, poll: &PollOptions, wrong: &mut Mistakes) -> Option<FilesPlan> {
    let (from, of) = match (&files.from, &files.of) {
        (Some(from), Some(of)) => (from, of),
        (None, None) => (&poll.from, &poll.id),
        _ => {
            wrong.tell(
                "poll.files",
                "`from` and `of` belong together: a second table, and its column with the number of the row",
                "from 和 of 要一起写:附件表,和表里放来源编号的列",
            );
            return None;
        }
    };
    let table = Table::read(engine, from, "poll.files.from", wrong);
    let of = name::column(of, "poll.files.of", wrong);
    let name = name::column(&files.name, "poll.files.name", wrong);
    let bytes = name::column(&files.bytes, "poll.files.bytes", wrong);
    let mib = files.max_mib.unwrap_or(20);
    if !(1..=64).contains(&mib) {
        wrong.tell("poll.files.max_mib", "a number from 1 to 64 is needed", "要在 1 到 64 之间");
    }
    let most = usize::try_from(mib).unwrap_or(20) << 20;
    Some(FilesPlan { engine, table: table?, of: of?, name: name?, bytes: bytes?, most })
}

/// How rows are marked as taken.
pub(super) fn care(engine: Engine, poll: &PollOptions, taken: &Taken, wrong: &mut Mistakes) -> Option<Marking> {
    let table = Table::read(engine, taken.table.as_ref().unwrap_or(&poll.from), "poll.taken.table", wrong);
    let id = name::column(taken.id.as_ref().unwrap_or(&poll.id), "poll.taken.id", wrong);
    let mut set = Vec::with_capacity(taken.set.len());
    for (column, value) in &taken.set {
        let key = format!("poll.taken.set.{column}");
        name::column(column, &key, wrong);
        set.push((
            column.clone(),
            match value {
                Value::String(text) if text == "{now}" => Set::Now,
                Value::String(text) if text.contains(['{', '}']) => {
                    wrong.tell(&key, "`{now}` alone is known here", "这里只能用 {now}");
                    Set::Now
                }
                Value::Array(_) | Value::Object(_) | Value::Null => {
                    wrong.tell(&key, "a text, a number or true or false is needed", "要写文字、数字或 true/false");
                    Set::Now
                }
                fixed => Set::Fixed(Bind::from(fixed)),
            },
        ));
    }
    if !set.iter().any(|(_, set)| matches!(set, Set::Fixed(_))) {
        wrong.tell(
            "poll.taken.set",
            "at least one fixed value is needed: by it a row is known that is marked already",
            "至少要有一个固定值:靠它认出已经打过标记的行",
        );
    }
    Some(Marking { table: table?, id: id?, set })
}
