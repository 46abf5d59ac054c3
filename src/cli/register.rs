//! `huiliu ticket waiting`, `copy` and `register`: a core without an interface, as the person who types into it meets it.

use serde_json::Value;

use super::output::{Failure, Output};
use super::site::Site;
use super::table::{Look, clean_text};
use crate::console::{CopyView, RegisteredView, Request, Told, WaitingView};
use crate::settings::Lang;
use crate::words::{EVENT_KINDS, say, word};

/// Lists what waits.
pub(super) fn waiting(site: &Site, channel: Option<String>, limit: usize) -> Result<Output, Failure> {
    let (json, waits) = site.ask::<Vec<WaitingView>>(Request::TicketWaiting { channel, limit }, None)?;
    Ok(Output::new(json, table(&site.look, &waits)))
}

/// What waits, as a table.
pub(super) fn table(look: &Look, waits: &[WaitingView]) -> String {
    if waits.is_empty() {
        return say(look.lang, "没有等登记的工单", "nothing waits to be typed in").into();
    }
    let row = |wait: &WaitingView| {
        vec![
            wait.number.clone(),
            wait.channel_name.clone(),
            look.short(wait.since),
            format!("{} {}", wait.event, word(EVENT_KINDS, &wait.kind, look.lang)),
            wait.title.clone().unwrap_or_default(),
            if wait.behind == 0 { String::new() } else { wait.behind.to_string() },
        ]
    };
    let heads = ["number", "channel", "since", "event_kind", "title", "waits_behind"];
    look.table(&heads, &[0, 2, 3], waits.iter().map(row).collect())
}

/// Shows what to copy.
pub(super) fn copy(
    site: &Site,
    number: String,
    event: Option<u32>,
    unmask: bool,
    why: Option<String>,
) -> Result<Output, Failure> {
    let request = Request::TicketCopy { number, event, unmask, lang: site.look.lang };
    let (json, copy) = site.ask::<CopyView>(request, why)?;
    Ok(Output::new(json, card(&site.look, &copy)))
}

/// What to copy, a box a line; a text of several lines stands below its name.
pub(super) fn card(look: &Look, copy: &CopyView) -> String {
    let kind = word(EVENT_KINDS, &copy.kind, look.lang);
    let mut text = match look.lang {
        Lang::Zh => format!("{} 第{}条 {kind}", copy.number, copy.event),
        Lang::En => format!("{}, event {}: {kind}", copy.number, copy.event),
    };
    if copy.registered {
        text += say(look.lang, "(已登记)", " (registered)");
    }
    text.push('\n');
    for field in &copy.fields {
        let (name, value) = (clean_text(&field.name), clean_text(&field.value));
        let between = if value.contains('\n') { "\n" } else { " " };
        text += &format!("{name}{}{between}{value}\n", say(look.lang, ":", ":"));
    }
    if copy.masked {
        text += "\n";
        text += say(
            look.lang,
            "(已脱敏;照着录入时用 --unmask --why “理由”,会记录在案)",
            "(personal data is hidden; to copy it, --unmask --why \"…\" shows all and goes on record)",
        );
    }
    text
}

/// Registers a number.
pub(super) fn register(site: &Site, number: String, told: Told, why: Option<String>) -> Result<Output, Failure> {
    let (json, done) = site.ask::<RegisteredView>(Request::TicketRegister { number, told }, why)?;
    Ok(told_back(&site.look, &json, &done))
}

fn told_back(look: &Look, json: &Value, done: &RegisteredView) -> Output {
    let ticket = &done.ticket;
    let number = done.core_number.as_deref().unwrap_or("-");
    let mut text = match (done.state.as_str(), look.lang) {
        ("registered", Lang::Zh) => format!("已登记:{ticket} 第{}条,热线工单号 {number}", done.event.unwrap_or(1)),
        ("registered", Lang::En) => format!("registered: {ticket}, event {}, as {number}", done.event.unwrap_or(1)),
        ("corrected", Lang::Zh) => format!("已改正:{ticket} 的热线工单号是 {number}"),
        ("corrected", Lang::En) => format!("corrected: {ticket} is {number}"),
        (_, Lang::Zh) => format!("以前登记过:{ticket},热线工单号 {number};没有改动"),
        (_, Lang::En) => format!("known before: {ticket} is {number}; nothing changed"),
    };
    if let Some(next) = done.next {
        text += &match look.lang {
            Lang::Zh => format!("\n还有第{next}条等登记:huiliu ticket copy {ticket}"),
            Lang::En => format!("\nevent {next} waits: huiliu ticket copy {ticket}"),
        };
    }
    Output::new(json, text)
}
