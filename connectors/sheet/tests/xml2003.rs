//! XML spreadsheets of 2003, as Excel and portals write them, whole and damaged.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use huiliu_sheet::{About, Cell, Format, Limits, NotAnId, Region, Row, Sort, Unreadable, Visit, read, walk};
use proptest::prelude::*;

const FILE: &str = include_str!("data/excel-2003.xml");

const FRONT: &str = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
    xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"a\"><Table>";
const END: &str = "</Table></Worksheet></Workbook>";

/// Sheets and rows as they are shown.
#[derive(Default)]
struct Heard(Vec<(About, Vec<Row>)>);

impl Visit for Heard {
    fn sheet(&mut self, about: About) -> Result<bool, Unreadable> {
        let seen = !about.hidden;
        self.0.push((about, Vec::new()));
        Ok(seen)
    }

    fn row(&mut self, row: Row) -> Result<(), Unreadable> {
        self.0.last_mut().unwrap().1.push(row);
        Ok(())
    }
}

fn heard(bytes: &[u8]) -> Vec<(About, Vec<Row>)> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let mut heard = Heard::default();
    assert_eq!(walk(file.path(), &Limits::default(), &mut heard).unwrap(), Format::Xml2003);
    heard.0
}

fn wrong(table: &str, limits: &Limits) -> Unreadable {
    read(format!("{FRONT}{table}{END}").as_bytes(), limits).unwrap_err()
}

#[test]
fn cells_keep_what_they_were_and_where_they_stood() {
    let [(about, rows), (hidden, none)] = &heard(FILE.as_bytes())[..] else { panic!("there are two sheets") };
    assert_eq!((about.name.as_str(), about.hidden), ("转派 & 交办", false));
    // Told before the first row, though it stands in the rows and behind them.
    let merged = [Region { top: 1, left: 0, bottom: 1, right: 2 }, Region { top: 4, left: 1, bottom: 5, right: 1 }];
    assert_eq!((&about.merged[..], &about.hidden_rows[..]), (&merged[..], &[(5, 6)][..]));
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 3, 4, 5, 7]);
    assert_eq!((rows[0].cell(0).text.as_str(), rows[0].cell(3).text.as_str()), ("十一月来信", "备注"));
    assert_eq!((rows[1].cell(1).text.as_str(), rows[1].cell(4).text.as_str()), ("内容", "时间"));
    assert_eq!(rows[2].cell(0), &Cell::text("430424202611270001"), "without its comment");
    assert_eq!(rows[2].cell(1), &Cell::text("路灯不亮\n三天 <急>"));
    assert_eq!(rows[2].cell(4), &Cell::new("2026-11-03 09:30:15", Sort::Date));
    assert_eq!(rows[3].cell(0).id(), Ok("430424202611270"));
    assert_eq!(rows[3].cell(4), &Cell::new("14:05:00", Sort::Date));
    assert_eq!(rows[4].cell(0).id(), Err(NotAnId::TooLong));
    assert_eq!(rows[4].cell(1), &Cell::new("TRUE", Sort::Boolean));
    assert_eq!(rows[4].cell(2), &Cell::new("#REF!", Sort::Error));
    assert_eq!(rows[4].cell(3), &Cell::new("0.1", Sort::Number));
    assert_eq!(rows[4].cell(5), &Cell::text("<原样>"));
    assert_eq!((hidden.name.as_str(), hidden.hidden, none.len()), ("参数", true, 0));
}

