//! From a row to an item: its document, its number, or why it waits for a person.

use huiliu_contract::{BadExternalId, ExternalId, Item, Personal, Raw, Remark, Submission, Unreadable};
use huiliu_sheet::{Cell, NotAnId, Sort, letters};
use serde_json::{Map, Value, json};

use crate::head::Head;
use crate::plan::{InScope, Plan};
use crate::spool::Record;
use crate::words::{remark, sheet_en, sheet_zh};

/// A sheet, as far as its rows need it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct About {
    /// Its name.
    pub(crate) name: String,
    /// Its heads; none of JSON.
    pub(crate) head: Option<Head>,
    /// Columns that hold anything.
    pub(crate) width: usize,
}

/// An item, and why it waits if it does.
pub(crate) fn item(record: &Record, about: &About, plan: &Plan, file: &str) -> (Item, Option<Remark>) {
    let document = document(record, about);
    match number(record, about, plan, file) {
        Ok(external_id) => {
            let raw = Raw::new(serde_json::to_vec(&document).unwrap_or_default(), "application/json");
            let document = Personal::new(document);
            let submission = Submission {
                external_id,
                version: None,
                sent_at: None,
                raw,
                document,
                attachments: Vec::new(),
                also: Vec::new(),
                unticketed: None,
                unchanging: false,
            };
            (Item::Submission(Box::new(submission)), None)
        }
        Err(why) => {
            // With its place: two bad rows that read the same are two.
            let kept = json!({ "row": document, "sheet": about.name, "number": record.row });
            let raw = Raw::new(serde_json::to_vec(&kept).unwrap_or_default(), "application/json");
            (Item::Unreadable(Unreadable { raw, reason: why.clone() }), Some(why))
        }
    }
}

/// A row as the mapping reads it: every column by its name, as text.
pub(crate) fn document(record: &Record, about: &About) -> Value {
    if let Some(json) = &record.json {
        return json.clone();
    }
    let names = about.head.iter().flat_map(|head| head.names.iter().enumerate());
    let named = names.filter_map(|(place, name)| Some((name.clone()?, record.cell(place).1.trim().into())));
    Value::Object(named.collect::<Map<_, _>>())
}

/// The keyed digest by which a row without a number is known: what stands in its cells is personal, and must not be guessed
/// from it. Columns that are empty do not count, nor does their order.
pub(crate) fn digest_of(document: &Value, plan: &Plan) -> String {
    let mut told = Map::new();
    for (name, value) in document.as_object().into_iter().flatten() {
        if !matches!(value, Value::Null) && value.as_str() != Some("") {
            told.insert(name.clone(), value.clone());
        }
    }
    let told = if told.is_empty() { document.clone() } else { Value::Object(told) };
    hex::encode(plan.blind.blind("folder row", format!("{}\0{told}", plan.channel).as_bytes()))
}

/// What stands in the columns of the number, with the sort of the cell; several are joined by `-`. None where any is empty.
pub(crate) fn written(record: &Record, about: &About, plan: &Plan) -> Option<String> {
    let mut parts = Vec::with_capacity(plan.id.len());
    for at in &plan.id {
        let text = match &record.json {
            Some(json) => member(json, plan.name(*at))?,
            None => record.cell(about.head.as_ref()?.place(*at)?).1.trim().to_owned(),
        };
        if text.is_empty() {
            return None;
        }
        parts.push(text);
    }
    (!parts.is_empty()).then(|| parts.join("-"))
}

/// A member of an object by its name, or by its place where the name begins with `/`.
fn member(json: &Value, name: &str) -> Option<String> {
    let found = if name.starts_with('/') { json.pointer(name) } else { json.get(name) };
    match found? {
        Value::String(text) => Some(text.clone()),
        other => ExternalId::from_value(other).ok().map(|id| id.as_str().to_owned()),
    }
}

