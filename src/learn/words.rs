//! The dictionary: what far sides call the fields of a ticket, as data. It is compiled in and read once.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

/// How sure a guess is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Sure {
    /// By what stands in the column alone.
    Shape,
    /// By a name that ends like a known one, or that means this as a rule.
    Likely,
    /// By its name.
    Name,
}

/// What a column may be by its name: a field of the ticket and how sure that is; the smaller the rank, the better the name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Sense {
    pub(super) field: &'static str,
    pub(super) sure: Sure,
    pub(super) rank: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fields: BTreeMap<String, Names>,
    roles: BTreeMap<String, Names>,
    not: Not,
    values: Values,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    words: Vec<String>,
    #[serde(default)]
    maybe: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Not {
    begins: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    yes_no: Vec<(String, String)>,
    sex: BTreeMap<String, String>,
    r#type: toml::Table,
    act: toml::Table,
}

/// The dictionary, read.
pub(super) struct Words {
    by_name: HashMap<String, Vec<Sense>>,
    /// Sure names of two letters and more, by which longer names may end.
    ends: Vec<(Vec<String>, Sense)>,
    roles: HashMap<&'static str, Vec<(String, Sure)>>,
    not: Vec<String>,
    /// Pairs of yes and no.
    pub(super) yes_no: Vec<(String, String)>,
    /// What a far side writes, and a sex.
    pub(super) sex: BTreeMap<String, String>,
    /// Words within a far side's word, and ours; in the order of the file.
    pub(super) types: Vec<(String, String)>,
    /// The same for acts.
    pub(super) acts: Vec<(String, String)>,
}

/// The shipped file. That it can be read is a test's affair.
static WORDS: LazyLock<Words> = LazyLock::new(|| read(include_str!("words.toml")).unwrap_or_else(|_| Words::empty()));

/// The dictionary.
pub(super) fn words() -> &'static Words {
    &WORDS
}

fn read(text: &'static str) -> Result<Words, toml::de::Error> {
    let file: File = toml::from_str(text)?;
    let mut out = Words::empty();
    for (field, names) in file.fields {
        let field: &'static str = field.leak();
        let both = [(names.words, Sure::Name), (names.maybe, Sure::Likely)];
        for (rank, (word, sure)) in
            both.into_iter().flat_map(|(list, sure)| list.into_iter().map(move |word| (word, sure))).enumerate()
        {
            let sense = Sense { field, sure, rank };
            if sure == Sure::Name {
                out.ends.push((tokens(&word), Sense { sure: Sure::Likely, ..sense.clone() }));
            }
            out.by_name.entry(plain(&word)).or_default().push(sense);
        }
    }
    for (role, names) in file.roles {
        let both = names.words.iter().map(|word| (plain(word), Sure::Name));
        let all = both.chain(names.maybe.iter().map(|word| (plain(word), Sure::Likely))).collect();
        out.roles.insert(role.leak(), all);
    }
    out.not = file.not.begins.iter().map(|word| plain(word)).collect();
    out.yes_no = file.values.yes_no;
    out.sex = file.values.sex;
    let ordered = |table: toml::Table, source: &str, section: &str| {
        let from = source.find(section).unwrap_or_default();
        let mut list: Vec<(String, String)> =
            table.into_iter().filter_map(|(word, ours)| Some((word, ours.as_str()?.to_owned()))).collect();
        list.sort_by_key(|(word, _)| source[from..].find(&format!("\n\"{word}\"")));
        list
    };
    out.types = ordered(file.values.r#type, text, "[values.type]");
    out.acts = ordered(file.values.act, text, "[values.act]");
    Ok(out)
}

impl Words {
    fn empty() -> Self {
        Self {
            by_name: HashMap::new(),
            ends: Vec::new(),
            roles: HashMap::new(),
            not: Vec::new(),
            yes_no: Vec::new(),
            sex: BTreeMap::new(),
            types: Vec::new(),
            acts: Vec::new(),
        }
    }

    /// What a column of this name may be, the surest first.
    pub(super) fn senses(&self, name: &str) -> Vec<Sense> {
        let mut found = self.by_name.get(&plain(name)).cloned().unwrap_or_default();
        if found.is_empty() && !self.is_of_the_office(name) {
            found = self.by_end(name);
        }
        found.sort_by_key(|sense| (std::cmp::Reverse(sense.sure), sense.rank));
        found
    }

    /// Whether a column is about somebody who works there, or about what was done.
    pub(super) fn is_of_the_office(&self, name: &str) -> bool {
        let plain = plain(name);
        self.not.iter().any(|word| plain.starts_with(word.as_str()))
    }

    /// `委员联系电话` is a `联系电话`, `reqCallerPhone` a `callerPhone`; the longest end decides.
    fn by_end(&self, name: &str) -> Vec<Sense> {
        let own = tokens(name);
        let ends = |end: &[String]| own.len() > end.len() && own.ends_with(end) && end.concat().chars().count() > 1;
        let longest = self.ends.iter().filter(|(end, _)| ends(end)).max_by_key(|(end, _)| end.len());
        longest.map(|(_, sense)| sense.clone()).into_iter().collect()
    }

    /// Whether a name has a role, how sure that is and its rank among the names of that role.
    pub(super) fn role(&self, role: &str, name: &str) -> Option<(Sure, usize)> {
        let plain = plain(name);
        let list = self.roles.get(role)?;
        let rank = list.iter().position(|(word, _)| *word == plain)?;
        list.get(rank).map(|(_, sure)| (*sure, rank))
    }

    /// Ours for a far side's word, by the words it contains.
    pub(super) fn within<'w>(list: &'w [(String, String)], said: &str) -> Option<&'w str> {
        let said = said.to_lowercase();
        list.iter().find(|(word, _)| said.contains(word.as_str())).map(|(_, ours)| ours.as_str())
    }
}

