//! How things are spelt in a channel's file: rules, paths, keys, values without their remarks.

use toml_edit::{Item, Value};

use crate::learn::FieldGuess;
use crate::learn::codes::quoted;

/// A rule as the file writes it.
pub(super) fn rule(one: &FieldGuess) -> String {
    let labels: Vec<&str> =
        one.from.iter().filter(|path| path.len() == 1).filter_map(|path| path.first().map(String::as_str)).collect();
    let links: Vec<&str> = one
        .from
        .iter()
        .filter(|path| path.first().is_some_and(|name| name == "@links"))
        .filter_map(|path| path.get(1).map(String::as_str))
        .collect();
    let list = |names: &[&str]| match names {
        [one] => quoted(one),
        several => format!("[{}]", several.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")),
    };
    if !links.is_empty() {
        return format!("{{ links_under = {} }}", list(&links));
    }
    let keys = one.keys.iter().map(|(key, value)| format!(", {key} = {value}")).collect::<String>();
    format!("{{ label = {}{keys} }}", list(&labels))
}

/// A path with its page's number as a placeholder.
pub(super) fn paged(path: &str, param: Option<&str>) -> String {
    let Some(param) = param else { return path.to_owned() };
    let Some((before, query)) = path.split_once('?') else { return format!("{path}?{param}={{page}}") };
    let mut found = false;
    let mut pairs: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if name == param => {
                found = true;
                format!("{name}={{page}}")
            }
            _ => pair.to_owned(),
        })
        .collect();
    if !found {
        pairs.push(format!("{param}={{page}}"));
    }
    format!("{before}?{}", pairs.join("&"))
}

/// A value of the file without its remark.
pub(super) fn said(item: &Item) -> String {
    match item.as_value() {
        Some(value) => {
            let mut value = value.clone();
            value.decor_mut().clear();
            value.to_string().trim().to_owned()
        }
        None => item.to_string().trim().to_owned(),
    }
}

/// A value without what stands around it.
pub(super) fn plain(text: &str) -> String {
    let value = text.trim().parse::<Value>().ok();
    value.map_or_else(
        || text.trim().to_owned(),
        |mut value| {
            value.decor_mut().clear();
            value.to_string().trim().to_owned()
        },
    )
}

pub(super) fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { name.to_owned() } else { quoted(name) }
}

pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
