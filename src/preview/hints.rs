//! What helps where an answer is not what the channel's file says.

use huiliu_contract::Fault;
use huiliu_kit::pick::Pointer;
use serde_json::Value;

use super::view::Note;
use crate::settings::ChannelSettings;

/// So many lists of an answer are named.
const LISTS: usize = 5;

/// Lists that lie deeper than this are no list of items.
const DEEPEST: usize = 6;

/// Where the lists of an answer are, if none is where the file says.
pub(super) fn of(settings: &ChannelSettings, fault: Option<&Fault>, document: Option<&Value>) -> Option<Note> {
    let (Some(Fault::Malformed { .. }), Some(document)) = (fault, document) else { return None };
    let (key, written) = ["/poll/list/items", "/receive/items"]
        .iter()
        .find_map(|at| Some((at.trim_start_matches('/').replace('/', "."), settings.options.pointer(at)?.as_str()?)))?;
    if Pointer::parse(written).ok()?.get(document).is_some_and(Value::is_array) {
        return None;
    }
    let mut lists = Vec::new();
    walk(document, &mut String::new(), 0, &mut lists);
    if lists.is_empty() {
        return Some(Note::new(
            format!("{key} 写的是“{written}”,那里没有列表;返回里哪里都没有列表"),
            format!("{key} is `{written}`, and there is no list; nor is there one anywhere in the answer"),
        ));
    }
    let told = |zh: bool| {
        let named = lists.iter().take(LISTS).map(|(at, n)| {
            let at = if at.is_empty() { "\"\"" } else { at };
            if zh { format!("{at}({n} 条)") } else { format!("{at} ({n})") }
        });
        named.collect::<Vec<_>>().join(if zh { "、" } else { ", " })
    };
    Some(Note::new(
        format!("{key} 写的是“{written}”,那里没有列表;返回里的列表在:{}", told(true)),
        format!("{key} is `{written}`, and there is no list; the answer has lists at: {}", told(false)),
    ))
}

fn walk(value: &Value, at: &mut String, depth: usize, found: &mut Vec<(String, usize)>) {
    if depth > DEEPEST || found.len() >= LISTS {
        return;
    }
    match value {
        Value::Array(list) => found.push((at.clone(), list.len())),
        Value::Object(members) => {
            for (name, value) in members {
                let length = at.len();
                at.push('/');
                at.push_str(&name.replace('~', "~0").replace('/', "~1"));
                walk(value, at, depth + 1, found);
                at.truncate(length);
            }
        }
        _ => {}
    }
}
