//! When the certificates of far sides end: walked to a few times a day, beside everything else, and nothing is sent there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{Timestamp, ToSpan};
use tokio_util::sync::CancellationToken;

use super::super::reload::Reloader;
use super::{Found, Source};
use crate::alarms::{About, Cause};
use crate::settings::AlarmKind;
use crate::store::StoreError;

/// How often it is walked there.
const EVERY: Duration = Duration::from_secs(6 * 3600);

/// How long the first walk waits: the house has other things to do when it starts.
const FIRST: Duration = Duration::from_secs(60);

/// How long one step may take.
const LIMIT: Duration = Duration::from_secs(10);

/// What was found last: by channel and address, its name and when it ends. None before the first walk is over.
pub(super) type Ends = Arc<Mutex<Option<BTreeMap<(String, String), (String, Timestamp)>>>>;

/// Walks until it is stopped.
pub(super) async fn run(house: Arc<Reloader>, ends: Ends, stop: CancellationToken) {
    let mut wait = FIRST;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        let before = ends.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default();
        tokio::select! {
            () = stop.cancelled() => return,
            found = walk(&house, before) => *ends.lock().unwrap_or_else(PoisonError::into_inner) = Some(found),
        }
        wait = EVERY;
    }
}

/// One walk to each far side of a channel that runs. Of one that cannot be reached, what was known holds.
async fn walk(
    house: &Reloader,
    before: BTreeMap<(String, String), (String, Timestamp)>,
) -> BTreeMap<(String, String), (String, Timestamp)> {
    let mut found = BTreeMap::new();
    for channel in house.running.list().into_iter().filter(|channel| super::super::runs(channel)) {
        for far in &channel.connector.far {
            let key = (channel.code.to_string(), far.address());
            let ends = far.certificate_ends(LIMIT).await.or(before.get(&key).map(|(_, ends)| *ends));
            if let Some(ends) = ends {
                found.insert(key, (channel.settings.channel.name.clone(), ends));
            }
        }
    }
    found
}

/// What was found.
pub(super) struct Certificates(pub(super) Ends);

#[async_trait]
impl Source for Certificates {
    fn kinds(&self) -> &'static [AlarmKind] {
        &[AlarmKind::Certificate]
    }

    async fn look(&mut self, house: &Reloader, now: Timestamp) -> Result<Found, StoreError> {
        let mut found = Found::default();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(known) = known else {
            // Before the first walk nothing is known: what was open stays so.
            let open = house.running.ground.store.alarms(false, usize::MAX).await?;
            let open = open.into_iter().filter(|row| row.kind == AlarmKind::Certificate);
            found.undecided.extend(open.map(|row| (row.kind, row.subject)));
            return Ok(found);
        };
        let within = house.running.now().settings.settings.alarms.ends_within_days;
        let zone = house.running.zone();
        for ((code, place), (name, ends)) in known {
            let soon = ends.checked_sub((i64::from(within) * 24).hours()).unwrap_or(ends) <= now;
            if soon {
                let day = Some(ends.to_zoned(zone.clone()).date());
                let about = About { place: Some(place.clone()), day, ..About::channel(&code, &name) };
                let (kind, subject) = (AlarmKind::Certificate, format!("{code} {place}"));
                let weight = 1 + u64::from(ends < now);
                found.causes.push(Cause { kind, subject, since: now, weight, about });
            }
        }
        Ok(found)
    }
}
