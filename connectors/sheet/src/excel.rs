//! Excel's own files, read by `calamine`, cell by cell where it allows that: its own grids are as large as the
//! outermost cell says, and one cell in the last corner would cost gigabytes.

use std::io::{Cursor, Read, Seek};

use calamine::{
    CellErrorType, Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx,
    XlsxError,
};

use crate::glimpse::Glimpse;
use crate::guard::{Limits, Parts};
use crate::unreadable::Unreadable;
use crate::walk::{About, Visit};
use crate::{Cell, Region, Row, Sort};

/// Cells of a sheet on their way into rows.
pub(crate) struct Gather<'a> {
    name: String,
    limits: &'a Limits,
    visit: &'a mut dyn Visit,
    row: Option<Row>,
    /// Cells of the whole file so far.
    count: &'a mut usize,
}

impl<'a> Gather<'a> {
    /// Before the first sheet.
    pub(crate) fn new(limits: &'a Limits, visit: &'a mut dyn Visit, count: &'a mut usize) -> Self {
        Self { name: String::new(), limits, visit, row: None, count }
    }

    /// Begins a sheet; whether its rows are wanted.
    pub(crate) fn begin(&mut self, name: String, about: About) -> Result<bool, Unreadable> {
        self.end()?;
        self.name = name;
        self.visit.sheet(about)
    }

    /// Puts a cell; row and column from 0.
    pub(crate) fn put(&mut self, (row, column): (u32, u32), cell: Cell) -> Result<(), Unreadable> {
        if cell.sort == Sort::Empty || cell.text.is_empty() {
            return Ok(());
        }
        let (number, column) = (row.saturating_add(1), column as usize);
        *self.count += 1;
        self.limits.cell(&self.name, number, column, *self.count)?;
        self.limits.text(&self.name, number, column, &cell.text)?;
        match &self.row {
            Some(row) if row.number == number => {}
            Some(row) if row.number > number => return Err(Unreadable::broken("rows out of order")),
            _ => self.end()?,
        }
        let row = self.row.get_or_insert_with(|| Row { number, cells: Vec::with_capacity(16) });
        if row.cells.len() <= column {
            row.cells.resize(column + 1, Cell::default());
        }
        if let Some(place) = row.cells.get_mut(column) {
            *place = cell;
        }
        Ok(())
    }

    /// Hands over the row that is complete.
    pub(crate) fn end(&mut self) -> Result<(), Unreadable> {
        self.row.take().map_or(Ok(()), |row| self.visit.row(row))
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

pub(crate) fn xlsx<R: Read + Seek>(
    source: R,
    parts: &mut Parts,
    limits: &Limits,
    visit: &mut dyn Visit,
) -> Result<(), Unreadable> {
    let broken = |why: XlsxError| match why {
        XlsxError::Password => Unreadable::password(),
        other => Unreadable::broken(sort_of(&other)),
    };
    let mut book: Xlsx<R> = Xlsx::new(source).map_err(broken)?;
    let found = book.sheets_metadata().to_vec();
    limits.sheets(found.len())?;
    let mut count = 0;
    for sheet in found.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        let (merged, hidden_rows) = match parts.take(&sheet.name) {
            Some(glimpse) => (glimpse.merged, glimpse.hidden),
            None => {
                let merged = book.merge_cells_by_sheet_name(&sheet.name).map_err(broken)?;
                (merged.iter().map(region).collect(), Vec::new())
            }
        };
        let hidden = sheet.visible != SheetVisible::Visible;
        if !visit.sheet(About { name: sheet.name.clone(), hidden, merged, hidden_rows })? {
            continue;
        }
        let mut cells = book.worksheet_cells_reader(&sheet.name).map_err(broken)?;
        let mut gather = Gather { name: sheet.name, limits, visit, row: None, count: &mut count };
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            gather.put(cell.get_position(), of_ref(cell.get_value()))?;
        }
        gather.end()?;
    }
    Ok(())
}

pub(crate) fn xls(
    bytes: &[u8],
    glimpses: Vec<Glimpse>,
    limits: &Limits,
    visit: &mut dyn Visit,
) -> Result<(), Unreadable> {
    let broken = |why: XlsError| match why {
        XlsError::Password => Unreadable::password(),
        _ => Unreadable::broken("xls"),
    };
    // Its reader indexes into what it reads; a crafted file must end here, not higher up.
    let book = std::panic::catch_unwind(|| Xls::new(Cursor::new(bytes))).map_err(|_| Unreadable::broken("xls"))?;
    let mut book: Xls<_> = book.map_err(broken)?;
    let found = book.sheets_metadata().to_vec();
    limits.sheets(found.len())?;
    let (mut count, mut glimpses) = (0, glimpses.into_iter());
    for sheet in found {
        let hidden_rows = glimpses.next().unwrap_or_default().hidden;
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let merged = book.merge_cells_by_sheet_name(&sheet.name).map_err(broken)?.iter().map(region).collect();
        let hidden = sheet.visible != SheetVisible::Visible;
        if !visit.sheet(About { name: sheet.name.clone(), hidden, merged, hidden_rows })? {
            continue;
        }
        let range = book.worksheet_range(&sheet.name).map_err(broken)?;
        let (top, left) = range.start().unwrap_or_default();
        let mut gather = Gather { name: sheet.name, limits, visit, row: None, count: &mut count };
        for (row, column, value) in range.used_cells() {
            let at = (top.saturating_add(row as u32), left.saturating_add(column as u32));
            gather.put(at, of_data(value))?;
        }
        gather.end()?;
    }
    Ok(())
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
