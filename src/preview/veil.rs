//! What of raw answers and documents is hidden. Names cannot be found in free text by their form; so hidden are the members
//! that the mapping makes personal fields of, those that are called like one, what is known of the rows' people wherever it
//! stands, and numbers and addresses of persons anywhere.

use std::collections::{HashMap, HashSet};

use regex::{Captures, Regex};
use serde_json::Value;

use super::Subject;
use crate::outgoing::covered;
use crate::ticket::{Draft, mask_field};

const HIDDEN: &str = "***";

/// Names, or parts of them, of members that hold somebody's data, with the field that such a value is hidden as.
const CALLED: [(&str, &str); 26] = [
    ("姓名", "name"),
    ("联系人", "name"),
    ("来信人", "name"),
    ("诉求人", "name"),
    ("realname", "name"),
    ("real_name", "name"),
    ("username", "name"),
    ("callername", "name"),
    ("linkman", "name"),
    ("xingming", "name"),
    ("contact", "contact"),
    ("微信", "contact"),
    ("wechat", "contact"),
    ("openid", "contact"),
    ("电话", "phone"),
    ("手机", "phone"),
    ("phone", "phone"),
    ("mobile", "phone"),
    ("telephone", "phone"),
    ("身份证", "id_no"),
    ("证件号", "id_no"),
    ("idcard", "id_no"),
    ("id_card", "id_no"),
    ("idno", "id_no"),
    ("邮箱", "email"),
    ("email", "email"),
];

/// Places in a channel's options where a source's own numbers are named; those are shown everywhere.
const NUMBERS: [&str; 5] = ["/poll/list/id", "/poll/list/version", "/receive/id", "/receive/version", "/sheet/id"];

/// Hides what is personal; or nothing, for whoever may see all.
pub(super) struct Veil {
    off: bool,
    /// Members that rules read, by name, with the field that they become.
    members: HashMap<String, &'static str>,
    numbers: HashSet<String>,
    /// What is known of the people of the rows, and how it is shown; the longest first.
    known: Vec<(String, String)>,
    /// The name of a personal member and what stands between it and its value, then the value, in a text.
    named: Option<Regex>,
    /// Nothing is known of what the members mean: every text that is not plain ASCII is hidden.
    blind: bool,
}

impl Veil {
    /// A veil over what a channel hands over. `drafts` are what its rows became,
    /// or pieces of it; `all` says whether all rows map.
    pub(super) fn new(subject: &Subject<'_>, drafts: &[&Draft], all: bool, off: bool) -> Self {
        let mut members: HashMap<String, &'static str> = HashMap::new();
        for member in subject.mapping.members() {
            if is_personal(member.field) || !members.contains_key(&member.called) {
                members.insert(member.called, member.field);
            }
        }
        let options = &subject.settings.options;
        let places = NUMBERS.iter().filter_map(|at| options.pointer(at)?.as_str());
        let numbers = places.filter_map(|at| at.rsplit(['/', '.']).next()).map(str::to_owned).collect();
        let mut known: Vec<(String, String)> = drafts.iter().flat_map(|draft| people(draft)).collect();
        known.sort_by(|a, b| (b.0.len(), &b.0).cmp(&(a.0.len(), &a.0)));
        known.dedup();
        let named = named(members.iter().filter(|(_, field)| is_personal(field)).map(|(name, _)| name.as_str()));
        Self { off, named, members, numbers, known, blind: subject.mapping.is_reshaped() && !all }
    }

    /// Whether it hides nothing.
    pub(super) fn is_off(&self) -> bool {
        self.off
    }

    /// A text of the outside.
    pub(super) fn text(&self, text: &str) -> String {
        if self.off {
            return text.to_owned();
        }
        if self.blind && !text.is_ascii() {
            return HIDDEN.into();
        }
        let found = self.known.iter().filter(|(said, _)| text.contains(said.as_str()));
        covered(&found.fold(text.to_owned(), |text, (said, shown)| text.replace(said.as_str(), shown)))
    }

