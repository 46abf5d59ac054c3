//! `huiliu check`: everything that can be found wrong without running anything, all of it at once; and with `--online` the
//! walk to the far sides.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::channel::{SampleReport, no_samples, samples};
use super::hooks::{Checks, OnlineOrder};
use super::online;
use super::output::{Failure, Output, WRONG, mistake_json};
use super::site::Site;
use crate::learn::write::FILL_IN;
use crate::report::wrong_templates;
use crate::settings::{ChannelFile, Lang, Mistake};
use crate::words::say;

/// Checks the configuration and its samples.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// Only this channel.
    name: Option<String>,
    /// Then walks to the far sides of what is right: name, route, port, TLS, certificate, HTTP, clock, login, first item.
    /// Takes nothing in, forwards nothing, moves no cursor.
    #[arg(long)]
    online: bool,
    /// The longest time for one step, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "online", value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
}

impl Check {
    /// `now` tells which years need a file of holidays.
    pub(super) fn run(self, site: &Site, checks: &dyn Checks, now: jiff::Timestamp) -> Result<Output, Failure> {
        let files: Vec<&ChannelFile> = match &self.name {
            Some(name) => vec![site.channel(name)?],
            None => site.channels.iter().collect(),
        };
        let core = if self.name.is_none() { checks.core(&site.gateway) } else { vec![] };
        let mut report = Report { wrong: core.len(), ..Report::default() };
        if self.name.is_none() {
            report.lines.push(headline(site.look.lang, "gateway.toml", &core));
            report.lines.extend(core.iter().map(|mistake| mistake.shown(site.look.lang)));
        }
        if self.name.is_none() {
            report.presets(site);
            report.templates(site);
        }
        let notices = if self.name.is_none() { site.gateway.missing_holidays(now) } else { vec![] };
        let loud = say(site.look.lang, "注意", "mind");
        report.lines.extend(notices.iter().map(|notice| format!("{loud}:{}", notice.in_lang(site.look.lang))));
        let mut right = Vec::new();
        for file in files {
            let wrong = report.wrong;
            report.channel(site, checks, file)?;
            right.extend(file.result.as_ref().ok().filter(|_| report.wrong == wrong));
        }
        let walked = if self.online {
            let (named, limit) = (self.name.is_some(), Duration::from_secs(self.timeout));
            let order = OnlineOrder { channels: right, named, core: !named && core.is_empty(), limit };
            let walked = checks.online(&site.gateway, &order);
            walked.map_err(|error| Failure::io("联网检查做不了", "the walk cannot be made", &error))?
        } else {
            vec![]
        };
        report.wrong += online::wrong(&walked);
        report.lines.extend(self.online.then(|| say(site.look.lang, "联网检查:", "online:").to_owned()));
        report.lines.extend(online::lines(&walked, site.look.lang));
        report.lines.push(match (report.wrong, site.look.lang) {
            (0, lang) => say(lang, "全部正确", "all is right").into(),
            (n, Lang::Zh) => format!("共 {n} 处要改"),
            (n, Lang::En) => format!("{n} to mend"),
        });
        let mut json = json!({
            "right": report.wrong == 0,
            "gateway": core.iter().map(mistake_json).collect::<Vec<_>>(),
            "channels": report.channels,
            "presets": report.presets,
            "templates": report.templates,
            "notices": notices.iter().map(|notice| json!({ "zh": notice.zh, "en": notice.en })).collect::<Vec<_>>(),
        });
        if self.online {
            json["online"] = online::json(&walked);
        }
        let status = if report.wrong == 0 { 0 } else { WRONG };
        Ok(Output::new(json, report.lines.join("\n")).status(status))
    }
}

#[derive(Default)]
struct Report {
    lines: Vec<String>,
    channels: Vec<Value>,
    presets: Vec<Value>,
    templates: Vec<Value>,
    wrong: usize,
}

