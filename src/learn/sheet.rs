//! A sheet as a far side exports it: the row of heads, the rows below as documents, columns that are filled down.

use std::collections::{BTreeMap, BTreeSet};

use huiliu_sheet::{Cell, NotAnId, Row, Sheet, Workbook, plain};
use serde_json::{Map, Value};

use super::words::words;
use crate::settings::Text;

/// A sheet, taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// Its name, where the file has other sheets that people see and that are no lists.
    pub sheet: Option<String>,
    /// Names of its columns, in their order; none twice.
    pub columns: Vec<String>,
    /// Columns in which merged cells hold for several rows.
    pub filled: Vec<String>,
    /// Columns of which a cell cannot be a number by which something is called, and why.
    pub(super) no_id: BTreeMap<String, NotAnId>,
    /// The rows as documents: every column by its name, as text.
    pub rows: Vec<Value>,
}

/// So many rows from the top may be titles and remarks.
const WITHIN: usize = 30;
/// So many rows are looked at.
const ROWS: usize = 2000;
/// Rows that begin so are no items.
const SKIP: [&str; 6] = ["合计", "总计", "小计", "填表人", "审核人", "制表人"];

/// Takes the sheet apart whose heads are known best.
pub(super) fn table(book: &Workbook) -> Result<Table, Text> {
    let seen: Vec<&Sheet> = book.sheets.iter().filter(|sheet| !sheet.hidden).collect();
    let headed = seen.iter().filter_map(|sheet| Some((*sheet, head(sheet)?)));
    let best = headed.max_by_key(|(_, (_, known))| *known);
    let Some((sheet, (at, _))) = best else {
        return Err(Text::new(
            "表里找不到栏名那一行(前30行里要有一行写着 编号、标题、内容、联系电话 这类栏名);请换一份带栏名的表",
            "no row of heads is found in the sheet (one of the first 30 rows must name columns such as 编号, 标题, 内容, \
             联系电话); take a sheet that has one",
        ));
    };
    let table = taken(sheet, at, seen.len() > 1);
    if table.rows.is_empty() {
        return Err(Text::new(
            "表里栏名下面一行内容都没有,看不出每栏写的是什么;请换一份有内容的表",
            "there is no row below the heads, so nothing tells what the columns hold; take a sheet with rows in it",
        ));
    }
    Ok(table)
}

/// The place of the row of heads among the rows, and how many of its names are known.
fn head(sheet: &Sheet) -> Option<(usize, usize)> {
    let known = |row: &Row| {
        let is = |cell: &&Cell| {
            let name = cell.trimmed();
            !words().senses(name).is_empty()
                || ["id", "running", "touched", "act"].iter().any(|role| words().role(role, name).is_some())
        };
        row.cells.iter().filter(is).count()
    };
    let rows = sheet.rows.iter().take(WITHIN).enumerate();
    let best = rows.map(|(at, row)| (at, known(row))).max_by_key(|(at, known)| (*known, std::cmp::Reverse(*at)));
    best.filter(|(_, known)| *known >= 2)
}

fn taken(sheet: &Sheet, at: usize, has_others: bool) -> Table {
    let (head, below) = (&sheet.rows[at], &sheet.rows[at + 1..]);
    let mut names: Vec<Option<String>> = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for cell in &head.cells {
        let name: String = cell.text.split_whitespace().collect();
        names.push((!plain(&name).is_empty() && known.insert(plain(&name))).then_some(name));
    }
    let downwards = sheet.merged.iter().filter(|region| region.bottom > region.top && region.bottom > head.number);
    let spans: Vec<_> = downwards.collect();
    let filled = |place: usize| spans.iter().any(|region| (region.left..=region.right).contains(&place));
    let mut table = Table {
        sheet: has_others.then(|| sheet.name.clone()),
        columns: names.iter().flatten().cloned().collect(),
        filled: names.iter().enumerate().filter(|(at, _)| filled(*at)).filter_map(|(_, name)| name.clone()).collect(),
        no_id: BTreeMap::new(),
        rows: Vec::new(),
    };
    let mut above: BTreeMap<usize, String> = BTreeMap::new();
    for row in below.iter().take(ROWS) {
        let first = row.cells.iter().find(|cell| !cell.trimmed().is_empty()).map(|cell| plain(cell.trimmed()));
        let is_head = names
            .iter()
            .enumerate()
            .all(|(at, name)| name.as_ref().is_none_or(|name| plain(name) == plain(row.cell(at).trimmed())));
        if is_head || first.is_none_or(|first| SKIP.iter().any(|word| first.starts_with(&plain(word)))) {
            continue;
        }
        let mut document = Map::new();
        for (place, name) in names.iter().enumerate() {
            let Some(name) = name else { continue };
            let cell = row.cell(place);
            if let Err(why) = cell.id() {
                table.no_id.entry(name.clone()).or_insert(why);
            }
            let mut text = cell.trimmed().to_owned();
            let inside = spans.iter().find(|region| {
                (region.left..=region.right).contains(&place) && (region.top..=region.bottom).contains(&row.number)
            });
            if let Some(region) = inside {
                if region.top == row.number {
                    above.insert(place, text.clone());
                } else if text.is_empty() {
                    text = above.get(&place).cloned().unwrap_or_default();
                }
            }
            document.insert(name.clone(), text.into());
        }
        table.rows.push(Value::Object(document));
    }
    table
}

