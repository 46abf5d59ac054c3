//! What we post to a core of kind `rest`: an event or a list of them, as they are or as CloudEvents.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::render::{Way, contents};
use super::schemas::Schemas;
use crate::forward::{CloudEvent, cloud};
use crate::http::route::{Content, Tag, json as json_of, of};
use crate::ticket::Event;

/// What is said of a post to the core.
struct Posted {
    id: &'static str,
    zh: &'static str,
    en: &'static str,
    /// Whether it has the event's key as a header.
    key: bool,
    contents: Vec<Content>,
}

/// All of them, by name.
pub(super) fn all(schemas: &mut Schemas) -> Value {
    let one = Posted {
        id: "eventPosted",
        zh: "一次一条流转消息([core] batch = 1);附件随同时是 multipart/form-data。[core] body 写了正文模板的,以模板为准",
        en: "One event (`[core] batch = 1`), with its files as a form of parts where `attachments = \"multipart\"`. Where `[core] \
             body` is a template, the body is what that makes of the event.",
        key: true,
        contents: vec![
            json_of::<Event>(),
            Content::of(cloud::ONE, of::<CloudEvent>),
            Content::form(with_files, "event", "application/json, application/cloudevents+json"),
        ],
    };
    let many = Posted {
        id: "eventsPosted",
        zh: "一次多条流转消息([core] batch 大于1)",
        en: "A list of events (`[core] batch` above 1).",
        key: false,
        contents: vec![json_of::<Vec<Event>>(), Content::of(cloud::MANY, of::<Vec<CloudEvent>>)],
    };
    json!({ "event": { "post": posted(one, schemas) }, "events": { "post": posted(many, schemas) } })
}

fn posted(posted: Posted, schemas: &mut Schemas) -> Value {
    let mut operation = json!({
        "operationId": posted.id,
        "tags": [Tag::Events.name()],
        "summary": posted.en,
        "x-zh": posted.zh,
        "security": [],
        "requestBody": { "required": true, "content": contents(&posted.contents, Way::Written, schemas) },
        "responses": {
            "2XX": {
                "description": "Taken, where `[core.success]` says nothing else. `number_at` names where the answer holds the \
                    core's own number (热线工单号).",
                "x-zh": "收下了;[core.success] 另有约定的,按约定。热线工单号从 number_at 写明的位置取",
                "content": { "*/*": {} },
            },
            "default": {
                "description": "Not taken. 429, 502 to 504 and no answer: told again until it is. 401 and 403: a person is \
                    asked. Others: told again some times, then a person is asked. `[core.errors]` may say otherwise.",
                "x-zh": "没有收下:429、502 至 504 和没有回答的,一直再发;401、403 转人工;其余再发几次,还不行转人工。[core.errors] 可以另行约定",
            },
        },
    });
    if posted.key {
        operation["parameters"] = json!([{
            "name": "Idempotency-Key",
            "in": "header",
            "required": true,
            "description": "The event's key, the same in every attempt: whoever has it already, has this event already.",
            "x-zh": "这条流转消息的键,每次再发都相同:已有这个键,就是已有这条",
            "schema": { "type": "string" },
        }]);
    }
    operation
}

/// An event with its files.
fn with_files(generator: &mut SchemaGenerator) -> Schema {
    let event = generator.subschema_for::<Event>();
    let cloud = generator.subschema_for::<CloudEvent>();
    json_schema!({
        "type": "object",
        "description": "The part `event` comes first, as it goes without files; then `file-<n>` for the n-th file of the ticket, from 1.",
        "properties": { "event": { "anyOf": [event, cloud] } },
        "patternProperties": { "^file-[1-9][0-9]*$": { "contentMediaType": "application/octet-stream" } },
        "required": ["event"],
        "additionalProperties": false,
    })
}
