//! Questions to a JSON Schema: what does it mean, which types, which keys, what lies below. No mistakes are made here.

use serde_json::{Map, Value};

/// References followed from one schema; ours are at most three deep.
const MAX_REFERENCES: usize = 16;
/// The pattern by which our types ask for a JSON pointer.
const POINTER: &str = "^(/[^/]*)+$";

/// What a key is for, in both languages, where the schema says.
#[derive(Default, Debug)]
pub(in crate::settings) struct Meaning {
    pub(in crate::settings) zh: Option<String>,
    pub(in crate::settings) en: Option<String>,
}

/// A schema and, behind its references, the schemas it stands for.
pub(in crate::settings) fn views<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Map<String, Value>> {
    let mut views: Vec<&'a Map<String, Value>> = schema.as_object().into_iter().collect();
    while views.len() < MAX_REFERENCES {
        let target = views.last().and_then(|view| view.get("$ref")).and_then(Value::as_str);
        let Some(next) = target.and_then(|at| root.pointer(at.strip_prefix('#')?)).and_then(Value::as_object) else {
            break;
        };
        views.push(next);
    }
    views
}

/// As [`views`], and through a choice with a single branch besides null, which is how options are written.
fn deep_views<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Map<String, Value>> {
    let mut out = views(root, schema);
    let only = out.last().and_then(|view| {
        let ways = view.get("anyOf").and_then(Value::as_array)?;
        let mut ways = ways.iter().filter(|way| !is_null(way));
        ways.next().filter(|_| ways.next().is_none())
    });
    if let Some(only) = only {
        out.extend(views(root, only));
    }
    out
}

/// Whether only null fits: the other half of an option, which TOML cannot write.
pub(super) fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

/// The types one view names, without null; empty allows all.
pub(in crate::settings) fn types(view: &Map<String, Value>) -> Vec<&str> {
    match view.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(some)) => some.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        _ => vec![],
    }
}

pub(super) fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

pub(super) fn is_table(root: &Value, schema: &Value) -> bool {
    deep_views(root, schema).iter().any(|view| types(view) == ["object"])
}

/// What a key is for: the words at the key itself before those of its type.
pub(in crate::settings) fn meaning(root: &Value, schema: &Value) -> Meaning {
    let views = deep_views(root, schema);
    let first = |name: &str| views.iter().find_map(|view| view.get(name)?.as_str().map(str::to_owned));
    Meaning { zh: first("x-zh"), en: first("description").map(|text| sentence(&text)) }
}

/// How a value of a closed form is written; none where any value of the type will do.
pub(super) fn form(root: &Value, schema: &Value) -> Option<(String, String)> {
    let views = deep_views(root, schema);
    let format = views.iter().find_map(|view| view.get("format")?.as_str());
    let spoken = match format {
        Some("socket-address") => Some((
            "IP 地址加英文冒号加端口,例如 127.0.0.1:8612",
            "an IP address and a port, for example 127.0.0.1:8612",
        )),
        Some("http-url") => {
            Some(("写完整的网址,以 http:// 或 https:// 开头", "a whole address that begins with http:// or https://"))
        }
        _ if views.iter().any(|view| view.get("pattern").and_then(Value::as_str) == Some(POINTER)) => {
            Some(("写以 / 开头的位置,例如 /data/viewCount", "a place that begins with /, for example /data/viewCount"))
        }
        _ => None,
    };
    if let Some((zh, en)) = spoken {
        return Some((zh.into(), en.into()));
    }
    let last = views.last().filter(|view| view.contains_key("pattern") || view.contains_key("format"))?;
    let zh = last.get("x-zh")?.as_str()?.to_owned();
    let en = last.get("description").and_then(Value::as_str).map_or_else(|| zh.clone(), sentence);
    (!types(last).contains(&"integer")).then_some((zh, en))
}

fn sentence(text: &str) -> String {
    text.split("\n\n").next().unwrap_or_default().replace('\n', " ").trim_end_matches('.').to_owned()
}

/// The keys that one view and everything it is composed of know, with their Chinese meaning.
pub(super) fn keys_of(root: &Value, view: &Map<String, Value>) -> Vec<(String, Option<String>)> {
    let mut out = Vec::new();
    collect_keys(root, view, &mut out, 0);
    out
}

/// As [`keys_of`], for a schema behind references.
pub(in crate::settings) fn possible_keys(root: &Value, schema: &Value) -> Vec<(String, Option<String>)> {
    deep_views(root, schema).into_iter().flat_map(|view| keys_of(root, view)).collect()
}

