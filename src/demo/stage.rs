//! What the demo stands on: far sides, core, folder, clerk, screen; and the only ways by which figures are learned: the far
//! sides' and the core's own counts, and the gateway's console.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use huiliu_contract::Secret;
use huiliu_farside::core::{Core, CoreOptions, Work, Worked, Worker};
use huiliu_farside::roads::{self, Road};
use jiff::tz;

use super::balance::{ChannelFigures, Ends, Figures, Said};
use super::clerk::Clerk;
use super::counts::Counts;
use super::daemon::{Daemon, ask};
use super::folder::Folder;
use super::mail::{self, Post};
use super::quarter::{Later, Quarter};
use super::screen::{Glance, Screen};
use super::sentence::{CHANNELS, Spoken, preamble, section};
use super::{Options, Trouble};
use crate::console::view::{ChannelView, DeadView, FoundView, StatusView};
use crate::console::{Find, MAX_ROWS, Request};
use crate::settings::Lang;

/// Everything but the gateway itself.
pub(super) struct Stage {
    pub(super) counts: Counts,
    pub(super) quarter: Quarter,
    pub(super) roads: BTreeMap<&'static str, Arc<dyn Road>>,
    pub(super) core: Core,
    pub(super) worker: Arc<Worker>,
    pub(super) clerk: Arc<Clerk>,
    pub(super) folder: Folder,
    pub(super) mail: Post,
    pub(super) screen: Arc<Screen>,
    pub(super) lang: Lang,
    pub(super) seed: u64,
    handed: Mutex<Vec<Handed>>,
}

/// A letter that was handed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Handed {
    /// The channel's code.
    pub(super) channel: &'static str,
    /// The far side's number of it.
    pub(super) number: String,
    /// Which letter of the plan it is; none is the one that came by several roads.
    pub(super) planned: Option<usize>,
}

/// What went wrong on purpose, by the far sides' own counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mishaps {
    /// Faults that far sides played.
    pub(super) faults: u64,
    /// Letters told again as they were.
    pub(super) told_again: u64,
    /// Requests that the core answered 503.
    pub(super) unavailable: u64,
    /// Events that the core was told twice.
    pub(super) events_twice: u64,
}

impl Stage {
    /// Puts the far sides up and starts the gateway against them. What is listed somewhere already lies there when it comes.
    pub(super) async fn build(
        options: &Options,
        counts: Counts,
        screen: Arc<Screen>,
    ) -> Result<(Arc<Self>, Daemon), Trouble> {
        let quarter = Quarter::plan(&counts, options.seed);
        let all = roads::all().await?;
        let core = Core::start(CoreOptions::default()).await?;
        let mail = Post::open(counts.to).await?;
        let folder = Folder::new(&all, &mail, &core.url(), &counts, options.lang)?;
        let roads: BTreeMap<&'static str, Arc<dyn Road>> =
            all.iter().map(|road| (road.channel(), Arc::clone(road))).collect();
        let handed = first_letters(&quarter, &roads, &folder).await?;
        let daemon = Daemon::start(&folder, None, options.lang).await?;
        roads.values().for_each(|road| road.meet(daemon.address));
        let evening = counts.as_of.at(17, 30, 0, 0).to_zoned(tz::TimeZone::fixed(tz::offset(8)));
        let work = Work {
            url: format!("http://{}/api/v1/outcomes", daemon.address),
            token: Secret::new(daemon.token.clone().unwrap_or_default()),
            until: evening.map_err(|error| Trouble::new("日期不对", error.to_string()))?.timestamp(),
            seed: options.seed,
            leave: quarter.leave.clone(),
            hold: quarter.hold.iter().cloned().chain(mail::hold(mail.day())).collect(),
        };
        let worker = Arc::new(Worker::start(&core, work));
        let clerk = Arc::new(Clerk::new(&all, Arc::clone(&worker), &folder, counts.from));
        let (lang, seed, handed) = (options.lang, options.seed, Mutex::new(handed));
        let stage = Self { counts, quarter, roads, core, worker, clerk, folder, mail, screen, lang, seed, handed };
        Ok((Arc::new(stage), daemon))
    }

    /// Asks the gateway.
    pub(super) async fn ask<T: serde::de::DeserializeOwned>(&self, request: Request) -> Result<T, Trouble> {
        ask(&self.folder.socket(), request, None).await
    }

    /// Notes what a far side handed over.
    pub(super) fn note(&self, channel: &'static str, number: String, planned: Option<usize>) {
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        handed.push(Handed { channel, number, planned });
    }

