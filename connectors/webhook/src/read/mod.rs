//! From a believed body to items. It finds the submissions, their numbers and stamps; what the fields
//! mean is for the channel's mapping rules.

mod content;
mod name;
mod parts;
mod sameness;

use bytes::Bytes;
use huiliu_contract::{
    Attachment, BadExternalId, ExternalId, Item, Personal, Push, Raw, Refusal, Remark, SourceVersion, Submission,
    Unreadable,
};
use huiliu_kit::pick::{Pointer, sort_of};
use huiliu_kit::xml::Reading;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::receive_options::Format;
use content::{ContentType, FORM, JSON, MULTIPART, XML};
pub(crate) use parts::Parts;

/// How the bodies of a channel are read.
pub(crate) struct Reader {
    pub(crate) format: Option<Format>,
    pub(crate) xml: Reading,
    pub(crate) parts: Parts,
    pub(crate) items: Option<Pointer>,
    pub(crate) id: Pointer,
    pub(crate) version: Option<Pointer>,
    pub(crate) sent_at: Option<Pointer>,
    pub(crate) zone: TimeZone,
}

/// A body that could be read.
pub(crate) struct Body {
    /// What rules read.
    pub(crate) document: Value,
    /// What is kept: the body, or for a form of parts the canonical JSON of its fields, its files being kept as files.
    raw: Raw,
    files: Vec<Attachment>,
}

impl Reader {
    /// Reads a body into its items.
    #[cfg(test)]
    pub(crate) fn read(&self, push: &Push) -> Result<Vec<Item>, Refusal> {
        self.items(push, self.body(push)?)
    }

    /// Reads a body.
    pub(crate) fn body(&self, push: &Push) -> Result<Body, Refusal> {
        let body = push.body.reveal();
        let declared = ContentType::of(push);
        self.parse(push, body, &declared).map_err(|reason| {
            let media_type = self.format.or(declared.format).map_or("application/octet-stream", media_type);
            Refusal::Unreadable { raw: refused_raw(body, media_type, &declared), reason }
        })
    }

    /// Whether a document holds what a submission is found by, so that it cannot be a mere test of the address.
    pub(crate) fn finds_any(&self, document: &Value) -> bool {
        self.items.as_ref().unwrap_or(&self.id).get(document).is_some()
    }

    /// Takes a body apart. Whatever of it cannot be read is kept as it came.
    pub(crate) fn items(&self, push: &Push, body: Body) -> Result<Vec<Item>, Refusal> {
        let Body { document, raw, files } = body;
        let has_files = !files.is_empty();
        // A form of parts is refused as a whole with its files; of other bodies this is their raw form anyway.
        let refused = |raw: Raw, reason| {
            let whole = || refused_raw(push.body.reveal(), MULTIPART, &ContentType::of(push));
            let raw = if has_files { whole() } else { raw };
            Refusal::Unreadable { raw, reason }
        };
        let Some(place) = &self.items else {
            return match self.submission(raw, document) {
                Ok(submission) => Ok(vec![Item::Submission(Box::new(Submission { attachments: files, ..submission }))]),
                Err(unreadable) => Err(refused(unreadable.raw, unreadable.reason.en)),
            };
        };
        let list = match list(place, document) {
            Ok(list) => list,
            Err(reason) => return Err(refused(raw, reason)),
        };
        if files.is_empty() {
            return Ok(list.into_iter().map(|element| self.element(element)).collect());
        }
        let Ok([lone]) = <[Value; 1]>::try_from(list) else {
            let reason = "files came with a list that has not one submission; nothing tells to which they belong";
            return Err(refused(raw, reason.into()));
        };
        match self.element(lone) {
            Item::Submission(submission) => {
                Ok(vec![Item::Submission(Box::new(Submission { attachments: files, ..*submission }))])
            }
            Item::Unreadable(Unreadable { raw, reason }) => Err(refused(raw, reason.en)),
        }
    }

