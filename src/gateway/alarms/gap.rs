//! What the far side has and what came are not the same: gaps that reconciliation found and nobody mended or signed for.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::super::reload::Reloader;
use super::{Found, Source};
use crate::alarms::About;
use crate::settings::AlarmKind;
use crate::store::{GapRow, StoreError};

/// All of them, by channel.
pub(super) struct Gaps;

#[async_trait]
impl Source for Gaps {
    fn kinds(&self) -> &'static [AlarmKind] {
        &[AlarmKind::Gap]
    }

    fn every(&self) -> Duration {
        Duration::from_secs(20)
    }

    async fn look(&mut self, house: &Reloader, _: Timestamp) -> Result<Found, StoreError> {
        let settings = house.running.now();
        let mut by_channel: BTreeMap<String, Vec<GapRow>> = BTreeMap::new();
        for gap in house.running.ground.store.gaps(false).await? {
            by_channel.entry(gap.channel_code.clone()).or_default().push(gap);
        }
        let mut found = Found::default();
        for (code, gaps) in by_channel {
            let name = settings.files.of(&code).and_then(|file| file.names.first().cloned());
            let count = gaps.iter().map(|gap| gap.count).sum();
            let mut about = About::channel(&code, name.as_deref().unwrap_or(&code));
            (about.count, about.day) = (Some(count), gaps.iter().map(|gap| gap.day).min());
            if let Some(since) = gaps.iter().map(|gap| gap.since).min() {
                found.add(AlarmKind::Gap, since, count, about);
            }
        }
        Ok(found)
    }
}
