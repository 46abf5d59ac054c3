//! Watches that channels which usually bring something do, and that days bring as much as expected. It reads what came
//! once an hour at most, and never writes but what it found.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use crate::channel::Channel;
use crate::channel::pulse::{Days, Pulse, Unexpected, days_needed, is_unexpected, is_usual, silent_from, to_judge};
use crate::intake::Intake;
use crate::settings::{ChannelState, Expect, Silence};
use crate::store::{Store, StoreError};
use crate::workdays::Calendar;

/// How often what came is read at most.
const EVERY: Duration = Duration::from_secs(3600);

/// It may take this part of the time at most.
const SHARE: u32 = 100;

/// So many versions are read at a time, so that nobody waits for it.
const PAGE: usize = 2000;

/// What came so lately is read again: an id is given before its commit, so one may still come behind a later one.
const SETTLING: SignedDuration = SignedDuration::from_secs(60);

/// Counts what came, now and then, and says what is unusual.
pub(super) struct PulseTaker {
    store: Arc<dyn Store>,
    intake: Intake,
    calendar: Receiver<Arc<Calendar>>,
    zone: TimeZone,
    watched: Vec<Watched>,
    came: HashMap<u32, Came>,
    /// All versions up to this one are counted.
    after: i64,
    is_begun: bool,
    next: Instant,
}

/// A channel of which something is expected.
struct Watched {
    code: String,
    channel: u32,
    known_since: Timestamp,
    silence: Option<Silence>,
    expect: Option<Expect>,
    pulse: Pulse,
}

/// What came by a channel.
#[derive(Clone, Default)]
struct Came {
    days: Days,
    last: Option<Timestamp>,
}

impl PulseTaker {
    pub(super) fn new(
        store: &Arc<dyn Store>,
        intake: &Intake,
        calendar: Receiver<Arc<Calendar>>,
        zone: TimeZone,
    ) -> Self {
        Self {
            store: store.clone(),
            intake: intake.clone(),
            calendar,
            zone,
            watched: Vec::new(),
            came: HashMap::new(),
            after: 0,
            is_begun: false,
            next: Instant::now(),
        }
    }

    /// Watches these channels from now on. If a reload changed what is expected of any, all is looked at anew.
    fn adopt(&mut self, channels: &[Arc<Channel>]) {
        let watched: Vec<_> = channels.iter().filter_map(|channel| Watched::of(channel)).collect();
        let same = |(new, old): (&Watched, &Watched)| {
            new.channel == old.channel && new.silence == old.silence && new.expect == old.expect
        };
        if watched.len() == self.watched.len() && watched.iter().zip(&self.watched).all(same) {
            return;
        }
        for gone in self.watched.iter().filter(|old| watched.iter().all(|new| new.channel != old.channel)) {
            metrics::gauge!("huiliu_channel_silent", "channel" => gone.code.clone()).set(0.0);
        }
        self.watched = watched;
        self.came.clear();
        (self.after, self.is_begun, self.next) = (0, false, Instant::now());
    }

    /// Ends silences that ended, and looks at everything anew if it is time.
    pub(super) async fn refresh(&mut self, channels: &[Arc<Channel>]) {
        self.adopt(channels);
        if self.watched.is_empty() {
            return;
        }
        let now = Timestamp::from_millisecond(self.store.clock().now()).unwrap_or_default();
        let began = Instant::now();
        let done = if began < self.next { self.listen().await } else { self.look(now).await };
        if let Err(error) = done {
            tracing::error!(%error, "whether channels are silent could not be looked up");
        }
        if began >= self.next {
            self.next = Instant::now() + EVERY.max(began.elapsed() * SHARE);
        }
    }

    /// Only what the process heard by itself: a silence ends with the next submission, not with the next hour.
    async fn listen(&mut self) -> Result<(), StoreError> {
        for watched in &mut self.watched {
            let heard = self.intake.heard(watched.channel);
            if watched.pulse.silent_since.is_some_and(|since| heard.is_some_and(|heard| heard > since)) {
                let before = watched.pulse.clone();
                (watched.pulse.heard, watched.pulse.silent_since) = (heard, None);
                watched.found(&self.store, &before).await?;
            }
        }
        Ok(())
    }

    async fn look(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if !self.is_begun {
            self.begin().await?;
        }
        let came = self.count(now).await?;
        let calendar = self.calendar.borrow().clone();
        let today = now.to_zoned(self.zone.clone()).date();
        for watched in &mut self.watched {
            let before = watched.pulse.clone();
            let came = came.get(&watched.channel).cloned().unwrap_or_default();
            // A sign of life that wrote nothing is noted for the next start.
            let heard = self.intake.heard(watched.channel).max(before.heard);
            watched.pulse.heard = heard.filter(|heard| came.last.is_none_or(|last| *heard > last));
            watched.judge_silence(&came, heard.max(came.last), now, &self.zone, &calendar);
            watched.judge_days(&came.days, today, &self.zone, &calendar);
            watched.found(&self.store, &before).await?;
        }
        Ok(())
    }

