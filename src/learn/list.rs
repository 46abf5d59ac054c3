//! Where the list of items stands in a document, and what stands beside it: how many there are in all, and by what an
//! answer tells that it went well.

use serde_json::Value;

use super::columns::{columns, pointer};
use super::words::{Sure, words};
use crate::settings::Text;

/// A list of items within a document.
#[derive(Clone, PartialEq, Debug)]
pub struct List {
    /// Where it stands, as a JSON pointer; empty if the document is the list.
    pub at: String,
    /// Where the number of all items stands, as a JSON pointer.
    pub total: Option<String>,
    /// Whether that number is larger than that of the items at hand: then there are pages.
    pub goes_on: bool,
    /// Where the answer tells that it went well, as a JSON pointer, and what stands there.
    pub success: Option<(String, Value)>,
}

/// What a document holds.
#[derive(Debug)]
pub(super) enum Holds<'v> {
    /// A list of items.
    List(List, Vec<&'v Value>),
    /// One item.
    One,
}

/// How deep lists are looked for.
const DEEP: usize = 6;

struct Candidate<'v> {
    path: Vec<String>,
    items: Vec<&'v Value>,
    known: usize,
}

/// Finds the list; `wanted` names it where a person has chosen.
pub(super) fn find<'v>(document: &'v Value, is_xml: bool, wanted: Option<&str>) -> Result<Holds<'v>, Text> {
    let mut found = Vec::new();
    look(document, &mut Vec::new(), &mut found);
    if found.is_empty() && is_xml {
        found.extend(alone(document));
    }
    if let Some(wanted) = wanted {
        let place = wanted.trim_end_matches('/');
        return match found.into_iter().find(|one| pointer(&one.path) == place) {
            Some(one) => Ok(listed(document, one)),
            None => Err(Text::new(
                format!("样例里“{wanted}”这个位置没有列表(要写成 /data/rows 这样,整个文件就是列表的写 /)"),
                format!(
                    "the sample has no list of items at `{wanted}`; write it like /data/rows, or / for the whole file"
                ),
            )),
        };
    }
    found.sort_by_key(|one| std::cmp::Reverse((one.known, one.items.len())));
    let mut found = found.into_iter();
    let Some(best) = found.next() else {
        return if document.is_object() && speaks(document) > 0 { Ok(Holds::One) } else { Err(no_list(document)) };
    };
    // A letter with a list within, of its files or of what was done, is one letter.
    let own = speaks(document);
    if own >= 3 && own > best.known {
        return Ok(Holds::One);
    }
    if let Some(other) = found.find(|other| other.known > 0 && other.known == best.known) {
        let (one, two) = (shown(&best.path), shown(&other.path));
        return Err(Text::new(
            format!("样例里有两个列表都像来件:{one} 和 {two},说不准是哪个;加 --list {one} 或 --list {two} 指定"),
            format!(
                "the sample has two lists that look like items, {one} and {two}; say which by --list {one} or --list {two}"
            ),
        ));
    }
    Ok(listed(document, best))
}

fn shown(path: &[String]) -> String {
    if path.is_empty() { "/".into() } else { pointer(path) }
}

