//! The gateway put together: a recipe from checked settings to a running house, and its graceful end.

mod alarms;
mod asked;
mod away;
mod back;
mod build;
mod control;
mod core;
mod due;
mod enter;
#[cfg(test)]
mod files_tests;
#[cfg(test)]
mod handed_tests;
mod letters;
#[cfg(test)]
mod letters_tests;
mod login;
#[cfg(test)]
mod login_tests;
mod looked;
mod made;
mod notices;
mod pulse;
mod reckon;
mod reload;
mod remind;
mod run;
mod runner;
mod running;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use alarms::build_alarms;
pub use asked::{AskedCore, build_asked};
pub use build::{Built, ChannelFault, build_channel, build_core, mapping};
pub use control::Daemon;
pub use letters::letters_elsewhere;
pub use looked::rehearse;
pub use run::run;

use self::core::{CoreMade, CoreSide};
use reload::Reloader;
use running::{Ground, Running};

use crate::channel::{Channel, Kind};
use crate::console::House;
use crate::door::Entries;
use crate::http::{Api, Front, Health};
use crate::intake::Intake;
use crate::lmtp;
use crate::settings::{self, ChannelState, CoreTable, Lang, Mistake, Text, Variables};
use crate::store::{self, Store, StoreError};

/// How often what has run out is swept away and the clock is looked at.
const SWEEP: Duration = Duration::from_secs(30);

/// What a gateway is started from.
pub struct Start {
    /// Checked settings.
    pub settings: settings::Gateway,
    /// The environment they were checked under.
    pub variables: Variables,
    /// The connector kinds.
    pub kinds: &'static [Kind],
    /// Refuse to start when any channel needs mending.
    pub strict: bool,
    /// Where metrics are read.
    pub metrics: Option<PrometheusHandle>,
}

/// Why a gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error("the configuration has {} mistakes", .0.len())]
    Mistakes(Vec<Mistake>),
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address is taken, or not ours.
    #[error("cannot listen on {at}: {why}")]
    Listen {
        /// Where.
        at: String,
        /// What the system said.
        why: std::io::Error,
    },
}

impl StartError {
    /// The error for a person, with all mistakes.
    pub fn shown(&self, lang: Lang) -> String {
        match self {
            Self::Mistakes(mistakes) => mistakes.iter().map(|one| one.shown(lang)).collect::<Vec<_>>().join("\n"),
            Self::Store(StoreError::Held { holder }) => Text::new(
                format!("数据目录正被进程 {holder} 使用;同一份数据只能由一个汇流打开"),
                format!("the data folder is held by process {holder}; only one huiliu may open it"),
            )
            .in_lang(lang)
            .to_owned(),
            Self::Store(error) => {
                let problem = Text::new(format!("存储打不开:{error}"), format!("the store does not open: {error}"));
                problem.in_lang(lang).to_owned()
            }
            Self::Listen { at, why } => {
                Text::new(format!("无法监听 {at}:{why}"), format!("cannot listen on {at}: {why}"))
                    .in_lang(lang)
                    .to_owned()
            }
        }
    }

    /// The exit status of a process that did not start: 1 for a wrong configuration, 4 otherwise.
    pub fn exit_status(&self) -> u8 {
        if matches!(self, Self::Mistakes(_)) { 1 } else { 4 }
    }
}

/// A running gateway.
pub struct Gateway {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where a mail server hands letters over, an address and port or a path; none where nothing listens for them.
    pub letters: Option<String>,
    /// Its store.
    pub store: Arc<dyn Store>,
    /// The token of the core's interface, only at the very first start.
    pub token: Option<String>,
    /// What people must know first: an unclean stop, channels that need mending, a missing year of holidays. Both
    /// languages.
    pub notices: Vec<Text>,
    stop: CancellationToken,
    tracker: TaskTracker,
    socket: std::path::PathBuf,
    patience: Duration,
    reloader: Option<Arc<Reloader>>,
}