/// Why the cells of a column cannot be numbers of items, in the words that a file is refused with.
pub(super) fn not_an_id(column: &str, why: NotAnId) -> Text {
    let (zh, en) = match why {
        NotAnId::TooLong | NotAnId::Scientific => (
            "是数字格式,超过15位或成了科学计数法,末几位已经丢失;请把该列设为“文本”后重新导出",
            "is kept as a figure of more than 15 digits or in scientific notation, its last digits are lost; set the column to \
             text and export it anew",
        ),
        NotAnId::Fraction => (
            "里有带小数或负号的数字;请把该列设为“文本”后重新导出",
            "holds a number with a fraction or a sign; set the column to text and export it anew",
        ),
        NotAnId::OtherSort => (
            "里有日期、是非值或出错值;请把该列设为“文本”后重新导出",
            "holds a date, a boolean or an error; set the column to text and export it anew",
        ),
    };
    Text::new(format!("编号“{column}”{zh}"), format!("the number `{column}` {en}"))
}

#[cfg(test)]
mod tests {
    use huiliu_sheet::{Limits, Region};
    use serde_json::json;

    use super::*;

    fn of(text: &str) -> Result<Table, Text> {
        table(&huiliu_sheet::read(text.as_bytes(), &Limits::default()).unwrap())
    }

    #[test]
    fn heads_are_found_below_a_title_and_totals_are_no_items() {
        let found = of(
            "十一月汇总,,\n序号,建议 标题,联系电话,标题\n1,路灯,13800000000,x\n序号,建议标题,联系电话,标题\n合计,1,,\n",
        )
        .unwrap();
        assert_eq!(found.columns, ["序号", "建议标题", "联系电话", "标题"]);
        assert_eq!(found.rows, [json!({ "序号": "1", "建议标题": "路灯", "联系电话": "13800000000", "标题": "x" })]);
        assert!(of("a,b\n1,2\n").unwrap_err().en.contains("no row of heads"));
        assert!(of("编号,标题\n").unwrap_err().en.contains("no row below"));
    }

    #[test]
    fn merged_cells_hold_for_their_rows_and_long_figures_are_told() {
        let row = |number, cells: &[Cell]| Row { number, cells: cells.to_vec() };
        let sheet = Sheet {
            rows: vec![
                row(1, &[Cell::text("编号"), Cell::text("委员姓名")]),
                row(2, &[Cell::number(430_424_202_611_270_001.0), Cell::text("何某某")]),
                row(3, &[Cell::text("A2")]),
            ],
            merged: vec![Region { top: 2, left: 1, bottom: 3, right: 1 }],
            ..Sheet::default()
        };
        let found = taken(&sheet, 0, true);
        assert_eq!(found.filled, ["委员姓名"]);
        assert_eq!(found.rows[1], json!({ "编号": "A2", "委员姓名": "何某某" }));
        assert_eq!(found.no_id.get("编号"), Some(&NotAnId::TooLong));
        assert!(not_an_id("编号", NotAnId::TooLong).zh.contains("请把该列设为“文本”"));
    }
}
