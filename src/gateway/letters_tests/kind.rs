//! A small kind for these stories: letters whose number stands in a line `X-Number`, handed over by a mail server.

use async_trait::async_trait;
use huiliu_contract::{
    Answer, Attachment, AttachmentSource, Connector, ConnectorKind, Door, ExternalId, Item, Misconfigured, Personal,
    Push, Raw, Receive, Received, Refusal, Reply, Site, Submission,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::channel::Kind;
use crate::settings::KindInfo;

/// The only kind of a house of these stories.
pub(super) const KINDS: &[Kind] = &[Kind {
    name: Postbox::NAME,
    info: KindInfo::of::<Postbox>,
    build: |options, site| {
        let options = serde_json::from_value(options.clone());
        Postbox::build(options.map_err(|error| vec![Misconfigured::new("connect", error.to_string(), "")])?, site)
    },
}];

struct Postbox;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    #[expect(dead_code, reason = "the gateway's own keys stand there")]
    connect: Nothing,
    receive: Taking,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Taking {
    /// Addresses.
    recipients: Vec<String>,
    /// The largest letter, in bytes.
    #[serde(default = "some_bytes")]
    body_limit: usize,
}

fn some_bytes() -> usize {
    2000
}

impl ConnectorKind for Postbox {
    const NAME: &'static str = "box";
    const SUMMARY: &'static str = "Box";
    const SUMMARY_ZH: &'static str = "信箱";
    type Options = Options;

    fn build(options: Options, _: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        let Taking { recipients, body_limit } = options.receive;
        let receive = Box::new(Slot) as Box<dyn Receive>;
        Ok(Connector { receive: Some((Door::Lmtp { recipients, body_limit }, receive)), ..Connector::default() })
    }
}

struct Slot;

#[async_trait]
impl Receive for Slot {
    async fn receive(&self, push: &Push) -> Result<Received, Refusal> {
        let raw = Raw::new(push.body.reveal().clone(), "message/rfc822");
        let text = String::from_utf8_lossy(push.body.reveal()).into_owned();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let envelope = push.envelope.as_ref().expect("a letter has an envelope");
        if field("X-To").is_some_and(|to| to != envelope.to.reveal()) {
            return Err(Refusal::NotVerified("another recipient"));
        }
        if envelope.from.as_ref().is_some_and(|from| from.reveal() == "stranger@b.example") {
            return Err(Refusal::Forbidden);
        }
        if field("X-Nothing").is_some() {
            return Ok(Received::Submissions { items: Vec::new(), once: None });
        }
        let Some(number) = field("X-Number") else {
            return Err(Refusal::Unreadable { raw, reason: "there is no X-Number".into() });
        };
        let document = json!({ "标题": field("Subject"), "日期": field("Date") });
        let for_whom = field("X-File-For").is_some_and(|to| to == envelope.to.reveal());
        let file = field("X-File").filter(|_| for_whom).map(|bytes| Attachment {
            name: Personal::new("file".into()),
            media_type: None,
            source: AttachmentSource::Bytes(Personal::new(bytes.to_owned().into())),
        });
        let submission = Submission {
            external_id: ExternalId::new(number).unwrap(),
            version: None,
            sent_at: None,
            raw,
            document: Personal::new(document),
            attachments: file.into_iter().collect(),
            also: Vec::new(),
            unticketed: None,
            unchanging: true,
        };
        Ok(Received::Submissions { items: vec![Item::Submission(Box::new(submission))], once: None })
    }

    fn answer(&self, _: &Push, _: Answer<'_>) -> Reply {
        unreachable!("what a mail server is told is the protocol's matter")
    }
}
