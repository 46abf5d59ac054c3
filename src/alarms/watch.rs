//! A watch over a gateway, from another machine: it asks how the gateway stands, and alarms by outlets of its own when the
//! heartbeat stops. What it told, and what did not leave yet, is kept in one file, so that it can be killed at any time.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http::Method;
use huiliu_kit::client::{Client, ClientOptions};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{About, Cause, Outlet, Rules, Seen, ended, letter, next_try, receivers, step};
use crate::settings::{AlarmKind, Gateway};
use crate::store::{AlarmChange, AlarmRow, AlarmTo, MessageRow, Tells};

/// What is watched, and how.
pub struct Order {
    /// Where the gateway listens.
    pub url: Url,
    /// How often it is asked.
    pub every: Duration,
    /// After how long without a heartbeat it is alarmed.
    pub after: Duration,
    /// Where the state is kept.
    pub state: PathBuf,
}

/// What is kept.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
struct State {
    /// When the heart was last seen to beat.
    beat: Option<Timestamp>,
    /// The gateway's own time of its last beat: one that stands still is none.
    theirs: Option<Timestamp>,
    deaf: Vec<String>,
    alarms: Vec<AlarmRow>,
    messages: Vec<MessageRow>,
    last: i64,
}

/// A watch.
pub struct Watch {
    order: Order,
    client: Client,
    outlets: Vec<Outlet>,
    state: State,
}

impl Watch {
    /// Goes on from what was kept.
    ///
    /// # Errors
    ///
    /// If no client can be built, or the state cannot be read or written.
    pub fn open(order: Order, outlets: Vec<Outlet>, now: Timestamp) -> Result<Self, String> {
        let tls = order.url.scheme() == "https";
        let timeout = order.every.clamp(Duration::from_secs(2), Duration::from_secs(30));
        let client = Client::build(ClientOptions { timeout, tls, ..ClientOptions::default() }, "url");
        let client = client.map_err(|wrong| wrong.to_string())?;
        let mut state = match fs::read(&order.state) {
            Ok(kept) => serde_json::from_slice(&kept).map_err(|error| format!("{}: {error}", order.state.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(format!("{}: {error}", order.state.display())),
        };
        // A watch that was away itself begins to wait anew; one that never saw a beat does so from now on.
        state.beat = state.beat.filter(|_| !state.alarms.is_empty()).or(Some(now));
        let watch = Self { order, client, outlets, state };
        watch.keep().map_err(|error| format!("{}: {error}", watch.order.state.display()))?;
        Ok(watch)
    }

    /// Asks once, decides, and tells; what happened, in a word for the log.
    pub async fn round(&mut self, gateway: &Gateway, now: Timestamp) -> std::io::Result<&'static str> {
        let heard = self.ask().await;
        let word = self.hear(heard.as_ref(), now);
        let changes = self.decide(gateway, now);
        for change in changes {
            self.apply(change, now);
        }
        // What was raised is told in the same round.
        for change in self.decide(gateway, now) {
            self.apply(change, now);
        }
        self.keep()?;
        self.send(gateway, now).await;
        self.forget();
        self.keep()?;
        Ok(word)
    }

    /// How many messages did not leave.
    pub fn waiting(&self) -> usize {
        self.state.messages.len()
    }

    async fn ask(&self) -> Option<Value> {
        let url = self.order.url.join("/health/ready").ok()?;
        self.client.send(self.client.request(Method::GET, url)).await.ok()?.json().ok()
    }

    /// Takes in what was answered.
    fn hear(&mut self, heard: Option<&Value>, now: Timestamp) -> &'static str {
        let Some(heard) = heard else { return "no answer" };
        let time = |key: &str| heard.get(key).and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
        if heard.get("ready").and_then(Value::as_bool) != Some(true) {
            return "not ready";
        }
        let (Some(theirs), Some(clock)) = (time("heartbeat"), time("now")) else { return "no heartbeat" };
        let stands = clock.duration_since(theirs) > SignedDuration::try_from(self.order.after).unwrap_or_default();
        if stands {
            return "its heart stands still";
        }
        (self.state.beat, self.state.theirs) = (Some(now), Some(theirs));
        let codes = heard.get("deaf").and_then(Value::as_array).into_iter().flatten();
        self.state.deaf = codes.filter_map(Value::as_str).map(str::to_owned).collect();
        "it beats"
    }

