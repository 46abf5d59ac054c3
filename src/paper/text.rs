//! A paper on a screen: 80 columns, where a Chinese character takes two.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table as Drawn};
use unicode_width::UnicodeWidthStr;

use super::plain::wrapped;
use super::{Block, Paper, Table, clean, clean_text};

/// How wide a screen is at least.
const WIDTH: u16 = 80;

/// A paper for a screen of 80 columns.
#[must_use]
pub fn text(paper: &Paper) -> String {
    let mut out = String::new();
    if !paper.title.is_empty() {
        for line in wrapped(&clean(&paper.title), "", WIDTH.into()) {
            let before = usize::from(WIDTH).saturating_sub(line.width()) / 2;
            out += &format!("{}{line}\n", " ".repeat(before));
        }
    }
    for block in &paper.blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        match block {
            Block::Heading(heading) => out += &lines(heading, ""),
            Block::Text(text) => out += &lines(text, "    "),
            Block::Note(note) => out += &lines(note, "  "),
            Block::Table(table) => out += &drawn(table),
        }
    }
    out
}

fn lines(text: &str, indent: &str) -> String {
    let text = clean_text(text);
    let lines = text.lines().flat_map(|line| wrapped(line, indent, WIDTH.into()));
    lines.map(|line| line + "\n").collect()
}

fn drawn(table: &Table) -> String {
    let name = if table.name.is_empty() { String::new() } else { lines(&format!("[{}]", table.name), "") };
    let mut screen = Drawn::new();
    screen.load_style(NOTHING.header_separator(LineStyle::none().fill('-').junction('-')));
    screen.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    screen.set_header(cells(table, &table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()));
    for row in &table.rows {
        screen.add_row(cells(table, row));
    }
    for column in screen.column_iter_mut() {
        column.set_padding((0, 1));
    }
    name + &screen.trim_fmt() + "\n"
}

fn cells(table: &Table, row: &[String]) -> Vec<Cell> {
    let aligned =
        table.columns.iter().map(|column| if column.is_figure { CellAlignment::Right } else { CellAlignment::Left });
    row.iter().zip(aligned).map(|(cell, aligned)| Cell::new(clean(cell)).set_alignment(aligned)).collect()
}
