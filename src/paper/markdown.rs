//! A paper in Markdown (CommonMark, and tables as GitHub has them). Whatever was meant as text stays text.

use super::{Block, Paper, Table, clean, clean_text};

/// What means something inside of a line.
const MARKS: &str = r"\`*_[]<>|~&#$";

/// A paper in Markdown.
#[must_use]
pub fn markdown(paper: &Paper) -> String {
    let mut parts = Vec::new();
    if !paper.title.is_empty() {
        parts.push(format!("# {}", escaped(&clean(&paper.title))));
    }
    for block in &paper.blocks {
        parts.push(match block {
            Block::Heading(heading) => format!("## {}", escaped(&clean(heading))),
            Block::Text(text) => paragraphs(text, ""),
            Block::Note(note) => paragraphs(note, "> "),
            Block::Table(table) => drawn(table),
        });
    }
    parts.join("\n\n") + "\n"
}

fn paragraphs(text: &str, before: &str) -> String {
    let text = clean_text(text);
    let lines = text.lines().map(|line| format!("{before}{}", opened(&escaped(line.trim()))));
    lines.collect::<Vec<_>>().join(&format!("\n{}\n", before.trim_end()))
}

fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| MARKS.contains(c).then_some('\\').into_iter().chain([c])).collect()
}

/// A line that begins as a list or a rule would, made plain text.
fn opened(line: &str) -> String {
    let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
    let (number, rest) = line.split_at(digits);
    if rest.starts_with(['-', '+', '=']) && digits == 0 || rest.starts_with(['.', ')']) && digits > 0 {
        return format!("{number}\\{rest}");
    }
    line.to_owned()
}

fn drawn(table: &Table) -> String {
    let mut lines = Vec::new();
    if !table.name.is_empty() {
        lines.push(format!("**{}**\n", escaped(clean(&table.name).trim())));
    }
    lines.push(row(table.columns.iter().map(|column| cell(&column.name))));
    lines.push(row(table.columns.iter().map(|column| if column.is_figure { "---:" } else { "---" }.to_owned())));
    for (n, cells) in table.rows.iter().enumerate() {
        let is_sum = table.summed && n + 1 == table.rows.len();
        lines.push(row(cells.iter().map(|text| match cell(text) {
            text if is_sum && !text.is_empty() => format!("**{text}**"),
            text => text,
        })));
    }
    lines.join("\n")
}

fn row(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

/// A cell holds one line; more are parted by what Markdown has for it.
fn cell(text: &str) -> String {
    let text = clean_text(text);
    text.lines().map(|line| escaped(line.trim())).collect::<Vec<_>>().join("<br>")
}
