//! A sample that is nobody's: names, telephone and identity numbers, addresses and plates become invented ones of the same
//! form; a letter's text stays, with its numbers and names replaced; what nothing reads keeps its form only.

use serde_json::{Map, Number, Value};

use super::Learnt;
use super::columns::text;
use crate::outgoing::somebodys;
use crate::ticket::{narrow, plates_in};

/// What is done with a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Keep,
    Name,
    Phone,
    IdNo,
    Email,
    Place,
    Number,
    Letter,
    Files,
    Degrees,
    Form,
}

/// Words of a letter that are somebody's, and what stands for each.
type Known = Vec<(String, String)>;

pub(super) fn masked(learnt: &Learnt, item: &Value) -> Value {
    let mut known: Known = Vec::new();
    for one in &learnt.fields {
        let texts = one.from.iter().filter_map(|path| at(item, path)).filter_map(text);
        for text in texts.filter(|text| text.chars().count() >= 2) {
            match how(one.field) {
                How::Name => known.push((text.clone(), name(&text))),
                How::Place if text.chars().count() >= 4 => known.push((text.clone(), place(&text))),
                _ => {}
            }
        }
    }
    // The longest first, so that a name within an address does not break it.
    known.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    let out = walk(learnt, item, &mut Vec::new(), &known);
    // Whatever is left of somebody's goes by its form.
    if somebodys(out.to_string().as_bytes()).is_empty() { out } else { formed(&out) }
}

fn at<'v>(item: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(item, |value, name| value.get(name))
}

fn how(field: &str) -> How {
    match field {
        "name" | "accused_name" => How::Name,
        "phone" | "contact" | "accused_phone" => How::Phone,
        "id_no" => How::IdNo,
        "email" => How::Email,
        "address" | "place" => How::Place,
        "title" | "content" | "instruction" => How::Letter,
        "attachments" => How::Files,
        "coordinates" => How::Degrees,
        "query_code" | "parent_no" | "repeat_of" | "same_letter" | "supervises" | "split_of" | "related" => How::Number,
        "organisation" | "accused_organisation" => How::Form,
        _ => How::Keep,
    }
}

fn walk(learnt: &Learnt, value: &Value, path: &mut Vec<String>, known: &Known) -> Value {
    let found = learnt.fields.iter().find(|one| one.from.contains(path)).map(|one| how(one.field));
    let is_id = learnt.id.as_ref().is_some_and(|id| id.path == *path);
    let written = super::columns::written(path);
    let is_act = learnt.acts.as_ref().is_some_and(|acts| acts.from == written);
    let is_refer = learnt.acts.as_ref().is_some_and(|acts| acts.refer.as_ref() == Some(&written));
    match (value, found) {
        (value, _) if is_id || is_refer => number(value),
        (value, _) if is_act => value.clone(),
        (value, Some(how)) => done(how, value, known),
        (Value::Object(members), None) => {
            let mut out = Map::new();
            for (name, member) in members {
                path.push(name.clone());
                out.insert(name.clone(), walk(learnt, member, path, known));
                path.pop();
            }
            Value::Object(out)
        }
        (other, None) => formed(other),
    }
}

fn done(how: How, value: &Value, known: &Known) -> Value {
    let Some(text) = value.as_str() else {
        return match (how, value) {
            (How::Keep, _) | (_, Value::Null | Value::Bool(_)) => value.clone(),
            (How::Files, Value::Array(list)) => list.iter().enumerate().map(|(n, entry)| file(n + 1, entry)).collect(),
            (How::Files, entry) => file(1, entry),
            (How::Degrees, Value::Number(number)) => degrees(number),
            (How::Phone, Value::Number(_)) => Value::from(13_800_000_000_u64),
            (How::Letter, Value::Array(list)) => list.iter().map(|one| done(how, one, known)).collect(),
            _ => formed(value),
        };
    };
    if text.trim().is_empty() {
        return value.clone();
    }
    Value::String(match how {
        How::Keep => text.to_owned(),
        How::Name => name(text),
        How::Phone => phone(text),
        How::IdNo => id_no(text),
        How::Email => "somebody@example.cn".into(),
        How::Place => place(text),
        How::Number => return number(value),
        How::Letter => letter(text, known),
        How::Files => return file(1, value),
        How::Degrees => text.split('.').next().unwrap_or_default().to_owned(),
        How::Form => form(text),
    })
}

/// A name of as many characters: 何某某.
fn name(text: &str) -> String {
    let trimmed = text.trim();
    if !trimmed.chars().any(|c| c.is_alphabetic()) {
        return form(text);
    }
    if trimmed.is_ascii() {
        return "Nobody".into();
    }
    let end = ["先生", "女士", "小姐", "同志"].into_iter().find(|end| trimmed.ends_with(end)).unwrap_or_default();
    let bare = trimmed.strip_suffix(end).unwrap_or(trimmed);
    let rest = bare.chars().skip(1).take(4).map(|c| if c == '*' { c } else { '某' });
    std::iter::once('何').chain(rest).chain(end.chars()).collect()
}

