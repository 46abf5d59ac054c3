//! A paper as values parted by commas, as Excel opens them: in UTF-8 with a byte order mark, and nothing that was typed
//! becomes a formula. What stands between tables has a line of its own; so has a table's name.

use ::csv::{Terminator, WriterBuilder};

use super::{Block, Paper, Table, Unwritable, clean_text};

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];

/// A paper as values parted by commas.
///
/// # Errors
///
/// If it is too large for the machine.
pub fn csv(paper: &Paper) -> Result<Vec<u8>, Unwritable> {
    let mut out = WriterBuilder::new().flexible(true).terminator(Terminator::CRLF).from_writer(vec![0xEF, 0xBB, 0xBF]);
    for row in rows(paper) {
        out.write_record(row)?;
    }
    out.into_inner().map_err(|error| Unwritable::Output(error.into_error()))
}

fn rows(paper: &Paper) -> Vec<Vec<String>> {
    let mut rows = vec![vec![safe(&paper.title)]];
    for block in &paper.blocks {
        match block {
            Block::Heading(text) | Block::Text(text) | Block::Note(text) => rows.push(vec![safe(text)]),
            Block::Table(table) => rows.extend(table_rows(table)),
        }
    }
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    rows
}

fn table_rows(table: &Table) -> Vec<Vec<String>> {
    let heads = table.columns.iter().map(|column| safe(&column.name)).collect();
    let mut rows = vec![vec![safe(&table.name)], heads];
    for row in &table.rows {
        let cells = row.iter().zip(&table.columns);
        rows.push(cells.map(|(cell, column)| if column.is_figure { figure(cell) } else { safe(cell) }).collect());
    }
    rows
}

/// A text that no spreadsheet takes for a formula.
pub(super) fn safe(text: &str) -> String {
    let text = clean_text(text);
    if text.trim_start().starts_with(FORMULA) { format!("'{text}") } else { text }
}

/// A figure stays one, also below zero.
fn figure(text: &str) -> String {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_plain = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '%'));
    if is_plain { text.to_owned() } else { safe(text) }
}
