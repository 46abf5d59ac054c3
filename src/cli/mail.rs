//! `huiliu mail parse`: what letters that lie in files would become.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::hooks::Checks;
use super::output::{Failure, OK, Output, WRONG};
use super::preview::{self, ROWS};
use super::site::Site;
use crate::console::Problem;
use crate::settings::ChannelFile;

/// The kind that reads letters.
const KIND: &str = "email";

/// Letters by mail.
#[derive(Subcommand, Debug)]
pub(super) enum Mail {
    /// Shows what each letter would become: its words, its files, what sort of mail it is, and the ticket. Contacts nobody.
    Parse {
        /// Letters as they were sent (.eml).
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// By the settings of this channel; the only one by mail if there is only one.
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// Show personal data; the files are your own, so this goes on no record.
        #[arg(long)]
        unmask: bool,
    },
}

impl Mail {
    pub(super) fn run(self, site: &Site, checks: &dyn Checks) -> Result<Output, Failure> {
        let Self::Parse { files, channel, unmask } = self;
        let channel = chosen(site, channel.as_deref())?;
        let settings = channel.result.as_ref().map_err(|mistakes| mistakes.clone())?;
        let (mut texts, mut all, mut clean) = (Vec::new(), Vec::new(), true);
        for file in &files {
            let looked = preview::of_file(site, checks, settings, file, unmask)?;
            clean &= looked.is_clean();
            let kind = site.kind(Some(&looked.kind));
            let shown = file.display();
            texts.push(format!("── {shown}\n{}", preview::screen::whole(&site.look, &kind, &looked, ROWS)));
            all.push(json!({ "file": shown.to_string(), "letter": looked }));
        }
        Ok(Output::new(Value::from(all), texts.join("\n\n")).status(if clean { OK } else { WRONG }))
    }
}

/// The channel that is named, else the only one by mail.
fn chosen<'a>(site: &'a Site, named: Option<&str>) -> Result<&'a ChannelFile, Failure> {
    if let Some(named) = named {
        return site.channel(named);
    }
    let of_kind = |file: &&ChannelFile| file.result.as_ref().is_ok_and(|settings| settings.connect.kind == KIND);
    let found: Vec<_> = site.channels.iter().filter(of_kind).collect();
    match found[..] {
        [only] => Ok(only),
        [] => Err(Problem::refused(
            "没有哪个渠道是电子邮箱;先建一个(照 config/channels/dianzi-youxiang 改),再解析",
            "no channel is of kind `email`; make one after config/channels/dianzi-youxiang first",
        )
        .into()),
        _ => Err(Problem::refused(
            "电子邮箱渠道不止一个;用 --channel 写明照哪一个读",
            "there are several channels of kind `email`; say by --channel which",
        )
        .into()),
    }
}