/// The same form, the digits those of nobody: a mobile number keeps its first three, and four zeros follow.
fn phone(text: &str) -> String {
    let digits: Vec<char> = text.chars().map(narrow).filter(char::is_ascii_digit).collect();
    let mobile = digits.len() == 11 || (digits.len() == 13 && digits.starts_with(&['8', '6']));
    let mut nobodys = if mobile && digits.len() == 11 {
        "13800000000"
    } else if mobile {
        "8613800000000"
    } else {
        ""
    }
    .chars();
    let zeroed = |c: char| if narrow(c).is_ascii_digit() { nobodys.next().unwrap_or('0') } else { c };
    let out: String = text.chars().map(zeroed).collect();
    if out.chars().any(char::is_alphabetic) { form(&out) } else { out }
}

/// Nobody has it: its check character is wrong.
fn id_no(text: &str) -> String {
    const NOBODYS: &str = "430424190001010020";
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits < 15 { form(text) } else { NOBODYS.chars().take(text.trim().chars().count().clamp(15, 18)).collect() }
}

/// A place of the same depth that is nowhere.
fn place(text: &str) -> String {
    let town = if text.contains(['省', '市', '县']) { "某市某县某镇" } else { "某镇" };
    let street = if text.chars().any(|c| narrow(c).is_ascii_digit()) { "某路0号" } else { "某路" };
    format!("{town}{street}")
}

/// The number of an item: its letters stay, its digits do not.
fn number(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let last = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).next_back();
            let digit = |(at, c): (usize, char)| match c {
                c if !c.is_ascii_digit() => c,
                _ if Some(at) == last => '1',
                _ => '0',
            };
            Value::String(text.char_indices().map(digit).collect())
        }
        Value::Number(number) if number.is_u64() => {
            let zeros = number.to_string().len() as u32 - 1;
            10_u64.checked_pow(zeros).map_or(Value::from(1), |n| Value::from(if zeros == 0 { n } else { n + 1 }))
        }
        other => formed(other),
    }
}

/// A letter: what it says stays; whose it is does not.
fn letter(text: &str, known: &Known) -> String {
    let mut out = text.to_owned();
    for (theirs, ours) in known {
        out = out.replace(theirs.as_str(), ours);
    }
    for (range, _) in plates_in(&out).into_iter().rev() {
        out.replace_range(range, "湘D00000");
    }
    let mut masked = String::with_capacity(out.len());
    let mut rest = out.as_str();
    while let Some(c) = rest.chars().next() {
        let tag =
            rest.strip_prefix('<').filter(|after| after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'));
        if let Some((inside, after)) = tag.and_then(|after| after.split_once('>')) {
            // Of markup only the names of its elements stay: addresses of pictures may be somebody's.
            let name: String = inside.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
            masked.push_str(&format!("<{name}>"));
            rest = after;
            continue;
        }
        let word = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@')).count();
        if let Some((_, after)) = rest.split_at_checked(word).filter(|(mail, _)| mail.contains('@')) {
            masked.push_str("somebody@example.cn");
            rest = after;
            continue;
        }
        masked.push(if narrow(c).is_ascii_digit() { '0' } else { c });
        rest = &rest[c.len_utf8()..];
    }
    masked
}

fn file(n: usize, entry: &Value) -> Value {
    let end = |text: &str| {
        let last = text.rsplit(['/', '?']).next().unwrap_or_default();
        let end = last
            .rsplit_once('.')
            .map(|(_, end)| end)
            .filter(|end| end.len() <= 5 && end.bytes().all(|b| b.is_ascii_alphanumeric()));
        end.unwrap_or("jpg").to_lowercase()
    };
    match entry {
        Value::String(text) if text.contains(',') => {
            let parts: Vec<String> = (1..)
                .zip(text.split(','))
                .map(|(n, part)| format!("https://files.example.gov.cn/{n}.{}", end(part)))
                .collect();
            parts.join(",").into()
        }
        Value::String(text) => format!("https://files.example.gov.cn/{n}.{}", end(text)).into(),
        Value::Object(members) => {
            let masked = |(name, value): (&String, &Value)| {
                let value = match value {
                    Value::String(text) if text.contains('/') => {
                        file(n, value).as_str().map_or(Value::Null, |url| url.into())
                    }
                    Value::String(text) if text.contains('.') => format!("{n}.{}", end(text)).into(),
                    other => formed(other),
                };
                (name.clone(), value)
            };
            Value::Object(members.iter().map(masked).collect())
        }
        other => formed(other),
    }
}

fn degrees(number: &Number) -> Value {
    number.as_f64().map_or(Value::Null, |degrees| Value::from(degrees.trunc()))
}

/// A value of which only the form is left.
fn formed(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(form(text)),
        Value::Number(number) if number.as_f64().is_some_and(|n| n.abs() < 10_000.0) => value.clone(),
        Value::Number(_) => Value::from(0),
        Value::Array(list) => list.iter().map(formed).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), formed(value))).collect())
        }
        other => other.clone(),
    }
}

fn form(text: &str) -> String {
    let letter = |c: char| match narrow(c) {
        c if c.is_ascii_digit() => '0',
        c if c.is_ascii_alphabetic() => 'x',
        c if c.is_alphabetic() => '某',
        _ => c,
    };
    text.chars().map(letter).collect()
}
