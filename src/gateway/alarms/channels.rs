//! What is wrong with channels: silent, denied, away, waiting for a login, wrong in their files, without their table of the day.

use async_trait::async_trait;
use huiliu_contract::Standing;
use jiff::{SignedDuration, Timestamp};

use super::super::reload::Reloader;
use super::super::remind;
use super::super::running::Asked;
use super::{Found, Source};
use crate::alarms::{About, Cause};
use crate::channel::pulse::Pulse;
use crate::settings::AlarmKind;
use crate::store::StoreError;

/// All of them.
pub(super) struct Channels;

/// What can be wrong with a far side.
const SIDE: [AlarmKind; 3] = [AlarmKind::Denied, AlarmKind::Login, AlarmKind::Away];

#[async_trait]
impl Source for Channels {
    fn kinds(&self) -> &'static [AlarmKind] {
        &[
            AlarmKind::Silent,
            AlarmKind::Unexpected,
            AlarmKind::Denied,
            AlarmKind::Login,
            AlarmKind::Away,
            AlarmKind::Broken,
            AlarmKind::Unhanded,
        ]
    }

    async fn look(&mut self, house: &Reloader, now: Timestamp) -> Result<Found, StoreError> {
        let running = &house.running;
        let store = &running.ground.store;
        let settings = running.now();
        let away = SignedDuration::try_from(settings.settings.settings.alarms.away.0).unwrap_or_default();
        let mut found = Found::default();
        for channel in running.list().into_iter().filter(|channel| super::super::runs(channel)) {
            let (code, table) = (channel.code.to_string(), &channel.settings.channel);
            let about = About::channel(&code, &table.name);
            if table.silence.is_some() || table.expect.is_some() {
                let pulse = Pulse::read(store.value(&Pulse::name(&code)).await?.as_deref());
                found.pulse(&about, &pulse, (table.silence.is_some(), table.expect.is_some()), now);
            }
            if let Some(asked) = running.asked(&code) {
                found.side(&about, &asked, now, away);
            }
            if let Some(answered) = running.answered(&code) {
                found.side(&About { outlet: true, ..about.clone() }, &answered, now, away);
            }
            match running.login(&code).map(|login| login.standing()) {
                Some(Standing::Person { since }) => found.add(AlarmKind::Login, since, 1, about),
                Some(Standing::Resting { since, .. }) => found.add(AlarmKind::Denied, since, 1, about),
                _ => {}
            }
        }
        for code in running.wrong_ones() {
            let name = settings.files.of(&code).and_then(|file| file.names.first().cloned());
            found.add(AlarmKind::Broken, now, 1, About::channel(&code, name.as_deref().unwrap_or(&code)));
        }
        for (code, name, day) in remind::missing_at(running, now).await {
            found.add(AlarmKind::Unhanded, now, 1, About { day: Some(day), ..About::channel(&code, &name) });
        }
        Ok(found)
    }
}

impl Found {
    /// Adds what is wrong with a channel; the first of a kind and channel is told.
    pub(super) fn add(&mut self, kind: AlarmKind, since: Timestamp, weight: u64, about: About) {
        let subject = about.channel.clone().unwrap_or_default();
        if self.causes.iter().any(|known| known.kind == kind && known.subject == subject) {
            return;
        }
        self.causes.push(Cause { kind, subject, since, weight, about });
    }

    fn pulse(&mut self, about: &About, pulse: &Pulse, (silence, expect): (bool, bool), now: Timestamp) {
        if let Some(since) = pulse.silent_since.filter(|_| silence) {
            self.add(AlarmKind::Silent, since, 1, about.clone());
        }
        if let Some(day) = pulse.unexpected.filter(|_| expect) {
            let about = About { day: Some(day.day), count: Some(u64::from(day.count)), ..about.clone() };
            self.add(AlarmKind::Unexpected, now, 1, about);
        }
    }

    /// How a far side stands. Of one that was not asked since the start nothing is known: it may be as it was before.
    fn side(&mut self, about: &About, asked: &Asked, now: Timestamp, away: SignedDuration) {
        let subject = about.channel.clone().unwrap_or_default();
        let Some((trouble, since, _)) = asked.status.trouble() else {
            if asked.status.last_success().is_none() {
                self.undecided.extend(SIDE.map(|kind| (kind, subject.clone())));
            }
            return;
        };
        let since = since.unwrap_or(trouble.at);
        match trouble.word.as_str() {
            "denied" => self.add(AlarmKind::Denied, since, 1, about.clone()),
            "needs_person" => self.add(AlarmKind::Login, since, 1, about.clone()),
            _ if now.duration_since(since) >= away => self.add(AlarmKind::Away, since, 1, about.clone()),
            _ => drop(self.undecided.insert((AlarmKind::Away, subject))),
        }
    }
}
