//! A paper as a document of the sort that offices pass on: A4 and type as GB/T 9704 has them. WordprocessingML by hand.

mod parts;

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Block, Paper, Table, Unwritable, clean_text, is_marked};

/// A paper as a document (.docx).
///
/// # Errors
///
/// If it is too large for the machine.
pub fn docx(paper: &Paper) -> Result<Vec<u8>, Unwritable> {
    let body = parts::document(&body(paper));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts::FIXED.into_iter().chain([("word/document.xml", &*body)]) {
        zip.start_file(name, packed)?;
        zip.write_all(content.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn body(paper: &Paper) -> String {
    let mut xml = String::new();
    if !paper.title.is_empty() {
        xml += &paragraphs("Title", &paper.title);
    }
    for block in &paper.blocks {
        xml += &match block {
            Block::Heading(heading) => paragraphs("Heading1", heading),
            Block::Text(text) => paragraphs("Normal", text),
            Block::Note(note) => paragraphs("Note", note),
            Block::Table(table) => drawn(table),
        };
    }
    xml
}

/// Each line a paragraph.
fn paragraphs(style: &str, text: &str) -> String {
    let text = clean_text(text);
    text.lines().map(|line| paragraph(style, line, "", "")).collect()
}

fn paragraph(style: &str, text: &str, manner: &str, look: &str) -> String {
    let look = if look.is_empty() { String::new() } else { format!("<w:rPr>{look}</w:rPr>") };
    let run = format!("<w:r>{look}<w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text));
    let run = if text.is_empty() { String::new() } else { run };
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{manner}</w:pPr>{run}</w:p>")
}

fn drawn(table: &Table) -> String {
    let name = if table.name.is_empty() { String::new() } else { paragraphs("Caption", &table.name) };
    let grid = "<w:gridCol/>".repeat(table.columns.len());
    let heads = table.columns.iter().map(|column| cell(&column.name, "<w:jc w:val=\"center\"/>", "<w:b/>"));
    let heads = heads.collect::<String>();
    let mut rows = format!("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>");
    for (n, row) in table.rows.iter().enumerate() {
        let look = if table.summed && n + 1 == table.rows.len() { "<w:b/>" } else { "" };
        let cells = row
            .iter()
            .zip(&table.columns)
            .map(|(text, column)| cell(text, if column.is_figure { "<w:jc w:val=\"right\"/>" } else { "" }, look));
        rows += &format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{}</w:tr>", cells.collect::<String>());
    }
    // A table that ends a document or meets another needs a paragraph behind it.
    let behind = paragraph("Cell", "", "", "");
    format!(
        "{name}<w:tbl><w:tblPr><w:tblStyle w:val=\"Grid\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/></w:tblPr>\
         <w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{behind}"
    )
}

fn cell(text: &str, manner: &str, look: &str) -> String {
    let text = clean_text(text);
    let red = if is_marked(&text) { "<w:color w:val=\"C00000\"/>" } else { "" };
    let look = &format!("{look}{red}");
    let lines = if text.is_empty() { vec![""] } else { text.lines().collect() };
    let inside: String = lines.into_iter().map(|line| paragraph("Cell", line, manner, look)).collect();
    format!("<w:tc>{inside}</w:tc>")
}

/// What XML can hold: its own marks escaped, characters that it has no word for left out.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => xml += "&amp;",
            '<' => xml += "&lt;",
            '>' => xml += "&gt;",
            '"' => xml += "&quot;",
            '\u{fffe}' | '\u{ffff}' => {}
            c => xml.push(c),
        }
    }
    xml
}
