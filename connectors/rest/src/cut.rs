//! Texts that a list cuts: how they are known, and when a detail proves them whole. Pure.

use huiliu_kit::pick::Pointer;
use serde_json::Value;

/// Where texts may be cut, and to which length.
#[derive(Default, Debug)]
pub(crate) struct Cuts {
    pub(crate) places: Vec<Pointer>,
    /// So many characters are a cut text even without dots.
    pub(crate) at: Option<usize>,
}

/// What a text ends in when it goes on elsewhere.
const DOTS: [&str; 3] = ["\u{2026}", "...", "\u{22ef}"];

impl Cuts {
    /// The first place whose text is cut; none if all are whole.
    pub(crate) fn cut(&self, document: &Value) -> Option<&Pointer> {
        self.places.iter().find(|at| text(at, document).is_some_and(|text| self.is_cut(text)))
    }

    /// The first place whose text is still cut in `document`, an item with its detail, of which the list showed `row`; none
    /// if all are whole.
    ///
    /// A text that ends in dots and is the very same as the list's proves nothing. One that ends in dots and is another one
    /// is what a citizen wrote. One that only has the length at which the list cuts is whole: the detail says the same.
    pub(crate) fn still_cut(&self, row: &Value, document: &Value) -> Option<&Pointer> {
        self.places.iter().find(|at| {
            let (before, after) = (text(at, row), text(at, document));
            after.is_some_and(|after| ends_in_dots(after) && before == Some(after))
        })
    }

    fn is_cut(&self, text: &str) -> bool {
        ends_in_dots(text) || self.at.is_some_and(|at| text.chars().count() == at)
    }
}

fn text<'v>(at: &Pointer, document: &'v Value) -> Option<&'v str> {
    at.get(document)?.as_str()
}

fn ends_in_dots(text: &str) -> bool {
    let text = text.trim_end();
    DOTS.iter().any(|dots| text.ends_with(dots))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn cuts(at: Option<usize>) -> Cuts {
        Cuts { places: vec![Pointer::parse("content").unwrap()], at }
    }

    fn row(text: &str) -> Value {
        json!({ "content": text })
    }

    #[test]
    fn a_cut_text_is_known_by_its_dots_or_its_length() {
        for cut in ["路灯不亮…", "路灯不亮……", "路灯不亮... ", "路灯不亮⋯"] {
            assert!(cuts(None).cut(&row(cut)).is_some(), "{cut}");
        }
        for whole in ["路灯不亮", "路灯…不亮", "", "1.5"] {
            assert!(cuts(None).cut(&row(whole)).is_none(), "{whole}");
        }
        assert!(cuts(Some(4)).cut(&row("路灯不亮")).is_some());
        assert!(cuts(Some(4)).cut(&row("路灯不亮了")).is_none());
        assert!(cuts(Some(4)).cut(&json!({ "content": null })).is_none());
    }

    #[test]
    fn a_detail_that_says_no_more_proves_nothing() {
        let still = |at, before: &str, after: &str| cuts(at).still_cut(&row(before), &row(after)).is_some();
        assert!(still(None, "路灯…", "路灯…"));
        assert!(!still(None, "路灯…", "路灯不亮"));
        assert!(!still(None, "路灯…", "路灯不亮,望尽快修复……"), "dots of the citizen's own");
        assert!(!still(Some(4), "路灯不亮", "路灯不亮"), "the detail says that it is whole");
    }

    proptest! {
        #[test]
        fn whatever_is_cut_in_front_of_dots_is_never_taken_for_the_whole(text in "\\PC{0,30}", at in 0usize..30) {
            let shown: String = text.chars().take(at).chain(['…']).collect();
            prop_assert!(cuts(None).cut(&row(&shown)).is_some());
            prop_assert!(cuts(None).still_cut(&row(&shown), &row(&shown)).is_some());
        }
    }
}