impl Report {
    /// The site's own presets, whether a channel names them or not.
    fn presets(&mut self, site: &Site) {
        let mistakes = site.presets.mistakes(&site.kinds);
        if !mistakes.is_empty() {
            self.lines.push(headline(site.look.lang, "presets", &mistakes));
            self.lines.extend(mistakes.iter().map(|mistake| mistake.shown(site.look.lang)));
        }
        self.wrong += mistakes.len();
        self.presets = mistakes.iter().map(mistake_json).collect();
    }

    /// The templates of reports.
    fn templates(&mut self, site: &Site) {
        let wrong = wrong_templates(&site.gateway.dir.join("report"));
        self.lines.extend(wrong.iter().map(|bad| say(site.look.lang, &bad.zh, &bad.en).to_owned()));
        self.wrong += wrong.len();
        self.templates = wrong.iter().map(|bad| json!({ "zh": bad.zh, "en": bad.en })).collect();
    }

    fn channel(&mut self, site: &Site, checks: &dyn Checks, file: &ChannelFile) -> Result<(), Failure> {
        let lang = site.look.lang;
        let (mistakes, settings) = match &file.result {
            Ok(settings) => (checks.channel(&site.gateway, settings), Some(settings)),
            Err(mistakes) => (mistakes.clone(), None),
        };
        let mut ran = SampleReport::default();
        if let Some(settings) = settings.filter(|_| mistakes.is_empty()) {
            for sample in samples(site, &file.code)? {
                ran.add(&site.look, &sample, &checks.sample(&site.gateway, settings, &sample));
            }
            if ran.lines.is_empty() {
                ran.lines.push(no_samples(lang).into());
            }
        }
        let name = file.names.first().unwrap_or(&file.code);
        self.lines.push(headline(lang, &format!("{name} ({})", file.code), &mistakes));
        self.lines.extend(mistakes.iter().map(|mistake| mistake.shown(lang)));
        self.lines.extend(ran.lines.iter().map(|line| format!("  {line}")));
        let open = settings.map(|settings| to_fill_in(&settings.source().text)).unwrap_or_default();
        self.lines.extend(still_open(lang, &open).map(|line| format!("  {line}")));
        let wrong = mistakes.len() + ran.open + ran.failed;
        self.wrong += wrong;
        self.channels.push(json!({
            "code": file.code, "name": name, "right": wrong == 0,
            "mistakes": mistakes.iter().map(mistake_json).collect::<Vec<_>>(), "samples": ran.json, "to_fill_in": open,
        }));
        Ok(())
    }
}

/// Lines, from 1, in which something is to be filled in: keys, also those that do not count yet; no mere remarks.
fn to_fill_in(text: &str) -> Vec<usize> {
    let is_open = |line: &str| line.contains(FILL_IN) && (line.contains(" = ") || !line.trim_start().starts_with('#'));
    text.lines().zip(1..).filter(|(line, _)| is_open(line)).map(|(_, n)| n).collect()
}

fn still_open(lang: Lang, lines: &[usize]) -> Option<String> {
    let numbers: Vec<_> = lines.iter().map(usize::to_string).collect();
    match (lines.is_empty(), lang) {
        (true, _) => None,
        (_, Lang::Zh) => Some(format!("还有 {} 处【待填】:第 {} 行", lines.len(), numbers.join("、"))),
        (_, Lang::En) => Some(format!("{} still to fill in (【待填】): lines {}", lines.len(), numbers.join(", "))),
    }
}

fn headline(lang: Lang, what: &str, mistakes: &[Mistake]) -> String {
    match (mistakes.len(), lang) {
        (0, Lang::Zh) => format!("{what}:配置正确"),
        (0, Lang::En) => format!("{what}: configuration is right"),
        (n, Lang::Zh) => format!("{what}:{n} 处要改"),
        (n, Lang::En) => format!("{what}: {n} to mend"),
    }
}
