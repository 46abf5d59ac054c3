//! A filled-in sheet: read here, taken row by row by whoever holds the store, told row by row.

use std::path::Path;

use huiliu_sheet::{Column, Header, Limits, Sheet};

use super::super::output::{Failure, Output};
use super::super::site::Site;
use super::report::{Line, Report, Table};
use crate::console::view::{BecameView, TextView};
use crate::console::{Code, Problem, Request};
use crate::outcomes::{COLUMNS, Entry, Filled, NEEDED, Wrong, read};

/// So many rows go in one request, fewer where they are long.
const ROWS_AT_ONCE: usize = 100;
const BYTES_AT_ONCE: usize = 1 << 20;

/// Imports a sheet.
pub(super) fn run(site: &Site, file: &Path, dry: bool) -> Result<Output, Failure> {
    let limits = Limits::default();
    let bytes = bytes(file, &limits)?;
    let book = huiliu_sheet::read(&bytes, &limits).map_err(|why| {
        Problem::invalid(format!("{}:{}", file.display(), why.zh), format!("{}: {}", file.display(), why.en))
    })?;
    let mut tables = tables(file, &book.sheets)?;
    let mut entries = Vec::new();
    for table in &mut tables {
        for line in &mut table.lines {
            match read(&line.row, &table.header, &site.look.zone) {
                Ok(Filled::Not) => line.state = "unfilled",
                Ok(Filled::Told(entry)) => entries.push((line, *entry)),
                Err(wrong) => {
                    line.state = "refused";
                    line.reasons = wrong.iter().map(reason).collect();
                }
            }
        }
    }
    let failure = send(site, entries, dry).err();
    let report = Report { file, dry, tables, failure };
    report.told(&site.look)
}

/// The file's bytes; one that is too large is not read.
fn bytes(file: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    let cannot = |why: std::io::Error| match why.kind() {
        std::io::ErrorKind::NotFound => Problem::new(
            Code::NotFound,
            format!("没有 {} 这个文件", file.display()),
            format!("there is no file {}", file.display()),
        )
        .into(),
        _ => Failure::io(&format!("{} 打不开", file.display()), &format!("cannot read {}", file.display()), &why),
    };
    let size = std::fs::metadata(file).map_err(cannot)?.len();
    let most = limits.bytes as u64;
    if size > most {
        return Err(Problem::invalid(
            format!("{} 有 {size} 字节,最多 {most};请分成几个文件", file.display()),
            format!("{} has {size} bytes, at most {most} are read; split it", file.display()),
        )
        .into());
    }
    std::fs::read(file).map_err(cannot)
}

/// The sheets that hold outcomes, with their rows.
fn tables(file: &Path, sheets: &[Sheet]) -> Result<Vec<Table>, Failure> {
    let (mut tables, mut nearest) = (Vec::new(), None);
    for sheet in sheets.iter().filter(|sheet| !sheet.hidden) {
        match huiliu_sheet::header(sheet, &COLUMNS, &NEEDED) {
            Ok(header) => {
                twice(file, sheet, &header)?;
                let rows = sheet.rows.iter().filter(|row| row.number > header.row);
                let lines = rows.map(|row| Line::of(row.clone())).collect();
                let heads = sheet.rows.iter().find(|row| row.number == header.row).cloned();
                tables.push(Table { name: sheet.name.clone(), header, heads, lines });
            }
            Err(none) => {
                if let Some(row) = none.nearest {
                    nearest = nearest.or(Some((sheet, row, none.missing)));
                }
            }
        }
    }
    if !tables.is_empty() {
        return Ok(tables);
    }
    let named = |places: &[usize]| {
        let names = places.iter().filter_map(|n| COLUMNS.get(*n)).map(|column: &Column<'_>| column.name);
        names.collect::<Vec<_>>().join("、")
    };
    let shown = file.display();
    let problem = match nearest {
        Some((sheet, row, missing)) => Problem::invalid(
            format!("{shown}:工作表“{}”第 {row} 行像表头,但少了这些栏:{}", sheet.name, named(&missing)),
            format!("{shown}: sheet `{}` row {row} looks like the heads, but lacks {}", sheet.name, named(&missing)),
        ),
        None => Problem::invalid(
            format!(
                "{shown}:没有找到表头;要有这些栏:汇流编号(或热线工单号)、办理反馈、时间。空表用 huiliu outcome template 生成"
            ),
            format!(
                "{shown}: no row of heads is found; needed are 汇流编号 (or 热线工单号), 办理反馈 and 时间; huiliu outcome template writes an empty sheet"
            ),
        ),
    };
    Err(problem.into())
}

/// A column that is named twice: nobody can tell which is meant.
fn twice(file: &Path, sheet: &Sheet, header: &Header) -> Result<(), Failure> {
    let Some((place, name)) = header.twice.first() else { return Ok(()) };
    let (shown, at) = (file.display(), huiliu_sheet::letters(*place));
    Err(Problem::invalid(
        format!("{shown}:工作表“{}”第 {} 行 {at} 列“{name}”和前面的栏重复;请删掉一个或改名", sheet.name, header.row),
        format!(
            "{shown}: sheet `{}` row {}: column {at} `{name}` is there twice; delete or rename one",
            sheet.name, header.row
        ),
    )
    .into())
}

fn reason(wrong: &Wrong) -> TextView {
    let found = &wrong.found;
    let (zh, en) = if found.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("填的是“{found}”,"), format!("`{found}`: "))
    };
    TextView {
        zh: format!("{}:{zh}{}", wrong.column, wrong.problem.zh),
        en: format!("{}: {en}{}", wrong.column, wrong.problem.en),
    }
}

/// Hands rows over, some at a time; what was not reached by a failure is told to be so.
fn send(site: &Site, entries: Vec<(&mut Line, Entry)>, dry: bool) -> Result<(), Failure> {
    let mut left = entries.into_iter().peekable();
    while left.peek().is_some() {
        let (mut lines, mut batch, mut bytes) = (Vec::new(), Vec::new(), 0);
        while lines.len() < ROWS_AT_ONCE && bytes < BYTES_AT_ONCE {
            let Some((line, entry)) = left.next() else { break };
            bytes += serde_json::to_vec(&entry).map_or(0, |json| json.len());
            line.state = "unsent";
            lines.push(line);
            batch.push(entry);
        }
        match site.ask::<Vec<BecameView>>(Request::OutcomeImport { entries: batch, dry }, None) {
            Ok((_, became)) => {
                for (line, became) in lines.into_iter().zip(became) {
                    line.became(became);
                }
            }
            Err(failure) => {
                left.for_each(|(line, _)| line.state = "unsent");
                return Err(failure);
            }
        }
    }
    Ok(())
}
