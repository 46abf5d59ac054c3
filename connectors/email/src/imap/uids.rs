//! Sets of UIDs, held and written as ranges: `3:17,20`, as the wire has them (RFC 3501, `sequence-set`). Pure.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// UIDs in ascending order, as ranges that neither touch nor overlap.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Uids(Vec<(u32, u32)>);

impl Uids {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|(from, to)| u64::from(to - from) + 1).sum()
    }

    /// Whether this one is among them.
    pub(super) fn has(&self, uid: u32) -> bool {
        let at = self.0.partition_point(|(_, to)| *to < uid);
        self.0.get(at).is_some_and(|(from, _)| *from <= uid)
    }

    /// Adds one.
    pub(super) fn add(&mut self, uid: u32) {
        let at = self.0.partition_point(|(_, to)| *to < uid);
        if self.0.get(at).is_some_and(|(from, _)| *from <= uid) {
            return;
        }
        let joins_before = at.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, to)| to + 1 == uid);
        let joins_behind = self.0.get(at).is_some_and(|(from, _)| from - 1 == uid);
        match (joins_before, joins_behind) {
            (true, true) => {
                let (_, to) = self.0.remove(at);
                self.widen(at - 1, |range| range.1 = to);
            }
            (true, false) => self.widen(at - 1, |range| range.1 = uid),
            (false, true) => self.widen(at, |range| range.0 = uid),
            (false, false) => self.0.insert(at, (uid, uid)),
        }
    }

    fn widen(&mut self, at: usize, how: impl FnOnce(&mut (u32, u32))) {
        if let Some(range) = self.0.get_mut(at) {
            how(range);
        }
    }

    /// Without this one.
    pub(super) fn remove(&mut self, uid: u32) {
        if self.has(uid) {
            *self = self.iter().filter(|one| *one != uid).collect();
        }
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().flat_map(|(from, to)| *from..=*to)
    }

    /// At most so many ranges a set: no command line grows without end. In ascending order.
    pub(super) fn pieces(&self, ranges: usize) -> impl Iterator<Item = Self> + '_ {
        self.0.chunks(ranges.max(1)).map(|some| Self(some.to_vec()))
    }

    /// Reads the written form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut out = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (from, to) = part.split_once(':').unwrap_or((part, part));
            let (from, to): (u32, u32) = (from.parse().ok()?, to.parse().ok()?);
            // Ranges that are out of order or touch are none of ours.
            if from == 0 || from > to || out.0.last().is_some_and(|(_, last)| *last >= from - 1) {
                return None;
            }
            out.0.push((from, to));
        }
        Some(out)
    }
}

impl FromIterator<u32> for Uids {
    fn from_iter<I: IntoIterator<Item = u32>>(uids: I) -> Self {
        let mut out = Self::default();
        uids.into_iter().for_each(|uid| out.add(uid));
        out
    }
}

impl fmt::Display for Uids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (from, to)) in self.0.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            match from == to {
                true => write!(f, "{comma}{from}")?,
                false => write!(f, "{comma}{from}:{to}")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Uids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Uids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("no set of UIDs"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_is_what_was_put_in(uids in prop::collection::vec(1u32..60, 0..60), out in 1u32..60) {
            let mut plain: BTreeSet<u32> = uids.iter().copied().collect();
            let mut set: Uids = uids.into_iter().collect();
            plain.remove(&out);
            set.remove(out);
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), plain.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(set.count(), plain.len() as u64);
            prop_assert!((1..60).all(|uid| set.has(uid) == plain.contains(&uid)));
            prop_assert_eq!(Uids::parse(&set.to_string()), Some(set.clone()));
            let pieces: Vec<u32> = set.pieces(2).flat_map(|piece| piece.iter().collect::<Vec<_>>()).collect();
            prop_assert_eq!(pieces, plain.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn ranges_that_touch_are_one() {
        let set: Uids = [7, 3, 5, 4, u32::MAX].into_iter().collect();
        assert_eq!(set.to_string(), format!("3:5,7,{}", u32::MAX));
        for wrong in ["5:3", "0", "1,1", "1:3,4", "x", "-1"] {
            assert_eq!(Uids::parse(wrong), None, "{wrong}");
        }
    }
}
