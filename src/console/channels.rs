//! Commands about channels: what is configured beside what the store knows, go-live and resume.

use std::collections::HashMap;

use jiff::civil::Date;
use serde_json::Value;

use super::handle::deeds;
use super::view::{ChannelDetail, ChannelView, PulseView, RoutedView, TextView, TicketCounts, WentLive};
use super::{ConfiguredChannel, House, Problem, RoutedChannel, Side, pulse};
use crate::settings::{ChannelState, Text};
use crate::store::{Actor, ChannelRow, FirstRun, Tagged};

/// The names of channels by code, and those the store knows.
pub(super) struct Names {
    names: HashMap<String, String>,
    routed: HashMap<String, Vec<RoutedChannel>>,
    /// What the store knows.
    pub(super) known: Vec<ChannelRow>,
}

impl Names {
    /// Reads both.
    pub(super) async fn read(house: &House) -> Result<Self, Problem> {
        let (mut names, mut routed) = (HashMap::new(), HashMap::new());
        for channel in house.control.channels() {
            names.insert(channel.code.clone(), channel.name);
            routed.insert(channel.code, channel.routed);
        }
        Ok(Self { names, routed, known: house.store.channels().await? })
    }

    /// The name of a channel; its code if it is no longer configured.
    pub(super) fn of(&self, code: &str) -> String {
        self.names.get(code).map_or(code, String::as_str).into()
    }

    /// The name of the channel that a tag of a channel stands for; without a tag, or with one that is no longer configured,
    /// the channel's own.
    pub(super) fn under(&self, code: &str, tag: Option<&str>) -> String {
        let routed = self.routed.get(code).into_iter().flatten();
        let named = routed.filter(|one| Some(one.tag.as_str()) == tag).map(|one| one.name.clone()).next();
        named.unwrap_or_else(|| self.of(code))
    }

    /// Whose letters are meant by a name: a channel's, those that channels bring under a tag that stands for it, or both.
    pub(super) fn among(&self, house: &House, called: &str) -> Result<(Option<u32>, Vec<Tagged>), Problem> {
        let called = called.trim();
        let is_called = |one: &&RoutedChannel| one.name == called || one.aliases.iter().any(|name| name == called);
        let tagged = self.known.iter().filter_map(|row| {
            let one = self.routed.get(&row.code)?.iter().find(is_called)?;
            Some(Tagged { channel: row.id, tag: one.tag.clone() })
        });
        let tagged: Vec<_> = tagged.collect();
        match self.known(house, called) {
            Ok(row) => Ok((Some(row.id), tagged)),
            Err(_) if !tagged.is_empty() => Ok((None, tagged)),
            Err(problem) => match self.routed.iter().find(|(_, routed)| routed.iter().any(|one| is_called(&one))) {
                Some((feeder, _)) => Err(never_ran(&self.of(feeder))),
                None => Err(problem),
            },
        }
    }

    /// The row of a channel that is called so; one that is only known from before goes by its code.
    pub(super) fn known(&self, house: &House, called: &str) -> Result<&ChannelRow, Problem> {
        let by_code = |code: &str| self.known.iter().find(|row| row.code == code);
        match house.control.resolve(called) {
            Ok(code) => by_code(&code).ok_or_else(|| never_ran(&self.of(&code))),
            Err(text) => by_code(called.trim()).ok_or(Problem::not_found(text)),
        }
    }
}

fn never_ran(name: &str) -> Problem {
    Problem::not_found(Text::new(
        format!("渠道“{name}”还没有启用过,没有数据"),
        format!("the channel {name} has never run, nothing is known of it yet"),
    ))
}

/// All channels: the configured ones, then those only known from before.
pub(super) async fn list(house: &House) -> Result<Vec<ChannelView>, Problem> {
    let mut known: HashMap<String, ChannelRow> =
        house.store.channels().await?.into_iter().map(|row| (row.code.clone(), row)).collect();
    let configured = house.control.channels();
    let mut views = Vec::with_capacity(configured.len());
    for channel in configured {
        let row = known.remove(&channel.code);
        let pulse = pulse::of(house, &channel).await?;
        views.push(ChannelView { pulse, ..view(house, &channel, row.as_ref()) });
    }
    let mut retired: Vec<_> = known.into_values().collect();
    retired.sort_by(|a, b| a.code.cmp(&b.code));
    views.extend(retired.iter().map(|row| fill(blank(&row.code), row)));
    Ok(views)
}

/// One channel with all that is known of it.
pub(super) async fn show(house: &House, called: &str) -> Result<ChannelDetail, Problem> {
    let known = house.store.channels().await?;
    let row_of = |code: &str| known.iter().find(|row| row.code == code);
    let (channel, row, settings) = match house.control.resolve(called) {
        Ok(code) => {
            let configured = house.control.channels().into_iter().find(|channel| channel.code == code);
            let configured = configured.ok_or_else(|| never_ran(&code))?;
            let row = row_of(&code);
            let pulse = pulse::of(house, &configured).await?;
            (ChannelView { pulse, ..view(house, &configured, row) }, row, configured.settings)
        }
        Err(text) => {
            let row = row_of(called.trim()).ok_or(Problem::not_found(text))?;
            (fill(blank(&row.code), row), Some(row), Value::Null)
        }
    };
    let subjects = match row {
        Some(row) => vec![format!("channel:{}", row.id), format!("channel:{}", row.code)],
        None => vec![format!("channel:{}", channel.code)],
    };
    let deeds = deeds(house, &subjects, true).await?;
    Ok(ChannelDetail { namespace: row.map(|row| row.namespace.clone()), channel, settings, deeds })
}

