//! The XML spreadsheets of Excel 2002 and 2003, which portals still export under the name `.xls`. Read as a stream, twice:
//! what stands behind the rows (whether a sheet is hidden) and what hides or merges them is told before the first of them.

use std::io::{BufReader, Read, Seek};

use quick_xml::errors::Error;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion, escape};

use crate::excel::Gather;
use crate::glimpse::Glimpse;
use crate::guard::{Calm, Limits};
use crate::unreadable::Unreadable;
use crate::walk::{About, Visit};
use crate::{Cell, Region, Sort, text};

/// Elements inside of elements; such a spreadsheet has about ten.
const DEPTH: usize = 64;

/// Who hears what stands in such a file, in its order.
trait Hear {
    fn sheet(&mut self, name: String) -> Result<(), Unreadable>;
    fn sheet_is_hidden(&mut self) {}
    fn row_is_hidden(&mut self, _row: u32) {}
    fn merged(&mut self, _region: Region) {}
    /// Row and column from 0.
    fn cell(&mut self, _at: (u32, u32), _cell: Cell) -> Result<(), Unreadable> {
        Ok(())
    }
}

/// Shows the sheets of such a file.
pub(crate) fn sheets<R: Read + Seek>(mut source: R, limits: &Limits, visit: &mut dyn Visit) -> Result<(), Unreadable> {
    let mut look = Look { limits, found: Vec::new() };
    scan(&mut source, limits, &mut look)?;
    let (mut count, mut found) = (0, look.found.into_iter());
    let gather = Gather::new(limits, visit, &mut count);
    let mut show = Show { gather, abouts: &mut found, wanted: false };
    scan(&mut source, limits, &mut show)?;
    show.gather.end()
}

/// What is known of each sheet before its rows.
struct Look<'l> {
    limits: &'l Limits,
    found: Vec<(About, Glimpse)>,
}

impl Hear for Look<'_> {
    fn sheet(&mut self, name: String) -> Result<(), Unreadable> {
        self.found.push((About { name, ..About::default() }, Glimpse::default()));
        self.limits.sheets(self.found.len())
    }

    fn sheet_is_hidden(&mut self) {
        if let Some((about, _)) = self.found.last_mut() {
            about.hidden = true;
        }
    }

    fn row_is_hidden(&mut self, row: u32) {
        if let Some((_, glimpse)) = self.found.last_mut() {
            glimpse.hide(row);
        }
    }

    fn merged(&mut self, region: Region) {
        if let Some((_, glimpse)) = self.found.last_mut() {
            glimpse.merge(region);
        }
    }
}

/// The rows of the sheets that are wanted.
struct Show<'a, 'f> {
    gather: Gather<'a>,
    abouts: &'f mut dyn Iterator<Item = (About, Glimpse)>,
    wanted: bool,
}

impl Hear for Show<'_, '_> {
    fn sheet(&mut self, name: String) -> Result<(), Unreadable> {
        let (about, glimpse) = self.abouts.next().ok_or_else(|| Unreadable::broken("changed while it was read"))?;
        let about = About { merged: glimpse.merged, hidden_rows: glimpse.hidden, ..about };
        self.wanted = self.gather.begin(name, about)?;
        Ok(())
    }

    fn cell(&mut self, at: (u32, u32), cell: Cell) -> Result<(), Unreadable> {
        if self.wanted { self.gather.put(at, cell) } else { Ok(()) }
    }
}

/// Where the reader stands: `row` and `column` are what was given out last, from 1; 0 before the first.
#[derive(Default)]
struct Place {
    depth: usize,
    in_sheet: bool,
    row: u32,
    /// Rows that the present row element stands for besides itself.
    span: u32,
    row_hidden: bool,
    in_row: bool,
    column: u32,
    across: u32,
    /// The depth of the present cell, and of the value in it; none outside of one.
    cell: Option<usize>,
    value: Option<(usize, String)>,
    said: String,
    /// Whether the text is that of the element that tells whether the sheet is seen.
    tells_visibility: bool,
    ended: bool,
}

fn scan<R: Read + Seek>(source: &mut R, limits: &Limits, hear: &mut dyn Hear) -> Result<(), Unreadable> {
    source.rewind().map_err(|why| Unreadable::broken(why.kind()))?;
    let decoded = text::undeclared(source)?;
    let mut xml = Reader::from_reader(BufReader::new(Calm::new(decoded, limits)));
    xml.config_mut().expand_empty_elements = true;
    let (mut place, mut buffer) = (Place::default(), Vec::new());
    loop {
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => place.start(&tag, limits, hear)?,
            Ok(Event::End(tag)) => place.end(tag.local_name().as_ref(), hear)?,
            Ok(Event::Text(said)) => place.say(&said.xml10_content()),
            Ok(Event::CData(said)) => place.say(&said.xml10_content()),
            Ok(Event::GeneralRef(name)) => match name.resolve_char_ref() {
                Ok(Some(character)) => place.say(character.encode_utf8(&mut [0; 4])),
                Ok(None) => match escape::resolve_xml_entity(&name) {
                    Some(said) => place.say(said),
                    None => return Err(Unreadable::broken("entity")),
                },
                Err(_) => return Err(Unreadable::broken("entity")),
            },
            Ok(Event::DocType(_)) => return Err(Unreadable::broken("DOCTYPE")),
            Ok(Event::Eof) if place.ended => return Ok(()),
            Ok(Event::Eof) => return Err(Unreadable::broken("cut off")),
            Ok(_) => {}
            Err(why) => {
                let beyond = xml.get_ref().get_ref().beyond(limits);
                return Err(beyond.unwrap_or_else(|| match why {
                    Error::Io(why) => text::misread(&why),
                    _ => Unreadable::broken("xml"),
                }));
            }
        }
        // Bytes only: counting letters at each piece would cost more the longer a text is. Exactly it is looked at once.
        if place.said.len() / 4 > limits.length {
            limits.text("", place.row, (place.column as usize).saturating_sub(1), &place.said)?;
        }
        buffer.clear();
    }
}

