//! Code tables (对照表): `[codes]` as it stands in the file, and what a field makes of a table. A table that
//! yields a value which is illegal for the field that uses it is a mistake of the channel, found at load.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::keys::{Keys, Notes, kind_zh, nearest};
use super::rule::Table;
use crate::settings::Text;

/// A value in a table: text or a flag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cell<'a> {
    Text(&'a str),
    Flag(bool),
}

impl Cell<'_> {
    fn shown(self) -> String {
        match self {
            Self::Text(text) => format!("“{text}”"),
            Self::Flag(flag) => flag.to_string(),
        }
    }
}

struct Row<'a> {
    code: &'a str,
    cell: Cell<'a>,
    span: Range<usize>,
}

/// All tables of a channel.
#[derive(Default)]
pub(super) struct Codes<'a> {
    tables: BTreeMap<&'a str, Vec<Row<'a>>>,
}

/// What a field makes of the cells of a table, and which cells it allows.
pub(super) struct Legal<'f, T> {
    pub(super) of: &'f dyn Fn(Cell<'_>) -> Option<T>,
    pub(super) allowed: Text,
}

impl<'a> Codes<'a> {
    /// Reads `[codes]`.
    pub(super) fn read(codes: Option<&'a Spanned<DeValue<'a>>>, notes: &mut Notes<'_>) -> Self {
        let mut out = Self::default();
        let Some(codes) = codes else { return out };
        let example = || {
            Text::new(
                "例如 yes_no = { \"1\" = true, \"0\" = false }",
                "for example yes_no = { \"1\" = true, \"0\" = false }",
            )
        };
        let Some(tables) = codes.get_ref().as_table() else {
            notes.say(
                codes.span(),
                "codes",
                Text::new("[codes] 应是一组对照表", "[codes] must hold tables"),
                example(),
            );
            return out;
        };
        for (name, table) in tables {
            let (name, key) = (name.get_ref().as_ref(), format!("codes.{}", name.get_ref()));
            let Some(rows) = table.get_ref().as_table() else {
                notes.say(
                    table.span(),
                    &key,
                    Text::new("对照表应写成 { \"代码\" = \"说法\" }", "a table is written { \"code\" = \"meaning\" }"),
                    example(),
                );
                continue;
            };
            if rows.is_empty() {
                let problem = Text::new("对照表是空的", "the table is empty");
                notes.say(table.span(), &key, problem, example());
            }
            let rows = rows.iter().filter_map(|(code, value)| {
                let cell = match value.get_ref() {
                    DeValue::String(text) => Cell::Text(text),
                    DeValue::Boolean(flag) => Cell::Flag(*flag),
                    other => {
                        let problem = Text::new(
                            format!("对照表右边应是文字或 true/false,写成了{}", kind_zh(other)),
                            format!("the right-hand side must be text, true or false, found {}", other.type_str()),
                        );
                        notes.say(
                            value.span(),
                            &format!("{key}.{}", code.get_ref()),
                            problem,
                            Text::new("用引号括起来", "put it in quotes"),
                        );
                        return None;
                    }
                };
                Some(Row { code: code.get_ref(), cell, span: value.span() })
            });
            let rows = rows.collect();
            out.tables.insert(name, rows);
        }
        out
    }

    /// The table that a rule names under `codes`, with the rule's `default`, for a field that allows such cells.
    pub(super) fn table<T>(&self, keys: &Keys<'a>, legal: &Legal<'_, T>, notes: &mut Notes<'_>) -> Option<Table<T>> {
        let (name, span) = keys.text("codes", notes)?;
        let Some(rows) = self.tables.get(name) else {
            self.unknown(name, span, keys, notes);
            return None;
        };
        let mut illegal = |cell: Cell<'_>, span: Range<usize>, key: &str| {
            let shown = cell.shown();
            let problem = Text::new(
                format!("{shown} 不能用于 {}", keys.name),
                format!("{} is not legal for {}", shown.replace(['“', '”'], "\""), keys.name),
            );
            notes.say(span, key, problem, legal.allowed.clone());
        };
        let mut codes = std::collections::HashMap::new();
        for row in rows {
            match (legal.of)(row.cell) {
                Some(value) => drop(codes.insert(row.code.to_owned(), value)),
                None => illegal(row.cell, row.span.clone(), &format!("codes.{name}.{}", row.code)),
            }
        }
        let default = keys.get("default").and_then(|value| {
            let cell = match value.get_ref() {
                DeValue::String(text) => Some(Cell::Text(text)),
                DeValue::Boolean(flag) => Some(Cell::Flag(*flag)),
                _ => None,
            };
            let made = cell.and_then(|cell| (legal.of)(cell));
            if made.is_none() {
                illegal(cell.unwrap_or(Cell::Text("default")), value.span(), &keys.full("default"));
            }
            made
        });
        Some(Table { name: name.to_owned(), codes, default })
    }

    fn unknown(&self, name: &str, span: Range<usize>, keys: &Keys<'_>, notes: &mut Notes<'_>) {
        let problem = Text::new(format!("[codes] 里没有对照表 {name}"), format!("there is no table {name} in [codes]"));
        let all = self.tables.keys().copied().collect::<Vec<_>>().join(" ");
        let remedy = match nearest(name, self.tables.keys().map(|name| (*name, ""))) {
            Some((near, _)) => Text::new(format!("是不是 {near}?"), format!("did you mean {near}?")),
            None if all.is_empty() => Text::new(
                format!("加一段 [codes],写上 {name} = {{ \"代码\" = \"说法\" }}"),
                format!("add [codes] with {name} = {{ \"code\" = \"meaning\" }}"),
            ),
            None => Text::new(format!("现有:{all}"), format!("there are: {all}")),
        };
        notes.say(span, &keys.full("codes"), problem, remedy);
    }
}
