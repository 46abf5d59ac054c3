//! `huiliu explain`: a channel in plain words.

use clap::Args;
use serde_json::json;

use super::output::{Failure, Output};
use super::site::Site;
use super::table::clean_text;
use crate::console::Problem;
use crate::explain::{Around, Explanation, explain};
use crate::settings::Lang;
use crate::settings::reference::Keys;

/// Says in plain words what a channel does.
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// Which channel.
    name: String,
}

impl Explain {
    pub(super) fn run(self, site: &Site) -> Result<Output, Failure> {
        let file = site.channel(&self.name)?;
        let channel = file.result.as_ref().map_err(Clone::clone)?;
        let kind = site.kinds.iter().find(|kind| kind.name == channel.connect.kind);
        let kind = kind.ok_or_else(|| {
            let kind = &channel.connect.kind;
            Problem::invalid(format!("没有“{kind}”这种接入方式"), format!("there is no kind `{kind}`"))
        })?;
        let around = Around { gateway: &site.gateway, channels: &site.channels, kind };
        let keys = Keys::of(kind);
        let explained = explain(channel, &around, &|key| keys.meaning(key));
        let preset = channel.connect.preset.as_deref();
        let mut json = json!({
            "code": channel.code, "name": channel.channel.name, "kind": kind.name,
            "state": channel.channel.state, "preset": preset,
        });
        if let (Some(json), Some(more)) = (json.as_object_mut(), explained.to_json(preset).as_object()) {
            json.extend(more.clone());
        }
        Ok(Output::new(json, shown(&explained, preset, site.look.lang)))
    }
}

/// The explanation as a page: a heading, and its sentences with where they come from.
fn shown(explained: &Explanation, preset: Option<&str>, lang: Lang) -> String {
    let mut out = String::new();
    for part in &explained.parts {
        if !out.is_empty() {
            out.push('\n');
        }
        out += &format!("[{}]\n", part.title.in_lang(lang));
        for line in &part.lines {
            let origin = line.origin.as_ref().map(|origin| match lang {
                Lang::Zh => format!("〔{}〕", origin.shown(preset, lang)),
                Lang::En => format!(" ({})", origin.shown(preset, lang)),
            });
            let text = clean_text(line.text.in_lang(lang)).replace('\n', "\n    ");
            out += &format!("- {text}{}\n", origin.unwrap_or_default());
        }
    }
    out
}
