//! `huiliu channel …`: what is configured and how it runs; going live, resuming, accepting samples.

use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;

use super::fresh;
use super::handed;
use super::hooks::{Checks, Sample, SampleVerdict};
use super::learn;
use super::login;
use super::output::{Failure, Output, WRONG};
use super::preview;
use super::prompt::Prompt;
use super::site::Site;
use super::table::{Look, clean_text};
use super::ticket::deeds;
use super::tidy;
use crate::console::view::{ChannelDetail, ChannelView, PulseView, RoutedView, WentLive};
use crate::console::{FarStatus, Request};
use crate::settings::Lang;
use crate::words::{CHANNEL_STATES, FAULTS, FIRST_RUNS, say, word};

/// Channels. NAME is a code, a name or a former name.
#[derive(Subcommand, Debug)]
pub(super) enum Channel {
    /// All channels.
    List,
    /// Makes a channel from a sample (an answer, a push, a sheet) or by a few questions.
    New(fresh::New),
    /// Learns a web back end from saved pages (the list, a letter, the form for answers): shows what it would write into the
    /// channel's file, and writes it if that is agreed.
    Learn(learn::Learn),
    /// Lays out channel files: tables in their order, keys and remarks aligned; remarks stay.
    Fmt(tidy::Fmt),
    /// One channel.
    Show {
        /// Which channel.
        name: String,
        /// With all settings, defaults written out.
        #[arg(long)]
        all: bool,
    },
    /// Confirms a channel whose first run met many or old items.
    GoLive {
        /// Which channel.
        name: String,
        /// What is older than this day stays known only, for example 2026-12-01.
        #[arg(long, value_name = "DATE")]
        from: Date,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Asks a far side again that was left alone; `core` is the core system.
    Resume {
        /// Which channel, or core.
        name: String,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Logs in by a picture that a person reads, where the account needs one.
    Login(login::Login),
    /// Hands a file in, row by row; the same file again takes nothing twice.
    Import(handed::Import),
    /// Shows what the channel's next poll would ask and be answered, and what its rows would become; takes and moves nothing.
    Preview(preview::Preview),
    /// Puts on record that a channel has nothing today.
    NothingToday {
        /// Which channel.
        name: String,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Shows what the mapping now makes of the samples; with --write, expects that from now on.
    Accept {
        /// Which channel.
        name: String,
        /// Write the expected tickets.
        #[arg(long)]
        write: bool,
    },
}

impl Channel {
    pub(super) fn run(
        self,
        site: &Site,
        checks: &dyn Checks,
        prompt: &mut dyn Prompt,
        now: Timestamp,
    ) -> Result<Output, Failure> {
        match self {
            Self::New(new) => new.run(site, checks, prompt, now),
            Self::Learn(learn) => learn.run(site, checks, prompt),
            Self::Fmt(fmt) => fmt.run(site),
            Self::List => {
                let (json, channels) = site.ask::<Vec<ChannelView>>(Request::ChannelList, None)?;
                Ok(Output::new(json, list(&site.look, &channels)))
            }
            Self::Show { name, all } => {
                let (mut json, detail) = site.ask::<ChannelDetail>(Request::ChannelShow { channel: name }, None)?;
                if let Some(fields) = json.as_object_mut().filter(|_| !all) {
                    fields.remove("settings");
                }
                let kind = site.kind(detail.channel.kind.as_deref());
                Ok(Output::new(json, show(&site.look, kind, &detail, all)))
            }
            Self::GoLive { name, from, why } => {
                let (json, done) = site.ask::<WentLive>(Request::GoLive { channel: name, from }, why)?;
                let text = match site.look.lang {
                    Lang::Zh => format!("已确认启用:{} 件转热线,{} 件作历史件只登记", done.released, done.historic),
                    Lang::En => {
                        format!("confirmed: {} tickets go to the core, {} stay historic", done.released, done.historic)
                    }
                };
                Ok(Output::new(json, text))
            }
            Self::Resume { name, why } => {
                let (json, _) = site.ask::<String>(Request::Resume { channel: name }, why)?;
                Ok(Output::new(json, say(site.look.lang, "已恢复,马上再试", "resumed, it is tried at once")))
            }
            Self::Login(login) => login.run(site, prompt),
            Self::Import(import) => import.run(site, checks),
            Self::Preview(preview) => preview.run(site, checks),
            Self::NothingToday { name, why } => handed::nothing_today(site, name, why),
            Self::Accept { name, write } => accept(site, checks, &name, write),
        }
    }
}

/// Channels as a table.
pub(super) fn list(look: &Look, channels: &[ChannelView]) -> String {
    if channels.is_empty() {
        return say(look.lang, "还没有配置任何渠道", "no channel is configured yet").into();
    }
    let rows = channels.iter().flat_map(|channel| {
        let own = vec![
            channel.code.clone(),
            channel.name.clone(),
            state(look, channel),
            look.time(channel.last_item),
            (channel.tickets.live + channel.tickets.trial + channel.tickets.waiting).to_string(),
            channel.dead.to_string(),
            channel.far.as_ref().map_or_else(|| "-".into(), |status| far_in_a_word(look, status).to_owned()),
        ];
        std::iter::once(own).chain(channel.routed.iter().map(|routed| below(look, routed)))
    });
    let heads = ["channel_code", "channel", "state", "last_item", "tickets", "dead", "far"];
    look.table(&heads, &[0, 3], rows.collect())
}

/// A channel whose letters another one brings, below that one.
fn below(look: &Look, routed: &RoutedView) -> Vec<String> {
    let count = routed.tickets.live + routed.tickets.trial + routed.tickets.waiting;
    let name = format!("└ {}", routed.name);
    vec![
        String::new(),
        name,
        String::new(),
        look.time(routed.last_item),
        count.to_string(),
        String::new(),
        String::new(),
    ]
}

fn state(look: &Look, channel: &ChannelView) -> String {
    let state = word(CHANNEL_STATES, &channel.state, look.lang);
    let mends = channel.state != "mend" && !channel.mistakes.is_empty();
    let mut state = match channel.first_run.as_deref() {
        _ if mends => format!("{state}{}", say(look.lang, ":照旧运行,要改", ": as before, to mend")),
        Some("needs_go_live") => format!("{state}{}", say(look.lang, ":待确认启用", ": needs go-live")),
        _ => state.to_owned(),
    };
    let login = channel.login.as_ref().filter(|login| login.is_unusual());
    let login = login.map(|login| login::stands(look, login, &channel.code));
    for alarm in login.into_iter().chain(alarms(look, &channel.pulse)) {
        state += say(look.lang, ";", "; ");
        state += &alarm;
    }
    state
}

/// What usually comes and does not, in a few words each.
pub(super) fn alarms(look: &Look, pulse: &PulseView) -> Vec<String> {
    let silent = pulse.silent_since.map(|since| {
        let since = look.time(Some(since));
        match look.lang {
            Lang::Zh => format!("长时间无来件(自 {since})"),
            Lang::En => format!("nothing came for long (since {since})"),
        }
    });
    let unexpected = pulse.unexpected.map(|found| match look.lang {
        Lang::Zh => format!("来件数异常({} 共 {} 件)", found.day, found.count),
        Lang::En => format!("unusual number of submissions ({} on {})", found.count, found.day),
    });
    silent.into_iter().chain(unexpected).collect()
}

/// Whether a far side works, else the sort of its failure.
fn far_in_a_word<'a>(look: &Look, status: &'a FarStatus) -> &'a str {
    match (status.open_since, &status.fault) {
        (None, _) => say(look.lang, "正常", "well"),
        (Some(_), Some(fault)) => word(FAULTS, &fault.word, look.lang),
        (Some(_), None) => say(look.lang, "暂停", "left alone"),
    }
}

/// How it stands with a far side, in a few words.
pub(super) fn far(look: &Look, status: &FarStatus) -> String {
    let Some(since) = status.open_since else { return say(look.lang, "正常", "well").into() };
    let fault = far_in_a_word(look, status);
    let since = look.time(Some(since));
    match (status.next_try, look.lang) {
        (Some(next), Lang::Zh) => format!("{fault},{since} 起;{} 再试", look.time(Some(next))),
        (Some(next), Lang::En) => format!("{fault} since {since}; next try {}", look.time(Some(next))),
        (None, Lang::Zh) => format!("{fault},{since} 起;等人恢复"),
        (None, Lang::En) => format!("{fault} since {since}; waits for resume"),
    }
}

/// One channel; `kind` as people call it.
pub(super) fn show(look: &Look, kind: String, detail: &ChannelDetail, all: bool) -> String {
    let channel = &detail.channel;
    let first_run = channel.first_run.as_deref().map_or("", |run| word(FIRST_RUNS, run, look.lang));
    let fault = channel.far.as_ref().and_then(|far| far.fault.as_ref());
    let fault = fault.map(|fault| format!(" ({}: {})", look.time(Some(fault.at)), fault.message)).unwrap_or_default();
    let mistakes = channel.mistakes.iter().map(|text| match look.lang {
        Lang::Zh => text.zh.as_str(),
        Lang::En => text.en.as_str(),
    });
    let mut text = look.card(&[
        ("channel", channel.name.clone()),
        ("channel_code", channel.code.clone()),
        ("aliases", channel.aliases.join(say(look.lang, "、", ", "))),
        ("kind", kind),
        ("state", state(look, channel)),
        ("start_from", channel.start_from.map(|day| day.to_string()).unwrap_or_default()),
        ("first_run", first_run.into()),
        ("live_from", look.time(channel.live_from)),
        ("known_since", look.time(channel.known_since)),
        ("namespace", detail.namespace.clone().unwrap_or_default()),
        ("last_poll", look.time(channel.last_poll)),
        ("last_item", look.time(channel.last_item)),
        ("tickets", channel.tickets.live.to_string()),
        ("tickets_trial", channel.tickets.trial.to_string()),
        ("tickets_historic", channel.tickets.historic.to_string()),
        ("tickets_waiting", channel.tickets.waiting.to_string()),
        ("dead", channel.dead.to_string()),
        ("far", channel.far.as_ref().map(|status| far(look, status) + &fault).unwrap_or_default()),
        ("login", channel.login.as_ref().map(|one| login::stands(look, one, &channel.code)).unwrap_or_default()),
    ]);
    let routed = channel.routed.iter().map(|one| format!("{} {}", one.name, one.tickets.live + one.tickets.trial));
    text += &look.section("routed", &routed.collect::<Vec<_>>().join("\n"));
    text += &look.section("mistakes", &mistakes.collect::<Vec<_>>().join("\n"));
    text += &look.section("deeds", &deeds(look, &detail.deeds));
    if all {
        text += &look.section("settings", &look.value(&detail.settings));
    }
    text
}

/// Runs the samples of a channel, and writes what is expected where asked to.
fn accept(site: &Site, checks: &dyn Checks, name: &str, write: bool) -> Result<Output, Failure> {
    let file = site.channel(name)?;
    let settings = file.result.as_ref().map_err(|mistakes| mistakes.clone())?;
    let mistakes = checks.channel(&site.gateway, settings);
    if !mistakes.is_empty() {
        return Err(mistakes.into());
    }
    let look = &site.look;
    let mut report = SampleReport::default();
    for sample in samples(site, &file.code)? {
        let verdict = checks.sample(&site.gateway, settings, &sample);
        report.add(look, &sample, &verdict);
        if let (true, SampleVerdict::New(found) | SampleVerdict::Differs { found, .. }) = (write, verdict) {
            std::fs::write(&sample.expectation, format!("{found:#}\n")).map_err(|error| {
                let path = sample.expectation.display();
                Failure::io(&format!("{path} 写不了"), &format!("cannot write {path}"), &error)
            })?;
            report.lines.push(match look.lang {
                Lang::Zh => format!("    已写入 {}", sample.expectation.display()),
                Lang::En => format!("    written to {}", sample.expectation.display()),
            });
            report.open -= 1;
        }
    }
    if report.lines.is_empty() {
        report.lines.push(no_samples(look.lang).into());
    }
    if report.open > 0 && !write {
        report.lines.push(say(look.lang, "看过没有问题,再加 --write 写入", "if that is right, add --write").into());
    }
    let status = if report.open + report.failed > 0 { WRONG } else { 0 };
    Ok(Output::new(&report.json, report.lines.join("\n")).status(status))
}

pub(super) fn no_samples(lang: Lang) -> &'static str {
    say(lang, "没有样例(samples/名称.in.json)", "there are no samples (samples/NAME.in.json)")
}

