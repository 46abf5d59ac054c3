//! Reading what a submission is there for, by `[acts]`.

use std::collections::HashMap;

use serde_json::Value;

use super::path::Path;
use super::unmappable::Why;
use crate::settings::{ActsTable, AfterClose, UnknownItem};
use crate::ticket::Act;

/// `[acts]`, compiled.
#[derive(Debug)]
pub(super) struct Acts {
    from: Path,
    codes: HashMap<String, Act>,
    refer: Option<Path>,
    names: Option<Path>,
    decision: Option<Decision>,
    after_close: AfterClose,
    or_new: bool,
}

#[derive(Debug)]
struct Decision {
    from: Path,
    approved: Vec<String>,
    refused: Vec<String>,
}

/// What an act is about and how it was decided, as the source wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActOn {
    /// What is asked.
    pub act: Act,
    /// The number of the earlier item; none: the same as its own.
    pub about: Option<String>,
    /// Of a decision: whether it was granted; none if the far side's word is in neither list.
    pub granted: Option<bool>,
    /// What is done where the ticket is concluded.
    pub after_close: AfterClose,
    /// Where the earlier item is not known, this is a matter of its own.
    pub or_new: bool,
}

impl Acts {
    /// Compiles the table; fails with the key whose text is no place.
    pub(super) fn compile(table: &ActsTable) -> Result<Self, &'static str> {
        // Where one place is a label of a page, they all are.
        let place = |text: &str, key: &'static str| match &table.label {
            Some(_) => Ok(Path::shown(text, false)),
            None => Path::parse(text).ok_or(key),
        };
        let decision = table.decision.as_ref().map(|decision| -> Result<Decision, &'static str> {
            let from = place(&decision.from, "acts.decision.from")?;
            Ok(Decision { from, approved: decision.approved.clone(), refused: decision.refused.clone() })
        });
        let from = table.place().ok_or("acts")?;
        Ok(Self {
            from: place(from, "acts.from")?,
            codes: table.codes.iter().map(|(word, act)| (word.clone(), *act)).collect(),
            refer: table.refer.as_deref().map(|refer| place(refer, "acts.refer")).transpose()?,
            names: table.names.as_deref().map(|names| place(names, "acts.names")).transpose()?,
            decision: decision.transpose()?,
            after_close: table.after_close,
            or_new: table.unknown == UnknownItem::New,
        })
    }

    /// The earlier item that a document speaks of, whatever it is there for.
    pub(super) fn named(&self, document: &Value) -> Option<String> {
        self.names.as_ref()?.find(document).and_then(text).filter(|number| !number.is_empty())
    }

    /// What a document is there for; none: a matter of its own.
    pub(super) fn read(&self, document: &Value) -> Result<Option<ActOn>, (&str, Why)> {
        let Some(word) = self.from.find(document).and_then(text).filter(|word| !word.trim().is_empty()) else {
            return Ok(None);
        };
        let act = *self.codes.get(word.trim()).ok_or_else(|| {
            let mut allowed: Vec<&str> = self.codes.keys().map(String::as_str).collect();
            allowed.sort_unstable();
            (self.from.written.as_str(), Why::NotListed { table: "acts.codes".into(), allowed: allowed.join("、") })
        })?;
        if act == Act::New {
            return Ok(None);
        }
        let about = self.refer.as_ref().and_then(|refer| refer.find(document)).and_then(text);
        let granted = self.decision.as_ref().filter(|_| act == Act::Decision).and_then(|decision| {
            let said = decision.from.find(document).and_then(text)?;
            let among = |words: &[String]| words.iter().any(|word| word == said.trim());
            match (among(&decision.approved), among(&decision.refused)) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                _ => None,
            }
        });
        Ok(Some(ActOn {
            act,
            about: about.filter(|about| !about.is_empty()),
            granted,
            after_close: self.after_close,
            or_new: self.or_new,
        }))
    }

    /// The places it reads, so that they are not among the fields that nobody reads.
    pub(super) fn places(&self) -> impl Iterator<Item = &Path> {
        let decision = self.decision.as_ref().map(|decision| &decision.from);
        std::iter::once(&self.from).chain(&self.refer).chain(&self.names).chain(decision)
    }
}

/// Text, or a whole number as its digits.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn acts() -> Acts {
        let table = json!({
            "from": "bizType", "refer": "/parent/no",
            "codes": { "01": "new", "02": "urge", "3": "decision" },
            "decision": { "from": "audit", "approved": ["同意"], "refused": ["不同意"] },
        });
        Acts::compile(&serde_json::from_value(table).unwrap()).unwrap()
    }

    #[test]
    fn an_act_is_read_with_what_it_is_about() {
        let acts = acts();
        let read = |document: Value| acts.read(&document).map_err(|(place, _)| place.to_owned());
        assert_eq!(read(json!({})), Ok(None));
        assert_eq!(read(json!({ "bizType": "01" })), Ok(None));
        let urge = read(json!({ "bizType": "02", "parent": { "no": "A1" } })).unwrap().unwrap();
        assert_eq!((urge.act, urge.about.as_deref()), (Act::Urge, Some("A1")));
        let same = read(json!({ "bizType": "02" })).unwrap().unwrap();
        assert_eq!(same.about, None);
        for (said, granted) in [("同意", Some(true)), ("不同意", Some(false)), ("再议", None)] {
            let decision = read(json!({ "bizType": 3, "audit": said })).unwrap().unwrap();
            assert_eq!((decision.act, decision.granted), (Act::Decision, granted));
        }
        assert_eq!(read(json!({ "bizType": "99" })), Err("bizType".into()));
    }

    #[test]
    fn an_act_may_stand_behind_a_label() {
        let table = |table: Value| Acts::compile(&serde_json::from_value(table).unwrap());
        let acts = table(json!({ "label": "办件状态:", "refer": "原 编号", "codes": { "催办": "urge" } })).unwrap();
        let urge = acts.read(&json!({ "办件状态": "催办", "原编号": "A1" })).unwrap().unwrap();
        assert_eq!((urge.act, urge.about.as_deref()), (Act::Urge, Some("A1")));
        assert_eq!(table(json!({ "codes": {} })).unwrap_err(), "acts");
        assert_eq!(table(json!({ "from": "a", "label": "b", "codes": {} })).unwrap_err(), "acts");
    }
}
