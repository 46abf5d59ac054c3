//! Whole files: written by a spreadsheet's hand, read by ours.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::io::{Cursor, Write};

use huiliu_sheet::{
    About, Cell, Choice, Format, Limits, NotAnId, Page, PageColumn, Region, Row, Sort, Unreadable, Visit, Workbook,
    read, write,
};
use rust_xlsxwriter::{ExcelDateTime, Format as Style};

fn made(make: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    make(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

fn opened(bytes: &[u8]) -> Workbook {
    read(bytes, &Limits::default()).unwrap()
}

#[test]
fn cells_keep_what_they_were() {
    let day = Style::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let bytes = made(|sheet| {
        sheet.write_string(0, 0, "430424202611270001").unwrap();
        sheet.write_number(0, 1, 430_424_202_611_270.0).unwrap();
        sheet.write_number(0, 2, 430_424_202_611_270_001.0).unwrap();
        sheet.write_boolean(0, 3, true).unwrap();
        let at = ExcelDateTime::parse_from_str("2026-12-03T09:30:15").unwrap();
        sheet.write_datetime_with_format(0, 5, &at, &day).unwrap();
        sheet.write_number(0, 6, 0.1).unwrap();
        sheet.write_string(4, 0, " 带空格 ").unwrap();
        sheet.write_number_with_format(4, 1, 0.5, &Style::new().set_num_format("hh:mm:ss")).unwrap();
    });
    let book = opened(&bytes);
    assert_eq!(book.format, Format::Xlsx);
    let rows = &book.sheets[0].rows;
    assert_eq!((rows.len(), rows[0].number, rows[1].number), (2, 1, 5));
    let cell = |n: usize| rows[0].cell(n).clone();
    assert_eq!(cell(0), Cell::new("430424202611270001", Sort::Text));
    assert_eq!(cell(1), Cell::new("430424202611270", Sort::Number));
    assert_eq!(cell(2).id(), Err(NotAnId::TooLong));
    assert_eq!(cell(3), Cell::new("TRUE", Sort::Boolean));
    assert_eq!(cell(4), Cell::default());
    assert_eq!(cell(5), Cell::new("2026-12-03 09:30:15", Sort::Date));
    assert_eq!(cell(6), Cell::new("0.1", Sort::Number));
    assert_eq!(cell(99), Cell::default());
    assert_eq!(rows[1].cell(0).trimmed(), "带空格");
    assert_eq!(rows[1].cell(1), &Cell::new("12:00:00", Sort::Date));
}

#[test]
fn hidden_sheets_and_merged_cells_are_told() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("反馈").unwrap().merge_range(1, 0, 2, 1, "合并", &Style::new()).unwrap();
    book.add_worksheet().set_name("参数").unwrap().set_hidden(true).write_string(0, 0, "x").unwrap();
    let book = opened(&book.save_to_buffer().unwrap());
    let names: Vec<_> = book.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.hidden)).collect();
    assert_eq!(names, [("反馈", false), ("参数", true)]);
    assert_eq!(book.sheets[0].merged, [Region { top: 2, left: 0, bottom: 3, right: 1 }]);
    assert_eq!(book.sheets[0].rows[0].cell(0).text, "合并");
}

#[test]
fn what_we_write_is_read_again_and_stays_text() {
    let choice =
        Choice { words: vec!["办结".into(), "签收".into()], open: false, otherwise: "请从下拉里选".into() };
    let columns = vec![
        PageColumn { name: "编号".into(), width: 20, choice: None },
        PageColumn { name: "反馈".into(), width: 10, choice: Some(choice) },
    ];
    let rows = vec![vec!["430424202611270001".into(), "=1+1".into()], vec![String::new(), "办结".into()]];
    let bytes = write(&[Page { name: "办理反馈".into(), columns, rows, ready: 100 }]).unwrap();
    let sheet = &opened(&bytes).sheets[0];
    let texts: Vec<Vec<&str>> =
        sheet.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
    assert_eq!(texts, [vec!["编号", "反馈"], vec!["430424202611270001", "=1+1"], vec!["", "办结"]]);
    assert!(sheet.rows.iter().flat_map(|row| &row.cells).all(|cell| matches!(cell.sort, Sort::Text | Sort::Empty)));
}

