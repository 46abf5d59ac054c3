//! The channels that run, each replaceable as a whole: its door, its runners and its settings change together,
//! or not at all.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use huiliu_contract::SecretRef;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::build::{Built, enrolled};
use super::letters::Addresses;
use super::made::MadeOf;
use super::runner::Runner;
use crate::channel::{Budgets, Channel, Kind};
use crate::door::{self, Entries, Entry, Gate};
use crate::errands::{Attending, FarStatus, Fetching, Homeward, Polling};
use crate::http::Health;
use crate::intake::Intake;
use crate::settings::{self, ChannelFile, ChannelState, Channels, Mistake, Variables, references};
use crate::store::{Errand, Store, StoreError, Task};
use crate::workdays::Calendar;

/// A far side of a channel that can be resumed: as it is polled, or as it is answered.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) status: Arc<FarStatus>,
    pub(super) resumed: Arc<Notify>,
}

/// What holds for all channels at present. A reload puts the next one in its place.
pub(super) struct Now {
    /// `gateway.toml` as it runs.
    pub(super) settings: settings::Gateway,
    /// The limiters that channels share.
    pub(super) budgets: Budgets,
    /// Every channel's file: as it runs, where it does; else as it was read last.
    pub(super) files: Channels,
}

/// All channels of a running gateway.
pub(super) struct Running {
    pub(super) ground: Ground,
    now: RwLock<Arc<Now>>,
    state: Mutex<State>,
}

/// What of a channel has a runner of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Poll,
    Fetch,
    Home,
    Login,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) channels: BTreeMap<String, (Arc<Channel>, MadeOf)>,
    asked: HashMap<String, Asked>,
    answered: HashMap<String, Asked>,
    /// The logins of channels that run.
    pub(super) logins: HashMap<String, Arc<Attending>>,
    /// The latest runner of each role; one that was told to stop stays here until another follows it.
    runners: HashMap<(String, Role), Runner>,
    /// What is wrong with a channel's files. If the channel is among `channels`, it goes on as it was.
    pub(super) wrong: BTreeMap<String, Vec<Mistake>>,
}

/// What a gateway hands to its channels.
pub(super) struct Ground {
    pub(super) store: Arc<dyn Store>,
    pub(super) intake: Intake,
    /// `gateway.toml` as it was at the start.
    pub(super) started: settings::Gateway,
    pub(super) variables: Variables,
    pub(super) kinds: &'static [Kind],
    pub(super) entries: Arc<Entries>,
    pub(super) health: Arc<Health>,
    /// The calendar of working days at present.
    pub(super) calendar: tokio::sync::watch::Receiver<Arc<Calendar>>,
    pub(super) tracker: TaskTracker,
    pub(super) stop: CancellationToken,
}

impl Running {
    /// Sets every built channel going. Channels that the store knows and that have no folder are retired.
    /// `letters` are the addresses under which channels took letters when they last could say so.
    pub(super) fn start(ground: Ground, built: Built, known: &[(String, u32)], letters: Addresses) -> Self {
        let now = Now { settings: ground.started.clone(), budgets: built.budgets, files: built.files };
        let running = Self { ground, now: RwLock::new(Arc::new(now)), state: Mutex::default() };
        for (code, addresses) in letters {
            running.ground.entries.answers_to(&code, addresses);
        }
        for (code, id) in known {
            running.ground.health.known(code, *id);
            if running.now().files.of(code).is_none() {
                tracing::info!(channel = %code, "it has no folder: it is retired, its pushes are put off");
                running.retire(code);
            }
        }
        for (channel, made_of) in built.channels.into_values() {
            running.put(channel, made_of);
        }
        for broken in built.broken {
            running.set_aside(&broken.code, broken.mistakes);
        }
        running
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What holds at present.
    pub(super) fn now(&self) -> Arc<Now> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The site's zone.
    pub(super) fn zone(&self) -> jiff::tz::TimeZone {
        self.ground.started.settings.zone.0.clone()
    }

    /// What holds from now on.
    pub(super) fn hold(&self, now: Now) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
    }

    /// A channel that is right, and runs if it is not off.
    pub(super) fn channel(&self, code: &str) -> Option<Arc<Channel>> {
        self.state().channels.get(code).map(|(channel, _)| channel.clone())
    }

