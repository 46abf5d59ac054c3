//! What commands stand on: the loaded configuration, the language, and the way to the store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::hooks::Checks;
use super::output::Failure;
use super::table::Look;
use crate::console::{self, Answer, Call, Code, Offline, Problem, ReportDesk, Request};
use crate::outcomes::Levels;
use crate::settings::{ChannelFile, Channels, Gateway, KindInfo, Lang, Presets, Secrets, Variables};

/// The loaded configuration.
pub(super) struct Site {
    /// `gateway.toml`.
    pub(super) gateway: Gateway,
    /// The channels, right or wrong.
    pub(super) channels: Channels,
    /// The presets there are.
    pub(super) presets: Presets,
    /// Where secrets are.
    pub(super) secrets: Secrets,
    /// The environment.
    pub(super) variables: Variables,
    /// The connector kinds there are.
    pub(super) kinds: Vec<KindInfo>,
    /// How screens are written.
    pub(super) look: Look,
}

impl Site {
    /// Loads a configuration folder; `lang` is what the command line asks for.
    pub(super) fn load(
        dir: &Path,
        lang: Option<Lang>,
        checks: &dyn Checks,
        variables: Variables,
    ) -> Result<Self, Failure> {
        let gateway = Gateway::load(dir, &variables)?;
        let kinds = checks.kinds();
        let channels = gateway.channels(&kinds);
        let presets = Presets::load(&gateway.dir);
        let secrets = Secrets::new(gateway.dir.clone(), variables.clone());
        let look =
            Look { lang: lang.unwrap_or(gateway.settings.lang), zone: gateway.settings.zone.0.clone(), width: None };
        Ok(Self { gateway, channels, presets, secrets, variables, kinds, look })
    }

    /// The channel folder that is called so.
    pub(super) fn channel(&self, called: &str) -> Result<&ChannelFile, Failure> {
        Ok(self.channels.resolve(called).map_err(|none| Problem::not_found(none.0))?)
    }

    /// Asks the daemon, or the store if none runs: the value as it came, for `--json`, and as a view.
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        request: Request,
        why: Option<String>,
    ) -> Result<(Value, T), Failure> {
        self.ask_or(self.offline(), request, why)
    }

    /// The configuration alone, as it stands for a daemon where none runs.
    pub(super) fn offline(&self) -> Offline {
        Offline::new(self.channels.clone(), self.gateway.settings.core.as_ref())
            .reporting(ReportDesk::of(&self.gateway))
    }

    /// The same as [`ask`](Self::ask), with what stands for the daemon where none runs.
    pub(super) fn ask_or<T: DeserializeOwned>(
        &self,
        offline: Offline,
        request: Request,
        why: Option<String>,
    ) -> Result<(Value, T), Failure> {
        let home = console::home(&self.gateway, &self.secrets)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::io("命令运行环境起不来", "the command cannot run", &error))?;
        let offline = Arc::new(offline);
        let levels = Levels::new(&self.gateway.settings.satisfaction);
        match runtime.block_on(Box::pin(console::call(&home, offline, levels, Call { request, why }))) {
            Answer::Problem(problem) => Err(problem.into()),
            Answer::Done(value) => {
                let view = serde_json::from_value(value.clone()).map_err(|error| {
                    Problem::new(
                        Code::Failed,
                        format!("看不懂返回的内容({error});命令和运行中的汇流版本要一致"),
                        format!("the answer is not understood ({error}); command and daemon must be of one version"),
                    )
                })?;
                Ok((value, view))
            }
        }
    }

    /// The name of a connector kind on screens.
    pub(super) fn kind(&self, name: Option<&str>) -> String {
        let Some(name) = name else { return "-".into() };
        let known = self.kinds.iter().find(|kind| kind.name == name).filter(|_| self.look.lang == Lang::Zh);
        known.map_or(name, |kind| kind.summary_zh).into()
    }

    /// Where a channel's samples are.
    pub(super) fn samples(channel: &ChannelFile) -> PathBuf {
        channel.dir.join("samples")
    }
}
