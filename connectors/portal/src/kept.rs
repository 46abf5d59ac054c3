//! What is remembered besides the cursor: the rows of the page whose items are being opened, and how rows looked when their
//! items were opened last. Sealed where it is kept. Pure. The session is kept elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use huiliu_contract::{Keepsake, Personal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rows::Waiting;

/// The form of this release. Another one's is read as nothing: then all is opened anew.
const FORM: u8 = 1;

/// The most rows that are remembered; the oldest are forgotten, and their items opened once more.
const MOST: usize = 5000;

/// The content of a keepsake.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    form: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<Rows>,
    /// By number: the digest of the row, and when its item was opened (seconds).
    #[serde(default)]
    seen: BTreeMap<String, (u64, i64)>,
}

/// The rows of one page that wait to be opened.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rows {
    pub(crate) page: u64,
    pub(crate) rows: Vec<Waiting>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { form: FORM, rows: None, seen: BTreeMap::new() }
    }
}

impl Kept {
    /// What a keepsake holds.
    pub(crate) fn read(kept: Option<&Keepsake>) -> Self {
        let read = kept.and_then(|kept| serde_json::from_slice(kept.0.reveal()).ok());
        read.filter(|kept: &Self| kept.form == FORM).unwrap_or_default()
    }

    /// Whether an item need not be opened: its row is as it was, and it was opened not so long ago.
    pub(crate) fn knows(&self, id: &str, digest: u64, again: Duration, now: Timestamp) -> bool {
        self.seen.get(id).is_some_and(|(known, at)| {
            let since = now.as_second().saturating_sub(*at);
            *known == digest && u64::try_from(since).is_ok_and(|since| since < again.as_secs())
        })
    }

    /// The items of these rows were opened.
    pub(crate) fn opened(&mut self, rows: &[Waiting], now: Timestamp) {
        for row in rows {
            self.seen.insert(row.id.clone(), (row.digest, now.as_second()));
        }
        while self.seen.len() > MOST {
            let oldest = self.seen.iter().min_by_key(|(_, (_, at))| *at).map(|(id, _)| id.clone());
            oldest.map(|id| self.seen.remove(&id));
        }
    }

    /// As it is kept.
    pub(crate) fn keepsake(&self) -> Keepsake {
        // Its members are texts, numbers and values that came out of pages: writing it cannot fail.
        Keepsake(Personal::new(serde_json::to_vec(self).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, digest: u64) -> Waiting {
        Waiting { id: id.into(), key: id.into(), url: None, cells: serde_json::json!({}), digest }
    }

    #[test]
    fn an_unchanged_row_is_left_alone_for_a_while() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let day = Duration::from_secs(86_400);
        let mut kept = Kept::default();
        kept.opened(&[row("1", 7)], at(0));
        let kept = Kept::read(Some(&kept.keepsake()));
        assert!(kept.knows("1", 7, day, at(86_399)));
        assert!(
            !kept.knows("1", 7, day, at(86_400)) && !kept.knows("1", 8, day, at(1)) && !kept.knows("2", 7, day, at(1))
        );
        assert!(!kept.knows("1", 7, Duration::ZERO, at(0)), "0s opens each time");
        assert!(!kept.knows("1", 7, day, at(-5)), "a clock that was set back proves nothing");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut kept = Kept::default();
        let rows: Vec<_> = (0..MOST + 2).map(|n| row(&n.to_string(), 1)).collect();
        for (second, row) in rows.iter().enumerate() {
            kept.opened(std::slice::from_ref(row), Timestamp::from_second(second as i64).unwrap());
        }
        assert_eq!((kept.seen.len(), kept.seen.contains_key("0"), kept.seen.contains_key("2")), (MOST, false, true));
    }
}
