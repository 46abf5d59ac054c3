//! Which column tells one item from another.

use huiliu_contract::ExternalId;
use serde_json::Value;

use super::columns::{Column, text};
use super::shape;
use super::sheet::{Table, not_an_id};
use super::words::{Sure, words};
use crate::settings::Text;

/// The column of the items' numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Id {
    /// The members on the way to it.
    pub(super) path: Vec<String>,
    /// As rules name it.
    pub at: String,
    /// How sure that is.
    pub sure: Sure,
}

/// Finds it; `wanted` names it where a person has chosen. Fails with what helps.
pub(super) fn find(columns: &[Column], table: Option<&Table>, wanted: Option<&str>) -> Result<Id, Text> {
    let refused = |column: &Column| {
        let name = column.path.first()?;
        table.and_then(|table| table.no_id.get(name)).map(|why| (name.clone(), *why))
    };
    if let Some(wanted) = wanted {
        let called = |column: &&Column| column.written() == wanted || super::columns::pointer(&column.path) == wanted;
        let Some(column) = columns.iter().find(called) else {
            let all: Vec<_> = columns.iter().map(Column::written).collect();
            return Err(Text::new(
                format!("样例里没有“{wanted}”这一栏;有:{}", all.join("、")),
                format!("the sample has no column `{wanted}`; there are: {}", all.join(", ")),
            ));
        };
        if let Some((name, why)) = refused(column) {
            return Err(not_an_id(&name, why));
        }
        return if is_running(column) {
            Err(Text::new(
                format!("“{wanted}”是 1、2、3 这样的序号,下一次又从头数起,分不清是哪一件,不能当编号"),
                format!(
                    "`{wanted}` is a running number 1, 2, 3; the next list begins anew, so it cannot tell items apart"
                ),
            ))
        } else if tells_apart(column) {
            Ok(taken(column, Sure::Name))
        } else {
            Err(Text::new(
                format!("“{wanted}”有空的或重复的,分不清是哪一件,不能当编号"),
                format!("`{wanted}` is empty or the same in several items, so it cannot tell them apart"),
            ))
        };
    }
    // A role as the file lists it: the earlier, the better.
    let mut named: Vec<(Sure, usize, &Column)> = columns
        .iter()
        .filter_map(|column| words().role("id", &column.name).map(|(sure, rank)| (sure, rank, column)))
        .collect();
    named.sort_by_key(|(sure, rank, column)| (std::cmp::Reverse(*sure), *rank, column.path.len()));
    if let Some((sure, _, column)) =
        named.iter().find(|(_, _, column)| tells_apart(column) && !is_running(column) && refused(column).is_none())
    {
        return Ok(taken(column, *sure));
    }
    if let Some((name, why)) = named.iter().find_map(|(_, _, column)| refused(column)) {
        return Err(not_an_id(&name, why));
    }
    let lost = |value: &Value| value.as_number().is_some_and(|number| !number.is_i64() && !number.is_u64());
    if let Some((_, _, column)) = named.iter().find(|(_, _, column)| column.values.iter().any(lost)) {
        let at = column.written();
        return Err(Text::new(
            format!("编号“{at}”是不带引号的数字,位数太多或有小数,末几位已经丢失;请对方改成带引号的文字"),
            format!(
                "the number `{at}` is a figure with a fraction or more digits than a figure keeps; the far side must write it as text"
            ),
        ));
    }
    by_form(columns, |column| refused(column).is_some())
}

/// By form, where no name tells.
fn by_form(columns: &[Column], refused: impl Fn(&Column) -> bool) -> Result<Id, Text> {
    let like: Vec<&Column> = columns
        .iter()
        .filter(|column| tells_apart(column) && !is_running(column) && !refused(column) && looks_like(column))
        .collect();
    match like.as_slice() {
        [one] => Ok(taken(one, Sure::Shape)),
        [] => Err(Text::new(
            "样例里找不到编号:没有一栏是每件都有、各不相同、又不是序号的。没有编号,改了的件和新件就分不清;\
             请对方在接口或表里加上编号(表格确实没有编号的,加 --no-id 按内容识别)",
            "no number is found: no column is there in every item, different in each and no running number. Without one a \
             changed item cannot be told from a new one; ask for a number in the interface or the sheet (a sheet that really \
             has none: --no-id, rows are known by what stands in them)",
        )),
        several => {
            let all: Vec<_> = several.iter().map(|column| column.written()).collect();
            Err(Text::new(
                format!("有几栏都像编号,说不准是哪一栏:{};加 --id 栏名 指定", all.join("、")),
                format!("several columns look like numbers of items: {}; say which by --id NAME", all.join(", ")),
            ))
        }
    }
}

