//! From a channel's checked file to a channel that runs: its connector, its mapping, its place in the store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use huiliu_contract::{Misconfigured, Secret, SecretRef, Site};
use jiff::tz::TimeZone;

use super::{Start, StartError, back};
use crate::channel::{Budgets, Channel, Kind};
use crate::forward::RestForwarder;
use crate::normalize::{Basis, Mapping, Reshape};
use crate::settings::{self, ChannelSettings, ChannelSite, ChannelState, Channels, Mistake, Sign, Text, Variables};
use crate::store::{self, Store, StoreError};

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
    /// The limiters that channels share.
    pub(super) budgets: Budgets,
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
    let site = LentTo { site, off: settings.channel.state == ChannelState::Off };
    let connector =
        kinds.iter().find(|kind| kind.name == settings.connect.kind).map(|kind| (kind.build)(&settings.options, &site));
    let connector = match connector {
        Some(Ok(connector)) => {
            mistakes.extend(back::mistakes(settings, &connector));
            Some(connector)
        }
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
        (Some(connector), Ok(mapping)) if mistakes.is_empty() => Ok((connector, mapping)),
        (_, Err(found)) => {
            mistakes.extend(found);
            Err(mistakes)
        }
        (_, Ok(_)) => Err(mistakes),
    }
}

/// The site as a channel sees it. A channel that is off need not have its secrets yet: it is checked as far as it
/// can be, and nothing of it runs.
struct LentTo {
    site: ChannelSite,
    off: bool,
}

impl Site for LentTo {
    fn channel(&self) -> &str {
        self.site.channel()
    }

    fn secret(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured> {
        match self.site.secret(key, at) {
            Err(_) if self.off => Ok(Secret::new("not set while the channel is off")),
            found => found,
        }
    }

    fn path(&self, written: &Path) -> PathBuf {
        self.site.path(written)
    }

    fn zone(&self) -> TimeZone {
        self.site.zone()
    }

    fn listener_is_loopback(&self) -> bool {
        self.site.listener_is_loopback()
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
    let mapping = Mapping::compile(settings.source(), fields, table.get("codes"), &basis);
    let mapping = match &settings.reshape {
        Some(written) => {
            let program = Reshape::compile(written, gateway.settings.zone.0.iana_name().unwrap_or_default());
            match (mapping, program) {
                (Ok(mapping), Ok(program)) => mapping.with_program(program),
                (Err(mut wrong), program) => {
                    wrong.extend(program.err().into_iter().flatten());
                    return Err(wrong);
                }
                (Ok(_), Err(wrong)) => return Err(wrong),
            }
        }
        None => mapping?,
    };
    let Some(acts) = &settings.acts else { return Ok(mapping) };
    mapping.with_acts(acts).map_err(|key| {
        let text = ("这不是字段名、路径或 /指针", "this is no name, dotted path or JSON pointer");
        vec![settings.mistake(&Misconfigured::new(key, text.1, text.0))]
    })
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

/// One channel built and enrolled, or everything wrong with it.
pub(super) async fn enrolled(
    settings: &ChannelSettings,
    gateway: &settings::Gateway,
    variables: &Variables,
    kinds: &[Kind],
    budgets: &Budgets,
    store: &Arc<dyn Store>,
) -> Result<Result<Arc<Channel>, Vec<Mistake>>, StoreError> {
    let (connector, mapping) = match build_channel(settings, gateway, variables, kinds) {
        Ok(built) => built,
        Err(mistakes) => return Ok(Err(mistakes)),
    };
    let Some(pace) = budgets.pace(settings.connect.limit, settings.connect.budget.as_deref()) else {
        let name = settings.connect.budget.clone().unwrap_or_default();
        let found = Misconfigured::new(
            "connect.budget",
            format!("`{name}` is not among [budgets] of gateway.toml"),
            format!("gateway.toml 的 [budgets] 里没有“{name}”"),
        );
        return Ok(Err(vec![settings.mistake(&found)]));
    };
    let runs = settings.channel.state != ChannelState::Off;
    let polled = runs && connector.poll.is_some();
    let enrolled = store.enroll(&settings.code, &settings.namespace, polled, signs(settings)).await?;
    Ok(Ok(Arc::new(Channel::new(settings.clone(), connector, mapping, enrolled, pace, gateway))))
}

/// Who signs for what a channel brings.
fn signs(settings: &ChannelSettings) -> store::Sign {
    match settings.back.sign {
        Sign::Stored => store::Sign::Stored,
        Sign::CoreAccepted => store::Sign::CoreAccepted,
        Sign::Never => store::Sign::Never,
    }
}

/// Builds and enrolls every channel; a wrong one is set aside and stops nothing else.
pub(super) async fn channels(start: &Start, store: &Arc<dyn Store>) -> Result<Built, StartError> {
    let infos: Vec<_> = start.kinds.iter().map(|kind| (kind.info)()).collect();
    let files = start.settings.channels(&infos);
    let budgets = Budgets::new(&start.settings.settings.budgets);
    let (mut channels, mut broken) = (BTreeMap::new(), Vec::new());
    for file in files.iter() {
        let made = match &file.result {
            Ok(settings) => enrolled(settings, &start.settings, &start.variables, start.kinds, &budgets, store).await?,
            Err(mistakes) => Err(mistakes.clone()),
        };
        match made {
            Ok(channel) => drop(channels.insert(file.code.clone(), channel)),
            Err(mistakes) => {
                for mistake in &mistakes {
                    let mistake = mistake.shown(settings::Lang::En);
                    tracing::error!(channel = %file.code, mistake, "off, needs mending");
                }
                broken.push(ChannelFault { code: file.code.clone(), mistakes });
            }
        }
    }
    Ok(Built { channels, broken, files, budgets })
}
