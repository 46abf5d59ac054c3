//! How everything stands, for probes and for the collector of metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};

use super::Api;
use crate::errands::FarStatus;
use crate::store::Far;

/// How everything stands, for the probes.
pub struct Health {
    core: Option<Arc<FarStatus>>,
    core_outcomes: Option<Arc<FarStatus>>,
    channels: Mutex<Sides>,
    outlets: Mutex<Sides>,
    files: Mutex<Sides>,
    marks: Mutex<Marks>,
}

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
    /// With the core's state, and with that of its list of outcomes; none where it is not configured.
    pub fn new(core: Option<Arc<FarStatus>>, core_outcomes: Option<Arc<FarStatus>>) -> Self {
        Self {
            core,
            core_outcomes,
            channels: Mutex::default(),
            outlets: Mutex::default(),
            files: Mutex::default(),
            marks: Mutex::default(),
        }
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
    }
}

/// Ready while the store answers. Far sides that are away are named, but do not make us unready: we keep
/// what comes until they return.
pub(super) async fn ready(State(api): State<Arc<Api>>) -> Response {
    let store = api.store.value("api_token").await.is_ok();
    let health = &api.health;
    let trouble = |status: &FarStatus| {
        status.trouble().map(|(trouble, since, next)| {
            json!({ "word": trouble.word, "since": since.map(|at| at.to_string()), "next_try": next.map(|at| at.to_string()) })
        })
    };
    let in_trouble = |known: &Mutex<Sides>| -> BTreeMap<String, Value> {
        locked(known).iter().filter_map(|(code, status)| Some((code.clone(), trouble(status)?))).collect()
    };
    let stands = |status: &Option<Arc<FarStatus>>| {
        status.as_ref().map_or(json!("none"), |status| trouble(status).unwrap_or(json!("well")))
    };
    let (broken, kept, retired) = {
        let marks = locked(&health.marks);
        (marks.broken.clone(), marks.kept.clone(), marks.retired.clone())
    };
    let body = json!({
        "ready": store,
        "core": stands(&health.core),
        "core_outcomes": stands(&health.core_outcomes),
        "channels_in_trouble": in_trouble(&health.channels),
        "outlets_in_trouble": in_trouble(&health.outlets),
        "files_in_trouble": in_trouble(&health.files),
        "channels_need_mending": broken,
        "channels_as_before": kept,
        "channels_retired": retired,
    });
    (if store { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(body)).into_response()
}

pub(super) async fn read_metrics(State(api): State<Arc<Api>>) -> Response {
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
