//! What becomes of each channel when the configuration is read anew. Pure: it compares what runs with what was read.

use std::collections::BTreeMap;

/// What becomes of a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// It runs as its files say.
    Unchanged,
    /// Another one comes in its place.
    Swapped,
    /// It did not run, and does now.
    Added,
    /// Its files are wrong: it goes on as it was.
    Kept,
    /// Its files are wrong, and nothing of it runs.
    Broken,
    /// Its folder is gone; something of it ran.
    Retired,
    /// Its folder is gone, and nothing of it ever ran here.
    Gone,
}

/// The fate of every channel that runs (`runs`, with what it was made of), was wrong (`wrong`), or was read (`read`, with
/// what it would be made of, or nothing where that cannot be built).
pub(super) fn fates<M: PartialEq>(
    runs: &BTreeMap<String, M>,
    wrong: &[String],
    read: &BTreeMap<String, Option<M>>,
) -> BTreeMap<String, Fate> {
    let codes = runs.keys().chain(wrong).chain(read.keys());
    let fate = |code: &String| match (runs.get(code), read.get(code)) {
        (Some(before), Some(Some(now))) if before == now => Fate::Unchanged,
        (Some(_), Some(Some(_))) => Fate::Swapped,
        (None, Some(Some(_))) => Fate::Added,
        (Some(_), Some(None)) => Fate::Kept,
        (None, Some(None)) => Fate::Broken,
        (Some(_), None) => Fate::Retired,
        (None, None) => Fate::Gone,
    };
    codes.map(|code| (code.clone(), fate(code))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_channel_has_its_own_fate() {
        let runs = [("same", 1), ("changed", 1), ("wrong", 1), ("gone", 1)];
        let runs: BTreeMap<String, u8> = runs.into_iter().map(|(code, made)| (code.to_owned(), made)).collect();
        let read = [
            ("same", Some(1)),
            ("changed", Some(2)),
            ("wrong", None),
            ("new", Some(1)),
            ("mended", Some(1)),
            ("bad", None),
        ];
        let read = read.into_iter().map(|(code, made)| (code.to_owned(), made)).collect();
        let wrong = ["mended", "bad", "gone-while-wrong"].map(str::to_owned);
        let fates = fates(&runs, &wrong, &read);
        let expected = [
            ("bad", Fate::Broken),
            ("changed", Fate::Swapped),
            ("gone", Fate::Retired),
            ("gone-while-wrong", Fate::Gone),
            ("mended", Fate::Added),
            ("new", Fate::Added),
            ("same", Fate::Unchanged),
            ("wrong", Fate::Kept),
        ];
        assert_eq!(fates.iter().map(|(code, fate)| (code.as_str(), *fate)).collect::<Vec<_>>(), expected);
    }

    proptest! {
        /// Whatever is read: what cannot be built never ends what runs, and only a change touches a channel.
        #[test]
        fn nothing_that_runs_is_ended_by_a_mistake(
            runs in prop::collection::btree_map("[a-d]", 0u8..3, 0..4),
            read in prop::collection::btree_map("[a-d]", prop::option::of(0u8..3), 0..4),
        ) {
            for (code, fate) in fates(&runs, &[], &read) {
                let (before, now) = (runs.get(&code), read.get(&code));
                prop_assert_eq!(fate == Fate::Retired, before.is_some() && now.is_none());
                prop_assert_eq!(fate == Fate::Kept, before.is_some() && now == Some(&None));
                prop_assert_eq!(fate == Fate::Unchanged, before.is_some() && now == Some(&before.copied()));
            }
        }
    }
}
