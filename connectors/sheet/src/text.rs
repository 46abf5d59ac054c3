//! Text with separators: what Excel calls CSV, in whatever encoding it was saved.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::guard::Limits;
use crate::unreadable::Unreadable;
use crate::{Cell, Row, Sheet};

pub(crate) fn sheet(bytes: &[u8], limits: &Limits) -> Result<Sheet, Unreadable> {
    let text = decoded(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let (mut rows, mut row, mut count) = (Vec::new(), 0u32, 0);
    let mut record = csv::StringRecord::new();
    loop {
        let before = reader.position().line();
        if !reader.read_record(&mut record).map_err(|_| Unreadable::broken("csv"))? {
            break;
        }
        // Blank lines are rows as well, but no records; lines inside of a cell are none.
        let inside = record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        let ended = u64::from(!reader.is_done());
        let lines = reader.position().line().saturating_sub(before);
        let blank = lines.saturating_sub(inside).saturating_sub(ended);
        row = row.saturating_add(u32::try_from(blank).unwrap_or(u32::MAX)).saturating_add(1);
        let mut cells: Vec<Cell> = Vec::with_capacity(record.len());
        for (column, text) in record.iter().enumerate() {
            if !text.is_empty() {
                count += 1;
                limits.cell("", row, column, count)?;
                limits.text("", row, column, text)?;
                cells.resize(column, Cell::default());
                cells.push(Cell::text(text));
            }
        }
        if !cells.is_empty() {
            rows.push(Row { number: row, cells });
        }
    }
    Ok(Sheet { rows, ..Sheet::default() })
}

/// UTF-8 or UTF-16 by its mark, UTF-8 where it is valid, else GB18030, which is how Chinese Excel saves CSV.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes).filter(|(at, _)| [UTF_8, UTF_16LE, UTF_16BE].contains(at))
    {
        let rest = bytes.get(mark..).unwrap_or_default();
        return encoding.decode_without_bom_handling_and_without_replacement(rest).ok_or_else(unknown);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(unknown)
}

fn unknown() -> Unreadable {
    Unreadable::new(
        "encoding",
        "看不出文字是什么编码(不是 UTF-8,也不是 GB18030);请用 Excel 打开,另存为“Excel 工作簿(.xlsx)”",
        "the text is neither UTF-8 nor GB18030; open it in Excel and save it as .xlsx",
    )
}

/// The separator that the first line with something in it uses most.
fn delimiter(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |mark: u8| line.bytes().filter(|b| *b == mark).count();
    [b'\t', b';'].into_iter().fold(b',', |best, mark| if count(mark) > count(best) { mark } else { best })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let sheet = sheet(bytes, &Limits::default()).unwrap();
        sheet.rows.into_iter().map(|row| (row.number, row.cells.into_iter().map(|cell| cell.text).collect())).collect()
    }

    #[test]
    fn chinese_text_is_read_in_every_encoding_it_is_saved_in() {
        let text = "编号,标题\r\n1,路灯\r\n";
        let expected = vec![(1, vec!["编号".to_owned(), "标题".to_owned()]), (2, vec!["1".into(), "路灯".into()])];
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            GB18030.encode(text).0.into_owned(),
            [b"\xff\xfe", &utf16[..]].concat(),
        ] {
            assert_eq!(rows(&bytes), expected);
        }
        assert_eq!(sheet(b"a,\xff\xff\n", &Limits::default()).unwrap_err().word, "encoding");
    }

    #[test]
    fn rows_have_the_numbers_that_a_spreadsheet_shows() {
        let found = rows("编号;答复\n\n\n1;\"第一行\n第二行\"\n;\n3;完".as_bytes());
        let numbers: Vec<u32> = found.iter().map(|row| row.0).collect();
        assert_eq!(numbers, [1, 4, 6], "{found:?}");
        assert_eq!(rows("a\tb,c\td\n".as_bytes())[0].1, ["a", "b,c", "d"]);
    }

    #[test]
    fn a_wide_or_long_file_is_refused_with_its_place() {
        let limits = Limits { columns: 2, length: 3, ..Limits::default() };
        assert!(sheet(b"a,b,c\n", &limits).unwrap_err().en.contains("row 1 goes to column 3"));
        assert!(sheet("a,四个字了\n".as_bytes(), &limits).unwrap_err().en.contains("B1"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = crate::read(&bytes, &Limits::default());
        }
    }
}
