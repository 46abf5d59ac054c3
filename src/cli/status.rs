//! `huiliu status`: the house in one card.

use super::channel::{alarms, far};
use super::login::stands;
use super::output::{Failure, Output};
use super::reconcile::gap_line;
use super::site::Site;
use super::table::Look;
use crate::console::Request;
use crate::console::view::{RaisedView, StatusView};
use crate::settings::Lang;
use crate::words::{ALARMS, CORE_KINDS, say, word};

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
            let letters = match (&running.letters, look.lang) {
                (None, _) => String::new(),
                (Some(at), Lang::Zh) => format!(",收信 {at}"),
                (Some(at), Lang::En) => format!(", letters at {at}"),
            };
            let (pid, listen) = (running.pid, &running.listen);
            match look.lang {
                Lang::Zh => format!("运行中,{since} 起,进程 {pid},监听 {listen}{letters}"),
                Lang::En => format!("running since {since}, process {pid}, listens on {listen}{letters}"),
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
    let retired = match (status.channels_retired, look.lang) {
        (0, _) => String::new(),
        (n, Lang::Zh) => format!(";另有 {n} 个的文件夹不在了,{} 件回传在等", status.write_backs_retired),
        (n, Lang::En) => format!("; {n} more without a folder, {} write-backs wait", status.write_backs_retired),
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
    let alarms = status.alarms.iter().flat_map(|alarm| {
        let name = alarm.name.clone();
        alarms(look, &alarm.pulse).into_iter().map(move |text| format!("{name}: {text}"))
    });
    let logins = status.logins.iter().map(|one| format!("{}: {}", one.name, stands(look, &one.login, &one.channel)));
    let raised = status.raised.iter().map(|alarm| alarm_line(look, alarm)).collect::<Vec<_>>().join("\n");
    let failing = status.outlets.iter().filter_map(|outlet| {
        let since = look.time(Some(outlet.fails_since?));
        Some(format!("{}: {since} {}", outlet.name, outlet.why.as_deref().unwrap_or_default()))
    });
    let gaps = status.gaps.iter().map(|gap| gap_line(look, gap));
    look.card(&[
        ("raised", raised),
        ("outlets", failing.collect::<Vec<_>>().join("\n")),
        ("running", running),
        ("version_program", status.version.clone()),
        ("core_kind", core_kind(look, status)),
        ("core", status.core.as_ref().map_or_else(String::new, |core| far(look, core))),
        ("to_register", to_register(look, status)),
        ("to_core", waits),
        ("sending", home),
        ("channels", format!("{}{wrong}{retired}", status.channels)),
        ("alarms", alarms.collect::<Vec<_>>().join(say(look.lang, ";", "; "))),
        ("logins", logins.collect::<Vec<_>>().join(say(look.lang, ";", "; "))),
        ("dead", status.dead.to_string()),
        ("approvals", status.approvals.to_string()),
        ("gaps", gaps.collect::<Vec<_>>().join(say(look.lang, ";", "; "))),
        ("unhanded", status.unhanded.join(say(look.lang, "、", ", "))),
    ])
}

/// An alarm in one line.
fn alarm_line(look: &Look, alarm: &RaisedView) -> String {
    let kind = word(ALARMS, &alarm.kind, look.lang);
    let what = if look.lang == Lang::Zh { &alarm.what.zh } else { &alarm.what.en };
    let who = match &alarm.taken_by {
        Some(who) => format!("{} {who}", say(look.lang, "已认领", "taken by")),
        None => format!("huiliu alarm take {}", alarm.id),
    };
    format!("{} {kind}: {what} ({who})", alarm.id)
}

/// Of what kind the core is, where that is not the ordinary one.
fn core_kind(look: &Look, status: &StatusView) -> String {
    let kind = status.core_kind.as_deref().filter(|kind| *kind != "rest");
    kind.map(|kind| word(CORE_KINDS, kind, look.lang).to_owned()).unwrap_or_default()
}

/// What waits for a person to type it in.
fn to_register(look: &Look, status: &StatusView) -> String {
    let Some(waits) = &status.to_register else { return String::new() };
    let tickets = waits.tickets;
    match (waits.oldest, look.lang) {
        (None, Lang::Zh) => format!("{tickets} 件"),
        (None, Lang::En) => tickets.to_string(),
        (oldest, Lang::Zh) => format!("{tickets} 件,最早 {}(huiliu ticket waiting)", look.time(oldest)),
        (oldest, Lang::En) => format!("{tickets}, the oldest since {} (huiliu ticket waiting)", look.time(oldest)),
    }
}
