//! Alarms of a running gateway: every few seconds it is looked what is wrong, the board decides, and what it decided is on disk
//! before anybody is told. A restart tells nothing twice and forgets nothing.

mod certificate;
mod channels;
mod core;
mod dates;
mod digest;
mod disk;
mod due;
mod gap;
mod home;
mod lately;
mod sender;
mod urgent;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::reload::Reloader;
use crate::alarms::{self, Outlet, Rules, Seen, UrgentWords, receivers, step};
use crate::console::view::OutletView;
use crate::settings::{self, AlarmKind, Always, ChannelSite, Mistake, Variables};
use crate::store::{AlarmRow, Keys, StoreError};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(2);

/// How often outlets are built anew: a secret may have been set.
const BUILD: Duration = Duration::from_secs(60);

/// How often the time of the last look is kept: what came since is looked through after a restart.
const KEEP: Duration = Duration::from_secs(20);

/// Under what name that time is kept (ms).
const LOOKED: &str = "alarms:looked";

/// The outlets of a configuration, and where its heartbeat goes.
pub(super) struct Outlets {
    pub(super) list: Vec<Outlet>,
    pub(super) heartbeat: Option<Url>,
}

/// Builds the outlets of alarms.
///
/// # Errors
///
/// Everything wrong with them.
pub fn build_alarms(gateway: &settings::Gateway, variables: &Variables) -> Result<(), Vec<Mistake>> {
    outlets(gateway, variables).map(drop)
}

pub(super) fn outlets(gateway: &settings::Gateway, variables: &Variables) -> Result<Outlets, Vec<Mistake>> {
    let site = ChannelSite::new("alarms", gateway, variables, &Keys::of_no_house());
    let settings = &gateway.settings.alarms;
    let heartbeat = settings.heartbeat.as_ref().map(|at| alarms::build_address(at, "alarms.heartbeat", &site));
    let wrong = |wrong: Vec<_>| wrong.iter().map(|wrong| gateway.mistake(wrong)).collect::<Vec<_>>();
    match (alarms::build(settings, &site), heartbeat.transpose()) {
        (Ok(list), Ok(heartbeat)) => Ok(Outlets { list, heartbeat }),
        (list, heartbeat) => Err(wrong(list.err().into_iter().flatten().chain(heartbeat.err()).collect())),
    }
}

/// Something that can be looked at.
#[async_trait]
trait Source: Send {
    /// The kinds that it alone finds.
    fn kinds(&self) -> &'static [AlarmKind];

    /// How often it is looked at.
    fn every(&self) -> Duration {
        EVERY
    }

    /// What is wrong now.
    async fn look(&mut self, house: &Reloader, now: Timestamp) -> Result<Found, StoreError>;
}

/// What one look found.
#[derive(Clone, Default)]
struct Found {
    causes: Vec<alarms::Cause>,
    undecided: BTreeSet<(AlarmKind, String)>,
}

/// A source, when it is looked at next, and what it found last.
struct Looked {
    source: Box<dyn Source>,
    next: Instant,
    found: Option<Found>,
}

/// What the loop, the sender and the console share.
pub(super) struct Board {
    pub(super) house: Arc<Reloader>,
    outlets: RwLock<Arc<Outlets>>,
    /// Rings when messages were planted.
    planted: Notify,
    /// How each outlet stands, by name.
    pub(super) standing: Mutex<Vec<OutletView>>,
}

impl Board {
    pub(super) fn new(house: Arc<Reloader>, outlets: Outlets) -> Arc<Self> {
        let outlets = RwLock::new(Arc::new(outlets));
        Arc::new(Self { house, outlets, planted: Notify::new(), standing: Mutex::default() })
    }

