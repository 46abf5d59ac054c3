//! When a person is asked to log in, and how often people are told of it. Pure: the time, the calendar and what was told
//! before are arguments.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::settings::CaptchaTable;
use crate::workdays::Calendar;

/// How long before the last people leave a fresh login is asked for, where they leave before the time that is written.
const EARLIER: i64 = 30;

/// How long after an alarm the next one follows, while it lasts.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// What a person is wanted for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// To log in (要人登录).
    Login,
    /// To mend the account, for the login rests (登录已停).
    Mend,
    /// To log in afresh before they leave, for the session ends before people are there again.
    Renew,
}

/// What people were told last, and when; kept, so that a restart tells nothing twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// What for.
    pub want: Want,
    /// When.
    pub at: Timestamp,
}

impl Asked {
    /// The name of the value under which it is kept.
    pub fn name(code: &str) -> String {
        format!("login_asked:{code}")
    }

    /// Reads what was kept; what cannot be read counts as nothing told.
    pub fn read(kept: Option<&str>) -> Option<Self> {
        kept.and_then(|kept| serde_json::from_str(kept).ok())
    }

    /// As it is kept.
    pub fn written(told: Option<Self>) -> String {
        told.and_then(|told| serde_json::to_string(&told).ok()).unwrap_or_default()
    }
}

/// Whether people are told now: when it begins and once an hour while it lasts, but only while somebody is there.
pub fn tells(
    table: &CaptchaTable,
    want: Want,
    told: Option<Asked>,
    now: Timestamp,
    zone: &TimeZone,
    calendar: &Calendar,
) -> bool {
    let local = now.to_zoned(zone.clone()).datetime();
    let is_due = told.is_none_or(|told| told.want != want || told.at + AGAIN <= now);
    is_due && table.hours.as_ref().is_none_or(|hours| hours.contains(local, calendar))
}

/// Until when a session must hold of which people are asked now, before they leave: when they are there again. None at any
/// other time of the day, and on days on which nobody comes.
pub fn renewal(table: &CaptchaTable, now: Timestamp, zone: &TimeZone, calendar: &Calendar) -> Option<Timestamp> {
    let (hours, at) = (table.hours.as_ref()?, table.before_leaving?);
    let local = now.to_zoned(zone.clone()).datetime();
    let closes = hours.closes(local.date(), calendar)?;
    let written = local.date().to_datetime(at.0);
    let from = if written < closes { written } else { closes.checked_sub(EARLIER.minutes()).ok()? };
    if local < from || local >= closes {
        return None;
    }
    let opens = hours.opens(closes, calendar)?;
    opens.to_zoned(zone.clone()).ok().map(|opens| opens.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Presence, TimeOfDay};

    fn table(hours: &str, before_leaving: Option<&str>) -> CaptchaTable {
        let before_leaving = before_leaving.map(|at| TimeOfDay::parse(at).unwrap());
        CaptchaTable { hours: Some(Presence::parse(hours).unwrap()), before_leaving }
    }

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    /// A time of that zone.
    fn at(local: &str) -> Timestamp {
        format!("{local}+08:00").parse().unwrap()
    }

    /// 2026-11-27 is a Friday.
    const HOURS: &str = "workdays 08:00-18:00; holidays 09:00-17:00";

    #[test]
    fn people_are_told_at_once_then_hourly_and_never_while_nobody_is_there() {
        let table = table(HOURS, None);
        let asked = |told: Option<(Want, &str)>, now: &str| {
            let told = told.map(|(want, then)| Asked { want, at: at(then) });
            tells(&table, Want::Login, told, at(now), &zone(), &Calendar::default())
        };
        assert!(asked(None, "2026-11-27T08:00:00"));
        assert!(!asked(None, "2026-11-27T07:59:59") && !asked(None, "2026-11-27T18:00:00"));
        let told = Some((Want::Login, "2026-11-27T08:00:00"));
        assert!(!asked(told, "2026-11-27T08:59:59") && asked(told, "2026-11-27T09:00:00"));
        assert!(!asked(told, "2026-11-27T23:00:00") && asked(told, "2026-11-28T09:00:00"), "at the next opening");
        assert!(asked(Some((Want::Mend, "2026-11-27T08:00:00")), "2026-11-27T08:00:01"), "another matter");
        let always = CaptchaTable::default();
        assert!(tells(&always, Want::Mend, None, at("2026-11-27T03:00:00"), &zone(), &Calendar::default()));
    }

    #[test]
    fn before_they_leave_a_session_must_hold_until_people_are_there_again() {
        let asked = |hours: &str, now: &str| {
            let found = renewal(&table(hours, Some("17:20")), at(now), &zone(), &Calendar::default());
            found.map(|until| until.to_zoned(zone()).datetime().to_string())
        };
        for (hours, now, until) in [
            (HOURS, "2026-11-27T17:19:59", None),
            (HOURS, "2026-11-27T17:20:00", Some("2026-11-28T09:00:00")),
            (HOURS, "2026-11-27T18:00:00", None),
            // On a day off they leave before that: half an hour before they do.
            (HOURS, "2026-11-28T16:29:59", None),
            (HOURS, "2026-11-28T16:30:00", Some("2026-11-29T09:00:00")),
            ("workdays 08:00-18:00", "2026-11-27T17:30:00", Some("2026-11-30T08:00:00")),
            ("workdays 08:00-18:00", "2026-11-28T17:30:00", None),
            // Somebody is always there: the next shift is asked.
            ("00:00-24:00", "2026-11-27T17:30:00", Some("2026-11-28T00:00:00")),
        ] {
            assert_eq!(asked(hours, now).as_deref(), until, "{hours} {now}");
        }
        let never = table(HOURS, None);
        assert_eq!(renewal(&never, at("2026-11-27T17:30:00"), &zone(), &Calendar::default()), None);
    }

    #[test]
    fn what_was_told_is_read_and_written() {
        let told = Asked { want: Want::Renew, at: at("2026-11-27T17:20:00") };
        assert_eq!(Asked::read(Some(&Asked::written(Some(told)))), Some(told));
        assert_eq!(Asked::read(Some(&Asked::written(None))), None);
    }
}
