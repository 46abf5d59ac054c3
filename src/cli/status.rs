//! `huiliu status`: the house in one card.

use super::channel::far;
use super::output::{Failure, Output};
use super::site::Site;
use super::table::Look;
use crate::console::Request;
use crate::console::view::StatusView;
use crate::settings::Lang;
use crate::words::say;

/// Shows how the gateway stands.
pub(super) fn run(site: &Site) -> Result<Output, Failure> {
    let (json, status) = site.ask::<StatusView>(Request::Status, None)?;
    Ok(Output::new(json, card(&site.look, &status)))
}

/// The house as a card.
pub(super) fn card(look: &Look, status: &StatusView) -> String {
    let running = match &status.running {
        Some(running) => {
            let since = look.time(Some(running.since));
            match look.lang {
                Lang::Zh => format!("运行中,{since} 起,进程 {},监听 {}", running.pid, running.listen),
                Lang::En => format!("running since {since}, process {}, listens on {}", running.pid, running.listen),
            }
        }
        None => say(look.lang, "没有运行", "not running").to_owned(),
    };
    let [due, later] = status.to_core;
    let wrong = match (status.channels_wrong, look.lang) {
        (0, _) => String::new(),
        (n, Lang::Zh) => format!(",其中 {n} 个配置要改(huiliu check)"),
        (n, Lang::En) => format!(", {n} of them to mend (huiliu check)"),
    };
    let waits = match look.lang {
        Lang::Zh => format!("{due} 件待转,{later} 件稍后再试"),
        Lang::En => format!("{due} due, {later} later"),
    };
    let [due, later] = status.write_backs;
    let home = match look.lang {
        Lang::Zh => format!("{due} 件待发,{later} 件稍后再试"),
        Lang::En => format!("{due} due, {later} later"),
    };
    look.card(&[
        ("running", running),
        ("version_program", status.version.clone()),
        ("core", status.core.as_ref().map_or_else(String::new, |core| far(look, core))),
        ("to_core", waits),
        ("sending", home),
        ("channels", format!("{}{wrong}", status.channels)),
        ("dead", status.dead.to_string()),
        ("approvals", status.approvals.to_string()),
        ("unhanded", status.unhanded.join(say(look.lang, "、", ", "))),
    ])
}
