//! `huiliu ticket …`: lists, and the whole life of one.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;

use super::dead;
use super::draft::{draft, reasons};
use super::enter;
use super::homeward::{references, sources};
use super::note;
use super::output::{Failure, Output};
use super::prompt::Prompt;
use super::register;
use super::site::Site;
use super::split;
use super::table::{Look, clean};
use crate::console::view::{DeedView, EventView, Life, OutcomeView, TicketView, VersionView};
use crate::console::{ROWS, Request, Told};
use crate::settings::Lang;
use crate::words::{
    DEEDS, DOUBTS, EVENT_KINDS, EVENT_STATES, OUTCOME_KINDS, SATISFACTION, STANDINGS, VERSION_STATES, head, say, word,
};

/// Tickets.
#[derive(Subcommand, Debug)]
pub(super) enum Ticket {
    /// Tickets, newest first.
    List {
        /// Only this channel.
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// Received on this day or later.
        #[arg(long, value_name = "DATE")]
        from: Option<Date>,
        /// Received on this day or earlier.
        #[arg(long, value_name = "DATE")]
        to: Option<Date>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = ROWS)]
        limit: usize,
    },
    /// The whole life of one ticket, personal data hidden.
    Show {
        /// Its number, for example 261122-00017.
        number: String,
        /// Show everything, the raw form too; needs --why and goes on record first.
        #[arg(long, requires = "why")]
        unmask: bool,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Takes a source out of a ticket that it had joined: it becomes a ticket of its own.
    Unjoin {
        /// The ticket's number, for example 261122-00017.
        number: String,
        /// The source's number, as `ticket show` lists it.
        external_id: String,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Enters a letter that came on paper: asks box by box, or reads a file.
    New {
        /// The channel, which people enter letters into.
        #[arg(long, value_name = "NAME")]
        channel: String,
        /// A file with a JSON object of the fields, instead of asking.
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// The letter's own number, if it has one; else one is made.
        #[arg(long, value_name = "ID")]
        external_id: Option<String>,
    },
    /// Tickets that wait to be typed into a core without an interface, the oldest first.
    Waiting {
        /// Only this channel.
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = ROWS)]
        limit: usize,
    },
    /// What to copy into such a core, in the order of its entry form, personal data hidden.
    Copy {
        /// The ticket's number, for example 261122-00017.
        number: String,
        /// Which event; else the next that waits.
        #[arg(long, value_name = "N")]
        event: Option<u32>,
        /// Show everything; needs --why and goes on record first.
        #[arg(long, requires = "why")]
        unmask: bool,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Registers the number that such a core gave a ticket, or that it has a later event of it.
    Register {
        /// The ticket's number, for example 261122-00017.
        number: String,
        /// The core's number.
        #[arg(long, value_name = "NUMBER")]
        core_number: Option<String>,
        /// Which event the core has now; else the one that opened the ticket there.
        #[arg(long, value_name = "N")]
        event: Option<u32>,
        /// Another ticket has this number too: the core joined them.
        #[arg(long)]
        also: bool,
        /// The number registered before was wrong; needs --why.
        #[arg(long, requires = "why")]
        correct: bool,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Splits a letter with several matters: each becomes a ticket -1, -2 … and the source gets one answer.
    Split {
        /// The ticket's number, for example 261122-00017.
        number: String,
        /// A file for each part: its first line is the title, which stands in the public answer, the rest the text.
        #[arg(long = "part", value_name = "FILE", num_args = 1.., required = true)]
        parts: Vec<PathBuf>,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Notes what was promised to the caller, or that it was done.
    Note(note::Note),
}

impl Ticket {
    pub(super) fn run(self, site: &Site, prompt: &mut dyn Prompt, now: Timestamp) -> Result<Output, Failure> {
        match self {
            Self::New { channel, from, external_id } => enter::run(site, channel, from.as_deref(), external_id, prompt),
            Self::List { channel, from, to, limit } => {
                let request = Request::TicketList { channel, from, to, limit };
                let (json, tickets) = site.ask::<Vec<TicketView>>(request, None)?;
                Ok(Output::new(json, list(&site.look, &tickets)))
            }
            Self::Show { number, unmask, why } => {
                let (json, life) = site.ask::<Life>(Request::TicketShow { number, unmask }, why)?;
                Ok(Output::new(json, show(&site.look, &life)))
            }
            Self::Unjoin { number, external_id, why } => {
                let request = Request::TicketUnjoin { number: number.clone(), external_id: external_id.clone() };
                let (json, done) = site.ask::<serde_json::Value>(request, Some(why))?;
                let new = done["new_ticket"].as_str().unwrap_or_default().to_owned();
                let text = match site.look.lang {
                    Lang::Zh => format!("已撤销并单:{external_id} 从 {number} 分出,另立新工单 {new}"),
                    Lang::En => format!("taken apart: {external_id} left {number} and is ticket {new} now"),
                };
                Ok(Output::new(json, text))
            }
            Self::Waiting { channel, limit } => register::waiting(site, channel, limit),
            Self::Copy { number, event, unmask, why } => register::copy(site, number, event, unmask, why),
            Self::Register { number, core_number, event, also, correct, why } => {
                register::register(site, number, Told { core_number, event, also, correct }, why)
            }
            Self::Split { number, parts, why } => split::run(site, number, &parts, why),
            Self::Note(note) => note.run(site, prompt, now),
        }
    }
}

/// Tickets as a table.
pub(super) fn list(look: &Look, tickets: &[TicketView]) -> String {
    if tickets.is_empty() {
        return say(look.lang, "没有符合的统一工单", "no ticket fits").into();
    }
    let rows = tickets.iter().map(|ticket| {
        vec![
            ticket.number.clone(),
            ticket.channel_name.clone(),
            ticket.external_id.clone(),
            look.short(ticket.received_at),
            ticket.title.clone().unwrap_or_default(),
            progress(look, ticket),
        ]
    });
    look.table(&["number", "channel", "external_id", "received_at", "title", "state"], &[0, 2, 3], rows.collect())
}

/// How far a ticket has come.
pub(super) fn progress(look: &Look, ticket: &TicketView) -> String {
    match (&*ticket.standing, ticket.stuck) {
        ("live", Some(dead)) => format!("{} #{dead}", head("dead", look.lang)),
        ("live", None) if ticket.sent >= ticket.events => word(EVENT_STATES, "forwarded", look.lang).into(),
        ("live", None) => {
            format!("{} {}/{}", word(EVENT_STATES, "waiting", look.lang), ticket.sent, ticket.events)
        }
        (standing, _) => word(STANDINGS, standing, look.lang).into(),
    }
}

/// One ticket from its coming to the last word about it.
pub(super) fn show(look: &Look, life: &Life) -> String {
    let ticket = &life.ticket;
    let mut text = look.card(&[
        ("number", ticket.number.clone()),
        ("whole", life.whole.clone().unwrap_or_default()),
        ("core_number", ticket.core_number.clone().unwrap_or_default()),
        ("channel", format!("{} ({})", ticket.channel_name, ticket.channel)),
        ("external_id", ticket.external_id.clone()),
        ("state", progress(look, ticket)),
        ("title", ticket.title.clone().unwrap_or_default()),
        ("submitted_at", look.time(ticket.submitted_at)),
        ("received_at", look.time(Some(ticket.received_at))),
        ("core_accepted_at", look.time(ticket.core_accepted_at)),
        ("deadline", look.time(ticket.deadline)),
        ("concluded_at", look.time(ticket.concluded_at)),
        ("redone", redone(look.lang, ticket.redone)),
        ("reopened_at", look.time(ticket.reopened_at)),
        ("category", ticket.category.clone().unwrap_or_default()),
        ("region", ticket.region.clone().unwrap_or_default()),
    ]);
    if life.references.len() > 1 {
        text += &look.section("sources", &sources(look, &life.references));
    }
    text += &look.section("parts", &split::parts(look, &life.parts));
    text += &look.section("notes", &note::table(look, &life.notes));
    text += &look.section("draft", &draft(look, &life.draft));
    text += &look.section("versions", &versions(look, &life.versions));
    for version in &life.versions {
        text += &version_body(look, version);
    }
    text += &look.section("events", &events(look, &life.events));
    text += &look.section("outcomes", &outcomes(look, &life.outcomes));
    text += &look.section("write_backs", &references(look, &life.references));
    text += &look.section("dead", &dead::list(look, &life.dead));
    text += &look.section("deeds", &deeds(look, &life.deeds));
    if life.masked {
        text += "\n";
        text += say(
            look.lang,
            "(已脱敏;要看全部内容和原文,用 --unmask --why “理由”,会记录在案)",
            "(personal data is hidden; --unmask --why \"…\" shows all and goes on record)",
        );
    }
    text
}

/// How often a ticket was to be done again; nothing if it never was.
fn redone(lang: Lang, times: u32) -> String {
    match (times, lang) {
        (0, _) => String::new(),
        (n, Lang::Zh) => format!("{n} 次"),
        (1, Lang::En) => "once".into(),
        (n, Lang::En) => format!("{n} times"),
    }
}

fn versions(look: &Look, versions: &[VersionView]) -> String {
    if versions.is_empty() {
        return String::new();
    }
    let rows = versions.iter().map(|version| {
        vec![
            version.n.to_string(),
            look.time(Some(version.received_at)),
            word(VERSION_STATES, &version.state, look.lang).to_owned(),
            version.source_version.clone().unwrap_or_else(|| "-".into()),
            format!("{}, {} B", version.media_type, version.bytes),
        ]
    });
    look.table(&["version", "received_at", "state", "source_version", "raw"], &[1], rows.collect())
}

/// Why a version could not be mapped; its raw form where it may be seen.
fn version_body(look: &Look, version: &VersionView) -> String {
    let mut text = String::new();
    if !version.reasons.is_null() {
        text += &format!("{} {}: {}\n", head("version", look.lang), version.n, reasons(look, &version.reasons));
    }
    if let Some(raw) = &version.raw {
        let raw = look.value(&serde_json::Value::String(raw.clone()));
        text += &format!("{} {}, {}:\n{raw}\n", head("version", look.lang), version.n, head("raw", look.lang));
    }
    text
}

fn events(look: &Look, events: &[EventView]) -> String {
    if events.is_empty() {
        return String::new();
    }
    let rows = events.iter().map(|event| {
        vec![
            event.n.to_string(),
            what(look, event),
            look.time(Some(event.at)),
            word(EVENT_STATES, &event.state, look.lang).to_owned(),
        ]
    });
    look.table(&["id", "what", "at", "state"], &[2], rows.collect())
}

/// What an event is, and what it says of another ticket.
fn what(look: &Look, event: &EventView) -> String {
    let kind = word(EVENT_KINDS, &event.kind, look.lang);
    let doubt = event.same_letter.and_then(|said| said.doubt).map(|doubt| word(DOUBTS, doubt.word(), look.lang));
    match (&event.other, doubt, look.lang) {
        (None, ..) => kind.to_owned(),
        (Some(other), None, _) => format!("{kind}({other})"),
        (Some(other), Some(doubt), Lang::Zh) => format!("{kind}(疑似与 {other} 是同一来信,未并单:{doubt})"),
        (Some(other), Some(doubt), Lang::En) => {
            format!("{kind} (looks like the letter of {other}; not joined: {doubt})")
        }
    }
}

fn outcomes(look: &Look, outcomes: &[OutcomeView]) -> String {
    if outcomes.is_empty() {
        return String::new();
    }
    let rows = outcomes.iter().map(|outcome| {
        let kind = outcome.kind.as_deref().map_or("-", |kind| word(OUTCOME_KINDS, kind, look.lang));
        vec![outcome.core_id.clone(), look.time(Some(outcome.at)), kind.to_owned(), satisfaction(look, outcome)]
    });
    let mut text = look.table(&["core_id", "at", "outcome", "satisfaction"], &[1, 2], rows.collect());
    for outcome in outcomes.iter().filter(|outcome| !outcome.body.is_null()) {
        text += &format!("\n{}: {}\n", clean(&outcome.core_id), clean(&outcome.body.to_string()));
    }
    text
}

/// The word that was said, and the level it stands for where that is another word.
fn satisfaction(look: &Look, outcome: &OutcomeView) -> String {
    let Some(said) = &outcome.satisfaction else { return String::new() };
    let level = outcome.satisfaction_level.as_deref().map(|level| word(SATISFACTION, level, look.lang));
    match level {
        Some(level) if level == said => said.clone(),
        Some(level) => format!("{said} → {level}"),
        None => format!("{said} {}", say(look.lang, "(未对应到级别)", "(no level)")),
    }
}

/// What people did, as a table; nothing if nobody did anything.
pub(super) fn deeds(look: &Look, deeds: &[DeedView]) -> String {
    if deeds.is_empty() {
        return String::new();
    }
    let rows = deeds.iter().map(|deed| {
        vec![
            look.time(Some(deed.at)),
            deed.who.clone(),
            word(DEEDS, &deed.what, look.lang).to_owned(),
            deed.subject.clone(),
            deed.why.clone().unwrap_or_default(),
        ]
    });
    look.table(&["at", "who", "what", "subject", "why"], &[0], rows.collect())
}
