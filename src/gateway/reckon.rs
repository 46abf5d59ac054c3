//! Reconciliation (对账) in a running gateway: far sides are asked what they have for a day, it is held against what came, and
//! gaps are opened and mended. A task of the house and no errand: an errand's row would say only when it is due, and that is
//! told already by what the last look at a channel and day found. A process that dies goes on where the rows say.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use huiliu_contract::{Census, Counted, CountedBy, Cursor, Fault, Keepsake, Personal, Reached};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use tokio_util::sync::CancellationToken;

use super::control::Daemon;
use super::running::Running;
use crate::channel::Channel;
use crate::console::{Code, Problem};
use crate::errands::by;
use crate::intake::How;
use crate::reconcile::{ChannelDay, Theirs, found, held_at};
use crate::settings::ReconcileSettings;
use crate::store::{Actor, Asked, ItemRow, Items, Reckoning, StoreError};

/// How often it is looked whether a look is due.
const EVERY: Duration = Duration::from_secs(30);

/// After how long a far side that could not be asked is asked again.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// A call that takes longer than this is cut off.
const LONGEST_CALL: Duration = Duration::from_secs(300);

/// So many pages and no end: no day is that long.
const MOST_PAGES: usize = 10_000;

/// So many versions are looked through at a time, so that nobody waits for it.
const PAGE: usize = 500;

/// An item that was handed over on a day is looked for among what came so long afterwards.
const LATE: SignedDuration = SignedDuration::from_hours(24 * 31);

/// Clocks differ: one that came a little before its day by our own clock is looked at too.
const EARLY: SignedDuration = SignedDuration::from_hours(24);

/// Looks at all channels once a night, and again at those that could not be asked.
pub(super) async fn run(daemon: Arc<Daemon>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            done = daemon.channels().look_where_due() => {
                if let Err(error) = done {
                    tracing::error!(%error, "what came could not be reconciled");
                }
            }
        }
    }
}

/// The days that a night looks at, the latest first, and when it began.
fn night(now: Timestamp, zone: &TimeZone, settings: &ReconcileSettings) -> Option<(Timestamp, Vec<Date>)> {
    let local = now.to_zoned(zone.clone());
    let today = if local.time() < settings.at.0 { local.date().yesterday().ok()? } else { local.date() };
    let began = today.to_datetime(settings.at.0).to_zoned(zone.clone()).ok()?.timestamp();
    let days = (1..=i64::from(settings.days)).filter_map(|back| today.checked_sub(back.days()).ok());
    Some((began, days.collect()))
}

/// Whether a channel and day is to be looked at.
fn is_due(kept: Option<&Reckoning>, began: Timestamp, now: Timestamp) -> bool {
    kept.is_none_or(|kept| kept.at < began || kept.asked == Asked::Away && now.duration_since(kept.at) >= AGAIN)
}

impl Running {
    async fn look_where_due(&self) -> Result<(), StoreError> {
        let store = &self.ground.store;
        let now = Timestamp::from_millisecond(store.clock().now()).unwrap_or_default();
        let (zone, house) = (self.zone(), self.now());
        let Some((began, days)) = night(now, &zone, &house.settings.settings.reconcile) else { return Ok(()) };
        let (Some(first), Some(last)) = (days.last(), days.first()) else { return Ok(()) };
        let kept = store.reckonings(*first, *last).await?;
        let mut due = Vec::new();
        for channel in self.list().into_iter().filter(|channel| super::runs(channel)) {
            let id = channel.enrolled.channel;
            let known = Timestamp::from_millisecond(channel.enrolled.known_since).unwrap_or_default();
            let since = known.to_zoned(zone.clone()).date();
            let kept = |day: &Date| kept.iter().find(|kept| kept.channel == id && kept.day == *day);
            let wanted = |day: &&Date| **day >= since && is_due(kept(day), began, now);
            let wanted: Vec<_> = days.iter().filter(wanted).copied().collect();
            if !wanted.is_empty() && is_open(&channel, now, &zone) {
                due.push((channel, wanted));
            }
        }
        // One hung far side holds up none of the others.
        let looks = due.into_iter().map(|(channel, days)| async move {
            for day in days {
                self.reckon(&channel, day).await?;
            }
            Ok::<_, StoreError>(())
        });
        let done: Vec<_> = looks.collect::<futures_util::stream::FuturesUnordered<_>>().collect().await;
        self.tell_gaps().await?;
        done.into_iter().collect()
    }

