//! Spreadsheets as operators have them: any of their files becomes a grid of typed cells, and a grid becomes a workbook.
//!
//! What a file is, is told by its content, never by its name. Nothing is unpacked before its size is known, and no
//! count in a file is believed. Nothing here knows what the columns mean.

use std::io::Cursor;

mod cell;
mod excel;
mod glimpse;
mod guard;
mod header;
mod html;
mod sniff;
mod text;
mod unreadable;
mod walk;
mod write;
mod xls;
mod xml2003;

pub use cell::{Cell, NotAnId, Sort};
pub use guard::Limits;
pub use header::{Column, Header, NoHeader, header, plain};
pub use sniff::Format;
pub use unreadable::Unreadable;
pub use walk::{About, Visit, format, walk, whole_text};
pub use write::{Choice, Manner, Page, PageColumn, Unwritable, write, write_figures, write_keyed};

/// A file, read.
#[derive(Clone, PartialEq, Debug)]
pub struct Workbook {
    /// What the file is.
    pub format: Format,
    /// Its sheets, in their order; a text file has one without a name.
    pub sheets: Vec<Sheet>,
}

/// One sheet.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Rows in their order; those without a value are left out.
    pub rows: Vec<Row>,
    /// Regions merged into one cell: the value stands in the first one, the others are empty.
    pub merged: Vec<Region>,
    /// Whether people do not see it.
    pub hidden: bool,
}

/// One row.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Its number as a spreadsheet program shows it, from 1.
    pub number: u32,
    /// Cells from column A on; none behind the last value.
    pub cells: Vec<Cell>,
}

/// Cells from one corner to the other, both included; rows from 1 as they are shown, columns from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// First row.
    pub top: u32,
    /// First column.
    pub left: usize,
    /// Last row.
    pub bottom: u32,
    /// Last column.
    pub right: usize,
}

impl Row {
    /// The cell of a column, from 0; the empty one where there is none.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(Cell::EMPTY)
    }
}

/// A column as a spreadsheet program shows it: `A` for 0, `AA` for 26.
pub fn letters(column: usize) -> String {
    let (mut rest, mut shown) = (column + 1, String::new());
    while rest > 0 {
        rest -= 1;
        shown.insert(0, char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    shown
}

/// Reads a file as a whole. What is too large for that is [walked through](walk()).
///
/// # Errors
///
/// If it is no spreadsheet that can be read, or goes beyond a limit.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Unreadable> {
    let mut all = walk::Collect::default();
    let format = walk::through(Cursor::new(bytes), limits, &mut all)?;
    Ok(Workbook { format, sheets: all.sheets })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_called_as_people_see_them() {
        let shown = [0, 25, 26, 51, 52, 701, 702].map(letters);
        assert_eq!(shown, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
