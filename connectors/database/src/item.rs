//! From rows to items. Pure.

use huiliu_contract::{Attachment, ExternalId, Item, Personal, Raw, Remark, SourceVersion, Submission, Unreadable};
use huiliu_kit::pick::scalar;
use huiliu_kit::stamp::Stamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::cell::{Cell, Column};
use crate::files::OfRow;

/// What is read out of a document besides.
pub(crate) struct Marks<'a> {
    pub(crate) id: &'a str,
    pub(crate) version: Option<&'a str>,
    pub(crate) sent_at: Option<&'a str>,
    pub(crate) zone: &'a TimeZone,
}

/// The document of a row.
pub(crate) fn document(columns: &[Column], row: &[Cell]) -> Map<String, Value> {
    columns.iter().zip(row).map(|(column, cell)| (column.name.clone(), cell.document())).collect()
}

/// The item of a row. One whose text is in another character set is not read halfway: it is kept for a person.
pub(crate) fn item(columns: &[Column], row: &[Cell], files: OfRow, marks: &Marks<'_>) -> Item {
    let mut document = document(columns, row);
    if !files.named.is_empty() {
        document.insert("@files".into(), Value::Array(files.named));
    }
    let foreign = columns.iter().zip(row).find_map(|(column, cell)| match cell {
        Cell::NoText(set) => Some((&column.name, *set)),
        _ => None,
    });
    let document = Value::Object(document);
    if let Some((name, set)) = foreign {
        let zh = format!("列 {name} 里的文字不是 {set} 编码;请核对 connect.charset");
        let en = format!("the text in column `{name}` is no {set}; check `connect.charset`");
        return kept(&document, Remark::new(zh, en));
    }
    of_document(document, files.taken, marks)
}

/// The item of a document.
pub(crate) fn of_document(document: Value, attachments: Vec<Attachment>, marks: &Marks<'_>) -> Item {
    let id = document.get(marks.id).unwrap_or(&Value::Null);
    let external_id = match ExternalId::from_value(id) {
        Ok(external_id) => external_id,
        Err(why) => {
            let name = marks.id;
            let zh = format!("列 {name} 里没有能用的编号({why})");
            return kept(&document, Remark::new(zh, format!("in column `{name}`: {why}")));
        }
    };
    let text = |name: &str| document.get(name).and_then(scalar).filter(|text| !text.is_empty());
    let version = marks.version.and_then(text).map(|text| SourceVersion(text.into_owned()));
    let sent_at = marks.sent_at.and_then(|name| Stamp::Iso.read(document.get(name)?, marks.zone));
    // Members of an object are kept sorted, so this is the canonical form.
    let raw = Raw::new(document.to_string(), "application/json");
    let document = Personal::new(document);
    Item::Submission(Box::new(Submission {
        external_id,
        version,
        sent_at,
        raw,
        document,
        attachments,
        also: Vec::new(),
        unticketed: None,
        unchanging: false,
    }))
}

/// A row that is kept for a person.
pub(crate) fn kept(document: &Value, reason: Remark) -> Item {
    Item::Unreadable(Unreadable { raw: Raw::new(document.to_string(), "application/json"), reason })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cell::Sort;

    fn columns() -> Vec<Column> {
        let one = |name: &str, sort| Column { name: name.into(), sort, unknown: None };
        vec![one("id", Sort::Int), one("at", Sort::Local), one("title", Sort::Text)]
    }

    fn read(row: Vec<Cell>) -> Item {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let marks = Marks { id: "id", version: Some("at"), sent_at: Some("at"), zone: &zone };
        item(&columns(), &row, OfRow::default(), &marks)
    }

    fn cell(value: Value) -> Cell {
        Cell::Value(value)
    }

    #[test]
    fn a_row_is_an_item_with_its_number_version_and_time() {
        let Item::Submission(one) =
            read(vec![cell(json!(7)), cell(json!("2026-11-28 09:02:03.5")), cell(json!("路灯"))])
        else {
            panic!("no submission")
        };
        assert_eq!(one.external_id.as_str(), "7");
        assert_eq!(one.version, Some(SourceVersion("2026-11-28 09:02:03.5".into())));
        assert_eq!(one.sent_at, Some("2026-11-28T01:02:03.5Z".parse().unwrap()));
        assert_eq!(one.raw.bytes.reveal(), r#"{"at":"2026-11-28 09:02:03.5","id":7,"title":"路灯"}"#.as_bytes());
    }

    #[test]
    fn a_row_without_a_number_or_in_another_set_is_kept_for_a_person() {
        for (row, wanted) in [
            (vec![Cell::NULL, Cell::NULL, Cell::NULL], "in column `id`: the id is null"),
            (vec![cell(json!("")), Cell::NULL, Cell::NULL], "in column `id`: the id is empty"),
            (
                vec![cell(json!(1)), Cell::NULL, Cell::NoText("UTF-8")],
                "the text in column `title` is no UTF-8; check `connect.charset`",
            ),
        ] {
            let Item::Unreadable(bad) = read(row) else { panic!("read") };
            assert!(bad.reason.en.starts_with(wanted), "{}", bad.reason.en);
        }
    }
}
