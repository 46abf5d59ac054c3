//! What goes into a paper can be read back from every form, and every form is what its programs open.

use std::io::{Cursor, Read};

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use unicode_width::UnicodeWidthStr;

use super::*;

fn table(name: &str, rows: &[&[&str]], summed: bool) -> Block {
    let columns = ["渠道", "受理", "办结率"];
    let columns = columns.iter().enumerate().map(|(n, name)| Column { name: (*name).into(), is_figure: n > 0 });
    let rows = rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    Block::Table(Table { name: name.into(), columns: columns.collect(), rows, summed })
}

fn paper() -> Paper {
    let rows: &[&[&str]] = &[&["省长信箱", "23", "98.19%"], &["=1+1|a", "-4", "0%"], &["合计", "19", ""]];
    Paper {
        title: "非话务渠道受理情况".into(),
        blocks: vec![
            Block::Heading("(二)非话务渠道受理情况".into()),
            Block::Text(
                "2025年第一季度,12345热线共受理非话务渠道诉求277件,其中,省长信箱转派工单23件,省12345指挥监管平台转派工单1件,\
                 书记市长信箱信件41封,“书记县长信箱”信件102封。\n1. <其他> & *不计* 的:0件"
                    .into(),
            ),
            table("各渠道受理、办结[1/2]", rows, true),
            Block::Note("注:催办、重发、更正不计。".into()),
        ],
    }
}

#[test]
fn a_paper_on_a_screen() {
    insta::assert_snapshot!(text(&paper()));
}

#[test]
fn a_paper_in_markdown() {
    insta::assert_snapshot!(markdown(&paper()));
}

#[test]
fn a_paper_as_values() {
    let bytes = csv(&paper()).unwrap();
    assert!(bytes.starts_with(&[0xEF, 0xBB, 0xBF]));
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}').replace('\r', ""));
}

#[test]
fn a_paper_for_programs() {
    insta::assert_snapshot!(json(&paper()));
}

#[test]
fn a_paper_as_a_document() {
    insta::assert_snapshot!(part(&docx(&paper()).unwrap(), "word/document.xml").replace("<w:p>", "\n<w:p>"));
}

#[test]
fn a_workbook_has_a_sheet_for_each_table_and_numbers_are_numbers() {
    let mut paper = paper();
    paper.blocks.push(table("各渠道受理、办结[1/2]", &[&["政协云", "007", "1"]], false));
    let book = huiliu_sheet::read(&xlsx(&paper).unwrap(), &huiliu_sheet::Limits::default()).unwrap();
    let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["正文", "各渠道受理、办结-1-2-", "各渠道受理、办结-1-2--2"]);
    let cell = |sheet: usize, row: usize, column| book.sheets[sheet].rows[row].cell(column).clone();
    assert!(matches!(cell(1, 1, 1).sort, huiliu_sheet::Sort::Number), "{:?}", cell(1, 1, 1));
    assert_eq!((cell(1, 1, 1).text.as_str(), cell(1, 2, 1).text.as_str()), ("23", "-4"));
    for (text, column) in [("=1+1|a", 0), ("0%", 2)] {
        assert_eq!((cell(1, 2, column).text.as_str(), cell(1, 2, column).sort), (text, huiliu_sheet::Sort::Text));
    }
    assert_eq!(cell(2, 1, 1).text, "007", "what begins with a nought is no number");
}

#[test]
fn a_workbook_of_tables_alone_has_no_other_sheet() {
    let paper = Paper { title: "台账".into(), blocks: vec![table("", &[], false)] };
    let book = huiliu_sheet::read(&xlsx(&paper).unwrap(), &huiliu_sheet::Limits::default()).unwrap();
    assert_eq!(book.sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), ["表"]);
}

#[test]
fn every_part_of_a_document_is_well_formed_and_known() {
    let bytes = docx(&paper()).unwrap();
    let archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let (types, relations) = (part(&bytes, "[Content_Types].xml"), part(&bytes, "word/_rels/document.xml.rels"));
    for name in &names {
        words(&part(&bytes, name));
        let is_known = name.ends_with(".rels") || types.contains(&format!("\"/{name}\"")) || name.starts_with('[');
        assert!(is_known, "{name} has no type");
    }
    for name in ["styles.xml", "fontTable.xml", "footer.xml"] {
        assert!(relations.contains(&format!("Target=\"{name}\"")) && names.contains(&format!("word/{name}")), "{name}");
    }
    let (styles, document) = (part(&bytes, "word/styles.xml"), part(&bytes, "word/document.xml"));
    for used in document.split("Style w:val=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(styles.contains(&format!("w:styleId=\"{used}\"")), "{used} is no style");
    }
}

