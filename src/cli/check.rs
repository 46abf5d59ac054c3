//! `huiliu check`: everything that can be found wrong without running anything, all of it at once.

use clap::Args;
use serde_json::{Value, json};

use super::channel::{SampleReport, no_samples, samples};
use super::hooks::Checks;
use super::output::{Failure, Output, WRONG, mistake_json};
use super::site::Site;
use crate::settings::{ChannelFile, Lang, Mistake};
use crate::words::say;

/// Checks the configuration and its samples.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// Only this channel.
    name: Option<String>,
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
        }
        let notices = if self.name.is_none() { site.gateway.missing_holidays(now) } else { vec![] };
        let loud = say(site.look.lang, "注意", "mind");
        report.lines.extend(notices.iter().map(|notice| format!("{loud}:{}", notice.in_lang(site.look.lang))));
        for file in files {
            report.channel(site, checks, file)?;
        }
        report.lines.push(match (report.wrong, site.look.lang) {
            (0, lang) => say(lang, "全部正确", "all is right").into(),
            (n, Lang::Zh) => format!("共 {n} 处要改"),
            (n, Lang::En) => format!("{n} to mend"),
        });
        let json = json!({
            "right": report.wrong == 0,
            "gateway": core.iter().map(mistake_json).collect::<Vec<_>>(),
            "channels": report.channels,
            "presets": report.presets,
            "notices": notices.iter().map(|notice| json!({ "zh": notice.zh, "en": notice.en })).collect::<Vec<_>>(),
        });
        let status = if report.wrong == 0 { 0 } else { WRONG };
        Ok(Output::new(json, report.lines.join("\n")).status(status))
    }
}

#[derive(Default)]
struct Report {
    lines: Vec<String>,
    channels: Vec<Value>,
    presets: Vec<Value>,
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
        let wrong = mistakes.len() + ran.open + ran.failed;
        self.wrong += wrong;
        self.channels.push(json!({
            "code": file.code, "name": name, "right": wrong == 0,
            "mistakes": mistakes.iter().map(mistake_json).collect::<Vec<_>>(), "samples": ran.json,
        }));
        Ok(())
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