    /// What was found before this start.
    async fn begin(&mut self) -> Result<(), StoreError> {
        let known = self.store.channels().await?;
        for watched in &mut self.watched {
            let kept = self.store.value(&Pulse::name(&watched.code)).await?;
            watched.pulse = Pulse::read(kept.as_deref());
            let row = known.iter().find(|row| row.id == watched.channel);
            watched.known_since = row.map_or(Timestamp::MAX, |row| row.known_since);
            if let Some(expect) = &watched.expect {
                tracing::debug!(channel = %watched.code, ?expect, "its days are judged");
                metrics::counter!("huiliu_unexpected_days_total", "channel" => watched.code.clone()).increment(0);
            }
        }
        self.is_begun = true;
        Ok(())
    }

    /// Counts what came since the last time; answers all that is known, with what may still be joined by others.
    async fn count(&mut self, now: Timestamp) -> Result<HashMap<u32, Came>, StoreError> {
        let needed = self.watched.iter().filter_map(|watched| watched.silence).map(days_needed).max().unwrap_or(0);
        let back = SignedDuration::from_hours(24 * needed.max(9));
        let since = now.checked_sub(back).unwrap_or(Timestamp::MIN);
        let settled = now.checked_sub(SETTLING).unwrap_or(now);
        let mut lately = None;
        let mut at = self.after;
        loop {
            let page = self.store.arrivals(at, since, PAGE).await?;
            for arrived in &page {
                at = arrived.version;
                let day = arrived.at.to_zoned(self.zone.clone()).date();
                // From the first one that is not settled on, nothing is counted for good.
                if arrived.at > settled {
                    lately.get_or_insert_with(|| self.came.clone());
                }
                let came = match &mut lately {
                    Some(lately) => lately.entry(arrived.channel).or_default(),
                    None => {
                        self.after = at;
                        self.came.entry(arrived.channel).or_default()
                    }
                };
                *came.days.entry(day).or_default() += 1;
                came.last = came.last.max(Some(arrived.at));
            }
            if page.len() < PAGE {
                break;
            }
        }
        let edge = since.to_zoned(self.zone.clone()).date();
        for came in self.came.values_mut() {
            came.days = came.days.split_off(&edge);
        }
        Ok(lately.unwrap_or_else(|| self.came.clone()))
    }
}

impl Watched {
    /// None where nothing is expected of the channel.
    fn of(channel: &Channel) -> Option<Self> {
        let table = &channel.settings.channel;
        let expects = table.silence.is_some() || table.expect.is_some();
        (expects && table.state != ChannelState::Off).then(|| Self {
            code: channel.code.to_string(),
            channel: channel.enrolled.channel,
            known_since: Timestamp::MAX,
            silence: table.silence,
            expect: table.expect,
            pulse: Pulse::default(),
        })
    }

    fn judge_silence(
        &mut self,
        came: &Came,
        last: Option<Timestamp>,
        now: Timestamp,
        zone: &TimeZone,
        calendar: &Calendar,
    ) {
        let Some(silence) = self.silence else {
            self.pulse.silent_since = None;
            return;
        };
        let Some(last) = last else { return };
        if let Some(since) = self.pulse.silent_since {
            self.pulse.silent_since = Some(since).filter(|since| last <= *since);
            return;
        }
        let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
        let is_silent = silent_from(silence, last, zone, calendar).is_some_and(|from| now >= from);
        // A channel that became known in the midst of a day is a whole day old on the next one.
        let known = if self.known_since == Timestamp::MAX { Date::MAX } else { day(self.known_since) };
        if is_silent && is_usual(silence, &came.days, day(last), known, calendar) {
            self.pulse.silent_since = Some(last);
        }
    }

    fn judge_days(&mut self, days: &Days, today: Date, zone: &TimeZone, calendar: &Calendar) {
        let Some(expect) = &self.expect else {
            (self.pulse.judged, self.pulse.unexpected) = (None, None);
            return;
        };
        if self.known_since == Timestamp::MAX {
            return;
        }
        let known = self.known_since.to_zoned(zone.clone()).date();
        for day in to_judge(expect, self.pulse.judged, known, today, calendar) {
            let count = days.get(&day).copied().unwrap_or(0);
            self.pulse.judged = Some(day);
            self.pulse.unexpected = is_unexpected(expect, count).then_some(Unexpected { day, count });
            if self.pulse.unexpected.is_some() {
                metrics::counter!("huiliu_unexpected_days_total", "channel" => self.code.clone()).increment(1);
                tracing::warn!(channel = %self.code, %day, count, "a day brought another number of submissions than expected");
            }
        }
    }

    /// Tells what changed, and keeps it.
    async fn found(&self, store: &Arc<dyn Store>, before: &Pulse) -> Result<(), StoreError> {
        if self.silence.is_some() {
            let silent = f64::from(u8::from(self.pulse.silent_since.is_some()));
            metrics::gauge!("huiliu_channel_silent", "channel" => self.code.clone()).set(silent);
        }
        match (before.silent_since, self.pulse.silent_since) {
            (None, Some(since)) => {
                tracing::warn!(channel = %self.code, %since, "nothing came for long, although something usually does");
            }
            (Some(_), None) => tracing::info!(channel = %self.code, "something came again"),
            _ => {}
        }
        if self.pulse == *before {
            return Ok(());
        }
        store.keep_value(&Pulse::name(&self.code), &self.pulse.written()).await
    }
}

#[cfg(test)]
mod tests;
