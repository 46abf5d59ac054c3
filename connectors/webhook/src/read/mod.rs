//! From a believed body to items. It finds the submissions, their numbers and stamps; what the fields
//! mean is for the channel's mapping rules.

use bytes::Bytes;
use huiliu_contract::{
    BadExternalId, ExternalId, Item, Personal, Push, Raw, Refusal, SourceVersion, Submission, Unreadable,
};
use huiliu_kit::pick::{Pointer, sort_of};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::options::Format;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// How the bodies of a channel are read.
pub(crate) struct Reader {
    pub(crate) format: Option<Format>,
    pub(crate) items: Option<Pointer>,
    pub(crate) id: Pointer,
    pub(crate) version: Option<Pointer>,
    pub(crate) sent_at: Option<Pointer>,
    pub(crate) zone: TimeZone,
}

impl Reader {
    /// Reads a body into its items.
    pub(crate) fn read(&self, push: &Push) -> Result<Vec<Item>, Refusal> {
        let body = push.body.reveal();
        let declared = ContentType::of(push);
        let (format, document) = self.parse(push, body, declared).map_err(|reason| {
            let media_type = self.format.or(declared.format).map_or("application/octet-stream", media_type);
            Refusal::Unreadable { raw: Raw::new(body.clone(), media_type), reason }
        })?;
        let raw = |format| Raw::new(body.clone(), media_type(format));
        match &self.items {
            None => match self.submission(raw(format), document) {
                Ok(submission) => Ok(vec![Item::Submission(Box::new(submission))]),
                Err(Unreadable { raw, reason }) => Err(Refusal::Unreadable { raw, reason }),
            },
            Some(place) => match list(place, document) {
                Ok(list) => Ok(list.into_iter().map(|element| self.element(element)).collect()),
                Err(reason) => Err(Refusal::Unreadable { raw: raw(format), reason }),
            },
        }
    }

    fn parse(&self, push: &Push, body: &Bytes, declared: ContentType) -> Result<(Format, Value), String> {
        if push.headers.get(http::header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err("the body is compressed; content-encoding is not taken here".into());
        }
        if declared.foreign_charset {
            return Err("the content type names another charset than utf-8; only utf-8 is taken".into());
        }
        match self.format.or(declared.format) {
            Some(Format::Json) => match serde_json::from_slice(body) {
                Ok(document) => Ok((Format::Json, document)),
                Err(bad) => Err(format!("the body is no JSON: {bad}")),
            },
            Some(Format::Form) => match crate::form::document(body) {
                Ok(document) => Ok((Format::Form, document)),
                Err(bad) => Err(format!("the body is no form: {bad}")),
            },
            None => Err(format!(
                "the content type is neither {JSON} nor {FORM}; send one of them, or declare \
                `receive.format`"
            )),
        }
    }

    /// One element of a list. Its own raw form is its canonical JSON: sorted members, no white space.
    fn element(&self, element: Value) -> Item {
        match self.submission(Raw::new(element.to_string(), JSON), element) {
            Ok(submission) => Item::Submission(Box::new(submission)),
            Err(unreadable) => Item::Unreadable(unreadable),
        }
    }

    fn submission(&self, raw: Raw, document: Value) -> Result<Submission, Unreadable> {
        let external_id = match id(&self.id, &document) {
            Ok(id) => id,
            Err(reason) => return Err(Unreadable { raw, reason }),
        };
        let version = match self.version.as_ref().map(|place| version(place, &document)).transpose() {
            Ok(version) => version.flatten(),
            Err(reason) => return Err(Unreadable { raw, reason }),
        };
        let sent_at = self.sent_at.as_ref().and_then(|place| moment(place.get(&document)?, &self.zone));
        let attachments = Vec::new();
        Ok(Submission { external_id, version, sent_at, raw, document: Personal::new(document), attachments })
    }
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Json => JSON,
        Format::Form => FORM,
    }
}

/// What the content type says, as far as it matters.
#[derive(Clone, Copy, Default)]
struct ContentType {
    format: Option<Format>,
    foreign_charset: bool,
}

impl ContentType {
    fn of(push: &Push) -> Self {
        let header = push.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let Some(header) = header else { return Self::default() };
        let mut pieces = header.split(';').map(str::trim);
        let essence = pieces.next().unwrap_or_default();
        let ends = |end: &str| {
            essence
                .len()
                .checked_sub(end.len())
                .and_then(|at| essence.get(at..))
                .is_some_and(|e| e.eq_ignore_ascii_case(end))
        };
        let format = if essence.eq_ignore_ascii_case(JSON) || essence.eq_ignore_ascii_case("text/json") || ends("+json")
        {
            Some(Format::Json)
        } else if essence.eq_ignore_ascii_case(FORM) {
            Some(Format::Form)
        } else {
            None
        };
        let charset =
            pieces.filter_map(|piece| piece.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
        let foreign_charset = charset.is_some_and(|(_, value)| {
            let value = value.trim_matches('"');
            !["utf-8", "utf8", "us-ascii"].iter().any(|known| value.eq_ignore_ascii_case(known))
        });
        Self { format, foreign_charset }
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
