//! The unified ticket for people: its fields by name, in the words of the office, without JSON.

use jiff::Timestamp;
use serde_json::Value;

use super::table::{Look, clean_text};
use crate::words::{FIELDS, say, word};

/// A draft's fields, one a line; nothing if there is no draft.
pub(super) fn draft(look: &Look, draft: &Value) -> String {
    look.pairs(&named(look, draft))
}

/// The same as names and texts.
pub(super) fn named(look: &Look, draft: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    flatten(look, draft, "", &mut pairs);
    pairs
}

fn flatten(look: &Look, value: &Value, path: &str, out: &mut Vec<(String, String)>) {
    let mut tell = |text: String| out.push((word(FIELDS, path, look.lang).to_owned(), text));
    match value {
        Value::Null => {}
        Value::Bool(yes) => tell(if *yes { say(look.lang, "是", "yes") } else { say(look.lang, "否", "no") }.into()),
        Value::Number(number) => tell(number.to_string()),
        Value::String(text) => tell(match text.parse::<Timestamp>() {
            Ok(at) if is_time(path) => look.time(Some(at)),
            _ => text.clone(),
        }),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            tell(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" / "));
        }
        Value::Array(list) => list.iter().for_each(|item| flatten(look, item, path, out)),
        Value::Object(table) => {
            for (key, value) in table {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(look, value, &below, out);
            }
        }
    }
}

/// Whether a time stands at this path, and no text that looks like one.
fn is_time(path: &str) -> bool {
    path.ends_with("_at") || path.ends_with(".at") || matches!(path, "deadline.computed" | "deadline.rule.since")
}

/// Why a submission could not be mapped: a line for each reason, and one for its remedy.
pub(super) fn reasons(look: &Look, reasons: &Value) -> String {
    let list = reasons.as_array().map_or(std::slice::from_ref(reasons), Vec::as_slice);
    list.iter().map(|reason| one_reason(look, reason)).collect::<Vec<_>>().join("\n")
}

fn one_reason(look: &Look, reason: &Value) -> String {
    let told = text(look, &reason["reason"]);
    if told.is_empty() {
        return look.value(reason);
    }
    let named = |key: &str| reason[key].as_str().unwrap_or_default();
    let field = say(look.lang, named("field_zh"), named("field"));
    let head = if field.is_empty() { String::new() } else { format!("{field}{}", say(look.lang, ":", ": ")) };
    let place = named("place");
    let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
    let remedy = text(look, &reason["remedy"]);
    let remedy = if remedy.is_empty() { remedy } else { format!("\n    → {remedy}") };
    clean_text(&format!("{head}{told}{place}{remedy}"))
}

/// A text in one language or in both.
fn text(look: &Look, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        both => both[say(look.lang, "zh", "en")].as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::settings::Lang;
    use crate::ticket::Draft;

    /// Everything that a draft can hold, in words that are no field names.
    fn full() -> Value {
        json!({
            "person": { "name": "甲", "sex": "男", "role": "甲", "organisation": "甲", "phone": "甲", "contact": "甲",
                "email": "甲", "id_type": "甲", "id_no": "甲", "address": "甲", "anonymous": false,
                "confidential": true, "agree_public": false },
            "accused": { "name": "甲", "phone": "甲", "organisation": "甲" },
            "matter": { "title": "甲", "content": "甲\n乙", "type": "投诉", "urgency": "甲",
                "category": { "source": ["甲", "乙"], "mapped": ["甲"] },
                "place": { "region": "甲", "text": "甲", "coordinates": { "lat": 1.5, "lng": 2.5 } } },
            "instructions": [{ "by": "甲", "at": "2026-11-22T01:00:00Z", "text": "甲" }],
            "handling": { "unit": "甲", "way": "甲" },
            "times": { "occurred_at": "2026-11-22T01:00:00Z", "submitted_at": "2026-11-22T01:00:00Z",
                "handed_at": "2026-11-22T01:00:00Z" },
            "deadline": { "verbatim": "甲", "computed": "2026-11-22T01:00:00Z",
                "rule": { "limit": "甲", "since": "2026-11-22T01:00:00Z", "uncertain": true } },
            "files": [{ "name": "甲", "media_type": "甲", "size": 1, "link": "甲", "part": 0 }],
            "links": [{ "relation": "related", "number": "甲" }],
            "query_code": "甲", "parent_no": "甲"
        })
    }

    #[test]
    fn every_field_of_a_draft_has_a_name_for_people() {
        let full = full();
        let draft: Draft = serde_json::from_value(full.clone()).unwrap();
        assert_eq!(serde_json::to_value(&draft).unwrap(), full, "the draft has other fields by now");
        for lang in [Lang::Zh, Lang::En] {
            let look = Look { lang, zone: TimeZone::UTC, width: Some(80) };
            let mut pairs = Vec::new();
            flatten(&look, &full, "", &mut pairs);
            assert_eq!(pairs.len(), FIELDS.len());
            for (name, _) in pairs {
                assert!(!name.contains('.') && !name.contains('_'), "{name}");
            }
        }
    }

    #[test]
    fn reasons_are_sentences_in_the_reader_s_language() {
        let given = json!([{ "field": "sex", "field_zh": "性别", "rule": "codes", "place": "callerSex",
            "reason": { "zh": "对照表里没有这个代码", "en": "the code is not in the table" },
            "remedy": { "zh": "在 [codes] 里补上", "en": "add it to [codes]" } }, { "reason": "no JSON" }]);
        let shown = |lang| reasons(&Look { lang, zone: TimeZone::UTC, width: None }, &given);
        assert_eq!(shown(Lang::Zh), "性别:对照表里没有这个代码 (callerSex)\n    → 在 [codes] 里补上\nno JSON");
        assert_eq!(shown(Lang::En), "sex: the code is not in the table (callerSex)\n    → add it to [codes]\nno JSON");
    }
}
