//! CloudEvents 1.0 around an event, in structured mode with JSON: what the specification requires, and the event as `data`.

use huiliu_contract::Misconfigured;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::settings::Envelope;
use crate::store::Fresh;
use crate::ticket::event::idempotency_key;
use crate::ticket::{Event, Spoken};

/// Of one event.
pub const ONE: &str = "application/cloudevents+json";

/// Of a list of them.
pub const MANY: &str = "application/cloudevents-batch+json";

/// Who we are, where nobody says it.
const SOURCE: &str = "urn:huiliu";

/// An event in its envelope, as [`Cloud::write`] writes it around the event's own bytes: for whoever describes or reads it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloudEvent {
    /// The version of the specification.
    #[schemars(extend("const" = "1.0"))]
    pub specversion: String,
    /// The event's idempotency key: whoever has it already, has this event already.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Who we are: `urn:huiliu` unless configured otherwise.
    #[schemars(length(min = 1), extend("format" = "uri-reference"))]
    pub source: String,
    /// `cn.huiliu.ticket.` and the event's kind.
    #[schemars(regex(pattern = r"^cn\.huiliu\.ticket\.[a-z_]+$"))]
    pub r#type: String,
    /// When the event was committed.
    pub time: Timestamp,
    /// What `data` is.
    #[schemars(extend("const" = "application/json"))]
    pub datacontenttype: String,
    /// The ticket's spoken number.
    pub subject: Spoken,
    /// The event's place in the stream, where the core fetches; a whole number as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+$"))]
    pub seq: Option<String>,
    /// The event.
    pub data: Event,
}

/// The envelope, ready to be written.
#[derive(Clone, Debug)]
pub struct Cloud {
    /// `source`, as JSON.
    source: String,
}

impl Cloud {
    /// The envelope that a core wants, if it wants one; `key` is where the table stands, for what is wrong.
    pub fn build(
        envelope: Option<Envelope>,
        source: Option<&str>,
        key: &str,
        wrong: &mut Vec<Misconfigured>,
    ) -> Option<Self> {
        let Some(Envelope::CloudEvents) = envelope else {
            if source.is_some() {
                wrong.push(Misconfigured::new(
                    format!("{key}.source"),
                    "this is read only with envelope = \"cloudevents\"; write that too, or delete this",
                    "只在 envelope = \"cloudevents\" 时才用;补上它,或删掉这一行",
                ));
            }
            return None;
        };
        let source = source.unwrap_or(SOURCE);
        let base = Url::parse("http://base.invalid/").ok();
        let reference = |text: &str| base.as_ref().is_some_and(|base| base.join(text).is_ok());
        if source.chars().any(|c| c.is_whitespace() || c.is_control()) || !reference(source) {
            wrong.push(Misconfigured::new(
                format!("{key}.source"),
                "no URI reference; write one such as urn:huiliu:430424 or /huiliu",
                "不是合规的 URI;例如 urn:huiliu:430424 或 /huiliu",
            ));
        }
        Some(Self { source: serde_json::Value::from(source).to_string() })
    }

    /// Writes an event whose JSON is given; the same bytes in every attempt.
    pub fn write(&self, fresh: &Fresh, event: &[u8], out: &mut Vec<u8>) {
        self.put(fresh, "", event, out);
    }

    /// The same with its place in the stream as the extension attribute `seq`: text, for CloudEvents has no whole numbers
    /// beyond 32 bits.
    pub fn write_numbered(&self, fresh: &Fresh, seq: i64, event: &[u8], out: &mut Vec<u8>) {
        self.put(fresh, &format!("\"seq\":\"{seq}\","), event, out);
    }