fn collect_keys(root: &Value, view: &Map<String, Value>, out: &mut Vec<(String, Option<String>)>, depth: usize) {
    let properties = view.get("properties").and_then(Value::as_object);
    // The branch of a tagged choice has the tag as its only key: what the branch means, the key means.
    let tag = view.get("x-zh").and_then(Value::as_str).filter(|_| properties.is_some_and(|known| known.len() == 1));
    for (key, schema) in properties.into_iter().flatten() {
        if !out.iter().any(|known| known.0 == *key) {
            out.push((key.clone(), tag.map(str::to_owned).or_else(|| meaning(root, schema).zh)));
        }
    }
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|word| view.get(word)?.as_array()).flatten();
    for part in parts.filter(|_| depth < MAX_REFERENCES) {
        for view in views(root, part) {
            collect_keys(root, view, out, depth + 1);
        }
    }
}

/// Whether a table is written under one of several keys, each a way of its own (`auth = { basic = … }`).
pub(in crate::settings) fn is_choice(root: &Value, schema: &Value) -> bool {
    let ways = |view: &&Map<String, Value>| {
        let ways = ["oneOf", "anyOf"].into_iter().find_map(|word| view.get(word)?.as_array());
        let tables = ways.into_iter().flatten().filter(|way| !is_null(way) && types_of(way).contains(&"object"));
        let tables: Vec<_> = tables.collect();
        let single =
            |way: &&Value| way.get("properties").and_then(Value::as_object).is_some_and(|keys| keys.len() == 1);
        !tables.is_empty() && tables.iter().all(single)
    };
    deep_views(root, schema).iter().any(ways)
}

fn types_of(schema: &Value) -> Vec<&str> {
    schema.as_object().map(types).unwrap_or_default()
}

/// The schema of a key that a table names; entries of free tables have none.
pub(in crate::settings) fn named<'a>(root: &'a Value, schema: &'a Value, key: &str) -> Option<&'a Value> {
    let views = deep_views(root, schema);
    let own = views.iter().find_map(|view| view.get("properties")?.get(key));
    own.or_else(|| {
        let ways =
            views.iter().flat_map(|view| ["anyOf", "oneOf"].into_iter().filter_map(|word| view.get(word)?.as_array()));
        ways.flatten().flat_map(|way| self::views(root, way)).find_map(|view| view.get("properties")?.get(key))
    })
}

/// The table that a schema stands for behind references and options, on its own.
pub(in crate::settings) fn table_behind(root: &Value, schema: &Value) -> Option<Value> {
    let views = deep_views(root, schema);
    views.iter().rev().find(|view| types(view).contains(&"object")).map(|view| Value::Object((*view).clone()))
}

/// A text from the environment as the type that the schema wants; a text that does not fit stays a text.
pub(in crate::settings) fn coerce(root: &Value, schema: &Value, text: &str) -> Value {
    let views = deep_views(root, schema);
    let wants = |name: &str| views.iter().any(|view| types(view).contains(&name));
    if wants("integer")
        && let Ok(n) = text.trim().parse::<i64>()
    {
        return n.into();
    }
    if wants("boolean")
        && let Ok(flag) = text.trim().parse::<bool>()
    {
        return flag.into();
    }
    Value::String(text.to_owned())
}

/// The word most like the one found, if any is like enough to be meant.
pub(in crate::settings) fn nearest<'a>(found: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    words
        .map(|word| (strsim::damerau_levenshtein(&found, word), strsim::jaro_winkler(&found, word), word))
        .filter(|(steps, likeness, word)| {
            let length = word.chars().count();
            *steps <= (length / 3).clamp(1, 3) && *steps < length || *likeness > 0.9
        })
        .min_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)))
        .map(|(_, _, word)| word)
}

/// Whether a text is of a named form; forms we do not know fit.
pub(super) fn fits(format: &str, text: &str) -> bool {
    match format {
        "date" => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
        "iana-zone" => jiff::tz::TimeZone::get(text).is_ok(),
        "socket-address" => text.parse::<std::net::SocketAddr>().is_ok(),
        "hours" => crate::settings::Hours::parse(text).is_ok(),
        "silence" => crate::settings::Silence::parse(text).is_ok(),
        "presence" => crate::settings::Presence::parse(text).is_ok(),
        "time-of-day" => crate::settings::TimeOfDay::parse(text).is_ok(),
        "remind" => crate::settings::Remind::parse(text).is_ok(),
        "http-url" => text.parse::<http::Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
        }),
        _ => true,
    }
}
