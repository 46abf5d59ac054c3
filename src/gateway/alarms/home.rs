//! Answers and signings that did not get home although their deadline is near.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::super::reload::Reloader;
use super::due::near;
use super::{Found, Source};
use crate::alarms::About;
use crate::settings::AlarmKind;
use crate::store::{OwedRow, StoreError};

/// How many tickets are named.
const NAMED: usize = 5;

/// All of them.
pub(super) struct Home;

#[async_trait]
impl Source for Home {
    fn kinds(&self) -> &'static [AlarmKind] {
        &[AlarmKind::Homeward]
    }

    fn every(&self) -> Duration {
        Duration::from_secs(20)
    }

    async fn look(&mut self, house: &Reloader, now: Timestamp) -> Result<Found, StoreError> {
        let (running, mut found) = (&house.running, Found::default());
        let settings = running.now();
        let mut by_channel: BTreeMap<String, Vec<OwedRow>> = BTreeMap::new();
        for owed in running.ground.store.owed(near(&settings.settings, now)).await? {
            by_channel.entry(owed.channel.clone()).or_default().push(owed);
        }
        for (code, mut owed) in by_channel {
            owed.sort_by_key(|one| one.deadline);
            let name = settings.files.of(&code).and_then(|file| file.names.first().cloned());
            let mut about = About::channel(&code, name.as_deref().unwrap_or(&code));
            about.count = Some(owed.len() as u64);
            about.tickets = owed.iter().take(NAMED).map(|one| one.ticket.number.to_string()).collect();
            let since = owed.iter().map(|one| one.since).min().unwrap_or(now);
            found.add(AlarmKind::Homeward, since, owed.len() as u64, about);
        }
        Ok(found)
    }
}
