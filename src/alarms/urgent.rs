//! Letters about danger to life, by the list of urgent words. It finds groups of the list; it decides nothing, and nobody
//! learns the words from it.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::ticket::Draft;

/// The list, ready.
#[derive(Clone, Debug, Default)]
pub struct UrgentWords {
    /// Whether a text says anything at all; none where the list is too long for one pattern.
    any: Option<Regex>,
    groups: BTreeMap<String, Vec<String>>,
}

impl UrgentWords {
    /// Of a list: by group, what letters may say.
    pub fn new(groups: &BTreeMap<String, Vec<String>>) -> Self {
        let mut by_word: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (group, words) in groups {
            for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
                by_word.entry(word.to_owned()).or_default().push(group.clone());
            }
        }
        let words: Vec<_> = by_word.keys().map(|word| regex::escape(word)).collect();
        let any = Regex::new(&words.join("|")).ok();
        Self { any, groups: by_word }
    }

    /// The groups of which a text says something.
    pub fn groups_in(&self, text: &str) -> BTreeSet<&str> {
        if self.any.as_ref().is_some_and(|any| !any.is_match(text)) {
            return BTreeSet::new();
        }
        // Word by word, for one may begin inside another.
        let found = self.groups.iter().filter(|(word, _)| text.contains(word.as_str()));
        found.flat_map(|(_, groups)| groups).map(String::as_str).collect()
    }

    /// The groups of which a letter says something: its title, its text, its urgency.
    pub fn groups_of(&self, draft: &Draft) -> BTreeSet<&str> {
        let matter = &draft.matter;
        let texts = [&matter.title, &matter.content, &matter.urgency];
        texts.into_iter().flatten().flat_map(|text| self.groups_in(text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::AlarmSettings;

    #[test]
    fn the_shipped_list_finds_danger_and_passes_over_the_ordinary() {
        let words = UrgentWords::new(&AlarmSettings::default().urgent_words);
        let found = |text: &str| words.groups_in(text).into_iter().collect::<Vec<_>>();
        assert_eq!(found("我实在活不下去了,想从桥上跳下去"), ["轻生自伤"]);
        assert_eq!(found("三楼燃气泄漏,有人昏迷"), ["火灾爆炸坍塌", "生命垂危"]);
        for ordinary in [
            "小区路灯不亮,请尽快处理",
            "物业费收取不合理,要求公开账目",
            "公交车班次太少,上班要等很久",
            "孩子上学学位不够,请教育局答复",
            "下水道堵塞,雨天积水",
        ] {
            assert!(found(ordinary).is_empty(), "{ordinary}");
        }
    }

    #[test]
    fn the_urgency_that_the_source_tells_counts_too() {
        let words = UrgentWords::new(&AlarmSettings::default().urgent_words);
        let mut draft = Draft::default();
        draft.matter.title = Some("请求帮助".into());
        assert!(words.groups_of(&draft).is_empty());
        draft.matter.urgency = Some("特急".into());
        assert_eq!(words.groups_of(&draft).into_iter().collect::<Vec<_>>(), ["特急"]);
    }

    #[test]
    fn signs_in_a_word_are_only_signs() {
        let list = BTreeMap::from([("组".to_owned(), vec!["(急)".to_owned(), "  ".to_owned()])]);
        let words = UrgentWords::new(&list);
        assert!(words.groups_in("急").is_empty());
        assert_eq!(words.groups_in("【(急)】").len(), 1);
        assert!(UrgentWords::new(&BTreeMap::new()).groups_in("自杀").is_empty());
    }

    #[test]
    fn a_word_that_begins_inside_another_is_found_too() {
        let list =
            BTreeMap::from([("甲".to_owned(), vec!["要自杀".to_owned()]), ("乙".to_owned(), vec!["杀人".to_owned()])]);
        assert_eq!(UrgentWords::new(&list).groups_in("他要自杀人前").len(), 2);
    }
}