fn number(record: &Record, about: &About, plan: &Plan, file: &str) -> Result<ExternalId, Remark> {
    let at = |zh: &str, en: &str, column: Option<usize>| place(record, about, column, zh, en);
    if let Some((region, name)) = &record.merged {
        return Err(at(
            &format!(
                "“{name}”这一栏有合并的格子({region}),看不出内容属于哪一行;请取消合并、逐行填好后重新放进来,或把这一栏写进 fill_down"
            ),
            &format!(
                "column `{name}` has merged cells ({region}), so it is not known to which row the value belongs; unmerge them and fill each row, or add the column to `sheet.fill_down`"
            ),
            None,
        ));
    }
    for column in &plan.id {
        let Some(place) = about.head.as_ref().and_then(|head| head.place(*column)) else { continue };
        let (sort, text) = record.cell(place);
        if let Err(why) = Cell::new(text, sort).id() {
            let (zh, en) = match why {
                NotAnId::TooLong | NotAnId::Scientific => (
                    "编号是数字格式,超过15位或成了科学计数法,末几位已经丢失;请把该列设为“文本”后重新导出",
                    "the number is kept as a figure of more than 15 digits or in scientific notation, its last digits are lost; set the column to text and export it anew",
                ),
                NotAnId::Fraction => (
                    "编号是带小数或负号的数字;请把该列设为“文本”后重新导出",
                    "the number has a fraction or a sign; set the column to text and export it anew",
                ),
                NotAnId::OtherSort => (
                    "编号这一格是日期、是非值或出错值;请把该列设为“文本”后重新导出",
                    "the number is a date, a boolean or an error; set the column to text and export it anew",
                ),
            };
            return Err(at(zh, en, Some(place)));
        }
    }
    let text = match (written(record, about, plan), &record.digest) {
        (Some(text), _) => match &plan.scope {
            InScope::Channel => text,
            InScope::File => format!("{}/{text}", stem(file)),
            InScope::Year(column) => match year(record, about, plan, *column) {
                Some(year) => format!("{year}/{text}"),
                None => {
                    let name = plan.name(*column);
                    let place = about.head.as_ref().and_then(|head| head.place(*column));
                    return Err(at(
                        &format!("编号按年算,但“{name}”里看不出年份;请补上,例如 2025年3月1日"),
                        &format!("numbers count in a year, but `{name}` tells none; fill it, for example 2025-03-01"),
                        place,
                    ));
                }
            },
        },
        (None, Some((digest, count))) => format!("r1:{digest}:{count}"),
        (None, None) => {
            let names: Vec<&str> = plan.id.iter().map(|at| plan.name(*at)).collect();
            let place = about.head.as_ref().and_then(|head| plan.id.iter().find_map(|at| head.place(*at)));
            return Err(at(
                &format!("没有编号({});请补上编号后重新放进来", names.join("、")),
                &format!("there is no number ({}); fill it and put the file there anew", names.join(", ")),
                place,
            ));
        }
    };
    ExternalId::new(text).map_err(|why| match why {
        BadExternalId::TooLong(bytes) => at(
            &format!("编号太长({bytes} 字节,最多 200);请看编号栏是不是写错了"),
            &format!("the number has {bytes} bytes, at most 200 are allowed; see whether the right column is named"),
            None,
        ),
        _ => at("编号读不出来", "the number cannot be read", None),
    })
}

/// The place, then what is wrong there.
fn place(record: &Record, about: &About, column: Option<usize>, zh: &str, en: &str) -> Remark {
    let row = record.row;
    if record.json.is_some() {
        return remark(format!("第 {row} 条:{zh}"), format!("item {row}: {en}"));
    }
    let column = column.map(letters);
    let (column_zh, column_en) = match &column {
        Some(letters) => (format!(" {letters} 列"), format!(" column {letters}")),
        None => (String::new(), String::new()),
    };
    let (sheet_zh, sheet_en) = (sheet_zh(&about.name), sheet_en(&about.name));
    remark(format!("{sheet_zh}第 {row} 行{column_zh}:{zh}"), format!("{sheet_en}row {row}{column_en}: {en}"))
}

/// A file's name without its ending.
pub(crate) fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem })
}

/// The first four digits that stand alone, or at the head of eight, as a year.
fn year(record: &Record, about: &About, plan: &Plan, column: usize) -> Option<u16> {
    let json;
    let (sort, text) = match &record.json {
        Some(document) => {
            json = member(document, plan.name(column))?;
            (Sort::Text, json.as_str())
        }
        None => record.cell(about.head.as_ref()?.place(column)?),
    };
    // A bare figure is a serial date or a count of days, no year.
    let mut runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    let run = runs.next().filter(|run| run.len() == 4 || (run.len() == 8 && sort != Sort::Number))?;
    run.get(..4)?.parse().ok().filter(|year| (1900..2200).contains(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_ending() {
        assert_eq!(stem("政协云.11月.xlsx"), "政协云.11月");
        assert_eq!(stem(".xlsx"), ".xlsx");
        assert_eq!(stem("来信"), "来信");
    }
}
