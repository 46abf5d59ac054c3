//! What the console asks of a running gateway: how its channels stand, and what only it can do.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{ExternalId, Personal, Raw, SourceVersion, Submission};
use jiff::Timestamp;
use tokio::sync::Notify;

use super::{Built, Gateway};
use crate::channel::Channel;
use crate::console::{Code, ConfiguredChannel, Control, FarStatus as Told, FaultNote, Problem, Running, Side};
use crate::errands::FarStatus;
use crate::intake::Intake;
use crate::settings::{ChannelFile, ChannelState, Channels, Text};
use crate::store::{Actor, DeadKind, DeadQuery, FirstRun, Folio, Store, Verdict};

/// A far side that can be resumed.
type Far = (Arc<FarStatus>, Arc<Notify>);

/// The running daemon, as the console sees it.
pub struct Daemon {
    store: Arc<dyn Store>,
    intake: Intake,
    channels: BTreeMap<String, Arc<Channel>>,
    configured: Vec<ConfiguredChannel>,
    files: Channels,
    core: Option<Far>,
    polled: BTreeMap<String, Far>,
    running: Running,
}

impl Daemon {
    pub(super) fn new(
        gateway: &Gateway,
        built: &Built,
        intake: Intake,
        core: Option<Far>,
        polled: BTreeMap<String, (u32, Arc<FarStatus>, Arc<Notify>)>,
    ) -> Self {
        Self {
            store: gateway.store.clone(),
            intake,
            channels: built.channels.clone(),
            configured: configured(built),
            files: built.files.clone(),
            core,
            polled: polled.into_iter().map(|(code, (_, status, resumed))| (code, (status, resumed))).collect(),
            running: Running { pid: std::process::id(), since: Timestamp::now(), listen: gateway.address.to_string() },
        }
    }

    fn side(&self, side: &Side) -> Option<&Far> {
        match side {
            Side::Core => self.core.as_ref(),
            Side::Channel(code) => self.polled.get(code),
        }
    }
}

/// Every channel as it is configured; what its file does not show wrong, building it may have.
fn configured(built: &Built) -> Vec<ConfiguredChannel> {
    let mistakes = mistakes(built);
    let of = |file: &ChannelFile| {
        let mut channel = ConfiguredChannel::of(file);
        if let Some(found) = mistakes.get(&file.code) {
            channel.state = ChannelState::Off;
            channel.mistakes.clone_from(found);
        }
        channel
    };
    built.files.iter().map(of).collect()
}

fn mistakes(built: &Built) -> BTreeMap<String, Vec<Text>> {
    let text = |mistake: &crate::settings::Mistake| {
        let shown = |lang| mistake.shown(lang);
        Text::new(shown(crate::settings::Lang::Zh), shown(crate::settings::Lang::En))
    };
    built.broken.iter().map(|broken| (broken.code.clone(), broken.mistakes.iter().map(text).collect())).collect()
}

/// The submission that a kept version holds, as its connector handed it over.
fn submission(external_id: &str, source_version: Option<&str>, folio: &Folio<'_>) -> Option<Submission> {
    Some(Submission {
        external_id: ExternalId::new(external_id).ok()?,
        version: source_version.map(|version| SourceVersion(version.to_owned())),
        sent_at: None,
        raw: Raw::new(folio.raw.to_vec(), folio.media_type),
        document: Personal::new(folio.document()?),
        attachments: Vec::new(),
    })
}

#[async_trait]
impl Control for Daemon {
    fn channels(&self) -> Vec<ConfiguredChannel> {
        self.configured.clone()
    }

    fn resolve(&self, called: &str) -> Result<String, Text> {
        self.files.resolve(called).map(|file| file.code.clone()).map_err(|nobody| nobody.0)
    }

    fn running(&self) -> Option<Running> {
        Some(self.running.clone())
    }

    fn far(&self, side: &Side) -> Option<Told> {
        let (status, _) = self.side(side)?;
        let trouble = status.trouble();
        Some(Told {
            open_since: trouble.as_ref().and_then(|(_, since, _)| *since),
            next_try: trouble.as_ref().and_then(|(_, _, next)| *next),
            fault: trouble.map(|(trouble, ..)| FaultNote {
                at: trouble.at,
                word: trouble.word,
                message: trouble.message,
            }),
        })
    }

    async fn resume(&self, side: &Side) -> Result<(), Problem> {
        let (_, resumed) = self.side(side).ok_or_else(|| {
            Problem::new(
                Code::Refused,
                "这个渠道不是轮询的,没有可恢复的",
                "nothing is asked of this side, so there is nothing to resume",
            )
        })?;
        resumed.notify_one();
        Ok(())
    }

    async fn wake(&self, side: &Side) {
        if let Side::Channel(code) = side
            && let Some(channel) = self.channels.get(code)
        {
            channel.set_first_run(FirstRun::Through);
        }
        if let Some((_, resumed)) = self.side(side) {
            resumed.notify_one();
        }
    }

    async fn remap(&self, dead: i64, actor: &Actor) -> Result<Verdict, Problem> {
        let query = DeadQuery { id: Some(dead), open: true, limit: 1, ..DeadQuery::default() };
        let row = self.store.dead(query).await?.pop();
        let row = row.ok_or_else(|| Problem::new(Code::NotFound, "没有这条待处理", "no such dead letter"))?;
        let channel =
            self.channels.get(&row.channel_code).filter(|channel| channel.settings.channel.state != ChannelState::Off);
        let channel = channel.ok_or_else(|| {
            Problem::refused("这个渠道停用或配置有误,先改好再试", "the channel is off or needs mending")
        })?;
        let unreadable =
            || Problem::refused("这一条读不出来件,无法重新识别", "this holds no submission that could be mapped");
        let body = row.body.ok_or_else(unreadable)?;
        let folio = Folio::read(&body).map_err(|_| unreadable())?;
        let external_id = row.external_id.ok_or_else(unreadable)?;
        let submission = submission(&external_id, None, &folio).ok_or_else(unreadable)?;
        let confirmed = row.kind == DeadKind::Held;
        match self.intake.remap(channel, dead, &submission, actor, confirmed).await? {
            Ok(verdict) => Ok(verdict),
            Err(reason) => {
                Err(Problem::refused(format!("还是认不出:{reason}"), format!("it still cannot be mapped: {reason}")))
            }
        }
    }
}
