//! What a channel hands over: one submission (来件), as it came.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::{Personal, Remark};

/// The number a source gave to its item (来源编号): exact, non-empty text of at most 200 bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ExternalId(String);

/// Why a text cannot be an external id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadExternalId {
    /// An empty id identifies nothing.
    #[error("the id is empty")]
    Empty,
    /// Longer than [`ExternalId::MAX_BYTES`].
    #[error("the id has {0} bytes, at most {max} are allowed", max = ExternalId::MAX_BYTES)]
    TooLong(usize),
    /// A fraction, a boolean, an object: nothing that can be compared exactly.
    #[error("the id is {0}, text or a whole number is needed")]
    NotText(&'static str),
}

impl ExternalId {
    /// The longest id, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 200;

    /// Takes a text as it is: nothing is trimmed or folded, because ids are compared exactly.
    pub fn new(text: impl Into<String>) -> Result<Self, BadExternalId> {
        let text = text.into();
        match text.len() {
            0 => Err(BadExternalId::Empty),
            n if n > Self::MAX_BYTES => Err(BadExternalId::TooLong(n)),
            _ => Ok(Self(text)),
        }
    }

    /// Takes an id out of a document: text, or a whole number written as its digits.
    pub fn from_value(value: &Value) -> Result<Self, BadExternalId> {
        match value {
            Value::String(text) => Self::new(text.clone()),
            Value::Number(n) if n.is_u64() || n.is_i64() => Self::new(n.to_string()),
            Value::Number(_) => Err(BadExternalId::NotText("a number with a fraction or beyond 64 bits")),
            Value::Null => Err(BadExternalId::NotText("null")),
            Value::Bool(_) => Err(BadExternalId::NotText("true or false")),
            Value::Array(_) => Err(BadExternalId::NotText("a list")),
            Value::Object(_) => Err(BadExternalId::NotText("an object")),
        }
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The source's own version of an item (a change time or a counter), where the channel maps one.
///
/// Two versions that are both whole numbers compare as numbers, else as text; so the source's stamps
/// must be in one sortable form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceVersion(pub String);

impl PartialOrd for SourceVersion {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SourceVersion {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self.0.parse::<u128>(), other.0.parse::<u128>()) {
            (Ok(a), Ok(b)) => a.cmp(&b).then_with(|| self.0.cmp(&other.0)),
            _ => self.0.cmp(&other.0),
        }
    }
}

/// The exact bytes that came, and what they claim to be. For an item of a page: its canonical JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raw {
    /// The bytes; sealed before they touch a disk, never printed.
    pub bytes: Personal<Bytes>,
    /// Media type without parameters, for example `application/json`.
    pub media_type: String,
    same: Option<Personal<[u8; 32]>>,
}

impl Raw {
    /// Wraps bytes with their media type.
    pub fn new(bytes: impl Into<Bytes>, media_type: impl Into<String>) -> Self {
        Self { bytes: Personal::new(bytes.into()), media_type: media_type.into(), same: None }
    }

    /// The same, known again by a digest instead of by its bytes: for what is written differently each time it is told,
    /// such as a form of parts, whose boundary is drawn anew. What cannot be read is kept once by it.
    #[must_use]
    pub fn known_by(self, digest: [u8; 32]) -> Self {
        Self { same: Some(Personal::new(digest)), ..self }
    }

    /// The digest by which it is known again; none where its bytes are.
    pub fn same(&self) -> Option<&[u8; 32]> {
        self.same.as_ref().map(Personal::reveal)
    }
}

/// A file that came with a submission.
#[derive(Clone, PartialEq, Debug)]
pub struct Attachment {
    /// The name the source gave it, not made safe.
    pub name: Personal<String>,
    /// Media type, if told.
    pub media_type: Option<String>,
    /// Where its bytes are.
    pub source: AttachmentSource,
}

/// Where an attachment's bytes are.
#[derive(Clone, PartialEq, Debug)]
pub enum AttachmentSource {
    /// They came along.
    Bytes(Personal<Bytes>),
    /// They wait behind a link.
    Link(Personal<String>),
}

/// One item as a channel handed it over, before anything is mapped.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The source's number of the item.
    pub external_id: ExternalId,
    /// The source's own version, if the channel declares where it stands.
    pub version: Option<SourceVersion>,
    /// When the far side says it handed the item over.
    pub sent_at: Option<Timestamp>,
    /// What came, byte for byte.
    pub raw: Raw,
    /// What the mapping rules read; always derivable from `raw`.
    pub document: Personal<Value>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// What else it is called by items that come later and speak of it (a query code, the id of a mail). It is never known
    /// again by these; they are kept as keyed digests only.
    pub also: Vec<String>,
    /// Why it is no submission, if it is none.
    pub unticketed: Option<Box<Unticketed>>,
    /// It cannot change, whatever a second telling looks like (a letter that was sent): told again it is a repeat.
    pub unchanging: bool,
}

/// What came by the road is no submission by itself (未立件): an automatic answer, a notice that a letter of ours was not
/// delivered, a mailing list. It is kept once by its id, listed with its reason, and becomes a ticket where a person says
/// so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unticketed {
    /// What it is, one stable word of its kind, for example `auto_reply`.
    pub class: &'static str,
    /// Why it is taken for that; quotes nothing personal.
    pub reason: Remark,
    /// What it says about something that we sent, if it does.
    pub undelivered: Option<Undelivered>,
}

/// A far side says that what we sent did not arrive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undelivered {
    /// The item that was answered.
    pub to: ExternalId,
    /// The key under which the answer was sent; see [`crate::Homebound::key`].
    pub key: String,
    /// Why, in our words; quotes nothing personal.
    pub reason: Remark,
}

/// Something a verified far side handed over that cannot even be told apart as a submission (no id, not
/// JSON). It is kept once by digest and shown to a person; its neighbours go on.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// What came.
    pub raw: Raw,
    /// Why it cannot be read; names the place, quotes nothing personal.
    pub reason: Remark,
}

/// One item of a page or of a push: one bad item stops no other.
#[derive(Clone, Debug)]
pub enum Item {
    /// A submission.
    Submission(Box<Submission>),
    /// Kept, but for a person.
    Unreadable(Unreadable),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers_where_both_are() {
        let v = |s: &str| SourceVersion(s.into());
        assert!(v("9") < v("10"));
        assert!(v("2026-01-02 08:00:00") < v("2026-01-10 08:00:00"));
    }

    #[test]
    fn an_id_is_text_or_a_whole_number() {
        assert_eq!(ExternalId::from_value(&serde_json::json!(12)).unwrap().as_str(), "12");
        assert!(ExternalId::from_value(&serde_json::json!(1.5)).is_err());
        assert!(ExternalId::new("").is_err());
        assert!(ExternalId::new("x".repeat(201)).is_err());
    }
}
