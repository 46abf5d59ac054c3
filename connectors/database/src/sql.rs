//! A statement and what is bound to it. Text is only ever ours: names are quoted, values are bound. Pure.

use serde_json::Value;

use crate::engine::Engine;

/// A value that is bound.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Bind {
    /// Nothing.
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// One beyond those.
    Big(u64),
    /// Any other number.
    Real(f64),
    /// True or false.
    Bool(bool),
    /// A date or a time as this crate writes them.
    Moment(String),
}

impl From<&Value> for Bind {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(told) => Self::Bool(*told),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(int), _) => Self::Int(int),
                (None, Some(big)) => Self::Big(big),
                (None, None) => Self::Real(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => Self::Text(text.clone()),
            other => Self::Text(other.to_string()),
        }
    }
}

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Sql {
    engine: Engine,
    /// Its text, with a place for each value.
    pub(crate) text: String,
    /// The values, in the order of their places.
    pub(crate) binds: Vec<Bind>,
}

impl Sql {
    /// A statement that begins so.
    pub(crate) fn new(engine: Engine, text: impl Into<String>) -> Self {
        Self { engine, text: text.into(), binds: Vec::new() }
    }

    /// Adds text of ours.
    pub(crate) fn add(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a name.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        let quoted = self.engine.quoted(name);
        self.add(&quoted)
    }

    /// Adds a value.
    pub(crate) fn bind(&mut self, value: Bind) -> &mut Self {
        self.binds.push(value);
        let slot = self.engine.slot(self.binds.len());
        self.add(&slot)
    }

    /// Adds values in parentheses.
    pub(crate) fn list(&mut self, values: impl IntoIterator<Item = Bind>) -> &mut Self {
        self.add("(");
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self.add(", ");
            }
            self.bind(value);
        }
        self.add(")")
    }

    /// Adds the test whether a column does not hold a value, nothing being a value too.
    pub(crate) fn differs(&mut self, column: &str, value: Bind) -> &mut Self {
        match self.engine {
            Engine::Postgresql => self.name(column).add(" IS DISTINCT FROM ").bind(value),
            Engine::Mysql => self.add("NOT (").name(column).add(" <=> ").bind(value).add(")"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_places_and_names_have_quotes() {
        let mut sql = Sql::new(Engine::Postgresql, "DELETE FROM x WHERE ");
        sql.name("a\"b").add(" IN ").list([Bind::Text("'; --".into()), Bind::Int(2)]);
        assert_eq!(sql.text, "DELETE FROM x WHERE \"a\"\"b\" IN ($1, $2)");
        let mut sql = Sql::new(Engine::Mysql, "WHERE ");
        sql.differs("taken", Bind::Bool(true));
        assert_eq!(sql.text, "WHERE NOT (`taken` <=> ?)");
    }
}
