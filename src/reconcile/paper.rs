//! What was found, as rows that are told everywhere alike, and as papers.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Difference, Finding, FindingKind, Found};
use crate::paper::{Block, Column, Paper, Table};
use crate::settings::{Lang, Text};
use crate::store::{Asked, ItemPlace, Reckoning};
use crate::words::say;

/// What a channel's day comes to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChannelDay {
    /// The channel's code.
    pub channel: String,
    /// Its name.
    pub name: String,
    /// The day, in the site's zone.
    #[schemars(with = "String")]
    pub day: Date,
    /// By which time it is counted: `handed_at`, `submitted_at` or `received_at`; null where it is not told any more.
    pub counted_by: Option<String>,
    /// `said`, `cannot_say` or `away`.
    pub asked: String,
    /// Why the far side could not be asked, in our own words.
    pub why: Option<String>,
    /// When it was looked.
    #[schemars(with = "String")]
    pub looked_at: Timestamp,
    /// 对方有: how many items the far side has; null where it did not say.
    pub theirs: Option<u64>,
    /// 收到: how many came, unreadable ones included.
    pub taken: u64,
    /// 已转热线: how many the core has.
    pub forwarded: u64,
    /// 并单: how many joined a ticket.
    pub joined: u64,
    /// How many ask something about another item (催办 and the like).
    pub acts: u64,
    /// 放弃: how many a person gave up.
    pub refused: u64,
    /// 待人工: how many a person has before them.
    pub person: u64,
    /// How many are on their way to the core.
    pub queued: u64,
    /// How many wait for the end of a first run.
    pub first_run: u64,
    /// 留存: how many are kept and not forwarded (试运行, 历史件).
    pub aside: u64,
    /// 漏收: how many the far side has that did not come.
    pub missing: u64,
    /// 多收: how many came that it does not have.
    pub surplus: u64,
    /// 内部不平: how many came and stand nowhere.
    pub inside: u64,
    /// Numbers of what did not come, where they are known.
    #[serde(default)]
    pub missing_ids: Vec<String>,
    /// Numbers of what the far side does not have, where they are known.
    #[serde(default)]
    pub surplus_ids: Vec<String>,
    /// Numbers of what stands nowhere.
    #[serde(default)]
    pub inside_ids: Vec<String>,
}

impl ChannelDay {
    /// Of what was found just now.
    pub fn new(reckoning: &Reckoning, (channel, name): (&str, &str), found: Found) -> Self {
        let Found { missing_ids, surplus_ids, lost_ids, .. } = found;
        Self { missing_ids, surplus_ids, inside_ids: lost_ids, ..Self::kept(reckoning, (channel, name)) }
    }

    /// Of what was found before; numbers are not kept.
    pub fn kept(reckoning: &Reckoning, (channel, name): (&str, &str)) -> Self {
        let at = |place| reckoning.at_place(place);
        let asked = match reckoning.asked {
            Asked::CannotSay => "cannot_say",
            Asked::Said => "said",
            Asked::Away => "away",
        };
        Self {
            channel: channel.into(),
            name: name.into(),
            day: reckoning.day,
            counted_by: None,
            asked: asked.into(),
            why: None,
            looked_at: reckoning.at,
            theirs: reckoning.theirs,
            taken: reckoning.taken,
            forwarded: at(ItemPlace::Forwarded),
            joined: at(ItemPlace::Joined),
            acts: at(ItemPlace::Act),
            refused: at(ItemPlace::Refused),
            person: at(ItemPlace::Person),
            queued: at(ItemPlace::Queued),
            first_run: at(ItemPlace::FirstRun),
            aside: at(ItemPlace::Aside),
            missing: reckoning.missing,
            surplus: reckoning.surplus,
            inside: at(ItemPlace::Lost),
            missing_ids: Vec::new(),
            surplus_ids: Vec::new(),
            inside_ids: Vec::new(),
        }
    }

    /// Whether anything is wrong.
    pub fn has_gap(&self) -> bool {
        self.missing + self.surplus + self.inside > 0
    }

    /// Its cells, in the order of the heads.
    pub fn cells(&self, lang: Lang) -> Vec<String> {
        let theirs = match (self.asked.as_str(), self.theirs) {
            (_, Some(theirs)) => theirs.to_string(),
            ("away", None) => say(lang, "没问到", "away").into(),
            _ => say(lang, "说不出", "-").into(),
        };
        let figures =
            [self.taken, self.forwarded, self.joined, self.acts, self.person, self.queued + self.first_run, self.aside];
        let mut cells = vec![self.name.clone(), theirs];
        cells.extend(figures.iter().chain([&self.refused]).map(u64::to_string));
        cells.push(gap_said(self, lang));
        cells
    }
}

/// The heads of a day's table; the words of screens.
pub const DAY_HEADS: [(&str, &str); 11] = [
    ("渠道", "Channel"),
    ("对方有", "Theirs"),
    ("收到", "Came"),
    ("已转", "Sent"),
    ("并单", "Joined"),
    ("催补", "Acts"),
    ("待人工", "Person"),
    ("在途", "Queued"),
    ("留存", "Kept"),
    ("放弃", "Dropped"),
    ("差", "Gap"),
];

/// The gap of a day in words.
fn gap_said(day: &ChannelDay, lang: Lang) -> String {
    let kinds = [(day.missing, "漏收", "missing"), (day.surplus, "多收", "surplus"), (day.inside, "内部", "inside")];
    let said = kinds.iter().filter(|(count, ..)| *count > 0);
    let said: Vec<_> = said
        .map(|(count, zh, en)| match lang {
            Lang::Zh => format!("{zh}{count}"),
            Lang::En => format!("{en} {count}"),
        })
        .collect();
    match (said.is_empty(), day.theirs) {
        (false, _) => said.join(" "),
        (true, Some(_)) => say(lang, "平", "even").into(),
        (true, None) => "-".into(),
    }
}

