//! `huiliu alarm …`: what is wrong now, who takes it, until when it is snoozed, and whether the outlets work.

use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use serde_json::json;

use super::output::{Failure, OK, Output, WRONG};
use super::site::Site;
use super::table::{Look, clean_text};
use crate::alarms::{self, Outlet};
use crate::console::view::RaisedView;
use crate::console::{AlarmStep, Problem, ROWS, Request};
use crate::settings::{ChannelSite, Lang};
use crate::store::Keys;
use crate::words::{ALARMS, say, word};

/// Alarms.
#[derive(Subcommand, Debug)]
pub(super) enum Alarm {
    /// Alarms that are open, the oldest first.
    List {
        /// With those that ended, the latest first.
        #[arg(long)]
        all: bool,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = ROWS)]
        limit: usize,
    },
    /// One alarm: what happened, what to do, who has it.
    Show {
        /// Its number.
        id: i64,
    },
    /// Takes an alarm, on record: it is told no more before the next working morning.
    Take {
        /// Its number.
        id: i64,
        /// Who takes it; else the user who asks.
        #[arg(long, value_name = "NAME")]
        who: Option<String>,
    },
    /// Snoozes an alarm, on record: until the next working morning at the longest.
    Snooze {
        /// Its number.
        id: i64,
        /// Until when, for example 15:30 or "2026-12-01 08:00"; else the next working morning.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
    },
    /// Sends one real test message by each outlet, and says what came back; 1 if one did not leave.
    Test {
        /// Only by this outlet.
        outlet: Option<String>,
    },
}

impl Alarm {
    /// `now` is the moment from which times of the day are meant.
    pub(super) fn run(self, site: &Site, now: Timestamp) -> Result<Output, Failure> {
        let one = |step| {
            let (json, alarm) = site.ask::<RaisedView>(Request::Alarm { step }, None)?;
            Ok(Output::new(json, card(&site.look, &alarm)))
        };
        match self {
            Self::List { all, limit } => {
                let (json, alarms) =
                    site.ask::<Vec<RaisedView>>(Request::Alarm { step: AlarmStep::List { ended: all, limit } }, None)?;
                Ok(Output::new(json, list(&site.look, &alarms)))
            }
            Self::Show { id } => one(AlarmStep::Show { id }),
            Self::Take { id, who } => one(AlarmStep::Take { id, who }),
            Self::Snooze { id, until } => {
                let until = until.map(|text| moment(&text, &site.look, now)).transpose()?;
                one(AlarmStep::Snooze { id, until })
            }
            Self::Test { outlet } => test(site, outlet.as_deref()),
        }
    }
}

/// A time of today, or a day and a time, in the site's zone.
fn moment(text: &str, look: &Look, now: Timestamp) -> Result<Timestamp, Failure> {
    let today = now.to_zoned(look.zone.clone()).date();
    let time = |text: &str| Time::strptime("%H:%M", text).ok();
    let whole = || DateTime::strptime("%Y-%m-%d %H:%M", text.trim()).ok();
    let at = time(text.trim()).map(|time| today.to_datetime(time)).or_else(whole);
    let at = at.and_then(|at| at.to_zoned(look.zone.clone()).ok()).map(|at| at.timestamp());
    at.ok_or_else(|| {
        let zh = format!("看不懂时间“{text}”;写 15:30,或 \"2026-12-01 08:00\"");
        Problem::invalid(zh, format!("`{text}` is no time; write 15:30, or \"2026-12-01 08:00\"")).into()
    })
}

/// Alarms as a table.
pub(super) fn list(look: &Look, alarms: &[RaisedView]) -> String {
    if alarms.is_empty() {
        return say(look.lang, "没有告警", "there is no alarm").into();
    }
    let rows = alarms.iter().map(|alarm| {
        vec![
            alarm.id.to_string(),
            word(ALARMS, &alarm.kind, look.lang).to_owned(),
            look.short(alarm.since),
            what(look, alarm).to_owned(),
            standing(look, alarm),
        ]
    });
    look.table(&["id", "alarm_kind", "since", "what", "state"], &[0, 1, 2], rows.collect())
}

