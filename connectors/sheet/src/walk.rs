//! A file as a stream: sheet after sheet, row after row, so that a file's size does not count.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::unreadable::Unreadable;
use crate::{Format, Limits, Region, Row, Sheet, excel, guard, html, sniff, text, xls, xml2003};

/// What is known of a sheet before its rows.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct About {
    /// Its name; empty for text.
    pub name: String,
    /// Whether people do not see it.
    pub hidden: bool,
    /// Regions merged into one cell.
    pub merged: Vec<Region>,
    /// Rows that people do not see: first and last of each stretch, in order.
    pub hidden_rows: Vec<(u32, u32)>,
}

impl About {
    /// Whether people do not see a row.
    pub fn hides(&self, row: u32) -> bool {
        let after = self.hidden_rows.partition_point(|(first, _)| *first <= row);
        after.checked_sub(1).and_then(|n| self.hidden_rows.get(n)).is_some_and(|(_, last)| row <= *last)
    }
}

/// Who is shown a file, piece by piece.
pub trait Visit {
    /// A sheet begins; whether its rows are wanted.
    ///
    /// # Errors
    ///
    /// To stop.
    fn sheet(&mut self, about: About) -> Result<bool, Unreadable>;

    /// The next row of that sheet that holds a value; their numbers grow.
    ///
    /// # Errors
    ///
    /// To stop.
    fn row(&mut self, row: Row) -> Result<(), Unreadable>;
}

/// Walks through a file. Workbooks of Excel 97 and web pages are held in memory, everything else is not.
///
/// # Errors
///
/// If it is no spreadsheet that can be read, goes beyond a limit, or breaks off.
pub fn walk(path: &Path, limits: &Limits, visit: &mut dyn Visit) -> Result<Format, Unreadable> {
    through(opened(path)?, limits, visit)
}

/// What a file is, by its content.
///
/// # Errors
///
/// If it is none that could be read.
pub fn format(path: &Path, limits: &Limits) -> Result<Format, Unreadable> {
    sniff::format(&mut opened(path)?, limits)
}

/// The text of a file that is no workbook (`.json`, `.xml`), whatever it is encoded in.
///
/// # Errors
///
/// If it has more bytes than `most`, or its encoding cannot be told.
pub fn whole_text(path: &Path, most: usize) -> Result<String, Unreadable> {
    let limits = Limits { bytes: most, ..Limits::default() };
    let mut source = opened(path)?;
    limits.file(size(&mut source)?)?;
    text::whole(&mut source)
}

fn opened(path: &Path) -> Result<BufReader<File>, Unreadable> {
    File::open(path).map(BufReader::new).map_err(|why| cannot_read(&why))
}

fn cannot_read(why: &std::io::Error) -> Unreadable {
    Unreadable::new(
        "not_read",
        format!("文件读不了({});请看权限,或重新放一份", why.kind()),
        format!("the file cannot be read ({}); look at its permissions, or put it there anew", why.kind()),
    )
}

fn size(source: &mut impl Seek) -> Result<u64, Unreadable> {
    let size = source.seek(SeekFrom::End(0)).map_err(|why| cannot_read(&why))?;
    source.rewind().map_err(|why| cannot_read(&why))?;
    Ok(size)
}

pub(crate) fn through<R: Read + Seek>(
    mut source: R,
    limits: &Limits,
    visit: &mut dyn Visit,
) -> Result<Format, Unreadable> {
    let size = size(&mut source)?;
    limits.file(size)?;
    let format = sniff::format(&mut source, limits)?;
    source.rewind().map_err(|why| cannot_read(&why))?;
    match format {
        Format::Xlsx => {
            let mut parts = guard::unpacked(&mut source, size, limits)?;
            source.rewind().map_err(|why| cannot_read(&why))?;
            excel::xlsx(source, &mut parts, limits, visit)?;
        }
        Format::Xls => {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).map_err(|why| cannot_read(&why))?;
            let glimpses = xls::glimpses(&bytes, limits)?;
            excel::xls(&bytes, glimpses, limits, visit)?;
        }
        Format::Html => html::tables(&text::whole(&mut source)?, limits, visit)?,
        Format::Xml2003 => xml2003::sheets(source, limits, visit)?,
        Format::Text => text::rows(source, limits, visit)?,
        Format::Json => return Err(Unreadable::other("JSON 文件", "a JSON file")),
        Format::Xml => return Err(Unreadable::other("XML 文件", "an XML file")),
    }
    Ok(format)
}

/// Keeps everything: a file as a whole.
#[derive(Default)]
pub(crate) struct Collect {
    pub(crate) sheets: Vec<Sheet>,
}

impl Visit for Collect {
    fn sheet(&mut self, about: About) -> Result<bool, Unreadable> {
        let About { name, hidden, merged, .. } = about;
        self.sheets.push(Sheet { name, rows: Vec::new(), merged, hidden });
        Ok(true)
    }

    fn row(&mut self, row: Row) -> Result<(), Unreadable> {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.rows.push(row);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_rows_are_found_in_their_stretches() {
        let about = About { hidden_rows: vec![(2, 3), (9, 9)], ..About::default() };
        let hidden: Vec<u32> = (1..12).filter(|row| about.hides(*row)).collect();
        assert_eq!(hidden, [2, 3, 9]);
    }
}
