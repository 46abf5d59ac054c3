//! The sentences of the walk in both languages. Values are quoted only where a closed form is wanted, and cut short.

use serde_json::{Number, Value};

use super::schema::{self, Meaning, nearest};
use crate::settings::{Mistake, Text};

/// At most so many keys are listed.
const LISTED: usize = 24;

type Named = (String, Option<String>);

fn sort(value: &Value, moment: bool) -> (&'static str, &'static str) {
    match value {
        Value::String(_) if moment => ("日期(没加引号)", "a bare date"),
        Value::String(_) => ("文字", "text"),
        Value::Number(n) if n.is_f64() => ("小数", "a number with a fraction"),
        Value::Number(_) => ("整数", "a whole number"),
        Value::Bool(_) => ("true/false", "true or false"),
        Value::Array(_) => ("列表 [ ]", "a list"),
        Value::Object(_) => ("一组键值 { }", "a table"),
        Value::Null => ("空", "nothing"),
    }
}

fn wanted_words(names: &[&str]) -> (String, String) {
    let word = |name: &&str| match *name {
        "string" => ("文字(两头加英文引号)", "text in quotes"),
        "integer" => ("整数(不加引号)", "a whole number"),
        "number" => ("数字(不加引号)", "a number"),
        "boolean" => ("true 或 false(不加引号)", "true or false"),
        "array" => ("列表 [ … ]", "a list"),
        _ => ("一组键值 { … }", "a table"),
    };
    let both: Vec<_> = names.iter().map(word).collect();
    let zh: Vec<_> = both.iter().map(|word| word.0).collect();
    let en: Vec<_> = both.iter().map(|word| word.1).collect();
    (zh.join("或"), en.join(" or "))
}

pub(super) fn wrong_type(value: &Value, moment: bool, wanted: &[&str]) -> Text {
    let (found_zh, found_en) = sort(value, moment);
    let (zh, en) = wanted_words(wanted);
    Text::new(format!("这里写的是{found_zh},应写{zh}"), format!("found {found_en}, {en} is needed"))
}

/// Adds how a value of the schema's type is written, where the schema says it.
pub(super) fn with_form(mistake: Mistake, root: &Value, schema: &Value) -> Mistake {
    match schema::form(root, schema) {
        None => mistake,
        Some((zh, en)) => mistake.remedy(Text::new(zh, en)),
    }
}

pub(super) fn wrong_form(text: &str) -> Text {
    if text.is_empty() {
        return too_short(0);
    }
    let text = cut(text);
    Text::new(format!("“{text}”的写法不对"), format!("`{text}` is not of the form needed"))
}

pub(super) fn too_short(length: u64) -> Text {
    match length {
        0 => Text::new("这里不能空着", "this may not be empty"),
        _ => Text::new(format!("只有 {length} 个字,太短"), format!("{length} characters are too few")),
    }
}

pub(super) fn too_long(length: u64, most: u64) -> Text {
    Text::new(format!("有 {length} 个字,最多 {most} 个"), format!("{length} characters, at most {most} are allowed"))
}

pub(super) fn out_of_range(found: &Number, zh: Option<&str>) -> Text {
    let what = zh.map(|zh| format!("({zh})")).unwrap_or_default();
    Text::new(format!("{found} 超出范围{what}"), format!("{found} is out of range"))
}

pub(super) fn range(least: Option<&Value>, most: Option<&Value>) -> Text {
    match (least, most) {
        (Some(least), Some(most)) => Text::new(format!("写 {least} 到 {most}"), format!("write {least} to {most}")),
        (Some(least), None) => Text::new(format!("至少 {least}"), format!("write at least {least}")),
        (None, Some(most)) => Text::new(format!("最多 {most}"), format!("write at most {most}")),
        (None, None) => Text::new("换一个数", "write another number"),
    }
}

pub(super) fn wrong_count(count: u64, least: Option<u64>, most: Option<u64>) -> Text {
    let (least, most) = (least.unwrap_or(0), most.map_or_else(|| "…".into(), |most| most.to_string()));
    Text::new(
        format!("列表里有 {count} 项,应有 {least} 到 {most} 项"),
        format!("the list has {count} members, {least} to {most} are allowed"),
    )
}

pub(super) fn missing(name: &str, is_table: bool, meaning: &Meaning) -> Text {
    let shown = if is_table { format!("[{name}]") } else { name.to_owned() };
    let zh = meaning.zh.as_ref().map(|zh| format!("({zh})")).unwrap_or_default();
    let en = meaning.en.as_ref().map(|en| format!(" ({en})")).unwrap_or_default();
    Text::new(format!("少了 {shown}{zh}"), format!("`{shown}` is missing{en}"))
}

