//! The keys of one rule as they stand in the file, read with their types; every mistake is noted at its place.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::path::Path;
use super::take::Piece;
use crate::settings::{Mistake, Source, Text};

/// The mistakes found so far in one file.
pub(super) struct Notes<'a> {
    pub(super) source: &'a Source,
    pub(super) list: Vec<Mistake>,
}

impl Notes<'_> {
    /// Notes a mistake with its remedy.
    pub(super) fn say(&mut self, span: Range<usize>, key: &str, problem: Text, remedy: Text) {
        self.list.push(Mistake::at(self.source, span, key, problem).remedy(remedy));
    }
}

/// What a value of the file is called in Chinese.
pub(super) fn kind_zh(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "文字",
        DeValue::Integer(_) | DeValue::Float(_) => "数字",
        DeValue::Boolean(_) => "true/false",
        DeValue::Datetime(_) => "日期",
        DeValue::Array(_) => "列表",
        DeValue::Table(_) => "一组设置",
    }
}

/// Words near to a misspelt one, with what each means; nothing if none is near.
pub(super) fn nearest<'w>(word: &str, words: impl Iterator<Item = (&'w str, &'w str)>) -> Option<(&'w str, &'w str)> {
    let mut best: Option<(f64, (&str, &str))> = None;
    for (name, zh) in words {
        let near =
            strsim::jaro_winkler(word, name).max(if zh.is_empty() { 0.0 } else { strsim::jaro_winkler(word, zh) });
        if near >= 0.75 && best.is_none_or(|(score, _)| near > score) {
            best = Some((near, (name, zh)));
        }
    }
    best.map(|(_, found)| found)
}

/// The keys of one rule.
pub(super) struct Keys<'a> {
    /// The rule's key: `fields.title`.
    pub(super) name: String,
    pub(super) span: Range<usize>,
    /// Where each key stands, and its value.
    map: BTreeMap<&'a str, (Range<usize>, &'a Spanned<DeValue<'a>>)>,
}

impl<'a> Keys<'a> {
    pub(super) fn of(name: String, span: Range<usize>, table: &'a DeTable<'a>) -> Self {
        Self {
            name,
            span,
            map: table.iter().map(|(key, value)| (key.get_ref().as_ref(), (key.span(), value))).collect(),
        }
    }

