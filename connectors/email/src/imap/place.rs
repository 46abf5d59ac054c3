//! Where a mailbox was left: for each folder up to which UID all is settled, and what is still to be done there with letters
//! that are kept for good. Pure.

use std::collections::BTreeMap;

use huiliu_contract::{Cursor, Fault, Remark};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::uids::Uids;

/// The version that gave up on a letter: after another one is installed it is tried again.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where a mailbox was left. It is the only memory of what was taken: flags and folders on the server are for people.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// From when on folders begin that are not among those below, instead of what the file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Timestamp>,
    /// The folders that were begun, by the names that the file has for them.
    #[serde(default)]
    pub(super) folders: BTreeMap<String, Spot>,
}

/// Where a folder was left.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spot {
    /// The numbering that all UIDs here belong to (UIDVALIDITY); nought where the server has none.
    pub(super) validity: u32,
    /// All is settled up to this one.
    pub(super) settled: u32,
    /// Ours begin behind this one; what is before was there when the folder was begun and is never touched.
    pub(super) first: u32,
    /// What the server got before this was never ours to take; none where all of it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) begun: Option<Timestamp>,
    /// A walk over what may have been taken before, for the folder was numbered anew: it ends behind this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) again: Option<u32>,
    /// Kept here for good, and not cared for yet on the server.
    #[serde(default, skip_serializing_if = "Uids::is_empty")]
    pub(super) due: Uids,
    /// Not taken whole, and not moved aside yet.
    #[serde(default, skip_serializing_if = "Uids::is_empty")]
    pub(super) unfit: Uids,
    /// Not taken, or not whole: never deleted by us.
    #[serde(default, skip_serializing_if = "Uids::is_empty")]
    pub(super) spared: Uids,
    /// Given up on: listed as what could not be read.
    #[serde(default, skip_serializing_if = "Uids::is_empty")]
    pub(super) aside: Uids,
    /// By which version that was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) by: String,
}

impl Place {
    /// Reads a stored cursor.
    ///
    /// # Errors
    ///
    /// If it is none of a mailbox.
    pub(super) fn read(after: Option<&Cursor>) -> Result<Self, Fault> {
        let Some(Cursor(text)) = after else { return Ok(Self::default()) };
        serde_json::from_str(text).map_err(|_| {
            Fault::malformed("the stored cursor is not one of a mailbox; reset the channel's cursor to begin anew")
        })
    }

    /// As it is stored.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        serde_json::to_string(self).ok().map(Cursor)
    }

    /// In words for people.
    pub(super) fn spelled(&self) -> Remark {
        if self.folders.is_empty() {
            return match self.since {
                Some(at) => Remark::new(format!("从 {at} 的信开始"), format!("begins with the letters of {at}")),
                None => Remark::new("还没有开始", "not begun yet"),
            };
        }
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        for (name, spot) in &self.folders {
            let mut one = (
                format!("{name}:收到第 {} 号为止", spot.settled),
                format!("{name}: taken up to number {}", spot.settled),
            );
            let mut add = |more_zh: String, more_en: String| {
                one.0 = format!("{},{more_zh}", one.0);
                one.1 = format!("{}, {more_en}", one.1);
            };
            if let Some(upto) = spot.again {
                add(
                    format!("服务器重新编过号,正在核对到第 {upto} 号"),
                    format!("numbered anew by the server, looking through up to {upto}"),
                );
            }
            let waiting = spot.due.count() + spot.unfit.count();
            if waiting > 0 {
                add(
                    format!("{waiting} 封在邮箱里还没有处理(标记、移动)"),
                    format!("{waiting} still to be marked or moved there"),
                );
            }
            if !spot.aside.is_empty() {
                let count = spot.aside.count();
                add(format!("{count} 封取不出来,已搁置"), format!("{count} could not be fetched and were set aside"));
            }
            zh.push(one.0);
            en.push(one.1);
        }
        Remark::new(zh.join(";"), en.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_as_it_was_stored() {
        let spot = Spot {
            validity: 17,
            settled: 900,
            first: 3,
            again: Some(950),
            due: [880, 881, 882, 900].into_iter().collect(),
            aside: [700].into_iter().collect(),
            spared: [700].into_iter().collect(),
            by: VERSION.into(),
            ..Spot::default()
        };
        let place = Place { since: None, folders: BTreeMap::from([("INBOX".to_owned(), spot)]) };
        let cursor = place.cursor().unwrap();
        assert!(cursor.0.contains("\"due\":\"880:882,900\""), "{}", cursor.0);
        assert_eq!(Place::read(Some(&cursor)).unwrap(), place);
        let said = place.spelled();
        assert!(said.en.contains("up to number 900") && said.en.contains("4 still to be marked"), "{}", said.en);
        assert!(said.zh.contains("1 封取不出来"), "{}", said.zh);
    }

    #[test]
    fn what_is_none_is_told() {
        for wrong in ["", "{\"file\":\"a\"}", "{\"folders\":{\"INBOX\":{\"validity\":1}}}"] {
            assert!(matches!(Place::read(Some(&Cursor(wrong.into()))), Err(Fault::Malformed { .. })), "{wrong}");
        }
    }
}
