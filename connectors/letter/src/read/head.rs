//! What the header says: who, to whom, about what, when, and what it answers.

use huiliu_contract::Remark;

use super::{address, date};
use crate::mime::Block;
use crate::notes::{self, add};
use crate::words::{line, shown};
use crate::{Address, Fields, How, Letter};

/// All fields, decoded.
pub(crate) fn fields(block: &Block<'_>, hint: Option<&str>) -> Fields {
    Fields::new(block.fields.iter().map(|field| (field.name.to_owned(), line(field.value, hint).text)))
}

/// Writes what the header says into the letter; says whether characters were lost.
pub(super) fn write(letter: &mut Letter, block: &Block<'_>, hint: Option<&str>, how: &How) -> bool {
    let mut damaged = false;
    if let Some(subject) = block.get("subject") {
        let decoded = line(subject, hint);
        letter.charset_guessed |= decoded.guessed;
        damaged |= decoded.damaged;
        letter.subject = shown(&decoded.text);
    }
    let limits = &how.limits;
    let mut addresses = |letter: &mut Letter, name: &str, first: bool| -> Vec<Address> {
        let mut all = Vec::new();
        for value in block.all(name).take(if first { 1 } else { usize::MAX }) {
            let left = limits.addresses - all.len();
            let (found, doubt, cut) = address::addresses(value, hint, left);
            all.extend(found);
            letter.charset_guessed |= doubt.guessed;
            damaged |= doubt.damaged;
            if cut {
                add(&mut letter.notes, notes::ADDRESSES_CUT);
            }
        }
        all
    };
    letter.from = addresses(letter, "from", true);
    letter.reply_to = addresses(letter, "reply-to", true);
    letter.to = addresses(letter, "to", false);
    letter.cc = addresses(letter, "cc", false);
    letter.return_path = letter.fields.get("return-path").map(return_path);
    if let Some(value) = letter.fields.get("date") {
        letter.date = date::date(value, &how.zone);
        if letter.date.is_none() {
            add(&mut letter.notes, notes::BAD_DATE);
        }
    }
    letter.message_id = letter.fields.get("message-id").and_then(|value| ids(value).into_iter().next());
    letter.in_reply_to = last(letter.fields.all("in-reply-to").flat_map(ids).collect(), limits.references);
    letter.references = last(letter.fields.all("references").flat_map(ids).collect(), limits.references);
    doubles(block, &mut letter.notes);
    damaged
}

/// The address within `<>`; empty for `<>`.
fn return_path(value: &str) -> String {
    let inner = value.split_once('<').map_or(value, |(_, inner)| inner.split('>').next().unwrap_or_default());
    inner.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The ids of a field, without `<>`. Long ids are folded by some programs: what stands between the brackets is one id, and
/// blanks are no part of it. Without any bracket, blanks and commas part them.
fn ids(value: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut rest = value;
    while let Some((_, inner)) = rest.split_once('<') {
        let (id, behind) = inner.split_once('>').unwrap_or((inner, ""));
        ids.push(id.chars().filter(|c| !c.is_whitespace()).collect::<String>());
        rest = behind;
    }
    if ids.is_empty() {
        ids.extend(value.split(|c: char| c.is_whitespace() || c == ',').map(|id| id.trim_matches('>').to_owned()));
    }
    ids.retain(|id| !id.is_empty());
    ids
}

/// The last so many: what a letter answers stands at the end.
fn last(mut ids: Vec<String>, most: usize) -> Vec<String> {
    let surplus = ids.len().saturating_sub(most);
    ids.drain(..surplus);
    ids
}

fn doubles(block: &Block<'_>, to: &mut Vec<Remark>) {
    for (name, note) in [
        ("from", notes::SEVERAL_FROM),
        ("subject", notes::SEVERAL_SUBJECTS),
        ("message-id", notes::SEVERAL_IDS),
        ("date", notes::SEVERAL_DATES),
    ] {
        if block.all(name).nth(1).is_some() {
            add(to, note);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_apart() {
        assert_eq!(ids(" <a@b> <c@\td>,<e@f>"), ["a@b", "c@d", "e@f"]);
        assert_eq!(ids("a@b, c@d"), ["a@b", "c@d"]);
        assert_eq!(ids("<> "), Vec::<String>::new());
        assert_eq!(ids("<a@b"), ["a@b"]);
        assert_eq!(last(vec!["a".to_owned(), "b".to_owned()], 1), ["b"]);
    }

    #[test]
    fn an_empty_return_path_is_told_apart_from_none() {
        assert_eq!(return_path("<>"), "");
        assert_eq!(return_path(" <a@b> "), "a@b");
        assert_eq!(return_path("a@b"), "a@b");
    }
}
