//! `huiliu ticket note`: what was promised to a caller, by when, and that it was done.

use std::path::Path;

use clap::Args;
use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, Zoned};

use super::aside;
use super::output::{Failure, Output};
use super::prompt::Prompt;
use super::site::Site;
use super::table::{Look, clean_text};
use crate::console::{NoteView, Problem, Request};
use crate::settings::Lang;
use crate::words::say;

/// Notes what was promised to the caller of a ticket, or that it was done.
#[derive(Args, Debug)]
pub(super) struct Note {
    /// The ticket's number, for example 261122-00017.
    number: String,
    /// What is noted; - reads it from standard input, and without it is asked for.
    #[arg(long, value_name = "TEXT", conflicts_with = "done")]
    text: Option<String>,
    /// By when it is to be done: 2026-12-01, "2026-12-01 15:00", or 15:00 today.
    #[arg(long, value_name = "TIME", conflicts_with = "done")]
    until: Option<String>,
    /// The note of this number is done; needs --why.
    #[arg(long, value_name = "ID", requires = "why")]
    done: Option<i64>,
    /// Why; goes on record.
    #[arg(long, value_name = "TEXT", requires = "done")]
    why: Option<String>,
}

impl Note {
    /// `now` is the moment against which a time of day is read.
    pub(super) fn run(self, site: &Site, prompt: &mut dyn Prompt, now: Timestamp) -> Result<Output, Failure> {
        let lang = site.look.lang;
        if let Some(id) = self.done {
            let request = Request::NoteDone { number: self.number, id };
            let (json, note) = site.ask::<NoteView>(request, self.why)?;
            let text = match lang {
                Lang::Zh => format!("已记下:{} 的 {} 号备注已办", note.ticket, note.id),
                Lang::En => format!("noted: note {} of {} is done", note.id, note.ticket),
            };
            return Ok(Output::new(json, text));
        }
        let until = self.until.map(|text| moment(&text, &now.to_zoned(site.look.zone.clone()))).transpose()?;
        let text = match self.text.as_deref() {
            Some("-") => aside::text(Path::new("-"))?,
            Some(text) => text.to_owned(),
            None => prompt
                .ask(say(lang, "备注:", "Note: "))
                .map_err(|error| Failure::io("读不到输入", "nothing can be read", &error))?,
        };
        let (json, note) = site.ask::<NoteView>(Request::Note { number: self.number, text, until }, None)?;
        let by = site.look.time(note.until);
        let text = match (note.until, lang) {
            (Some(_), Lang::Zh) => format!("已记下:{} 的 {} 号备注,{by} 前办", note.ticket, note.id),
            (None, Lang::Zh) => format!("已记下:{} 的 {} 号备注", note.ticket, note.id),
            (Some(_), Lang::En) => format!("noted: note {} on {}, to be done by {by}", note.id, note.ticket),
            (None, Lang::En) => format!("noted: note {} on {}", note.id, note.ticket),
        };
        Ok(Output::new(json, text))
    }
}

/// A time as a person writes it, after `now` and in its zone. A bare day means its end.
fn moment(text: &str, now: &Zoned) -> Result<Timestamp, Problem> {
    let text = text.trim();
    let end = Time::constant(23, 59, 0, 0);
    let written = DateTime::strptime("%Y-%m-%d %H:%M", text)
        .or_else(|_| Date::strptime("%Y-%m-%d", text).map(|day| day.to_datetime(end)))
        .or_else(|_| Time::strptime("%H:%M", text).map(|time| now.date().to_datetime(time)));
    let at = written.and_then(|at| at.to_zoned(now.time_zone().clone())).map_err(|_| {
        Problem::invalid(
            format!("看不懂时间“{text}”;写成 2026-12-01、\"2026-12-01 15:00\" 或 15:00(今天)"),
            format!("`{text}` is no time; write 2026-12-01, \"2026-12-01 15:00\", or 15:00 (today)"),
        )
    })?;
    if at <= *now {
        return Err(Problem::invalid(
            format!("{text} 已经过了;写以后的时间"),
            format!("{text} is over; write a time that is still to come"),
        ));
    }
    Ok(at.timestamp())
}

/// Notes as a table; nothing if there are none.
pub(super) fn table(look: &Look, notes: &[NoteView]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let rows = notes.iter().map(|note| {
        vec![
            note.id.to_string(),
            look.time(Some(note.at)),
            note.who.clone(),
            clean_text(&note.text),
            stands(look, note),
        ]
    });
    look.table(&["id", "at", "who", "note", "until"], &[0, 1], rows.collect())
}

/// By when a note is to be done, or that it is.
fn stands(look: &Look, note: &NoteView) -> String {
    match note.done_at {
        Some(at) => format!("{} {}", say(look.lang, "已办", "done"), look.time(Some(at))),
        None => look.time(note.until),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_write_it() {
        let now: Zoned = "2026-12-01T09:30:00+08:00[Asia/Shanghai]".parse().unwrap();
        let read = |text: &str| moment(text, &now).map(|at| at.to_string());
        assert_eq!(read("2026-12-02 15:00").unwrap(), "2026-12-02T07:00:00Z");
        assert_eq!(read(" 2026-12-02 ").unwrap(), "2026-12-02T15:59:00Z");
        assert_eq!(read("15:00").unwrap(), "2026-12-01T07:00:00Z");
        for past in ["09:30", "2026-11-30", "2026-12-01 09:29"] {
            assert!(read(past).unwrap_err().zh.contains("已经过了"), "{past}");
        }
        for wrong in ["", "明天", "2026-13-01", "15:00:00"] {
            assert!(read(wrong).unwrap_err().zh.contains("看不懂时间"), "{wrong}");
        }
    }
}
