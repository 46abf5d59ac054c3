//! Letters that people enter (手工登记): through the ordinary intake, after they are seen to be readable. Whoever typed is
//! there and can mend it, so what cannot be read is refused instead of being kept for later.

use std::sync::Arc;

use huiliu_contract::{ExternalId, Item, Personal, Raw, Submission};
use jiff::Timestamp;
use serde_json::Value;

use super::control::Daemon;
use crate::channel::Channel;
use crate::console::{Code, Entered, EnteredView, Problem};
use crate::intake::How;
use crate::settings::{ChannelState, Lang};
use crate::store::{Actor, StoreError};

impl Daemon {
    /// The channel that is called so, if people enter what it brings and it runs.
    fn entered_channel(&self, called: &str) -> Result<Arc<Channel>, Problem> {
        let file =
            self.channels().now().files.resolve(called).cloned().map_err(|nobody| Problem::not_found(nobody.0))?;
        let channel = self.channels().channel(&file.code);
        let runs = |channel: &Arc<Channel>| channel.settings.channel.state != ChannelState::Off;
        let channel = channel.filter(runs).ok_or_else(|| {
            Problem::refused(
                "这个渠道停用或配置有误;把 state 改成 trial 或 live 后再登记",
                "the channel is off or needs mending; set its state to trial or live first",
            )
        })?;
        if channel.is_entered() {
            return Ok(channel);
        }
        let kind = &channel.settings.connect.kind;
        Err(Problem::refused(
            format!("这个渠道的来件由程序收取(kind = \"{kind}\"),不能手工登记;登记到接入方式为手工登记的渠道"),
            format!(
                "a program brings what this channel takes (kind = \"{kind}\"); enter letters into a channel that people fill"
            ),
        ))
    }

    /// Takes a letter in.
    pub(super) async fn take_entered(
        &self,
        called: &str,
        entered: Entered,
        actor: &Actor,
    ) -> Result<EnteredView, Problem> {
        let channel = self.entered_channel(called)?;
        let external_id = match entered.external_id {
            Some(id) => id,
            None => self.number()?,
        };
        let id = ExternalId::new(external_id.clone()).map_err(|bad| {
            Problem::invalid(format!("来源编号要有1到{}个字节", ExternalId::MAX_BYTES), format!("external_id: {bad}"))
        })?;
        let document = Value::Object(entered.fields);
        readable(&channel, &document)?;
        let raw = serde_json::to_vec(&document).unwrap_or_default();
        let submission = Submission {
            external_id: id,
            version: None,
            sent_at: None,
            raw: Raw::new(raw, "application/json"),
            document: Personal::new(document),
            attachments: Vec::new(),
            also: Vec::new(),
            unticketed: None,
            unchanging: false,
        };
        let items = vec![Item::Submission(Box::new(submission))];
        let ground = &self.channels().ground;
        let deed = ground.store.deed(actor, "enter", &format!("channel:{}", channel.code));
        let how = How { deed: Some(deed.map_err(StoreError::Seal)?), ..How::default() };
        let done = ground.intake.take(&channel, items, how).await.map_err(|error| {
            Problem::new(
                Code::Failed,
                format!("没有收下,请再登记一次:{error}"),
                format!("not kept, enter it again: {error}"),
            )
        })?;
        let Some(taken) = done.taken.into_iter().next() else {
            return Err(Problem::new(Code::Failed, "没有收下,请再登记一次", "not kept, enter it again"));
        };
        let code = channel.code.to_string();
        metrics::counter!("huiliu_submissions_total", "channel" => code.clone(), "what" => taken.what.word())
            .increment(1);
        Ok(EnteredView { channel: code, external_id, ticket: taken.ticket, what: taken.what.word().into() })
    }

    /// A number for a letter that has none: the day it was entered on, and enough chance that no other has it.
    fn number(&self) -> Result<String, Problem> {
        let mut chance = [0; 5];
        aws_lc_rs::rand::fill(&mut chance).map_err(|_| {
            Problem::new(Code::Failed, "取不到随机数,没有登记", "no randomness to be had, nothing was entered")
        })?;
        let now = Timestamp::from_millisecond(self.channels().ground.store.clock().now()).unwrap_or_default();
        let day = now.to_zoned(self.channels().zone()).strftime("%Y%m%d").to_string();
        Ok(format!("H{day}-{}", hex::encode(chance)))
    }
}

/// Refuses what the channel cannot read, with all that is wrong, and names that nothing reads.
fn readable(channel: &Channel, document: &Value) -> Result<(), Problem> {
    let reading = channel
        .mapping
        .read(document)
        .map_err(|wrong| Problem::invalid(wrong.shown(Lang::Zh), wrong.shown(Lang::En)))?;
    let unknown: Vec<&str> = reading.draft.extra.keys().map(String::as_str).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let known: Vec<String> = channel.settings.entered().into_iter().map(|(_, place)| place).collect();
    Err(Problem::invalid(
        format!("没有这些栏目:{};可写的有 {}", unknown.join("、"), known.join("、")),
        format!("these fields are unknown: {}; known are {}", unknown.join(", "), known.join(", ")),
    ))
}
