//! The time limit of a channel's tickets where their source gives none.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::settings::{self, ChannelSettings};
use crate::ticket::{Deadline, DeadlineRule, Draft};
use crate::workdays::{Calendar, Certainty, Limit};

/// `[deadline]` of a channel with all that counting needs.
#[derive(Clone, Debug)]
pub struct TimeLimit {
    limit: Limit,
    calendar: Arc<Calendar>,
    zone: TimeZone,
}

impl TimeLimit {
    /// The rule of a channel, if it has one.
    pub fn new(channel: &ChannelSettings, gateway: &settings::Gateway) -> Option<Self> {
        let limit = channel.deadline?.limit()?;
        Some(Self { limit, calendar: gateway.calendar.clone(), zone: gateway.settings.zone.0.clone() })
    }

    /// The deadline of a draft without one of its own: counted from when it was handed over, else from when the citizen
    /// sent it, else from when it was received. None if the source gave one, whatever it says: that one holds.
    pub fn of(&self, draft: &Draft, received_at: Timestamp) -> Option<Deadline> {
        if draft.deadline.is_some() {
            return None;
        }
        self.from(draft.times.handed_at.or(draft.times.submitted_at).unwrap_or(received_at))
    }

    /// The deadline of what is handed over anew: as [`Self::of`], but what the citizen sent long ago is not counted from then.
    pub fn anew(&self, draft: &Draft, received_at: Timestamp) -> Option<Deadline> {
        if draft.deadline.is_some() {
            return None;
        }
        self.from(draft.times.handed_at.unwrap_or(received_at))
    }

    /// The deadline counted from a moment. None beyond the year 9999.
    pub fn from(&self, since: Timestamp) -> Option<Deadline> {
        let ends = self.calendar.deadline(since, self.limit, &self.zone)?;
        let uncertain = ends.certainty == Certainty::WeekendsOnly;
        let rule = DeadlineRule { limit: self.limit.spoken(), since, uncertain };
        Some(Deadline { verbatim: None, computed: Some(ends.value), rule: Some(rule) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::Times;
    use crate::workdays::{CountFrom, Length, Year};

    fn rule() -> TimeLimit {
        let calendar = Calendar::new([Year::new(2026, &[], &[]).unwrap()]);
        let limit = Limit { length: Length::Workdays(10), from: CountFrom::NextDay };
        TimeLimit { limit, calendar: Arc::new(calendar), zone: TimeZone::get("Asia/Shanghai").unwrap() }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn it_counts_from_the_best_time_there_is() {
        let mut draft = Draft::default();
        let since = |draft: &Draft| rule().of(draft, at("2026-11-20T01:00:00Z")).unwrap().rule.unwrap().since;
        assert_eq!(since(&draft), at("2026-11-20T01:00:00Z"));
        draft.times = Times { submitted_at: Some(at("2026-11-18T01:00:00Z")), ..Times::default() };
        assert_eq!(since(&draft), at("2026-11-18T01:00:00Z"));
        draft.times.handed_at = Some(at("2026-11-19T01:00:00Z"));
        assert_eq!(since(&draft), at("2026-11-19T01:00:00Z"));
        let counted = rule().of(&draft, Timestamp::UNIX_EPOCH).unwrap();
        let told = serde_json::to_value(&counted).unwrap();
        let wanted = serde_json::json!({
            "computed": "2026-12-03T15:59:59Z", "rule": { "limit": "10个工作日", "since": "2026-11-19T01:00:00Z" }
        });
        assert_eq!(told, wanted);
    }

    #[test]
    fn anew_it_never_counts_from_when_the_citizen_wrote() {
        let times = Times { submitted_at: Some(at("2026-10-18T01:00:00Z")), ..Times::default() };
        let mut draft = Draft { times, ..Draft::default() };
        let since = |draft: &Draft| rule().anew(draft, at("2026-11-20T01:00:00Z")).unwrap().rule.unwrap().since;
        assert_eq!(since(&draft), at("2026-11-20T01:00:00Z"));
        draft.times.handed_at = Some(at("2026-11-19T01:00:00Z"));
        assert_eq!(since(&draft), at("2026-11-19T01:00:00Z"));
        draft.deadline = Some(Deadline::default());
        assert_eq!(rule().anew(&draft, at("2026-11-20T01:00:00Z")), None);
    }

    #[test]
    fn what_the_source_gave_holds_even_if_it_cannot_be_read() {
        let given = Deadline { verbatim: Some("尽快".into()), ..Deadline::default() };
        let draft = Draft { deadline: Some(given), ..Draft::default() };
        assert_eq!(rule().of(&draft, at("2026-11-20T01:00:00Z")), None);
    }

    #[test]
    fn a_year_without_holidays_is_told() {
        let counted = rule().of(&Draft::default(), at("2026-12-28T01:00:00Z")).unwrap();
        assert!(counted.rule.unwrap().uncertain);
    }
}
