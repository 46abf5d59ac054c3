//! `huiliu dead …`: what needs a person (待人工处理).

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::Value;

use super::aside::{self, Aside};
use super::draft::{draft, reasons};
use super::homeward::{details, is_homeward};
use super::output::{Failure, Output};
use super::prompt::Prompt;
use super::site::Site;
use super::table::Look;
use super::ticket::deeds;
use crate::console::view::{DeadDetail, DeadEnded, DeadView};
use crate::console::{ClosedChoice, Problem, ROWS, Request};
use crate::settings::Lang;
use crate::words::{
    DEAD_KINDS, ENDS, EVENT_KINDS, HEADS, OUTCOME_KINDS, REASONS, WHATS, WRITE_BACK_REASONS, head, say, word,
};

/// Dead letters.
#[derive(Subcommand, Debug)]
pub(super) enum Dead {
    /// What needs a person, oldest first.
    List {
        /// Only this channel.
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// With those that have ended.
        #[arg(long)]
        ended: bool,
        /// Instead, what came and is no submission by itself: bounces, automatic answers, mailing lists.
        #[arg(long, conflicts_with = "ended")]
        unticketed: bool,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = ROWS)]
        limit: usize,
    },
    /// One of them, personal data hidden.
    Show {
        /// Its number.
        id: i64,
        /// Show everything; needs --why and goes on record first.
        #[arg(long, requires = "why")]
        unmask: bool,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Opens the event's JSON in $EDITOR, then sends what was saved.
    Edit {
        /// Its number.
        id: i64,
        /// Take the JSON from this file instead of opening an editor.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Tries it again: an event or a write-back is sent, a submission is mapped anew.
    Retry {
        /// Its number.
        id: i64,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Makes a ticket of what was taken for no submission.
    Take {
        /// Its number.
        id: i64,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Notes that a write-back was answered by hand, or is there already.
    Done {
        /// Its number.
        id: i64,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// The core's order is closed: tells the source once more what it was told.
    AnswerAgain {
        /// Its number.
        id: i64,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// The core's order is closed: makes a ticket of its own of what came, which names the old one.
    NewTicket {
        /// Its number.
        id: i64,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// The order was opened again in the core: sends the event again.
    Reopened {
        /// Its number.
        id: i64,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Gives it up; what waits behind it goes on.
    Drop {
        /// Its number.
        id: i64,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
}

impl Dead {
    pub(super) fn run(self, site: &Site, prompt: &mut dyn Prompt) -> Result<Output, Failure> {
        let done = |request, why| {
            let (json, ended) = site.ask::<DeadEnded>(request, why)?;
            Ok(Output::new(json, ended_text(&site.look, &ended)))
        };
        match self {
            Self::List { channel, ended, unticketed, limit } => {
                let request = Request::DeadList { channel, ended, unticketed, limit };
                let (json, letters) = site.ask::<Vec<DeadView>>(request, None)?;
                let none = match unticketed {
                    true => say(site.look.lang, "没有未立件的", "nothing was taken for no submission"),
                    false => say(site.look.lang, "没有待人工处理的件", "nothing needs a person"),
                };
                let text = if letters.is_empty() { none.into() } else { list(&site.look, &letters) };
                Ok(Output::new(json, text))
            }
            Self::Show { id, unmask, why } => {
                let (json, letter) = site.ask::<DeadDetail>(Request::DeadShow { id, unmask }, why)?;
                Ok(Output::new(json, show(&site.look, &letter)))
            }
            Self::Edit { id, file, why } => {
                let event = match file {
                    Some(file) => read(&file)?,
                    None => edited(site, prompt, id, &why)?,
                };
                done(Request::DeadEdit { id, event }, Some(why))
            }
            Self::Take { id, why } => done(Request::DeadTake { id }, Some(why)),
            Self::Retry { id, why } => done(Request::DeadRetry { id }, why),
            Self::Done { id, why } => done(Request::DeadDone { id }, why),
            Self::AnswerAgain { id, why } => done(choose(id, ClosedChoice::AnswerAgain), Some(why)),
            Self::NewTicket { id, why } => done(choose(id, ClosedChoice::NewTicket), Some(why)),
            Self::Reopened { id, why } => done(choose(id, ClosedChoice::Reopened), Some(why)),
            Self::Drop { id, why } => done(Request::DeadDrop { id }, Some(why)),
        }
    }
}

fn choose(id: i64, choice: ClosedChoice) -> Request {
    Request::DeadChoose { id, choice }
}

/// Dead letters as a table, those apart that only wait for a decision; nothing if there are none.
pub(super) fn list(look: &Look, letters: &[DeadView]) -> String {
    let (closed, failed): (Vec<_>, Vec<_>) = letters.iter().partition(|letter| letter.kind == "closed");
    let mut text = table(look, &failed);
    if !closed.is_empty() {
        let heading = say(
            look.lang,
            "热线工单已办结,请选择怎么办(huiliu dead show 序号):",
            "The core's order is closed: choose what to do (huiliu dead show NO.):",
        );
        text += &format!("{}{heading}\n\n{}", if failed.is_empty() { "" } else { "\n\n" }, table(look, &closed));
    }
    text
}

fn table(look: &Look, letters: &[&DeadView]) -> String {
    if letters.is_empty() {
        return String::new();
    }
    let rows = letters.iter().map(|letter| {
        let number = letter.ticket.clone().or_else(|| letter.external_id.clone());
        let reason = reason(look.lang, letter);
        let reason = match &letter.ended_how {
            Some(how) => format!("{reason} ({})", word(ENDS, how, look.lang)),
            None => reason.to_owned(),
        };
        vec![
            letter.id.to_string(),
            from(look.lang, letter).to_owned(),
            what(look.lang, letter),
            number.unwrap_or_else(|| "-".into()),
            reason,
            look.time(Some(letter.since)),
        ]
    });
    look.table(&["id", "channel", "what", "number", "reason", "since"], &[0, 3, 5], rows.collect())
}

/// What it is, and which: an event by its place, a write-back by its outcome.
fn what(lang: Lang, letter: &DeadView) -> String {
    let kind = word(DEAD_KINDS, &letter.kind, lang);
    match (letter.event, &letter.outcome) {
        (Some(n), _) => format!("{kind} {n}"),
        (None, Some(outcome)) => format!("{kind} {}", word(OUTCOME_KINDS, outcome, lang)),
        (None, None) => kind.to_owned(),
    }
}

/// Whose it is: the channel's name, or the core itself.
fn from(lang: Lang, letter: &DeadView) -> &str {
    if letter.kind == "outcome" { word(HEADS, "core", lang) } else { &letter.channel_name }
}

fn reason(lang: Lang, letter: &DeadView) -> &str {
    word(if is_homeward(&letter.kind) { WRITE_BACK_REASONS } else { REASONS }, &letter.reason, lang)
}

pub(super) fn show(look: &Look, letter: &DeadDetail) -> String {
    let dead = &letter.dead;
    let ended = dead.ended_how.as_deref().map(|how| word(ENDS, how, look.lang));
    let mut text = look.card(&[
        ("id", dead.id.to_string()),
        ("channel", format!("{} ({})", from(look.lang, dead), dead.channel)),
        ("what", what(look.lang, dead)),
        ("event_kind", word(EVENT_KINDS, letter.event_kind.as_deref().unwrap_or_default(), look.lang).into()),
        ("reason", reason(look.lang, dead).into()),
        ("number", dead.ticket.clone().unwrap_or_default()),
        ("external_id", dead.external_id.clone().unwrap_or_default()),
        ("deadline", look.time(dead.deadline)),
        ("since", look.time(Some(dead.since))),
        ("attempts", dead.attempts.to_string()),
        ("ended", ended.map(|how| format!("{how}, {}", look.time(dead.ended_at))).unwrap_or_default()),
    ]);
    if is_homeward(&dead.kind) {
        text += &details(look, letter);
    } else {
        // A held submission was mapped, so its details are a draft.
        let details = match &letter.details {
            held @ Value::Object(_) if dead.kind == "held" => draft(look, held),
            Value::Null => String::new(),
            other => reasons(look, other),
        };
        text += &look.section("details", &details);
        text += &look.section("next", &choices(look.lang, letter));
    }
    let raw = letter.raw.as_ref().map(|raw| look.value(&Value::String(raw.clone()))).unwrap_or_default();
    text += &look.section("raw", &raw);
    text += &look.section("deeds", &deeds(look, &letter.deeds));
    text
}

/// What a person can decide about an event on a closed order, ready to be typed.
fn choices(lang: Lang, letter: &DeadDetail) -> String {
    let id = letter.dead.id;
    let line = |choice: &String| {
        let (zh, en, command) = match choice.as_str() {
            "answer_again" => ("再次答复(把已回传的答复再发一次)", "answer the source again", "answer-again"),
            "new_ticket" => ("另立新件,注明原件", "make a new ticket that names this one", "new-ticket"),
            "reopened" => ("已请热线重开,再发一次", "the order was reopened; send it again", "reopened"),
            _ => ("作罢", "give it up", "drop"),
        };
        format!("{}{}huiliu dead {command} {id} --why \"…\"", say(lang, zh, en), say(lang, ":", ": "))
    };
    letter.choices.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What became of a dead letter that a person ended.
pub(super) fn ended_text(look: &Look, ended: &DeadEnded) -> String {
    let mut text = format!("#{} {}", ended.id, word(ENDS, &ended.how, look.lang));
    if let Some(what) = &ended.what {
        text += &format!(": {}", word(WHATS, what, look.lang));
    }
    if let Some(ticket) = &ended.ticket {
        text += &format!(" ({} {ticket})", head("number", look.lang));
    }
    text += match (&*ended.how, &*ended.kind) {
        ("dropped", kind) if is_homeward(kind) => say(
            look.lang,
            "\n不再回传;热线系统不会另收到通知",
            "\nIt is not written back any more; the core is not told so",
        ),
        ("retried", "uncertain") => say(look.lang, "\n将再发一次", "\nIt is sent once more"),
        _ => "",
    };
    text
}

/// The event as the person saved it.
fn edited(site: &Site, prompt: &mut dyn Prompt, id: i64, why: &str) -> Result<Value, Failure> {
    let (_, before) = site.ask::<Value>(Request::DeadEvent { id }, Some(why.to_owned()))?;
    let file = Aside::write(&site.gateway.settings.data, &format!("edit-{id}.json"), &format!("{before:#}"))?;
    let after = read(file.edited(prompt)?)?;
    if after == before {
        return Err(Problem::refused("内容没有变化,没有重发", "nothing was changed, so nothing was sent").into());
    }
    Ok(after)
}

fn read(path: &Path) -> Result<Value, Failure> {
    let shown = path.display();
    serde_json::from_slice(&aside::read(path)?).map_err(|wrong| {
        let (line, column) = (wrong.line(), wrong.column());
        Problem::invalid(
            format!("{shown} 不是 JSON:第{line}行第{column}列"),
            format!("{shown} is no JSON: line {line}, column {column}"),
        )
        .into()
    })
}
