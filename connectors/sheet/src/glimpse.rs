//! What a look over a sheet's XML tells beforehand: merged cells, which stand behind the rows they concern, and rows
//! that people do not see.

use std::collections::HashMap;
use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::Region;

/// What was seen of one sheet.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Glimpse {
    /// Merged regions.
    pub(crate) merged: Vec<Region>,
    /// Rows that are hidden: first and last of each stretch.
    pub(crate) hidden: Vec<(u32, u32)>,
}

/// No sheet that people look at has as many merged regions or hidden stretches.
const MOST: usize = 200_000;

impl Glimpse {
    /// Notes a merged region.
    pub(crate) fn merge(&mut self, region: Region) {
        if self.merged.len() < MOST {
            self.merged.push(region);
        }
    }

    /// Notes a hidden row; rows come in order.
    pub(crate) fn hide(&mut self, row: u32) {
        let full = self.hidden.len() >= MOST;
        match self.hidden.last_mut() {
            Some((_, last)) if last.saturating_add(1) == row => *last = row,
            _ if !full => self.hidden.push((row, row)),
            _ => {}
        }
    }
}

/// Looks over a sheet.
pub(crate) fn sheet(from: impl BufRead) -> Result<Glimpse, quick_xml::Error> {
    let mut xml = Reader::from_reader(from);
    xml.config_mut().check_end_names = false;
    let (mut glimpse, mut buffer, mut row) = (Glimpse::default(), Vec::new(), 0u32);
    loop {
        match xml.read_event_into(&mut buffer)? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "row" => {
                    row = number(&tag, "r").unwrap_or(row.saturating_add(1));
                    if attribute(&tag, "hidden").is_some_and(|said| matches!(said.as_str(), "1" | "true")) {
                        glimpse.hide(row);
                    }
                }
                "mergeCell" if glimpse.merged.len() < MOST => {
                    glimpse.merged.extend(attribute(&tag, "ref").and_then(|said| region(&said)));
                }
                _ => {}
            },
            Event::Eof => return Ok(glimpse),
            _ => {}
        }
        buffer.clear();
    }
}

/// The part of each sheet, by its name.
pub(crate) fn paths(book: &[u8], relations: &[u8]) -> HashMap<String, String> {
    let mut targets = HashMap::new();
    each(relations, "Relationship", |tag| {
        if let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target")) {
            let path = match target.strip_prefix('/') {
                Some(whole) => whole.to_owned(),
                None => format!("xl/{target}"),
            };
            targets.insert(id, path);
        }
    });
    let mut paths = HashMap::new();
    each(book, "sheet", |tag| {
        let id = tag.attributes().with_checks(false).flatten().find(|at| at.key.local_name().as_ref() == "id");
        let id = id.and_then(|at| at.normalized_value(XmlVersion::Implicit1_0).ok().map(|text| text.into_owned()));
        let target = id.and_then(|id| targets.remove(&id));
        paths.extend(attribute(tag, "name").zip(target));
    });
    paths
}

fn each(xml: &[u8], name: &str, mut see: impl FnMut(&BytesStart<'_>)) {
    let (mut xml, mut buffer) = (Reader::from_reader(xml), Vec::new());
    // What does not open here does not open for the reader of cells either, and is told there.
    while let Ok(event) = xml.read_event_into(&mut buffer) {
        match event {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == name => see(&tag),
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).ok()??;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|text| text.into_owned())
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(tag, name)?.parse().ok()
}

/// `A1:B3` as a region; a single cell is none.
fn region(said: &str) -> Option<Region> {
    let (from, to) = said.split_once(':')?;
    let ((top, left), (bottom, right)) = (corner(from)?, corner(to)?);
    Some(Region { top, left, bottom, right })
}

/// `AB12` as row from 1 and column from 0.
fn corner(said: &str) -> Option<(u32, usize)> {
    let at = said.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = said.split_at_checked(at)?;
    let mut column = 0usize;
    for letter in letters.bytes() {
        let digit = letter.to_ascii_uppercase().checked_sub(b'A').filter(|digit| *digit < 26)?;
        column = column.checked_mul(26)?.checked_add(usize::from(digit) + 1)?;
    }
    Some((row.parse().ok()?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_cells_and_hidden_rows_are_seen() {
        let xml = br#"<worksheet><sheetData><row r="1"/><row r="2" hidden="1"><c r="A2"/></row><row hidden="true"/>
            <row r="9" hidden="0"/></sheetData><mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="AA3:AB10"/>
            <mergeCell ref="A5"/><mergeCell ref="1:2"/></mergeCells></worksheet>"#;
        let seen = sheet(&xml[..]).unwrap();
        assert_eq!(seen.hidden, [(2, 3)]);
        let wanted =
            [Region { top: 1, left: 0, bottom: 1, right: 2 }, Region { top: 3, left: 26, bottom: 10, right: 27 }];
        assert_eq!(seen.merged, wanted);
    }

    #[test]
    fn sheets_are_found_by_their_names() {
        let book = r#"<x:workbook><x:sheets><x:sheet name="来信 &amp; 建议" r:id="rId7"/></x:sheets></x:workbook>"#;
        let relations = r#"<Relationships><Relationship Id="rId7" Target="/xl/worksheets/a.xml"/></Relationships>"#;
        let found = paths(book.as_bytes(), relations.as_bytes());
        assert_eq!(found.get("来信 & 建议").map(String::as_str), Some("xl/worksheets/a.xml"));
    }
}