pub(super) fn unknown(key: &str) -> Text {
    let key = cut(key);
    Text::new(format!("没有“{key}”这个键"), format!("unknown key `{key}`"))
}

/// Whether a key is how other programs switch the check of a certificate off.
pub(super) fn would_not_look(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    [
        "insecure",
        "danger",
        "verify",
        "trust_all",
        "accept_invalid",
        "ignore_cert",
        "ignore_ssl",
        "ignore_tls",
        "no_check",
    ]
    .iter()
    .any(|word| key.contains(word))
}

pub(super) fn no_blind_trust() -> Text {
    Text::new(
        "证书检查不能关。对方是自签证书的,写 ca_file(签发机构的证书),或 pin(证书的指纹,huiliu check --online 会印出来,打电话核对后再写)",
        "the check of certificates cannot be switched off; for a certificate that the far side signed itself write `ca_file` (its issuer's certificate) or `pin` (its fingerprint, which huiliu check --online prints: compare it by telephone first)",
    )
}

pub(super) fn not_allowed(value: &Value, zh: Option<&str>) -> Text {
    let what = zh.map(|zh| format!("{zh}:")).unwrap_or_default();
    match value.as_str().map(cut) {
        Some(found) => Text::new(format!("{what}没有“{found}”这个选项"), format!("`{found}` is not allowed here")),
        None => {
            let (found_zh, found_en) = sort(value, false);
            Text::new(format!("{what}这里不能写{found_zh}"), format!("{found_en} is not allowed here"))
        }
    }
}

/// The nearest of some words with its meaning, or all of them.
pub(in crate::settings) fn allowed(found: &str, names: &[Named]) -> Text {
    let zh_of = |name: &Named| name.1.as_ref().map_or_else(|| name.0.clone(), |zh| format!("{}({zh})", name.0));
    let meant = |name: &&Named| found.chars().count() > 1 && name.1.as_ref().is_some_and(|zh| zh.starts_with(found));
    let near = nearest(found, names.iter().map(|name| name.0.as_str()));
    let near = names.iter().find(|name| Some(name.0.as_str()) == near).or_else(|| names.iter().find(meant));
    if let Some(near) = near {
        return Text::new(format!("是不是 {}?", zh_of(near)), format!("did you mean `{}`?", near.0));
    }
    let shown: Vec<_> = names.iter().take(LISTED).map(zh_of).collect();
    let shown_en: Vec<_> = names.iter().take(LISTED).map(|name| name.0.clone()).collect();
    let more = if names.len() > LISTED { " …" } else { "" };
    match shown.is_empty() {
        true => Text::new("删掉它,这里没有别的键可写", "delete it; no other key may stand here"),
        false => Text::new(
            format!("可以写:{}{more}", shown.join("、")),
            format!("allowed here: {}{more}", shown_en.join(", ")),
        ),
    }
}

pub(super) fn no_way(value: &Value, moment: bool, zh: Option<&str>) -> Text {
    let (found_zh, found_en) = sort(value, moment);
    let what = zh.map(|zh| format!("{zh}:")).unwrap_or_default();
    Text::new(format!("{what}不能写成{found_zh}"), format!("{found_en} is not allowed here"))
}

/// The ways in which a value may be written, one after the other.
pub(super) fn ways(root: &Value, ways: &[&Value]) -> Text {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for way in ways {
        let meaning = schema::meaning(root, way);
        let views = schema::views(root, way);
        let names: Vec<&str> = views.iter().flat_map(|view| schema::types(view)).collect();
        let keys = schema::possible_keys(root, way);
        let (mut shown_zh, shown_en) = match keys.as_slice() {
            [] => wanted_words(&names),
            keys => {
                let keys: Vec<_> = keys.iter().map(|key| format!("{} = …", key.0)).collect();
                let table = format!("{{ {} }}", keys.join(", "));
                (table.clone(), table)
            }
        };
        if let Some(meaning) = meaning.zh.or_else(|| match keys.as_slice() {
            [(_, zh)] => zh.clone(),
            _ => None,
        }) {
            shown_zh = format!("{shown_zh}({meaning})");
        }
        if !zh.contains(&shown_zh) {
            zh.push(shown_zh);
            en.push(shown_en);
        }
    }
    Text::new(format!("可以写:{}", zh.join(" 或 ")), format!("write {}", en.join(" or ")))
}

/// What operators wrote, cut short and in one line.
pub(super) fn cut(text: &str) -> String {
    let line: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() { format!("{line}…") } else { line }
}
