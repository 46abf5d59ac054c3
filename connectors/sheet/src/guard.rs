//! How much a file may hold. What a packed file says of itself is looked at first, then what it really unpacks to is
//! counted, before anybody keeps a byte of it.

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;

use crate::glimpse::{self, Glimpse};
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
    /// The table of a workbook's different texts, in bytes: it is held in memory.
    pub strings: u64,
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
            strings: 256 << 20,
        }
    }
}

/// Below this nobody minds how well a file was packed.
const SMALL: u64 = 8 << 20;

impl Limits {
    pub(crate) fn file(&self, bytes: u64) -> Result<(), Unreadable> {
        let most = self.bytes;
        (bytes <= most as u64).then_some(()).ok_or_else(|| {
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

    /// Bytes that a text of the greatest length may take in XML, every letter written as an entity.
    fn run(&self) -> u64 {
        (self.length as u64).saturating_mul(10).saturating_add(1 << 16)
    }

    fn room(&self, packed: u64) -> u64 {
        self.unpacked.min(packed.saturating_mul(self.ratio).max(SMALL))
    }
}

/// What is known of a packed workbook's sheets before a cell is read.
#[derive(Default)]
pub(crate) struct Parts {
    glimpses: HashMap<String, Glimpse>,
    paths: HashMap<String, String>,
}

impl Parts {
    /// What was seen of a sheet; nothing if its part was not found.
    pub(crate) fn take(&mut self, sheet: &str) -> Option<Glimpse> {
        self.glimpses.remove(self.paths.get(sheet)?)
    }
}

/// Looks at what a packed file says it holds, then unpacks it part by part, up to the limit. What only stands behind the
/// rows (merged cells) and what readers of cells do not tell (hidden rows) is picked up on the way.
pub(crate) fn unpacked(source: impl Read + Seek, size: u64, limits: &Limits) -> Result<Parts, Unreadable> {
    let bomb = || {
        Unreadable::beyond(
            "表格解压后大得不正常(可能是压缩炸弹),不打开;请重新导出一份",
            "the workbook unpacks to far more than a workbook does (a zip bomb?); it is not opened, export it anew",
        )
    };
    let room = limits.room(size);
    let mut archive = ZipArchive::new(source).map_err(Unreadable::broken)?;
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
    let mut parts = Parts::default();
    let (mut book, mut relations) = (Vec::new(), Vec::new());
    for place in 0..archive.len() {
        let file = archive.by_index(place).map_err(Unreadable::broken)?;
        let name = file.name().map(|name| name.to_string()).unwrap_or_default();
        let xml = name.ends_with(".xml") || name.ends_with(".rels");
        let most = match name.as_str() {
            "xl/sharedStrings.xml" => limits.strings,
            _ => left,
        };
        let mut calm =
            Calm { inner: file, left: most.min(left), run: 0, longest: xml.then_some(limits.run()), over: None };
        let before = calm.left;
        let seen = match name.as_str() {
            "xl/workbook.xml" => calm.read_to_end(&mut book).map(|_| ()),
            "xl/_rels/workbook.xml.rels" => calm.read_to_end(&mut relations).map(|_| ()),
            other if other.starts_with("xl/worksheets/") && xml => match glimpse::sheet(BufReader::new(&mut calm)) {
                Ok(glimpse) => {
                    parts.glimpses.insert(other.to_owned(), glimpse);
                    Ok(())
                }
                Err(why) => Err(std::io::Error::other(why)),
            },
            _ => std::io::copy(&mut calm, &mut std::io::sink()).map(|_| ()),
        };
        match (calm.over, seen) {
            (Some(Over::Size), _) if name == "xl/sharedStrings.xml" && limits.strings < left => {
                return Err(Unreadable::beyond(
                    "表格里不同的文字太多,按工作簿读会占太多内存;请另存为 CSV 再放进来,或分成几个文件",
                    "the workbook holds more different text than is read of one; save it as CSV, or split it",
                ));
            }
            (Some(Over::Size), _) => return Err(bomb()),
            (Some(Over::Run), _) => return Err(long_cell(limits)),
            (None, Err(_)) => return Err(Unreadable::broken("xml")),
            (None, Ok(())) => left = left.saturating_sub(before.saturating_sub(calm.left)),
        }
    }
    parts.paths = glimpse::paths(&book, &relations);
    Ok(parts)
}

/// What a part went beyond.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Size,
    Run,
}

/// Counts what is read, and how long it goes without a mark of XML: a text that long would be held in memory whole.
pub(crate) struct Calm<R> {
    inner: R,
    left: u64,
    run: u64,
    longest: Option<u64>,
    over: Option<Over>,
}

impl<R> Calm<R> {
    /// Over XML that is not packed.
    pub(crate) fn new(inner: R, limits: &Limits) -> Self {
        Self { inner, left: u64::MAX, run: 0, longest: Some(limits.run()), over: None }
    }

    /// What is to be told where reading ended because of it.
    pub(crate) fn beyond(&self, limits: &Limits) -> Option<Unreadable> {
        self.over.map(|_| long_cell(limits))
    }
}

fn long_cell(limits: &Limits) -> Unreadable {
    Unreadable::beyond(
        format!("表格里有一格超过 {} 个字;请缩短", limits.length),
        format!("a cell holds more than {} characters; shorten it", limits.length),
    )
}

impl<R: Read> Read for Calm<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(into)?;
        let seen = into.get(..read).unwrap_or_default();
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => self.over = Some(Over::Size),
        }
        if let Some(longest) = self.longest {
            self.run += memchr::memchr(b'<', seen).unwrap_or(read) as u64;
            if self.run > longest {
                self.over = Some(Over::Run);
            }
            if let Some(last) = memchr::memrchr(b'<', seen) {
                self.run = (read - last) as u64;
            }
        }
        match self.over {
            Some(_) => Err(std::io::Error::other("beyond a limit")),
            None => Ok(read),
        }
    }
}