    /// Sets the gauge of gaps.
    pub(super) async fn tell_gaps(&self) -> Result<(), StoreError> {
        let gaps = self.ground.store.gaps(false).await?;
        for channel in self.list() {
            let count: u64 = gaps.iter().filter(|gap| gap.channel_code == *channel.code).map(|gap| gap.count).sum();
            metrics::gauge!("huiliu_gap", "channel" => channel.code.to_string()).set(count as f64);
        }
        Ok(())
    }

    /// Looks at one channel and day, and keeps what it found.
    pub(super) async fn reckon(&self, channel: &Arc<Channel>, day: Date) -> Result<ChannelDay, StoreError> {
        let store = &self.ground.store;
        let census = channel.connector.census.as_deref();
        let by = census.map_or(CountedBy::ReceivedAt, Census::by);
        let (theirs, asked, why) = match census {
            None => (None, Asked::CannotSay, None),
            Some(census) => match self.ask(channel, census, day).await {
                Ok(theirs) => (Some(theirs), Asked::Said, None),
                Err(fault) => {
                    tracing::warn!(channel = %channel.code, %day, word = fault.word(), %fault, "a far side could not be asked what it has");
                    (None, Asked::Away, Some(fault.to_string()))
                }
            },
        };
        let Some((from, until)) = span(day, &self.zone()) else { return Err(StoreError::NotFound) };
        let ours = self.came(channel, by, (from, until)).await?;
        let ids = theirs.as_ref().and_then(|theirs| theirs.ids.clone()).unwrap_or_default();
        let known = store.items_known(channel.enrolled.channel, ids.into_iter().collect()).await?;
        let unreadable = store.unreadable(channel.enrolled.channel, from, until).await?;
        let found = found(theirs.as_ref(), ours, known, unreadable);
        let reckoning = Reckoning {
            channel: channel.enrolled.channel,
            day,
            at: Timestamp::from_millisecond(store.clock().now()).unwrap_or_default(),
            asked,
            theirs: found.theirs,
            taken: found.taken,
            places: found.places,
            missing: found.missing,
            surplus: found.surplus,
        };
        store.reckon(reckoning.clone()).await?;
        for (kind, count) in reckoning.gaps().into_iter().filter(|(_, count)| *count > 0) {
            tracing::warn!(channel = %channel.code, %day, kind = kind.word(), count, "what came does not add up");
        }
        let mut view = ChannelDay::new(&reckoning, (&channel.code, &channel.settings.channel.name), found);
        view.counted_by = serde_json::to_value(by).ok().and_then(|word| word.as_str().map(str::to_owned));
        view.why = why;
        Ok(view)
    }