/// A name as it is compared: small letters and digits of normal width, without what stands in brackets.
pub(super) fn plain(name: &str) -> String {
    tokens(name).concat()
}

/// The words of a name: `callerPhone`, `caller_phone` and `Caller-Phone` are two, of Chinese every character is one.
fn tokens(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut depth, mut before) = (0_u32, ' ');
    for c in name.chars().map(crate::ticket::narrow) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            c if c.is_ascii_alphanumeric() => {
                let goes_on =
                    before.is_ascii_alphanumeric() && (before.is_ascii_uppercase() || !c.is_ascii_uppercase());
                match out.last_mut().filter(|_| goes_on) {
                    Some(last) => last.push(c.to_ascii_lowercase()),
                    None => out.push(c.to_ascii_lowercase().to_string()),
                }
            }
            c if c.is_alphanumeric() => out.push(c.to_string()),
            _ => {}
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::field_zh;

    #[test]
    fn the_shipped_words_can_be_read_and_name_fields_that_there_are() {
        let words = read(include_str!("words.toml")).unwrap();
        assert!(words.by_name.len() > 500, "{}", words.by_name.len());
        for sense in words.by_name.values().flatten() {
            assert_ne!(field_zh(sense.field), sense.field, "the ticket has no field `{}`", sense.field);
        }
        for (field, zh) in [("title", "标题"), ("phone", "联系电话"), ("deadline", "办理时限")] {
            assert_eq!(field_zh(field), zh);
        }
        let known = |list: &[(String, String)], all: &[&str]| list.iter().all(|(_, ours)| all.contains(&ours.as_str()));
        assert!(known(&words.types, &["咨询", "求助", "投诉", "举报", "建议", "感谢"]));
        assert_eq!(words.types.first().map(|(word, _)| word.as_str()), Some("咨询"), "in the order of the file");
        assert!(
            words
                .acts
                .iter()
                .all(|(_, act)| serde_json::from_value::<huiliu_contract::Act>(act.as_str().into()).is_ok())
        );
        assert!(words.sex.values().all(|sex| crate::ticket::Sex::from_word(sex).is_some()));
    }

    #[test]
    fn names_are_known_however_they_are_written() {
        let field = |name: &str| words().senses(name).first().map(|sense| (sense.field, sense.sure));
        for name in [
            "联系电话",
            " 联系 电话* ",
            "联系电话(必填)",
            "lxdh",
            "LXDH",
            "callerPhone",
            "caller_phone",
            "CALLER-PHONE",
            "ｃａｌｌｅｒＰｈｏｎｅ",
        ] {
            assert_eq!(field(name), Some(("phone", Sure::Name)), "{name}");
        }
        assert_eq!(field("委员联系电话"), Some(("phone", Sure::Likely)));
        assert_eq!(field("reqCallerPhone"), Some(("phone", Sure::Likely)));
        for name in ["回访电话", "处理人姓名", "replyContent", "序号", "xyz", ""] {
            assert_eq!(field(name), None, "{name}");
        }
        assert_eq!(words().role("running", "序 号"), Some((Sure::Name, 0)));
        assert_eq!(words().role("id", "ORDER_NO").map(|(sure, _)| sure), Some(Sure::Name));
        assert_eq!(Words::within(&words().types, "我要投诉"), Some("投诉"));
    }
}
