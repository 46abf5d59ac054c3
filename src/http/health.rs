//! How everything stands, for probes and for the collector of metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use huiliu_contract::Standing as LoginStanding;
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use schemars::JsonSchema;
use serde::Serialize;

use super::Api;
use super::route::{About, Content, Route, Tag, json, of, text};
use crate::errands::{Attending, FarStatus};
use crate::store::Far;

/// How everything stands, for the probes.
pub struct Health {
    core: Option<Arc<FarStatus>>,
    core_outcomes: Option<Arc<FarStatus>>,
    letters: Option<String>,
    channels: Mutex<Sides>,
    outlets: Mutex<Sides>,
    files: Mutex<Sides>,
    logins: Mutex<BTreeMap<String, Arc<Attending>>>,
    marks: Mutex<Marks>,
    beat: Mutex<Beat>,
}

/// When alarms were last looked after, with the store at hand, and who is deaf.
#[derive(Clone, Default)]
struct Beat {
    at: Option<Timestamp>,
    deaf: BTreeSet<String>,
}

/// A heart that did not beat for so long stands still (s).
const STILL: i64 = 120;

/// Far sides by the channel's code.
type Sides = BTreeMap<String, Arc<FarStatus>>;

/// What is known of channels besides their far sides, by code.
#[derive(Default)]
struct Marks {
    broken: BTreeSet<String>,
    kept: BTreeSet<String>,
    retired: BTreeSet<String>,
    /// Their ids in the store.
    known: BTreeMap<String, u32>,
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Health {
    /// With the core's state, and with that of its list of outcomes, none where it is not configured; and with where a mail
    /// server hands letters over.
    pub fn new(core: Option<Arc<FarStatus>>, core_outcomes: Option<Arc<FarStatus>>, letters: Option<String>) -> Self {
        Self {
            core,
            core_outcomes,
            letters,
            channels: Mutex::default(),
            outlets: Mutex::default(),
            files: Mutex::default(),
            logins: Mutex::default(),
            marks: Mutex::default(),
            beat: Mutex::default(),
        }
    }

    /// Alarms were looked after just now, and what was decided is on disk; these channels are deaf.
    pub fn beats(&self, at: Timestamp, deaf: BTreeSet<String>) {
        *locked(&self.beat) = Beat { at: Some(at), deaf };
    }

    /// Whether alarms are looked after.
    pub fn is_beating(&self) -> bool {
        locked(&self.beat).at.is_some_and(|at| Timestamp::now().duration_since(at).as_secs() < STILL)
    }

    /// The state of a polled channel; made when it is asked for first.
    pub fn status(&self, code: &str) -> Arc<FarStatus> {
        locked(&self.channels).entry(code.to_owned()).or_default().clone()
    }

    /// The state of a channel's way home; made when it is asked for first.
    pub fn outlet(&self, code: &str) -> Arc<FarStatus> {
        locked(&self.outlets).entry(code.to_owned()).or_default().clone()
    }

    /// The state of where a channel's files wait; made when it is asked for first.
    pub fn files(&self, code: &str) -> Arc<FarStatus> {
        locked(&self.files).entry(code.to_owned()).or_default().clone()
    }

    /// The login of a channel whose account people use too; none where it has none, or does not run.
    pub fn login(&self, code: &str, login: Option<Arc<Attending>>) {
        match login {
            Some(login) => drop(locked(&self.logins).insert(code.to_owned(), login)),
            None => drop(locked(&self.logins).remove(code)),
        }
    }

    /// A channel is known to the store under this id: what waits to be written back to it is counted.
    pub fn known(&self, code: &str, id: u32) {
        locked(&self.marks).known.insert(code.to_owned(), id);
    }

    /// A channel needs mending, and does not run meanwhile.
    pub fn broken(&self, code: &str) {
        self.mended(code);
        locked(&self.marks).broken.insert(code.to_owned());
    }

    /// A channel's file needs mending; the channel goes on as it was.
    pub fn kept(&self, code: &str) {
        self.mended(code);
        locked(&self.marks).kept.insert(code.to_owned());
    }

    /// A channel's folder is gone.
    pub fn retired(&self, code: &str) {
        self.mended(code);
        self.rests(code);
        locked(&self.marks).retired.insert(code.to_owned());
    }

    /// A channel is as its file says.
    pub fn mended(&self, code: &str) {
        let marks = &mut *locked(&self.marks);
        for set in [&mut marks.broken, &mut marks.kept, &mut marks.retired] {
            set.remove(code);
        }
    }

    /// A channel does not run: what its far sides were like is no news any more.
    pub fn rests(&self, code: &str) {
        for sides in [&self.channels, &self.outlets, &self.files] {
            locked(sides).remove(code);
        }
        locked(&self.logins).remove(code);
    }
}

/// What a far side's trouble is called, and since when.
#[derive(Serialize, JsonSchema)]
struct InTrouble {
    /// `unavailable`, `denied`, `needs_person` or `malformed`.
    word: String,
    /// Since when.
    since: Option<Timestamp>,
    /// When it is tried again.
    next_try: Option<Timestamp>,
}

impl InTrouble {
    fn of(status: &FarStatus) -> Option<Self> {
        status.trouble().map(|(trouble, since, next_try)| Self { word: trouble.word, since, next_try })
    }
}

/// How the core stands.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Stands {
    /// In one word.
    Word(Standing),
    /// It is in trouble.
    Trouble(InTrouble),
}

/// A far side that is in no trouble.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// There is none.
    None,
    /// Nothing is known against it.
    Well,
}

