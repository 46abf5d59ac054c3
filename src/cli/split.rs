//! `huiliu ticket split`: reads the parts from files, because what is written on the command line stays in the shell's
//! history, and says what was made of them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::aside;
use super::output::{Failure, Output};
use super::site::Site;
use super::table::{Look, clean_text};
use crate::console::view::TicketView;
use crate::console::{PartText, Problem, Request};
use crate::settings::Lang;
use crate::words::head;

/// The most bytes of all parts together: what fits into one request.
const MOST: usize = 4 << 20;

/// What was made of a ticket.
#[derive(Deserialize)]
pub(super) struct Made {
    ticket: String,
    parts: Vec<MadePart>,
}

#[derive(Deserialize)]
struct MadePart {
    number: String,
    title: String,
}

/// Splits a ticket.
pub(super) fn run(site: &Site, number: String, files: &[PathBuf], why: String) -> Result<Output, Failure> {
    let parts = files.iter().map(|file| part(file)).collect::<Result<Vec<_>, _>>()?;
    if parts.iter().map(|part| part.title.len() + part.content.len()).sum::<usize>() > MOST {
        return Err(Problem::invalid(
            "这些文件加起来超过 4 MiB,请检查是不是给错了文件",
            "these files have more than 4 MiB together; see whether they are the right ones",
        )
        .into());
    }
    let (json, made) = site.ask::<Made>(Request::TicketSplit { number, parts }, Some(why))?;
    Ok(Output::new(json, text(&site.look, &made)))
}

/// A part from its file: the first line is the title, the rest the text.
fn part(file: &Path) -> Result<PartText, Failure> {
    let text = aside::text(file)?;
    let text = text.trim_start();
    let shown = file.display();
    let (title, content) = text.split_once('\n').map_or((text, ""), |(title, content)| (title, content.trim()));
    if title.trim().is_empty() {
        return Err(Problem::invalid(
            format!("{shown}:文件是空的;第一行写标题,下面写正文"),
            format!("{shown}: the file is empty; write the title as its first line and the text below"),
        )
        .into());
    }
    if content.is_empty() {
        return Err(Problem::invalid(
            format!("{shown}:只有第一行标题,没有正文;从第二行起写正文"),
            format!("{shown}: there is only the title in line 1; write the text from line 2 on"),
        )
        .into());
    }
    Ok(PartText { title: title.trim().to_owned(), content: content.to_owned() })
}

/// What was made of a ticket, for people.
pub(super) fn text(look: &Look, made: &Made) -> String {
    let count = made.parts.len();
    let mut text = match look.lang {
        Lang::Zh => format!("已拆单:{} 拆成 {count} 件;全部办结后合成一个答复回给来源\n", made.ticket),
        Lang::En => {
            format!("{} is split into {count} parts; once all are concluded the source\ngets one answer\n", made.ticket)
        }
    };
    for part in &made.parts {
        text += &format!("{} {}\n", part.number, clean_text(&part.title));
    }
    text
}

/// The parts of a ticket with how far each came; nothing if it was not split.
pub(super) fn parts(look: &Look, parts: &[TicketView]) -> String {
    if parts.is_empty() {
        return String::new();
    }
    let rows = parts.iter().map(|part| {
        vec![
            part.number.clone(),
            part.core_number.clone().unwrap_or_else(|| "-".into()),
            part.title.clone().unwrap_or_default(),
            super::ticket::progress(look, part),
            look.time(part.concluded_at),
        ]
    });
    look.table(&["number", "core_number", "title", "state", "concluded_at"], &[0, 4], rows.collect())
}

/// The parts of a found ticket, a line each.
pub(super) fn lines(look: &Look, parts: &[TicketView]) -> String {
    let line = |part: &TicketView| {
        let state = match part.concluded_at {
            Some(at) => format!("{} {}", head("concluded_at", look.lang), look.short(at)),
            None => super::ticket::progress(look, part),
        };
        format!("  {} {}: {state}\n", part.number, clean_text(part.title.as_deref().unwrap_or_default()))
    };
    parts.iter().map(line).collect()
}
