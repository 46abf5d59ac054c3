//! A frozen report (定稿) and what changed since: which numbers, and which references.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::Line;
use super::figures::Figures;
use crate::paper::Paper;

/// How many references are named in a note; the rest are counted.
const NAMED: usize = 20;

/// What was printed, as it is kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Printed {
    /// The figures.
    pub figures: Figures,
    /// The paper.
    pub paper: Paper,
    /// The paper as it stood on the screen, to be shown again byte for byte.
    pub text: String,
    /// Why it was frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Compares the references of a frozen report with those of another, which come one by one.
#[derive(Debug, Default)]
pub struct Compared {
    before: HashMap<(String, String), Line>,
    changes: Vec<Changed>,
    more: usize,
}

#[derive(Debug)]
struct Changed {
    channel: (String, Option<String>),
    external_id: String,
    how: String,
}

impl Compared {
    /// Over the lines that a report was frozen with.
    pub fn with(lines: impl IntoIterator<Item = Line>) -> Self {
        let keyed = lines.into_iter().map(|line| ((line.channel.clone(), line.external_id.clone()), line));
        Self { before: keyed.collect(), ..Self::default() }
    }

    /// Looks at a line of the other report.
    pub fn meet(&mut self, now: &Line) {
        let before = self.before.remove(&(now.channel.clone(), now.external_id.clone()));
        let how = match before {
            None => format!("新增({})", now.state()),
            Some(before) => match differs(&before, now) {
                Some(how) => how,
                None => return,
            },
        };
        self.changed(now, how);
    }

    fn changed(&mut self, line: &Line, how: String) {
        if self.changes.len() >= NAMED {
            self.more += 1;
            return;
        }
        let external_id = if line.confidential { "(保密)".to_owned() } else { line.external_id.clone() };
        let (channel, tag) = line.counted_under();
        self.changes.push(Changed { channel: (channel.into(), tag.map(Into::into)), external_id, how });
    }

    /// What changed, as notes: first the numbers, then the references. `edition` is that of the frozen one.
    pub fn notes(mut self, before: &Figures, now: &Figures, edition: u32) -> Vec<String> {
        let mut gone: Vec<_> = std::mem::take(&mut self.before).into_values().collect();
        gone.sort_by(|a, b| a.identity().cmp(&b.identity()));
        for line in &gone {
            self.changed(line, "不再计入".into());
        }
        let numbers = numbers(before, now);
        if numbers.is_empty() && self.changes.is_empty() {
            return vec![format!("与定稿(第{edition}版)相比:没有变化。")];
        }
        let mut notes = Vec::new();
        if !numbers.is_empty() {
            notes.push(format!("与定稿(第{edition}版)相比,数字变化:{}。", numbers.join(";")));
        }
        if !self.changes.is_empty() {
            let names = named(now).into_iter().chain(named(before)).collect::<Vec<_>>();
            let name = |key: &(String, Option<String>)| {
                let known = names.iter().find(|(code, tag, _)| *code == key.0 && *tag == key.1.as_deref());
                known.map_or(key.0.as_str(), |(.., name)| name).to_owned()
            };
            let said = self.changes.iter().map(|one| format!("{} {}:{}", name(&one.channel), one.external_id, one.how));
            let mut said = said.collect::<Vec<_>>().join(";");
            if self.more > 0 {
                said += &format!(";另有{}件", self.more);
            }
            notes.push(format!("与定稿(第{edition}版)相比,来件变化:{said}。"));
        }
        notes
    }
}

fn named(figures: &Figures) -> Vec<(&str, Option<&str>, &str)> {
    let channels = figures.channels.iter().map(|one| &one.channel);
    channels.map(|one| (one.code.as_str(), one.tag.as_deref(), one.name.as_str())).collect()
}

/// How a reference differs in what is counted.
fn differs(before: &Line, now: &Line) -> Option<String> {
    let mut how = Vec::new();
    if before.state() != now.state() {
        how.push(format!("{}→{}", before.state(), now.state()));
    }
    if before.number != now.number {
        let number = |line: &Line| line.number.clone().unwrap_or_else(|| "无".into());
        how.push(format!("汇流编号{}→{}", number(before), number(now)));
    }
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "未注明".into());
    let words = [
        ("诉求类型", &before.kind, &now.kind),
        ("诉求类别", &before.category, &now.category),
        ("承办单位", &before.unit, &now.unit),
    ];
    for (what, before, after) in words {
        if before != after && !now.confidential {
            how.push(format!("{what}{}→{}", said(before), said(after)));
        }
    }
    if before.redone != now.redone {
        how.push(format!("发回重办{}次→{}次", before.redone, now.redone));
    }
    if before.returned != now.returned {
        how.push("申请退单".into());
    }
    (!how.is_empty()).then(|| how.join(","))
}

/// The printed numbers that differ.
fn numbers(before: &Figures, now: &Figures) -> Vec<String> {
    let (before, now) = (counted(before), counted(now));
    let names: Vec<_> = now.iter().chain(&before).map(|(name, _)| name.clone()).collect();
    let of = |all: &[(String, u64)], name: &str| all.iter().find(|(known, _)| known == name).map_or(0, |one| one.1);
    let mut told = BTreeMap::new();
    for (at, name) in names.into_iter().enumerate() {
        let (was, is) = (of(&before, &name), of(&now, &name));
        if was != is {
            told.entry(name).or_insert((at, was, is));
        }
    }
    let mut told: Vec<_> = told.into_iter().collect();
    told.sort_by_key(|(_, (at, ..))| *at);
    told.into_iter().map(|(name, (_, was, is))| format!("{name}{was}→{is}")).collect()
}

fn counted(figures: &Figures) -> Vec<(String, u64)> {
    let mut all = vec![
        ("受理".into(), figures.accepted),
        ("办结".into(), figures.closed),
        ("未成单".into(), figures.unmapped()),
        ("统一工单".into(), figures.tickets),
    ];
    for one in &figures.channels {
        let name = &one.channel.name;
        all.extend([
            (format!("{name}受理"), one.accepted),
            (format!("{name}办结"), one.closed),
            (format!("{name}超期"), one.overdue),
        ]);
    }
    let parts = figures.kinds.iter().chain(&figures.categories);
    all.extend(parts.map(|part| (part.name.clone().unwrap_or_else(|| "未注明".into()), part.count)));
    all
}
