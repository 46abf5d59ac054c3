//! A look over a workbook of Excel 97 before it is read: its reader lays out grids as large as the cells and the
//! dimensions in it say, so what they say is bounded here. Hidden rows are told here too.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use crate::glimpse::Glimpse;
use crate::guard::Limits;
use crate::unreadable::Unreadable;

/// Cells of all grids that are laid out, empty ones among them; each takes some 32 bytes.
const GRID: u64 = 4_000_000;
/// Rows and columns of such a sheet.
const ROWS: u32 = 65_536;
const COLUMNS: u32 = 256;

/// The bounds of what stands in one sheet.
#[derive(Default)]
struct Bounds {
    glimpse: Glimpse,
    rows: Option<(u16, u16)>,
    columns: (u16, u16),
}

impl Bounds {
    fn put(&mut self, row: u16, first: u16, last: u16) {
        let (top, bottom) = self.rows.unwrap_or((row, row));
        let (left, right) = if self.rows.is_some() { self.columns } else { (first, last) };
        self.rows = Some((top.min(row), bottom.max(row)));
        self.columns = (left.min(first), right.max(last));
    }

    fn area(&self) -> u64 {
        let side = |(from, to): (u16, u16)| u64::from(to.saturating_sub(from)) + 1;
        self.rows.map_or(0, |rows| side(rows) * side(self.columns))
    }
}

/// What each sheet hides, in the order of the sheets.
pub(crate) fn glimpses(bytes: &[u8], limits: &Limits) -> Result<Vec<Glimpse>, Unreadable> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| Unreadable::broken("xls"))?;
    let name = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"].into_iter().find(|name| file.is_stream(name));
    let mut stream = Vec::new();
    let opened = name.and_then(|name| file.open_stream(name).ok()).ok_or_else(|| Unreadable::broken("xls"))?;
    opened.take(limits.bytes as u64).read_to_end(&mut stream).map_err(|_| Unreadable::broken("xls"))?;
    let (mut order, mut sheets) = (Vec::new(), HashMap::<usize, Bounds>::new());
    let (mut at, mut current) = (0usize, 0usize);
    let word = |data: &[u8], at: usize| Some(u16::from_le_bytes(*data.get(at..)?.first_chunk()?));
    let long = |data: &[u8], at: usize| Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?));
    while let (Some(sort), Some(length)) = (word(&stream, at), word(&stream, at + 2)) {
        let Some(data) = stream.get(at + 4..at + 4 + usize::from(length)) else { break };
        match sort {
            0x0009 | 0x0209 | 0x0409 | 0x0809 => current = at,
            0x0085 => order.extend(long(data, 0)),
            // DIMENSIONS: what is claimed, for which room is made.
            0x0200 => {
                let said = match data.len() {
                    10 => [0, 2, 4, 6].map(|at| word(data, at).map(u32::from)),
                    _ => [long(data, 0), long(data, 4), word(data, 8).map(u32::from), word(data, 10).map(u32::from)],
                };
                if let [Some(top), Some(bottom), Some(left), Some(right)] = said
                    && (top > bottom || left > right || bottom > ROWS || right > COLUMNS)
                {
                    return Err(Unreadable::broken("xls dimensions"));
                }
            }
            // ROW: the flag for "no height".
            0x0208 => {
                if word(data, 12).is_some_and(|flags| flags & 0x20 != 0)
                    && let Some(row) = word(data, 0)
                {
                    sheets.entry(current).or_default().glimpse.hide(u32::from(row) + 1);
                }
            }
            // Cells; of MULRK and MULBLANK the last column stands at the end.
            0x0006 | 0x0201 | 0x0203 | 0x0204 | 0x0205 | 0x00d6 | 0x00fd | 0x027e | 0x00bd | 0x00be => {
                if let (Some(row), Some(first)) = (word(data, 0), word(data, 2)) {
                    let last = match sort {
                        0x00bd | 0x00be => data.len().checked_sub(2).and_then(|at| word(data, at)).unwrap_or(first),
                        _ => first,
                    };
                    if u32::from(last) >= COLUMNS || last < first {
                        return Err(Unreadable::broken("xls columns"));
                    }
                    sheets.entry(current).or_default().put(row, first, last);
                }
            }
            _ => {}
        }
        at += 4 + usize::from(length);
    }
    let area: u64 = sheets.values().map(Bounds::area).sum();
    if area > GRID {
        return Err(Unreadable::beyond(
            format!("表格铺开有 {area} 格(含空格),最多 {GRID} 格;请删掉远处多余的内容,或另存为“Excel 工作簿(.xlsx)”"),
            format!(
                "the workbook spans {area} cells, empty ones counted, at most {GRID} are read; delete what stands far away, \
                 or save it as .xlsx"
            ),
        ));
    }
    let mut found = |at: u32| sheets.remove(&(at as usize)).map(|bounds| bounds.glimpse).unwrap_or_default();
    Ok(order.into_iter().map(&mut found).collect())
}
