//! From a channel's checked file to a channel that runs: its connector, its mapping, its place in the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use huiliu_contract::{Blind, Connector, Misconfigured, Site};

use super::letters::{self, Addresses};
use super::made::{MadeOf, Noting};
use super::{Start, StartError, back};
use crate::channel::{Budgets, Channel, Kind, Pace};
use crate::door;
use crate::forward::{Cloud, Form, RestForwarder, SheetCore, Way};
use crate::normalize::{Basis, Mapping, Reshape};
use crate::settings::{
    self, ChannelSettings, ChannelSite, ChannelState, Channels, CoreTable, Mistake, Sign, Text, Variables,
};
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
    /// The good ones, by code, each with what it was made of.
    pub(super) channels: BTreeMap<String, (Arc<Channel>, MadeOf)>,
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
) -> Result<(Connector, Mapping), Vec<Mistake>> {
    make(settings, gateway, variables, kinds, &store::Keys::of_no_house()).map(|made| (made.connector, made.mapping))
}

/// The same for a channel that is looked at, whatever its state; `unset` lets secrets be missing.
pub(super) fn make_for(
    settings: &ChannelSettings,
    gateway: &settings::Gateway,
    variables: &Variables,
    kinds: &[Kind],
    unset: bool,
) -> Result<(Connector, Mapping), Vec<Mistake>> {
    let off = unset || settings.channel.state == ChannelState::Off;
    make_with(settings, gateway, variables, kinds, &store::Keys::of_no_house(), off)
        .map(|made| (made.connector, made.mapping))
}

/// A channel that is built, and not yet known to the store.
pub(super) struct Made {
    settings: ChannelSettings,
    connector: Connector,
    mapping: Mapping,
    /// What it was made of.
    pub(super) made_of: MadeOf,
}

/// Builds a channel, and notes of what.
pub(super) fn make(
    settings: &ChannelSettings,
    gateway: &settings::Gateway,
    variables: &Variables,
    kinds: &[Kind],
    blind: &Arc<dyn Blind>,
) -> Result<Made, Vec<Mistake>> {
    make_with(settings, gateway, variables, kinds, blind, settings.channel.state == ChannelState::Off)
}

