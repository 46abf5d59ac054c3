//! From the configuration folder to settings: `gateway.toml` whole or not at all, channels each for itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use huiliu_contract::Misconfigured;
use huiliu_kit::pick::Pointer;
use serde_json::Value;

use super::channel::{Channels, KindInfo};
use super::document::{Document, typed};
use super::layers::{Layered, Variables};
use super::walk::Places;
use super::{CoreSettings, GatewaySettings, Lang, Mistake, Text, holidays, reading, schema};
use crate::workdays::Calendar;

/// The settings of the gateway, with the places they came from.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// What holds.
    pub settings: GatewaySettings,
    /// The configuration folder, absolute.
    pub dir: PathBuf,
    /// Holidays and make-up days, of the years that have a file.
    pub calendar: Arc<Calendar>,
    layered: Layered,
}

impl Gateway {
    /// Reads `gateway.toml` in a configuration folder, lays the environment over it, and reads the holidays beside it.
    pub fn load(dir: &Path, variables: &Variables) -> Result<Self, Vec<Mistake>> {
        let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
        match (holidays::load(&dir), Self::read(dir, variables)) {
            (Ok(calendar), Ok(gateway)) => Ok(Self { calendar: Arc::new(calendar), ..gateway }),
            (calendar, gateway) => {
                let mistakes = [gateway.err(), calendar.err()].into_iter().flatten().flatten();
                Err(mistakes.collect())
            }
        }
    }

    fn read(dir: PathBuf, variables: &Variables) -> Result<Self, Vec<Mistake>> {
        let path = dir.join("gateway.toml");
        if !path.exists() {
            let text = Text::new("没有这个文件", "there is no such file");
            let remedy = Text::new(
                "从发行包的 config/ 复制一份 gateway.toml,或用 --config 指到正确的配置目录",
                "copy gateway.toml from the shipped config/, or point --config to the right folder",
            );
            return Err(vec![Mistake::whole(&path, text).remedy(remedy)]);
        }
        let document = Document::parse(reading::read(&path)?)?;
        let layered = Layered::new(document, variables, schema::gateway())?;
        let mut settings: GatewaySettings =
            typed(layered.value(), "").map_err(|(key, problem)| vec![Places::at_value(&layered, &key, problem)])?;
        if layered.value().get("lang").is_none() {
            settings.lang = lang(variables);
        }
        let home = dir.parent().unwrap_or(&dir);
        settings.data = home.join(&settings.data);
        if let Some(socket) = settings.lmtp.as_mut().and_then(|lmtp| lmtp.socket.as_mut()) {
            *socket = home.join(&*socket);
        }
        let gateway = Self { settings, dir, calendar: Arc::default(), layered };
        let mistakes = gateway.beyond_the_schema();
        if mistakes.is_empty() { Ok(gateway) } else { Err(mistakes) }
    }

    /// Reads every channel of the configuration folder; a wrong one is that channel's matter only.
    pub fn channels(&self, kinds: &[KindInfo]) -> Channels {
        Channels::load(&self.dir, &self.settings, kinds)
    }

    /// Reads a channel's folder that lies elsewhere as yet, as the channel of this code.
    pub fn channel_at(&self, code: &str, dir: &Path, kinds: &[KindInfo]) -> super::ChannelFile {
        Channels::one(code, dir, &self.settings, (kinds, &super::presets::Presets::load(&self.dir)))
    }

    /// A mistake found later (by the forwarder), at its place.
    pub fn mistake(&self, found: &Misconfigured) -> Mistake {
        self.layered.mistake(found)
    }

    /// A mistake at the value of a dotted key.
    pub(super) fn at(&self, key: &str, problem: Text) -> Mistake {
        Places::at_value(&self.layered, key, problem)
    }

    /// A mistake at a dotted key itself.
    pub(super) fn at_key(&self, key: &str, problem: Text) -> Mistake {
        Places::at_key(&self.layered, key, problem)
    }

    /// The settings as they were written, layers merged: for showing, secrets are only ever references.
    pub fn written(&self) -> &Value {
        self.layered.value()
    }

    fn beyond_the_schema(&self) -> Vec<Mistake> {
        let lmtp = self.settings.lmtp.as_ref().map(|lmtp| lmtp.mistakes(self.settings.http.listen)).unwrap_or_default();
        let wrong = self.settings.alarms.mistakes().into_iter().chain(lmtp);
        let mut mistakes: Vec<_> = wrong.map(|wrong| self.mistake(&wrong)).collect();
        let Some(core) = self.settings.core.as_ref().and_then(|core| core.rest()) else { return mistakes };
        let wrong = core.number_at.as_deref().and_then(|place| Pointer::parse(place).err());
        mistakes.extend(wrong.iter().map(|wrong| self.mistake(&wrong.at_key("core.number_at"))));
        if core.attachments_wait > CoreSettings::LONGEST_WAIT {
            mistakes.push(self.mistake(&Misconfigured::new(
                "core.attachments_wait",
                "a ticket waits at most 60s for its files; write 60s or less",
                "工单最多等附件60s;请写60s或更短",
            )));
        }
        if core.envelope.is_some() && core.body.is_some() {
            mistakes.push(self.mistake(&Misconfigured::new(
                "core.envelope",
                "an envelope and a `body` of your own are both written; keep one",
                "envelope 和 body 都写了;只留一样",
            )));
        }
        mistakes
    }
}

/// The language that the environment asks for: English only where it says so, for the people here read Chinese.
pub fn lang(variables: &Variables) -> Lang {
    let mut said = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| variables.get(name));
    let said = said.find(|value| !value.is_empty()).unwrap_or_default();
    if said.starts_with("en") { Lang::En } else { Lang::Zh }
}