fn taken(column: &Column, sure: Sure) -> Id {
    Id { path: column.path.clone(), at: column.written(), sure }
}

/// Whether it is there in every item, and different in each.
fn tells_apart(column: &Column) -> bool {
    let id = |value: &Value| text(value).is_some() && ExternalId::from_value(value).is_ok();
    let mut texts = column.texts();
    let whole = texts.len() == column.values.len() && column.values.iter().all(id);
    texts.sort_unstable();
    texts.dedup();
    whole && texts.len() == column.values.len()
}

fn is_running(column: &Column) -> bool {
    words().role("running", &column.name).is_some() || shape::is_running(&column.texts())
}

/// Letters and digits without blanks, digits among them, and no time, telephone or identity number.
fn looks_like(column: &Column) -> bool {
    let texts = column.texts();
    let form = |text: &String| {
        (4..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && text.bytes().any(|b| b.is_ascii_digit())
    };
    let senses = words().senses(&column.name);
    let other = shape::dates(&texts).is_some() || shape::are_phones(&texts) || shape::are_resident_ids(&texts);
    texts.iter().all(form) && !other && senses.is_empty() && words().role("touched", &column.name).is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::columns::columns;
    use super::*;

    fn id(items: &[Value], wanted: Option<&str>) -> Result<(String, Sure), String> {
        find(&columns(items), None, wanted).map(|id| (id.at, id.sure)).map_err(|why| why.en)
    }

    #[test]
    fn a_number_is_found_by_name_then_by_form() {
        let items = [json!({ "id": 1, "orderNo": "A1", "xh": 1 }), json!({ "id": 2, "orderNo": "A2", "xh": 2 })];
        assert_eq!(id(&items, None), Ok(("orderNo".into(), Sure::Name)));
        let items = [json!({ "id": 7001, "title": "x" }), json!({ "id": 7003, "title": "y" })];
        assert_eq!(id(&items, None), Ok(("id".into(), Sure::Likely)));
        let items = [json!({ "zj": "AB-0001", "title": "x" }), json!({ "zj": "AB-0002", "title": "y" })];
        assert_eq!(id(&items, None), Ok(("zj".into(), Sure::Shape)));
        assert_eq!(id(&items, Some("/zj")), Ok(("zj".into(), Sure::Name)));
    }

    #[test]
    fn what_cannot_be_a_number_is_told() {
        let running = [json!({ "序号": "1", "no": "1", "标题": "x" }), json!({ "序号": "2", "no": "2", "标题": "y" })];
        assert!(id(&running, None).unwrap_err().contains("no number is found"));
        assert!(id(&running, Some("no")).unwrap_err().contains("running number"));
        let twice = [json!({ "orderNo": "A1" }), json!({ "orderNo": "A1" })];
        assert!(id(&twice, Some("orderNo")).unwrap_err().contains("the same in several"));
        assert!(id(&twice, Some("x")).unwrap_err().contains("there are: orderNo"));
        let large: Value = serde_json::from_str(r#"{"orderNo": 430424202612010000123456, "title": "x"}"#).unwrap();
        assert!(id(&[large], None).unwrap_err().contains("must write it as text"));
        let two = [json!({ "zj": "AB-0001", "km": "K00011" }), json!({ "zj": "AB-0002", "km": "K00012" })];
        assert!(id(&two, None).unwrap_err().contains("--id NAME"));
        let phone = [json!({ "zj": "13800000001" }), json!({ "zj": "13800000002" })];
        assert!(id(&phone, None).unwrap_err().contains("no number is found"));
    }
}