    /// What was handed over so far.
    pub(super) fn handed(&self) -> Vec<Handed> {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The letters to which this happens later, with their place in the plan.
    pub(super) fn with(&self, later: Later) -> Vec<(usize, Handed)> {
        let of = |one: Handed| Some((one.planned?, one)).filter(|(n, _)| self.quarter.letters[*n].later == later);
        self.handed().into_iter().filter_map(of).collect()
    }

    /// All figures as they now are. `found` says of each letter whether the gateway knows it.
    async fn figures_with(&self, found: impl Fn(&'static str) -> Option<u64>) -> Result<Figures, Trouble> {
        let channels: Vec<ChannelView> = self.ask(Request::ChannelList).await?;
        let status: StatusView = self.ask(Request::Status).await?;
        let worked = self.worker.worked();
        let tickets =
            |view: &ChannelView| view.tickets.live + view.tickets.trial + view.tickets.historic + view.tickets.waiting;
        let figures = |channel: &Spoken| {
            let view = channels.iter().find(|view| view.code == channel.code);
            self.of_channel(channel.code, channel.name, &worked, found(channel.code).unwrap_or(view.map_or(0, tickets)))
        };
        let tallies: Vec<_> = self.roads.values().map(|road| road.tally()).collect();
        // Letters by mail have figures of their own: their tickets are left out, each by its number.
        let of_the_quarter = || worked.tickets.values().filter(|ticket| !ticket.is_of(mail::CHANNEL));
        let told = |kinds: &[&str]| {
            of_the_quarter().flat_map(|ticket| kinds.iter().filter_map(|kind| ticket.events.get(*kind))).sum()
        };
        let (by_mail, of_roads): (Vec<_>, Vec<_>) = channels.iter().partition(|view| view.code == mail::CHANNEL);
        let listed =
            Request::DeadList { channel: Some(mail::CHANNEL.into()), ended: false, unticketed: true, limit: MAX_ROWS };
        let listed: Vec<DeadView> = self.ask(listed).await?;
        Ok(Figures {
            channels: CHANNELS.iter().map(figures).collect(),
            to_close: u64::from(self.counts.closed),
            tickets: of_roads.into_iter().map(tickets).sum(),
            joined: told(&["joined"]),
            core_tickets: self.core_tickets(&worked),
            revised: Ends { far: tallies.iter().map(|tally| tally.revised).sum(), core: told(&["revised"]) },
            acts: Ends {
                far: tallies.iter().map(|tally| tally.acts).sum(),
                core: told(&["supplemented", "urged", "supervised", "redo"]),
            },
            out_of_order: self.core.stats().out_of_order,
            outcomes_refused: worked.refused.len() as u64,
            undone: (status.to_core.iter().sum::<usize>() + status.write_backs.iter().sum::<usize>()) as u64,
            dead: status.dead,
            mail: mail::figures(&self.mail, &worked, by_mail.into_iter().map(tickets).sum(), listed.len() as u64),
        })
    }

    /// Different tickets that the core has by the keys that it took, without those of letters by mail.
    fn core_tickets(&self, worked: &Worked) -> u64 {
        let by_mail = |number: &str| worked.tickets.get(number).is_some_and(|ticket| ticket.is_of(mail::CHANNEL));
        let keys = self.core.keys();
        let numbers = keys.iter().filter_map(|key| Some(key.rsplit_once('-')?.0));
        numbers.filter(|number| !by_mail(number)).collect::<BTreeSet<_>>().len() as u64
    }

    fn of_channel(&self, code: &'static str, name: &str, worked: &Worked, kept: u64) -> ChannelFigures {
        let (tally, closed) = self.roads.get(code).map(|road| (road.tally(), road.closed())).unwrap_or_default();
        let own = worked.sources.iter().filter(|((channel, _), _)| channel == code);
        let answers: BTreeMap<&str, &str> =
            own.clone().filter_map(|((_, number), answer)| Some((number.as_str(), answer.as_deref()?))).collect();
        let numbers: BTreeSet<&str> = answers.keys().copied().chain(closed.keys().map(String::as_str)).collect();
        let stands = |number: &&str| {
            let both = answers.get(number).zip(closed.get(*number));
            both.is_some_and(|(answer, shown)| shown.contains(answer))
        };
        ChannelFigures {
            code: code.into(),
            name: name.into(),
            planned: self.counts.letters.get(code).copied().unwrap_or_default().into(),
            handed: tally.handed,
            kept,
            core: own.count() as u64,
            closed: answers.len() as u64,
            answered: tally.closed,
            astray: numbers.iter().filter(|number| !stands(number)).count() as u64,
            refused: tally.refused,
        }
    }

    /// All figures as they now are, as far as one question tells them: a letter that joined another channel's ticket is not
    /// among those kept.
    pub(super) async fn glance(&self) -> Result<Figures, Trouble> {
        self.figures_with(|_| None).await
    }

    /// All figures, with each letter looked up by the far side's number.
    pub(super) async fn figures(&self) -> Result<Figures, Trouble> {
        let mut found: BTreeMap<&'static str, u64> = BTreeMap::new();
        for Handed { channel, number, .. } in self.handed() {
            let find = Find { number: Some(number.clone()), ..Find::default() };
            let tickets: Vec<FoundView> = self.ask(Request::Find(find)).await?;
            let here = |one: &&FoundView| {
                one.sources.iter().any(|source| source.channel == channel && source.external_id == number)
            };
            *found.entry(channel).or_default() += tickets.iter().filter(here).count() as u64;
        }
        self.figures_with(|code| Some(found.get(code).copied().unwrap_or_default())).await
    }

    /// What the report must say by what the far sides handed over and saw closed, and what it prints.
    pub(super) async fn said(&self, figures: &Figures) -> Result<Said, Trouble> {
        let Counts { from, to, as_of, .. } = self.counts;
        let mut command = tokio::process::Command::new(std::env::current_exe()?);
        command
            .args(["report", "--format", "md"])
            .arg("--config")
            .arg(self.folder.config())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        for (name, day) in [("--from", from), ("--to", to), ("--as-of", as_of)] {
            command.arg(name).arg(day.to_string());
        }
        let printed = command.output().await?;
        let (handed, answered) = (figures.all(|one| one.handed), figures.all(|one| one.answered));
        let of = |code: &str| figures.channels.iter().find(|one| one.code == code).map_or(0, |one| one.handed);
        let mut paper = String::from_utf8_lossy(&printed.stdout).into_owned();
        paper.push_str(&String::from_utf8_lossy(&printed.stderr));
        Ok(Said { preamble: preamble(handed, answered), section: section(from, to, of), paper })
    }

    /// What went wrong on purpose so far.
    pub(super) fn mishaps(&self) -> Mishaps {
        let core = self.core.stats();
        let tallies: Vec<_> = self.roads.values().map(|road| road.tally()).collect();
        Mishaps {
            faults: tallies.iter().map(|tally| tally.faults).sum(),
            told_again: tallies.iter().map(|tally| tally.repeated).sum(),
            unavailable: core.unavailable,
            events_twice: core.repeated,
        }
    }

    async fn look(&self) -> Option<Glance> {
        let channels: Vec<ChannelView> = self.ask(Request::ChannelList).await.ok()?;
        let status: StatusView = self.ask(Request::Status).await.ok()?;
        let ill = channels.into_iter().filter_map(|view| {
            let far = view.far.filter(|far| far.open_since.is_some())?;
            Some((view.code, far.fault?.word))
        });
        let core = status.core.filter(|far| far.open_since.is_some()).and_then(|far| far.fault);
        Some(Glance {
            figures: self.glance().await.ok()?,
            ill: ill.collect(),
            core: core.map(|fault| fault.word),
            approvals: status.approvals,
        })
    }
}

/// What lies ready where letters are listed, or in the first sheet, before the gateway comes.
async fn first_letters(
    quarter: &Quarter,
    roads: &BTreeMap<&'static str, Arc<dyn Road>>,
    folder: &Folder,
) -> Result<Vec<Handed>, Trouble> {
    let mut handed = Vec::new();
    for (&channel, road) in roads.iter().filter(|(code, _)| !folder.is_pushed(code)) {
        let own = quarter.letters.iter().enumerate().filter(|(_, letter)| letter.channel == channel);
        for (n, letter) in own.take(3) {
            let number = road.hand_over(&letter.matter).await?;
            handed.push(Handed { channel, number, planned: Some(n) });
        }
        road.flush().await?;
    }
    Ok(handed)
}

/// Shows how everything stands, again and again; while the gateway is down, that.
pub(super) async fn watch(stage: Arc<Stage>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(400));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let glance = stage.look().await;
        stage.screen.show(glance);
    }
}