fn make_with(
    settings: &ChannelSettings,
    gateway: &settings::Gateway,
    variables: &Variables,
    kinds: &[Kind],
    blind: &Arc<dyn Blind>,
    unset: bool,
) -> Result<Made, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let site = ChannelSite::new(settings.code.clone(), gateway, variables, blind);
    let site = Noting::new(site, unset);
    site.note_channel(settings, gateway);
    let connector =
        kinds.iter().find(|kind| kind.name == settings.connect.kind).map(|kind| (kind.build)(&settings.options, &site));
    let connector = match connector {
        Some(Ok(connector)) => {
            mistakes.extend(back::mistakes(settings, &connector));
            mistakes.extend(letters::no_listener(settings, &connector, gateway));
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
        (Some(connector), Ok(mapping)) if mistakes.is_empty() => {
            Ok(Made { settings: settings.clone(), connector, mapping, made_of: site.made_of() })
        }
        (_, Err(found)) => {
            mistakes.extend(found);
            Err(mistakes)
        }
        (_, Ok(_)) => Err(mistakes),
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
    let no_place = ("这不是字段名、路径或 /指针", "this is no name, dotted path or JSON pointer");
    let wrong = |key: &str, text: (&str, &str)| vec![settings.mistake(&Misconfigured::new(key, text.1, text.0))];
    let mapping = match &settings.route {
        Some(route) => mapping.with_route(route).map_err(|key| wrong(key, no_place))?,
        None => mapping,
    };
    let Some(acts) = &settings.acts else { return Ok(mapping) };
    mapping.with_acts(acts).map_err(|key| {
        let both =
            ("from 和 label 写一个,只写一个:来件性质在哪一栏", "give one of from and label: where the act stands");
        wrong(key, if key == "acts" { both } else { no_place })
    })
}

/// Places of the document that the connector reads itself, so that they are not "unknown" fields.
fn read_elsewhere(options: &serde_json::Value) -> Vec<String> {
    let tables = ["/poll/list", "/receive", "/sheet"].into_iter().filter_map(|at| options.pointer(at));
    tables
        .flat_map(|table| ["id", "version", "sent_at"].into_iter().filter_map(|key| table.get(key)))
        .filter_map(|place| place.as_str().map(str::to_owned))
        .collect()
}

/// How events reach the core; everything wrong with `[core]` at once.
pub fn build_core(gateway: &settings::Gateway, variables: &Variables) -> Result<Way, Vec<Mistake>> {
    build_core_on(&ChannelSite::new("core", gateway, variables, &store::Keys::of_no_house()), gateway)
}

/// The same on a site that is lent.
pub(super) fn build_core_on(site: &dyn Site, gateway: &settings::Gateway) -> Result<Way, Vec<Mistake>> {
    let mut wrong = Vec::new();
    let way = match &gateway.settings.core {
        None => Some(Way::Manual),
        Some(CoreTable::Rest(core)) => {
            let built = RestForwarder::build(core, site).map_err(|found| wrong.extend(found));
            built.ok().map(|rest| Way::Rest(Box::new(rest)))
        }
        Some(CoreTable::Manual(core)) => {
            Form::build(&core.form, "core.form", &mut wrong);
            Some(Way::Manual)
        }
        Some(CoreTable::File(core)) => {
            let base = gateway.dir.parent().unwrap_or(&gateway.dir);
            SheetCore::build(core, base, &mut wrong).map(|core| Way::File(Box::new(core)))
        }
        Some(CoreTable::Pull(core)) => {
            Some(Way::Pull(Cloud::build(core.envelope, core.source.as_deref(), "core", &mut wrong)))
        }
    };
    match way {
        Some(way) if wrong.is_empty() => Ok(way),
        _ => Err(wrong.iter().map(|found| gateway.mistake(found)).collect()),
    }
}

impl Made {
    /// Its file.
    pub(super) fn settings(&self) -> &ChannelSettings {
        &self.settings
    }

    /// Under which addresses it takes letters, as far as it shall run.
    pub(super) fn letters(&self) -> Vec<String> {
        let runs = self.settings.channel.state != ChannelState::Off;
        door::addresses(&self.connector).iter().filter(|_| runs).cloned().collect()
    }

    /// Whose memory of numbers it shares.
    pub(super) fn namespace(&self) -> &str {
        &self.settings.namespace
    }

    /// What is wrong with leaving the namespace that the channel's items are remembered under.
    pub(super) fn leaves(&self, remembered: &str) -> Mistake {
        let namespace = &self.settings.namespace;
        let found = Misconfigured::new(
            "channel.namespace",
            format!(
                "this channel's items are remembered under `{remembered}`; under `{namespace}` all of them would be new"
            ),
            format!("这个渠道已有来件,来源编号记在“{remembered}”名下;换到“{namespace}”,以前的件再来都会当成新件"),
        );
        self.settings.mistake(&found).remedy(Text::new(
            format!("写 namespace = \"{remembered}\"(和渠道代号相同时不用写);确实要另记,就新建一个渠道文件夹,换个代号"),
            format!("write namespace = \"{remembered}\" (not needed if that is the code); to begin anew, make another channel"),
        ))
    }

    /// The channel, once the store knows it. `before` is at what pace it went so far.
    pub(super) async fn enrolled(
        self,
        gateway: &settings::Gateway,
        budgets: &Budgets,
        before: Option<&Pace>,
        store: &Arc<dyn Store>,
    ) -> Result<Result<(Arc<Channel>, MadeOf), Vec<Mistake>>, StoreError> {
        let Self { settings, connector, mapping, made_of } = self;
        let Some(pace) = budgets.pace(settings.connect.limit, settings.connect.budget.as_deref(), before) else {
            let name = settings.connect.budget.clone().unwrap_or_default();
            let found = Misconfigured::new(
                "connect.budget",
                format!("`{name}` is not among [budgets] of gateway.toml"),
                format!("gateway.toml 的 [budgets] 里没有“{name}”"),
            );
            return Ok(Err(vec![settings.mistake(&found)]));
        };
        let polled = connector.poll.is_some();
        let enrolled = store.enroll(&settings.code, &settings.namespace, polled, signs(&settings)).await?;
        letters::remember(store, &settings.code, door::addresses(&connector)).await?;
        Ok(Ok((Arc::new(Channel::new(settings, connector, mapping, enrolled, pace, gateway)), made_of)))
    }
}

/// One channel built and enrolled, or everything wrong with it. What would split its memory of numbers is refused. With the
/// budgets comes the pace at which the channel went so far.
pub(super) async fn enrolled(
    settings: &ChannelSettings,
    gateway: &settings::Gateway,
    variables: &Variables,
    kinds: &[Kind],
    (budgets, before): (&Budgets, Option<&Pace>),
    store: &Arc<dyn Store>,
) -> Result<Result<(Arc<Channel>, MadeOf), Vec<Mistake>>, StoreError> {
    let made = match make(settings, gateway, variables, kinds, &lent(store)) {
        Ok(made) => made,
        Err(mistakes) => return Ok(Err(mistakes)),
    };
    match store.remembers_elsewhere(&settings.code, made.namespace()).await? {
        Some(remembered) => Ok(Err(vec![made.leaves(&remembered)])),
        None => made.enrolled(gateway, budgets, before, store).await,
    }
}

/// The digests that a house lends to connectors.
pub(super) fn lent(store: &Arc<dyn Store>) -> Arc<dyn Blind> {
    store.keys().clone()
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
            Ok(settings) => {
                let (gateway, variables) = (&start.settings, &start.variables);
                enrolled(settings, gateway, variables, start.kinds, (&budgets, None), store).await?
            }
            Err(mistakes) => Err(mistakes.clone()),
        };
        match made {
            Ok(channel) => drop(channels.insert(file.code.clone(), channel)),
            Err(mistakes) => broken.push(aside(file.code.clone(), mistakes)),
        }
    }
    for (code, mistakes) in claimed_twice(&channels) {
        channels.remove(&code);
        broken.push(aside(code, mistakes));
    }
    Ok(Built { channels, broken, files, budgets })
}

/// A channel that does not run, told in the log.
fn aside(code: String, mistakes: Vec<Mistake>) -> ChannelFault {
    for mistake in &mistakes {
        let mistake = mistake.shown(settings::Lang::En);
        tracing::error!(channel = %code, mistake, "off, needs mending");
    }
    ChannelFault { code, mistakes }
}

/// Channels that want letters of an address that another has.
fn claimed_twice(channels: &BTreeMap<String, (Arc<Channel>, MadeOf)>) -> BTreeMap<String, Vec<Mistake>> {
    let now = letters::of_those_that_run(channels);
    let mut found: BTreeMap<String, Vec<Mistake>> = BTreeMap::new();
    for clash in letters::clashes(&Addresses::new(), &now) {
        if let Some((channel, _)) = channels.get(&clash.code) {
            found.entry(clash.code.clone()).or_default().push(clash.mistake(&channel.settings));
        }
    }
    found
}
