//! Commands about alarms: which are open, who takes one, until when it is snoozed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::channels::daemon_needed;
use super::view::{RaisedView, TextView};
use super::{House, Problem};
use crate::alarms::{About, todo, what};
use crate::settings::Text;
use crate::store::{Actor, AlarmRow, StoreError};

/// What is done with alarms.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum AlarmStep {
    /// Lists them.
    List {
        /// With those that ended.
        ended: bool,
        /// At most so many.
        limit: usize,
    },
    /// Shows one.
    Show {
        /// Its number.
        id: i64,
    },
    /// Takes one; goes on record.
    Take {
        /// Its number.
        id: i64,
        /// Who takes it; none is whoever asks.
        who: Option<String>,
    },
    /// Snoozes one; goes on record.
    Snooze {
        /// Its number.
        id: i64,
        /// Until when; none is as long as it can be.
        until: Option<Timestamp>,
    },
}

/// The longest name of a person, in characters.
const LONGEST: usize = 40;

/// Open alarms, the oldest first; with those that ended, the latest first.
///
/// # Errors
///
/// If the store cannot be read.
pub async fn list(house: &House, ended: bool, limit: usize) -> Result<Vec<RaisedView>, Problem> {
    Ok(house.store.alarms(ended, limit).await?.iter().map(view).collect())
}

/// One of them.
pub(super) async fn show(house: &House, id: i64) -> Result<RaisedView, Problem> {
    house.store.alarm(id).await.map(|row| view(&row)).map_err(|error| told(id, error))
}

/// Somebody takes it: it is told no more before the next working morning. Without a name it is whoever asks.
///
/// # Errors
///
/// If there is no such alarm, it is over, or the name is none.
pub async fn take(house: &House, id: i64, who: Option<String>, actor: &Actor) -> Result<RaisedView, Problem> {
    let who = who.as_deref().map_or(actor.who.as_str(), str::trim);
    if who.is_empty() || who.chars().count() > LONGEST || who.chars().any(char::is_control) {
        return Err(Problem::invalid("认领人的姓名要写,不超过40个字", "a name of 1 to 40 characters is needed"));
    }
    house.store.take_alarm(id, who, actor).await.map(|row| view(&row)).map_err(|error| told(id, error))
}

/// Nothing is told of it until then; at the longest, and if no time is given, until the next working morning.
///
/// # Errors
///
/// As [`take`], or if it is longer.
pub async fn snooze(house: &House, id: i64, until: Option<Timestamp>, actor: &Actor) -> Result<RaisedView, Problem> {
    let latest = house.control.latest_snooze().ok_or_else(daemon_needed)?;
    let until = until.unwrap_or(latest);
    if until > latest {
        let latest = latest.to_zoned(house.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        return Err(Problem::refused(
            format!("最多推迟到下一个工作日上班:{latest}"),
            format!("it can be snoozed until the next working morning at the longest: {latest}"),
        ));
    }
    if until <= Timestamp::now() {
        return Err(Problem::invalid("推迟到的时间已经过了", "that time is past"));
    }
    house.store.snooze_alarm(id, until, actor).await.map(|row| view(&row)).map_err(|error| told(id, error))
}

fn told(id: i64, error: StoreError) -> Problem {
    match error {
        StoreError::NotFound => {
            Problem::not_found(Text::new(format!("没有 {id} 号告警"), format!("there is no alarm {id}")))
        }
        StoreError::Refused(_) => Problem::refused(
            format!("{id} 号告警已经结束,不用再处理"),
            format!("the alarm {id} is over; nothing is left to do"),
        ),
        other => other.into(),
    }
}

/// An alarm as it is seen.
pub(super) fn view(row: &AlarmRow) -> RaisedView {
    let about = About::read(&row.about);
    let text = |text: Text| TextView { zh: text.zh, en: text.en };
    RaisedView {
        id: row.id,
        kind: row.kind.word().into(),
        channel: about.channel.clone(),
        what: text(what(row.kind, &about)),
        todo: text(todo(row.kind, &about)),
        since: row.since,
        sent: row.sent,
        sent_at: row.sent_at,
        second_at: row.second_at,
        taken_by: row.taken.as_ref().map(|(_, who)| who.clone()),
        taken_at: row.taken.as_ref().map(|(at, _)| *at),
        snoozed_until: row.snoozed_until,
        ended_at: row.ended,
    }
}
