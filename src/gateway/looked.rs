//! A look at a channel: the one that runs is asked, with its login and at its pace; where none runs, one is built for it.

use std::sync::Arc;

use bytes::Bytes;
use huiliu_contract::Site;
use jiff::Timestamp;

use super::build::make_for;
use super::control::Daemon;
use crate::channel::{Budgets, Channel, Kind, TimeLimit};
use crate::console::{Code, Control, Problem, Side, reads_no_file};
use crate::preview::{self, Begin, Note, Preview, Rehearsal, Subject};
use crate::settings::{ChannelSettings, ChannelSite, Gateway, Mistake, Variables};
use crate::store::StoreError;

/// Builds a channel to be looked at, whatever its state. With `asks` it may ask its far side, so its secrets must be set;
/// without, it is only shown files.
///
/// # Errors
///
/// Everything wrong with its file.
pub fn rehearse(
    settings: &ChannelSettings,
    gateway: &Gateway,
    variables: &Variables,
    kinds: &[Kind],
    asks: bool,
) -> Result<Rehearsal, Vec<Mistake>> {
    let (connector, mapping) = make_for(settings, gateway, variables, kinds, !asks)?;
    let site = ChannelSite::new(settings.code.clone(), gateway, variables, &crate::store::Keys::of_no_house());
    let secrets = if asks { secrets(settings, &site)? } else { Vec::new() };
    let budgets = Budgets::new(&gateway.settings.budgets);
    let pace = budgets.pace(settings.connect.limit, settings.connect.budget.as_deref(), None).unwrap_or_default();
    Ok(Rehearsal {
        connector,
        mapping,
        settings: settings.clone(),
        pace,
        time_limit: TimeLimit::new(settings, gateway),
        zone: gateway.settings.zone.0.clone(),
        secrets,
    })
}

fn secrets(settings: &ChannelSettings, site: &dyn Site) -> Result<Vec<huiliu_contract::Secret>, Vec<Mistake>> {
    preview::secrets(settings, site).map_err(|wrong| wrong.iter().map(|wrong| settings.mistake(wrong)).collect())
}

impl Daemon {
    /// A channel whose file is right.
    fn right(&self, code: &str) -> Result<Arc<Channel>, Problem> {
        self.channels().channel(code).ok_or_else(|| {
            Problem::refused(
                "运行中的汇流里,这个渠道的配置要改或还没有读入;改好(huiliu check),用 huiliu reload 生效后再试",
                "the daemon has no right file of this channel yet; mend it (huiliu check), huiliu reload, and try again",
            )
        })
    }

    /// Shows a channel a file as what its far side would have said.
    pub(super) async fn look_at(&self, code: &str, name: String, bytes: Bytes) -> Result<Preview, Problem> {
        let channel = self.right(code)?;
        let kind = channel.settings.connect.kind.clone();
        // Files of rows are read from a disk.
        let read = move || preview::saved(&Subject::of(&channel), &name, &bytes, false, Timestamp::now());
        match tokio::task::spawn_blocking(read).await {
            Ok(looked) => looked.ok_or_else(|| reads_no_file(&kind)),
            Err(_) => {
                Err(Problem::new(Code::Failed, "读文件时程序出了错", "reading the file broke off by a fault of ours"))
            }
        }
    }

    /// Asks a channel's far side as its next poll would.
    pub(super) async fn look(&self, code: &str, begin: Begin, unmask: bool) -> Result<Preview, Problem> {
        let channel = self.right(code)?;
        let now = self.channels().now();
        let site = ChannelSite::new(
            code,
            &now.settings,
            &self.channels().ground.variables,
            &crate::store::Keys::of_no_house(),
        );
        let secrets = preview::secrets(&channel.settings, &site).map_err(|wrong| {
            let told = |text: fn(&huiliu_contract::Misconfigured) -> &str| {
                wrong.iter().map(text).collect::<Vec<_>>().join("; ")
            };
            Problem::refused(told(|wrong| &wrong.problem_zh), told(|wrong| &wrong.problem))
        })?;
        let subject = Subject::of(&channel);
        let looked = tokio::select! {
            looked = Box::pin(self.looked_by_login(code, preview::live(&subject, &begin, secrets, unmask))) => looked,
            () = self.channels().ground.stop.cancelled() => return Err(StoreError::Closed.into()),
        };
        let mut preview = looked.map_err(|text| Problem::refused(text.zh, text.en))?;
        preview.notes.extend(self.stands(&channel));
        if is_changed(&channel) {
            preview.notes.push(Note::new(
                "渠道文件改过,还没有生效;这里按运行中的配置,先 huiliu reload 再看新的",
                "the channel's file was changed and does not count yet; this is by the one that runs: huiliu reload first",
            ));
        }
        Ok(preview)
    }

    /// Whether the far side was left alone.
    fn stands(&self, channel: &Channel) -> Option<Note> {
        let far = self.far(&Side::Channel(channel.code.to_string()))?;
        let (_, fault) = far.open_since.zip(far.fault)?;
        let message = &fault.message;
        Some(match far.next_try {
            Some(_) => Note::new(
                format!("这个渠道正因出错暂停取件,到点自己再试({message})"),
                format!("the channel is left alone since it failed, and is tried again by itself ({message})"),
            ),
            None => Note::new(
                format!("这个渠道停着等人恢复({message});改好后用 huiliu channel resume {}", channel.code),
                format!(
                    "the channel stands still until a person resumes it ({message}); mend it, then huiliu channel resume {}",
                    channel.code
                ),
            ),
        })
    }
}

/// Whether a channel's file is another one by now than it runs by.
fn is_changed(channel: &Channel) -> bool {
    let source = channel.settings.source();
    std::fs::read_to_string(&source.path).is_ok_and(|text| text != source.text)
}
