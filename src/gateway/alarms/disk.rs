//! Whether the disk of the data folder is nearly full.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::super::reload::Reloader;
use super::{Found, Source};
use crate::alarms::{About, Cause};
use crate::settings::AlarmKind;
use crate::store::StoreError;

/// The number is told in steps of so many MiB, so that it is not another one at each look.
const STEP: u64 = 100;

/// The disk.
pub(super) struct Disk;

#[async_trait]
impl Source for Disk {
    fn kinds(&self) -> &'static [AlarmKind] {
        &[AlarmKind::Disk]
    }

    fn every(&self) -> Duration {
        Duration::from_secs(10)
    }

    async fn look(&mut self, house: &Reloader, now: Timestamp) -> Result<Found, StoreError> {
        let settings = &house.running.now().settings.settings;
        let disk = rustix::fs::statvfs(&settings.data)
            .map_err(|why| StoreError::File { path: settings.data.display().to_string(), why: why.into() })?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
        let mut found = Found::default();
        if free < settings.alarms.disk_mib {
            // Half as much again is worse, and told again although somebody has it.
            let weight = settings.alarms.disk_mib / free.max(1);
            let about = About { count: Some(free / STEP * STEP), ..About::default() };
            let weight = u64::from(weight.max(1).ilog2()) + 1;
            found.causes.push(Cause { kind: AlarmKind::Disk, subject: "data".into(), since: now, weight, about });
        }
        Ok(found)
    }
}