impl Gateway {
    /// Opens the store, builds every channel, and runs. It listens when this returns.
    pub async fn start(start: Start) -> Result<Self, StartError> {
        let settings = &start.settings.settings;
        let core = |blind: &_| CoreMade::make(&start.settings, &start.variables, start.kinds, blind);
        // What is wrong with it is known before anything is opened.
        core(&store::Keys::of_no_house()).map_err(StartError::Mistakes)?;
        let secrets = settings::Secrets::new(start.settings.dir.clone(), start.variables.clone());
        let home = crate::console::home(&start.settings, &secrets).map_err(StartError::Mistakes)?;
        let outlets = alarms::outlets(&start.settings, &start.variables).map_err(StartError::Mistakes)?;
        let listener = listen(settings.http.listen).await?;
        let address = listener.local_addr().map_err(|why| listen_error(settings.http.listen, why))?;
        let post = letters::listen(settings).await?;
        let store = store::open(&home)?;
        let core = core(&build::lent(&store)).map_err(StartError::Mistakes)?;
        let built = build::channels(&start, &store).await?;
        if start.strict && !built.broken.is_empty() {
            return Err(StartError::Mistakes(built.broken.into_iter().flat_map(|broken| broken.mistakes).collect()));
        }
        let (token, printed) = api_token(&store).await?;
        let mut notices = notices::notices(&store, &built, settings.zone.0.clone());
        notices.extend(
            start.settings.missing_holidays(jiff::Timestamp::from_millisecond(store.clock().now()).unwrap_or_default()),
        );
        let known = store.known_channels().await?;
        let addresses = letters::remembered(&store, &known).await?;
        let mut gateway = Self {
            address,
            letters: post.as_ref().map(lmtp::Listener::address),
            store: store.clone(),
            token: printed,
            notices,
            stop: CancellationToken::new(),
            tracker: TaskTracker::new(),
            socket: home.socket(),
            patience: settings.http.stop_within.0,
            reloader: None,
        };
        gateway.reloader =
            Some(gateway.spawn(&start, (built, known, addresses), (core, outlets), (listener, post), token)?);
        Ok(gateway)
    }

    fn spawn(
        &self,
        start: &Start,
        (built, known, addresses): (Built, Vec<(String, u32)>, letters::Addresses),
        (core, outlets): (CoreMade, alarms::Outlets),
        (listener, post): (TcpListener, Option<lmtp::Listener>),
        token: String,
    ) -> Result<Arc<Reloader>, StartError> {
        let settings = &start.settings.settings;
        // Before anything is taken in or sent: what came meanwhile would not wait for its files.
        let table = settings.core.as_ref();
        self.store.carry_files(table.and_then(CoreTable::rest).and_then(settings::CoreSettings::files_wait));
        let intake = Intake::new(self.store.clone()).until(self.stop.clone());
        let core = CoreSide::start(core, start, &self.store, &self.tracker, &self.stop);
        let status = |far: Option<core::Far>| far.map(|(status, _)| status);
        let health = Arc::new(Health::new(status(core.told().cloned()), status(core.asked()), self.letters.clone()));
        let entries = Arc::new(Entries::default());
        let (calendar, calendar_now) = tokio::sync::watch::channel(start.settings.calendar.clone());
        let ground = Ground {
            store: self.store.clone(),
            intake: intake.clone(),
            started: start.settings.clone(),
            variables: start.variables.clone(),
            kinds: start.kinds,
            entries: entries.clone(),
            health: health.clone(),
            calendar: calendar_now.clone(),
            tracker: self.tracker.clone(),
            stop: self.stop.clone(),
        };
        let running = Running::start(ground, built, &known, addresses);
        let (outcomes, offer) = (core.outcomes().clone(), core.offer());
        let reloader = Arc::new(Reloader::new(running, core, calendar));
        let board = alarms::Board::new(reloader.clone(), outlets);
        let control = Arc::new(Daemon::new(board.clone(), self.address, self.letters.clone()));
        self.tracker.spawn(alarms::run(board, self.stop.clone()));
        self.tracker.spawn(remind::run(control.clone(), self.stop.clone()));
        self.tracker.spawn(reckon::run(control.clone(), self.stop.clone()));
        let zone = settings.zone.0.clone();
        let house = House { store: self.store.clone(), outcomes: outcomes.clone(), control, zone: zone.clone() };
        let api = Arc::new(Api {
            store: self.store.clone(),
            outcomes,
            token,
            metrics: start.metrics.clone(),
            health,
            house: house.clone(),
            offer,
            largest: u64::from(settings.limits.answer_mib) * 1024 * 1024,
        });
        let watched = intake.clone();
        let pushes = Arc::new(Semaphore::new(settings.limits.pushes as usize));
        if let Some(listener) = post {
            let post = lmtp::Post { entries: entries.clone(), intake: intake.clone(), pushes: pushes.clone() };
            self.tracker.spawn(lmtp::serve(listener, Arc::new(post), self.stop.clone()));
        }
        let front = Arc::new(Front {
            entries,
            intake,
            pushes,
            body_timeout: settings.http.body_timeout.0,
            header_timeout: settings.http.header_timeout.0,
            connections: settings.limits.connections as usize,
            uploads: crate::http::Uploads::new(&settings.data, settings.limits.upload_mib),
        });
        self.tracker.spawn(crate::http::serve(listener, front, api, self.stop.clone()));
        let socket = self.console_socket()?;
        self.tracker.spawn(crate::console::serve(socket, house, self.stop.clone()));
        let due = due::DueGauge::new(self.store.clone(), calendar_now.clone(), zone.clone());
        let pulse = pulse::PulseTaker::new(&self.store, &watched, calendar_now, zone);
        let watch = (due, pulse, reloader.clone());
        self.tracker.spawn(housekeeping(self.store.clone(), start.metrics.clone(), watch, self.stop.clone()));
        reload::watch::start(&reloader);
        Ok(reloader)
    }