#[test]
fn one_cell_in_the_last_corner_costs_nothing_and_is_told() {
    let bytes = made(|sheet| {
        sheet.write_string(0, 0, "a").unwrap();
        sheet.write_string(1_048_575, 16_383, "b").unwrap();
    });
    let why = read(&bytes, &Limits::default()).unwrap_err();
    assert_eq!(why.word, "too_large");
    assert!(why.en.contains("row 1048576"), "{why}");
    // A cell that holds nothing but a colour does not count.
    let blank = made(|sheet| {
        sheet.write_string(0, 0, "a").unwrap();
        sheet.write_blank(1_048_575, 16_383, &Style::new().set_bold()).unwrap();
    });
    assert_eq!(opened(&blank).sheets[0].rows.len(), 1);
}

fn packed(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("xl/workbook.xml", options).unwrap();
    zip.write_all(b"<workbook/>").unwrap();
    zip.start_file(name, options).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_not_unpacked() {
    let bomb = packed("xl/sharedStrings.xml", &vec![b'a'; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    assert!(read(&bomb, &Limits::default()).unwrap_err().en.contains("bomb"));
    // The directory lies: what is unpacked is counted all the same.
    let mut liar = bomb.clone();
    let size = (64u32 << 20).to_le_bytes();
    let places: Vec<usize> = (0..liar.len() - 4).filter(|at| liar[*at..*at + 4] == size).collect();
    assert!(!places.is_empty());
    for at in places {
        liar[at..at + 4].copy_from_slice(&7u32.to_le_bytes());
    }
    assert!(read(&liar, &Limits::default()).is_err());
}

#[test]
fn archives_and_torn_files_are_told() {
    let word = |bytes: &[u8]| read(bytes, &Limits::default()).unwrap_err().word;
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let document = zip.finish().unwrap().into_inner();
    assert_eq!(word(&document), "other_format");
    let whole = made(|sheet| {
        sheet.write_string(0, 0, "a").unwrap();
    });
    assert_eq!(word(&whole[..whole.len() / 2]), "broken");
    assert_eq!(word(&packed("xl/x", b"")), "broken");
    let mut locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(word(&locked), "password");
    assert_eq!(word(&vec![b'a'; Limits::default().bytes + 1]), "too_large");
}

/// Made by an old spreadsheet's library: a title over merged cells, a head, a row as text, a row that lost its digits.
#[test]
fn a_workbook_of_excel_97_is_read_the_same() {
    let book = opened(include_bytes!("data/excel-97.xls"));
    assert_eq!(book.format, Format::Xls);
    let names: Vec<_> = book.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.hidden)).collect();
    assert_eq!(names, [("办理反馈", false), ("参数", true)]);
    let sheet = &book.sheets[0];
    assert_eq!(sheet.merged, [Region { top: 1, left: 0, bottom: 1, right: 3 }]);
    let numbers: Vec<u32> = sheet.rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [1, 2, 3, 5]);
    let (right, lost) = (&sheet.rows[2], &sheet.rows[3]);
    assert_eq!(right.cell(0).id(), Ok("430424202611270001"));
    assert_eq!(right.cell(2), &Cell::new("2026-12-03 09:30:15", Sort::Date));
    assert_eq!((lost.cell(0).id(), lost.cell(1).sort), (Err(NotAnId::TooLong), Sort::Boolean));
}