    /// Every channel that is right, with what it was made of.
    pub(super) fn channels(&self) -> BTreeMap<String, (Arc<Channel>, MadeOf)> {
        self.state().channels.clone()
    }

    /// Every channel that is right.
    pub(super) fn list(&self) -> Vec<Arc<Channel>> {
        self.state().channels.values().map(|(channel, _)| channel.clone()).collect()
    }

    /// The far side of a polled channel.
    pub(super) fn asked(&self, code: &str) -> Option<Asked> {
        self.state().asked.get(code).cloned()
    }

    /// The far side of a channel's way home.
    pub(super) fn answered(&self, code: &str) -> Option<Asked> {
        self.state().answered.get(code).cloned()
    }

    /// Lets every far side of channels be asked once more that stood still for a person, but for those `except`. Answers
    /// the channels' codes.
    pub(super) fn resume_denied(&self, except: impl Fn(&String) -> bool) -> Vec<String> {
        let state = self.state();
        let mut codes = Vec::new();
        for (code, far) in state.asked.iter().chain(&state.answered) {
            let waits = state.logins.get(code).is_some_and(|login| login.waits_for_person());
            if far.status.needs_person() && !waits && !except(code) {
                far.resumed.notify_one();
                codes.push(code.clone());
            }
        }
        codes.sort();
        codes.dedup();
        codes
    }

    /// What is wrong with a channel's files, and whether it goes on as it was.
    pub(super) fn wrong(&self, code: &str) -> (Vec<Mistake>, bool) {
        let state = self.state();
        (state.wrong.get(code).cloned().unwrap_or_default(), state.channels.contains_key(code))
    }

    /// The codes of channels that are wrong.
    pub(super) fn wrong_ones(&self) -> Vec<String> {
        self.state().wrong.keys().cloned().collect()
    }

    /// The files, besides secrets, of which channels were made.
    pub(super) fn made_of(&self) -> Vec<PathBuf> {
        let files = |(_, made_of): &(Arc<Channel>, MadeOf)| made_of.files.iter().cloned().collect::<Vec<_>>();
        self.state().channels.values().flat_map(files).collect()
    }

    /// Puts a channel in the place of whatever ran under its code. Pushes under way end with the channel they began with,
    /// and no push finds neither; a runner of the new one begins when the old one's has ended.
    pub(super) fn put(&self, channel: Arc<Channel>, made_of: MadeOf) {
        let (code, ground) = (channel.code.to_string(), &self.ground);
        let runs = channel.settings.channel.state != ChannelState::Off;
        let mut state = self.state();
        let entry = if runs { Entry::Open(channel.clone(), Gate::new(&code)) } else { Entry::Shut };
        if runs {
            ground.intake.know(&channel);
        } else {
            ground.intake.forget(&code);
            ground.health.rests(&code);
            ground.entries.answers_to(&code, door::addresses(&channel.connector).to_vec());
        }
        ground.health.known(&code, channel.enrolled.channel);
        ground.health.mended(&code);
        ground.entries.put(&code, entry);
        state.right(&code);
        state.asked.remove(&code);
        state.answered.remove(&code);
        let asked = (runs && channel.connector.poll.is_some())
            .then(|| Asked { status: ground.health.status(&code), resumed: Arc::default() });
        // Nothing is sent before the channel is live.
        let answered = (channel.settings.channel.state == ChannelState::Live)
            .then(|| Asked { status: ground.health.outlet(&code), resumed: Arc::default() });
        let login = self.attend(&mut state, &channel, asked.iter().chain(&answered));
        if let Some(asked) = asked {
            let runner = Polling {
                channel: channel.clone(),
                store: ground.store.clone(),
                intake: ground.intake.clone(),
                status: asked.status.clone(),
                resumed: asked.resumed.clone(),
                login: login.clone(),
                zone: ground.started.settings.zone.0.clone(),
            };
            self.follow(&mut state, &code, Role::Poll, |stop| runner.run(stop));
            state.asked.insert(code.clone(), asked);
        } else {
            state.end(&code, Role::Poll);
        }
        if let Some(table) = channel.settings.files.clone().filter(|_| runs) {
            let runner = Fetching {
                channel: channel.clone(),
                table,
                store: ground.store.clone(),
                status: ground.health.files(&code),
            };
            self.follow(&mut state, &code, Role::Fetch, |stop| runner.run(stop));
        } else {
            state.end(&code, Role::Fetch);
        }
        if let Some(answered) = answered {
            let runner = Homeward {
                channel: channel.clone(),
                store: ground.store.clone(),
                status: answered.status.clone(),
                resumed: answered.resumed.clone(),
                login,
                zone: ground.started.settings.zone.0.clone(),
            };
            self.follow(&mut state, &code, Role::Home, |stop| runner.run(stop));
            state.answered.insert(code.clone(), answered);
        } else {
            state.end(&code, Role::Home);
        }
        state.channels.insert(code, (channel, made_of));
    }