#[test]
fn whatever_its_prefixes_and_its_encoding_it_is_the_same() {
    let whole = heard(FILE.as_bytes());
    let gbk = FILE.replace("encoding=\"UTF-8\"", "encoding='gb2312'");
    assert_eq!(heard(&encoding_rs::GBK.encode(&gbk).0), whole);
    assert_eq!(heard(format!("\u{feff}{FILE}").as_bytes()), whole);
    let head = FILE.find("<Workbook").unwrap();
    assert_eq!(heard(&FILE.as_bytes()[head..]), whole, "without a declaration");
    let mut prefixed = FILE.to_owned();
    for name in ["Workbook", "Worksheet", "Table", "Row", "Cell", "Data"] {
        for (plain, spelt) in
            [(format!("<{name}"), format!("<ss:{name}")), (format!("</{name}"), format!("</ss:{name}"))]
        {
            for end in [" ", ">", "/"] {
                prefixed = prefixed.replace(&format!("{plain}{end}"), &format!("{spelt}{end}"));
            }
        }
    }
    assert_eq!(heard(prefixed.as_bytes()), whole);
    let lies = FILE.replace("encoding=\"UTF-8\"", "encoding=\"Shift_JIS\"");
    assert_eq!(read(lies.as_bytes(), &Limits::default()).unwrap_err().word, "encoding");
}

#[test]
fn wherever_it_is_cut_it_is_no_workbook() {
    let end = FILE.trim_end().len();
    for cut in (FILE.find("<Worksheet").unwrap()..end).filter(|cut| FILE.is_char_boundary(*cut)) {
        let why = read(&FILE.as_bytes()[..cut], &Limits::default()).unwrap_err();
        assert_eq!(why.word, "broken", "cut at {cut}");
    }
}

#[test]
fn what_goes_beyond_a_limit_or_breaks_the_rules_is_told() {
    let cell = |text: &str| format!("<Row><Cell><Data ss:Type=\"String\">{text}</Data></Cell></Row>");
    let usual = Limits::default();
    for (table, limits, word) in [
        (cell(&"长".repeat(40_000)), usual, "too_large"),
        (cell(&"长".repeat(400_000)), usual, "too_large"),
        (cell(&format!("<B>{}</B>", "a</B><B>".repeat(40_000))), usual, "too_large"),
        (format!("<Row ss:Index=\"200000\">{}", &cell("x")[5..]), usual, "too_large"),
        (cell("x").replace("<Cell", "<Cell ss:Index=\"300\""), usual, "too_large"),
        (cell("x").repeat(3), Limits { cells: 2, ..usual }, "too_large"),
        ("</Table></Worksheet><Worksheet><Table>".repeat(3), Limits { sheets: 3, ..usual }, "too_large"),
        (cell("x").replace("<Row", "<Row ss:Index=\"0\""), usual, "broken"),
        (
            format!(
                "{}{}",
                cell("x").replace("<Row", "<Row ss:Index=\"2\""),
                cell("y").replace("<Row", "<Row ss:Index=\"2\"")
            ),
            usual,
            "broken",
        ),
        (cell("x").replace("<Row", "<Row ss:Index=\"-3\""), usual, "broken"),
        (cell("&nbsp;"), usual, "broken"),
        (cell("&x"), usual, "broken"),
        (cell("x").replace("String", "Number"), usual, "broken"),
        (format!("{}{}", "<a>".repeat(70), "</a>".repeat(70)), usual, "broken"),
        ("<Row></Cell></Row>".into(), usual, "broken"),
    ] {
        assert_eq!(wrong(&table, &limits).word, word, "{}", table.chars().take(90).collect::<String>());
    }
    let doctype = format!("<!DOCTYPE Workbook [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{FRONT}{END}");
    let doctype = doctype.replace("<?xml version=\"1.0\"?>", "");
    assert!(read(doctype.as_bytes(), &usual).is_err());
    let inside = format!("{FRONT}{END}").replace("?><W", "?><!DOCTYPE W []><W");
    assert_eq!(read(inside.as_bytes(), &usual).unwrap_err().word, "broken");
}

proptest! {
    #[test]
    fn no_table_makes_the_reader_panic(
        table in "(</?(Row|Cell|Data|Table|Worksheet|Visible|Comment)( ss:(Index|Span|MergeDown|MergeAcross|Hidden|Type)=\"([0-9]{1,10}|Number|DateTime)\")?/?>|1|&#9;|T){0,40}"
    ) {
        let _ = read(format!("{FRONT}{table}{END}").as_bytes(), &Limits::default());
    }
}
