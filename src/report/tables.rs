//! The tables of a report.

use super::figures::{ChannelFigures, Figures, Part, UnitFigures};
use super::print::rate;
use super::rate::{Change, shares};
use crate::paper::{Column, Table};

/// What stands where there is nothing to say.
const NONE: &str = "—";

/// Columns, of which all but the first hold figures.
fn columns<const N: usize>(names: [&str; N]) -> Vec<Column> {
    let column = |(at, name): (usize, &str)| Column { name: name.into(), is_figure: at > 0 };
    names.into_iter().enumerate().map(column).collect()
}

/// What came by each channel, and in a line of its own what led to no ticket.
pub(super) fn channels(figures: &Figures) -> Table {
    let row = |name: &str, one: &ChannelFigures| {
        vec![
            name.to_owned(),
            one.accepted.to_string(),
            one.closed.to_string(),
            rate(one.closed, one.accepted),
            one.overdue.to_string(),
            rate(one.accepted.saturating_sub(one.overdue), one.accepted),
            one.returned.to_string(),
            one.redone.to_string(),
            one.joined.to_string(),
        ]
    };
    let mut rows: Vec<_> = figures.channels.iter().map(|one| row(&one.channel.name, one)).collect();
    for (name, count) in &figures.unmapped {
        let mut unmapped = vec![format!("未成单({name})"), count.to_string()];
        unmapped.resize(9, NONE.into());
        rows.push(unmapped);
    }
    let mut sum = ChannelFigures::none(super::figures::Named::unknown("", None));
    for one in &figures.channels {
        sum.overdue += one.overdue;
        sum.returned += one.returned;
        sum.redone += one.redone;
        sum.joined += one.joined;
    }
    (sum.accepted, sum.closed) = (figures.accepted, figures.closed);
    rows.push(row("合计", &sum));
    let names = ["渠道", "受理", "办结", "办结率", "超期", "按时办结率", "申请退单", "发回重办", "并单"];
    Table { name: "分渠道办理情况".into(), columns: columns(names), rows, summed: true }
}

/// What each unit has to handle, in tickets: 按时办结率 = (受理 − 超期) / 受理.
pub(super) fn units(figures: &Figures) -> Table {
    let row = |unit: &UnitFigures, name: &str| {
        let late = unit.closed_late + unit.open_late;
        vec![
            name.to_owned(),
            unit.accepted.to_string(),
            unit.closed_late.to_string(),
            unit.open_late.to_string(),
            rate(unit.accepted.saturating_sub(late), unit.accepted),
            unit.redone.to_string(),
            rate(unit.redone, unit.accepted),
        ]
    };
    let name = |unit: &UnitFigures| unit.name.clone().unwrap_or_else(|| "未明确承办单位".into());
    let mut rows: Vec<_> = figures.units.iter().map(|unit| row(unit, &name(unit))).collect();
    let sum = figures.units.iter().fold(UnitFigures::default(), |sum, unit| UnitFigures {
        name: None,
        accepted: sum.accepted + unit.accepted,
        closed_late: sum.closed_late + unit.closed_late,
        open_late: sum.open_late + unit.open_late,
        redone: sum.redone + unit.redone,
    });
    rows.push(row(&sum, "合计"));
    let names = ["承办单位", "受理", "超期办结", "超期未办结", "按时办结率", "发回重办", "发回重办率"];
    Table { name: "承办单位办理情况(按统一工单计)".into(), columns: columns(names), rows, summed: true }
}

/// A partition of all tickets, with shares that sum to 100 %.
pub(super) fn parts(what: &str, unknown: &str, parts: &[Part]) -> Table {
    let counts: Vec<_> = parts.iter().map(|part| part.count).collect();
    let (sum, before) = (counts.iter().sum(), parts.iter().map(|part| part.before).sum());
    let row = |name: &str, count: u64, share: String, before: u64| {
        vec![name.to_owned(), count.to_string(), share, before.to_string(), Change::between(before, count).to_string()]
    };
    let mut rows: Vec<_> = parts
        .iter()
        .zip(shares(&counts))
        .map(|(part, share)| row(part.name.as_deref().unwrap_or(unknown), part.count, share.to_string(), part.before))
        .collect();
    rows.push(row("合计", sum, rate(sum, sum), before));
    let names = [what, "件数", "占比", "上期", "环比"];
    Table { name: format!("{what}(按统一工单计)"), columns: columns(names), rows, summed: true }
}
