//! One way of writing back, compiled: a statement, and what is bound to it. Pure.

use huiliu_contract::{Fault, Homebound, OutcomeKind};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::outlet::words::{self, NAMES, PUBLIC};
use huiliu_kit::template::{Filling, Template};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::statement::Statement;
use crate::engine::Engine;
use crate::name::{self, Table};
use crate::options::Way;

/// What an outcome binds.
pub(crate) struct Filled {
    /// The values, with the names under which a person reads them.
    pub(crate) values: Vec<(String, Value)>,
    /// Which of them is the key.
    pub(crate) key_at: Option<usize>,
}

/// One way.
pub(crate) struct Road {
    pub(crate) kind: OutcomeKind,
    /// As a person reads where it goes.
    pub(crate) whereto: String,
    pub(crate) sql: String,
    /// What is bound, with the name under which a person reads it; none is the key.
    values: Vec<(String, Option<Template>)>,
    /// Finds the row that a key left.
    pub(crate) again: Option<String>,
    pub(crate) rows: u64,
    pub(crate) review: bool,
}

impl Road {
    /// Compiles a way; none if anything is wrong, which is told.
    pub(crate) fn read(engine: Engine, kind: OutcomeKind, way: &Way, wrong: &mut Mistakes) -> Option<Self> {
        let table = format!("return.{}", kind.road_word());
        match (&way.table, &way.statement) {
            (Some(into), None) => Self::adding(engine, kind, way, into, &table, wrong),
            (None, Some(written)) => Self::stated(engine, kind, way, written, &table, wrong),
            _ => {
                wrong.tell(
                    &table,
                    "exactly one of `table` (with `row`) and `statement` is needed",
                    "table(配 row)和 statement 要写且只写一个",
                );
                None
            }
        }
    }

    fn adding(
        engine: Engine,
        kind: OutcomeKind,
        way: &Way,
        into: &str,
        table: &str,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let before = wrong.count();
        let into = Table::read(engine, into, &format!("{table}.table"), wrong);
        if way.rows.is_some() {
            wrong.tell(&format!("{table}.rows"), "a row that is added is one; delete this", "加的就是一行;删掉这一项");
        }
        if way.row.is_empty() {
            wrong.tell(&format!("{table}.row"), "no column is written", "没有写任何列");
        }
        let key = name::column_if(way.key.as_ref(), &format!("{table}.key"), wrong);
        if key.as_ref().is_some_and(|key| way.row.contains_key(key)) {
            wrong.tell(
                &format!("{table}.key"),
                "this column stands in `row` as well; the key is written there by itself, delete it from `row`",
                "这一列在 row 里也有;发送编号会自己写进去,请从 row 里删掉",
            );
        }
        let mut values = Vec::new();
        for (name, value) in &way.row {
            let at = format!("{table}.row.{name}");
            name::column(name, &at, wrong);
            values.extend(template(value, &at, wrong).map(|template| (name.clone(), Some(template))));
        }
        values.extend(key.iter().map(|key| (key.clone(), None)));
        let into = into.filter(|_| wrong.count() == before)?;
        let names: Vec<_> = values.iter().map(|(name, _)| engine.quoted(name)).collect();
        let slots: Vec<_> = (1..=values.len()).map(|number| engine.slot(number)).collect();
        let (names, slots) = (names.join(", "), slots.join(", "));
        let again =
            key.map(|key| format!("SELECT 1 FROM {} WHERE {} = {}", into.quoted, engine.quoted(&key), engine.slot(1)));
        let sql = format!("INSERT INTO {} ({names}) VALUES ({slots})", into.quoted);
        Some(Self { kind, whereto: into.written, sql, values, again, rows: 1, review: way.review })
    }

    fn stated(
        engine: Engine,
        kind: OutcomeKind,
        way: &Way,
        written: &str,
        table: &str,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        for (name, told) in [("row", !way.row.is_empty()), ("key", way.key.is_some())] {
            if told {
                wrong.tell(&format!("{table}.{name}"), "this belongs to `table`", "这一项要和 table 一起写");
            }
        }
        let key = format!("{table}.statement");
        let statement = match Statement::read(engine, written) {
            Ok(statement) => statement,
            Err((en, zh)) => {
                wrong.tell(&key, &en, &zh);
                return None;
            }
        };
        if !statement.names.contains(&0) {
            wrong.tell(
                &key,
                "nothing says which item is meant; write `{id}` into it",
                "没有写改的是哪一件;请写上 {id}",
            );
        }
        let named = |at: &usize| {
            let name = NAMES.get(*at).copied().unwrap_or_default();
            let template = Template::json(&Value::String(format!("{{{name}}}")), &NAMES).ok();
            template.map(|template| (name.to_owned(), Some(template)))
        };
        let values = statement.names.iter().filter_map(named).collect();
        let (sql, rows) = (statement.text, way.rows.unwrap_or(1));
        Some(Self { kind, whereto: written.into(), sql, values, again: None, rows, review: way.review })
    }

    /// Whether a place between these is bound anywhere.
    fn uses(&self, position: usize) -> bool {
        self.values.iter().any(|(_, template)| template.as_ref().is_some_and(|template| template.uses(position)))
    }

    /// What an outcome binds.
    pub(crate) fn fill(&self, homebound: &Homebound<'_>, zone: &TimeZone) -> Result<Filled, Fault> {
        let outcome = homebound.outcome;
        let answers = matches!(self.kind, OutcomeKind::Closed | OutcomeKind::Replied);
        let says_nothing = outcome.public_reply.as_deref().is_none_or(|text| text.trim().is_empty());
        if answers && says_nothing && PUBLIC.iter().any(|name| self.uses(*name)) {
            let word = self.kind.road_word();
            return Err(Fault::malformed(format!(
                "`return.{word}` writes `{{public_reply}}`, and the outcome has none"
            )));
        }
        let values = words::values(homebound, zone);
        let fillings: Vec<Filling<'_>> =
            values.iter().map(|value| value.as_ref().map_or(Filling::NULL, words::Value::filling)).collect();
        let mut filled = Vec::with_capacity(self.values.len());
        for (name, template) in &self.values {
            let value = match template {
                Some(template) => serde_json::from_str(&template.to_text(&fillings))
                    .map_err(|_| Fault::malformed(format!("what goes into `{name}` cannot be written down")))?,
                None => Value::String(homebound.key.into()),
            };
            filled.push((name.clone(), value));
        }
        Ok(Filled { values: filled, key_at: self.values.iter().position(|(_, template)| template.is_none()) })
    }
}

/// What goes into one column.
fn template(value: &Value, key: &str, wrong: &mut Mistakes) -> Option<Template> {
    if value.is_array() || value.is_object() {
        wrong.tell(key, "a text, a number or true or false is needed", "要写文字、数字或 true/false");
        return None;
    }
    wrong.take(Template::json(value, &NAMES).map_err(|bad| bad.at_key(key)))
}
