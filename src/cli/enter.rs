//! `huiliu ticket new`: a letter that came on paper, asked for box by box, or read from a file.

use std::io;
use std::path::Path;

use serde_json::{Map, Value};

use super::output::{Failure, Output};
use super::prompt::Prompt;
use super::site::Site;
use crate::console::{Entered, EnteredView, Problem, Request};
use crate::normalize::field_zh;
use crate::settings::Lang;
use crate::words::{WHATS, say, word};

/// The field whose text may have several lines.
const LONG: &str = "content";

/// Enters a letter into a channel: what `from` holds, or what is typed.
pub(super) fn run(
    site: &Site,
    channel: String,
    from: Option<&Path>,
    external_id: Option<String>,
    prompt: &mut dyn Prompt,
) -> Result<Output, Failure> {
    let fields = match from {
        Some(file) => read(file)?,
        None => typed(site, &channel, prompt)?,
    };
    let entered = Entered { external_id, fields };
    let (json, done) = site.ask::<EnteredView>(Request::TicketNew { channel, entered }, None)?;
    let what = word(WHATS, &done.what, site.look.lang);
    let text = match (&done.ticket, site.look.lang) {
        (Some(ticket), Lang::Zh) => format!("已登记:{ticket}({what}),来源编号 {}", done.external_id),
        (Some(ticket), Lang::En) => format!("entered: {ticket} ({what}), source number {}", done.external_id),
        (None, Lang::Zh) => format!("已收下,等人处理({what}),来源编号 {};见 huiliu dead list", done.external_id),
        (None, Lang::En) => {
            format!("kept, a person must look ({what}), source number {}; see huiliu dead list", done.external_id)
        }
    };
    Ok(Output::new(json, text))
}

/// The object of fields that a file holds.
fn read(file: &Path) -> Result<Map<String, Value>, Failure> {
    let bytes = std::fs::read(file).map_err(|error| {
        let name = file.display();
        Failure::io(&format!("{name} 打不开"), &format!("cannot read {name}"), &error)
    })?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        found => {
            // The message of the parser can quote what stands in the file.
            let (line, column) = found.as_ref().err().map_or((1, 1), |error| (error.line(), error.column()));
            Err(Problem::invalid(
                format!(
                    "{}:{line}:{column} 要是一个 JSON 对象,例如 {{\"title\": \"…\", \"content\": \"…\"}}",
                    file.display()
                ),
                format!(
                    "{}:{line}:{column}: a JSON object is needed, such as {{\"title\": \"…\", \"content\": \"…\"}}",
                    file.display()
                ),
            )
            .into())
        }
    }
}

/// Asks for the fields of a channel, in the order of its file. What is left empty is left out.
fn typed(site: &Site, channel: &str, prompt: &mut dyn Prompt) -> Result<Map<String, Value>, Failure> {
    let file = site.channel(channel)?;
    let settings = match &file.result {
        Ok(settings) => settings,
        Err(mistakes) => return Err(mistakes.clone().into()),
    };
    let lang = site.look.lang;
    let mut fields = Map::new();
    for (field, place) in settings.entered() {
        let name = say(lang, field_zh(&field), &field).to_owned();
        let text = if field == LONG { several_lines(&name, lang, prompt) } else { prompt.ask(&format!("{name}:")) };
        let text = text.map_err(|error| Failure::io("没有登记", "nothing was entered", &error))?;
        if !text.is_empty() {
            fields.insert(place, Value::String(text));
        }
    }
    Ok(fields)
}

/// Lines until one that is a full stop alone, or an empty first one.
fn several_lines(name: &str, lang: Lang, prompt: &mut dyn Prompt) -> io::Result<String> {
    let ask = say(lang, "(可分几行,单独一行 . 结束):", " (several lines; a line with . alone ends it):");
    let mut lines = vec![prompt.ask(&format!("{name}{ask}"))?];
    while lines.last().is_some_and(|line| line != "." && !(lines.len() == 1 && line.is_empty())) {
        lines.push(prompt.ask("")?);
    }
    lines.pop_if(|line| line == ".");
    Ok(lines.join("\n").trim().to_owned())
}
