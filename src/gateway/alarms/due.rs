//! Tickets near their deadline, and past it, as numbers: which ones they are `huiliu due` tells.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::super::reload::Reloader;
use super::{Found, Source};
use crate::alarms::{About, Cause};
use crate::settings::{self, AlarmKind, Silence};
use crate::store::StoreError;
use crate::workdays::{CountFrom, Length, Limit};

/// A ticket that is longer past its deadline is no news.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Both.
pub(super) struct Due;

/// Until when a deadline is near.
pub(super) fn near(gateway: &settings::Gateway, now: Timestamp) -> Timestamp {
    let length = match gateway.settings.alarms.near {
        Silence::Days(n) => Length::Days(n),
        Silence::Workdays(n) => Length::Workdays(n),
    };
    let limit = Limit { length, from: CountFrom::NextDay };
    gateway.calendar.deadline(now, limit, &gateway.settings.zone.0).map_or(now, |counted| counted.value)
}

#[async_trait]
impl Source for Due {
    fn kinds(&self) -> &'static [AlarmKind] {
        &[AlarmKind::DeadlineNear, AlarmKind::DeadlinePast]
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn look(&mut self, house: &Reloader, now: Timestamp) -> Result<Found, StoreError> {
        let settings = house.running.now();
        let since = now.checked_sub(LOOK_BACK).unwrap_or(now);
        let due = house.running.ground.store.count_due(since, now, near(&settings.settings, now)).await?;
        let numbers = [(AlarmKind::DeadlineNear, due.near), (AlarmKind::DeadlinePast, due.past)];
        let causes = numbers.into_iter().filter(|(_, count)| *count > 0).map(|(kind, count)| Cause {
            kind,
            subject: "tickets".into(),
            since: now,
            weight: count,
            about: About { count: Some(count), ..About::default() },
        });
        Ok(Found { causes: causes.collect(), ..Found::default() })
    }
}
