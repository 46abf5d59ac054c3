//! `huiliu channel import` and `nothing-today`: files that people hand in, and days on which there is none.

use std::path::{Path, PathBuf};

use clap::Args;

use super::hooks::Checks;
use super::output::{Failure, OK, Output, WRONG};
use super::site::Site;
use super::table::{Look, clean_text};
use crate::console::view::{HandedView, TextView};
use crate::console::{self, Request, not_opened};
use crate::intake::answer_beside;
use crate::settings::Lang;
use crate::words::{HANDED, say, word};

/// Hands a file in.
#[derive(Args, Debug)]
pub(super) struct Import {
    /// Which channel.
    name: String,
    /// The file.
    file: PathBuf,
    /// Only tells what would become of each row.
    #[arg(long)]
    dry_run: bool,
    /// Where the answer is written; beside the file if not given. An existing file is not overwritten.
    #[arg(long, value_name = "FILE.xlsx", conflicts_with = "dry_run")]
    answer: Option<PathBuf>,
}

impl Import {
    pub(super) fn run(self, site: &Site, checks: &dyn Checks) -> Result<Output, Failure> {
        // The daemon has a folder of its own: it needs the whole path.
        let path = absolute(self.file)?;
        let answer = match self.answer {
            Some(answer) => Some(absolute(answer)?),
            None if self.dry_run => None,
            None => Some(answer_beside(&path)),
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if self.dry_run && console::nobody_runs(&console::home(&site.gateway, &site.secrets)?) {
            let view = look_over(site, checks, &self.name, &name, &path)?;
            let status = if view.is_clean() { OK } else { WRONG };
            return Ok(
                Output::new(serde_json::to_value(&view).unwrap_or_default(), report(&site.look, &view)).status(status)
            );
        }
        let request = Request::ChannelImport { channel: self.name, name, path, answer, dry: self.dry_run };
        let (json, view) = site.ask::<HandedView>(request, None)?;
        let status = if view.is_clean() { OK } else { WRONG };
        Ok(Output::new(json, report(&site.look, &view)).status(status))
    }
}

/// What would become of a file, told without a daemon.
fn look_over(site: &Site, checks: &dyn Checks, called: &str, name: &str, path: &Path) -> Result<HandedView, Failure> {
    std::fs::File::open(path).map_err(|error| {
        Failure::io(&format!("{} 读不了", path.display()), &format!("cannot read {}", path.display()), &error)
    })?;
    let file = site.channel(called)?;
    let settings = file.result.as_ref().map_err(Vec::clone)?;
    let done = checks.look_over(&site.gateway, settings, name, path)?;
    Ok(HandedView::of(&file.code, name, true, done.map_err(|why| not_opened(why, &[]))?))
}

/// Puts on record that there is nothing today.
pub(super) fn nothing_today(site: &Site, channel: String, why: Option<String>) -> Result<Output, Failure> {
    let (json, _) = site.ask::<String>(Request::NothingToday { channel }, why)?;
    let text = say(site.look.lang, "已记下:今日无件", "on record: nothing today");
    Ok(Output::new(json, text))
}

fn absolute(path: PathBuf) -> Result<PathBuf, Failure> {
    let shown = path.display().to_string();
    std::path::absolute(path)
        .map_err(|error| Failure::io(&format!("{shown} 用不了"), &format!("cannot use {shown}"), &error))
}

/// What became of a file, row by row.
fn report(look: &Look, view: &HandedView) -> String {
    let lang = look.lang;
    let told = |text: &TextView| clean_text(say(lang, &text.zh, &text.en)).trim_end().to_owned();
    let rows = view.rows.iter().map(|row| {
        let reason = row.reason.as_ref().map(&told).unwrap_or_default();
        vec![
            row.place.to_string(),
            row.external_id.clone().unwrap_or_else(|| "-".into()),
            word(HANDED, &row.state, lang).to_owned(),
            row.ticket.clone().unwrap_or_else(|| "-".into()),
            reason.replace('\n', " "),
        ]
    });
    let mut lines = Vec::new();
    if !view.rows.is_empty() {
        lines.push(look.table(&["place", "external_id", "state", "number", "reason"], &[0, 3], rows.collect()));
    }
    match (view.left_out, lang) {
        (0, _) => {}
        (n, Lang::Zh) => lines.push(format!("还有 {n} 条没有列在这里,逐行结果里都有")),
        (n, Lang::En) => lines.push(format!("{n} more are not listed here; the row by row result has all")),
    }
    lines.extend(view.remarks.iter().map(&told));
    let counts = view.counts.iter().map(|(state, n)| format!("{} {n}", word(HANDED, state, lang)));
    let counts = counts.collect::<Vec<_>>().join(say(lang, ";", "; "));
    lines.push(match (counts.as_str(), view.dry_run) {
        ("", _) => say(lang, "文件里没有来件", "there is nothing in the file").to_owned(),
        (_, true) => format!("{}{counts}", say(lang, "试看(没有收下):", "dry run, nothing was taken: ")),
        (_, false) => counts,
    });
    if let Some(stopped) = &view.stopped {
        lines.push(format!("{}{}", say(lang, "没有读完:", "not read to its end: "), told(stopped)));
    }
    if let Some(answer) = &view.answer {
        lines.push(format!("{}{answer}", say(lang, "逐行结果:", "row by row: ")));
    }
    if let Some(failed) = &view.answer_failed {
        let head = say(
            lang,
            "收下了,但逐行结果没有写成(再导入一次、用 --answer 换个地方即可):",
            "taken, but the row by row result could not be written (import again with --answer elsewhere): ",
        );
        lines.push(format!("{head}{}", told(failed)));
    }
    lines.join("\n")
}
