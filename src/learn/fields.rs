//! Which column is which field: by name, then by what stands in it. A field has one column (a telephone may have several,
//! tried in turn), a column one field.

use serde_json::Value;

use super::codes::{self, Codes, quoted};
use super::columns::Column;
use super::shape;
use super::words::{Sure, words};
use crate::normalize::field_names;
use crate::ticket::{MatterType, Sex};

/// A rule of `[fields]`.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldGuess {
    /// The field of the ticket.
    pub field: &'static str,
    /// The columns it is read from, in turn, as the members on the way to each.
    pub(super) from: Vec<Vec<String>>,
    /// Further keys of the rule, their values as TOML writes them.
    pub(super) keys: Vec<(&'static str, String)>,
    /// How sure it is.
    pub sure: Sure,
    /// Whether a person must say first what the codes mean: the rule is written, but does not count yet.
    pub open: bool,
}

impl FieldGuess {
    /// The columns it is read from, as rules name them.
    pub fn from(&self) -> Vec<String> {
        self.from.iter().map(|path| super::columns::written(path)).collect()
    }
}

/// A column that fits a field, and how it is read then.
struct Fit {
    keys: Vec<(&'static str, String)>,
    table: Option<(&'static str, codes::CodeTable)>,
    open: bool,
}

/// Everything found, in the order of the fields; `taken` are columns that are something else (the items' number).
pub(super) fn find(columns: &[Column], taken: &[Vec<String>], codes: &mut Codes) -> Vec<FieldGuess> {
    let free = |column: &&Column| !taken.contains(&column.path) && words().role("running", &column.name).is_none();
    let free: Vec<&Column> = columns.iter().filter(free).collect();
    let mut ranked: Vec<(Sure, usize, &'static str, &Column)> = free
        .iter()
        .flat_map(|column| words().senses(&column.name).into_iter().map(|one| (one.sure, one.rank, one.field, *column)))
        .collect();
    // What says something goes before what is empty, a sure name before another.
    ranked
        .sort_by_key(|(sure, rank, _, column)| (column.is_empty(), std::cmp::Reverse(*sure), column.path.len(), *rank));
    let mut found: Vec<FieldGuess> = Vec::new();
    for (sure, _, field, column) in ranked {
        if found.iter().any(|one| one.from.contains(&column.path)) {
            continue;
        }
        match found.iter_mut().find(|one| one.field == field) {
            Some(one) if field == "phone" && sure == Sure::Name && shape::are_phones(&column.texts()) => {
                one.from.push(column.path.clone());
            }
            Some(_) => {}
            // Nothing stands there, so nothing but a sure name tells.
            None if column.is_empty() && sure != Sure::Name => {}
            None => found.extend(fit(field, column).map(|fit| guess(field, column, sure, fit, codes))),
        }
    }
    by_form(&free, &mut found, codes);
    coordinates(&free, &mut found);
    found.sort_by_key(|one| field_names().position(|name| name == one.field));
    found
}

fn guess(field: &'static str, column: &Column, sure: Sure, fit: Fit, codes: &mut Codes) -> FieldGuess {
    let mut keys = fit.keys;
    if let Some((name, table)) = fit.table {
        let name = codes.put(name, field, table);
        keys.push(("codes", quoted(&name)));
    }
    FieldGuess { field, from: vec![column.path.clone()], keys, sure, open: fit.open }
}

/// What nothing but the form of what stands there tells.
fn by_form(free: &[&Column], found: &mut Vec<FieldGuess>, codes: &mut Codes) {
    let has = |found: &[FieldGuess], field: &str| found.iter().any(|one| one.field == field);
    let is_left = |found: &[FieldGuess], column: &Column| {
        !found.iter().any(|one| one.from.contains(&column.path))
            && words().senses(&column.name).is_empty()
            && !words().is_of_the_office(&column.name)
    };
    let mut take = |field: &'static str, like: &dyn Fn(&Column) -> bool| {
        let left: Vec<&&Column> = free.iter().filter(|column| is_left(found, column) && like(column)).collect();
        let most = left.into_iter().max_by_key(|column| shape::typical_length(&column.texts()));
        if let (false, Some(column)) = (has(found, field), most)
            && let Some(fit) = fit(field, column)
        {
            found.push(guess(field, column, Sure::Shape, fit, codes));
        }
    };
    take("phone", &|column| shape::are_mobiles(&column.texts()));
    take("id_no", &|column| shape::are_resident_ids(&column.texts()));
    take("content", &|column| shape::typical_length(&column.texts()) >= 20 && shape::dates(&column.texts()).is_none());
    let timed = ["submitted_at", "handed_at", "occurred_at"].iter().any(|field| has(found, field));
    let times = |column: &Column| {
        words().role("touched", &column.name).is_none()
            && shape::dates(&column.texts()).is_some_and(|ways| !ways.contains(&"excel"))
    };
    let several = free.iter().filter(|column| is_left(found, column) && times(column)).count() > 1;
    if !timed && !several {
        let left = free.iter().find(|column| is_left(found, column) && times(column));
        if let Some((column, fit)) = left.and_then(|column| Some((column, fit("submitted_at", column)?))) {
            found.push(guess("submitted_at", column, Sure::Shape, fit, codes));
        }
    }
}

/// A latitude and a longitude, each in its column.
fn coordinates(free: &[&Column], found: &mut Vec<FieldGuess>) {
    let within = |column: &&&Column, most: f64| {
        let texts = column.texts();
        !texts.is_empty() && texts.iter().all(|text| text.parse::<f64>().is_ok_and(|n| n.abs() <= most))
    };
    let lat = free.iter().find(|column| words().role("latitude", &column.name).is_some() && within(column, 90.0));
    let lng = free.iter().find(|column| words().role("longitude", &column.name).is_some() && within(column, 180.0));
    if let (Some(lat), Some(lng)) = (lat, lng) {
        let from = vec![lat.path.clone(), lng.path.clone()];
        found.push(FieldGuess { field: "coordinates", from, keys: vec![], sure: Sure::Name, open: false });
    }
}

fn fit(field: &'static str, column: &Column) -> Option<Fit> {
    let texts = column.texts();
    let plain = |keys: Vec<(&'static str, String)>| Some(Fit { keys, table: None, open: false });
    if field == "attachments" {
        return files(column).and_then(plain);
    }
    if column.values.iter().any(|value| value.is_array() || value.is_object()) {
        let levels = |value: &Value| match value {
            Value::Array(list) => list.iter().all(Value::is_string),
            other => other.is_null(),
        };
        return (field == "category" && column.values.iter().all(levels)).then(|| plain(vec![]))?;
    }
    let dates = shape::dates(&texts);
    match field {
        "occurred_at" | "submitted_at" | "handed_at" => plain(vec![("date", dated(&dates?))]),
        "deadline" => match dates {
            Some(ways) => plain(vec![("date", dated(&ways))]),
            // So many days, or nothing: no moment.
            None if texts.iter().all(|text| text.parse::<f64>().is_ok()) => None,
            None => plain(vec![]),
        },
        "anonymous" | "confidential" | "agree_public" => flag(&texts),
        "sex" if codes::needs_none(&texts, &Sex::WORDS) => plain(vec![]),
        "sex" => codes::sex(&texts).map(|table| Fit { keys: vec![], table: Some(("sex", table)), open: false }),
        "type" if texts.is_empty() || !codes::may_be(&texts) => None,
        "type" if codes::needs_none(&texts, &MatterType::KNOWN) => plain(vec![]),
        "type" => {
            let table = codes::types(&texts);
            let open = table.rows.is_empty();
            Some(Fit { keys: vec![], table: Some(("type", table)), open })
        }
        "category" => plain(split(&texts)),
        "content" => plain(if shape::has_markup(&texts) { vec![("clean", quoted("html"))] } else { vec![] }),
        "phone" if texts.is_empty() || texts.iter().any(|text| text.bytes().any(|b| b.is_ascii_digit())) => {
            let other = dates.is_some() && !shape::are_phones(&texts);
            (!other).then(|| plain(vec![("clean", quoted("phone"))]))?
        }
        "phone" => None,
        "id_no" => plain(vec![("clean", quoted("id"))]),
        // Words that are read as names stand above times and numbers as well.
        "name" | "contact" | "place" | "address"
            if dates.is_some() || (field == "name" && shape::are_phones(&texts)) =>
        {
            None
        }
        _ => plain(vec![]),
    }
}

fn flag(texts: &[String]) -> Option<Fit> {
    if !texts.is_empty() && codes::needs_none(texts, &["true", "false", "是", "否"]) {
        return Some(Fit { keys: vec![], table: None, open: false });
    }
    codes::yes_no(texts).map(|table| Fit { keys: vec![], table: Some(("yes_no", table)), open: false })
}

fn dated(ways: &[&str]) -> String {
    match ways {
        [one] => quoted(one),
        several => format!("[{}]", several.iter().map(|way| quoted(way)).collect::<Vec<_>>().join(", ")),
    }
}

/// The sign between the levels of a category.
fn split(texts: &[String]) -> Vec<(&'static str, String)> {
    let sign = ["/", ">", "|", "-", "、"].into_iter().find(|sign| texts.iter().any(|text| text.contains(sign)));
    sign.map(|sign| ("split", quoted(sign))).into_iter().collect()
}

/// Files: a list of objects with a name and an address, a list of addresses, or addresses in one text.
fn files(column: &Column) -> Option<Vec<(&'static str, String)>> {
    let entries: Vec<&Value> = column
        .values
        .iter()
        .flat_map(|value| match value {
            Value::Array(list) => list.iter().collect(),
            Value::Object(_) => vec![value],
            _ => vec![],
        })
        .collect();
    if let Some(Value::Object(members)) = entries.first() {
        let named = |role: &str| {
            let ranked = members.keys().filter_map(|name| Some((words().role(role, name)?.1, name)));
            ranked.min().map(|(_, name)| name.clone())
        };
        let url = named("file_url")?;
        let name = named("file_name").map(|name| ("name", quoted(&name)));
        return Some(name.into_iter().chain([("url", quoted(&url))]).collect());
    }
    if !entries.is_empty() {
        return entries.iter().all(|entry| entry.as_str().is_some_and(is_address)).then(Vec::new);
    }
    let texts = column.texts();
    let sign = [",", ";", "|"].into_iter().find(|sign| texts.iter().any(|text| text.contains(sign)));
    let each = |text: &String| match sign {
        Some(sign) => text.split(sign).filter(|part| !part.trim().is_empty()).all(is_address),
        None => is_address(text),
    };
    let is = !texts.is_empty() && texts.iter().all(each);
    is.then(|| sign.map(|sign| ("split", quoted(sign))).into_iter().collect())
}

fn is_address(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("http://") || text.starts_with("https://") || (text.starts_with('/') && text.contains('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::columns::columns;
    use super::*;

    fn found(item: Value) -> (Vec<(String, String, Sure)>, Codes) {
        let mut codes = Codes::default();
        let guesses = find(&columns(&[item]), &[], &mut codes);
        let told = guesses.iter().map(|one| {
            let keys = one.keys.iter().map(|(key, value)| format!(" {key}={value}")).collect::<String>();
            (format!("{}{}", one.field, if one.open { "?" } else { "" }), one.from().join("+") + &keys, one.sure)
        });
        (told.collect(), codes)
    }

    #[test]
    fn fields_are_found_by_name_and_form() {
        let (found, codes) = found(json!({
            "bt": "路灯", "nr": "<p>东门街路灯不亮</p>", "lxdh": "13800000000", "sj": "13900000000", "xm": "何某某",
            "lxsj": "2026-12-01 09:00", "isOpen": 1, "sqlx": "1", "files": [{ "fileName": "a.jpg", "fileUrl": "/f/a.jpg" }],
            "lat": 27.1, "lng": "112.9", "hfnr": "", "category": "城建/路灯", "yb": "421400",
        }));
        let told: Vec<_> = found.iter().map(|(field, rule, _)| (field.as_str(), rule.as_str())).collect();
        assert_eq!(
            told,
            [
                ("title", "bt"),
                ("content", "nr clean=\"html\""),
                ("type?", "sqlx codes=\"type\""),
                ("category", "category split=\"/\""),
                ("coordinates", "lat+lng"),
                ("name", "xm"),
                ("phone", "lxdh clean=\"phone\""),
                ("agree_public", "isOpen codes=\"yes_no\""),
                ("submitted_at", "lxsj date=\"yyyy-MM-dd HH:mm\""),
                ("attachments", "files name=\"fileName\" url=\"fileUrl\""),
            ]
        );
        assert_eq!(codes.0["type"].open.len(), 1);
    }

    #[test]
    fn where_no_name_tells_the_form_does() {
        let (found, _) = found(
            json!({ "f1": "13800000000", "f2": "43042419000101002X", "f3": "东门街的路灯坏了一个星期了,晚上走路看不见,请尽快派人来修一下。", "f4": "2026/12/1", "f5": "x" }),
        );
        let told: Vec<_> = found.iter().map(|(field, rule, sure)| (field.as_str(), rule.as_str(), *sure)).collect();
        assert_eq!(
            told,
            [
                ("content", "f3", Sure::Shape),
                ("phone", "f1 clean=\"phone\"", Sure::Shape),
                ("id_no", "f2 clean=\"id\"", Sure::Shape),
                ("submitted_at", "f4 date=\"yyyy/M/d\"", Sure::Shape),
            ]
        );
    }
}
