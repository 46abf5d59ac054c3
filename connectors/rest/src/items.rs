//! From a far side's document to items: where the list stands, which item is which, and what is told
//! about the way on. Pure.

use huiliu_contract::{ExternalId, Fault, Item, Personal, Raw, SourceVersion, Submission, Unreadable};
use huiliu_kit::pick::{Pointer, scalar, sort_of};
use huiliu_kit::stamp::Stamp;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::mark::{Mark, Told, higher};

/// Where things stand in a page and in an item.
pub(crate) struct Reader {
    pub(crate) items: Pointer,
    pub(crate) id: Pointer,
    pub(crate) version: Option<Pointer>,
    pub(crate) sent_at: Option<(Pointer, Stamp)>,
    /// Where the mark stands; a time in this form, or an id.
    pub(crate) mark: Option<(Pointer, Option<Stamp>)>,
    pub(crate) total: Option<Pointer>,
    pub(crate) next: Option<Pointer>,
    pub(crate) zone: TimeZone,
}

impl Reader {
    /// Takes a page apart. `now` bounds the mark, so that an item dated in the future hides nothing.
    pub(crate) fn read(&self, mut document: Value, now: Timestamp) -> Result<(Vec<Item>, Told), Fault> {
        let total = self.total.as_ref().and_then(|at| whole(at.get(&document)?));
        let next = self.next.as_ref().and_then(|at| onward(at.get(&document)?));
        let found = self.items.get_mut(&mut document);
        let Some(Value::Array(list)) = found else {
            let found = sort_of(found.as_deref());
            return Err(Fault::malformed(format!("a list is expected at `{}`, there is {found}", self.items)));
        };
        let list = std::mem::take(list);
        let mut told = Told { count: list.len() as u64, total, next, digest: FNV_BASE, ..Told::default() };
        let mut unmarked = 0;
        let items: Vec<_> = list
            .into_iter()
            .map(|item| {
                let (item, mark) = self.item(item, now);
                told.digest = digest(told.digest, key(&item));
                unmarked += usize::from(mark.is_none() && matches!(item, Item::Submission(_)));
                told.high = higher(told.high.take(), mark);
                item
            })
            .collect();
        if let Some((at, _)) = self.mark.as_ref().filter(|_| unmarked > 0) {
            tracing::warn!(
                items = unmarked,
                at = at.as_str(),
                "items without a readable mark; they do not move the cursor"
            );
        }
        Ok((items, told))
    }

    fn item(&self, document: Value, now: Timestamp) -> (Item, Option<Mark>) {
        // Members of an object are kept sorted, so this is the canonical form.
        let raw = Raw::new(document.to_string(), "application/json");
        let external_id = match self.id.get(&document).map(ExternalId::from_value) {
            Some(Ok(external_id)) => external_id,
            Some(Err(why)) => return (unreadable(raw, format!("at `{}`: {why}", self.id)), None),
            None => return (unreadable(raw, format!("there is no id at `{}`", self.id)), None),
        };
        let text = |at: &Pointer| at.get(&document).and_then(scalar).filter(|text| !text.is_empty());
        let mark = self.mark.as_ref().and_then(|(at, stamp)| match stamp {
            Some(stamp) => Some(Mark::Time(stamp.read(at.get(&document)?, &self.zone)?.min(now))),
            None => Some(Mark::Id(text(at)?.into_owned())),
        });
        let submission = Submission {
            external_id,
            version: self.version.as_ref().and_then(text).map(|text| SourceVersion(text.into_owned())),
            sent_at: self.sent_at.as_ref().and_then(|(at, stamp)| stamp.read(at.get(&document)?, &self.zone)),
            raw,
            attachments: Vec::new(),
            document: Personal::new(document),
        };
        (Item::Submission(Box::new(submission)), mark)
    }
}

fn unreadable(raw: Raw, reason: String) -> Item {
    Item::Unreadable(Unreadable { raw, reason })
}

fn key(item: &Item) -> &[u8] {
    match item {
        Item::Submission(submission) => submission.external_id.as_str().as_bytes(),
        Item::Unreadable(unreadable) => unreadable.raw.bytes.reveal(),
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reader() -> Reader {
        let at = |written| Pointer::parse(written).unwrap();
        Reader {
            items: at("/rows"),
            id: at("id"),
            version: Some(at("v")),
            sent_at: None,
            mark: Some((at("v"), None)),
            total: Some(at("total")),
            next: Some(at("next")),
            zone: TimeZone::UTC,
        }
    }

    fn read(document: Value) -> Result<(Vec<Item>, Told), Fault> {
        reader().read(document, Timestamp::UNIX_EPOCH)
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
                Item::Unreadable(one) => one.reason.clone(),
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
            assert_eq!(fault.to_string(), format!("malformed: a list is expected at `/rows`, there is {found}"));
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
}
