//! What ends by the calendar: secrets of the ledgers, and years whose holidays nobody wrote.

use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::super::reload::Reloader;
use super::{Found, Source};
use crate::alarms::{About, Cause};
use crate::settings::{AlarmKind, ChannelState, Ledger};
use crate::store::StoreError;

/// How many days before its end a secret is told that is changed again and again by the far side's rules.
const CHANGED: u16 = 10;

/// Both.
pub(super) struct Dates;

/// When a channel's secret ends, and how many days before that it is told.
fn ends(ledger: &Ledger, within: u16) -> Option<(Date, u16)> {
    let expires = ledger.secret_expires.map(|day| (day.0, within));
    let life = ledger.secret_changed.zip(ledger.secret_life);
    let changed = life.and_then(|(day, life)| {
        let days = i64::try_from(life.0.as_secs() / 86_400).ok()?;
        Some((day.0.checked_add(days.days()).ok()?, CHANGED))
    });
    [expires, changed].into_iter().flatten().min_by_key(|(day, _)| *day)
}

/// From which day on it is told.
fn told_from((day, within): (Date, u16)) -> Date {
    day.checked_sub(i64::from(within).days()).unwrap_or(day)
}

#[async_trait]
impl Source for Dates {
    fn kinds(&self) -> &'static [AlarmKind] {
        &[AlarmKind::Secret, AlarmKind::Holidays]
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn look(&mut self, house: &Reloader, now: Timestamp) -> Result<Found, StoreError> {
        let settings = house.running.now();
        let today = now.to_zoned(house.running.zone()).date();
        let within = settings.settings.settings.alarms.ends_within_days;
        let mut found = Found::default();
        for file in settings.files.iter() {
            let Ok(channel) = &file.result else { continue };
            let Some(end) = ends(&channel.ledger, within) else { continue };
            if channel.channel.state != ChannelState::Off && told_from(end) <= today {
                let about = About { day: Some(end.0), ..About::channel(&file.code, &channel.channel.name) };
                // Once it is over, it is worse.
                found.add(AlarmKind::Secret, now, 1 + u64::from(end.0 < today), about);
            }
        }
        for year in settings.settings.missing_years(now) {
            let about = About { year: Some(year), ..About::default() };
            let subject = year.to_string();
            found.causes.push(Cause { kind: AlarmKind::Holidays, subject, since: now, weight: 1, about });
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::settings::Day;

    #[test]
    fn what_is_changed_by_rule_is_told_ten_days_before() {
        let day = |day| Some(Day(day));
        let life = Some(huiliu_contract::Period::parse("90d").unwrap());
        let mut ledger = Ledger { secret_expires: day(date(2027, 3, 1)), ..Ledger::default() };
        assert_eq!(ends(&ledger, 15).map(told_from), Some(date(2027, 2, 14)));
        (ledger.secret_changed, ledger.secret_life) = (day(date(2026, 11, 20)), life);
        let end = ends(&ledger, 15);
        assert_eq!(end, Some((date(2027, 2, 18), 10)), "the earlier end counts");
        assert_eq!(end.map(told_from), Some(date(2027, 2, 8)));
        assert_eq!(ends(&Ledger::default(), 15), None);
    }
}
