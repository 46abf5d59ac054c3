//! Reading everything anew, as the start does, and building it; nothing that runs is touched.

use std::collections::BTreeMap;

use super::super::lent::Lent;

use crate::channel::Kind;
use crate::gateway::build::{Made, make};
use crate::gateway::core::CoreMade;
use crate::settings::{self, Channels, Mistake, Secrets, Text, Variables};

/// All that was read, and built as far as it can be.
pub(super) struct Read {
    /// `gateway.toml` as it is to run: what only counts from the next start is as it was.
    pub(super) house: settings::Gateway,
    /// Keys that only count from the next start.
    pub(super) needs_restart: Vec<String>,
    /// The way to the core.
    pub(super) core: CoreMade,
    /// Every channel's file.
    pub(super) files: Channels,
    /// Every channel, built, or what is wrong with it.
    pub(super) made: BTreeMap<String, Result<Made, Vec<Mistake>>>,
}

/// Reads the whole configuration of a process that was `started` so, and builds it. Blocks: it reads files and composes
/// clients.
///
/// # Errors
///
/// What is wrong with `gateway.toml`, the holidays or the folder of channels; then nothing may be changed.
pub(super) fn read(
    started: &settings::Gateway,
    variables: &Variables,
    kinds: &[Kind],
    lent: &Lent,
) -> Result<Read, Vec<Mistake>> {
    let written = settings::Gateway::load(&started.dir, variables)?;
    let needs_restart = written.needs_restart(started);
    // The keys of the store are not changed by this, but a start with these would be refused.
    crate::console::home(&written, &Secrets::new(written.dir.clone(), variables.clone()))?;
    let house = written.as_it_runs(started);
    let core = CoreMade::make(&house, variables, kinds, &lent.blind)?;
    crate::gateway::build_alarms(&house, variables)?;
    is_there(&house)?;
    let infos: Vec<_> = kinds.iter().map(|kind| (kind.info)()).collect();
    let files = house.channels(&infos);
    let made = files.iter().map(|file| {
        let made = match &file.result {
            Ok(settings) => make(settings, &house, variables, kinds, lent),
            Err(mistakes) => Err(mistakes.clone()),
        };
        (file.code.clone(), made)
    });
    let made = made.collect();
    Ok(Read { house, needs_restart, core, files, made })
}

/// A folder of channels that cannot be listed would retire all of them at once: more likely it is just being replaced, or
/// its disk is away.
fn is_there(house: &settings::Gateway) -> Result<(), Vec<Mistake>> {
    let folder = house.dir.join("channels");
    std::fs::read_dir(&folder).map(drop).map_err(|why| {
        let text =
            Text::new(format!("渠道文件夹读不了:{why}"), format!("the folder of channels cannot be listed: {why}"));
        let remedy = Text::new(
            "放回这个文件夹;确实一个渠道也不要了,就留一个空的",
            "put it back; an empty one retires all channels",
        );
        vec![Mistake::whole(&folder, text).remedy(remedy)]
    })
}
