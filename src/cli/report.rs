//! `huiliu report`: the report that prints itself (专报).

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use jiff::civil::Date;

use super::output::{Failure, Output};
use super::paper::AsPaper;
use super::site::Site;
use crate::console::{Problem, ReportAsk, ReportView, Request};
use crate::report::Span;
use crate::settings::Lang;

/// Prints what came by each channel in a period, as the office publishes it; with --freeze it stays as it is.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("period").required(true).args(["from", "quarter", "month"])))]
pub(super) struct Report {
    /// The first day, for example 2025-01-01.
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,
    /// The last day.
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
    /// A quarter, for example 2025Q1.
    #[arg(long, value_name = "QUARTER")]
    quarter: Option<String>,
    /// A month, for example 2025-03.
    #[arg(long, value_name = "MONTH")]
    month: Option<String>,
    /// As it stood at the end of this day; else now.
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
    /// The template in config/report, without .txt; else 月度通报 for a month, and 季度专报.
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    #[command(flatten)]
    paper: AsPaper,
    /// Also a workbook with a sheet behind each number: which references make it up.
    #[arg(long, value_name = "FILE")]
    details: Option<PathBuf>,
    /// How many 有效工单 the core counts in the period, to be said beside these.
    #[arg(long, value_name = "N")]
    effective: Option<u64>,
    /// Freezes it (定稿): from now on it is printed as it is now. Needs --why.
    #[arg(long, requires = "why", conflicts_with = "fresh")]
    freeze: bool,
    /// Why; goes on record.
    #[arg(long, value_name = "REASON")]
    why: Option<String>,
    /// Counts anew, though it was frozen, and says what changed since.
    #[arg(long)]
    fresh: bool,
}

impl Report {
    pub(super) fn run(self, site: &Site) -> Result<Output, Failure> {
        let span = self.span()?;
        let paper = self.paper.begin()?;
        let sheets = self.details.map(|file| AsPaper::workbook(file).begin()).transpose()?;
        let ask = ReportAsk {
            from: span.from,
            to: span.to,
            as_of: self.as_of,
            template: self.template,
            fresh: self.fresh,
            details: sheets.is_some(),
            freeze: self.freeze,
            effective: self.effective,
        };
        let (_, view) = site.ask::<ReportView>(Request::Report(ask), self.why)?;
        let lang = site.look.lang;
        let mut said: Vec<_> = view
            .told
            .said
            .iter()
            .map(|said| match lang {
                Lang::Zh => said.zh.clone(),
                Lang::En => said.en.clone(),
            })
            .collect();
        if let (Some(sheets), Some(details)) = (sheets, &view.details) {
            said.push(sheets.finish(details, (), lang)?.text);
        }
        // On the screen the paper alone is what the command says, so that it can be piped on as it is.
        let written = paper.finish_as(&view.paper, &view.told.text, &view.told, lang)?;
        for said in said {
            eprintln!("{said}");
        }
        Ok(written)
    }

    fn span(&self) -> Result<Span, Problem> {
        let wrong = |text: &str, example: &str| {
            Problem::invalid(
                format!("“{text}”不是时段;照 {example} 这样写"),
                format!("`{text}` is no period; write it like {example}"),
            )
        };
        match (&self.quarter, &self.month, self.from.zip(self.to)) {
            (Some(text), ..) => Span::quarter(text).ok_or_else(|| wrong(text, "2025Q1")),
            (_, Some(text), _) => Span::month(text).ok_or_else(|| wrong(text, "2025-03")),
            (.., Some((from, to))) => {
                Span::new(from, to).ok_or_else(|| wrong(&format!("{from}..{to}"), "--from 2025-01-01 --to 2025-03-31"))
            }
            _ => Err(wrong("", "2025Q1")),
        }
    }
}
