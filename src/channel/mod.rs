//! One configured road, ready to run: its settings, its connector, its mapping, and what the store knows.

mod limit;
mod pace;
mod people;
pub mod pulse;
mod remind;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use huiliu_contract::{Connector, Misconfigured, Site, Submission};
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use limit::TimeLimit;
pub use pace::{Budgets, Pace};
pub use people::{Asked, Want, renewal, tells};
pub use remind::{Seen, missing};

use crate::normalize::Mapping;
use crate::settings::{self, ChannelSettings, ChannelState, KindInfo, OnUnmappable};
use crate::store::{Enrolled, FirstRun, Standing};
use crate::ticket::Draft;

/// A connector kind with its types erased.
#[derive(Clone, Copy)]
pub struct Kind {
    /// The word in `[connect] kind`.
    pub name: &'static str,
    /// What settings need to know of it.
    pub info: fn() -> KindInfo,
    /// Builds a connector from checked options.
    pub build: fn(&serde_json::Value, &dyn Site) -> Result<Connector, Vec<Misconfigured>>,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// One channel, running.
pub struct Channel {
    /// Its code.
    pub code: Arc<str>,
    /// Whose memory of external ids it shares.
    pub namespace: Arc<str>,
    /// Its file.
    pub settings: ChannelSettings,
    /// How to speak with its far side.
    pub connector: Connector,
    /// Which field is which.
    pub mapping: Mapping,
    /// What the store knows of it.
    pub enrolled: Enrolled,
    /// When its far side may be asked.
    pub pace: Pace,
    /// By what rule a time limit is counted where the source gives none.
    pub time_limit: Option<TimeLimit>,
    ignore: Vec<Vec<String>>,
    start_from: Option<Timestamp>,
    first_run: AtomicU8,
    zone: TimeZone,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("code", &self.code).finish_non_exhaustive()
    }
}

impl Channel {
    /// Puts the parts together, in the house whose settings `gateway` are.
    pub fn new(
        settings: ChannelSettings,
        connector: Connector,
        mapping: Mapping,
        enrolled: Enrolled,
        pace: Pace,
        gateway: &settings::Gateway,
    ) -> Self {
        let zone = &gateway.settings.zone.0;
        let ignore = settings.channel.ignore.iter().map(|pointer| segments(pointer)).collect();
        let start_from = settings.channel.start_from.and_then(|day| day.begins(zone));
        Self {
            code: settings.code.as_str().into(),
            namespace: settings.namespace.as_str().into(),
            first_run: AtomicU8::new(number(enrolled.first_run)),
            connector,
            mapping,
            enrolled,
            pace,
            time_limit: TimeLimit::new(&settings, gateway),
            settings,
            ignore,
            start_from,
            zone: zone.clone(),
        }
    }

    /// Whether people enter what it brings: nothing else brings anything.
    pub fn is_entered(&self) -> bool {
        let connector = &self.connector;
        connector.poll.is_none() && connector.receive.is_none() && connector.hand_in.is_none()
    }

    /// The zone of times that name none.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Where its first run stands.
    pub fn first_run(&self) -> FirstRun {
        match self.first_run.load(Ordering::Acquire) {
            0 => FirstRun::Underway,
            1 => FirstRun::NeedsGoLive,
            _ => FirstRun::Through,
        }
    }

    /// Notes where its first run stands, after the store did.
    pub fn set_first_run(&self, state: FirstRun) {
        self.first_run.store(number(state), Ordering::Release);
    }

    /// Whether far sides are told that what cannot be mapped is refused.
    pub fn refuses_unmappable(&self) -> bool {
        self.settings.channel.unmappable == OnUnmappable::Refuse
    }

    /// In what state an item comes in. What decides whether it is older than the channel is when the
    /// channel handed it over, else when it was sent, else when the citizen wrote it.
    pub fn standing(&self, submission: &Submission, draft: Option<&Draft>) -> Standing {
        let times = draft.map(|draft| &draft.times);
        let at = times
            .and_then(|times| times.handed_at)
            .or(submission.sent_at)
            .or_else(|| times.and_then(|times| times.submitted_at));
        if at.zip(self.start_from).is_some_and(|(at, start)| at < start) {
            return Standing::Historic;
        }
        match self.settings.channel.state {
            ChannelState::Live if self.connector.poll.is_some() && self.first_run() != FirstRun::Through => {
                Standing::Waiting
            }
            ChannelState::Live => Standing::Live,
            ChannelState::Trial | ChannelState::Off => Standing::Trial,
        }
    }

    /// Takes the members out of a document that do not make it another one.
    pub fn without_ignored(&self, document: &serde_json::Value) -> Option<serde_json::Value> {
        if self.ignore.is_empty() {
            return None;
        }
        let mut document = document.clone();
        for pointer in &self.ignore {
            let Some((last, parents)) = pointer.split_last() else { continue };
            let mut place = Some(&mut document);
            for name in parents {
                place = place.and_then(|value| step(value, name));
            }
            if let Some(object) = place.and_then(|value| value.as_object_mut()) {
                object.remove(last);
            }
        }
        Some(document)
    }
}

fn step<'v>(value: &'v mut serde_json::Value, name: &str) -> Option<&'v mut serde_json::Value> {
    match value {
        serde_json::Value::Object(members) => members.get_mut(name),
        serde_json::Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
        _ => None,
    }
}

/// The names of a JSON pointer (RFC 6901).
fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
}

fn number(state: FirstRun) -> u8 {
    match state {
        FirstRun::Underway => 0,
        FirstRun::NeedsGoLive => 1,
        FirstRun::Through => 2,
    }
}
