//! A paper as a workbook: what is to be read on the first sheet, and a sheet for each table.

use std::collections::BTreeSet;

use huiliu_sheet::{Manner, Page, PageColumn};
use unicode_width::UnicodeWidthStr;

use super::{Block, Column, MARKS, Paper, Table, Unwritable, clean_text};

/// The most characters of a sheet's name.
const NAME: usize = 31;
/// What a sheet's name may not hold.
const FORBIDDEN: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];

/// A paper as a workbook.
///
/// # Errors
///
/// If a table has more columns or rows than a sheet takes.
pub fn xlsx(paper: &Paper) -> Result<Vec<u8>, Unwritable> {
    let mut names = BTreeSet::new();
    let mut pages = Vec::new();
    if let Some(read) = read(paper) {
        pages.push((read_page(&read, &mut names), Manner::default()));
    }
    for block in &paper.blocks {
        if let Block::Table(table) = block {
            pages.push((page(table, &mut names), manner(table)));
        }
    }
    Ok(huiliu_sheet::write_figures(&pages)?)
}

/// What is to be read; none if the paper has nothing but tables.
fn read(paper: &Paper) -> Option<Vec<String>> {
    let is_table = |block: &Block| matches!(block, Block::Table(_));
    if !paper.blocks.is_empty() && paper.blocks.iter().all(is_table) {
        return None;
    }
    let mut lines = vec![clean_text(&paper.title)];
    for block in &paper.blocks {
        match block {
            Block::Heading(text) | Block::Text(text) | Block::Note(text) => lines.push(clean_text(text)),
            Block::Table(_) => {}
        }
    }
    Some(lines)
}

fn read_page(lines: &[String], names: &mut BTreeSet<String>) -> Page {
    let columns = vec![PageColumn { name: String::new(), width: 100, choice: None }];
    let rows = lines.iter().map(|line| vec![line.clone()]).collect();
    Page { name: named("正文", names), columns, rows, ready: 0 }
}

fn page(table: &Table, names: &mut BTreeSet<String>) -> Page {
    let columns = table.columns.iter().enumerate().map(|(n, column)| PageColumn {
        name: clean_text(&column.name),
        width: width(column, table.rows.iter().filter_map(|row| row.get(n))),
        choice: None,
    });
    let rows = table.rows.iter().map(|row| row.iter().map(|cell| clean_text(cell)).collect());
    Page { name: named(&table.name, names), columns: columns.collect(), rows: rows.collect(), ready: 0 }
}

fn manner(table: &Table) -> Manner {
    let figures = table.columns.iter().enumerate().filter(|(_, column)| column.is_figure);
    Manner {
        figures: figures.map(|(n, _)| n).collect(),
        summed: table.summed,
        marks: MARKS.to_vec(),
        ..Manner::default()
    }
}

/// As wide as what stands there, within what is still handy.
fn width<'a>(column: &Column, cells: impl Iterator<Item = &'a String>) -> u16 {
    let longest = cells.map(|cell| cell.width()).chain([column.name.width()]).max().unwrap_or(0);
    u16::try_from(longest.clamp(6, 58) + 2).unwrap_or(60)
}

/// A name that a sheet may have and no other has.
fn named(name: &str, names: &mut BTreeSet<String>) -> String {
    let name: String =
        clean_text(name).chars().map(|c| if FORBIDDEN.contains(&c) || c == '\n' { '-' } else { c }).collect();
    let name = match name.trim().trim_matches('\'') {
        "" => "表",
        name => name,
    };
    for n in 1.. {
        let tail = if n == 1 { String::new() } else { format!("-{n}") };
        let short: String = fitting(name, NAME - tail.len());
        let whole = format!("{}{tail}", short.trim_end_matches(['\'', ' ']));
        // Case counts for nothing in names of sheets, and this one Excel keeps for itself.
        if whole.to_lowercase() != "history" && names.insert(whole.to_lowercase()) {
            return whole;
        }
    }
    name.to_owned()
}

/// Its first characters, counted as Excel counts them (UTF-16).
fn fitting(name: &str, most: usize) -> String {
    let mut length = 0;
    name.chars()
        .take_while(|c| {
            length += c.len_utf16();
            length <= most
        })
        .collect()
}
