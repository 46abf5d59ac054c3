//! A list as a clerk exported it: which column is which is found by the heads, and nothing but numbers, states and days is
//! taken out of it.

use std::path::Path;

use huiliu_sheet::{Column, Header, Limits, Page, PageColumn, Row, Sheet, plain};
use jiff::civil::Date;

use super::super::output::Failure;
use crate::console::{Code, Problem};
use crate::paper::{Block, Paper};
use crate::reconcile::Listed;
use crate::settings::{ChannelFile, Lang};
use crate::words::say;

/// What columns of numbers are called.
const IDS: [&str; 12] = [
    "来源编号",
    "编号",
    "工单编号",
    "信件编号",
    "办件编号",
    "留言编号",
    "受理编号",
    "诉求编号",
    "转派单号",
    "工单号",
    "查询编号",
    "事项编号",
];
const STATES: [&str; 6] = ["状态", "办件状态", "工单状态", "办理状态", "信件状态", "处理状态"];
const TIMES: [&str; 10] =
    ["转办时间", "转派时间", "派单时间", "交办时间", "受理时间", "登记时间", "来信时间", "提交时间", "时间", "日期"];
/// What the core's are called.
const CORE_IDS: [&str; 4] = ["热线工单号", "工单编号", "工单号", "编号"];
const OUR_IDS: [&str; 2] = ["汇流编号", "来源编号"];

/// Which columns to take.
pub(super) struct Columns<'a> {
    pub(super) id: Option<String>,
    pub(super) state: Option<String>,
    pub(super) time: Option<String>,
    /// The channel whose list it is; none is the core's.
    pub(super) of_channel: Option<&'a ChannelFile>,
}

/// A list, read.
#[derive(Debug, Default)]
pub(super) struct Exported {
    pub(super) rows: Vec<Listed>,
    pub(super) without_number: usize,
    /// From its earliest day to its latest.
    pub(super) span: Option<(Date, Date)>,
}

/// Where things stand in one sheet.
struct Layout {
    header: u32,
    /// Columns of numbers, the one that is shown first.
    ids: Vec<usize>,
    /// Of these, the ones that only ours have; empty for a channel's list, where every row must be ours.
    ours: Vec<usize>,
    state: Option<usize>,
    time: Option<usize>,
}

/// Reads a list.
pub(super) fn read(file: &Path, columns: &Columns<'_>) -> Result<Exported, Failure> {
    let shown = file.display();
    let bytes = std::fs::read(file).map_err(|why| match why.kind() {
        std::io::ErrorKind::NotFound => {
            Problem::new(Code::NotFound, format!("没有 {shown} 这个文件"), format!("there is no file {shown}")).into()
        }
        _ => Failure::io(&format!("{shown} 打不开"), &format!("cannot read {shown}"), &why),
    })?;
    let book = huiliu_sheet::read(&bytes, &Limits::default())
        .map_err(|why| Problem::invalid(format!("{shown}:{}", why.zh), format!("{shown}: {}", why.en)))?;
    let (mut out, mut found) = (Exported::default(), false);
    for sheet in book.sheets.iter().filter(|sheet| !sheet.hidden) {
        if let Some(layout) = columns.layout(sheet) {
            found = true;
            take(sheet, &layout, &mut out);
        }
    }
    if found {
        return Ok(out);
    }
    let wanted = columns.id.clone().unwrap_or_else(|| columns.ids().join("、"));
    Err(Problem::invalid(
        format!("{shown}:没有找到编号那一栏;栏名应是其中之一:{wanted};叫别的名字就写 --id 栏名"),
        format!("{shown}: no column of numbers is found; its head should be one of {wanted}; else write --id HEAD"),
    )
    .into())
}