/// Lists of objects, those of files left out.
fn look<'v>(value: &'v Value, path: &mut Vec<String>, found: &mut Vec<Candidate<'v>>) {
    match value {
        Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_object) => {
            let files =
                path.last().is_some_and(|name| words().senses(name).iter().any(|one| one.field == "attachments"));
            if !files {
                let items: Vec<&Value> = list.iter().collect();
                found.push(Candidate { path: path.clone(), known: known(&items), items });
            }
        }
        Value::Object(members) if path.len() < DEEP => {
            for (name, member) in members {
                path.push(name.clone());
                look(member, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

/// In XML a list of one is no list: an element of several members whose parent holds nothing else and is called like several.
fn alone(document: &Value) -> Option<Candidate<'_>> {
    let (mut at, mut path) = (document, Vec::new());
    loop {
        let members = at.as_object()?;
        let inner = members.iter().filter(|(_, value)| value.is_object());
        let (name, value) = inner.max_by_key(|(_, value)| value.as_object().map_or(0, |own| own.len()))?;
        // `letters` around `letter`, `service_requests` around `request`.
        let several = |parent: &String| {
            let (parent, own) = (parent.to_lowercase(), name.to_lowercase());
            let many =
                parent.strip_suffix('s').or_else(|| parent.strip_suffix("list")).is_some_and(|one| one.ends_with(&own));
            many || ["rows", "list", "items", "records", "data"].contains(&parent.as_str())
        };
        let is_one_of = path.last().is_some_and(several);
        path.push(name.clone());
        if is_one_of && speaks(value) > 0 {
            let items = vec![value];
            return Some(Candidate { known: known(&items), path, items });
        }
        at = value;
    }
}

/// How many different fields of a ticket the columns of these items may be.
fn known(items: &[&Value]) -> usize {
    let some: Vec<Value> = items.iter().take(20).map(|item| (*item).clone()).collect();
    let mut fields: Vec<&str> = columns(&some)
        .iter()
        .filter(|column| column.values.iter().any(|value| !value.is_null()))
        .filter_map(|column| words().senses(&column.name).first().map(|sense| sense.field))
        .collect();
    fields.sort_unstable();
    fields.dedup();
    fields.len()
}

fn speaks(document: &Value) -> usize {
    known(&[document])
}

fn listed<'v>(document: &'v Value, one: Candidate<'v>) -> Holds<'v> {
    let beside = |role: &str| -> Vec<(Vec<String>, &'v Value)> {
        // From the list outwards: what stands nearest is meant.
        let around = (0..one.path.len()).rev().map(|depth| &one.path[..depth]);
        around
            .flat_map(|path| {
                let object = path.iter().try_fold(document, |at, name| at.get(name));
                let members = object.and_then(Value::as_object).into_iter().flatten();
                let named = members.filter_map(|(name, value)| {
                    let (_, rank) = words().role(role, name)?;
                    Some((rank, [path, std::slice::from_ref(name)].concat(), value))
                });
                let mut named: Vec<_> = named.collect();
                named.sort_by_key(|(rank, ..)| *rank);
                named.into_iter().map(|(_, path, value)| (path, value)).collect::<Vec<_>>()
            })
            .collect()
    };
    let count = |value: &Value| super::columns::text(value).and_then(|text| text.parse::<usize>().ok());
    let total = beside("total").into_iter().find_map(|(path, value)| {
        let total = count(value).filter(|total| *total >= one.items.len())?;
        Some((pointer(&path), total))
    });
    // Of XML the one member of the document is its root element.
    let outermost = if document.as_object().is_some_and(|own| own.len() == 1) { 2 } else { 1 };
    let success = beside("success").into_iter().rev().find(|(path, value)| path.len() <= outermost && is_plain(value));
    let list = List {
        at: pointer(&one.path),
        goes_on: total.as_ref().is_some_and(|(_, total)| *total > one.items.len()),
        total: total.map(|(at, _)| at),
        success: success.map(|(path, value)| (pointer(&path), value.clone())),
    };
    Holds::List(list, one.items)
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty() && text.len() <= 20,
        other => other.is_boolean() || other.is_i64(),
    }
}

fn no_list(document: &Value) -> Text {
    let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    let has_empty = empty(document)
        || document.as_object().is_some_and(|own| {
            own.values().any(|value| empty(value) || value.as_object().is_some_and(|own| own.values().any(empty)))
        });
    if has_empty {
        return Text::new(
            "样例里的列表是空的,看不出每件有哪些栏;请换一份有来件的样例",
            "the list in the sample is empty, so nothing tells what an item looks like; take a sample with items in it",
        );
    }
    Text::new(
        "样例里找不到来件:既没有列表(一组同样的记录),也不像一件来信(没有一栏认得出是标题、正文、电话……);\
         请用对方列表接口返回的、或推送来的完整内容",
        "there are no submissions in the sample: neither a list of records nor one letter (no column looks like a title, a \
         text, a telephone …); take the whole answer of the list request, or the whole push",
    )
}

/// Whether a name is sure to be that of a role.
pub(super) fn is_role(role: &str, name: &str) -> bool {
    words().role(role, name).is_some_and(|(sure, _)| sure == Sure::Name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(document: &Value, xml: bool, wanted: Option<&str>) -> Result<(List, usize), String> {
        match find(document, xml, wanted) {
            Ok(Holds::List(list, items)) => Ok((list, items.len())),
            Ok(Holds::One) => Err("one".into()),
            Err(why) => Err(why.en),
        }
    }

    #[test]
    fn the_list_is_found_wherever_it_stands() {
        let row = json!({ "orderNo": "A1", "title": "x", "files": [{ "name": "a", "url": "b" }] });
        let answer =
            json!({ "code": 200, "msg": "ok", "data": { "records": [row, row], "total": 12, "dicts": [{ "k": 1 }] } });
        let (list, count) = found(&answer, false, None).unwrap();
        assert_eq!(
            (list.at.as_str(), count, list.total.as_deref(), list.goes_on),
            ("/data/records", 2, Some("/data/total"), true)
        );
        assert_eq!(list.success, Some(("/code".into(), json!(200))));
        assert_eq!(found(&json!([row]), false, None).unwrap().0.at, "");
        let two = json!({ "todo": [row], "done": [row] });
        assert!(found(&two, false, None).unwrap_err().contains("--list /done or --list /todo"));
        assert_eq!(found(&two, false, Some("/todo")).unwrap().0.at, "/todo");
        assert!(found(&two, false, Some("/x")).unwrap_err().contains("no list"));
    }

    #[test]
    fn one_letter_is_one_letter() {
        let push = json!({ "letterNo": "A1", "title": "x", "content": "y", "phone": "z", "steps": [{ "name": "a", "time": "b" }] });
        assert_eq!(found(&push, false, None), Err("one".into()));
        assert!(found(&json!({ "data": [] }), false, None).unwrap_err().contains("empty"));
        assert!(found(&json!({ "a": 1 }), false, None).unwrap_err().contains("no submissions"));
        assert!(found(&json!(["a"]), false, None).unwrap_err().contains("no submissions"));
        let xml = json!({ "letters": { "letter": { "no": "1", "title": "x" } } });
        assert_eq!(found(&xml, true, None).unwrap().0.at, "/letters/letter");
        let xml = json!({ "service_requests": { "request": { "service_request_id": "1", "description": "x" } } });
        assert_eq!(found(&xml, true, None).unwrap().0.at, "/service_requests/request");
        assert_eq!(found(&json!({ "letter": { "title": "x" } }), true, None), Err("one".into()));
    }
}
