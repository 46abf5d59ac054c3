//! How events are brought to the core of this house: which workers there are, or that there are none.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Start;
use crate::errands::{FarStatus, Filing, Forwarding};
use crate::forward::{Core, Way};
use crate::http::Offer;
use crate::retry::STEPS;
use crate::settings::CoreTable;
use crate::store::{Far, Store};

/// The core that a worker speaks with, and how it stands, neither where no worker does; and what a core that fetches is
/// offered.
pub(super) type Brought = (Option<Arc<Core>>, Option<Arc<FarStatus>>, Option<Offer>);

impl super::Gateway {
    /// Sets going what brings events to the core. Where no worker does, they wait in their rows, and what was not brought
    /// there goes when the core is of another kind one day: nothing else is remembered of how it was.
    pub(super) fn bring_to_core(&self, way: Way, start: &Start, resumed: &Arc<Notify>) -> Brought {
        let table = start.settings.settings.core.as_ref();
        if !matches!(way, Way::Rest(_)) {
            self.store.leave_core();
        }
        let forwarder = match way {
            Way::Rest(forwarder) => forwarder,
            Way::Manual => return (None, None, None),
            Way::File(sheets) => {
                let names = channel_names(start);
                let runner =
                    Filing { store: self.store.clone(), sheets, names, zone: start.settings.settings.zone.0.clone() };
                self.tracker.spawn(runner.run(self.stop.clone()));
                return (None, None, None);
            }
            Way::Pull(cloud) => {
                let (rings, news) = tokio::sync::watch::channel(());
                self.tracker.spawn(hear(self.store.clone(), rings, self.stop.clone()));
                return (None, None, Some(Offer { cloud, news, stop: self.stop.clone() }));
            }
        };
        let (core, status) = (Arc::new(Core::new(Arc::new(*forwarder))), Arc::new(FarStatus::default()));
        let steps = table.and_then(CoreTable::rest).map(|core| core.retries.as_slice()).unwrap_or_default();
        let steps: Arc<[Duration]> =
            if steps.is_empty() { STEPS.into() } else { steps.iter().map(|period| period.0).collect() };
        let runner = Forwarding {
            store: self.store.clone(),
            core: core.clone(),
            status: status.clone(),
            resumed: resumed.clone(),
            steps,
        };
        self.tracker.spawn(runner.run(self.stop.clone(), self.tracker.clone()));
        (Some(core), Some(status), None)
    }
}

/// The names of the channels by their codes, for people who read a sheet.
fn channel_names(start: &Start) -> HashMap<String, String> {
    let infos: Vec<_> = start.kinds.iter().map(|kind| (kind.info)()).collect();
    let files = start.settings.channels(&infos);
    files.iter().filter_map(|file| Some((file.code.clone(), file.names.first()?.clone()))).collect()
}

/// Hears the one bell that a commit rings, and passes it on to however many wait.
async fn hear(store: Arc<dyn Store>, rings: tokio::sync::watch::Sender<()>, stop: CancellationToken) {
    let bell = store.schedule().bell(Far::Core);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = bell.notified() => rings.send_replace(()),
        };
    }
}
