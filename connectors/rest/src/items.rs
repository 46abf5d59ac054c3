//! From a far side's document to items: where the list stands, which item is which, and what is told
//! about the way on. Pure.

use huiliu_contract::{ExternalId, Fault, Item, Personal, Raw, Remark, SourceVersion, Submission, Unreadable};
use huiliu_kit::pick::{Pointer, scalar, sort_of};
use huiliu_kit::stamp::Stamp;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::cut::Cuts;
use crate::mark::{Mark, Told, higher};

/// Where things stand in a page and in an item.
pub(crate) struct Reader {
    /// The table of the file in which its places stand, for what is said of them.
    pub(crate) table: &'static str,
    pub(crate) items: Pointer,
    pub(crate) id: Pointer,
    pub(crate) version: Option<Pointer>,
    pub(crate) sent_at: Option<(Pointer, Stamp)>,
    /// Where the mark stands; a time in this form, or an id.
    pub(crate) mark: Option<(Pointer, Option<Stamp>)>,
    pub(crate) total: Option<Pointer>,
    pub(crate) next: Option<Pointer>,
    /// Where an answer says how many items it carries.
    pub(crate) rows: Option<Pointer>,
    /// Where, and by which words, an empty answer says that there is nothing.
    pub(crate) empty: Option<(Pointer, Vec<String>)>,
    pub(crate) cuts: Cuts,
    pub(crate) zone: TimeZone,
}

impl Reader {
    /// Takes a page apart: its rows as they came, and what it tells of the way on. `now` bounds the mark, so that an item
    /// dated in the future hides nothing.
    pub(crate) fn read(&self, mut document: Value, now: Timestamp) -> Result<(Vec<Value>, Told), Fault> {
        let total = self.total.as_ref().and_then(|at| whole(at.get(&document)?));
        let next = self.next.as_ref().and_then(|at| onward(at.get(&document)?));
        let carries = self.rows.as_ref().map(|at| (at, at.get(&document).and_then(whole)));
        let said_empty = self.empty.as_ref().is_some_and(|(at, is)| {
            at.get(&document).and_then(scalar).is_some_and(|said| is.iter().any(|word| *word == *said))
        });
        let rows = match self.items.get_mut(&mut document) {
            Some(Value::Array(rows)) => std::mem::take(rows),
            // Where there is nothing, many leave the list out as well.
            None | Some(Value::Null) if said_empty => Vec::new(),
            found => {
                let found = sort_of(found.as_deref());
                return Err(Fault::malformed(format!(
                    "a list is expected at `{}` (`{}.items`), there is {found}",
                    self.items, self.table
                )));
            }
        };
        let count = rows.len() as u64;
        match carries {
            Some((at, None)) => return Err(Fault::malformed(format!("there is no whole number at `{at}`"))),
            Some((at, Some(carries))) if carries != count => {
                return Err(Fault::malformed(format!(
                    "the answer says at `{at}` that it carries {carries} items, and there are {count}"
                )));
            }
            _ => {}
        }
        if let Some((at, _)) = self.empty.as_ref().filter(|_| count == 0 && !said_empty) {
            return Err(Fault::malformed(format!(
                "the list is empty, but nothing at `{at}` says so; the answer may be another one than before"
            )));
        }
        let mut told = Told { count, total, next, digest: FNV_BASE, ..Told::default() };
        let mut unmarked = 0;
        for row in &rows {
            let id = self.id(row).ok();
            told.digest = match &id {
                Some(id) => digest(told.digest, id.as_str().as_bytes()),
                None => digest(told.digest, row.to_string().as_bytes()),
            };
            let mark = id.and_then(|_| self.mark(row, now));
            unmarked += usize::from(mark.is_none() && self.id.get(row).is_some());
            told.high = higher(told.high.take(), mark);
        }
        if let Some((at, _)) = self.mark.as_ref().filter(|_| unmarked > 0) {
            tracing::warn!(
                items = unmarked,
                at = at.as_str(),
                "items without a readable mark; they do not move the cursor"
            );
        }
        Ok((rows, told))
    }

