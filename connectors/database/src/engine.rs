//! What the two sorts of databases write differently: quotes, placeholders, and a few words. Pure.

use schemars::JsonSchema;
use serde::Deserialize;

/// What the database speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// PostgreSQL, and what speaks as it does: KingbaseES, openGauss, GaussDB, Vastbase (with md5 or SCRAM passwords).
    #[schemars(extend("x-zh" = "PostgreSQL,以及说同样协议的人大金仓、openGauss、GaussDB、海量(密码方式须是 md5 或 scram)"))]
    Postgresql,
    /// MySQL 5.6 or later, MariaDB.
    #[schemars(extend("x-zh" = "MySQL 5.6 以上、MariaDB"))]
    Mysql,
}

impl Engine {
    /// Its port, where none is written.
    pub(crate) fn port(self) -> u16 {
        match self {
            Self::Postgresql => 5432,
            Self::Mysql => 3306,
        }
    }

    /// Its name for people.
    pub(crate) fn spoken(self) -> &'static str {
        match self {
            Self::Postgresql => "PostgreSQL",
            Self::Mysql => "MySQL",
        }
    }

    /// A name as a name, whatever stands in it.
    pub(crate) fn quoted(self, name: &str) -> String {
        match self {
            Self::Postgresql => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Mysql => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// The place of a bound value, counted from one.
    pub(crate) fn slot(self, number: usize) -> String {
        match self {
            Self::Postgresql => format!("${number}"),
            Self::Mysql => "?".into(),
        }
    }

    /// Begins reading what does not change meanwhile.
    pub(crate) fn begin_reading(self) -> &'static str {
        match self {
            Self::Postgresql => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Self::Mysql => "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        }
    }

    /// Begins writing.
    pub(crate) fn begin_writing(self) -> &'static str {
        match self {
            Self::Postgresql => "BEGIN READ WRITE",
            Self::Mysql => "START TRANSACTION READ WRITE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_its_quotes() {
        assert_eq!(Engine::Postgresql.quoted("a\"; drop table x --"), "\"a\"\"; drop table x --\"");
        assert_eq!(Engine::Mysql.quoted("a`; drop table x --"), "`a``; drop table x --`");
    }
}
