//! `huiliu channel preview`: request, answer, rows, mapped ticket and next cursor side by side; moves nothing.

pub(super) mod screen;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use jiff::Timestamp;

use super::hooks::Checks;
use super::output::{Failure, OK, Output, WRONG};
use super::site::Site;
use crate::console::{self, Problem, Request, reads_no_file};
use crate::preview::{self, Begin, Preview as Looked, Rehearsal};
use crate::settings::ChannelSettings;

/// Rows that are shown in full unless another number is asked for.
pub(super) const ROWS: usize = 3;

/// A look at a channel.
#[derive(Args, Debug)]
pub(super) struct Preview {
    /// Which channel.
    name: String,
    /// Asks nobody: takes this file for what the far side would have said (a push, a table); - reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "live")]
    from: Option<PathBuf>,
    /// Asks the far side once, as the next poll would; so it is without --from where the channel polls.
    #[arg(long)]
    live: bool,
    /// How many rows are shown in full.
    #[arg(long, value_name = "N", default_value_t = ROWS)]
    rows: usize,
    /// Show personal data; needs --why and goes on record first, but with --from. Secrets are never shown.
    #[arg(long)]
    unmask: bool,
    /// Why; goes on record.
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

impl Preview {
    pub(super) fn run(self, site: &Site, checks: &dyn Checks) -> Result<Output, Failure> {
        let file = site.channel(&self.name)?;
        let settings = file.result.as_ref().map_err(|mistakes| mistakes.clone())?;
        let looked = match &self.from {
            Some(from) => of_file(site, checks, settings, from, self.unmask)?,
            None => self.live(site, checks, settings)?,
        };
        let kind = site.kind(Some(&looked.kind));
        let status = if looked.is_clean() { OK } else { WRONG };
        let text = screen::whole(&site.look, &kind, &looked, self.rows);
        Ok(Output::new(&looked, text).status(status))
    }

    /// Asks the far side, through the daemon if one runs.
    fn live(&self, site: &Site, checks: &dyn Checks, settings: &ChannelSettings) -> Result<Looked, Failure> {
        let rehearsal = checks.rehearse(&site.gateway, settings, true)?;
        if rehearsal.connector.poll.is_none() {
            let reads = rehearsal.connector.saved.is_some();
            return Err(if reads { asks_nobody(&self.name) } else { reads_no_file(&settings.connect.kind) }.into());
        }
        if !console::home(&site.gateway, &site.secrets)?.folder.exists() {
            return self.at_the_front(&rehearsal);
        }
        let offline = site.offline().rehearsing(Arc::new(rehearsal));
        let request = Request::ChannelPreview { channel: settings.code.clone(), unmask: self.unmask };
        let (_, looked) = site.ask_or::<Looked>(offline, request, self.why.clone())?;
        Ok(looked)
    }

    /// Nothing ever ran here: there is neither a place to begin at nor a record to write to.
    fn at_the_front(&self, rehearsal: &Rehearsal) -> Result<Looked, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::io("命令运行环境起不来", "the command cannot run", &error))?;
        let (subject, begin) = (rehearsal.subject(), Begin::default());
        let looked = Box::pin(preview::live(&subject, &begin, rehearsal.secrets.clone(), self.unmask));
        runtime.block_on(looked).map_err(|text| Problem::refused(text.zh, text.en).into())
    }
}

/// Shows a channel a file. It is the operator's own, so an unmasked look needs no reason.
pub(super) fn of_file(
    site: &Site,
    checks: &dyn Checks,
    settings: &ChannelSettings,
    from: &Path,
    unmask: bool,
) -> Result<Looked, Failure> {
    let rehearsal = checks.rehearse(&site.gateway, settings, false)?;
    let (name, bytes) = read(from)?;
    let looked = preview::saved(&rehearsal.subject(), &name, &bytes, unmask, Timestamp::now());
    looked.ok_or_else(|| reads_no_file(&settings.connect.kind).into())
}

/// A file, or standard input, with what it is called.
fn read(from: &Path) -> Result<(String, Bytes), Failure> {
    let shown = from.display();
    let bytes = if from.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(from)
    };
    let bytes =
        bytes.map_err(|error| Failure::io(&format!("{shown} 打不开"), &format!("cannot read {shown}"), &error))?;
    let name = from.file_name().unwrap_or(from.as_os_str()).to_string_lossy().into_owned();
    Ok((name, bytes.into()))
}

fn asks_nobody(name: &str) -> Problem {
    Problem::refused(
        format!(
            "这个渠道等对方推送,没有可问的;把对方会推送的内容存成文件,用 huiliu channel preview {name} --from 文件"
        ),
        format!(
            "this channel is told and asks nobody; put what would be pushed into a file: huiliu channel preview {name} --from FILE"
        ),
    )
}