    fn put(&self, fresh: &Fresh, extension: &str, event: &[u8], out: &mut Vec<u8>) {
        let key = idempotency_key(fresh.ticket.number, u64::from(fresh.n));
        let at = Timestamp::from_millisecond(fresh.at).unwrap_or_default();
        // Numbers, keys and kinds are made of characters that JSON takes as they are.
        let front = format!(
            "{{\"specversion\":\"1.0\",\"id\":\"{key}\",\"source\":{},\"type\":\"cn.huiliu.ticket.{}\",\"time\":\"{at}\",\
             \"datacontenttype\":\"application/json\",\"subject\":\"{}\",{extension}\"data\":",
            self.source,
            fresh.kind.name(),
            fresh.ticket.number,
        );
        out.reserve(front.len() + event.len() + 1);
        out.extend_from_slice(front.as_bytes());
        out.extend_from_slice(event);
        out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use huiliu_contract::ExternalId;
    use serde_json::{Value, json};

    use super::*;
    use crate::store::TicketKey;
    use crate::ticket::{EventKind, Spoken};

    fn fresh() -> Fresh {
        Fresh {
            kind: EventKind::HandedBack,
            ticket: TicketKey { id: 1, number: Spoken::new(jiff::civil::date(2026, 11, 22), 17).unwrap() },
            n: 3,
            at: 1_795_000_000_123,
            channel: Arc::from("letters"),
            namespace: Arc::from("letters"),
            external_id: ExternalId::new("A-1").unwrap(),
            version_n: 1,
            received_at: 0,
            draft: "{}".into(),
            detail: None,
            joined: Vec::new(),
            edited: None,
        }
    }

    /// CloudEvents 1.0.2, section "REQUIRED Attributes" and the optional ones that we set; JSON format 1.0.2, section 3.
    #[test]
    fn an_event_has_what_the_specification_requires() {
        let mut wrong = Vec::new();
        let cloud = Cloud::build(Some(Envelope::CloudEvents), Some("urn:huiliu:430424"), "core", &mut wrong).unwrap();
        assert!(wrong.is_empty(), "{wrong:?}");
        let event = fresh().json().unwrap();
        let mut written = Vec::new();
        cloud.write(&fresh(), &event, &mut written);
        let read: Value = serde_json::from_slice(&written).unwrap();
        let number = fresh().ticket.number.to_string();
        let golden = json!({
            "specversion": "1.0",
            "id": format!("{number}-3"),
            "source": "urn:huiliu:430424",
            "type": "cn.huiliu.ticket.handed_back",
            "time": "2026-11-18T11:06:40.123Z",
            "datacontenttype": "application/json",
            "subject": number,
            "data": serde_json::from_slice::<Value>(&event).unwrap(),
        });
        assert_eq!(read, golden);
        // Attribute names are lower-case letters and digits, and not empty; ids and types are not empty.
        for (name, value) in read.as_object().unwrap().iter().filter(|(name, _)| *name != "data") {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{name}");
            assert!(value.as_str().is_some_and(|value| !value.is_empty()), "{name}");
        }
        let mut again = Vec::new();
        cloud.write(&fresh(), &event, &mut again);
        assert_eq!(written, again);
        let mut numbered = Vec::new();
        cloud.write_numbered(&fresh(), 7, &event, &mut numbered);
        let mut with = golden;
        with["seq"] = json!("7");
        assert_eq!(serde_json::from_slice::<Value>(&numbered).unwrap(), with);
        // What is written is what is described, with nothing more and nothing less.
        let described: CloudEvent = serde_json::from_slice(&numbered).unwrap();
        assert_eq!(serde_json::to_value(&described).unwrap(), with);
    }

    #[test]
    fn a_source_is_a_uri_reference_and_is_read_with_its_envelope_only() {
        let mut wrong = Vec::new();
        assert!(Cloud::build(None, Some("urn:x"), "core", &mut wrong).is_none());
        Cloud::build(Some(Envelope::CloudEvents), Some("two words"), "core", &mut wrong);
        assert_eq!(wrong.iter().map(|found| &*found.key).collect::<Vec<_>>(), ["core.source", "core.source"]);
        let mut wrong = Vec::new();
        let cloud = Cloud::build(Some(Envelope::CloudEvents), None, "core", &mut wrong).unwrap();
        assert!(wrong.is_empty() && cloud.source == "\"urn:huiliu\"");
    }
}
