//! Channels that brought letters lately and are off now, or have no folder: perhaps nobody meant it.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{Timestamp, ToSpan};

use super::super::reload::Reloader;
use super::{Found, Source};
use crate::alarms::About;
use crate::settings::AlarmKind;
use crate::store::StoreError;

/// A channel whose last letter came longer ago (days) is off because nothing comes there any more.
const LATELY: i64 = 30;

/// All of them.
pub(super) struct Lately;

#[async_trait]
impl Source for Lately {
    fn kinds(&self) -> &'static [AlarmKind] {
        &[AlarmKind::Off]
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn look(&mut self, house: &Reloader, now: Timestamp) -> Result<Found, StoreError> {
        let (running, mut found) = (&house.running, Found::default());
        let (settings, wrong) = (running.now(), running.wrong_ones());
        let from = now.to_zoned(running.zone()).date();
        let from = from.checked_sub(LATELY.days()).unwrap_or(from);
        for (code, id) in running.ground.store.known_channels().await? {
            // One whose file is wrong is told as that.
            let runs = running.channel(&code).is_some_and(|channel| super::super::runs(&channel));
            if runs || wrong.contains(&code) {
                continue;
            }
            if let Some(last) = running.ground.store.last_item(id, from).await? {
                let name = settings.files.of(&code).and_then(|file| file.names.first().cloned());
                found.add(AlarmKind::Off, last, 1, About::channel(&code, name.as_deref().unwrap_or(&code)));
            }
        }
        Ok(found)
    }
}