    /// What came by a channel for a day, by the time by which its far side counts.
    async fn came(
        &self,
        channel: &Channel,
        by: CountedBy,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<ItemRow>, StoreError> {
        let by_ours = by == CountedBy::ReceivedAt;
        let begin = if by_ours { from } else { from.checked_sub(EARLY).unwrap_or(from) };
        let end = if by_ours { until } else { until.checked_add(LATE).unwrap_or(until) };
        let (mut after, mut ours) = (0, Vec::new());
        loop {
            let items = Items { channel: channel.enrolled.channel, after, from: begin, until: end, limit: PAGE };
            let page = self.ground.store.items(items).await?;
            ours.extend(page.rows.into_iter().filter(|item| (from..until).contains(&held_at(item, by))));
            match page.next {
                Some(next) => after = next,
                None => return Ok(ours),
            }
        }
    }

    /// Asks a far side, page by page, at its channel's pace.
    async fn ask(&self, channel: &Arc<Channel>, census: &dyn Census, day: Date) -> Result<Theirs, Fault> {
        self.may_be_asked(channel)?;
        let login = self.login(&channel.code);
        let (_, kept) = self.ground.store.bookmarks(channel.enrolled.channel).await.map_err(unread)?;
        let kept = kept.map(|body| Keepsake(Personal::new(body)));
        let (mut theirs, mut after) = (Theirs::default(), None);
        for _ in 0..MOST_PAGES {
            channel.pace.turn().await;
            let call = in_time(census.count(day, after.as_ref(), kept.as_ref()));
            let Counted { total, ids, unnumbered, next } = by(login.as_ref(), call).await?;
            theirs.total = total.or(theirs.total);
            theirs.unnumbered += unnumbered;
            if let Some(ids) = ids {
                let all = theirs.ids.get_or_insert_with(BTreeSet::new);
                all.extend(ids.into_iter().map(|id| id.as_str().to_owned()));
            }
            match next {
                Some(next) => after = Some(next),
                None => return Ok(theirs),
            }
        }
        Err(Fault::malformed(format!("{MOST_PAGES} pages were taken and the far side has not come to an end")))
    }

    /// Whether a channel's far side is left alone at present.
    fn may_be_asked(&self, channel: &Channel) -> Result<(), Fault> {
        let trouble = self.asked(&channel.code).and_then(|asked| asked.status.trouble());
        if let Some((trouble, ..)) = trouble {
            return Err(Fault::unavailable(
                format!("it is left alone since it failed: {}", trouble.message),
                Reached::No,
            ));
        }
        let now = self.ground.store.clock().now();
        match self.login(&channel.code).and_then(|login| login.shut_for(now)) {
            Some(_) => Err(Fault::unavailable("nobody is logged in", Reached::No)),
            None => Ok(()),
        }
    }

    /// Asks a channel once more for all that is later than the beginning of a day. Its own place is left where it is: what it
    /// brings again is a repeat, what did not come is taken.
    async fn fetch(&self, channel: &Arc<Channel>, day: Date) -> Result<(), Problem> {
        let refused = || {
            Problem::refused(
                format!("渠道 {} 的接入方式不能从某一天再取;请到对方后台核对缺的编号", channel.settings.channel.name),
                format!("channel {} cannot be asked from a day on; look up the missing numbers there", channel.code),
            )
        };
        let poll = channel.connector.poll.as_ref().ok_or_else(refused)?;
        let (from, _) = span(day, &self.zone()).ok_or_else(refused)?;
        let mut cursor: Cursor = poll.since(from).ok_or_else(refused)?;
        let faulty = |fault: Fault| {
            Problem::new(Code::Failed, format!("对方没有取成:{fault}"), format!("the far side gave nothing: {fault}"))
        };
        self.may_be_asked(channel).map_err(faulty)?;
        let login = self.login(&channel.code);
        let (_, kept) = self.ground.store.bookmarks(channel.enrolled.channel).await?;
        let mut kept = kept.map(|body| Keepsake(Personal::new(body)));
        for _ in 0..MOST_PAGES {
            channel.pace.turn().await;
            let call = in_time(poll.poll(Some(&cursor), kept.as_ref()));
            let page = by(login.as_ref(), call).await.map_err(faulty)?;
            let how =
                How { polled: true, once: None, lease: None, cursor: None, keepsake: None, reasons: false, deed: None };
            let done = self.ground.intake.take(channel, page.items, how).await.map_err(|error| {
                Problem::new(
                    Code::Failed,
                    format!("取到的没能存下:{error}"),
                    format!("what came was not kept: {error}"),
                )
            })?;
            crate::telemetry::count_taken(&channel.code, &done.taken);
            kept = page.keep.or(kept);
            if !page.more {
                return Ok(());
            }
            cursor = page.next.unwrap_or(cursor);
        }
        Err(faulty(Fault::malformed("the far side has not come to an end")))
    }
}

impl Daemon {
    /// Looks at a day of these channels, after fetching it once more where that is asked for.
    pub(super) async fn reconciled(
        &self,
        codes: &[String],
        day: Date,
        fetch: bool,
        actor: &Actor,
    ) -> Result<Vec<ChannelDay>, Problem> {
        let running = self.channels();
        let mut looks = Vec::new();
        for channel in codes.iter().filter_map(|code| running.channel(code)).filter(|channel| super::runs(channel)) {
            if fetch {
                running.ground.store.record(actor, "fetch_again", &format!("channel:{}", channel.code)).await?;
                Box::pin(running.fetch(&channel, day)).await?;
            }
            looks.push(channel);
        }
        let looks = looks.iter().map(|channel| running.reckon(channel, day));
        let days: Vec<_> = futures_util::future::join_all(looks).await;
        running.tell_gaps().await?;
        Ok(days.into_iter().collect::<Result<_, StoreError>>()?)
    }
}

/// A day, from its beginning to that of the next.
fn span(day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let begins = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
    Some((begins(day)?, begins(day.tomorrow().ok()?)?))
}

/// Whether a channel's hours let it be asked now.
fn is_open(channel: &Channel, now: Timestamp, zone: &TimeZone) -> bool {
    let hours = channel.settings.poll.hours.as_ref();
    hours.is_none_or(|hours| hours.opens_in(now.to_zoned(zone.clone()).time()).is_zero())
}

async fn in_time<T>(call: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let cut = |_| Err(Fault::unavailable("the call took longer than any may", Reached::Maybe));
    tokio::time::timeout(LONGEST_CALL, call).await.unwrap_or_else(cut)
}

fn unread(error: StoreError) -> Fault {
    Fault::unavailable(format!("our own store could not be read: {error}"), Reached::No)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::TimeOfDay;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn days(now: &str) -> (String, Vec<String>) {
        let settings = ReconcileSettings { at: TimeOfDay::parse("04:10").unwrap(), days: 3 };
        let (began, days) = night(at(now), &TimeZone::get("Asia/Shanghai").unwrap(), &settings).unwrap();
        (began.to_string(), days.iter().map(Date::to_string).collect())
    }

    #[test]
    fn a_night_looks_at_the_days_before_it() {
        // 04:10 of the 28th in Beijing is 20:10 of the 27th by UTC.
        let three = ["2026-11-27", "2026-11-26", "2026-11-25"].map(str::to_owned).to_vec();
        assert_eq!(days("2026-11-27T20:10:00Z"), ("2026-11-27T20:10:00Z".into(), three.clone()));
        assert_eq!(days("2026-11-28T20:09:00Z").1, three, "until the next night");
        assert_eq!(days("2026-11-27T20:09:59Z").1[0], "2026-11-26");
    }

    #[test]
    fn a_day_is_looked_at_once_a_night_and_again_where_its_far_side_was_away() {
        let (began, now) = (at("2026-11-27T20:10:00Z"), at("2026-11-28T02:00:00Z"));
        let kept = |at: &str, asked| Reckoning {
            channel: 1,
            day: jiff::civil::date(2026, 11, 27),
            at: at.parse().unwrap(),
            asked,
            theirs: None,
            taken: 0,
            places: [0; 9],
            missing: 0,
            surplus: 0,
        };
        let due = |kept: Reckoning| is_due(Some(&kept), began, now);
        assert!(is_due(None, began, now));
        assert!(due(kept("2026-11-27T20:09:59Z", Asked::Said)), "a look of the evening is not this night's");
        assert!(!due(kept("2026-11-27T20:10:05Z", Asked::Said)));
        assert!(!due(kept("2026-11-28T01:30:00Z", Asked::Away)), "asked half an hour ago");
        assert!(due(kept("2026-11-28T01:00:00Z", Asked::Away)));
    }
}