fn what<'a>(look: &Look, alarm: &'a RaisedView) -> &'a str {
    if look.lang == Lang::Zh { &alarm.what.zh } else { &alarm.what.en }
}

/// Who has it, or how often it was told.
fn standing(look: &Look, alarm: &RaisedView) -> String {
    let lang = look.lang;
    if alarm.ended_at.is_some() {
        return format!("{} {}", say(lang, "已结束", "over"), look.time(alarm.ended_at));
    }
    let snoozed = alarm.snoozed_until.filter(|until| *until > Timestamp::now());
    match (&alarm.taken_by, snoozed) {
        (Some(who), _) => format!("{} {}", say(lang, "已认领", "taken by"), who),
        (None, Some(until)) => format!("{} {}", say(lang, "推迟到", "snoozed until"), look.time(Some(until))),
        (None, None) if lang == Lang::Zh => format!("没人认领,已发 {} 次", alarm.sent),
        (None, None) => format!("nobody took it, told {} times", alarm.sent),
    }
}

fn card(look: &Look, alarm: &RaisedView) -> String {
    let todo = if look.lang == Lang::Zh { &alarm.todo.zh } else { &alarm.todo.en };
    look.card(&[
        ("id", alarm.id.to_string()),
        ("alarm_kind", word(ALARMS, &alarm.kind, look.lang).to_owned()),
        ("what", what(look, alarm).to_owned()),
        ("since", look.time(Some(alarm.since))),
        ("next", todo.clone()),
        ("state", standing(look, alarm)),
        ("last_sent", look.time(alarm.sent_at)),
        ("second_at", look.time(alarm.second_at)),
    ])
}

/// One real message by each outlet. No daemon is needed.
fn test(site: &Site, only: Option<&str>) -> Result<Output, Failure> {
    let gateway = &site.gateway;
    let lent = ChannelSite::new("alarms", gateway, &site.variables, &Keys::of_no_house());
    let built = alarms::build(&gateway.settings.alarms, &lent);
    let outlets = built.map_err(|wrong| wrong.iter().map(|wrong| gateway.mistake(wrong)).collect::<Vec<_>>())?;
    let outlets: Vec<_> = outlets.into_iter().filter(|outlet| only.is_none_or(|name| outlet.name == name)).collect();
    if outlets.is_empty() {
        return Err(match only {
            Some(name) => {
                Problem::invalid(format!("没有叫“{name}”的告警出口"), format!("no outlet is called `{name}`"))
            }
            None => Problem::refused(
                "还没有告警出口:在 gateway.toml 写 [[alarms.to]]",
                "there is no outlet yet: write [[alarms.to]] into gateway.toml",
            ),
        }
        .into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::io("命令运行环境起不来", "the command cannot run", &error))?;
    let lang = site.look.lang;
    let sent: Vec<_> =
        outlets.iter().map(|outlet| (outlet, runtime.block_on(Box::pin(try_out(outlet, lang))))).collect();
    let status = if sent.iter().all(|(_, why)| why.is_none()) { OK } else { WRONG };
    let lines = sent.iter().map(|(outlet, why)| match why {
        None => format!("{}: {}", outlet.name, say(lang, "已发出,对方收下了", "it left and was taken")),
        Some(why) => format!("{}: {} {}", outlet.name, say(lang, "没有发出:", "it did not leave:"), clean_text(why)),
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let json: Vec<_> =
        sent.iter().map(|(outlet, why)| json!({ "outlet": outlet.name, "sent": why.is_none(), "why": why })).collect();
    Ok(Output::new(json, text).status(status))
}

/// Why a test did not leave for any of an outlet's numbers.
async fn try_out(outlet: &Outlet, lang: Lang) -> Option<String> {
    let letter = alarms::test(lang, &outlet.name);
    for place in 0..outlet.places {
        let key = format!("test-{}-{place}", Timestamp::now().as_millisecond());
        if let Err(fault) = outlet.send(&letter, place, &key).await {
            return Some(fault.to_string());
        }
    }
    None
}