    fn decide(&self, gateway: &Gateway, now: Timestamp) -> Vec<AlarmChange> {
        let place = self.order.url.host_str().unwrap_or_default().to_owned();
        let about = |count| About { place: Some(place.clone()), count, ..About::default() };
        let beat = self.state.beat.unwrap_or(now);
        let is_still = now.duration_since(beat) >= SignedDuration::try_from(self.order.after).unwrap_or_default();
        let cause = |kind, since, weight, about| Cause { kind, subject: place.clone(), since, weight, about };
        let mut seen = Seen { kinds: [AlarmKind::Stopped].into(), ..Seen::default() };
        if is_still {
            seen.causes.push(cause(AlarmKind::Stopped, beat, 1, about(None)));
        } else {
            seen.kinds.insert(AlarmKind::Deaf);
            let count = self.state.deaf.len() as u64;
            if count > 0 {
                seen.causes.push(cause(AlarmKind::Deaf, now, count, about(Some(count))));
            }
        }
        let settings = &gateway.settings;
        let rules = Rules { settings: &settings.alarms, calendar: &gateway.calendar, zone: &settings.zone.0 };
        let open: Vec<_> = self.state.alarms.iter().filter(|row| row.ended.is_none()).cloned().collect();
        step(&open, &seen, now, &rules, &|kind, second| receivers(&self.outlets, kind, second))
    }

    fn apply(&mut self, change: AlarmChange, now: Timestamp) {
        let row = |state: &mut State, id| state.alarms.iter().position(|row| row.id == id);
        match change {
            AlarmChange::Raise(new) => {
                self.state.last += 1;
                self.state.alarms.push(AlarmRow {
                    id: self.state.last,
                    kind: new.kind,
                    subject: new.subject,
                    since: new.since,
                    weight: new.weight,
                    told_weight: 0,
                    about: new.about,
                    mark: 0,
                    sent: 0,
                    first_sent: None,
                    sent_at: None,
                    second_at: None,
                    taken: None,
                    snoozed_until: None,
                    ended: None,
                });
            }
            AlarmChange::Lasts { id, weight, about } => {
                if let Some(row) = row(&mut self.state, id).and_then(|at| self.state.alarms.get_mut(at)) {
                    (row.weight, row.about) = (weight, about);
                }
            }
            AlarmChange::Tell { id, second, to } => {
                let Some(at) = row(&mut self.state, id) else { return };
                let row = &mut self.state.alarms[at];
                row.sent += 1;
                row.first_sent = row.first_sent.or(Some(now));
                row.second_at = row.second_at.or(second.then_some(now));
                (row.sent_at, row.told_weight) = (Some(now), row.weight);
                let n = i64::from(row.sent);
                self.plant(id, n, Tells::Alarm, to, now);
            }
            AlarmChange::Second { id, to } => {
                let Some(at) = row(&mut self.state, id) else { return };
                self.state.alarms[at].second_at = Some(now);
                let n = i64::from(self.state.alarms[at].sent);
                self.plant(id, n, Tells::Alarm, to, now);
            }
            AlarmChange::End { id, to } => {
                let Some(at) = row(&mut self.state, id) else { return };
                self.state.alarms[at].ended = Some(now);
                let n = i64::from(self.state.alarms[at].sent) + 1;
                self.state.messages.retain(|message| message.alarm != id);
                self.plant(id, n, Tells::Mended, to, now);
            }
        }
    }

    fn plant(&mut self, alarm: i64, n: i64, tells: Tells, to: Vec<AlarmTo>, now: Timestamp) {
        self.state.messages.retain(|message| message.alarm != alarm || !to.contains(&message.to));
        let message = |to| MessageRow { alarm, to, tells, n, due: now, attempts: 0 };
        self.state.messages.extend(to.into_iter().map(message));
    }

    async fn send(&mut self, gateway: &Gateway, now: Timestamp) {
        let (lang, zone) = (gateway.settings.lang, &gateway.settings.zone.0);
        let mut stays = Vec::new();
        for mut message in std::mem::take(&mut self.state.messages) {
            let outlet = self.outlets.iter().find(|outlet| outlet.name == message.to.outlet);
            let row = self.state.alarms.iter().find(|row| row.id == message.alarm);
            let (Some(outlet), Some(row)) = (outlet, row) else { continue };
            if message.due > now {
                stays.push(message);
                continue;
            }
            let letter = if message.tells == Tells::Mended { ended(row, lang, zone) } else { letter(row, lang, zone) };
            let key = format!("watch-{}-{}", message.key(), row.since.as_second());
            if let Err(fault) = outlet.send(&letter, message.to.place, &key).await {
                tracing::error!(outlet = outlet.name, key, error = %fault, "an alarm did not leave");
                message.due = next_try(now, message.attempts);
                message.attempts += 1;
                stays.push(message);
            }
        }
        self.state.messages = stays;
    }

    /// Forgets what is over and told.
    fn forget(&mut self) {
        let messages = &self.state.messages;
        self.state.alarms.retain(|row| row.ended.is_none() || messages.iter().any(|message| message.alarm == row.id));
    }

    /// Whole or not at all, on disk when this returns.
    fn keep(&self) -> std::io::Result<()> {
        let path = &self.order.state;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let draft = path.with_extension("new");
        let mut file = fs::File::create(&draft)?;
        file.write_all(&serde_json::to_vec(&self.state)?)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        fs::File::open(folder)?.sync_all()
    }
}
