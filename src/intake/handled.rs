//! Letters that were copied into the core by hand: what is known of each becomes a ticket that the core has.

use std::fmt;

use huiliu_contract::{ExternalId, Personal, Raw, Submission};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Intake, spoken};
use crate::channel::Channel;
use crate::normalize::moment_written;
use crate::settings::Text;
use crate::store::{Acceptance, Actor, Handled, Registration, Standing, StoreError};
use crate::ticket::Draft;

/// What a draft says that was registered and did not come by its channel.
const MARK: &str = "已办登记";

/// Words of a sheet for what is done.
const DONE: [&str; 6] = ["办结", "已办结", "已办", "已回复", "已答复", "完成"];

/// A row of a list of such letters. Printed by `Debug` as its name only, for it holds personal values.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandledRow {
    /// The source's number (来源编号).
    pub external_id: String,
    /// The core's number (热线工单号).
    pub core_number: String,
    /// The whole row, by the heads of its columns.
    pub row: Map<String, Value>,
    /// The title.
    pub title: Option<String>,
    /// The citizen's name.
    pub name: Option<String>,
    /// Their telephone.
    pub phone: Option<String>,
    /// When they wrote.
    pub at: Option<String>,
    /// How far it is.
    pub status: Option<String>,
}

impl fmt::Debug for HandledRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandledRow(…)")
    }
}

/// What became of a row.
#[derive(Clone, PartialEq, Debug)]
pub struct Registered {
    /// `registered`, `ready` (a dry run), `known` or `refused`.
    pub state: &'static str,
    /// The spoken ticket number (汇流编号), where there is a ticket.
    pub ticket: Option<String>,
    /// Why it was not, or what is to be known.
    pub reason: Option<Text>,
}

impl Registered {
    fn refused(ticket: Option<String>, reason: Text) -> Self {
        Self { state: "refused", ticket, reason: Some(reason) }
    }
}

/// Whether a draft is believed to be the same letter as the earlier one of its number. One that was registered by hand need
/// not say much; only what contradicts it makes it another one.
pub(super) fn agree(old: &Draft, new: &Draft) -> bool {
    if Draft::agreement(old, new).agrees() {
        return true;
    }
    let (a, b) = (old.match_inputs(), new.match_inputs());
    let contradict = !a.phones.is_empty() && !b.phones.is_empty();
    old.extra.contains_key(MARK) && !contradict
}

impl Intake {
    /// Registers a letter that the core has: on disk, with who said so, when this returns. With `dry` it only says what would
    /// become of it.
    ///
    /// # Errors
    ///
    /// If the store failed.
    pub async fn register(
        &self,
        channel: &Channel,
        row: HandledRow,
        dry: bool,
        actor: &Actor,
    ) -> Result<Registered, StoreError> {
        let core_number = row.core_number.trim().to_owned();
        if core_number.is_empty() || core_number.len() > 100 {
            let text = Text::new("热线工单号要有1到100个字节", "热线工单号 must have 1 to 100 bytes");
            return Ok(Registered::refused(None, text));
        }
        let external_id = match ExternalId::new(row.external_id.trim()) {
            Ok(id) => id,
            Err(why) => {
                let text = Text::new("来源编号要有1到200个字节", format!("来源编号: {why}"));
                return Ok(Registered::refused(None, text));
            }
        };
        let concluded = row.status.as_deref().is_some_and(|status| DONE.contains(&status.trim()));
        let document = Value::Object(row.row.clone());
        let (draft, bare) = self.draft(channel, &row, &document);
        let submission = Submission {
            external_id,
            version: None,
            sent_at: None,
            raw: Raw::new(document.to_string(), "application/json"),
            document: Personal::new(document),
            attachments: Vec::new(),
            also: Vec::new(),
            unticketed: None,
            unchanging: false,
        };
        let prepared = self.preparer.prepare_read(
            channel,
            &submission,
            Ok(super::prepare::Read { draft, act: None, names: None }),
        )?;
        let mut arrival = prepared.arrival;
        // Nothing is planted for it; the store makes it live as one that the core has.
        arrival.standing = Standing::Historic;
        let acceptance = Acceptance {
            channel: channel.enrolled.channel,
            channel_code: channel.code.clone(),
            namespace: channel.enrolled.namespace,
            namespace_name: channel.namespace.clone(),
            polled: true,
            arrivals: vec![arrival],
            strays: Vec::new(),
            once: None,
            lease: None,
            cursor: None,
            keepsake: None,
            deed: None,
        };
        let done = self.store.register_handled(Handled { acceptance, core_number, concluded, dry }, actor).await?;
        Ok(told(done, dry, bare))
    }

    /// The form of such a letter: as the channel maps the row, else what the columns say that everybody has; and whether it is
    /// only that.
    fn draft(&self, channel: &Channel, row: &HandledRow, document: &Value) -> (Draft, bool) {
        let read = channel.mapping.read(document).ok().filter(|reading| reading.act.is_none());
        let bare = read.is_none();
        let mut draft = read.map(|reading| reading.draft).unwrap_or_default();
        let fill = |slot: &mut Option<String>, text: &Option<String>| {
            if slot.is_none() {
                slot.clone_from(text);
            }
        };
        fill(&mut draft.matter.title, &row.title);
        fill(&mut draft.person.name, &row.name);
        fill(&mut draft.person.phone, &row.phone);
        if draft.times.submitted_at.is_none() {
            let at = row.at.as_deref().map(str::trim);
            draft.times.submitted_at = at.and_then(|at| moment_written(at, channel.zone()));
        }
        draft.extra.insert(MARK.into(), Value::Bool(true));
        (draft, bare)
    }
}

fn told(done: Registration, dry: bool, bare: bool) -> Registered {
    let registered = if dry { "ready" } else { "registered" };
    match done {
        Registration::New(key) => {
            let few = Text::new(
                "字段对应读不了这一行,只登记了编号和认得出的栏",
                "[fields] does not map the row: only the numbers and well-known columns are registered",
            );
            Registered { state: registered, ticket: spoken(key), reason: bare.then_some(few) }
        }
        Registration::Known(key) => {
            let text = Text::new(
                "这一件来过、没有转热线;热线工单号记在它上面",
                "the letter came before and was not handed on; its ticket has the core's number now",
            );
            Registered { state: registered, ticket: spoken(Some(key)), reason: Some(text) }
        }
        Registration::Before(key) => Registered { state: "known", ticket: spoken(Some(key)), reason: None },
        Registration::OtherNumber(key) => Registered::refused(
            spoken(Some(key)),
            Text::new(
                "这个来源编号已有另一个热线工单号(见这件工单),热线里可能有两张单;请核对",
                "this source number has another core number already (see its ticket): the core may have two orders of it",
            ),
        ),
        Registration::Underway(key) => Registered::refused(
            spoken(Some(key)),
            Text::new(
                "这一件已由汇流转给热线,或正在转;请到热线系统核对是否重复",
                "huiliu has handed this letter to the core, or is about to; see there whether it is double",
            ),
        ),
        Registration::NumberGiven(key) => Registered::refused(
            spoken(Some(key)),
            Text::new(
                "这个热线工单号已登记给另一封来信(见汇流编号);一个号只能登记一封",
                "this core number was registered for another letter (see its ticket); one number, one letter",
            ),
        ),
    }
}
