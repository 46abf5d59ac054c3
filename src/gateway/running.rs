//! The channels that run, each replaceable as a whole: its door, its runner and its settings change together,
//! or not at all.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use huiliu_contract::SecretRef;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::build::{Built, enrolled};
use crate::channel::{Budgets, Channel, Kind};
use crate::errands::{FarStatus, Fetching, Homeward, Polling};
use crate::http::{Entries, Entry, Gate, Health};
use crate::intake::Intake;
use crate::settings::{self, ChannelFile, ChannelState, Channels, Mistake, Variables, references};
use crate::store::Store;

/// A runner of a channel: where it is polled, or where it is answered.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) status: Arc<FarStatus>,
    pub(super) resumed: Arc<Notify>,
    stop: CancellationToken,
}

/// All channels of a running gateway.
pub(super) struct Running {
    pub(super) store: Arc<dyn Store>,
    pub(super) intake: Intake,
    settings: settings::Gateway,
    variables: Variables,
    kinds: &'static [Kind],
    budgets: Budgets,
    entries: Arc<Entries>,
    health: Arc<Health>,
    files: Channels,
    tracker: TaskTracker,
    stop: CancellationToken,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    channels: BTreeMap<String, Arc<Channel>>,
    asked: HashMap<String, Asked>,
    answered: HashMap<String, Asked>,
    /// By the channel's code, what stops the runner that fetches its files.
    fetching: HashMap<String, CancellationToken>,
    broken: BTreeMap<String, Vec<Mistake>>,
}

/// What a gateway hands to its channels.
pub(super) struct Ground {
    pub(super) store: Arc<dyn Store>,
    pub(super) intake: Intake,
    pub(super) settings: settings::Gateway,
    pub(super) variables: Variables,
    pub(super) kinds: &'static [Kind],
    pub(super) entries: Arc<Entries>,
    pub(super) health: Arc<Health>,
    pub(super) tracker: TaskTracker,
    pub(super) stop: CancellationToken,
}

