//! What words of satisfaction (满意度) mean: the plain words of the office, and before them those of the site.

use std::collections::BTreeMap;

use huiliu_contract::Satisfaction;

use crate::words::SATISFACTION;

/// Words and the levels they stand for.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Levels {
    site: BTreeMap<String, Satisfaction>,
}

/// Plain words beside the names of the levels themselves.
const PLAIN: [(&str, Satisfaction); 3] = [
    ("很满意", Satisfaction::VerySatisfied),
    ("比较满意", Satisfaction::Satisfied),
    ("很不满意", Satisfaction::VeryDissatisfied),
];

impl Levels {
    /// With the site's own words (`[satisfaction]`), which go before the plain ones.
    pub fn new(site: &BTreeMap<String, Satisfaction>) -> Self {
        Self { site: site.iter().map(|(word, level)| (plain(word), *level)).collect() }
    }

    /// The level of a word; none where nobody said what it means.
    pub fn of(&self, word: &str) -> Option<Satisfaction> {
        let word = plain(word);
        let named = |level: &Satisfaction| {
            level.word() == word || SATISFACTION.iter().any(|(stable, zh, _)| *stable == level.word() && *zh == word)
        };
        self.site
            .get(&word)
            .copied()
            .or_else(|| Satisfaction::ALL.into_iter().find(named))
            .or_else(|| PLAIN.iter().find(|(plain, _)| *plain == word).map(|(_, level)| *level))
    }
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_have_their_level_and_the_sites_go_before() {
        let none = Levels::default();
        for (word, level) in [
            ("非常满意", Satisfaction::VerySatisfied),
            (" 满意 ", Satisfaction::Satisfied),
            ("基本满意", Satisfaction::BasicallySatisfied),
            ("不满意", Satisfaction::Dissatisfied),
            ("非常不满意", Satisfaction::VeryDissatisfied),
            ("dissatisfied", Satisfaction::Dissatisfied),
        ] {
            assert_eq!(none.of(word), Some(level), "{word}");
        }
        assert_eq!((none.of("一般"), none.of("")), (None, None));
        let site = BTreeMap::from([
            ("一般".to_owned(), Satisfaction::BasicallySatisfied),
            ("满 意".to_owned(), Satisfaction::VerySatisfied),
        ]);
        let site = Levels::new(&site);
        assert_eq!(site.of("一般"), Some(Satisfaction::BasicallySatisfied));
        assert_eq!(site.of("满意"), Some(Satisfaction::VerySatisfied));
    }
}
