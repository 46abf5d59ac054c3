//! What is seen of the demo: a table that lives at the foot of the terminal with lines of what happens above it; plain
//! lines where stdout is no terminal. It computes nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, LineStyle, Table};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::balance::{ChannelFigures, Figures, Said};
use super::fold::folded;
use super::mail::MailFigures;
use super::stage::Mishaps;
use crate::settings::{Lang, Text};
use crate::words::{FAULTS, word};

/// How often a plain line tells how things stand.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// Lines of the table: head, rule, nine channels, all.
const LINES: usize = 12;

/// Columns that the time of a line takes.
const TIME: usize = 8;

/// Columns before what is quoted.
const QUOTE: usize = 10;

/// How everything stands at one moment.
#[derive(Clone, Debug)]
pub(super) struct Glance {
    /// All figures.
    pub(super) figures: Figures,
    /// Channels whose far side does not answer, with the fault's stable word.
    pub(super) ill: BTreeMap<String, String>,
    /// The same of the core.
    pub(super) core: Option<String>,
    /// Answers that wait for a person to agree.
    pub(super) approvals: u64,
}

/// The screen.
#[derive(Debug)]
pub(super) struct Screen {
    json: bool,
    lang: Lang,
    began: Instant,
    live: Option<Live>,
    last: Mutex<Last>,
}

#[derive(Debug)]
struct Live {
    all: MultiProgress,
    lines: Vec<ProgressBar>,
    bar: ProgressBar,
}

/// What was last seen, for while the gateway is down.
#[derive(Debug, Default)]
struct Last {
    glance: Option<Glance>,
    told: Option<Instant>,
}

impl Screen {
    /// A screen in this language; with `json` nothing but the result goes to stdout.
    pub(super) fn new(json: bool, lang: Lang) -> Self {
        let live = (!json && std::io::stdout().is_terminal()).then(Live::new);
        Self { json, lang, began: Instant::now(), live, last: Mutex::default() }
    }

    /// A line of what happens.
    pub(super) fn say(&self, zh: impl Into<String>, en: impl Into<String>) {
        let text = Text::new(zh, en);
        let line = format!("{:5.1}s  {}", self.began.elapsed().as_secs_f32(), folded(text.in_lang(self.lang), TIME));
        self.print(line);
    }

    /// A line of what happens, with what somebody reads below it.
    pub(super) fn quote(&self, zh: impl Into<String>, en: impl Into<String>, text: &str) {
        self.say(zh, en);
        self.print(format!("{:QUOTE$}{}", "", folded(text, QUOTE)));
    }

    fn print(&self, line: String) {
        match &self.live {
            Some(live) => drop(live.all.println(line)),
            None if self.json => eprintln!("{line}"),
            None => println!("{line}"),
        }
    }

    /// How everything stands now; none while the gateway does not answer.
    pub(super) fn show(&self, glance: Option<Glance>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let up = glance.is_some();
        if glance.is_some() {
            last.glance = glance;
        }
        let Some(glance) = last.glance.clone() else { return };
        match &self.live {
            Some(live) => live.show(&glance, up, self.lang),
            None if self.json => {}
            None if last.told.is_none_or(|told| told.elapsed() >= PLAIN_EVERY) => {
                last.told = Some(Instant::now());
                let all = |of: fn(&ChannelFigures) -> u64| glance.figures.all(of);
                let [handed, kept, core, closed, answered] = COLUMNS.map(all);
                self.say(
                    format!("  … 对方交来 {handed},入库 {kept},热线收到 {core},办结 {closed},对方见到 {answered}"),
                    format!(
                        "  … {handed} handed over, {kept} kept, {core} at the core, {closed} closed, {answered} seen"
                    ),
                );
            }
            None => {}
        }
    }

    /// Takes the table away.
    pub(super) fn close(&self) {
        if let Some(live) = &self.live {
            live.lines.iter().chain([&live.bar]).for_each(ProgressBar::finish_and_clear);
        }
    }