impl Columns<'_> {
    fn ids(&self) -> Vec<String> {
        let of_sheet = self.of_channel.and_then(|file| {
            let settings = file.result.as_ref().ok()?;
            settings.options.pointer("/sheet/id")?.as_str().map(str::to_owned)
        });
        let common: &[&str] = if self.of_channel.is_some() { &IDS } else { &CORE_IDS };
        of_sheet.into_iter().chain(common.iter().map(|name| (*name).to_owned())).collect()
    }

    /// The row of heads, and what stands where below it.
    fn layout(&self, sheet: &Sheet) -> Option<Layout> {
        let own = |name: &Option<String>, common: Vec<String>| name.clone().map_or(common, |name| vec![name]);
        let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let ids = own(&self.id, self.ids());
        let (states, times) = (own(&self.state, strings(&STATES)), own(&self.time, strings(&TIMES)));
        let ours = if self.of_channel.is_none() { strings(&OUR_IDS) } else { Vec::new() };
        let wanted: Vec<&String> = ids.iter().chain(&ours).chain(&states).chain(&times).collect();
        let named: Vec<Column<'_>> = wanted.iter().map(|name| Column { name, aliases: &[] }).collect();
        let needed: Vec<usize> = (0..ids.len() + ours.len()).collect();
        let header: Header = huiliu_sheet::header(sheet, &named, &[&needed]).ok()?;
        let at = |names: &[String]| {
            let place = |name: &String| wanted.iter().position(|known| plain(known) == plain(name));
            names.iter().filter_map(|name| header.at.get(place(name)?).copied().flatten()).collect::<Vec<_>>()
        };
        let ours = at(&ours);
        let first: Vec<usize> = at(&ids).into_iter().take(1).collect();
        let ids = first.into_iter().chain(ours.iter().copied()).collect();
        let (state, time) = (at(&states).first().copied(), at(&times).first().copied());
        Some(Layout { header: header.row, ids, ours, state, time })
    }
}

fn take(sheet: &Sheet, layout: &Layout, out: &mut Exported) {
    for row in sheet.rows.iter().filter(|row| row.number > layout.header) {
        let number = |at: &usize| row.cell(*at).id().ok().filter(|text| !text.is_empty()).map(str::to_owned);
        let keys: Vec<String> = layout.ids.iter().filter_map(number).collect();
        if keys.is_empty() {
            out.without_number += usize::from(!is_blank(row));
            continue;
        }
        let is_ours = layout.ours.is_empty() || layout.ours.iter().any(|at| number(at).is_some());
        let text = |at: usize| row.cell(at).trimmed();
        let state = layout.state.map(text).filter(|text| !text.is_empty()).map(str::to_owned);
        if let Some(day) = layout.time.and_then(|at| day(text(at))) {
            let (first, last) = out.span.unwrap_or((day, day));
            out.span = Some((first.min(day), last.max(day)));
        }
        out.rows.push(Listed { row: row.number, keys, is_ours, state });
    }
}

fn is_blank(row: &Row) -> bool {
    row.cells.iter().all(|cell| cell.trimmed().is_empty())
}

/// The day in a time, however it is written: `2026-11-27 09:00`, `2026/11/27`, `2026年11月27日`.
fn day(text: &str) -> Option<Date> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let year = numbers.next().filter(|year| year.len() == 4)?.parse().ok()?;
    Date::new(year, numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?).ok()
}

/// Writes the tables of a paper as a workbook, one sheet each; says where it is.
pub(super) fn write(to: &Path, paper: &Paper, lang: Lang) -> Result<String, Failure> {
    let pages: Vec<Page> = paper
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Table(table) => Some(Page {
                name: table.name.chars().take(31).collect(),
                columns: table.columns.iter().map(column).collect(),
                rows: table.rows.clone(),
                ready: 0,
            }),
            _ => None,
        })
        .collect();
    let shown = to.display();
    let bytes = huiliu_sheet::write(&pages)
        .map_err(|why| Problem::new(Code::Failed, format!("{shown} 写不成:{why}"), format!("{shown}: {why}")))?;
    let written = std::fs::File::create_new(to).and_then(|mut file| std::io::Write::write_all(&mut file, &bytes));
    written.map_err(|why| match why.kind() {
        std::io::ErrorKind::AlreadyExists => Problem::refused(
            format!("{shown} 已经有了,没有覆盖;换个名字再试"),
            format!("{shown} exists and was not overwritten; choose another name"),
        )
        .into(),
        _ => Failure::io(&format!("{shown} 写不成"), &format!("cannot write {shown}"), &why),
    })?;
    Ok(format!("{}{shown}\n", say(lang, "已写成表格:", "written: ")))
}

