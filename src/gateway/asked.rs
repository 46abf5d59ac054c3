//! Outcomes that are asked for at the core: from the table to a runner.

use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{Misconfigured, Poll, Site};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::channel::Kind;
use crate::errands::{Asking, CoreList, FarStatus};
use crate::outcomes::{Outcomes, Reading};
use crate::settings::{self, ChannelSite, Mistake, Variables};
use crate::store::{Keys, Store};

/// How the core is asked for outcomes, built.
pub struct AskedCore {
    poll: Arc<dyn Poll>,
    reading: Option<Reading>,
    every: Duration,
}

/// The runner as others see it.
#[derive(Clone)]
pub(super) struct CoreAsked {
    list: Arc<CoreList>,
    pub(super) status: Arc<FarStatus>,
    pub(super) resumed: Arc<Notify>,
}

/// Builds how the core is asked for outcomes; none where it posts them.
///
/// # Errors
///
/// Everything wrong with the table, each at its place.
pub fn build_asked(
    gateway: &settings::Gateway,
    variables: &Variables,
    kinds: &[Kind],
) -> Result<Option<AskedCore>, Vec<Mistake>> {
    build_asked_on(&ChannelSite::new("core", gateway, variables, &Keys::of_no_house()), gateway, kinds)
}

/// The same on a site that is lent.
pub(super) fn build_asked_on(
    site: &dyn Site,
    gateway: &settings::Gateway,
    kinds: &[Kind],
) -> Result<Option<AskedCore>, Vec<Mistake>> {
    let Some(table) = gateway.settings.core.as_ref().and_then(|core| core.outcomes()) else {
        return Ok(None);
    };
    let at_place = |found: &Misconfigured| gateway.mistake_of_outcomes(found);
    let mut mistakes = Vec::new();
    let reading = Reading::new(table, gateway.settings.zone.0.clone())
        .map_err(|found| mistakes.extend(found.iter().map(at_place)))
        .ok();
    let infos: Vec<_> = kinds.iter().map(|kind| (kind.info)()).collect();
    let connector = match gateway.outcomes_kind(table, &infos) {
        Ok(name) => kinds.iter().find(|kind| kind.name == name).map(|kind| (kind.build)(&table.options(), site)),
        Err(found) => {
            mistakes.extend(found);
            None
        }
    };
    let poll = match connector {
        Some(Ok(connector)) => connector.poll,
        Some(Err(found)) => {
            mistakes.extend(found.iter().map(at_place));
            None
        }
        None => None,
    };
    match poll {
        Some(poll) if mistakes.is_empty() => {
            Ok(Some(AskedCore { poll: Arc::from(poll), reading, every: table.every.0 }))
        }
        _ => Err(mistakes),
    }
}

impl AskedCore {
    /// Sets the runner going.
    pub(super) fn go(
        self,
        store: Arc<dyn Store>,
        outcomes: Outcomes,
        tracker: &TaskTracker,
        stop: &CancellationToken,
    ) -> CoreAsked {
        outcomes.read_by(self.reading);
        let asked = CoreAsked {
            list: Arc::new(CoreList::new(self.poll, self.every)),
            status: Arc::default(),
            resumed: Arc::new(Notify::new()),
        };
        let runner = Asking {
            store,
            outcomes,
            list: asked.list.clone(),
            status: asked.status.clone(),
            resumed: asked.resumed.clone(),
        };
        tracker.spawn(runner.run(stop.clone()));
        asked
    }
}

impl CoreAsked {
    /// Asks in another way from the next call on, which is made at once.
    pub(super) fn replace(&self, anew: AskedCore, outcomes: &Outcomes) {
        outcomes.read_by(anew.reading);
        self.list.replace(anew.poll, anew.every);
        self.resumed.notify_one();
    }
}