    fn parse(&self, push: &Push, body: &Bytes, declared: &ContentType<'_>) -> Result<Body, String> {
        if push.headers.get(http::header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err("the body is compressed; content-encoding is not taken here".into());
        }
        let format = self.format.or(declared.format);
        // An XML document says itself what it is in, and the two must agree; a part of a form has a charset of its own.
        if declared.foreign_charset() && !matches!(format, Some(Format::Xml | Format::Multipart)) {
            return Err("the content type names another charset than utf-8; only utf-8 is taken".into());
        }
        let whole =
            |document, format| Body { document, raw: Raw::new(body.clone(), media_type(format)), files: vec![] };
        match format {
            Some(Format::Json) => match serde_json::from_slice(body) {
                Ok(document) => Ok(whole(document, Format::Json)),
                Err(bad) => Err(format!("the body is no JSON: {bad}")),
            },
            Some(Format::Form) => match crate::form::document(body) {
                Ok(document) => Ok(whole(document, Format::Form)),
                Err(bad) => Err(format!("the body is no form: {bad}")),
            },
            Some(Format::Xml) => match self.xml.read_told(body, declared.charset) {
                Ok(document) => Ok(whole(document, Format::Xml)),
                Err(bad) => Err(format!("the body is no XML that is taken: {bad}")),
            },
            Some(Format::Multipart) => match self.parts.read(body, declared.written) {
                Ok((document, files)) => Ok(Body { raw: Raw::new(document.to_string(), JSON), document, files }),
                Err(bad) => Err(format!("the body is no form of parts that is taken: {bad}")),
            },
            None => Err(format!(
                "the content type is none of {JSON}, {FORM}, {XML} and {MULTIPART}; send one of them, or declare \
                `receive.format`"
            )),
        }
    }

    /// One element of a list. Its own raw form is its canonical JSON: sorted members, no white space.
    fn element(&self, element: Value) -> Item {
        match self.submission(Raw::new(element.to_string(), JSON), element) {
            Ok(submission) => Item::Submission(Box::new(submission)),
            Err(unreadable) => Item::Unreadable(*unreadable),
        }
    }

    fn submission(&self, raw: Raw, document: Value) -> Result<Submission, Box<Unreadable>> {
        let external_id = match id(&self.id, &document) {
            Ok(id) => id,
            Err(why) => {
                return Err(Box::new(Unreadable {
                    raw, reason: Remark::new(format!("没有能用的编号({why})"), why)
                }));
            }
        };
        let version = match self.version.as_ref().map(|place| version(place, &document)).transpose() {
            Ok(version) => version.flatten(),
            Err(why) => {
                return Err(Box::new(Unreadable { raw, reason: Remark::new(format!("版本读不出({why})"), why) }));
            }
        };
        let sent_at = self.sent_at.as_ref().and_then(|place| moment(place.get(&document)?, &self.zone));
        let attachments = Vec::new();
        Ok(Submission {
            external_id,
            version,
            sent_at,
            raw,
            document: Personal::new(document),
            attachments,
            also: Vec::new(),
            unticketed: None,
            unchanging: false,
        })
    }
}

/// A body that is refused, as it came. A form of parts is known again by what stands between its boundaries.
fn refused_raw(body: &Bytes, media_type: &str, declared: &ContentType<'_>) -> Raw {
    let raw = Raw::new(body.clone(), media_type);
    if media_type == MULTIPART { raw.known_by(sameness::digest(body, declared.written)) } else { raw }
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Json => JSON,
        Format::Form => FORM,
        Format::Xml => XML,
        Format::Multipart => MULTIPART,
    }
}

/// Takes the list out of the document without copying it.
fn list(place: &Pointer, mut document: Value) -> Result<Vec<Value>, String> {
    match place.get_mut(&mut document) {
        Some(Value::Array(list)) => Ok(std::mem::take(list)),
        other => Err(format!("at `{place}` stands {}, a list is needed", sort_of(other.as_deref()))),
    }
}

fn id(place: &Pointer, document: &Value) -> Result<ExternalId, String> {
    let found = place.get(document).ok_or_else(|| format!("at `{place}` stands nothing, the id is needed"))?;
    ExternalId::from_value(found).map_err(|bad: BadExternalId| format!("at `{place}`: {bad}"))
}

/// A version that is absent, null or empty was not told; one that cannot be compared is an error.
fn version(place: &Pointer, document: &Value) -> Result<Option<SourceVersion>, String> {
    match place.get(document) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok((!text.is_empty()).then(|| SourceVersion(text.clone()))),
        Some(Value::Number(number)) if number.is_u64() || number.is_i64() => {
            Ok(Some(SourceVersion(number.to_string())))
        }
        other => Err(format!("at `{place}` stands {}, a version as text or whole number is needed", sort_of(other))),
    }
}

/// A moment as far sides write it: RFC 3339, a local date and time, or a number since 1970 in seconds or
/// milliseconds (from 100,000,000,000 on, which is 1973 in one and the year 5138 in the other).
fn moment(value: &Value, zone: &TimeZone) -> Option<Timestamp> {
    let of_number = |number: i64| {
        let millis = number.abs() >= 100_000_000_000;
        if millis { Timestamp::from_millisecond(number).ok() } else { Timestamp::from_second(number).ok() }
    };
    match value {
        Value::Number(number) => of_number(number.as_i64()?),
        Value::String(text) => {
            let text = text.trim();
            if let Ok(number) = text.parse() {
                return of_number(number);
            }
            text.parse::<Timestamp>().ok().or_else(|| {
                let local: DateTime = text.parse().ok()?;
                zone.to_timestamp(local).ok()
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