    /// The item of a row, or of a row with its detail. What is cut is not one: it is kept for a person.
    pub(crate) fn item(&self, document: Value) -> Item {
        match self.cuts.cut(&document) {
            Some(at) => {
                let zh = format!("列表里 {at} 的文字被截断,不能当作全文;请写 poll.detail,逐件取详情");
                let en = format!(
                    "the text at `{at}` is cut and not taken for the whole; declare `poll.detail`, which asks for each item"
                );
                kept(&document, Remark::new(zh, en))
            }
            None => self.whole(document),
        }
    }

    /// As [`Self::item`], where it was made sure already that nothing is cut.
    pub(crate) fn whole(&self, document: Value) -> Item {
        let external_id = match self.id(&document) {
            Ok(external_id) => external_id,
            Err(why) => return kept(&document, Remark::new(format!("{} 没有能用的编号({why})", self.id), why)),
        };
        // Members of an object are kept sorted, so this is the canonical form.
        let raw = Raw::new(document.to_string(), "application/json");
        let text = |at: &Pointer| at.get(&document).and_then(scalar).filter(|text| !text.is_empty());
        let submission = Submission {
            external_id,
            version: self.version.as_ref().and_then(text).map(|text| SourceVersion(text.into_owned())),
            sent_at: self.sent_at.as_ref().and_then(|(at, stamp)| stamp.read(at.get(&document)?, &self.zone)),
            raw,
            attachments: Vec::new(),
            also: Vec::new(),
            unticketed: None,
            unchanging: false,
            document: Personal::new(document),
        };
        Item::Submission(Box::new(submission))
    }

    /// The number of a row; else why it has none.
    pub(crate) fn id(&self, row: &Value) -> Result<ExternalId, String> {
        match self.id.get(row).map(ExternalId::from_value) {
            Some(Ok(external_id)) => Ok(external_id),
            Some(Err(why)) => Err(format!("at `{}`: {why}", self.id)),
            None => Err(format!("there is no id at `{}`", self.id)),
        }
    }

    fn mark(&self, row: &Value, now: Timestamp) -> Option<Mark> {
        let (at, stamp) = self.mark.as_ref()?;
        let found = at.get(row)?;
        match stamp {
            Some(stamp) => Some(Mark::Time(stamp.read(found, &self.zone)?.min(now))),
            None => scalar(found).filter(|text| !text.is_empty()).map(|text| Mark::Id(text.into_owned())),
        }
    }
}

/// A row that is kept for a person.
pub(crate) fn kept(row: &Value, reason: Remark) -> Item {
    Item::Unreadable(Unreadable { raw: Raw::new(row.to_string(), "application/json"), reason })
}

fn whole(value: &Value) -> Option<u64> {
    scalar(value)?.trim().parse().ok()
}

/// A cursor that leads on; null, false and the empty text are ends.
fn onward(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) if text.is_empty() => None,
        scalar @ (Value::String(_) | Value::Number(_)) => Some(scalar.clone()),
        _ => None,
    }
}

/// FNV-1a: the digest is kept in cursors, so it must stay the same from release to release. It only
/// compares a page with the one before; nobody gains by forging it.
const FNV_BASE: u64 = 0xcbf2_9ce4_8422_2325;