/// The samples of a channel's folder.
pub(super) fn samples(site: &Site, code: &str) -> Result<Vec<Sample>, Failure> {
    let folder = Site::samples(site.channel(code)?);
    Sample::all(&folder).map_err(|error| {
        let shown = folder.display();
        Failure::io(&format!("样例读不了({shown})"), &format!("cannot read the samples in {shown}"), &error)
    })
}

/// What samples said.
#[derive(Default)]
pub(super) struct SampleReport {
    /// For people.
    pub(super) lines: Vec<String>,
    /// For `--json`.
    pub(super) json: Vec<serde_json::Value>,
    /// How many have no expectation or another one.
    pub(super) open: usize,
    /// How many do not map, or must not be kept.
    pub(super) failed: usize,
}

impl SampleReport {
    /// Adds how one went.
    pub(super) fn add(&mut self, look: &Look, sample: &Sample, verdict: &SampleVerdict) {
        let (state, zh, en, body) = match verdict {
            SampleVerdict::Same => ("same", "一致", "as expected", String::new()),
            SampleVerdict::New(found) => ("new", "还没有预期结果", "nothing is expected yet", format!("{found:#}")),
            SampleVerdict::Differs { changes, .. } => {
                ("differs", "和预期不同", "not as expected", changes.in_lang(look.lang).to_owned())
            }
            SampleVerdict::Failed(why) => ("failed", "认不出", "does not map", why.in_lang(look.lang).to_owned()),
            SampleVerdict::Real(why) => {
                ("real", "有真实群众的号码", "holds somebody's number", why.in_lang(look.lang).to_owned())
            }
        };
        self.open += usize::from(matches!(state, "new" | "differs"));
        self.failed += usize::from(matches!(state, "failed" | "real"));
        self.lines.push(format!("{}: {}", sample.name, say(look.lang, zh, en)));
        self.lines.extend(clean_text(&body).lines().map(|line| format!("    {line}")));
        let found = match verdict {
            SampleVerdict::New(found) | SampleVerdict::Differs { found, .. } => Some(found),
            SampleVerdict::Same | SampleVerdict::Failed(_) | SampleVerdict::Real(_) => None,
        };
        let why = if found.is_none() { Some(body).filter(|body| !body.is_empty()) } else { None };
        self.json.push(serde_json::json!({ "sample": sample.name, "state": state, "found": found, "why": why }));
    }
}
