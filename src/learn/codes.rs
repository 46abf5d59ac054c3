//! What a far side's codes mean: yes and no, sexes, types, what an item is there for. As seen, and never more certain than
//! that: what no word tells is left open for a person.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{Words, words};

/// One code table.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CodeTable {
    /// The far side's code, and ours as TOML writes it.
    pub rows: BTreeMap<String, String>,
    /// Codes that were seen and whose meaning nothing tells.
    pub open: BTreeSet<String>,
    /// Whether figures were taken for what they mean as a rule.
    pub guessed: bool,
}

impl CodeTable {
    /// Whether both say the same of every code that both have.
    fn agrees(&self, other: &Self) -> bool {
        other.rows.iter().all(|(code, ours)| self.rows.get(code).is_none_or(|own| own == ours))
    }
}

/// All tables of a channel, by name.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Codes(pub BTreeMap<String, CodeTable>);

impl Codes {
    /// Puts a table under a name, together with what is there if both agree, else under the other name; gives the name.
    pub(super) fn put(&mut self, name: &str, otherwise: &str, table: CodeTable) -> String {
        let name = if self.0.get(name).is_none_or(|own| own.agrees(&table)) { name } else { otherwise };
        let own = self.0.entry(name.to_owned()).or_default();
        own.rows.extend(table.rows);
        own.open.extend(table.open);
        own.guessed |= table.guessed;
        name.to_owned()
    }
}

/// A text as TOML writes it, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether our own reading understands every text without a table.
pub(super) fn needs_none(texts: &[String], known: &[&str]) -> bool {
    texts.iter().all(|text| known.contains(&text.as_str()))
}

/// Whether texts may be codes, to be written out one by one: few and short ones, none of them a number of somebody's.
/// Anything else is what people wrote, and is nowhere repeated.
pub(super) fn may_be(texts: &[String]) -> bool {
    const LONGEST: usize = 12;
    const MOST: usize = 30;
    let different: BTreeSet<&String> = texts.iter().collect();
    let digits = |text: &String| text.chars().filter(|c| c.is_numeric()).count();
    // Marks of a sentence, full-width and half.
    let sentence = |text: &String| {
        text.contains([
            '\u{ff0c}', '\u{3002}', '\u{ff01}', '\u{ff1f}', '\u{ff1b}', '\u{ff1a}', ',', '!', '?', ';', '\n',
        ])
    };
    let short = |text: &&String| text.chars().count() <= LONGEST && digits(text) < 7 && !sentence(text);
    different.len() <= MOST && different.iter().all(short)
}

/// Yes and no; none if a text is in no pair.
pub(super) fn yes_no(texts: &[String]) -> Option<CodeTable> {
    let mut table = CodeTable::default();
    for text in texts {
        if table.rows.contains_key(text) {
            continue;
        }
        let fits = |(yes, no): &&(String, String)| (yes == text || no == text) && !clashes(&table, yes, no);
        // Of pairs that share a word the one whose other half is there as well.
        let both = words().yes_no.iter().filter(fits).find(|(yes, no)| texts.contains(yes) && texts.contains(no));
        let (yes, no) = both.or_else(|| words().yes_no.iter().find(fits))?;
        table.guessed |= yes.is_ascii() && !matches!(yes.as_str(), "true" | "yes" | "YES");
        table.rows.insert(yes.clone(), "true".into());
        table.rows.insert(no.clone(), "false".into());
    }
    (!table.rows.is_empty()).then_some(table)
}

fn clashes(table: &CodeTable, yes: &str, no: &str) -> bool {
    table.rows.get(yes).is_some_and(|own| own == "false") || table.rows.get(no).is_some_and(|own| own == "true")
}

/// Sexes; none if a text is no word for one.
pub(super) fn sex(texts: &[String]) -> Option<CodeTable> {
    let mut table = CodeTable::default();
    for text in texts {
        let ours = words().sex.get(text.as_str()).or_else(|| words().sex.get(text.to_lowercase().as_str()))?;
        table.guessed |= text.bytes().all(|b| b.is_ascii_digit());
        table.rows.insert(text.clone(), quoted(ours));
    }
    if table.guessed {
        let figures = words().sex.iter().filter(|(code, _)| matches!(code.as_str(), "0" | "1" | "2"));
        table.rows.extend(figures.map(|(code, ours)| (code.clone(), quoted(ours))));
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Types: what a word tells, and what nothing tells.
pub(super) fn types(texts: &[String]) -> CodeTable {
    by_words(texts, &words().types)
}

/// Acts, likewise.
pub(super) fn acts(texts: &[String]) -> CodeTable {
    by_words(texts, &words().acts)
}

fn by_words(texts: &[String], list: &[(String, String)]) -> CodeTable {
    let mut table = CodeTable::default();
    for text in texts {
        match Words::within(list, text) {
            Some(ours) => {
                table.guessed |= text != ours;
                table.rows.insert(text.clone(), quoted(ours));
            }
            None => drop(table.open.insert(text.clone())),
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn rows(table: &CodeTable) -> Vec<(&str, &str)> {
        table.rows.iter().map(|(code, ours)| (code.as_str(), ours.as_str())).collect()
    }

    #[test]
    fn pairs_are_taken_whole() {
        let ones = yes_no(&list(&["1", "1"])).unwrap();
        assert_eq!((rows(&ones), ones.guessed), (vec![("0", "false"), ("1", "true")], true));
        assert_eq!(rows(&yes_no(&list(&["公开", "保密"])).unwrap()), [("保密", "true"), ("公开", "false")]);
        assert_eq!(rows(&yes_no(&list(&["公开"])).unwrap()), [("不公开", "false"), ("公开", "true")]);
        assert_eq!(yes_no(&list(&["1", "3"])), None);
        assert_eq!(yes_no(&[]), None);
    }

    #[test]
    fn what_no_word_tells_is_left_open() {
        let types = types(&list(&["我要投诉", "微建议", "7"]));
        assert_eq!(rows(&types), [("微建议", "\"建议\""), ("我要投诉", "\"投诉\"")]);
        assert_eq!(types.open.iter().map(String::as_str).collect::<Vec<_>>(), ["7"]);
        assert_eq!(rows(&acts(&list(&["催办", "新件"]))), [("催办", "\"urge\""), ("新件", "\"new\"")]);
        assert_eq!(sex(&list(&["1"])).unwrap().rows.len(), 3);
        assert_eq!(sex(&list(&["甲"])), None);
    }

    #[test]
    fn tables_that_disagree_are_two() {
        let mut codes = Codes::default();
        assert_eq!(codes.put("yes_no", "agree_public", yes_no(&list(&["公开"])).unwrap()), "yes_no");
        assert_eq!(codes.put("yes_no", "confidential", yes_no(&list(&["公开", "保密"])).unwrap()), "confidential");
        assert_eq!(codes.put("yes_no", "anonymous", yes_no(&list(&["1"])).unwrap()), "yes_no");
        assert_eq!(quoted("a\"b\\\n"), "\"a\\\"b\\\\\\n\"");
    }
}
