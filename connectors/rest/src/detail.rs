//! Items of which a list shows a part: which of them need their detail, and what a detail makes of them.
//!
//! One poll is one request, also here: a page with details is asked for in so many polls as it has items that need
//! theirs, plus one. So each request waits for its turn at the channel's pace, each item is committed as it comes, and a
//! process that dies goes on at the item where it was.
//!
//! What has to be remembered between those polls is split in two. The *cursor* says how far the page has come, and holds
//! no content. The *rows* of the page, which are personal, lie in the keepsake, which is sealed, is written once a page,
//! and loses them with the last detail. A keepsake that is gone, or of another page, costs one request: the cursor still
//! knows how to ask for the page.

use huiliu_contract::{ExternalId, Fault, Item, Remark};
use huiliu_kit::pick::{Pointer, sort_of};
use huiliu_kit::target::Target;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::items::{Reader, kept};
use crate::mark::Place;
use crate::options::When;

/// The placeholders of the request for a detail.
pub(crate) const NAMES: [&str; 1] = ["id"];

/// How details are asked for.
pub(crate) struct DetailRule {
    pub(crate) target: Target,
    pub(crate) item: Pointer,
    pub(crate) when: When,
    pub(crate) needs: Vec<Pointer>,
    pub(crate) into: Option<String>,
}

/// How far a page has come whose details are asked for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Under {
    /// Digest of the page's ids.
    pub(crate) page: u64,
    /// How many of its rows need their detail.
    pub(crate) of: usize,
    /// How many of those were asked for.
    pub(crate) done: usize,
    /// The place behind the page.
    pub(crate) then: Box<Place>,
    /// Whether the walk goes on there.
    pub(crate) more: bool,
}

/// The rows of a page that wait for their detail. It has no `Debug`: they are personal until they are sealed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rows {
    pub(crate) page: u64,
    pub(crate) rows: Vec<Value>,
}

impl Under {
    /// The row whose detail comes next, if these are the rows of this page.
    pub(crate) fn row<'r>(&self, rows: Option<&'r Rows>) -> Option<&'r Value> {
        let rows = rows.filter(|rows| rows.page == self.page && rows.rows.len() == self.of)?;
        rows.rows.get(self.done)
    }

    /// The place after one detail more, and whether there is more to ask for now.
    pub(crate) fn one_done(mut self, before: Place) -> (Place, bool) {
        self.done += 1;
        if self.done >= self.of {
            return (*self.then, self.more);
        }
        (Place { under: Some(self), ..before }, true)
    }
}

impl DetailRule {
    /// Whether a row needs its detail. One without a number cannot be asked for.
    pub(crate) fn wants(&self, row: &Value, reader: &Reader) -> bool {
        let missing = || self.needs.iter().any(|at| at.get(row).is_none_or(is_nothing));
        let wanted = match self.when {
            When::Always => true,
            When::Cut => reader.cuts.cut(row).is_some(),
            When::Missing => missing() || reader.cuts.cut(row).is_some(),
        };
        wanted && reader.id(row).is_ok()
    }

    /// The item that a row and the answer about it make.
    ///
    /// # Errors
    ///
    /// Everything but a malformed answer, which is the item's own affair: its row is kept for a person, and the others of
    /// the page go on.
    pub(crate) fn item(&self, row: &Value, answer: Result<Value, Fault>, reader: &Reader) -> Result<Item, Fault> {
        let mut document = match answer {
            Ok(document) => document,
            Err(Fault::Malformed { message, .. }) => {
                let reason =
                    Remark::new(format!("详情取不到:{message}"), format!("its detail was not given: {message}"));
                return Ok(kept(row, reason));
            }
            Err(fault) => return Err(fault),
        };
        Ok(match self.item.get_mut(&mut document).map(Value::take) {
            Some(Value::Object(detail)) => self.merged(row, detail, reader),
            found => {
                let found = sort_of(found.as_ref());
                let zh = format!("详情里没有这一件:{} 应当是一个对象,实际是 {found}", self.item);
                let en = format!("an object is expected at `{}` of its detail, there is {found}", self.item);
                kept(row, Remark::new(zh, en))
            }
        })
    }

    fn merged(&self, row: &Value, detail: serde_json::Map<String, Value>, reader: &Reader) -> Item {
        let detail = Value::Object(detail);
        let whole = match &self.into {
            Some(member) => {
                if let Some(at) = reader.cuts.still_cut(row, &detail) {
                    return kept(row, cut_as_well(at));
                }
                let mut whole = row.clone();
                if let Some(members) = whole.as_object_mut() {
                    members.insert(member.clone(), detail);
                }
                whole
            }
            None => {
                let same = |id: &ExternalId| reader.id(row).is_ok_and(|row| row == *id);
                if reader.id(&detail).is_ok_and(|id| !same(&id)) {
                    let zh = "详情是另一件的(编号不同);如果那里的编号是别的意思,请写 poll.detail.into";
                    let en = "its detail has another number; if it means something else there, write \
                              `poll.detail.into`";
                    return kept(row, Remark::new(zh, en));
                }
                let mut whole = row.clone();
                if let (Some(members), Value::Object(detail)) = (whole.as_object_mut(), detail) {
                    // What the detail leaves open does not wipe out what the list said.
                    let said =
                        detail.into_iter().filter(|(name, value)| !value.is_null() || !members.contains_key(name));
                    let said: Vec<_> = said.collect();
                    members.extend(said);
                }
                if let Some(at) = reader.cuts.still_cut(row, &whole) {
                    return kept(row, cut_as_well(at));
                }
                whole
            }
        };
        reader.whole(whole)
    }
}

fn cut_as_well(at: &Pointer) -> Remark {
    Remark::new(
        format!("详情里 {at} 的文字也被截断,不能当作全文"),
        format!("the text at `{at}` is cut in the detail as well and not taken for the whole"),
    )
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
