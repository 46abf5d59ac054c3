//! Whether the core is away, or does not accept who we are.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::super::reload::Reloader;
use super::{Found, Source};
use crate::alarms::{About, Cause};
use crate::settings::AlarmKind;
use crate::store::StoreError;

/// The core, as it is told and as it is asked.
pub(super) struct Core;

#[async_trait]
impl Source for Core {
    fn kinds(&self) -> &'static [AlarmKind] {
        &[AlarmKind::CoreAway]
    }

    async fn look(&mut self, house: &Reloader, now: Timestamp) -> Result<Found, StoreError> {
        let mut found = Found::default();
        let wait = house.running.now().settings.settings.alarms.core_away.0;
        let wait = SignedDuration::try_from(wait).unwrap_or_default();
        let asked = house.core.asked();
        for (status, _) in house.core.told().into_iter().chain(asked.as_ref()) {
            let undecided = match status.trouble() {
                Some((trouble, since, _)) => {
                    let since = since.unwrap_or(trouble.at);
                    let lasts = status.needs_person() || now.duration_since(since) >= wait;
                    if lasts && found.causes.is_empty() {
                        let (kind, subject) = (AlarmKind::CoreAway, "core".to_owned());
                        found.causes.push(Cause { kind, subject, since, weight: 1, about: About::default() });
                    }
                    !lasts
                }
                None => status.last_success().is_none(),
            };
            if undecided {
                found.undecided.insert((AlarmKind::CoreAway, "core".into()));
            }
        }
        Ok(found)
    }
}
