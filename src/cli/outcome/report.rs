//! What became of each row: on the screen, and beside the file in a sheet that can be mended and imported again.

use std::path::{Path, PathBuf};

use huiliu_sheet::{Header, Page, PageColumn, Row};
use serde_json::{Value, json};

use super::super::output::{Failure, OK, Output, WRONG};
use super::super::table::Look;
use crate::console::view::{BecameView, TextView};
use crate::console::{Code, Problem};
use crate::settings::Lang;
use crate::words::{BECAME, say, word};

/// A row, and what became of it.
pub(super) struct Line {
    pub(super) row: Row,
    pub(super) state: &'static str,
    pub(super) ticket: Option<String>,
    pub(super) reasons: Vec<TextView>,
}

impl Line {
    pub(super) fn of(row: Row) -> Self {
        Self { row, state: "unsent", ticket: None, reasons: Vec::new() }
    }

    pub(super) fn became(&mut self, became: BecameView) {
        let known = BECAME.iter().find(|(word, ..)| *word == became.state);
        self.state = known.map_or("refused", |(word, ..)| word);
        self.ticket = became.ticket;
        self.reasons.extend(became.reason);
    }

    fn is_wrong(&self) -> bool {
        matches!(self.state, "unknown_ticket" | "refused" | "unsent")
    }

    fn reason(&self, lang: Lang) -> String {
        let told = |text: &TextView| say(lang, &text.zh, &text.en).to_owned();
        self.reasons.iter().map(told).collect::<Vec<_>>().join(say(lang, ";", "; "))
    }
}

/// A sheet of outcomes.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) header: Header,
    /// The row of heads as it stands there.
    pub(super) heads: Option<Row>,
    pub(super) lines: Vec<Line>,
}

/// All of it.
pub(super) struct Report<'a> {
    pub(super) file: &'a Path,
    pub(super) dry: bool,
    pub(super) tables: Vec<Table>,
    /// Why not all rows were handed over.
    pub(super) failure: Option<Failure>,
}

