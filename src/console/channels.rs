//! Commands about channels: what is configured beside what the store knows, go-live and resume.

use std::collections::HashMap;

use jiff::civil::Date;
use serde_json::Value;

use super::handle::deeds;
use super::view::{ChannelDetail, ChannelView, PulseView, TextView, TicketCounts, WentLive};
use super::{ConfiguredChannel, House, Problem, Side, pulse};
use crate::settings::{ChannelState, Text};
use crate::store::{Actor, ChannelRow, FirstRun};

/// The names of channels by code, and those the store knows.
pub(super) struct Names {
    names: HashMap<String, String>,
    /// What the store knows.
    pub(super) known: Vec<ChannelRow>,
}

impl Names {
    /// Reads both.
    pub(super) async fn read(house: &House) -> Result<Self, Problem> {
        let names = house.control.channels().into_iter().map(|channel| (channel.code, channel.name)).collect();
        Ok(Self { names, known: house.store.channels().await? })
    }

    /// The name of a channel; its code if it is no longer configured.
    pub(super) fn of(&self, code: &str) -> String {
        self.names.get(code).map_or(code, String::as_str).into()
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
    let signed_days = super::reconcile::days_since_signed(house, &channel.code).await?;
    Ok(ChannelDetail { signed_days, namespace: row.map(|row| row.namespace.clone()), channel, settings, deeds })
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