fn column(column: &crate::paper::Column) -> PageColumn {
    PageColumn { name: column.name.clone(), width: 18, choice: None }
}

#[cfg(test)]
mod tests {
    use huiliu_sheet::Cell;

    use super::*;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let row = |(n, cells): (usize, &&[&str])| Row {
            number: n as u32 + 1,
            cells: cells.iter().map(|text| Cell::text(*text)).collect(),
        };
        Sheet { rows: rows.iter().enumerate().map(row).collect(), ..Sheet::default() }
    }

    fn exported(columns: &Columns<'_>, rows: &[&[&str]]) -> Exported {
        let (sheet, mut out) = (sheet(rows), Exported::default());
        take(&sheet, &columns.layout(&sheet).unwrap(), &mut out);
        out
    }

    fn file() -> ChannelFile {
        ChannelFile { code: "a".into(), names: vec![], dir: "a".into(), result: Err(vec![]) }
    }

    #[test]
    fn columns_are_found_by_their_heads_below_a_title() {
        let channel = file();
        let columns = Columns { id: None, state: None, time: None, of_channel: Some(&channel) };
        let out = exported(
            &columns,
            &[
                &["办件一览表"],
                &["序号", "信件编号", "标题", "办件状态", "转办时间"],
                &["1", "XJ-1", "路灯", "待办理", "2026年11月26日 09:00"],
                &["2", "", "没有编号", "", ""],
                &["3", "XJ-2", "噪声", "", "2026/11/27"],
            ],
        );
        let rows: Vec<_> = out.rows.iter().map(|row| (row.row, row.keys[0].as_str(), row.state.as_deref())).collect();
        assert_eq!(rows, [(3, "XJ-1", Some("待办理")), (5, "XJ-2", None)]);
        assert_eq!(out.without_number, 1);
        let span = out.span.unwrap();
        assert_eq!((span.0.to_string(), span.1.to_string()), ("2026-11-26".into(), "2026-11-27".into()));
    }

    #[test]
    fn a_head_that_is_said_is_the_only_one_that_counts() {
        let channel = file();
        let columns = Columns { id: Some("流水".into()), state: None, time: None, of_channel: Some(&channel) };
        assert_eq!(exported(&columns, &[&["编号", "流水"], &["A", "B"]]).rows[0].keys, ["B"]);
        assert!(columns.layout(&sheet(&[&["编号"], &["A"]])).is_none());
    }

    #[test]
    fn a_row_of_the_core_is_ours_where_it_bears_one_of_our_numbers() {
        let columns = Columns { id: None, state: None, time: None, of_channel: None };
        let rows: &[&[&str]] = &[
            &["热线工单号", "汇流编号", "来源编号", "状态"],
            &["RX1", "261127-00001", "", "办结"],
            &["RX2", "", "", "在办"],
        ];
        let out = exported(&columns, rows);
        assert_eq!(out.rows[0].keys, ["RX1", "261127-00001"]);
        assert_eq!((out.rows[0].is_ours, out.rows[1].is_ours), (true, false));
    }

    #[test]
    fn a_day_is_read_as_people_write_it() {
        for text in ["2026-11-27 09:00:00", "2026/11/27", "2026年11月27日 9时", "2026.11.27"] {
            assert_eq!(day(text).unwrap().to_string(), "2026-11-27", "{text}");
        }
        for wrong in ["", "27/11/2026", "2026-13-01", "昨天"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }
}
