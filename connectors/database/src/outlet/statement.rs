//! A statement as an operator writes it: its placeholders become places of bound values. Pure.

use huiliu_kit::outlet::words::NAMES;

use crate::engine::Engine;

/// A statement, with what is bound at its places, by position in [`NAMES`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) names: Vec<usize>,
}

/// Why a text is no statement: English, Chinese.
pub(crate) type Bad = (String, String);

fn bad<T>(en: &str, zh: &str) -> Result<T, Bad> {
    Err((en.into(), zh.into()))
}

/// What a quoted piece of a statement begins and ends with.
const QUOTES: [char; 3] = ['\'', '"', '`'];

impl Statement {
    /// Reads it.
    pub(crate) fn read(engine: Engine, written: &str) -> Result<Self, Bad> {
        let first = written.split_whitespace().next().unwrap_or_default().to_uppercase();
        if first != "UPDATE" && first != "INSERT" {
            return bad(
                "one `UPDATE` or `INSERT` is needed; anything else is not written back by",
                "只能是一条 UPDATE 或 INSERT 语句",
            );
        }
        let (mut text, mut names) = (String::with_capacity(written.len()), Vec::new());
        let mut rest = written;
        while let Some(c) = rest.chars().next() {
            if QUOTES.contains(&c) {
                let (quoted, behind) = quoted(rest, c)?;
                text.push_str(quoted);
                rest = behind;
                continue;
            }
            rest = &rest[c.len_utf8()..];
            match c {
                '{' => {
                    let Some((name, behind)) = rest.split_once('}') else {
                        return bad("a brace stands alone", "大括号不成对");
                    };
                    names.push(position(name)?);
                    text.push_str(&engine.slot(names.len()));
                    rest = behind;
                }
                '}' => return bad("a brace stands alone", "大括号不成对"),
                ';' => return bad("one statement is allowed, without `;`", "只能写一条语句,不要写分号"),
                '?' | '$' => {
                    return bad(
                        "`?` and `$` are places of values for the database; write placeholders such as `{id}`",
                        "? 和 $ 是数据库的参数位置;请写 {id} 这样的占位符",
                    );
                }
                '#' => return bad("a statement holds no remarks", "语句里不要写注释"),
                '-' if rest.starts_with('-') => return bad("a statement holds no remarks", "语句里不要写注释"),
                '/' if rest.starts_with('*') => return bad("a statement holds no remarks", "语句里不要写注释"),
                c => text.push(c),
            }
        }
        Ok(Self { text, names })
    }
}

/// A quoted piece at the front of a text, and what is behind it.
fn quoted(text: &str, quote: char) -> Result<(&str, &str), Bad> {
    let end = text[1..].find(quote).map(|at| at + 2);
    let Some((quoted, behind)) = end.map(|end| text.split_at(end)) else {
        return bad("a quote is not closed", "引号不成对");
    };
    if quoted.contains(['{', '}']) {
        return bad(
            "a placeholder stands in quotes; write it without: it becomes a bound value, not text of the statement",
            "占位符写在了引号里;去掉引号:它会变成绑定的参数,不是语句里的文字",
        );
    }
    if quoted.contains('\\') {
        return bad("a backslash in quotes means different things to different databases", "引号里不要写反斜杠");
    }
    Ok((quoted, behind))
}

fn position(name: &str) -> Result<usize, Bad> {
    NAMES.iter().position(|known| *known == name).ok_or_else(|| {
        let known: Vec<_> = NAMES.iter().map(|name| format!("{{{name}}}")).collect();
        (
            format!("`{{{name}}}` is unknown; known are {}", known.join(", ")),
            format!("没有“{{{name}}}”这个占位符;可用的有 {}", known.join("、")),
        )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn placeholders_become_places() {
        let written = "update exchange.letters set state = '9', reply = {public_reply} where letter_id = {id}";
        let read = Statement::read(Engine::Postgresql, written).unwrap();
        assert_eq!(read.text, "update exchange.letters set state = '9', reply = $1 where letter_id = $2");
        assert_eq!(read.names, [8, 0]);
        let read = Statement::read(Engine::Mysql, written).unwrap();
        assert_eq!(read.text, "update exchange.letters set state = '9', reply = ? where letter_id = ?");
        let read = Statement::read(Engine::Mysql, "update t set a = '?', `b?` = {reply} where c = \"?\"").unwrap();
        assert_eq!((read.text.as_str(), read.names.len()), ("update t set a = '?', `b?` = ? where c = \"?\"", 1));
    }

    #[test]
    fn what_could_carry_text_into_a_statement_is_refused() {
        for wrong in [
            "update t set a = '{id}'",
            "update t set a = \"{id}\"",
            "update t set a = 'it''s {id}'",
            "update t set a = {id}; drop table t",
            "update t set a = $1",
            "update t set a = ?",
            "update t set a = {nobody}",
            "update t set a = {id",
            "update t set a = id}",
            "update t set a = 'x",
            "update t set a = '\\' where b = {id}",
            "update t set a = {id} -- {key}",
            "update t set a = {id} /* x */",
            "delete from t where id = {id}",
            "drop table t",
            "",
        ] {
            assert!(Statement::read(Engine::Mysql, wrong).is_err(), "{wrong}");
        }
    }

    /// What stands outside of quotes: inside of them a question mark is text to the database too.
    fn outside(text: &str) -> String {
        let mut open = None;
        let is_outside = |c: &char| match open {
            Some(quote) => {
                open = open.filter(|_| *c != quote);
                false
            }
            None => {
                open = Some(*c).filter(|c| QUOTES.contains(c));
                open.is_none()
            }
        };
        text.chars().filter(is_outside).collect()
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_none_keeps_a_brace_outside_of_quotes(text in "[a-z{}'\"` ?$;\\\\中-]{0,40}") {
            if let Ok(read) = Statement::read(Engine::Mysql, &format!("update {text}")) {
                prop_assert!(!read.text.contains(['{', '}']), "{}", read.text);
                prop_assert_eq!(outside(&read.text).matches('?').count(), read.names.len());
            }
        }
    }
}
