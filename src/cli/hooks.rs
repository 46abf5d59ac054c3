//! What the command line cannot reach itself and is handed by `main`: running the daemon and the demo, and checking
//! with the kinds and the mapping.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use huiliu_contract::Step;
use serde_json::Value;

use crate::intake::{HandedIn, NotOpened};
use crate::preview::Rehearsal;
use crate::settings::{ChannelSettings, Gateway, KindInfo, Lang, Mistake, Text};
use crate::signing::Signing;

/// How the daemon is to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunOrder {
    /// The configuration folder.
    pub config: PathBuf,
    /// Refuse to start if any channel is wrong.
    pub strict: bool,
    /// What `--lang` asks for; none follows the configuration.
    pub lang: Option<Lang>,
}

/// How the demo is to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DemoOrder {
    /// How many letters come by which channel; none replays the county's quarter.
    pub counts: Option<PathBuf>,
    /// Which letters and faults.
    pub seed: u64,
    /// Stay up after the reconciliation and print addresses to try.
    pub stay: bool,
    /// Print the reconciliation as JSON instead of a live table.
    pub json: bool,
    /// The language.
    pub lang: Lang,
}

/// What `main` plugs in.
pub struct Hooks {
    /// Runs the daemon until it is told to stop.
    pub run: Box<dyn FnOnce(RunOrder) -> ExitCode>,
    /// Runs the demo.
    pub demo: Box<dyn FnOnce(DemoOrder) -> ExitCode>,
    /// Checks what the settings cannot.
    pub checks: Box<dyn Checks>,
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hooks")
    }
}

/// What checking needs beyond the settings: the kinds, the mapping, the forwarder.
pub trait Checks {
    /// The connector kinds there are.
    fn kinds(&self) -> Vec<KindInfo>;

    /// What is wrong with `[core]`, beyond what the settings found.
    fn core(&self, gateway: &Gateway) -> Vec<Mistake>;

    /// What is wrong with a channel when its kind is built and its mapping compiled.
    fn channel(&self, gateway: &Gateway, channel: &ChannelSettings) -> Vec<Mistake>;

    /// Builds a channel to be looked at. With `asks` it may ask its far side, so its secrets must be set; without, it is
    /// only shown files. Fails with everything wrong with it.
    fn rehearse(&self, gateway: &Gateway, channel: &ChannelSettings, asks: bool) -> Result<Rehearsal, Vec<Mistake>>;

    /// How a channel signs and verifies, built with its secrets. Fails with everything wrong with that.
    fn signing(&self, gateway: &Gateway, channel: &ChannelSettings) -> Result<Vec<Signing>, Vec<Mistake>>;

    /// Maps one sample of a channel that is right, and compares with what is expected.
    fn sample(&self, gateway: &Gateway, channel: &ChannelSettings, sample: &Sample) -> SampleVerdict;

    /// What would become of a file that is handed to a channel, without a store; everything that is wrong with the channel,
    /// if anything is.
    fn look_over(
        &self,
        gateway: &Gateway,
        channel: &ChannelSettings,
        name: &str,
        path: &Path,
    ) -> Result<Result<HandedIn, NotOpened>, Vec<Mistake>>;

    /// Walks to the far sides of channels that are right, and to the core; each far side once. Moves, takes and tells nothing.
    fn online(&self, gateway: &Gateway, order: &OnlineOrder<'_>) -> std::io::Result<Vec<Walked>>;
}

/// Whereto to walk.
#[derive(Debug)]
pub struct OnlineOrder<'a> {
    /// The channels, all right.
    pub channels: Vec<&'a ChannelSettings>,
    /// Whether the one channel was named: then it is walked for although it is off.
    pub named: bool,
    /// Whether to walk to the core too.
    pub core: bool,
    /// The longest time for a step.
    pub limit: std::time::Duration,
}

/// A far side that was walked to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Walked {
    /// Where it is; empty where there is nothing to walk to.
    pub address: String,
    /// Whose it is: names of channels, or of the core.
    pub whose: Vec<Text>,
    /// The steps, each with whose it is where it is not everybody's.
    pub steps: Vec<(Option<Text>, Step)>,
}

/// One sample of a channel: `samples/NAME.in.*` and, if there is one yet, `samples/NAME.ticket.json`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// The file with the document as it comes; its extension tells the form.
    pub input: PathBuf,
    /// What stands in it.
    pub document: Vec<u8>,
    /// The file with the expected ticket.
    pub expectation: PathBuf,
    /// What stands in it.
    pub expected: Option<Vec<u8>>,
}

impl Sample {
    /// The extension of the input, lower case: `json`, `form`, …
    pub fn form(&self) -> String {
        self.input.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase()
    }

    /// All samples in a folder, by name; a folder that is not there has none.
    pub fn all(folder: &Path) -> std::io::Result<Vec<Self>> {
        let listed = match std::fs::read_dir(folder) {
            Ok(listed) => listed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
            Err(error) => return Err(error),
        };
        let mut samples = Vec::new();
        for entry in listed {
            let input = entry?.path();
            let file = input.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some((name, _)) = file.rsplit_once(".in.") else { continue };
            let expectation = folder.join(format!("{name}.ticket.json"));
            let expected = match std::fs::read(&expectation) {
                Ok(bytes) => Some(bytes),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
            samples.push(Self {
                name: name.to_owned(),
                document: std::fs::read(&input)?,
                expectation,
                expected,
                input,
            });
        }
        samples.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(samples)
    }
}

/// How a sample went.
#[derive(Clone, PartialEq, Debug)]
pub enum SampleVerdict {
    /// As expected.
    Same,
    /// Nothing is expected yet; this is what the mapping yields.
    New(Value),
    /// It yields something else.
    Differs {
        /// What differs, for people.
        changes: Text,
        /// What the mapping yields.
        found: Value,
    },
    /// It does not map, or cannot be read.
    Failed(Text),
    /// It holds the number of somebody who lives.
    Real(Text),
}
