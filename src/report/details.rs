//! The details of a report: a sheet behind each number, with the references that make it up. It holds numbers, times and
//! states; nothing that a citizen wrote, and of a confidential reference only that it is one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Line;
use super::figures::Figures;
use crate::paper::{Block, Column, Paper, Table};

/// The most references whose details are written.
pub const MOST_DETAILS: usize = 20_000;

const COLUMNS: [&str; 13] = [
    "渠道",
    "来源编号",
    "汇流编号",
    "状态",
    "群众提交时间",
    "转派时间",
    "汇流收到时间",
    "热线收下时间",
    "办理时限",
    "办结时间",
    "承办单位",
    "诉求类型",
    "诉求类别",
];

/// What stands in the place of what is confidential.
const CONFIDENTIAL: &str = "(保密)";

/// A figure's head, and which references it counts.
type Mark = (&'static str, fn(&Line) -> bool);

/// What is counted of all channels and of each, besides what came.
const OF_A_CHANNEL: [Mark; 5] = [
    ("办结", |line| line.number.is_some() && line.closed_at.is_some()),
    ("超期", |line| line.number.is_some() && line.overdue),
    ("申请退单", |line| line.number.is_some() && line.returned),
    ("发回重办", |line| line.number.is_some() && line.redone > 0),
    ("并单", |line| line.number.is_some() && !line.opened),
];

/// What is counted of each unit, besides what came to it.
const OF_A_UNIT: [Mark; 3] = [
    ("超期办结", |line| line.overdue && line.closed_at.is_some()),
    ("超期未办结", |line| line.overdue && line.closed_at.is_none()),
    ("发回重办", |line| line.redone > 0),
];

/// All sheets of a report.
pub fn details(figures: &Figures, lines: &[Line], zone: &TimeZone) -> Paper {
    let names: BTreeMap<_, _> = figures
        .channels
        .iter()
        .map(|one| ((one.channel.code.as_str(), one.channel.tag.as_deref()), one.channel.name.as_str()))
        .collect();
    let writer = Writer { names, zone };
    let mut blocks = Vec::new();
    let mut sheet = |name: String, of: &dyn Fn(&Line) -> bool| {
        let rows: Vec<_> = lines.iter().filter(|line| of(line)).map(|line| writer.row(line)).collect();
        if !rows.is_empty() {
            let columns = COLUMNS.map(|name| Column { name: name.into(), is_figure: false }).into();
            blocks.push(Block::Table(Table { name, columns, rows, summed: false }));
        }
    };
    sheet("受理".into(), &|_| true);
    for (mark, holds) in OF_A_CHANNEL {
        sheet(mark.into(), &holds);
    }
    sheet("未成单".into(), &|line| line.number.is_none());
    for one in &figures.channels {
        let (key, name) = ((one.channel.code.as_str(), one.channel.tag.as_deref()), &one.channel.name);
        let own = |line: &Line| line.number.is_some() && line.counted_under() == key;
        sheet(format!("渠道 {name}"), &own);
        for (mark, holds) in OF_A_CHANNEL {
            sheet(format!("渠道 {name} {mark}"), &|line| own(line) && holds(line));
        }
    }
    for unit in &figures.units {
        let name = unit.name.as_deref().unwrap_or("未明确");
        let own = |line: &Line| line.opened && line.unit == unit.name;
        sheet(format!("单位 {name}"), &own);
        for (mark, holds) in OF_A_UNIT {
            sheet(format!("单位 {name} {mark}"), &|line| own(line) && holds(line));
        }
    }
    for part in &figures.kinds {
        let name = part.name.as_deref().unwrap_or("未注明");
        sheet(format!("类型 {name}"), &|line| line.opened && line.kind == part.name);
    }
    for part in &figures.categories {
        let name = part.name.as_deref().unwrap_or("未注明");
        sheet(format!("类别 {name}"), &|line| line.opened && line.category == part.name);
    }
    Paper { title: format!("{}非话务渠道受理明细", figures.span.zh()), blocks }
}

struct Writer<'a> {
    names: BTreeMap<(&'a str, Option<&'a str>), &'a str>,
    zone: &'a TimeZone,
}

impl Writer<'_> {
    fn row(&self, line: &Line) -> Vec<String> {
        let name = self.names.get(&line.counted_under()).copied().unwrap_or(&line.channel);
        let open = |text: &str| if line.confidential { CONFIDENTIAL.into() } else { text.to_owned() };
        let said = |text: &Option<String>| text.as_deref().map(&open).unwrap_or_default();
        vec![
            name.to_owned(),
            open(&line.external_id),
            line.number.clone().unwrap_or_default(),
            line.state().into(),
            self.time(line.submitted_at),
            self.time(line.handed_at),
            self.time(Some(line.received_at)),
            self.time(line.core_accepted_at),
            self.time(line.deadline),
            self.time(line.closed_at),
            said(&line.unit),
            said(&line.kind),
            said(&line.category),
        ]
    }

    fn time(&self, at: Option<Timestamp>) -> String {
        at.map(|at| at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
    }
}