    /// The outlets at present.
    pub(super) fn outlets(&self) -> Arc<Outlets> {
        self.outlets.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How the outlets stand that ever sent anything.
    pub(super) fn standing(&self) -> Vec<OutletView> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Builds the outlets anew, by the settings of now; what is wrong leaves them as they were.
    fn build(&self) {
        let now = self.house.running.now();
        match outlets(&now.settings, &self.house.running.ground.variables) {
            Ok(built) => *self.outlets.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(built),
            Err(mistakes) => {
                let mistake = mistakes.first().map(|one| one.shown(settings::Lang::En)).unwrap_or_default();
                tracing::error!(mistake, "the outlets of alarms cannot be built anew; they stay as they were");
            }
        }
    }
}

/// Looks, decides and tells until it is stopped.
pub(super) async fn run(board: Arc<Board>, stop: CancellationToken) {
    let ground = &board.house.running.ground;
    let (tracker, store) = (ground.tracker.clone(), ground.store.clone());
    tracker.spawn(sender::run(board.clone(), stop.clone()));
    tracker.spawn(sender::heartbeat(board.clone(), stop.clone()));
    let ends = certificate::Ends::default();
    tracker.spawn(certificate::run(board.house.clone(), ends.clone(), stop.clone()));
    let mut loop_ = Loop::new(&board, ends);
    let words = loop_.words();
    ground.intake.urgent().look_for(words);
    loop {
        if let Err(error) = loop_.tick().await {
            tracing::error!(%error, "alarms could not be looked after");
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    // What was noted meanwhile is raised before the end; the next process looks through what came behind it.
    if let Err(error) = loop_.letters.raise(store.as_ref(), &board.house).await {
        tracing::error!(%error, "urgent letters could not be raised; the next start looks for them");
    }
}

struct Loop {
    board: Arc<Board>,
    sources: Vec<Looked>,
    letters: urgent::Letters,
    build: Instant,
    keep: Instant,
    settings: Option<Arc<super::running::Now>>,
}

impl Loop {
    fn new(board: &Arc<Board>, ends: certificate::Ends) -> Self {
        let sources: Vec<Box<dyn Source>> = vec![
            Box::new(channels::Channels),
            Box::new(lately::Lately),
            Box::new(core::Core),
            Box::new(home::Home),
            Box::new(gap::Gaps),
            Box::new(due::Due),
            Box::new(disk::Disk),
            Box::new(dates::Dates),
            Box::new(certificate::Certificates(ends)),
        ];
        let looked = |source| Looked { source, next: Instant::now(), found: None };
        Self {
            board: board.clone(),
            sources: sources.into_iter().map(looked).collect(),
            letters: urgent::Letters::default(),
            build: Instant::now() + BUILD,
            keep: Instant::now(),
            settings: None,
        }
    }

    fn words(&self) -> UrgentWords {
        UrgentWords::new(&self.board.house.running.now().settings.settings.alarms.urgent_words)
    }

    /// Takes over what a reload changed.
    fn adopt(&mut self) {
        let now = self.board.house.running.now();
        let changed = self.settings.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &now));
        if changed && self.settings.is_some() {
            let ground = &self.board.house.running.ground;
            ground.intake.urgent().look_for(self.words());
            self.sources.iter_mut().for_each(|looked| looked.next = Instant::now());
        }
        if changed || Instant::now() >= self.build {
            self.board.build();
            self.build = Instant::now() + BUILD;
        }
        self.settings = Some(now);
    }

    async fn tick(&mut self) -> Result<(), StoreError> {
        self.adopt();
        let house = self.board.house.clone();
        let store = &house.running.ground.store;
        let now = Timestamp::from_millisecond(store.clock().now()).unwrap_or_default();
        // What fails here must not keep other alarms from being told.
        if let Err(error) = self.letters.raise(store.as_ref(), &house).await {
            tracing::error!(%error, "urgent letters could not be raised; they are tried again");
        } else if Instant::now() >= self.keep {
            store.keep_value(LOOKED, &now.as_millisecond().to_string()).await?;
            self.keep = Instant::now() + KEEP;
        }
        self.look(now).await;
        if let Err(error) = digest::plant(&self.board, now).await {
            tracing::error!(%error, "the digest could not be made");
        }
        // What is raised is told in the same breath.
        let mut rows = store.alarms(false, usize::MAX).await?;
        for _ in 0..2 {
            let changes = self.decide(&rows, now);
            if changes.is_empty() {
                break;
            }
            store.keep_alarms(changes).await?;
            rows = store.alarms(false, usize::MAX).await?;
        }
        self.board.planted.notify_one();
        self.show(&rows, now);
        Ok(())
    }

    async fn look(&mut self, now: Timestamp) {
        for looked in &mut self.sources {
            if Instant::now() < looked.next {
                continue;
            }
            let began = Instant::now();
            match looked.source.look(&self.board.house, now).await {
                Ok(found) => looked.found = Some(found),
                Err(error) => {
                    tracing::error!(%error, kinds = ?looked.source.kinds(), "what is wrong could not be looked up")
                }
            }
            // A look that takes long must not be all that is done.
            looked.next = Instant::now() + looked.source.every().max(began.elapsed() * 50);
        }
    }

    fn decide(&self, rows: &[AlarmRow], now: Timestamp) -> Vec<crate::store::AlarmChange> {
        let house = self.board.house.running.now();
        let gateway = &house.settings;
        let mut seen = Seen::default();
        for looked in &self.sources {
            let Some(found) = &looked.found else { continue };
            seen.kinds.extend(looked.source.kinds());
            seen.undecided.extend(found.undecided.iter().cloned());
            seen.causes.extend(found.causes.iter().cloned());
        }
        let zone = &gateway.settings.zone.0;
        let rules = Rules { settings: &gateway.settings.alarms, calendar: &gateway.calendar, zone };
        let outlets = self.board.outlets();
        step(rows, &seen, now, &rules, &|kind, second| receivers(&outlets.list, kind, second))
    }

    /// What is open, for metrics and readiness.
    fn show(&self, rows: &[AlarmRow], now: Timestamp) {
        for kind in AlarmKind::ALL {
            let open = rows.iter().filter(|row| row.kind == kind).count();
            metrics::gauge!("huiliu_alarms", "kind" => kind.word()).set(open as f64);
        }
        let deaf = |row: &&AlarmRow| row.kind.always() == Some(Always::Deaf);
        let deaf = rows.iter().filter(deaf).map(|row| row.subject.clone()).collect();
        self.board.house.running.ground.health.beats(now, deaf);
    }
}