/// A part of a document.
fn part(bytes: &[u8], name: &str) -> String {
    let mut text = String::new();
    zip::ZipArchive::new(Cursor::new(bytes)).unwrap().by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The texts (`w:t`) of a document's part, one a paragraph; every element must end as it began.
fn words(xml: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let (mut found, mut is_text) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if tag.name().as_ref() == "w:p" => found.push(String::new()),
            Event::Start(tag) => is_text = tag.name().as_ref() == "w:t",
            Event::End(_) => is_text = false,
            Event::Text(text) if is_text => found.last_mut().unwrap().push_str(&text),
            Event::GeneralRef(name) if is_text => {
                let said = match &*name {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    other => panic!("{other}"),
                };
                found.last_mut().unwrap().push(said);
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

/// Markdown as its readers take it.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap() } else { c });
    }
    out
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn papers() -> impl Strategy<Value = Paper> {
    let word = r#"[=+@\-]?[一-鿿a-z0-9 ,。“”<>&"'|*_#\\.,\u{1}\u{202e}]{0,40}"#;
    let rows = proptest::collection::vec(proptest::collection::vec(word, 2..=2), 0..4);
    (word, word, word, rows).prop_map(|(title, text, head, rows)| {
        let columns = vec![Column { name: head, is_figure: false }, Column { name: "件".into(), is_figure: true }];
        let table = Table { name: "表".into(), columns, rows, summed: false };
        Paper { title, blocks: vec![Block::Text(text), Block::Table(table)] }
    })
}

/// Its texts in order, as they are to be read.
fn said(paper: &Paper) -> Vec<String> {
    let mut said = vec![clean_text(&paper.title)];
    for block in &paper.blocks {
        match block {
            Block::Heading(text) | Block::Text(text) | Block::Note(text) => said.push(clean_text(text)),
            Block::Table(table) => {
                said.push(table.name.clone());
                said.extend(
                    table
                        .columns
                        .iter()
                        .map(|column| &column.name)
                        .chain(table.rows.iter().flatten())
                        .map(|text| clean_text(text)),
                );
            }
        }
    }
    said.retain(|text| !text.is_empty());
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_document_says_what_was_said(paper in papers()) {
        let mut words = words(&part(&docx(&paper).unwrap(), "word/document.xml"));
        words.retain(|text| !text.is_empty());
        prop_assert_eq!(words, said(&paper));
    }

    #[test]
    fn values_can_be_read_back_and_none_is_a_formula(paper in papers()) {
        let bytes = csv(&paper).unwrap();
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&bytes[3..]);
        let mut cells: Vec<String> = reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect();
        for cell in &cells {
            let is_number = cell.trim_start_matches(['-', '+']).chars().all(|c| c.is_ascii_digit() || ",.%".contains(c));
            prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']) || is_number, "{cell}");
        }
        cells.retain(|cell| !cell.is_empty());
        let meant = |text: String| if text.starts_with('\'') && text[1..].trim_start().starts_with(['=', '+', '-', '@']) { text[1..].to_owned() } else { text };
        prop_assert_eq!(cells.into_iter().map(meant).collect::<Vec<_>>(), said(&paper).into_iter().map(meant).collect::<Vec<_>>());
    }

    #[test]
    fn a_workbook_can_be_read_back(paper in papers()) {
        let book = huiliu_sheet::read(&xlsx(&paper).unwrap(), &huiliu_sheet::Limits::default()).unwrap();
        let cells = book.sheets.iter().flat_map(|sheet| &sheet.rows).flat_map(|row| &row.cells);
        let cells: Vec<String> = cells.map(|cell| cell.text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
        let wanted: Vec<String> = said(&paper).iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty() && text != "表").collect();
        prop_assert_eq!(cells, wanted);
    }

    #[test]
    fn markdown_says_what_was_said(paper in papers()) {
        let read = unescaped(&markdown(&paper));
        for text in said(&paper) {
            prop_assert!(bare(&read).contains(&bare(&text)), "{text} in {read}");
        }
    }

    #[test]
    fn a_screen_is_wide_enough_and_nothing_is_lost(paper in papers(), text in "[一-鿿a-z0-9 ,。“”《》.%]{0,300}") {
        let mut paper = paper;
        paper.blocks.insert(0, Block::Text(text.clone()));
        let screen = super::text(&paper);
        for line in screen.lines() {
            prop_assert!(line.width() <= 80, "{line}");
        }
        prop_assert!(bare(&screen).contains(&bare(&text)), "{text} in {screen}");
    }
}