    /// Reads the configuration anew and takes over what is right, after a signal; returns when that is done.
    pub fn reload(&self) -> impl Future<Output = ()> + Send + 'static {
        let reloader = self.reloader.clone();
        async move {
            if let Some(reloader) = reloader {
                reloader.reload("signal").await;
            }
        }
    }

    /// The socket for commands of this machine. We hold the folder's lock, so what lies there is a dead process's.
    fn console_socket(&self) -> Result<tokio::net::UnixListener, StartError> {
        crate::console::bind(&self.socket)
            .map_err(|why| StartError::Listen { at: self.socket.display().to_string(), why })
    }

    /// Ends: no new work is begun, what is under way is given its time, all that was ordered is on disk.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(self.patience, self.tracker.wait()).await.is_err() {
            tracing::warn!(
                still_running = self.tracker.len(),
                "the deadline passed; what is unfinished is still on disk"
            );
        }
        self.store.flush().await;
        if let Err(error) = std::fs::remove_file(&self.socket) {
            tracing::debug!(%error, "the console's socket was gone already");
        }
    }
}

/// Whether a channel takes anything in.
fn runs(channel: &Channel) -> bool {
    channel.settings.channel.state != ChannelState::Off
}

fn listen_error(at: SocketAddr, why: std::io::Error) -> StartError {
    StartError::Listen { at: at.to_string(), why }
}

async fn listen(at: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(at).await.map_err(|why| listen_error(at, why))
}

/// The stored digest of the interface's token; at the very first start the token itself too.
async fn api_token(store: &Arc<dyn Store>) -> Result<(String, Option<String>), StartError> {
    if let Some(digest) = store.value("api_token").await? {
        return Ok((digest, None));
    }
    let mut bytes = [0; 24];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| StoreError::Refused("no randomness to be had".into()))?;
    let token = format!("hl_{}", hex::encode(bytes));
    let digest = crate::http::token_digest(&token);
    store.keep_value("api_token", &digest).await?;
    Ok((digest, Some(token)))
}

/// Sweeps, looks at the clock, keeps metrics small, counts what is due.
async fn housekeeping(
    store: Arc<dyn Store>,
    metrics: Option<PrometheusHandle>,
    (mut due, mut pulse, reloader): (due::DueGauge, pulse::PulseTaker, Arc<Reloader>),
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    let mut since = Duration::ZERO;
    let mut shelf = 0u8;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Some(metrics) = &metrics {
            metrics.run_upkeep();
            due.refresh().await;
        }
        pulse.refresh(&reloader.running.list()).await;
        if let Some(jump) = store.clock().check() {
            tracing::warn!(millis = jump.millis, "the wall clock jumped; times go on from the new one, never backward");
        }
        since += Duration::from_secs(5);
        if since >= SWEEP {
            since = Duration::ZERO;
            if let Err(error) = store.sweep().await {
                tracing::error!(%error, "what has run out could not be swept away");
            }
            // One shelf at a time: all of them in some two hours.
            shelf = shelf.wrapping_add(1);
            match store::blobs::sweep(store.as_ref(), shelf).await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "files that no ticket names were removed"),
                Err(error) => tracing::error!(%error, "files that no ticket names could not be removed"),
            }
        }
    }
}

/// Tells the service manager how it stands, where there is one.
pub fn tell_service_manager(state: sd_notify::NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "no service manager was told");
    }
}

/// The notices in one language.
pub fn shown(notices: &[Text], lang: Lang) -> impl Iterator<Item = &str> {
    notices.iter().map(move |notice| notice.in_lang(lang))
}
