//! What is seen of the demo: a table that lives at the foot of the terminal with lines of what happens above it; plain
//! lines where stdout is no terminal. It computes nothing.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, LineStyle, Table};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::Options;
use super::balance::Figures;
use super::stage::Mishaps;
use crate::console::view::DeadView;
use crate::settings::{Lang, Text};
use crate::words::{FAULTS, REASONS, head, word};

/// How often a plain line tells how things stand.
const PLAIN_EVERY: Duration = Duration::from_secs(3);

/// Lines of the table: head, rule, two channels, the core.
const LINES: usize = 5;

/// How a far side stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// It answers.
    Well,
    /// It does not; the fault's stable word and message, as the gateway's console tells them.
    Ill(String, String),
}

/// How everything stands at one moment.
#[derive(Clone, Debug)]
pub(super) struct Glance {
    /// All figures.
    pub(super) figures: Figures,
    /// The polled platform.
    pub(super) platform: Side,
    /// The core.
    pub(super) core: Side,
    /// Events that wait for the core.
    pub(super) waiting: usize,
}

/// The screen.
#[derive(Debug)]
pub(super) struct Screen {
    options: Options,
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
    /// A screen for these options.
    pub(super) fn new(options: Options) -> Self {
        let live = (!options.json && std::io::stdout().is_terminal()).then(Live::new);
        Self { options, began: Instant::now(), live, last: Mutex::default() }
    }

