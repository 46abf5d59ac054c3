//! `huiliu due`: which tickets are near or past their deadline and not yet concluded.

use clap::Args;
use huiliu_contract::{BadMeasure, Period};
use jiff::{SignedDuration, Timestamp};

use super::output::{Failure, Output};
use super::site::Site;
use super::table::Look;
use super::ticket::progress;
use crate::console::view::TicketView;
use crate::console::{Problem, ROWS, Request};
use crate::settings::Lang;
use crate::words::say;
use crate::workdays::NEAR;

/// Tickets near or past their deadline that nothing has concluded yet, the earliest first; then those open again without
/// one.
#[derive(Args, Debug)]
pub(super) struct Due {
    /// Due within this time, for example 3d or 12h; else until the end of the second working day from now.
    #[arg(long, value_name = "TIME", value_parser = period, conflicts_with = "past")]
    within: Option<Period>,
    /// Only those past their deadline.
    #[arg(long)]
    past: bool,
    /// Only this channel.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = ROWS)]
    limit: usize,
}

fn period(text: &str) -> Result<Period, BadMeasure> {
    Period::parse(text)
}

impl Due {
    /// `now` is the moment from which is counted.
    pub(super) fn run(self, site: &Site, now: Timestamp) -> Result<Output, Failure> {
        let until = match self.within {
            _ if self.past => Some(now),
            Some(within) => now.checked_add(within.0).ok(),
            None => site.gateway.calendar.deadline(now, NEAR, &site.look.zone).map(|counted| counted.value),
        };
        let until = until.ok_or_else(|| Problem::invalid("--within 太长", "--within is too long"))?;
        let request = Request::Due { until, undated: !self.past, channel: self.channel, limit: self.limit };
        let (json, tickets) = site.ask::<Vec<TicketView>>(request, None)?;
        Ok(Output::new(json, list(&site.look, &tickets, now)))
    }
}

/// Due tickets as a table.
pub(super) fn list(look: &Look, tickets: &[TicketView], now: Timestamp) -> String {
    if tickets.is_empty() {
        return say(look.lang, "没有临期或超期的统一工单", "no ticket is near or past its deadline").into();
    }
    let rows = tickets.iter().map(|ticket| {
        vec![
            ticket.number.clone(),
            ticket.channel_name.clone(),
            ticket.external_id.clone(),
            ticket.deadline.map(|at| look.short(at)).unwrap_or_default(),
            match ticket.deadline {
                Some(at) => left(look.lang, at.duration_since(now)),
                None => say(look.lang, "没有时限", "none set").into(),
            },
            progress(look, ticket),
        ]
    });
    look.table(&["number", "channel", "external_id", "deadline", "left", "state"], &[0, 2, 3, 4], rows.collect())
}

/// How much time is left, or by how much it is over, in its two largest units.
pub(super) fn left(lang: Lang, time: SignedDuration) -> String {
    let over = time.is_negative();
    let minutes = time.unsigned_abs().as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let long = match (lang, days, hours) {
        (Lang::Zh, 0, 0) => format!("{minutes}分钟"),
        (Lang::Zh, 0, _) => format!("{hours}小时{minutes}分"),
        (Lang::Zh, ..) => format!("{days}天{hours}小时"),
        (Lang::En, 0, 0) => format!("{minutes}m"),
        (Lang::En, 0, _) => format!("{hours}h {minutes}m"),
        (Lang::En, ..) => format!("{days}d {hours}h"),
    };
    match (lang, over) {
        (Lang::Zh, false) => format!("还剩{long}"),
        (Lang::Zh, true) => format!("已超{long}"),
        (Lang::En, false) => format!("{long} left"),
        (Lang::En, true) => format!("{long} over"),
    }
}