fn view(house: &House, configured: &ConfiguredChannel, row: Option<&ChannelRow>) -> ChannelView {
    // One that is wrong and yet not off goes on as it was.
    let mends = !configured.mistakes.is_empty() && configured.state == ChannelState::Off;
    let state = if mends { "mend" } else { configured.state.word() };
    let texts = configured.mistakes.iter().map(|text| TextView { zh: text.zh.clone(), en: text.en.clone() });
    let view = ChannelView {
        name: configured.name.clone(),
        aliases: configured.aliases.clone(),
        state: state.into(),
        kind: configured.kind.clone(),
        start_from: configured.start_from,
        routed: routed(configured, row),
        far: house.control.far(&Side::Channel(configured.code.clone())),
        login: house.control.login(&configured.code),
        mistakes: texts.collect(),
        ..blank(&configured.code)
    };
    match row {
        Some(row) => fill(view, row),
        None => view,
    }
}

/// The channels whose letters it brings, with their counts.
fn routed(configured: &ConfiguredChannel, row: Option<&ChannelRow>) -> Vec<RoutedView> {
    let counted = |tag: &str| row.and_then(|row| row.tags.iter().find(|one| one.tag == tag));
    let view = |one: &RoutedChannel| {
        let counted = counted(&one.tag);
        let [live, trial, historic, waiting] = counted.map_or([0; 4], |found| found.tickets);
        RoutedView {
            tag: one.tag.clone(),
            name: one.name.clone(),
            aliases: one.aliases.clone(),
            tickets: TicketCounts { live, trial, historic, waiting },
            last_item: counted.and_then(|found| found.last_item),
        }
    };
    configured.routed.iter().map(view).collect()
}

fn blank(code: &str) -> ChannelView {
    ChannelView {
        code: code.into(),
        name: code.into(),
        aliases: vec![],
        state: "retired".into(),
        kind: None,
        start_from: None,
        known_since: None,
        first_run: None,
        live_from: None,
        last_poll: None,
        last_item: None,
        tickets: TicketCounts::default(),
        dead: 0,
        routed: vec![],
        far: None,
        login: None,
        mistakes: vec![],
        pulse: PulseView::default(),
    }
}

fn fill(view: ChannelView, row: &ChannelRow) -> ChannelView {
    let [live, trial, historic, waiting] = row.tickets;
    let first_run = match row.first_run {
        FirstRun::Underway => "underway",
        FirstRun::NeedsGoLive => "needs_go_live",
        FirstRun::Through => "through",
    };
    ChannelView {
        known_since: Some(row.known_since),
        first_run: Some(first_run.into()),
        live_from: row.live_from,
        last_poll: row.last_poll,
        last_item: row.last_item,
        tickets: TicketCounts { live, trial, historic, waiting },
        dead: row.dead,
        ..view
    }
}

/// Ends a first run that needs a person.
pub(super) async fn go_live(house: &House, called: &str, from: Date, actor: &Actor) -> Result<WentLive, Problem> {
    let names = Names::read(house).await?;
    let row = names.known(house, called)?;
    let begins = from.to_zoned(house.zone.clone()).map_err(|_| {
        Problem::invalid(format!("{from} 不是可用的日期"), format!("{from} is no day that can be used"))
    })?;
    let (released, historic) = house.store.go_live(row.id, begins.timestamp().as_millisecond(), actor).await?;
    house.control.wake(&Side::Channel(row.code.clone())).await;
    Ok(WentLive { channel: row.code.clone(), from, released, historic })
}

/// Has a far side asked again that was left alone.
pub(super) async fn resume(house: &House, called: &str, actor: &Actor) -> Result<String, Problem> {
    let (side, subject) = match called.trim() {
        "core" | "热线系统" => (Side::Core, "core".to_owned()),
        called => {
            let code = house.control.resolve(called).map_err(Problem::not_found)?;
            let subject = format!("channel:{code}");
            (Side::Channel(code), subject)
        }
    };
    if house.control.running().is_none() {
        return Err(daemon_needed());
    }
    house.store.record(actor, "resume", &subject).await?;
    house.control.resume(&side).await?;
    Ok(subject)
}

/// What only a running daemon can do was asked without one.
pub(super) fn daemon_needed() -> Problem {
    Problem::new(
        super::Code::Unreachable,
        "汇流没有在运行,这件事要它运行时才能做;先启动 huiliu run",
        "huiliu is not running, and only a running one can do this; start huiliu run first",
    )
}
