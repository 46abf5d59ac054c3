//! Findings as people see them: told in words, marked in the text, and hidden in it where the text may not be read.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::numbers::{emails, numbers};
use super::{Finding, Kind};
use crate::ticket::mask_text;

/// What stands in the place of what is hidden whole.
const HIDDEN: &str = "***";

/// One finding in words: as it is kept, and as `--json` tells it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// What was found.
    pub kind: Kind,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
    /// Where it begins, in bytes of the text beside it.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
}

impl From<&Finding> for Mark {
    fn from(finding: &Finding) -> Self {
        let text = finding.text();
        Self { kind: finding.kind, zh: text.zh, en: text.en, from: finding.range.start, to: finding.range.end }
    }
}

/// The sign of the nth finding, from 0: ① ② …
pub fn sign(n: usize) -> String {
    let circled = u32::try_from(n).ok().filter(|n| *n < 20).and_then(|n| char::from_u32('①' as u32 + n));
    circled.map_or_else(|| format!("({})", n + 1), String::from)
}

/// Where a finding stands in a text; nowhere, if the whole text is at fault.
fn place(text: &str, mark: &Mark) -> Option<Range<usize>> {
    let range = mark.from..mark.to;
    (mark.kind.has_place() && mark.from < mark.to && text.get(range.clone()).is_some()).then_some(range)
}

/// The text with each finding in 【】 and its sign behind it.
pub fn bracketed(text: &str, marks: &[Mark]) -> String {
    // Whatever ends at a place stands before what begins there.
    let mut put: BTreeMap<usize, (String, String)> = BTreeMap::new();
    for (n, mark) in marks.iter().enumerate() {
        if let Some(range) = place(text, mark) {
            put.entry(range.start).or_default().1.push('【');
            put.entry(range.end).or_default().0 += &format!("】{}", sign(n));
        }
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (here, (ends, begins)) in put {
        out += &text[at..here];
        out += &ends;
        out += &begins;
        at = here;
    }
    out + &text[at..]
}

/// The text as it is shown where it may not be read, and the marks at their places in that. `mask` hides what it knows
/// to be personal; what was found to be so is hidden whole where `mask` does not know it.
pub fn masked(text: &str, marks: &[Mark], mask: &dyn Fn(&str) -> String) -> (String, Vec<Mark>) {
    let personal = personal(text, marks);
    // No cut goes through what is personal: half a number could be taken for none.
    let outward = |at: usize, end: bool| {
        let within = personal.iter().find(|span| span.start < at && at < span.end);
        within.map_or(at, |span| if end { span.end } else { span.start })
    };
    let mut cuts: BTreeMap<usize, usize> = [0, text.len()].into_iter().map(|at| (at, 0)).collect();
    for range in marks.iter().filter_map(|mark| place(text, mark)).chain(personal.iter().cloned()) {
        cuts.extend([(outward(range.start, false), 0), (outward(range.end, true), 0)]);
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (&cut, new) in &mut cuts {
        let piece = &text[at..cut];
        let shown = mask(piece);
        let found = !piece.is_empty() && personal.iter().any(|span| span.start <= at && cut <= span.end);
        out += if found && shown == piece { HIDDEN } else { &shown };
        (*new, at) = (out.len(), cut);
    }
    let moved = |at: usize| cuts.get(&at).copied().unwrap_or(out.len());
    let marks = marks.iter().map(|mark| match place(text, mark) {
        Some(range) => {
            Mark { from: moved(outward(range.start, false)), to: moved(outward(range.end, true)), ..mark.clone() }
        }
        None => Mark { from: 0, to: out.len(), ..mark.clone() },
    });
    (out.clone(), marks.collect())
}

/// A text of the outside with everybody's numbers and addresses hidden, in whatever groups they are written. Names are not
/// known here.
pub fn covered(text: &str) -> String {
    let found = numbers(text, &[]).into_iter().chain(emails(text));
    let marks: Vec<Mark> = found
        .map(|(kind, range)| Mark { kind, zh: String::new(), en: String::new(), from: range.start, to: range.end })
        .collect();
    masked(text, &marks, &mask_text).0
}

/// Where somebody's data was found, overlapping places taken together.
fn personal(text: &str, marks: &[Mark]) -> Vec<Range<usize>> {
    let found = marks.iter().filter(|mark| mark.kind.is_personal());
    let mut ranges: Vec<_> = found.filter_map(|mark| place(text, mark)).collect();
    ranges.sort_by_key(|range| range.start);
    let mut spans: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match spans.last_mut().filter(|last| range.start < last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => spans.push(range),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::outgoing::{About, check};

    const TEXT: &str = "请联系刘小明13800000000,车牌湘D12345,已办结,谢谢来信。";

    fn marks(text: &str, about: &About<'_>) -> Vec<Mark> {
        check(text, about).iter().map(Mark::from).collect()
    }

    #[test]
    fn findings_are_marked_in_their_place() {
        let about = About { sender: Some("刘小明"), most: Some(30), published: true, ..About::default() };
        let found = marks(TEXT, &about);
        let kinds: Vec<_> = found.iter().map(|mark| mark.kind.word()).collect();
        assert_eq!(kinds, ["not_agreed", "sender_name", "phone", "plate", "too_long"]);
        let shown = bracketed(TEXT, &found);
        assert_eq!(shown, "请联系【刘小明】②【13800000000】③,车牌【湘D12345】④,已办【结,谢谢来信。】⑤");
    }

    #[test]
    fn what_was_found_is_hidden_and_still_marked() {
        let about = About { sender: Some("刘小明"), ..About::default() };
        let (text, found) = masked(TEXT, &marks(TEXT, &about), &mask_text);
        assert_eq!(bracketed(&text, &found), "请联系【***】①【138****0000】②,车牌【***】③,已办结,谢谢来信。");
        let short = marks("好", &About::default());
        assert_eq!(masked("好", &short, &mask_text).1[0].to, 3);
    }

    #[test]
    fn numbers_in_groups_are_hidden_and_times_are_not() {
        for (text, shown) in [
            ("电话(0734)5200000", "电话(0734)52***00"),
            ("138 0000 0000", "138****0000"),
            ("身份证 110105194912310021X", "身份证 1101************21X"),
            ("2026-11-22 08:30:00 第 12 号", "2026-11-22 08:30:00 第 12 号"),
            ("abc@example.cn", "a***@example.cn"),
        ] {
            assert_eq!(covered(text), shown);
        }
    }

    proptest! {
        /// Whatever the text: marks point into what is shown, and no number that was found is shown.
        #[test]
        fn marks_stay_in_the_text(before in "[一-十0-9,]{0,12}", after in "[一-十0-9,。]{0,40}", most in 1usize..60) {
            let text = format!("{before} 13800000000 {after}");
            let (shown, found) = masked(&text, &marks(&text, &About { most: Some(most), ..About::default() }), &mask_text);
            prop_assert!(!shown.contains("13800000000"), "{shown}");
            for mark in &found {
                prop_assert!(shown.get(mark.from..mark.to).is_some());
            }
            let bare: String = bracketed(&shown, &found);
            let signs: Vec<String> = (0..found.len()).map(sign).collect();
            let bare = signs.iter().fold(bare, |text, sign| text.replace(&format!("】{sign}"), "")).replace('【', "");
            prop_assert_eq!(bare, shown);
        }
    }
}
