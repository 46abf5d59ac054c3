//! `huiliu reconcile`: a day of channels against their far sides, a list that a clerk exported against ours, and what a person
//! signs for (对账).

mod list;
mod screen;

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;

use self::list::Columns;
pub(super) use self::screen::gap_line;
use super::output::{Failure, Output, WRONG};
use super::site::Site;
use crate::console::view::{AgainstView, ReconciledView, SignedListView};
use crate::console::{Problem, Request};
use crate::reconcile::{day_paper, findings_paper};
use crate::settings::Lang;
use crate::words::say;

/// Holds what far sides say they have against what came; 1 if there is a gap.
#[derive(Args, Debug)]
pub(super) struct Reconcile {
    /// Which day, in the site's zone; yesterday if nothing is said.
    #[arg(long, value_name = "DAY")]
    day: Option<Date>,
    /// Only this channel.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Ask the far side for the day once more, and then look.
    #[arg(long, requires = "channel", conflicts_with_all = ["against", "core", "list", "sign"])]
    fetch: bool,
    /// Hold this list, exported from the channel's far side, against ours; nobody is asked.
    #[arg(long, value_name = "FILE", requires = "channel", conflicts_with_all = ["core", "list", "day"])]
    against: Option<PathBuf>,
    /// Hold this list, exported from the core, against ours.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "day", "channel"])]
    core: Option<PathBuf>,
    /// The first day that the list covers; else that of its earliest time.
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,
    /// The last day that the list covers.
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
    /// The column of the numbers, where it is not found by its name.
    #[arg(long, value_name = "HEAD")]
    id: Option<String>,
    /// The column of the states.
    #[arg(long, value_name = "HEAD")]
    state: Option<String>,
    /// The column of the times.
    #[arg(long, value_name = "HEAD")]
    time: Option<String>,
    /// Write it as a sheet too, one table each; an existing file is not overwritten.
    #[arg(long, value_name = "FILE.xlsx")]
    out: Option<PathBuf>,
    /// Sign for the list, or for the channel's gaps of the day: somebody looked, and says why it is right. Goes on record.
    #[arg(long, requires = "why")]
    sign: bool,
    /// Why; goes on record.
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Show when each channel's list was last signed for, and which gaps are open.
    #[arg(long)]
    list: bool,
    /// With earlier ones.
    #[arg(long, requires = "list")]
    all: bool,
}

impl Reconcile {
    /// `now` is the moment from which yesterday is counted.
    pub(super) fn run(mut self, site: &Site, now: Timestamp) -> Result<Output, Failure> {
        let look = &site.look;
        if self.list {
            let (json, signed) = site.ask::<SignedListView>(Request::ReconcileList { all: self.all }, None)?;
            return Ok(Output::new(json, screen::signed(look, &signed)));
        }
        if let Some(file) = self.against.take().or(self.core.take()) {
            return self.against(site, &file);
        }
        let today = now.to_zoned(look.zone.clone()).date();
        let day = self.day.or_else(|| today.yesterday().ok()).unwrap_or(today);
        if self.sign {
            return self.sign(site, day);
        }
        let request = Request::Reconcile { day, channel: self.channel.clone(), fetch: self.fetch };
        let (json, found) = site.ask::<ReconciledView>(request, None)?;
        let has_gap = found.channels.iter().any(crate::reconcile::ChannelDay::has_gap);
        let mut text = screen::day(look, &found);
        if let Some(out) = &self.out {
            text += &list::write(out, &day_paper(day, &found.channels, look.lang), look.lang)?;
        }
        Ok(Output::new(json, text).status(if has_gap { WRONG } else { 0 }))
    }

    /// Signs for the gaps of a channel and day.
    fn sign(self, site: &Site, day: Date) -> Result<Output, Failure> {
        let channel = self
            .channel
            .ok_or_else(|| Problem::invalid("要写明是哪个渠道:--channel 名称", "say whose gaps: --channel NAME"))?;
        let (json, signed) = site.ask::<usize>(Request::ReconcileSign { channel, day }, self.why)?;
        let text = match site.look.lang {
            Lang::Zh => format!("{day} 的 {signed} 处差已签认,记录在案;以后查出更多的会再提示"),
            Lang::En => format!("{signed} gaps of {day} are signed for, on record; more than that is told again"),
        };
        Ok(Output::new(json, text))
    }

    /// Holds a list against ours.
    fn against(self, site: &Site, file: &std::path::Path) -> Result<Output, Failure> {
        let look = &site.look;
        let columns = Columns {
            id: self.id,
            state: self.state,
            time: self.time,
            of_channel: self.channel.as_deref().map(|called| site.channel(called)).transpose()?,
        };
        let exported = list::read(file, &columns)?;
        let span = self.from.zip(self.to).or(exported.span);
        let request = Request::ReconcileAgainst { channel: self.channel, rows: exported.rows, span, sign: self.sign };
        let (json, found) = site.ask::<AgainstView>(request, self.why)?;
        let mut text = screen::against(look, &found);
        if exported.without_number > 0 {
            let n = exported.without_number;
            text += &match look.lang {
                Lang::Zh => format!("表里有 {n} 行没有能用的编号,没有核\n"),
                Lang::En => format!("{n} rows have no number that can be used and were not compared\n"),
            };
        }
        if let Some(out) = &self.out {
            let title = format!("{}{}", say(look.lang, "对账:", "Reconciliation: "), found.name);
            text += &list::write(out, &findings_paper(title, &found.findings, look.lang), look.lang)?;
        }
        let status = if found.counts.iter().sum::<u64>() > 0 && !found.signed { WRONG } else { 0 };
        Ok(Output::new(json, text).status(status))
    }
}