impl Place {
    fn say(&mut self, said: &str) {
        if self.value.is_some() || self.tells_visibility {
            self.said += said;
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, limits: &Limits, hear: &mut dyn Hear) -> Result<(), Unreadable> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unreadable::broken("nested too deep"));
        }
        match tag.local_name().as_ref() {
            "Worksheet" if !self.in_sheet => {
                *self = Self { depth: self.depth, in_sheet: true, ..Self::default() };
                hear.sheet(attribute(tag, "Name").unwrap_or_default())?;
            }
            "Row" if self.in_sheet && !self.in_row => self.start_row(tag, limits, hear)?,
            "Cell" if self.in_row && self.cell.is_none() => self.start_cell(tag, limits, hear)?,
            // A comment of a cell holds a value too, one level deeper.
            "Data" if self.cell.is_some_and(|at| at + 1 == self.depth) => {
                self.said.clear();
                self.value = Some((self.depth, attribute(tag, "Type").unwrap_or_default()));
            }
            "Visible" if self.in_sheet && !self.in_row => {
                self.said.clear();
                self.tells_visibility = true;
            }
            _ => {}
        }
        Ok(())
    }

    fn start_row(&mut self, tag: &BytesStart<'_>, limits: &Limits, hear: &mut dyn Hear) -> Result<(), Unreadable> {
        let next = self.row.saturating_add(self.span).saturating_add(1);
        self.row = match number(tag, "Index")? {
            Some(row) if row < next => return Err(Unreadable::broken("rows out of order")),
            Some(row) => row,
            None => next,
        };
        self.span = number(tag, "Span")?.unwrap_or(0).min(limits.rows);
        self.row_hidden = attribute(tag, "Hidden").is_some_and(|said| said == "1");
        (self.in_row, self.column, self.across) = (true, 0, 0);
        if self.row_hidden {
            let last = self.row.saturating_add(self.span).min(limits.rows.saturating_add(1));
            (self.row..=last).for_each(|row| hear.row_is_hidden(row));
        }
        Ok(())
    }

    fn start_cell(&mut self, tag: &BytesStart<'_>, limits: &Limits, hear: &mut dyn Hear) -> Result<(), Unreadable> {
        let next = self.column.saturating_add(self.across).saturating_add(1);
        self.column = match number(tag, "Index")? {
            Some(column) if column < next => return Err(Unreadable::broken("cells out of order")),
            Some(column) => column,
            None => next,
        };
        self.across = number(tag, "MergeAcross")?.unwrap_or(0).min(limits.columns as u32);
        let down = number(tag, "MergeDown")?.unwrap_or(0).min(limits.rows);
        if self.across > 0 || down > 0 {
            let left = (self.column as usize).saturating_sub(1);
            let bottom = self.row.saturating_add(down);
            hear.merged(Region { top: self.row, left, bottom, right: left.saturating_add(self.across as usize) });
        }
        self.cell = Some(self.depth);
        Ok(())
    }

    fn end(&mut self, name: &str, hear: &mut dyn Hear) -> Result<(), Unreadable> {
        match name {
            "Worksheet" => self.in_sheet = false,
            "Workbook" if self.depth == 1 => self.ended = true,
            "Row" => self.in_row = false,
            "Cell" if self.cell == Some(self.depth) => self.cell = None,
            "Visible" if std::mem::take(&mut self.tells_visibility) => {
                if matches!(self.said.trim(), "SheetHidden" | "SheetVeryHidden") {
                    hear.sheet_is_hidden();
                }
            }
            _ => {}
        }
        if let Some((_, sort)) = self.value.take_if(|(depth, _)| *depth == self.depth) {
            let cell = value(&sort, std::mem::take(&mut self.said))?;
            hear.cell((self.row.saturating_sub(1), self.column.saturating_sub(1)), cell)?;
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }
}

/// A value as it is written there.
fn value(sort: &str, said: String) -> Result<Cell, Unreadable> {
    Ok(match sort {
        // As it stands there, where all its digits do: a float would not have them.
        "Number" if said.bytes().all(|byte| byte.is_ascii_digit()) => Cell::new(said, Sort::Number),
        "Number" => match said.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Cell::number(number),
            _ => return Err(Unreadable::broken("a number that is none")),
        },
        "DateTime" => Cell::new(moment(&said), Sort::Date),
        "Boolean" => Cell::new(if matches!(said.trim(), "1" | "true") { "TRUE" } else { "FALSE" }, Sort::Boolean),
        "Error" => Cell::new(said, Sort::Error),
        _ => Cell::text(said),
    })
}

/// `2026-12-03T09:30:15.000` as a date and time; on the day before the first it is a time alone.
fn moment(said: &str) -> String {
    let said = said.trim();
    let whole = said.split_once('.').map_or(said, |(whole, _)| whole);
    match whole.split_once('T') {
        Some(("1899-12-31" | "1899-12-30", time)) => time.to_owned(),
        Some((day, time)) => format!("{day} {time}"),
        None => whole.to_owned(),
    }
}

/// By its name, whatever prefix its namespace has.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|at| at.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|text| text.into_owned())
}

/// A number that is counted from 1, or 0 for none.
fn number(tag: &BytesStart<'_>, name: &str) -> Result<Option<u32>, Unreadable> {
    let Some(said) = attribute(tag, name) else { return Ok(None) };
    said.trim().parse().map(Some).map_err(|_| Unreadable::broken("a place that is none"))
}