/// The fixture with a cell's record moved: row and column of the `n`-th LABELSST.
fn moved(n: usize, row: u16, column: u16, bytes: &mut [u8]) {
    let places: Vec<usize> = (0..bytes.len() - 8).filter(|at| bytes[*at..*at + 4] == [0xfd, 0, 0x0a, 0]).collect();
    let at = places[n] + 4;
    bytes[at..at + 2].copy_from_slice(&row.to_le_bytes());
    bytes[at + 2..at + 4].copy_from_slice(&column.to_le_bytes());
}

#[test]
fn an_old_workbook_that_claims_a_huge_grid_is_not_laid_out() {
    let fixture = include_bytes!("data/excel-97.xls").to_vec();
    let mut far = fixture.clone();
    moved(0, 0, 0, &mut far);
    moved(1, 65_535, 255, &mut far);
    let why = read(&far, &Limits::default()).unwrap_err();
    assert_eq!(why.word, "too_large", "{why}");
    assert!(why.en.contains("spans"), "{why}");
    let mut wide = fixture;
    moved(1, 3, 60_000, &mut wide);
    assert_eq!(read(&wide, &Limits::default()).unwrap_err().word, "broken");
}

#[test]
fn no_damage_to_an_old_workbook_makes_the_reader_panic() {
    let fixture = include_bytes!("data/excel-97.xls");
    let mut state = 7u64;
    for _ in 0..300 {
        let mut torn = fixture.to_vec();
        for _ in 0..4 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % torn.len();
            torn[at] = (state >> 24) as u8;
        }
        let _ = read(&torn, &Limits::default());
    }
}

/// Keeps what it is shown.
#[derive(Default)]
struct Shown {
    sheets: Vec<(About, Vec<u32>)>,
}

impl Visit for Shown {
    fn sheet(&mut self, about: About) -> Result<bool, Unreadable> {
        let wanted = !about.hidden;
        self.sheets.push((about, Vec::new()));
        Ok(wanted)
    }

    fn row(&mut self, row: Row) -> Result<(), Unreadable> {
        self.sheets.last_mut().unwrap().1.push(row.number);
        Ok(())
    }
}

#[test]
fn a_file_is_walked_through_sheet_by_sheet() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("来信 & 建议").unwrap();
    for row in [0, 1, 4, 5] {
        sheet.write_string(row, 0, "x").unwrap();
    }
    sheet.set_row_hidden(4).unwrap().set_row_hidden(5).unwrap();
    sheet.merge_range(0, 1, 0, 2, "y", &Style::new()).unwrap();
    book.add_worksheet().set_name("参数").unwrap().set_hidden(true).write_string(0, 0, "x").unwrap();
    book.save(&path).unwrap();
    let mut shown = Shown::default();
    assert_eq!(huiliu_sheet::walk(&path, &Limits::default(), &mut shown).unwrap(), Format::Xlsx);
    let (about, rows) = &shown.sheets[0];
    assert_eq!(
        (about.name.as_str(), &rows[..], &about.hidden_rows[..]),
        ("来信 & 建议", &[1, 2, 5, 6][..], &[(5, 6)][..])
    );
    assert_eq!(about.merged, [Region { top: 1, left: 1, bottom: 1, right: 2 }]);
    assert!(about.hides(5) && !about.hides(2));
    assert_eq!(shown.sheets[1].1, [], "rows that are not wanted are not read");
    std::fs::write(&path, b"<table><tr><td>a</td></tr><tr style='display:none'><td>b</td></tr></table>").unwrap();
    let mut shown = Shown::default();
    assert_eq!(huiliu_sheet::walk(&path, &Limits::default(), &mut shown).unwrap(), Format::Html);
    assert!(shown.sheets[0].0.hides(2));
    std::fs::write(&path, b"{}").unwrap();
    assert_eq!(huiliu_sheet::format(&path, &Limits::default()), Ok(Format::Json));
    assert_eq!(huiliu_sheet::walk(&path, &Limits::default(), &mut shown).unwrap_err().word, "other_format");
}
