//! The configuration alone, for commands that run without a daemon: it knows the channels, and says what needs one.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;

use super::channels::daemon_needed;
use super::{ConfiguredChannel, Control, FarStatus, Problem, ReportDesk, RoutedChannel, Running, Side};
use crate::forward::CoreDesk;
use crate::preview::{Begin, Preview, Rehearsal, live};
use crate::settings::{
    ChannelFile, ChannelSettings, ChannelState, Channels, CoreTable, Lang, Mistake, ReturnTable, RoutedTable, Text,
};
use crate::store::{Actor, Verdict};

/// Loaded channels without anything that runs them.
#[derive(Clone, Debug)]
pub struct Offline {
    channels: Channels,
    desk: CoreDesk,
    rehearsal: Option<Arc<Rehearsal>>,
    report: ReportDesk,
}

impl Offline {
    /// Over loaded channels, for a house whose core is as in this table.
    pub fn new(channels: Channels, core: Option<&CoreTable>) -> Self {
        Self { channels, desk: CoreDesk::of(core), rehearsal: None, report: ReportDesk::default() }
    }

    /// The same, printing reports in this way.
    #[must_use]
    pub fn reporting(self, report: ReportDesk) -> Self {
        Self { report, ..self }
    }

    /// The same, with one channel that was built to be looked at.
    #[must_use]
    pub fn rehearsing(self, rehearsal: Arc<Rehearsal>) -> Self {
        Self { rehearsal: Some(rehearsal), ..self }
    }
}

impl ConfiguredChannel {
    /// A channel folder as the console shows it; the daemon uses the same.
    pub fn of(file: &ChannelFile) -> Self {
        let name = file.names.first().unwrap_or(&file.code).clone();
        let aliases = file.names.iter().skip(1).cloned().collect();
        match &file.result {
            Ok(settings) => Self {
                code: file.code.clone(),
                name,
                aliases,
                state: settings.channel.state,
                kind: Some(settings.connect.kind.clone()),
                start_from: settings.channel.start_from.map(|day| day.0),
                routed: routed(settings),
                mistakes: vec![],
                settings: written_out(settings),
            },
            Err(mistakes) => Self {
                code: file.code.clone(),
                name,
                aliases,
                state: ChannelState::Off,
                kind: None,
                start_from: None,
                routed: Vec::new(),
                mistakes: mistakes.iter().map(shown).collect(),
                settings: serde_json::Value::Null,
            },
        }
    }
}

fn routed(settings: &ChannelSettings) -> Vec<RoutedChannel> {
    let to = settings.route.iter().flat_map(|route| &route.to);
    let one = |(tag, routed): (&String, &RoutedTable)| RoutedChannel {
        tag: tag.clone(),
        name: routed.name.clone(),
        aliases: routed.aliases.clone(),
        noun: routed.report.noun.clone(),
    };
    to.map(one).collect()
}

fn shown(mistake: &Mistake) -> Text {
    Text::new(mistake.shown(Lang::Zh), mistake.shown(Lang::En))
}

/// The settings with the common defaults filled in. Secrets stand in files only as references.
fn written_out(settings: &ChannelSettings) -> serde_json::Value {
    let channel = &settings.channel;
    json!({
        "channel": {
            "code": settings.code, "name": channel.name, "aliases": channel.aliases, "state": channel.state,
            "start_from": channel.start_from, "namespace": settings.namespace,
            "unmappable": channel.unmappable, "repush": channel.repush, "ignore": channel.ignore,
            "report": {
                "noun": channel.report.noun, "measure": channel.report.measure,
                "order": channel.report.order, "preamble": channel.report.preamble,
            },
        },
        "connect": {
            "kind": settings.connect.kind, "limit": settings.connect.limit.map(|rate| rate.to_string()),
            "budget": settings.connect.budget,
        },
        "route": settings.value().get("route"),
        "poll": { "every": settings.poll.period().to_string() },
        "options": settings.options,
    })
}

#[async_trait]
impl Control for Offline {
    fn channels(&self) -> Vec<ConfiguredChannel> {
        self.channels.iter().map(ConfiguredChannel::of).collect()
    }

    fn resolve(&self, called: &str) -> Result<String, Text> {
        self.channels.resolve(called).map(|file| file.code.clone()).map_err(|none| none.0)
    }

    fn back(&self, code: &str) -> Option<ReturnTable> {
        self.channels.iter().find(|file| file.code == code)?.result.as_ref().ok().map(|settings| settings.back.clone())
    }

    fn core(&self) -> CoreDesk {
        self.desk.clone()
    }

    fn report(&self) -> ReportDesk {
        self.report.clone()
    }

    fn running(&self) -> Option<Running> {
        None
    }

    fn far(&self, _: &Side) -> Option<FarStatus> {
        None
    }

    async fn resume(&self, _: &Side) -> Result<(), Problem> {
        Err(daemon_needed())
    }

    async fn wake(&self, _: &Side) {}

    async fn secret_set(&self, _: &str) -> Vec<String> {
        vec![]
    }

    async fn preview(&self, code: &str, begin: Begin, unmask: bool) -> Result<Preview, Problem> {
        let rehearsal = self.rehearsal.as_ref().filter(|rehearsal| rehearsal.settings.code == code);
        let rehearsal = rehearsal.ok_or_else(daemon_needed)?;
        let looked = Box::pin(live(&rehearsal.subject(), &begin, rehearsal.secrets.clone(), unmask)).await;
        looked.map_err(|text| Problem::refused(text.zh, text.en))
    }

    async fn remap(&self, _: i64, _: &Actor) -> Result<Verdict, Problem> {
        Err(daemon_needed())
    }
}