    /// A line of what happens.
    pub(super) fn say(&self, zh: impl Into<String>, en: impl Into<String>) {
        let text = Text::new(zh, en);
        let line = format!("{:5.1}s  {}", self.began.elapsed().as_secs_f32(), text.in_lang(self.options.lang));
        match &self.live {
            Some(live) => drop(live.all.println(line)),
            None if self.options.json => eprintln!("{line}"),
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
            Some(live) => live.show(&glance, up, self.options.lang),
            None if self.options.json => {}
            None if last.told.is_none_or(|told| told.elapsed() >= PLAIN_EVERY) => {
                last.told = Some(Instant::now());
                let figures = &glance.figures;
                let (sent, kept) = (figures.sent(), figures.tickets() + figures.listed());
                let (core, waiting) = (figures.core_tickets, glance.waiting);
                self.say(
                    format!("  … 对方发出 {sent},入库 {kept},热线系统收到 {core} 件,待发 {waiting} 条"),
                    format!("  … sent {sent}, kept {kept}, the core has {core} tickets, {waiting} events wait"),
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

    /// Prints what waits for a person, as `huiliu dead list` would.
    pub(super) fn listed(&self, dead: &[DeadView]) {
        if self.options.json {
            return;
        }
        let lang = self.options.lang;
        let mut table =
            bare(&[pick(lang, "待人工处理", "Needs a person"), head("external_id", lang), head("reason", lang)]);
        for one in dead {
            let reason = word(REASONS, &one.reason, lang);
            table.add_row([one.channel_name.as_str(), one.external_id.as_deref().unwrap_or("-"), reason]);
        }
        println!("\n{}", written(table, 0..0));
    }

    /// Prints the reconciliation; whether it balances.
    pub(super) fn reconciliation(&self, figures: &Figures, mishaps: &Mishaps) -> bool {
        let wrong = figures.wrong();
        if self.options.json {
            let balance = json!({
                "balanced": wrong.is_empty(), "figures": figures, "sent": figures.sent(),
                "tickets": figures.tickets(), "listed": figures.listed(),
                "wrong": wrong.iter().map(|wrong| &wrong.en).collect::<Vec<_>>(),
            });
            println!("{balance:#}");
        } else {
            println!("{}", balance_sheet(figures, mishaps, &wrong, self.options.lang));
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
        let figures = &glance.figures;
        self.bar.set_length(figures.sent());
        self.bar.set_position(figures.core_tickets + figures.listed());
        self.bar.set_message(pick(lang, "送达或列出", "delivered or listed"));
    }
}

fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn bare(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING.header_separator(LineStyle::none().fill('-').junction('-')));
    table.set_header(heads.iter().copied());
    table
}

/// Numbers to the right; two blanks between columns.
fn written(mut table: Table, numbers: std::ops::Range<usize>) -> String {
    for (n, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if numbers.contains(&n) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// The live table, at most 80 columns wide.
fn glance_table(glance: &Glance, up: bool, lang: Lang) -> String {
    let heads = match lang {
        Lang::Zh => ["", "对方发出", "统一工单", "认不出", "情况"],
        Lang::En => ["", "sent", "tickets", "listed", "state"],
    };
    let state = |side: &Side| match (up, side) {
        (false, _) => pick(lang, "网关停摆", "the gateway is down").to_owned(),
        (true, Side::Well) => pick(lang, "正常", "well").to_owned(),
        (true, Side::Ill(fault, why)) if lang == Lang::En || word(FAULTS, fault, lang) == fault => shortened(why, 30),
        (true, Side::Ill(fault, _)) => word(FAULTS, fault, lang).to_owned(),
    };
    let mut table = bare(&heads);
    for (channel, side) in glance.figures.channels.iter().zip([&Side::Well, &glance.platform]) {
        let counts = [channel.sent, channel.tickets, channel.listed].map(|count| count.to_string());
        table.add_row([channel.name.clone()].into_iter().chain(counts).chain([state(side)]));
    }
    let core = glance.figures.core_tickets.to_string();
    let waiting = match (lang, glance.waiting) {
        (_, 0) => state(&glance.core),
        (Lang::Zh, n) => format!("待发 {n};{}", state(&glance.core)),
        (Lang::En, n) => format!("{n} wait; {}", state(&glance.core)),
    };
    table.add_row([pick(lang, "热线系统收到", "the core has").to_owned(), String::new(), core, String::new(), waiting]);
    written(table, 1..4)
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The reconciliation for people.
fn balance_sheet(figures: &Figures, mishaps: &Mishaps, wrong: &[Text], lang: Lang) -> String {
    let names = figures.channels.iter().map(|channel| channel.name.as_str());
    let heads: Vec<&str> =
        [pick(lang, "对账", "Reconciliation")].into_iter().chain(names).chain([pick(lang, "合计", "all")]).collect();
    let mut table = bare(&heads);
    let mut row = |name: &'static str, of: &dyn Fn(&super::ChannelFigures) -> u64| {
        let counts: Vec<u64> = figures.channels.iter().map(of).collect();
        let all: u64 = counts.iter().sum();
        table.add_row([name.to_owned()].into_iter().chain(counts.iter().map(u64::to_string)).chain([all.to_string()]));
    };
    row(pick(lang, "对方发出(对方自己数)", "sent (far sides' count)"), &|channel| channel.sent);
    row(pick(lang, "网关入库", "kept by the gateway"), &|channel| channel.tickets + channel.listed);
    row(pick(lang, "  统一工单", "  tickets"), &|channel| channel.tickets);
    row(pick(lang, "  认不出,已列出待人工处理", "  listed as unmappable"), &|channel| channel.listed);
    let blanks = figures.channels.iter().map(|_| String::new());
    let delivered = pick(lang, "热线系统收到(它自己数)", "delivered (core's count)");
    table.add_row([delivered.to_owned()].into_iter().chain(blanks).chain([figures.core_tickets.to_string()]));
    let mut text = format!("\n{}\n", written(table, 1..heads.len()));
    let Mishaps { unavailable, pages_twice, told_again, events_twice } = mishaps;
    let _ = match lang {
        Lang::Zh => writeln!(
            text,
            "其间:热线系统 503 {unavailable} 次,平台重复给页 {pages_twice} 次,信箱重推 {told_again} 次,\
             kill -9 一次,\n      热线系统被重复告知 {events_twice} 次(凭编号认出,不重复计)"
        ),
        Lang::En => writeln!(
            text,
            "Meanwhile: 503 from the core {unavailable}, pages given twice {pages_twice}, pushes told again \
             {told_again},\n           kill -9 once, events told twice {events_twice} (known by their key)"
        ),
    };
    for wrong in wrong {
        let _ = writeln!(text, "✗ {}", wrong.in_lang(lang));
    }
    text.push_str(match (wrong.is_empty(), lang) {
        (true, Lang::Zh) => "✓ 账平:一件不少,一件不多",
        (true, Lang::En) => "✓ it balances: none lost, none twice",
        (false, Lang::Zh) => "✗ 账不平",
        (false, Lang::En) => "✗ it does not balance",
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::ChannelFigures;

    fn glance() -> Glance {
        let channel =
            |name: &str, sent| ChannelFigures { name: name.into(), sent, tickets: sent - 2, listed: 2, revised: 1 };
        Glance {
            figures: Figures {
                channels: vec![channel("书记县长信箱", 61), channel("省级12345热线", 36)],
                core_tickets: 93,
                core_events: 95,
                ..Figures::default()
            },
            platform: Side::Ill(
                "malformed".into(),
                "the far side gave the page before once more although its end was not reached".into(),
            ),
            core: Side::Ill("unavailable".into(), "unavailable: HTTP 503".into()),
            waiting: 17,
        }
    }

    #[test]
    fn eighty_columns_are_enough_and_the_table_has_as_many_lines_as_places() {
        let mishaps = Mishaps { unavailable: 1234, pages_twice: 12, told_again: 1234, events_twice: 1234 };
        for lang in [Lang::Zh, Lang::En] {
            let table = glance_table(&glance(), true, lang);
            assert_eq!(table.lines().count(), LINES);
            let sheet = balance_sheet(&glance().figures, &mishaps, &[], lang);
            for line in table.lines().chain(sheet.lines()) {
                let width: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
                assert!(width <= 80, "{width}: {line}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_on_the_sheet() {
        let mut figures = glance().figures;
        figures.core_tickets = 92;
        let mishaps = Mishaps { unavailable: 0, pages_twice: 0, told_again: 0, events_twice: 0 };
        let sheet = balance_sheet(&figures, &mishaps, &figures.wrong(), Lang::Zh);
        assert!(sheet.contains("热线系统收到 92 件") && sheet.ends_with("✗ 账不平"), "{sheet}");
    }
}