    /// A rule written as a bare value: it is the value of `from`.
    pub(super) fn bare(name: String, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { name, span: value.span(), map: BTreeMap::from([("from", (value.span(), value))]) }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.map.get(key).map(|(_, value)| *value)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (&'a str, Range<usize>)> {
        self.map.iter().map(|(name, (span, _))| (*name, span.clone()))
    }

    /// Whether a key says this word, alone or among others.
    pub(super) fn says(&self, key: &str, word: &str) -> bool {
        self.get(key).is_some_and(|value| match value.get_ref() {
            DeValue::Array(list) => list.iter().any(|one| one.get_ref().as_str() == Some(word)),
            other => other.as_str() == Some(word),
        })
    }

    pub(super) fn full(&self, key: &str) -> String {
        format!("{}.{key}", self.name)
    }

    /// A text that is not empty.
    pub(super) fn text(&self, key: &str, notes: &mut Notes<'_>) -> Option<(&'a str, Range<usize>)> {
        let value = self.get(key)?;
        self.as_text(key, value, notes)
    }

    fn as_text(
        &self,
        key: &str,
        value: &'a Spanned<DeValue<'a>>,
        notes: &mut Notes<'_>,
    ) -> Option<(&'a str, Range<usize>)> {
        match value.get_ref() {
            DeValue::String(text) if !text.is_empty() => Some((text, value.span())),
            DeValue::String(_) => {
                let problem = Text::new(format!("{key} 是空的"), format!("{key} is empty"));
                notes.say(
                    value.span(),
                    &self.full(key),
                    problem,
                    Text::new("写上内容或删掉这一项", "fill it in or remove it"),
                );
                None
            }
            other => {
                let (zh, en) = (kind_zh(other), other.type_str());
                let problem =
                    Text::new(format!("{key} 应是文字,写成了{zh}"), format!("{key} must be text, found {en}"));
                notes.say(value.span(), &self.full(key), problem, Text::new("用引号括起来", "put it in quotes"));
                None
            }
        }
    }

    /// A text or a list of texts; an empty list is a mistake.
    pub(super) fn texts(&self, key: &str, notes: &mut Notes<'_>) -> Option<Vec<(&'a str, Range<usize>)>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Array(list) if list.iter().next().is_some() => {
                let texts: Vec<_> = list.iter().map(|item| self.as_text(key, item, notes)).collect();
                texts.into_iter().collect()
            }
            DeValue::Array(_) => {
                let problem = Text::new(format!("{key} 是空列表"), format!("{key} is an empty list"));
                notes.say(value.span(), &self.full(key), problem, Text::new("至少写一项", "give at least one"));
                None
            }
            _ => self.as_text(key, value, notes).map(|text| vec![text]),
        }
    }

    pub(super) fn flag(&self, key: &str, notes: &mut Notes<'_>) -> Option<bool> {
        let value = self.get(key)?;
        if let Some(flag) = value.get_ref().as_bool() {
            return Some(flag);
        }
        let (zh, en) = (kind_zh(value.get_ref()), value.get_ref().type_str());
        let problem = Text::new(
            format!("{key} 应是 true 或 false,写成了{zh}"),
            format!("{key} must be true or false, found {en}"),
        );
        notes.say(
            value.span(),
            &self.full(key),
            problem,
            Text::new("写 true 或 false,不加引号", "write true or false without quotes"),
        );
        None
    }

    /// A whole number other than 0.
    pub(super) fn ordinal(&self, key: &str, notes: &mut Notes<'_>) -> Option<i32> {
        let value = self.get(key)?;
        let number = value.get_ref().as_integer().and_then(|n| i32::from_str_radix(n.as_str(), n.radix()).ok());
        if let Some(number) = number.filter(|n| *n != 0) {
            return Some(number);
        }
        let problem =
            Text::new(format!("{key} 应是不为 0 的整数"), format!("{key} must be a whole number other than 0"));
        let remedy = Text::new("第一段写 1,最后一段写 -1", "1 is the first part, -1 the last");
        notes.say(value.span(), &self.full(key), problem, remedy);
        None
    }

    /// One place in the document.
    pub(super) fn path(&self, key: &str, notes: &mut Notes<'_>) -> Option<Path> {
        let (text, span) = self.text(key, notes)?;
        self.parsed(key, text, span, notes)
    }

    /// One place or several.
    pub(super) fn paths(&self, key: &str, notes: &mut Notes<'_>) -> Option<Vec<Path>> {
        let texts = self.texts(key, notes)?;
        let paths: Vec<_> = texts.into_iter().map(|(text, span)| self.parsed(key, text, span, notes)).collect();
        paths.into_iter().collect()
    }

    fn parsed(&self, key: &str, text: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<Path> {
        let path = Path::parse(text);
        if path.is_none() {
            let problem =
                Text::new(format!("“{text}”不是能用的位置"), format!("{text:?} names no place in a document"));
            let remedy = Text::new(
                "写字段名 a,带点的路径 a.b,或 JSON 指针 /a/b(~ 写作 ~0,名称里的 / 写作 ~1)",
                "write a name a, a dotted path a.b, or a JSON pointer /a/b (~ as ~0, / within a name as ~1)",
            );
            notes.say(span, &self.full(key), problem, remedy);
        }
        path
    }

    /// A text with places in braces; `{{` and `}}` stand for braces.
    pub(super) fn template(&self, key: &str, notes: &mut Notes<'_>) -> Option<Vec<Piece>> {
        let (text, span) = self.text(key, notes)?;
        let pieces = pieces(text);
        let has_place = pieces.as_ref().is_some_and(|pieces| pieces.iter().any(|p| matches!(p, Piece::Place(_))));
        if has_place {
            return pieces;
        }
        let problem = if pieces.is_some() {
            Text::new(format!("{key} 里没有 {{字段}}"), format!("{key} names no {{field}}"))
        } else {
            Text::new(
                format!("{key} 的花括号不成对,或里面不是能用的位置"),
                format!("a brace of {key} is not closed, or holds no place"),
            )
        };
        let remedy = Text::new(
            "写成 \"{province}{city}{address}\";固定内容用 value",
            "write \"{province}{city}{address}\"; for a constant use value",
        );
        notes.say(span, &self.full(key), problem, remedy);
        None
    }
}

fn pieces(text: &str) -> Option<Vec<Piece>> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            plain.push(c);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let (inside, after) = after.split_once('}')?;
            if !plain.is_empty() {
                out.push(Piece::Text(std::mem::take(&mut plain)));
            }
            out.push(Piece::Place(Path::parse(inside)?));
            rest = after;
        } else if c == '}' {
            return None;
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if !plain.is_empty() {
        out.push(Piece::Text(plain));
    }
    Some(out)
}
