//! The core of a running gateway: how it is told and how it is asked, both replaceable between two calls.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use huiliu_contract::Blind;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Start;
use super::asked::{AskedCore, CoreAsked, build_asked_on};
use super::build::build_core_on;
use super::made::{MadeOf, Noting};
use crate::channel::Kind;
use crate::errands::{FarStatus, Filing, Forwarding};
use crate::forward::{Core, CoreDesk, RestForwarder, Way};
use crate::http::Offer;
use crate::outcomes::{Levels, Outcomes};
use crate::retry::STEPS;
use crate::settings::{self, ChannelSite, CoreSettings, CoreTable, Mistake, Variables};
use crate::store::{Far as Side, Store};

/// How the core is spoken with, built: how events reach it, and how it is asked, if it is.
pub(super) struct CoreMade {
    way: Way,
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
        blind: &Arc<dyn Blind>,
    ) -> Result<Self, Vec<Mistake>> {
        let site = Noting::new(ChannelSite::new("core", gateway, variables, blind), false);
        site.note_table("core", gateway);
        let way = build_core_on(&site, gateway)?;
        let asked = build_asked_on(&site, gateway, kinds)?;
        Ok(Self { way, asked, made_of: site.made_of() })
    }
}

/// A far side that can be resumed.
pub(super) type Far = (Arc<FarStatus>, Arc<Notify>);

/// The core of a running gateway. Of what kind it is, and whether it is asked, is settled at the start.
pub(super) struct CoreSide {
    store: Arc<dyn Store>,
    outcomes: Outcomes,
    told: Option<(Arc<Core>, Far)>,
    desk: RwLock<CoreDesk>,
    offer: Option<Offer>,
    asked: Option<CoreAsked>,
    made_of: Mutex<MadeOf>,
}

impl CoreSide {
    /// Sets both halves going. Where no worker brings events to the core, they wait in their rows, and what was not brought
    /// there goes when the core is of another kind one day: nothing else is remembered of how it was.
    pub(super) fn start(
        made: CoreMade,
        start: &Start,
        store: &Arc<dyn Store>,
        tracker: &TaskTracker,
        stop: &CancellationToken,
    ) -> Self {
        let settings = &start.settings.settings;
        let table = settings.core.as_ref();
        let outcomes = Outcomes::new(store.clone(), Levels::new(&settings.satisfaction));
        if !matches!(made.way, Way::Rest(_)) {
            store.leave_core();
        }
        let (mut told, mut offer) = (None, None);
        match made.way {
            Way::Rest(forwarder) => {
                told = Some(post(*forwarder, table.and_then(CoreTable::rest), store, tracker, stop));
            }
            Way::Manual => {}
            Way::File(sheets) => {
                let (names, zone) = (channel_names(start), settings.zone.0.clone());
                let runner = Filing { store: store.clone(), sheets, names, zone };
                tracker.spawn(runner.run(stop.clone()));
            }
            Way::Pull(cloud) => {
                let (rings, news) = tokio::sync::watch::channel(());
                tracker.spawn(hear(store.clone(), rings, stop.clone()));
                offer = Some(Offer { cloud, news, stop: stop.clone() });
            }
        }
        let asked = made.asked.map(|asked| asked.go(store.clone(), outcomes.clone(), tracker, stop));
        let desk = RwLock::new(CoreDesk::of(table));
        Self { store: store.clone(), outcomes, told, desk, offer, asked, made_of: Mutex::new(made.made_of) }
    }

    /// The core as people meet it.
    pub(super) fn desk(&self) -> CoreDesk {
        self.desk.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a core that fetches is offered; none where it does not fetch.
    pub(super) fn offer(&self) -> Option<Offer> {
        self.offer.clone()
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

    /// Lets the core be told, or asked, once more where that stood still for a person; false where neither did.
    pub(super) fn resume_denied(&self) -> bool {
        let asked = self.asked();
        let still = self.told.iter().map(|(_, far)| far).chain(&asked).filter(|(status, _)| status.needs_person());
        still.map(|(_, resumed)| resumed.notify_one()).count() > 0
    }

    /// Speaks with the core in another way from the next call on; false if it would be the same way.
    pub(super) fn replace(&self, made: CoreMade, core: Option<&CoreTable>) -> bool {
        {
            let mut made_of = self.made_of.lock().unwrap_or_else(PoisonError::into_inner);
            if *made_of == made.made_of {
                return false;
            }
            *made_of = made.made_of;
        }
        // What is enclosed is decided before the forwarder that carries it is there.
        self.store.carry_files(core.and_then(CoreTable::rest).and_then(CoreSettings::files_wait));
        *self.desk.write().unwrap_or_else(PoisonError::into_inner) = CoreDesk::of(core);
        if let (Some((core, (_, resumed))), Way::Rest(forwarder)) = (&self.told, made.way) {
            core.replace(Arc::new(*forwarder));
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

/// Sets the workers going that post events to the core.
fn post(
    forwarder: RestForwarder,
    settings: Option<&CoreSettings>,
    store: &Arc<dyn Store>,
    tracker: &TaskTracker,
    stop: &CancellationToken,
) -> (Arc<Core>, Far) {
    let core = Arc::new(Core::new(Arc::new(forwarder)));
    let (status, resumed): Far = Far::default();
    let steps = settings.map(|core| core.retries.as_slice()).unwrap_or_default();
    let steps: Arc<[Duration]> =
        if steps.is_empty() { STEPS.into() } else { steps.iter().map(|period| period.0).collect() };
    let (store, status_too, resumed_too) = (store.clone(), status.clone(), resumed.clone());
    let runner = Forwarding { store, core: core.clone(), status: status_too, resumed: resumed_too, steps };
    tracker.spawn(runner.run(stop.clone(), tracker.clone()));
    (core, (status, resumed))
}

/// The names of the channels by their codes, for people who read a sheet.
fn channel_names(start: &Start) -> HashMap<String, String> {
    let infos: Vec<_> = start.kinds.iter().map(|kind| (kind.info)()).collect();
    let files = start.settings.channels(&infos);
    files.iter().filter_map(|file| Some((file.code.clone(), file.names.first()?.clone()))).collect()
}

/// Hears the one bell that a commit rings, and passes it on to however many wait.
async fn hear(store: Arc<dyn Store>, rings: tokio::sync::watch::Sender<()>, stop: CancellationToken) {
    let bell = store.schedule().bell(Side::Core);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = bell.notified() => rings.send_replace(()),
        };
    }
}
