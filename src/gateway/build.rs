//! From a channel's checked file to a channel that runs: its connector, its mapping, its place in the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Start, StartError};
use crate::channel::{Budgets, Channel, Kind};
use crate::forward::RestForwarder;
use crate::normalize::{Basis, Mapping};
use crate::settings::{self, ChannelSettings, ChannelSite, Channels, Mistake, Text, Variables};
use crate::store::Store;

/// A channel that cannot run.
#[derive(Clone, Debug)]
pub struct ChannelFault {
    /// Its code.
    pub code: String,
    /// Everything wrong with it.
    pub mistakes: Vec<Mistake>,
}

/// All channels, built.
pub struct Built {
    /// The good ones, by code.
    pub channels: BTreeMap<String, Arc<Channel>>,
    /// Those off, needing mending.
    pub broken: Vec<ChannelFault>,
    /// The files.
    pub files: Channels,
}

/// The connector and the mapping of a channel, or everything wrong with them.
pub fn build_channel(
    settings: &ChannelSettings,
    gateway: &settings::Gateway,
    variables: &Variables,
    kinds: &[Kind],
) -> Result<(huiliu_contract::Connector, Mapping), Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let site = ChannelSite::new(settings.code.clone(), gateway, variables);
    let connector =
        kinds.iter().find(|kind| kind.name == settings.connect.kind).map(|kind| (kind.build)(&settings.options, &site));
    let connector = match connector {
        Some(Ok(connector)) => Some(connector),
        Some(Err(found)) => {
            mistakes.extend(found.iter().map(|found| settings.mistake(found)));
            None
        }
        None => {
            let text = Text::new(
                format!("没有“{}”这种接入方式", settings.connect.kind),
                format!("there is no kind `{}`", settings.connect.kind),
            );
            mistakes.push(Mistake::whole(&settings.source().path, text));
            None
        }
    };
    match (connector, mapping(settings, gateway)) {
        (Some(connector), Ok(mapping)) => Ok((connector, mapping)),
        (_, Err(found)) => {
            mistakes.extend(found);
            Err(mistakes)
        }
        (None, Ok(_)) => Err(mistakes),
    }
}

/// The mapping of a channel, or every mistake in it.
pub fn mapping(settings: &ChannelSettings, gateway: &settings::Gateway) -> Result<Mapping, Vec<Mistake>> {
    let tree = settings.tree();
    let table = tree.get_ref();
    let Some(fields) = table.get("fields") else {
        let text =
            Text::new("缺少 [fields] 一节:没有写哪栏是哪栏", "there is no [fields]: nothing says which field is which");
        return Err(vec![Mistake::whole(&settings.source().path, text)]);
    };
    let elsewhere = read_elsewhere(&settings.options);
    let basis = Basis { zone: gateway.settings.zone.0.clone(), types: &[], elsewhere: &elsewhere };
    Mapping::compile(settings.source(), fields, table.get("codes"), &basis)
}

/// Places of the document that the connector reads itself, so that they are not "unknown" fields.
fn read_elsewhere(options: &serde_json::Value) -> Vec<String> {
    let tables = ["/poll/list", "/receive"].into_iter().filter_map(|at| options.pointer(at));
    tables
        .flat_map(|table| ["id", "version", "sent_at"].into_iter().filter_map(|key| table.get(key)))
        .filter_map(|place| place.as_str().map(str::to_owned))
        .collect()
}

/// The core's forwarder; none when no core is configured.
pub fn build_core(gateway: &settings::Gateway, variables: &Variables) -> Result<Option<RestForwarder>, Vec<Mistake>> {
    let Some(core) = &gateway.settings.core else { return Ok(None) };
    let site = ChannelSite::new("core", gateway, variables);
    RestForwarder::build(core, &site)
        .map(Some)
        .map_err(|found| found.iter().map(|found| gateway.mistake(found)).collect())
}

/// Builds and enrolls every channel; a wrong one is set aside and stops nothing else.
pub(super) async fn channels(start: &Start, store: &Arc<dyn Store>) -> Result<Built, StartError> {
    let infos: Vec<_> = start.kinds.iter().map(|kind| (kind.info)()).collect();
    let files = start.settings.channels(&infos);
    let settings = &start.settings.settings;
    let budgets = Budgets::new(&settings.budgets);
    let mut built = Built { channels: BTreeMap::new(), broken: Vec::new(), files: Channels::default() };
    for file in files.iter() {
        let made = file.result.clone().and_then(|settings| {
            let (connector, mapping) = build_channel(&settings, &start.settings, &start.variables, start.kinds)?;
            Ok((settings, connector, mapping))
        });
        let (channel, connector, mapping) = match made {
            Ok(made) => made,
            Err(mistakes) => {
                for mistake in &mistakes {
                    tracing::error!(channel = %file.code, mistake = %mistake.shown(settings::Lang::En), "off, needs mending");
                }
                built.broken.push(ChannelFault { code: file.code.clone(), mistakes });
                continue;
            }
        };
        let Some(pace) = budgets.pace(channel.connect.limit, channel.connect.budget.as_deref()) else {
            let name = channel.connect.budget.clone().unwrap_or_default();
            let found = huiliu_contract::Misconfigured::new(
                "connect.budget",
                format!("`{name}` is not among [budgets] of gateway.toml"),
                format!("gateway.toml 的 [budgets] 里没有“{name}”"),
            );
            built.broken.push(ChannelFault { code: file.code.clone(), mistakes: vec![channel.mistake(&found)] });
            continue;
        };
        let runs = channel.channel.state != settings::ChannelState::Off;
        let enrolled = store.enroll(&channel.code, &channel.namespace, runs && connector.poll.is_some()).await?;
        let channel = Channel::new(channel, connector, mapping, enrolled, pace, &settings.zone.0);
        built.channels.insert(file.code.clone(), Arc::new(channel));
    }
    built.files = files;
    Ok(built)
}
