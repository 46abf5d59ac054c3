//! Excel's own files, read by `calamine`, cell by cell where it allows that: its own grids are as large as the
//! outermost cell says, and one cell in the last corner would cost gigabytes.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{
    CellErrorType, Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx,
    XlsxError,
};

use crate::guard::Limits;
use crate::unreadable::Unreadable;
use crate::{Cell, Region, Row, Sheet, Sort};

/// Rows of a sheet on the way: by row, then by column.
struct Grid<'a> {
    name: &'a str,
    limits: &'a Limits,
    rows: BTreeMap<u32, Vec<Cell>>,
    /// Cells of the whole file so far.
    count: usize,
}

impl<'a> Grid<'a> {
    fn new(name: &'a str, limits: &'a Limits, count: usize) -> Self {
        Self { name, limits, rows: BTreeMap::new(), count }
    }

    /// Puts a cell; row and column from 0.
    fn put(&mut self, (row, column): (u32, u32), cell: Cell) -> Result<(), Unreadable> {
        if cell.sort == Sort::Empty || cell.text.is_empty() {
            return Ok(());
        }
        let (row, column) = (row.saturating_add(1), column as usize);
        self.count += 1;
        self.limits.cell(self.name, row, column, self.count)?;
        self.limits.text(self.name, row, column, &cell.text)?;
        let cells = self.rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, Cell::default());
        }
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
        Ok(())
    }

    fn sheet(self, hidden: bool, merged: Vec<Dimensions>) -> (Sheet, usize) {
        let rows = self.rows.into_iter().map(|(number, cells)| Row { number, cells }).collect();
        let merged = merged.iter().map(region).collect();
        (Sheet { name: self.name.to_owned(), rows, merged, hidden }, self.count)
    }
}

fn region(at: &Dimensions) -> Region {
    Region {
        top: at.start.0.saturating_add(1),
        left: at.start.1 as usize,
        bottom: at.end.0.saturating_add(1),
        right: at.end.1 as usize,
    }
}

pub(crate) fn xlsx(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Unreadable> {
    let broken = |why: XlsxError| match why {
        XlsxError::Password => Unreadable::password(),
        other => Unreadable::broken(sort_of(&other)),
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let found = book.sheets_metadata().to_vec();
    limits.sheets(found.len())?;
    let (mut sheets, mut count) = (Vec::new(), 0);
    for about in found.iter().filter(|about| about.typ == SheetType::WorkSheet) {
        let mut grid = Grid::new(&about.name, limits, count);
        let mut cells = book.worksheet_cells_reader(&about.name).map_err(broken)?;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            grid.put(cell.get_position(), of_ref(cell.get_value()))?;
        }
        drop(cells);
        let merged = book.merge_cells_by_sheet_name(&about.name).map_err(broken)?;
        let (sheet, so_far) = grid.sheet(about.visible != SheetVisible::Visible, merged);
        count = so_far;
        sheets.push(sheet);
    }
    Ok(sheets)
}

pub(crate) fn xls(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Unreadable> {
    let broken = |why: XlsError| match why {
        XlsError::Password => Unreadable::password(),
        _ => Unreadable::broken("xls"),
    };
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(broken)?;
    let found = book.sheets_metadata().to_vec();
    limits.sheets(found.len())?;
    let (mut sheets, mut count) = (Vec::new(), 0);
    for about in found.iter().filter(|about| about.typ == SheetType::WorkSheet) {
        let range = book.worksheet_range(&about.name).map_err(broken)?;
        let (top, left) = range.start().unwrap_or_default();
        let mut grid = Grid::new(&about.name, limits, count);
        for (row, column, value) in range.used_cells() {
            let at = (top.saturating_add(row as u32), left.saturating_add(column as u32));
            grid.put(at, of_data(value))?;
        }
        let merged = book.merge_cells_by_sheet_name(&about.name).map_err(broken)?;
        let (sheet, so_far) = grid.sheet(about.visible != SheetVisible::Visible, merged);
        count = so_far;
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// What sort of error it is; its own words may quote what stands in the file.
fn sort_of(error: &XlsxError) -> &'static str {
    match error {
        XlsxError::Io(_) => "read",
        XlsxError::Zip(_) => "zip",
        XlsxError::Xml(_) | XlsxError::XmlAttr(_) | XlsxError::XmlEof(_) | XlsxError::UnexpectedNode(_) => "xml",
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => "part missing",
        _ => "xlsx",
    }
}

fn of_ref(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Int(number) => Cell::new(number.to_string(), Sort::Number),
        DataRef::Float(number) => Cell::number(*number),
        DataRef::String(text) => Cell::text(text.as_str()),
        DataRef::SharedString(text) => Cell::text(*text),
        DataRef::Bool(yes) => boolean(*yes),
        DataRef::DateTime(at) => moment(at),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::new(text.replace('T', " "), Sort::Date),
        DataRef::Error(error) => wrong(error),
        DataRef::Empty => Cell::default(),
    }
}

fn of_data(value: &Data) -> Cell {
    match value {
        Data::Int(number) => Cell::new(number.to_string(), Sort::Number),
        Data::Float(number) => Cell::number(*number),
        Data::String(text) => Cell::text(text.as_str()),
        Data::Bool(yes) => boolean(*yes),
        Data::DateTime(at) => moment(at),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::new(text.replace('T', " "), Sort::Date),
        Data::Error(error) => wrong(error),
        Data::Empty => Cell::default(),
    }
}

fn boolean(yes: bool) -> Cell {
    Cell::new(if yes { "TRUE" } else { "FALSE" }, Sort::Boolean)
}

fn wrong(error: &CellErrorType) -> Cell {
    Cell::new(error.to_string(), Sort::Error)
}

/// A serial date; what is less than a day is a time alone.
fn moment(at: &ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    let text = if at.as_f64() < 1.0 { time } else { format!("{year:04}-{month:02}-{day:02} {time}") };
    Cell::new(text, Sort::Date)
}