/// What stands below a day's table: by which time it is counted, what could not be asked, and every number that is known.
pub fn day_notes(days: &[ChannelDay], lang: Lang) -> Vec<String> {
    let mut notes = Vec::new();
    for day in days {
        let name = &day.name;
        match (day.asked.as_str(), day.counted_by.as_deref()) {
            ("said", Some(by)) => notes.push(match lang {
                Lang::Zh => format!("{name}:对方按{}算到这一天", by_said(by, lang)),
                Lang::En => format!("{name}: its far side counts by {}", by_said(by, lang)),
            }),
            ("away", _) => {
                let why = day.why.as_deref().unwrap_or("unavailable");
                notes.push(match lang {
                    Lang::Zh => format!("{name}:对方没问到({why}),过后再问,不算差"),
                    Lang::En => {
                        format!("{name}: its far side could not be asked ({why}); it is asked again, this is no gap")
                    }
                });
            }
            _ => {}
        }
        let lists = [
            (&day.missing_ids, "对方有、没收到的", "theirs, and did not come"),
            (&day.surplus_ids, "收到了、对方没有的", "came, and not theirs"),
            (&day.inside_ids, "收下了却没有去处的", "came, and stand nowhere"),
        ];
        for (ids, zh, en) in lists {
            if !ids.is_empty() {
                notes.push(format!("{name}{}{}", say(lang, ":", ": "), say(lang, zh, en)) + " " + &ids.join(" "));
            }
        }
        let unnamed = day.missing.saturating_sub(day.missing_ids.len() as u64);
        if unnamed > 0 && day.looked_at > Timestamp::UNIX_EPOCH && !day.missing_ids.is_empty() {
            notes.push(match lang {
                Lang::Zh => format!("{name}:另有 {unnamed} 件漏收的没有编号"),
                Lang::En => format!("{name}: {unnamed} more are missing that have no number"),
            });
        }
    }
    notes
}

fn by_said(by: &str, lang: Lang) -> &'static str {
    match by {
        "handed_at" => say(lang, "转来的时间", "when it handed an item over"),
        "submitted_at" => say(lang, "群众提交的时间", "when an item was submitted"),
        _ => say(lang, "我们收到的时间", "when an item came here"),
    }
}

/// A day as a paper.
pub fn day_paper(day: Date, days: &[ChannelDay], lang: Lang) -> Paper {
    let title = match lang {
        Lang::Zh => format!("渠道对账 {day}"),
        Lang::En => format!("Reconciliation of {day}"),
    };
    let heads = DAY_HEADS.iter().enumerate();
    let columns =
        heads.map(|(at, (zh, en))| Column { name: say(lang, zh, en).into(), is_figure: (1..10).contains(&at) });
    let table = Table {
        name: say(lang, "对账", "Reconciliation").into(),
        columns: columns.collect(),
        rows: days.iter().map(|day| day.cells(lang)).collect(),
        summed: false,
    };
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(day_notes(days, lang).into_iter().map(Block::Note));
    Paper { title, blocks }
}

impl Difference {
    /// How the states do not fit, and what that means.
    pub fn said(self) -> Text {
        let (zh, en) = match self {
            Self::NotArrived => {
                ("我们已回传办结,对方没有显示", "we told them that it is done, and they do not show it")
            }
            Self::OnItsWay => ("我们已办结,答复还没有送到对方", "it is done here, and the answer is still on its way"),
            Self::NotTold => ("我们已办结,没有回传给对方", "it is done here, and no answer went there"),
            Self::DoneThereOnly => ("对方已办结,我们这里没有办结", "it is done there, and not here"),
            Self::SentBack => ("对方已退回重办,我们这里还是办结", "they sent it back, and here it is still done"),
            Self::DoneHereOnly => ("我们这里已办结,热线还没有办结", "it is done here, and the core has it open"),
        };
        Text::new(zh, en)
    }
}

/// The heads of a table of findings.
pub const FINDING_HEADS: [(&str, &str); 5] = [
    ("来源编号", "Number"),
    ("表中行", "Row"),
    ("汇流编号", "Ticket"),
    ("表中状态", "Their state"),
    ("说明", "Remark"),
];

impl Finding {
    /// Its cells, in the order of the heads.
    pub fn cells(&self, lang: Lang) -> Vec<String> {
        let remark = match (self.difference, self.first_row, lang) {
            (Some(difference), ..) => difference.said().in_lang(lang).to_owned(),
            (None, Some(first), Lang::Zh) => format!("第 {first} 行已有"),
            (None, Some(first), Lang::En) => format!("also in row {first}"),
            (None, None, _) => String::new(),
        };
        let row = self.row.map(|row| row.to_string()).unwrap_or_default();
        let (ticket, state) = (self.ticket.clone().unwrap_or_default(), self.state.clone().unwrap_or_default());
        vec![self.number.clone(), row, ticket, state, remark]
    }
}

/// Findings as a paper: one table a kind.
pub fn findings_paper(title: String, findings: &[Finding], lang: Lang) -> Paper {
    let columns: Vec<_> =
        FINDING_HEADS.iter().map(|(zh, en)| Column { name: say(lang, zh, en).into(), is_figure: false }).collect();
    let tables = FindingKind::ALL.into_iter().map(|kind| {
        let rows = findings.iter().filter(|finding| finding.kind == kind).map(|finding| finding.cells(lang)).collect();
        let name = say(lang, kind.zh(), kind.en()).into();
        Block::Table(Table { name, columns: columns.clone(), rows, summed: false })
    });
    Paper { title, blocks: tables.collect() }
}
