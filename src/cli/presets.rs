//! `huiliu presets`: the named bundles of defaults that channels can stand on, and what one of them says.

use clap::Args;
use serde_json::{Value, json};

use super::output::{Failure, Output};
use super::site::Site;
use crate::console::Problem;
use crate::settings::reference::Keys;
use crate::settings::{Preset, Text};
use crate::words::say;

/// Presets.
#[derive(Args, Debug)]
pub(super) struct Presets {
    /// Which one; without it all are listed.
    name: Option<String>,
}

impl Presets {
    pub(super) fn run(self, site: &Site) -> Result<Output, Failure> {
        match &self.name {
            None => Ok(list(site)),
            Some(name) => {
                let found = site.presets.of(name).map_err(|(problem, remedy)| {
                    let text =
                        Text::new(format!("{};{}", problem.zh, remedy.zh), format!("{}; {}", problem.en, remedy.en));
                    Problem::not_found(text)
                })?;
                if let Err(mistakes) = &found.document {
                    return Err(mistakes.clone().into());
                }
                Ok(show(site, found))
            }
        }
    }
}

fn of(preset: &Preset) -> Value {
    json!({
        "name": preset.name, "kinds": preset.kinds, "own": preset.is_own, "right": preset.document.is_ok(),
        "summary": { "zh": preset.summary.zh, "en": preset.summary.en },
    })
}

fn kinds(site: &Site, preset: &Preset) -> String {
    if preset.kinds.is_empty() {
        return say(site.look.lang, "都可以", "all").into();
    }
    preset.kinds.iter().map(|kind| site.kind(Some(kind))).collect::<Vec<_>>().join(say(site.look.lang, "、", ", "))
}

fn list(site: &Site) -> Output {
    let lang = site.look.lang;
    let rows = site.presets.iter().map(|preset| {
        let summary = match preset.document {
            Ok(_) => preset.summary.in_lang(lang).to_owned(),
            Err(_) => say(lang, "有错,见 huiliu check", "wrong, see huiliu check").into(),
        };
        let name = match preset.is_own {
            true => format!("{}{}", preset.name, say(lang, "(自己的)", " (own)")),
            false => preset.name.clone(),
        };
        vec![name, kinds(site, preset), summary]
    });
    let text = site.look.table(&["preset", "kind", "what"], &[0, 1], rows.collect());
    Output::new(site.presets.iter().map(of).collect::<Vec<_>>(), text)
}

fn show(site: &Site, preset: &Preset) -> Output {
    let lang = site.look.lang;
    let meanings: Vec<_> = site.kinds.iter().filter(|kind| preset.fits(kind.name)).map(Keys::of).collect();
    let leaves = preset.leaves();
    let rows = leaves.iter().map(|(key, value)| {
        let meaning = meanings.iter().find_map(|keys| keys.meaning(key));
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        vec![key.clone(), value, meaning.map(|text| text.in_lang(lang).to_owned()).unwrap_or_default()]
    });
    let head = format!("{}:{}\n\n", preset.name, preset.summary.in_lang(lang));
    let text = head + &site.look.table(&["key", "value", "what"], &[0], rows.collect());
    let mut json = of(preset);
    json["keys"] = leaves.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Output::new(json, text)
}