    /// A body that is no document: torn JSON, a page, lines of anything. What stands behind the name of a personal member
    /// is hidden.
    pub(super) fn page(&self, text: &str) -> String {
        if self.off {
            return text.to_owned();
        }
        let named = match &self.named {
            Some(named) => named.replace_all(text, |found: &Captures<'_>| format!("{}{HIDDEN}", &found[1])),
            None => text.into(),
        };
        self.text(&named)
    }

    /// A document of the outside.
    pub(super) fn value(&self, value: &Value) -> Value {
        if self.off {
            return value.clone();
        }
        match value {
            Value::Object(members) => {
                members.iter().map(|(name, value)| (self.text(name), self.member(name, value))).collect()
            }
            Value::Array(list) => list.iter().map(|item| self.value(item)).collect(),
            Value::String(text) => Value::String(self.text(text)),
            Value::Number(number) => {
                let text = number.to_string();
                let shown = covered(&text);
                if shown == text { value.clone() } else { Value::String(shown) }
            }
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    /// What stands at a member of this name.
    pub(super) fn member(&self, name: &str, value: &Value) -> Value {
        if self.off || self.numbers.contains(name) && !matches!(value, Value::Object(_) | Value::Array(_)) {
            return value.clone();
        }
        let field = self.members.get(name).copied().or_else(|| {
            let lower = name.to_lowercase();
            CALLED.iter().find(|(part, _)| lower.contains(part)).map(|(_, field)| *field)
        });
        match field.filter(|field| is_personal(field)) {
            Some(field) => as_field(field, value),
            // A link may open a file for whoever has it.
            None if field == Some("attachments") => links(self.value(value)),
            None => self.value(value),
        }
    }

    /// What stands at a place that a rule of this field reads.
    pub(super) fn of_field(&self, field: &str, value: &Value) -> Value {
        if self.off {
            return value.clone();
        }
        match field {
            "attachments" => links(self.value(value)),
            _ if is_personal(field) => as_field(field, value),
            _ => self.value(value),
        }
    }

    /// Names and values, as a form or headers have them.
    pub(super) fn pairs(&self, pairs: &[(String, String)]) -> Vec<(String, String)> {
        let shown = |(name, value): &(String, String)| {
            let shown = match self.member(name, &Value::String(value.clone())) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            (name.clone(), shown)
        };
        pairs.iter().map(shown).collect()
    }
}

fn is_personal(field: &str) -> bool {
    mask_field(field, "").is_some()
}

/// How a personal member is found in a text: in JSON, in a form, in XML or in a page.
fn named<'n>(members: impl Iterator<Item = &'n str>) -> Option<Regex> {
    let exact = members.map(regex::escape);
    let like = CALLED.iter().map(|(part, _)| format!(r"\w*{}\w*", regex::escape(part)));
    let names = exact.chain(like).collect::<Vec<_>>().join("|");
    Regex::new(&format!(
        r#"(?i)(\b(?:{names})(?:["'\s]*[:=\u{{ff1a}}]\s*["']?|[^<>"]{{0,60}}>\s*))[^"'<>&,;\r\n}}]{{1,500}}"#
    ))
    .ok()
}

/// A value hidden as this field is, through and through.
fn as_field(field: &str, value: &Value) -> Value {
    let hidden = |text: &str| Value::String(mask_field(field, text).unwrap_or_else(|| HIDDEN.into()));
    match value {
        Value::String(text) => hidden(text),
        Value::Number(number) => hidden(&number.to_string()),
        Value::Array(list) => list.iter().map(|item| as_field(field, item)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), as_field(field, value))).collect(),
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

fn links(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains("://") => HIDDEN.into(),
        Value::Array(list) => list.into_iter().map(links).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, links(value))).collect(),
        other => other,
    }
}

/// What a draft says of its people, and how each is shown where it stands in a text.
fn people(draft: &Draft) -> Vec<(String, String)> {
    let person = &draft.person;
    let fields = [
        ("name", &person.name, 2),
        ("accused_name", &draft.accused.name, 2),
        ("address", &person.address, 4),
        ("contact", &person.contact, 4),
        ("id_no", &person.id_no, 6),
        ("phone", &person.phone, 6),
    ];
    let said = fields.into_iter().filter_map(|(field, text, least)| {
        let text = text.as_deref()?.trim();
        (text.chars().count() >= least).then(|| (text.to_owned(), mask_field(field, text).unwrap_or_default()))
    });
    said.collect()
}
