//! Names of tables and columns as operators write them. Pure.

use huiliu_kit::mistakes::Mistakes;

use crate::engine::Engine;

/// The longest name that either sort of database takes, in bytes.
const LONGEST: usize = 64;

/// A table or a view: `letters`, `exchange.letters`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Table {
    /// As it is written.
    pub(crate) written: String,
    /// As a statement names it.
    pub(crate) quoted: String,
    /// Its schema, if one is written.
    pub(crate) schema: Option<String>,
    /// Its own name.
    pub(crate) name: String,
}

impl Table {
    /// Reads a name of at most three parts; none if it is no name, which is told.
    pub(crate) fn read(engine: Engine, written: &str, key: &str, wrong: &mut Mistakes) -> Option<Self> {
        let parts: Vec<&str> = written.split('.').collect();
        let most = match engine {
            Engine::Postgresql => 3,
            Engine::Mysql => 2,
        };
        if parts.len() > most || !parts.iter().all(|part| is_name(part)) {
            wrong.tell(
                key,
                &format!("`{}` is no name of a table or view; write `letters` or `exchange.letters`", cut(written)),
                &format!("“{}”不是表名或视图名;写 letters 或 exchange.letters 这样的名字", cut(written)),
            );
            return None;
        }
        let quoted = parts.iter().map(|part| engine.quoted(part)).collect::<Vec<_>>().join(".");
        let name = parts.last().copied().unwrap_or_default().to_owned();
        let schema = parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(|&part| part.to_owned());
        Some(Self { written: written.into(), quoted, schema, name })
    }
}

/// Checks the name of a column; what is wrong is told.
pub(crate) fn column(written: &str, key: &str, wrong: &mut Mistakes) -> Option<String> {
    if is_name(written) {
        return Some(written.into());
    }
    wrong.tell(key, &format!("`{}` is no name of a column", cut(written)), &format!("“{}”不是列名", cut(written)));
    None
}

/// The same where it may be left out.
pub(crate) fn column_if(written: Option<&String>, key: &str, wrong: &mut Mistakes) -> Option<String> {
    column(written?, key, wrong)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && text.trim() == text && !text.chars().any(char::is_control)
}

/// What was written, cut short and in one line.
fn cut(text: &str) -> String {
    text.chars().take(70).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_part_by_part() {
        let mut wrong = Mistakes::default();
        let table = Table::read(Engine::Postgresql, "exchange.v_letters", "poll.from", &mut wrong).unwrap();
        assert_eq!(table.quoted, "\"exchange\".\"v_letters\"");
        assert_eq!((table.schema.as_deref(), table.name.as_str()), (Some("exchange"), "v_letters"));
        let odd = Table::read(Engine::Mysql, "来信`; drop table x", "poll.from", &mut wrong).unwrap();
        assert_eq!(odd.quoted, "`来信``; drop table x`");
        assert_eq!(wrong.count(), 0);
    }

    #[test]
    fn what_is_no_name_is_told() {
        for bad in ["", "a..b", "a.b.c.d", " a", "a\0b", "a\nb", &"x".repeat(65)] {
            let mut wrong = Mistakes::default();
            assert_eq!(Table::read(Engine::Postgresql, bad, "poll.from", &mut wrong), None, "{bad:?}");
            assert_eq!(wrong.count(), 1);
        }
    }
}