fn digest(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().chain(&[0xff]).fold(seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The digest of one text, the same from release to release.
pub(crate) fn digest_of(bytes: &[u8]) -> u64 {
    digest(FNV_BASE, bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reader() -> Reader {
        let at = |written| Pointer::parse(written).unwrap();
        Reader {
            table: "poll.list",
            items: at("/rows"),
            id: at("id"),
            version: Some(at("v")),
            sent_at: None,
            mark: Some((at("v"), None)),
            total: Some(at("total")),
            next: Some(at("next")),
            rows: None,
            empty: None,
            cuts: Cuts::default(),
            zone: TimeZone::UTC,
        }
    }

    fn read(document: Value) -> Result<(Vec<Item>, Told), Fault> {
        let reader = reader();
        let (rows, told) = reader.read(document, Timestamp::UNIX_EPOCH)?;
        Ok((rows.into_iter().map(|row| reader.item(row)).collect(), told))
    }

    #[test]
    fn an_item_is_known_by_its_text_or_whole_number() {
        let rows = json!([{ "id": 7, "z": 1, "a": 2 }, { "id": "" }, { "id": 1.5 }, {}, "text", { "id": "8", "v": 3 }]);
        let (items, told) = read(json!({ "rows": rows, "total": "6", "next": 12 })).unwrap();
        assert_eq!((told.count, told.total, told.next), (6, Some(6), Some(json!(12))));
        assert_eq!(told.high, Some(Mark::Id("3".into())));
        let shown: Vec<_> = items
            .iter()
            .map(|item| match item {
                Item::Submission(one) => one.external_id.to_string(),
                Item::Unreadable(one) => one.reason.en.clone(),
            })
            .collect();
        assert_eq!(shown[0], "7");
        assert_eq!(shown[5], "8");
        assert_eq!(shown[1], "at `id`: the id is empty");
        assert_eq!(shown[3], "there is no id at `id`");
        assert_eq!(shown[4], "there is no id at `id`");
        let Item::Submission(first) = &items[0] else { panic!("no submission") };
        assert_eq!(&first.raw.bytes.reveal()[..], br#"{"a":2,"id":7,"z":1}"#, "members are sorted");
        assert_eq!(first.version, None);
    }

    #[test]
    fn a_list_that_is_not_there_is_told_with_its_place_and_no_content() {
        for (document, found) in [(json!({}), "nothing"), (json!({ "rows": {} }), "an object"), (json!([]), "nothing")]
        {
            let fault = read(document).unwrap_err();
            assert_eq!(
                fault.to_string(),
                format!("malformed: a list is expected at `/rows` (`poll.list.items`), there is {found}")
            );
        }
    }

    #[test]
    fn an_end_is_null_false_empty_or_nothing() {
        for end in [json!(null), json!(false), json!(""), json!([])] {
            assert_eq!(read(json!({ "rows": [], "next": end })).unwrap().1.next, None, "{end}");
        }
    }

    #[test]
    fn pages_are_told_apart_by_their_ids_in_order() {
        let digest = |ids: &[&str]| {
            let rows: Value = ids.iter().map(|id| json!({ "id": id })).collect();
            read(json!({ "rows": rows })).unwrap().1.digest
        };
        assert_eq!(digest(&["1", "2"]), digest(&["1", "2"]));
        assert_ne!(digest(&["1", "2"]), digest(&["2", "1"]));
        assert_ne!(digest(&["12", "3"]), digest(&["1", "23"]));
    }

    #[test]
    fn an_answer_that_carries_another_number_of_items_than_it_says_is_malformed() {
        let reader = Reader { rows: Some(Pointer::parse("/size").unwrap()), ..reader() };
        let read = |size: Value| {
            reader.read(json!({ "rows": [{ "id": 1 }, { "id": 2 }], "size": size }), Timestamp::UNIX_EPOCH)
        };
        assert!(read(json!("2")).is_ok());
        for wrong in [json!(3), json!(1), json!(null), json!("two")] {
            assert_eq!(read(wrong.clone()).unwrap_err().word(), "malformed", "{wrong}");
        }
    }

    #[test]
    fn nothing_new_must_be_said_where_a_sign_is_declared() {
        let sign = (Pointer::parse("msg").unwrap(), vec!["暂无数据".to_owned()]);
        let reader = Reader { empty: Some(sign), ..reader() };
        let read = |document: Value| reader.read(document, Timestamp::UNIX_EPOCH).map(|(rows, _)| rows.len());
        assert_eq!(read(json!({ "rows": [], "msg": "暂无数据" })).unwrap(), 0);
        assert_eq!(read(json!({ "rows": null, "msg": "暂无数据" })).unwrap(), 0);
        assert_eq!(read(json!({ "msg": "暂无数据" })).unwrap(), 0);
        assert_eq!(read(json!({ "rows": [{ "id": 1 }], "msg": "成功" })).unwrap(), 1);
        for silent in
            [json!({ "rows": [] }), json!({ "rows": [], "msg": "成功" }), json!({ "rows": {}, "msg": "暂无数据" })]
        {
            assert_eq!(read(silent.clone()).unwrap_err().word(), "malformed", "{silent}");
        }
    }
}