    pub(super) fn follow<F>(
        &self,
        state: &mut State,
        code: &str,
        role: Role,
        run: impl FnOnce(CancellationToken) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let key = (code.to_owned(), role);
        let before = state.runners.remove(&key);
        let runner = Runner::after(before, &self.ground.tracker, &self.ground.stop, run);
        state.runners.insert(key, runner);
    }

    /// Asks a channel at once, where its next poll lies in the future by what its file said before.
    pub(super) fn ask_soon(&self, channel: &Channel) {
        let errand = Errand { task: Task::Poll, subject: i64::from(channel.enrolled.channel) };
        self.ground.store.schedule().hasten(errand, self.ground.store.clock().now());
    }

    /// A channel's files say again what it runs by.
    pub(super) fn mended(&self, code: &str) {
        self.state().right(code);
        self.ground.health.mended(code);
    }

    /// A secret was set: builds the channels that point to it anew. A channel that cannot be built stays as it was.
    /// Answers the codes of those that now run with it.
    pub(super) async fn secret_set(&self, name: &str) -> Vec<String> {
        let (now, ground) = (self.now(), &self.ground);
        let mut swapped = Vec::new();
        for file in now.files.iter().filter(|file| points_to(file, name)) {
            let Ok(settings) = &file.result else { continue };
            let before = self.channel(&file.code);
            let before = before.as_ref().map(|channel| &channel.pace);
            let (gateway, variables) = (&now.settings, &ground.variables);
            let made = enrolled(settings, gateway, variables, ground.kinds, (&now.budgets, before), &ground.store);
            match Box::pin(made).await {
                Ok(Ok((channel, made_of))) => {
                    tracing::info!(channel = %file.code, "runs with the secret that was set");
                    self.put(channel, made_of);
                    swapped.push(file.code.clone());
                }
                Ok(Err(mistakes)) => {
                    let mistake = mistakes.first().map(|mistake| mistake.shown(settings::Lang::En)).unwrap_or_default();
                    tracing::warn!(channel = %file.code, mistake, "a secret was set, but the channel still cannot be built");
                    self.set_aside(&file.code, mistakes);
                }
                Err(error) => tracing::error!(channel = %file.code, %error, "the channel could not be enrolled"),
            }
        }
        swapped
    }

    /// Whether the store knows a channel of this code.
    pub(super) async fn is_known(&self, code: &str) -> Result<bool, StoreError> {
        Ok(self.ground.store.known_channels().await?.iter().any(|(known, _)| known == code))
    }
}

impl State {
    /// Tells a runner to stop; it stays until another follows it.
    pub(super) fn end(&self, code: &str, role: Role) {
        if let Some(runner) = self.runners.get(&(code.to_owned(), role)) {
            runner.stop();
        }
    }

    /// Nothing of a channel runs any more.
    pub(super) fn end_all(&mut self, code: &str) {
        for role in [Role::Poll, Role::Fetch, Role::Home, Role::Login] {
            self.end(code, role);
        }
        self.asked.remove(code);
        self.answered.remove(code);
        self.logins.remove(code);
        self.channels.remove(code);
        self.right(code);
    }

    /// Nothing is wrong with a channel's files.
    pub(super) fn right(&mut self, code: &str) {
        if self.wrong.remove(code).is_some() {
            count_mistakes(code, 0);
        }
    }
}

/// Sets how many mistakes a channel's files have, or `gateway.toml`.
pub(super) fn count_mistakes(channel: &str, mistakes: usize) {
    metrics::gauge!("huiliu_config_mistakes", "channel" => channel.to_owned()).set(mistakes as f64);
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
