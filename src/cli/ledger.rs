//! `huiliu ledger`: the ledger of channels (渠道台账), from their files.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::output::{Failure, Output};
use super::paper::AsPaper;
use super::site::Site;
use super::table::Look;
use crate::paper::{Block, Column, Paper, Table};
use crate::settings::{ChannelFile, Lang};
use crate::words::{CHANNEL_STATES, LEDGER, head, say, word};

/// The ledger of channels.
#[derive(Args, Debug)]
pub(super) struct Ledger {
    /// Write it as a workbook into this file; one that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
}

/// A channel in the ledger; names as `--json` promises them.
#[derive(Serialize, Debug)]
pub(super) struct Entry {
    pub(super) code: String,
    pub(super) name: String,
    /// The connector kind, as people call it.
    pub(super) kind: String,
    pub(super) state: &'static str,
    pub(super) account_holder: Option<String>,
    pub(super) far_contact: Option<String>,
    pub(super) permitted_by: Option<String>,
    pub(super) secret_changed: Option<String>,
    /// The last day on which the secret is good.
    pub(super) secret_ends: Option<Date>,
    pub(super) days_left: Option<i32>,
    /// `over` or `near`, where somebody must see to the secret.
    pub(super) secret: Option<&'static str>,
    /// Keys that a person must still fill in.
    pub(super) blanks: Vec<&'static str>,
    pub(super) note: Option<String>,
}

impl Ledger {
    pub(super) fn run(self, site: &Site, now: Timestamp) -> Result<Output, Failure> {
        let today = now.to_zoned(site.look.zone.clone()).date();
        let entries: Vec<Entry> = site.channels.iter().map(|file| entry(site, file, today)).collect();
        let Some(file) = self.xlsx else {
            return Ok(Output::new(&entries, screen(&site.look, &entries)));
        };
        AsPaper::workbook(file).begin()?.finish(&paper(site.look.lang, &entries, today), &entries, site.look.lang)
    }
}

fn entry(site: &Site, file: &ChannelFile, today: Date) -> Entry {
    let name = file.names.first().unwrap_or(&file.code).clone();
    let mut entry = Entry {
        code: file.code.clone(),
        name,
        kind: "-".into(),
        state: "mend",
        account_holder: None,
        far_contact: None,
        permitted_by: None,
        secret_changed: None,
        secret_ends: None,
        days_left: None,
        secret: None,
        blanks: Vec::new(),
        note: None,
    };
    // What a wrong file says cannot be told apart from what it means to say.
    let Ok(settings) = &file.result else { return entry };
    let ledger = &settings.ledger;
    let end = ledger.secret_end();
    let left = end.map(|end| end.left(today));
    entry.kind = site.kind(Some(&settings.connect.kind));
    entry.state = settings.channel.state.word();
    entry.account_holder = ledger.account_holder.clone();
    entry.far_contact = ledger.far_contact.clone();
    entry.permitted_by = ledger.permitted_by.clone();
    entry.secret_changed = ledger.secret_changed.map(|day| day.to_string());
    entry.secret_ends = end.map(|end| end.day);
    entry.days_left = left;
    entry.secret = match (end, left) {
        (Some(_), Some(..0)) => Some("over"),
        (Some(end), _) if end.is_near(today) => Some("near"),
        _ => None,
    };
    entry.blanks = ledger.blanks();
    entry.note = ledger.note.clone();
    entry
}

impl Entry {
    /// How the secret stands: changed when, good until when.
    fn secret(&self, lang: Lang) -> String {
        let mark = self.secret.map(|word_of| word(LEDGER, word_of, lang)).unwrap_or_default();
        let changed = self.secret_changed.as_ref().map(|day| match lang {
            Lang::Zh => format!("{day} 换过"),
            Lang::En => format!("changed {day}"),
        });
        let ends = self.secret_ends.zip(self.days_left).map(|(day, left)| match (lang, left) {
            (Lang::Zh, 0..) => format!("{day} 到期,还剩 {left} 天"),
            (Lang::Zh, _) => format!("{day} 到期,已过 {} 天", left.unsigned_abs()),
            (Lang::En, 0..) => format!("good until {day}, {left} days left"),
            (Lang::En, _) => format!("good until {day}, {} days over", left.unsigned_abs()),
        });
        let parts: Vec<String> = changed.into_iter().chain(ends).collect();
        format!("{mark}{}", parts.join(say(lang, ";", "; ")))
    }

    /// What must be filled in.
    fn blanks(&self, lang: Lang) -> String {
        let named: Vec<&str> = self.blanks.iter().map(|key| word(LEDGER, key, lang)).collect();
        match named.is_empty() {
            true => String::new(),
            false => format!("{}{}", say(lang, "【待填】", "(TO FILL IN) "), named.join(say(lang, "、", ", "))),
        }
    }

    /// What is told under a key; where a person must still say it, the mark that says so.
    fn told(&self, lang: Lang, key: &str, text: &Option<String>) -> String {
        match self.blanks.contains(&key) {
            true => say(lang, "【待填】", "(TO FILL IN)").into(),
            false => text.clone().unwrap_or_default(),
        }
    }

    fn cells(&self, lang: Lang) -> Vec<String> {
        vec![
            self.name.clone(),
            self.code.clone(),
            self.kind.clone(),
            word(CHANNEL_STATES, self.state, lang).to_owned(),
            self.told(lang, "account_holder", &self.account_holder),
            self.told(lang, "far_contact", &self.far_contact),
            self.told(lang, "permitted_by", &self.permitted_by),
            self.secret(lang),
            self.blanks(lang),
            self.note.clone().unwrap_or_default(),
        ]
    }
}

const HEADS: [&str; 10] = [
    "channel",
    "channel_code",
    "kind",
    "state",
    "account_holder",
    "far_contact",
    "permitted_by",
    "secret_life",
    "blanks",
    "remark",
];

/// The ledger on a screen; columns in which nothing stands are left out.
pub(super) fn screen(look: &Look, entries: &[Entry]) -> String {
    if entries.is_empty() {
        return say(look.lang, "还没有配置任何渠道", "no channel is configured yet").into();
    }
    // Names are known by heart, and what is to be filled in is marked where it belongs.
    let heads = HEADS.iter().enumerate().filter(|(_, name)| !matches!(**name, "channel_code" | "blanks"));
    let cells: Vec<Vec<String>> = entries.iter().map(|entry| entry.cells(look.lang)).collect();
    let told = |n: usize| cells.iter().any(|cells| !cells[n].is_empty());
    let (places, heads): (Vec<usize>, Vec<&'static str>) = heads.filter(|(n, _)| told(*n)).unzip();
    let rows = cells.iter().map(|cells| places.iter().map(|n| cells[*n].clone()).collect());
    look.table(&heads, &[], rows.collect())
}

/// The ledger as a paper of one table.
fn paper(lang: Lang, entries: &[Entry], today: Date) -> Paper {
    let columns = HEADS.iter().map(|name| Column { name: head(name, lang).into(), is_figure: false });
    let rows = entries.iter().map(|entry| entry.cells(lang)).collect();
    let name = say(lang, "渠道台账", "Ledger of channels");
    let table = Table { name: format!("{name} {today}"), columns: columns.collect(), rows, summed: false };
    Paper { title: name.into(), blocks: vec![Block::Table(table)] }
}
