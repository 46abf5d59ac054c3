//! How much a file may hold. What a packed file says of itself is looked at first, then what it really unpacks to is
//! counted, before anybody keeps a byte of it.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::unreadable::Unreadable;

/// Bounds of a file; the defaults fit what people make by hand and what systems export in a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The file, in bytes.
    pub bytes: usize,
    /// What it unpacks to, in bytes.
    pub unpacked: u64,
    /// How many times its own size it may unpack to, once that is more than 8 MiB.
    pub ratio: u64,
    /// The highest row with a value, in each sheet.
    pub rows: u32,
    /// Columns with a value.
    pub columns: usize,
    /// Cells with a value, in all sheets.
    pub cells: usize,
    /// Characters of one cell.
    pub length: usize,
    /// Sheets.
    pub sheets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            unpacked: 256 << 20,
            ratio: 200,
            rows: 100_000,
            columns: 256,
            cells: 2_000_000,
            length: 32_767,
            sheets: 100,
        }
    }
}

/// Below this nobody minds how well a file was packed.
const SMALL: u64 = 8 << 20;

impl Limits {
    pub(crate) fn file(&self, bytes: usize) -> Result<(), Unreadable> {
        let most = self.bytes;
        (bytes <= most).then_some(()).ok_or_else(|| {
            Unreadable::beyond(
                format!("文件有 {bytes} 字节,最多 {most};请分成几个文件"),
                format!("the file has {bytes} bytes, at most {most} are read; split it"),
            )
        })
    }

    /// Whether a cell may stand there, the `count`-th one of the file; row from 1, column from 0.
    pub(crate) fn cell(&self, sheet: &str, row: u32, column: usize, count: usize) -> Result<(), Unreadable> {
        let (rows, columns, cells) = (self.rows, self.columns, self.cells);
        if row > rows {
            return Err(Unreadable::beyond(
                format!("工作表“{sheet}”用到了第 {row} 行,最多 {rows} 行;请分成几个文件,或删掉末尾多余的行"),
                format!(
                    "sheet `{sheet}` goes to row {row}, at most {rows} are read; split it, or delete what stands at its end"
                ),
            ));
        }
        if column >= columns {
            let at = column + 1;
            return Err(Unreadable::beyond(
                format!("工作表“{sheet}”第 {row} 行用到了第 {at} 列,最多 {columns} 列;请删掉右边多余的列"),
                format!(
                    "sheet `{sheet}` row {row} goes to column {at}, at most {columns} are read; delete what stands on the right"
                ),
            ));
        }
        if count > cells {
            return Err(Unreadable::beyond(
                format!("表格里有内容的格子超过 {cells} 个;请分成几个文件"),
                format!("more than {cells} cells hold something; split the file"),
            ));
        }
        Ok(())
    }

    pub(crate) fn text(&self, sheet: &str, row: u32, column: usize, text: &str) -> Result<(), Unreadable> {
        let (most, at) = (self.length, crate::letters(column));
        // Bytes are no fewer than characters.
        if text.len() <= most || text.chars().count() <= most {
            return Ok(());
        }
        Err(Unreadable::beyond(
            format!("工作表“{sheet}”{at}{row} 这一格超过 {most} 个字;请缩短"),
            format!("sheet `{sheet}`: {at}{row} holds more than {most} characters; shorten it"),
        ))
    }

    pub(crate) fn sheets(&self, count: usize) -> Result<(), Unreadable> {
        let most = self.sheets;
        (count <= most).then_some(()).ok_or_else(|| {
            Unreadable::beyond(
                format!("有 {count} 个工作表,最多 {most} 个"),
                format!("there are {count} sheets, at most {most} are read"),
            )
        })
    }

    fn room(&self, packed: usize) -> u64 {
        self.unpacked.min((packed as u64).saturating_mul(self.ratio).max(SMALL))
    }
}

/// Looks at what a packed file says it holds, then unpacks it into nothing, up to the limit.
pub(crate) fn unpacked(bytes: &[u8], limits: &Limits) -> Result<(), Unreadable> {
    let bomb = || {
        Unreadable::beyond(
            "表格解压后大得不正常(可能是压缩炸弹),不打开;请重新导出一份",
            "the workbook unpacks to far more than a workbook does (a zip bomb?); it is not opened, export it anew",
        )
    };
    let room = limits.room(bytes.len());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(Unreadable::broken)?;
    let mut said = 0u64;
    for place in 0..archive.len() {
        let file = archive.by_index_raw(place).map_err(Unreadable::broken)?;
        said = said.saturating_add(file.size());
    }
    if said > room {
        return Err(bomb());
    }
    // The directory is a claim.
    let mut left = room;
    for place in 0..archive.len() {
        let file = archive.by_index(place).map_err(Unreadable::broken)?;
        let read = std::io::copy(&mut file.take(left + 1), &mut std::io::sink()).map_err(Unreadable::broken)?;
        left = left.checked_sub(read).ok_or_else(bomb)?;
    }
    Ok(())
}
