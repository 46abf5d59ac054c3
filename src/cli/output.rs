//! What a command says and how it ends: a value with stable field names beside a text for people, or a failure.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Value, json};

use crate::console::{Code, Problem};
use crate::settings::{Lang, Mistake};

/// What a command that went well says.
pub(super) struct Output {
    /// For `--json`.
    pub(super) json: Value,
    /// For people.
    pub(super) text: String,
    /// How the command ends; not always 0 (`check` found mistakes, `find` found nothing).
    pub(super) status: u8,
}

/// All is well.
pub(super) const OK: u8 = 0;
/// Something is wrong with what was checked, or the command failed.
pub(super) const WRONG: u8 = 1;
/// The command makes no sense as written.
pub(super) const USAGE: u8 = 2;
/// What was asked for is not there.
pub(super) const NOT_FOUND: u8 = 3;
/// Neither the daemon nor the store can be reached.
pub(super) const UNREACHABLE: u8 = 4;
/// It may not be done, or not now.
pub(super) const REFUSED: u8 = 5;

impl Output {
    /// A value and its text; all is well.
    pub(super) fn new(json: impl Serialize, text: impl Into<String>) -> Self {
        Self { json: serde_json::to_value(json).unwrap_or_default(), text: text.into(), status: OK }
    }

    /// The same, but ending so.
    pub(super) fn status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }
}

/// Why a command did not go well.
#[derive(Debug)]
pub(super) enum Failure {
    /// What the console, or the command itself, says.
    Problem(Problem),
    /// The configuration is wrong.
    Mistakes(Vec<Mistake>),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Vec<Mistake>> for Failure {
    fn from(mistakes: Vec<Mistake>) -> Self {
        Self::Mistakes(mistakes)
    }
}

impl Failure {
    /// A failure of the machine around us.
    pub(super) fn io(what_zh: &str, what_en: &str, error: &io::Error) -> Self {
        Self::Problem(Problem::new(Code::Failed, format!("{what_zh}:{error}"), format!("{what_en}: {error}")))
    }

    fn status(&self) -> u8 {
        match self {
            Self::Mistakes(_) => WRONG,
            Self::Problem(problem) => match problem.code {
                Code::Failed => WRONG,
                Code::Invalid => USAGE,
                Code::NotFound => NOT_FOUND,
                Code::Unreachable => UNREACHABLE,
                Code::Refused => REFUSED,
            },
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Problem(problem) => json!({ "problem": problem }),
            Self::Mistakes(mistakes) => json!({ "mistakes": mistakes.iter().map(mistake_json).collect::<Vec<_>>() }),
        }
    }

    fn text(&self, lang: Lang) -> String {
        match self {
            Self::Problem(problem) => problem.in_lang(lang).to_owned(),
            Self::Mistakes(mistakes) => mistakes.iter().map(|m| m.shown(lang)).collect::<Vec<_>>().join("\n"),
        }
    }
}

/// A mistake with stable field names.
pub(super) fn mistake_json(mistake: &Mistake) -> Value {
    json!({
        "file": mistake.file, "line": mistake.place.map(|at| at.0), "column": mistake.place.map(|at| at.1),
        "key": mistake.key,
        "problem": { "zh": mistake.problem.zh, "en": mistake.problem.en },
        "remedy": mistake.remedy.as_ref().map(|remedy| json!({ "zh": remedy.zh, "en": remedy.en })),
    })
}

/// Says how a command went: what was asked for on `out`, what went wrong on `err`.
pub(super) fn tell(
    result: Result<Output, Failure>,
    json: bool,
    lang: Lang,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let (told, status) = match &result {
        Ok(output) if json => (writeln!(out, "{:#}", output.json), output.status),
        Ok(output) => (writeln!(out, "{}", output.text.trim_end()), output.status),
        Err(failure) if json => (writeln!(err, "{}", failure.json()), failure.status()),
        Err(failure) => (writeln!(err, "{}", failure.text(lang)), failure.status()),
    };
    // A reader that went away (`| head`) has seen what it wanted.
    match told.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => status.max(WRONG),
        _ => status,
    }
}

/// As the process ends.
pub(super) fn exit(status: u8) -> ExitCode {
    ExitCode::from(status)
}
