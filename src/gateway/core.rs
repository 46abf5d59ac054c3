//! The core of a running gateway: how it is told and how it is asked, both replaceable between two calls.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::asked::{AskedCore, CoreAsked, build_asked_on};
use super::build::build_core_on;
use super::made::{MadeOf, Noting};
use crate::channel::Kind;
use crate::errands::{FarStatus, Forwarding};
use crate::forward::{Core, RestForwarder};
use crate::outcomes::{Levels, Outcomes};
use crate::retry::STEPS;
use crate::settings::{self, ChannelSite, CoreSettings, Mistake, Variables};
use crate::store::Store;

/// How the core is spoken with, built; empty halves where nothing is configured.
pub(super) struct CoreMade {
    forwarder: Option<RestForwarder>,
    asked: Option<AskedCore>,
    made_of: MadeOf,
}

impl CoreMade {
    /// Builds both halves.
    ///
    /// # Errors
    ///
    /// Everything wrong with `[core]`.
    pub(super) fn make(
        gateway: &settings::Gateway,
        variables: &Variables,
        kinds: &[Kind],
    ) -> Result<Self, Vec<Mistake>> {
        let site = Noting::new(ChannelSite::new("core", gateway, variables), false);
        site.note_table("core", gateway);
        let forwarder = build_core_on(&site, gateway)?;
        let asked = build_asked_on(&site, gateway, kinds)?;
        Ok(Self { forwarder, asked, made_of: site.made_of() })
    }
}

/// A far side that can be resumed.
pub(super) type Far = (Arc<FarStatus>, Arc<Notify>);

/// The core of a running gateway. Whether there is one, and whether it is asked, is settled at the start.
pub(super) struct CoreSide {
    store: Arc<dyn Store>,
    outcomes: Outcomes,
    told: Option<(Arc<Core>, Far)>,
    asked: Option<CoreAsked>,
    made_of: Mutex<MadeOf>,
}

impl CoreSide {
    /// Sets both halves going.
    pub(super) fn start(
        made: CoreMade,
        gateway: &settings::Gateway,
        store: &Arc<dyn Store>,
        tracker: &TaskTracker,
        stop: &CancellationToken,
    ) -> Self {
        let settings = &gateway.settings;
        let outcomes = Outcomes::new(store.clone(), Levels::new(&settings.satisfaction));
        let told = made.forwarder.map(|forwarder| {
            let core = Arc::new(Core::new(Arc::new(forwarder)));
            let (status, resumed): Far = Far::default();
            let steps: Arc<[Duration]> = match settings.core.as_ref().map(|core| core.retries.as_slice()) {
                Some(steps @ [_, ..]) => steps.iter().map(|period| period.0).collect(),
                _ => STEPS.into(),
            };
            let (store, status_too, resumed_too) = (store.clone(), status.clone(), resumed.clone());
            let runner = Forwarding { store, core: core.clone(), status: status_too, resumed: resumed_too, steps };
            tracker.spawn(runner.run(stop.clone(), tracker.clone()));
            (core, (status, resumed))
        });
        let asked = made.asked.map(|asked| asked.go(store.clone(), outcomes.clone(), tracker, stop));
        Self { store: store.clone(), outcomes, told, asked, made_of: Mutex::new(made.made_of) }
    }

    /// The room that takes outcomes.
    pub(super) fn outcomes(&self) -> &Outcomes {
        &self.outcomes
    }

    /// How the core stands as it is told.
    pub(super) fn told(&self) -> Option<&Far> {
        self.told.as_ref().map(|(_, far)| far)
    }

    /// How the core stands as it is asked.
    pub(super) fn asked(&self) -> Option<Far> {
        self.asked.as_ref().map(|asked| (asked.status.clone(), asked.resumed.clone()))
    }

    /// Speaks with the core in another way from the next call on; false if it would be the same way.
    pub(super) fn replace(&self, made: CoreMade, core: Option<&CoreSettings>) -> bool {
        {
            let mut made_of = self.made_of.lock().unwrap_or_else(PoisonError::into_inner);
            if *made_of == made.made_of {
                return false;
            }
            *made_of = made.made_of;
        }
        // What is enclosed is decided before the forwarder that carries it is there.
        self.store.carry_files(core.and_then(CoreSettings::files_wait));
        if let (Some((core, (_, resumed))), Some(forwarder)) = (&self.told, made.forwarder) {
            core.replace(Arc::new(forwarder));
            resumed.notify_one();
        }
        if let (Some(asked), Some(anew)) = (&self.asked, made.asked) {
            asked.replace(anew, &self.outcomes);
        }
        true
    }

    /// The files, besides secrets, of which it was made.
    pub(super) fn files(&self) -> Vec<std::path::PathBuf> {
        self.made_of.lock().unwrap_or_else(PoisonError::into_inner).files.iter().cloned().collect()
    }

    /// What words of satisfaction mean from now on.
    pub(super) fn mean(&self, gateway: &settings::Gateway) {
        self.outcomes.mean(Levels::new(&gateway.settings.satisfaction));
    }
}