impl Report<'_> {
    fn lines(&self) -> impl Iterator<Item = (&Table, &Line)> {
        self.tables.iter().flat_map(|table| table.lines.iter().map(move |line| (table, line)))
    }

    /// Says it, and writes the sheet of results where rows were to be taken.
    pub(super) fn told(self, look: &Look) -> Result<Output, Failure> {
        let result = if self.dry { None } else { Some(self.result_file()) };
        let written = match &result {
            Some(result) => self.write(result, look.lang),
            None => Ok(()),
        };
        let states: Vec<&str> = BECAME.iter().map(|(word, ..)| *word).collect();
        let count = |state: &str| self.lines().filter(|(_, line)| line.state == state).count();
        let counts: Vec<(&str, usize)> = states.into_iter().map(|state| (state, count(state))).collect();
        let json = json!({
            "file": self.file, "dry_run": self.dry, "result": result.as_ref().filter(|_| written.is_ok()),
            "counts": counts.iter().map(|(state, n)| ((*state).to_owned(), json!(n))).collect::<serde_json::Map<_, _>>(),
            "rows": self.lines().map(|(table, line)| shown(table, line)).collect::<Vec<_>>(),
        });
        let mut text = self.screen(look);
        let said =
            counts.iter().filter(|(_, n)| *n > 0).map(|(state, n)| format!("{} {n}", word(BECAME, state, look.lang)));
        text += &format!("\n{}\n", said.collect::<Vec<_>>().join(say(look.lang, ",", ", ")));
        match (&result, written) {
            (Some(result), Ok(())) => {
                text += say(look.lang, "逐行结果:", "row by row: ");
                text += &format!("{}\n", result.display());
            }
            (Some(result), Err(why)) => {
                text += say(look.lang, "逐行结果没有写成:", "the sheet of results could not be written: ");
                text += &format!("{}({why})\n", result.display());
            }
            (None, _) => text += say(look.lang, "(只是试看,什么也没有收下)\n", "(a dry run: nothing was taken)\n"),
        }
        let status = if self.lines().any(|(_, line)| line.is_wrong()) { WRONG } else { OK };
        match self.failure {
            None => Ok(Output::new(json, text).status(status)),
            // Where nothing got through, the failure says it all.
            Some(failure) if count_sent(&counts) == 0 => Err(failure),
            Some(failure) => {
                let problem = match failure {
                    Failure::Problem(problem) => problem,
                    Failure::Mistakes(_) => Problem::new(Code::Failed, "配置有误", "the configuration is wrong"),
                };
                text += say(look.lang, "后面的行没有送到:", "the other rows were not handed over: ");
                text += problem.in_lang(look.lang);
                text += say(
                    look.lang,
                    "\n整张表再导入一次就行,收过的不会重复\n",
                    "\nimport the whole sheet once more; what was taken is not taken twice\n",
                );
                Ok(Output::new(json, text).status(WRONG))
            }
        }
    }

    fn screen(&self, look: &Look) -> String {
        let rows = self.lines().filter(|(_, line)| line.state != "unfilled").map(|(table, line)| {
            vec![
                table.name.clone(),
                line.row.number.to_string(),
                word(BECAME, line.state, look.lang).to_owned(),
                line.ticket.clone().unwrap_or_default(),
                line.reason(look.lang),
            ]
        });
        let rows: Vec<_> = rows.collect();
        match rows.is_empty() {
            true => say(look.lang, "表里没有填好的行", "no row is filled in").to_owned(),
            false => look.table(&["sheet", "row", "state", "number", "reason"], &[1, 2, 3], rows),
        }
    }

    /// `FILE.结果.xlsx`, beside the file.
    fn result_file(&self) -> PathBuf {
        let mut name = self.file.file_stem().unwrap_or_default().to_owned();
        name.push(".结果.xlsx");
        self.file.with_file_name(name)
    }

    /// The same rows with what became of them, readable by whoever may read the file.
    fn write(&self, to: &Path, lang: Lang) -> Result<(), String> {
        let pages: Vec<Page> = self.tables.iter().enumerate().map(|(n, table)| page(n, table, lang)).collect();
        let bytes = huiliu_sheet::write(&pages).map_err(|why| why.to_string())?;
        let aside = to.with_extension("new");
        let written = std::fs::metadata(self.file).and_then(|about| {
            std::fs::write(&aside, b"")?;
            std::fs::set_permissions(&aside, about.permissions())?;
            std::fs::write(&aside, &bytes)?;
            std::fs::rename(&aside, to)
        });
        written.map_err(|why| why.to_string())
    }
}

fn count_sent(counts: &[(&str, usize)]) -> usize {
    let sent = |state: &str| matches!(state, "taken" | "ready" | "known" | "unknown_ticket");
    counts.iter().filter(|(state, _)| sent(state)).map(|(_, n)| n).sum()
}

fn shown(table: &Table, line: &Line) -> Value {
    json!({ "sheet": table.name, "row": line.row.number, "state": line.state, "ticket": line.ticket, "reasons": line.reasons })
}

/// A sheet of results; a sheet without a name, as a text file has, gets one.
fn page(n: usize, table: &Table, lang: Lang) -> Page {
    let texts = |row: &Row| row.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
    let width =
        table.lines.iter().map(|line| &line.row).chain(&table.heads).map(|row| row.cells.len()).max().unwrap_or(0);
    let mut heads = table.heads.as_ref().map(texts).unwrap_or_default();
    heads.resize(width, String::new());
    heads.extend([say(lang, "状态", "State").to_owned(), say(lang, "原因", "Reason").to_owned()]);
    let rows = table.lines.iter().map(|line| {
        let mut cells = texts(&line.row);
        cells.resize(width, String::new());
        cells.extend([word(BECAME, line.state, lang).to_owned(), line.reason(lang)]);
        cells
    });
    let columns = heads.into_iter().map(|name| PageColumn { name, width: 18, choice: None });
    let name = if table.name.is_empty() { format!("Sheet{}", n + 1) } else { table.name.clone() };
    Page { name, columns: columns.collect(), rows: rows.collect(), ready: 0 }
}