impl Stands {
    fn of(status: Option<&FarStatus>) -> Self {
        let Some(status) = status else { return Self::Word(Standing::None) };
        InTrouble::of(status).map_or(Self::Word(Standing::Well), Self::Trouble)
    }
}

/// Whether we are ready, and what is in trouble.
#[derive(Serialize, JsonSchema)]
struct Ready {
    /// Whether the store answers.
    ready: bool,
    /// Where a mail server hands letters over (LMTP); null where nothing listens for them.
    letters: Option<String>,
    /// How the core stands.
    core: Stands,
    /// How the core's list of outcomes stands, where it is asked for one.
    core_outcomes: Stands,
    /// Polled channels whose far side is in trouble, by code.
    channels_in_trouble: BTreeMap<String, InTrouble>,
    /// Channels whose way home is in trouble, by code.
    outlets_in_trouble: BTreeMap<String, InTrouble>,
    /// Channels whose files cannot be fetched, by code.
    files_in_trouble: BTreeMap<String, InTrouble>,
    /// Channels whose login is not as it should be, by code: `person` (a person has to log in), `yielded` (somebody else uses
    /// the account) or `resting` (no login is made before a person resumes it).
    logins_in_trouble: BTreeMap<String, String>,
    /// Codes of channels that need mending and do not run.
    channels_need_mending: BTreeSet<String>,
    /// Codes of channels whose file needs mending and that go on as they were.
    channels_as_before: BTreeSet<String>,
    /// Codes of channels whose folder is gone.
    channels_retired: BTreeSet<String>,
    /// What time it is here.
    now: Timestamp,
    /// When alarms were last looked after, with the store at hand: a heart that stands still is a gateway that does, whatever
    /// else it answers.
    heartbeat: Option<Timestamp>,
    /// Channels by which nothing is taken in, for whatever reason, by code (收不到).
    deaf: BTreeSet<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let live = About { id: "getLive", tag: Tag::House, zh: "进程活着", en: "The process runs." };
    let ready_about = About {
        id: "getReady",
        tag: Tag::House,
        zh: "能不能收件;对方系统不通会列出,但不算不能收",
        en: "Whether submissions can be taken in. Far sides that are away are named, and make nothing unready.",
    };
    let metrics = About {
        id: "getMetrics",
        tag: Tag::House,
        zh: "Prometheus 指标",
        en: "Metrics in the text format of Prometheus.",
    };
    vec![
        Route::get("/health/live", || async { "live\n" }, live).open().answers(200, "活着", "It runs.", [text()]),
        Route::get("/health/ready", ready, ready_about)
            .open()
            .answers(200, "能收件", "It can.", [json::<Ready>()])
            .answers(503, "存储不可用", "It cannot: the store does not answer.", [json::<Ready>()]),
        Route::get("/metrics", read_metrics, metrics).open().answers(
            200,
            "指标",
            "The metrics.",
            [Content::of("text/plain; version=0.0.4", of::<String>)],
        ),
    ]
}

/// Ready while the store answers. Far sides that are away are named, but do not make us unready: we keep
/// what comes until they return.
async fn ready(State(api): State<Arc<Api>>) -> Response {
    let store = api.store.value("api_token").await.is_ok();
    let health = &api.health;
    let in_trouble = |known: &Mutex<Sides>| {
        locked(known).iter().filter_map(|(code, status)| Some((code.clone(), InTrouble::of(status)?))).collect()
    };
    let logins = {
        let known = locked(&health.logins);
        let trouble = known
            .iter()
            .map(|(code, login)| (code, login.standing()))
            .filter(|(_, standing)| !matches!(standing, LoginStanding::In { .. } | LoginStanding::Out));
        trouble.map(|(code, standing)| (code.clone(), standing.word().to_owned())).collect()
    };
    let (broken, kept, retired) = {
        let marks = locked(&health.marks);
        (marks.broken.clone(), marks.kept.clone(), marks.retired.clone())
    };
    let beat = locked(&health.beat).clone();
    let body = Ready {
        ready: store,
        letters: health.letters.clone(),
        core: Stands::of(health.core.as_deref()),
        core_outcomes: Stands::of(health.core_outcomes.as_deref()),
        channels_in_trouble: in_trouble(&health.channels),
        outlets_in_trouble: in_trouble(&health.outlets),
        files_in_trouble: in_trouble(&health.files),
        logins_in_trouble: logins,
        channels_need_mending: broken,
        channels_as_before: kept,
        channels_retired: retired,
        now: Timestamp::now(),
        heartbeat: beat.at,
        deaf: beat.deaf,
    };
    (if store { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(body)).into_response()
}

async fn read_metrics(State(api): State<Arc<Api>>) -> Response {
    let schedule = api.store.schedule();
    let (mut ready, waiting) = schedule.depth(Far::Core);
    // Where no worker carries events to the core, they wait in their rows alone.
    if schedule.is_left(Far::Core)
        && let Ok(waits) = api.store.count_waiting().await
    {
        ready = usize::try_from(waits.tickets).unwrap_or(usize::MAX);
    }
    metrics::gauge!("huiliu_core_due").set(ready as f64);
    metrics::gauge!("huiliu_core_waiting").set(waiting as f64);
    for (code, id) in locked(&api.health.marks).known.iter() {
        let (due, later) = schedule.depth(Far::Outlet(*id));
        metrics::gauge!("huiliu_writebacks_waiting", "channel" => code.clone()).set((due + later) as f64);
    }
    let text = api.metrics.as_ref().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