    /// Prints the reconciliation and what the report says; whether all of it fits.
    pub(super) fn reconciliation(&self, figures: &Figures, said: &Said, mishaps: &Mishaps) -> bool {
        let wrong = [figures.wrong(), said.wrong()].concat();
        if self.json {
            let balance = json!({
                "balanced": wrong.is_empty(), "figures": figures, "said": said,
                "wrong": wrong.iter().map(|wrong| &wrong.en).collect::<Vec<_>>(),
            });
            println!("{balance:#}");
        } else {
            println!("{}", balance_sheet(figures, said, mishaps, &wrong, self.lang));
        }
        wrong.is_empty()
    }
}

impl Live {
    fn new() -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stdout());
        let plain = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let line = |_| all.add(ProgressBar::new(0).with_style(plain.clone()));
        let lines = (0..LINES).map(line).collect();
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}");
        let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let bar = all.add(bar);
        Self { all, lines, bar }
    }

    fn show(&self, glance: &Glance, up: bool, lang: Lang) {
        let table = glance_table(glance, up, lang);
        for (line, text) in self.lines.iter().zip(table.lines()) {
            line.set_message(text.to_owned());
        }
        self.bar.set_length(glance.figures.to_close);
        self.bar.set_position(glance.figures.all(|one| one.answered));
        self.bar.set_message(pick(lang, "已办结并答复到来源", "closed and answered at their sources"));
    }
}

/// The figures of a line, from the far side and back to it.
const COLUMNS: [fn(&ChannelFigures) -> u64; 5] =
    [|one| one.handed, |one| one.kept, |one| one.core, |one| one.closed, |one| one.answered];

fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// A line a channel and one of all, with what stands at the end of each.
fn table(
    figures: &Figures,
    lang: Lang,
    heads: [&str; 7],
    note: impl Fn(&ChannelFigures) -> String,
    all: String,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING.header_separator(LineStyle::none().fill('-').junction('-')));
    table.set_header(heads);
    for one in &figures.channels {
        let counts = COLUMNS.map(|of| of(one).to_string());
        table.add_row([one.name.clone()].into_iter().chain(counts).chain([note(one)]));
    }
    let counts = COLUMNS.map(|of| figures.all(of).to_string());
    table.add_row([pick(lang, "合计", "all").to_owned()].into_iter().chain(counts).chain([all]));
    for (n, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if (1..6).contains(&n) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// The live table.
fn glance_table(glance: &Glance, up: bool, lang: Lang) -> String {
    let fault = |fault: &str| word(FAULTS, fault, lang).chars().take(8).collect::<String>();
    let state = |one: &ChannelFigures| match glance.ill.get(&one.code) {
        _ if !up => pick(lang, "网关停摆", "down").to_owned(),
        Some(ill) => fault(ill),
        None => pick(lang, "正常", "well").to_owned(),
    };
    let all = match (&glance.core, glance.approvals) {
        (Some(ill), _) => format!("{}{}", pick(lang, "热线", "core: "), fault(ill)),
        (None, 0) => String::new(),
        (None, n) => format!("{}{n}", pick(lang, "待审签 ", "to agree: ")),
    };
    let heads = match lang {
        Lang::Zh => ["", "交来", "入库", "热线", "办结", "已回", "情况"],
        Lang::En => ["", "handed", "kept", "core", "closed", "seen", "state"],
    };
    table(&glance.figures, lang, heads, state, all)
}

/// The reconciliation and the report's sentences for people.
fn balance_sheet(figures: &Figures, said: &Said, mishaps: &Mishaps, wrong: &[Text], lang: Lang) -> String {
    let sign = |one: &ChannelFigures| {
        let fits = one.handed == one.kept && one.kept == one.core && one.closed == one.answered && one.astray == 0;
        if fits { "✓" } else { "✗" }.to_owned()
    };
    let heads = match lang {
        Lang::Zh => ["对账", "对方交来", "入库", "热线收到", "热线办结", "对方见办结", ""],
        Lang::En => ["Reconciliation", "handed", "kept", "at core", "closed", "seen closed", ""],
    };
    let mut text = format!("\n{}\n", table(figures, lang, heads, sign, String::new()));
    let Mishaps { faults, told_again, unavailable, events_twice } = mishaps;
    let _ = match lang {
        Lang::Zh => writeln!(
            text,
            "其间:对方出错 {faults} 次,重发 {told_again} 件,热线 503 {unavailable} 次,kill -9 一次,热线重复收到 {events_twice} 条"
        ),
        Lang::En => writeln!(
            text,
            "Meanwhile: {faults} faults, {told_again} repeats, {unavailable} times 503, one kill -9, {events_twice} events twice"
        ),
    };
    let _ = writeln!(text, "{}", mail_line(&figures.mail, lang));
    let printed = pick(lang, "报告(huiliu report)印出:", "The report (huiliu report) prints:");
    let _ = writeln!(text, "{printed}");
    let sentences =
        said.paper.lines().filter(|line| line.contains("非话务渠道诉求") || line.contains("非话务受理渠道"));
    sentences.for_each(|line| text += &format!("  {}\n", folded(line, 2)));
    for wrong in wrong {
        let _ = writeln!(text, "✗ {}", wrong.in_lang(lang));
    }
    text.push_str(match (wrong.is_empty(), lang) {
        (true, Lang::Zh) => "✓ 账平,报告与对方自己数的一字不差",
        (true, Lang::En) => "✓ it balances, and the report says what the far sides counted, to the letter",
        (false, Lang::Zh) => "✗ 账不平",
        (false, Lang::En) => "✗ it does not balance",
    });
    text
}

/// What came by mail, apart from the quarter.
fn mail_line(mail: &MailFigures, lang: Lang) -> String {
    let MailFigures { handed, tickets, acts, listed, receipts, closed, answers, .. } = mail;
    let sign = if mail.wrong().is_empty() { "✓" } else { "✗" };
    match lang {
        Lang::Zh => format!(
            "邮件另计:{handed} 封 = 立件 {tickets} + 补充催办 {acts} + 未立件 {listed};回执 {receipts},办结 {closed},答复 {answers} {sign}"
        ),
        Lang::En => format!(
            "By mail: {handed} = {tickets} tickets + {acts} acts + {listed} listed; {receipts} receipts, {closed} closed, {answers} answers {sign}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::demo::sentence;

    fn glance() -> Glance {
        let channel = |one: &sentence::Spoken| ChannelFigures {
            code: one.code.into(),
            name: one.name.into(),
            planned: 1000,
            handed: 1000,
            kept: 1000,
            core: 1000,
            closed: 999,
            answered: 999,
            ..ChannelFigures::default()
        };
        Glance {
            figures: Figures {
                channels: sentence::CHANNELS.iter().map(channel).collect(),
                to_close: 8991,
                tickets: 9000,
                core_tickets: 9000,
                mail: MailFigures { handed: 7, tickets: 4, acts: 2, listed: 1, receipts: 4, ..MailFigures::default() },
                ..Figures::default()
            },
            ill: [("shengzhang".to_owned(), "malformed".to_owned())].into(),
            core: Some("unavailable".into()),
            approvals: 1234,
        }
    }

    fn said() -> Said {
        let section = sentence::section(jiff::civil::date(2025, 1, 1), jiff::civil::date(2025, 3, 31), |_| 1000);
        let preamble = sentence::preamble(9000, 8991);
        Said { paper: format!("{preamble}\n\n{section}\n"), preamble, section }
    }

    const MISHAPS: Mishaps = Mishaps { faults: 12, told_again: 123, unavailable: 1234, events_twice: 12 };

    #[test]
    fn eighty_columns_are_enough_and_the_table_has_as_many_lines_as_places() {
        for lang in [Lang::Zh, Lang::En] {
            let mut glance = glance();
            let table = glance_table(&glance, true, lang);
            assert_eq!(table.lines().count(), LINES);
            glance.core = None;
            let more = glance_table(&glance, false, lang);
            let sheet = balance_sheet(&glance.figures, &said(), &MISHAPS, &[], lang);
            assert!(sheet.lines().count() <= 27, "{sheet}");
            for line in table.lines().chain(more.lines()).chain(sheet.lines()) {
                assert!(line.width() <= 80, "{}: {line}", line.width());
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_on_the_sheet() {
        let mut figures = glance().figures;
        figures.core_tickets = 8999;
        let sheet = balance_sheet(&figures, &said(), &MISHAPS, &figures.wrong(), Lang::Zh);
        assert!(sheet.contains("热线工单 8999") && sheet.ends_with("✗ 账不平"), "{sheet}");
    }
}
