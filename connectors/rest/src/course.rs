//! From where a walk begins, and what part of time it asks for next: marks, slices, and the daily sweep. Pure: the clock
//! is an argument.
//!
//! A *slice* is a bounded time, paged to its end before the next begins. Its mark is the time that was asked for, not
//! that of an item, so an empty slice moves on like any other. Which end of a slice the far side counts in does not
//! matter: the next one begins where this one ended, as the far side was told it.
//!
//! A *sweep* is an ordinary walk that begins further back, once a day. What it finds again is told again; the mark it
//! takes over is never lower than the one before.

use std::time::Duration;

use huiliu_kit::stamp::Stamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::mark::{Mark, Place, higher};

/// How time is asked for.
pub(crate) struct Course {
    pub(crate) since: Option<SinceRule>,
    pub(crate) slice: Option<SliceRule>,
    pub(crate) sweep: Option<SweepRule>,
    pub(crate) zone: TimeZone,
}

/// How a mark is sent.
pub(crate) struct SinceRule {
    /// The form of a time; none for an id.
    pub(crate) stamp: Option<Stamp>,
    pub(crate) overlap: Duration,
    pub(crate) first: Option<String>,
}

/// How a bounded time is sent.
pub(crate) struct SliceRule {
    pub(crate) stamp: Stamp,
    pub(crate) length: Duration,
    pub(crate) overlap: Duration,
    pub(crate) back: Duration,
}

/// When a walk begins further back.
pub(crate) struct SweepRule {
    pub(crate) at: Time,
    pub(crate) back: Duration,
}

/// A bounded time, and the end of the walk it belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) until: Timestamp,
}

impl Course {
    /// Decides, where a walk is about to begin, from where; nothing where one is under way.
    pub(crate) fn begin(&self, place: &mut Place, now: Timestamp) {
        if self.slice.is_none() {
            place.slice = None;
        }
        // A feed at rest has a place, but no page of a walk yet.
        if place.slice.is_some() || place.walk.as_ref().is_some_and(|walk| walk.pages > 0) {
            return;
        }
        place.shaken = false;
        place.from = None;
        if let Some(sweep) = &self.sweep {
            let day = sweep.last(now, &self.zone);
            if place.swept.is_none_or(|swept| swept < day) {
                place.swept = Some(day);
                // Without a mark the walk takes all there is.
                if let Some(Mark::Time(mark)) = &place.since {
                    let mark = less(*mark, self.overlap());
                    place.from = Some(less(now, sweep.back).min(mark));
                    place.walk = None;
                }
            }
        }
        if let Some(rule) = &self.slice {
            let from = match (place.from, &place.since) {
                (Some(from), _) => from,
                (None, Some(Mark::Time(mark))) => less(*mark, rule.overlap),
                (None, _) => less(now, rule.back),
            };
            // A clock that was set back must not ask for a time to come.
            let from = from.min(less(now, rule.overlap));
            place.slice = Some(rule.window(from, now));
        }
    }

    /// The place from which a walk asks for all that is later than this; none where it is not asked for by time.
    pub(crate) fn begins_at(&self, at: Timestamp) -> Option<Place> {
        let by_time = self.slice.is_some() || self.since.as_ref().is_some_and(|rule| rule.stamp.is_some());
        let mark = at.checked_add(self.overlap()).ok()?;
        // No sweep of its own: it goes back as far as it was told.
        by_time.then(|| Place { since: Some(Mark::Time(mark)), swept: Some(Date::MAX), ..Place::default() })
    }

    /// The place after a page, as the pager left it: where a slice has come to its end, the next one, or the end.
    pub(crate) fn after(&self, mut place: Place, more: bool) -> (Place, bool) {
        if more {
            return (place, true);
        }
        let (Some(rule), Some(window)) = (&self.slice, place.slice) else {
            place.from = None;
            place.shaken = false;
            return (place, false);
        };
        if !place.shaken {
            place.since = higher(place.since, Some(Mark::Time(self.as_told(window.to))));
        }
        if window.to >= window.until {
            place.slice = None;
            place.from = None;
            place.shaken = false;
            return (place, false);
        }
        place.slice = Some(rule.window(window.to, window.until));
        (place, true)
    }

    /// The mark as it is sent; none where the parameter is left out.
    pub(crate) fn since(&self, place: &Place) -> Option<String> {
        let rule = self.since.as_ref()?;
        match (&place.since, &rule.stamp) {
            (Some(Mark::Time(at)), Some(stamp)) => {
                let from = place.from.unwrap_or_else(|| less(*at, rule.overlap));
                Some(stamp.write(from, &self.zone))
            }
            (Some(Mark::Id(id)), None) => Some(id.clone()),
            // Nothing known yet, or the mark is of the other sort because the channel was changed.
            _ => rule.first.clone(),
        }
    }

    /// The slice as it is sent.
    pub(crate) fn slice(&self, place: &Place) -> Option<(String, String)> {
        let (rule, window) = (self.slice.as_ref()?, place.slice.as_ref()?);
        Some((rule.stamp.write(window.from, &self.zone), rule.stamp.write(window.to, &self.zone)))
    }

    /// Whether times are sent as numbers.
    pub(crate) fn numeric(&self) -> bool {
        let stamp = self.since.as_ref().and_then(|rule| rule.stamp.as_ref());
        stamp.or(self.slice.as_ref().map(|rule| &rule.stamp)).is_some_and(Stamp::is_number)
    }

    fn overlap(&self) -> Duration {
        let since = self.since.as_ref().map(|rule| rule.overlap);
        since.or(self.slice.as_ref().map(|rule| rule.overlap)).unwrap_or_default()
    }

    /// A time as the far side was told it: what its form cannot hold was cut off, and was not asked for.
    fn as_told(&self, at: Timestamp) -> Timestamp {
        let told = self
            .slice
            .as_ref()
            .and_then(|rule| rule.stamp.read(&serde_json::Value::String(rule.stamp.write(at, &self.zone)), &self.zone));
        told.unwrap_or(at).min(at)
    }
}

impl SliceRule {
    fn window(&self, from: Timestamp, until: Timestamp) -> Window {
        let length = SignedDuration::try_from(self.length).unwrap_or(SignedDuration::MAX);
        let to = from.checked_add(length).unwrap_or(until).min(until);
        Window { from, to, until }
    }
}

impl SweepRule {
    /// The day of the latest time at which a sweep is due, seen from `now`.
    fn last(&self, now: Timestamp, zone: &TimeZone) -> Date {
        let now = now.to_zoned(zone.clone());
        match now.time() < self.at {
            true => now.date().yesterday().unwrap_or(now.date()),
            false => now.date(),
        }
    }
}

fn less(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests;