impl Running {
    /// Sets every built channel going.
    pub(super) fn start(ground: Ground, built: Built) -> Self {
        let running = Self {
            store: ground.store,
            intake: ground.intake,
            settings: ground.settings,
            variables: ground.variables,
            kinds: ground.kinds,
            budgets: built.budgets,
            entries: ground.entries,
            health: ground.health,
            files: built.files,
            tracker: ground.tracker,
            stop: ground.stop,
            state: Mutex::default(),
        };
        for channel in built.channels.into_values() {
            running.put(channel);
        }
        for broken in built.broken {
            running.set_aside(&broken.code, broken.mistakes);
        }
        running
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every channel's file, as it was read at the start.
    pub(super) fn files(&self) -> &Channels {
        &self.files
    }

    /// A channel that is right.
    pub(super) fn channel(&self, code: &str) -> Option<Arc<Channel>> {
        self.state().channels.get(code).cloned()
    }

    /// All that are right, those that are off among them.
    pub(super) fn channels(&self) -> Vec<Arc<Channel>> {
        self.state().channels.values().cloned().collect()
    }

    /// The house's settings.
    pub(super) fn gateway(&self) -> &settings::Gateway {
        &self.settings
    }

    /// The runner of a polled channel.
    pub(super) fn asked(&self, code: &str) -> Option<Asked> {
        self.state().asked.get(code).cloned()
    }

    /// The runner of a channel's way home.
    pub(super) fn answered(&self, code: &str) -> Option<Asked> {
        self.state().answered.get(code).cloned()
    }

    /// What is wrong with a channel.
    pub(super) fn mistakes(&self, code: &str) -> Vec<Mistake> {
        self.state().broken.get(code).cloned().unwrap_or_default()
    }

    /// Puts a channel in the place of whatever ran under its code.
    fn put(&self, channel: Arc<Channel>) {
        let code = channel.code.to_string();
        let runs = channel.settings.channel.state != ChannelState::Off;
        let mut state = self.state();
        for before in [state.asked.remove(&code), state.answered.remove(&code)].into_iter().flatten() {
            before.stop.cancel();
        }
        let entry = if runs { Entry::Open(channel.clone(), Gate::new(&code)) } else { Entry::Shut };
        if runs {
            self.intake.know(&channel);
        }
        self.entries.put(&code, entry);
        self.health.mended(&code);
        state.broken.remove(&code);
        if runs && channel.connector.poll.is_some() {
            let asked = Asked {
                status: self.health.status(&code),
                resumed: Arc::new(Notify::new()),
                stop: self.stop.child_token(),
            };
            let runner = Polling {
                channel: channel.clone(),
                store: self.store.clone(),
                intake: self.intake.clone(),
                status: asked.status.clone(),
                resumed: asked.resumed.clone(),
                zone: self.settings.settings.zone.0.clone(),
            };
            self.tracker.spawn(runner.run(asked.stop.clone()));
            state.asked.insert(code.clone(), asked);
        }
        if let Some(before) = state.fetching.remove(&code) {
            before.cancel();
        }
        if let Some(table) = channel.settings.files.clone().filter(|_| runs) {
            let stop = self.stop.child_token();
            let runner = Fetching {
                channel: channel.clone(),
                table,
                store: self.store.clone(),
                status: self.health.files(&code),
            };
            self.tracker.spawn(runner.run(stop.clone()));
            state.fetching.insert(code.clone(), stop);
        }
        // Nothing is sent before the channel is live.
        if channel.settings.channel.state == ChannelState::Live {
            let answered = Asked {
                status: self.health.outlet(&code),
                resumed: Arc::new(Notify::new()),
                stop: self.stop.child_token(),
            };
            let runner = Homeward {
                channel: channel.clone(),
                store: self.store.clone(),
                status: answered.status.clone(),
                resumed: answered.resumed.clone(),
                zone: self.settings.settings.zone.0.clone(),
            };
            self.tracker.spawn(runner.run(answered.stop.clone()));
            state.answered.insert(code.clone(), answered);
        }
        state.channels.insert(code, channel);
    }

    /// A channel that needs mending: its pushes are answered 503, nothing is asked of it.
    fn set_aside(&self, code: &str, mistakes: Vec<Mistake>) {
        self.entries.put(code, Entry::Shut);
        self.health.broken(code);
        self.state().broken.insert(code.to_owned(), mistakes);
    }

    /// A secret was set: builds the channels that point to it anew. A channel that cannot be built stays as it was.
    /// Answers the codes of those that now run with it.
    pub(super) async fn secret_set(&self, name: &str) -> Vec<String> {
        let mut swapped = Vec::new();
        for file in self.files.iter().filter(|file| points_to(file, name)) {
            let Ok(settings) = &file.result else { continue };
            let made =
                enrolled(settings, &self.settings, &self.variables, self.kinds, &self.budgets, &self.store).await;
            match made {
                Ok(Ok(channel)) => {
                    tracing::info!(channel = %file.code, "runs with the secret that was set");
                    self.put(channel);
                    swapped.push(file.code.clone());
                }
                Ok(Err(mistakes)) => {
                    let mistake = mistakes.first().map(|mistake| mistake.shown(settings::Lang::En)).unwrap_or_default();
                    tracing::warn!(channel = %file.code, mistake, "a secret was set, but the channel still cannot be built");
                    if self.channel(&file.code).is_none() {
                        self.set_aside(&file.code, mistakes);
                    }
                }
                Err(error) => tracing::error!(channel = %file.code, %error, "the channel could not be enrolled"),
            }
        }
        swapped
    }
}

/// Whether a channel's options point to a secret's file.
fn points_to(file: &ChannelFile, name: &str) -> bool {
    file.result.as_ref().is_ok_and(|settings| names_secret(&settings.options, name))
}

/// Whether some settings point to a secret's file.
pub(super) fn names_secret(settings: &serde_json::Value, name: &str) -> bool {
    references(settings).iter().any(|at| match at {
        SecretRef::File(path) => path == Path::new(name) || path.file_name().is_some_and(|file| file == name),
        SecretRef::Env(_) => false,
    })
}
