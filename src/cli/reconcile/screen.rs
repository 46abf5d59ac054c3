//! What was found, on 80 columns.

use super::super::table::Look;
use crate::console::view::{AgainstView, GapView, ReconciledView, SignedListView};
use crate::reconcile::{ChannelDay, DAY_HEADS, FINDING_HEADS, FindingKind, day_notes};
use crate::settings::Lang;
use crate::words::say;

/// So many columns of a day are always there: the channel, what its far side has, what came, what the core has.
const ALWAYS: usize = 4;

/// So many findings of a kind are shown; a sheet has them all.
const SHOWN: usize = 50;

/// A day of channels.
pub(super) fn day(look: &Look, found: &ReconciledView) -> String {
    let lang = look.lang;
    let day = found.day;
    let mut text = match (lang, found.now) {
        (Lang::Zh, true) => format!("渠道对账 {day}\n"),
        (Lang::Zh, false) => format!("渠道对账 {day}(汇流没有在运行,这是最近一次对的结果)\n"),
        (Lang::En, true) => format!("Reconciliation of {day}\n"),
        (Lang::En, false) => format!("Reconciliation of {day} (huiliu is not running: what the last look found)\n"),
    };
    if found.channels.is_empty() {
        text += say(lang, "这一天没有对过任何渠道\n", "no channel was looked at for that day\n");
    } else {
        text += &table(look, &found.channels);
        text.push('\n');
    }
    for note in day_notes(&found.channels, lang) {
        text += &format!("{note}\n");
    }
    if !found.not_looked.is_empty() {
        let names = found.not_looked.join(say(lang, "、", ", "));
        text += &format!("{}{names}\n", say(lang, "停用或没有对的渠道:", "off, or not looked at: "));
    }
    text + &gaps(look, &found.gaps)
}

/// The table of a day. Where items may stand beside the ordinary road, a column is there only if any do.
fn table(look: &Look, days: &[ChannelDay]) -> String {
    let all: Vec<_> = days.iter().map(|day| day.cells(look.lang)).collect();
    let last = DAY_HEADS.len() - 1;
    let wanted = |at: &usize| *at < ALWAYS || *at == last || all.iter().any(|cells| cells[*at] != "0");
    let columns: Vec<usize> = (0..DAY_HEADS.len()).filter(wanted).collect();
    let heads: Vec<_> = columns.iter().map(|at| say(look.lang, DAY_HEADS[*at].0, DAY_HEADS[*at].1)).collect();
    let rows = all.iter().map(|cells| columns.iter().map(|at| cells[*at].clone()).collect());
    look.titled(&heads, &(1..columns.len() - 1).collect::<Vec<_>>(), rows.collect())
}

/// Gaps, one a line.
fn gaps(look: &Look, gaps: &[GapView]) -> String {
    let mut text = String::new();
    if gaps.is_empty() {
        return text;
    }
    text += say(look.lang, "\n差:\n", "\nGaps:\n");
    for gap in gaps {
        text += &format!("  {}\n", gap_line(look, gap));
    }
    text
}

/// A gap in one line.
pub(in super::super) fn gap_line(look: &Look, gap: &GapView) -> String {
    let (name, day, count, since) = (&gap.name, gap.day, gap.count, look.time(Some(gap.since)));
    let kind = match (gap.kind.as_str(), look.lang) {
        ("missing", Lang::Zh) => "漏收",
        ("surplus", Lang::Zh) => "多收",
        ("inside", Lang::Zh) => "内部不平",
        (other, _) => other,
    };
    let mut text = match look.lang {
        Lang::Zh => format!("{name} {day} {kind} {count} 件,{since} 起"),
        Lang::En => format!("{name} {day}: {count} {kind}, since {since}"),
    };
    match (&gap.signed_by, gap.mended_at, look.lang) {
        (Some(who), at, Lang::Zh) => text += &format!(",{} {who} 签认", look.time(at)),
        (Some(who), at, Lang::En) => text += &format!(", signed for by {who} at {}", look.time(at)),
        (None, Some(at), Lang::Zh) => text += &format!(",{} 已平", look.time(Some(at))),
        (None, Some(at), Lang::En) => text += &format!(", mended at {}", look.time(Some(at))),
        (None, None, _) => {}
    }
    text
}

/// A list held against ours.
pub(super) fn against(look: &Look, found: &AgainstView) -> String {
    let lang = look.lang;
    let (name, rows, ours) = (&found.name, found.rows, found.ours);
    let mut text = match (found.span, lang) {
        (Some((first, last)), Lang::Zh) => format!("{name}:表中 {rows} 行,{first} 至 {last} 我们有 {ours} 件\n"),
        (Some((first, last)), Lang::En) => format!("{name}: {rows} rows; {ours} of ours from {first} to {last}\n"),
        (None, Lang::Zh) => format!("{name}:表中 {rows} 行;不知道时段,没有核多件(写 --from、--to)\n"),
        (None, Lang::En) => {
            format!("{name}: {rows} rows; the span is not known, surplus was not looked for (--from, --to)\n")
        }
    };
    let heads: Vec<_> = FINDING_HEADS.iter().map(|(zh, en)| say(lang, zh, en)).collect();
    for (kind, count) in FindingKind::ALL.into_iter().zip(found.counts) {
        text += &format!("\n{} {count}\n", say(lang, kind.zh(), kind.en()));
        let of_kind = found.findings.iter().filter(|finding| finding.kind == kind);
        let rows: Vec<_> = of_kind.take(SHOWN).map(|finding| finding.cells(lang)).collect();
        if !rows.is_empty() {
            text += &look.titled(&heads, &[0, 1, 2], rows);
            text.push('\n');
        }
        if count > SHOWN as u64 {
            let left = count - SHOWN as u64;
            text += &match lang {
                Lang::Zh => format!("……另有 {left} 件,用 --out 文件.xlsx 写成表格\n"),
                Lang::En => format!("… and {left} more; --out FILE.xlsx writes them all\n"),
            };
        }
    }
    if found.signed {
        text += say(lang, "\n已签认,记录在案\n", "\nsigned for, on record\n");
    }
    text
}

/// What was signed for, and what is not mended.
pub(super) fn signed(look: &Look, signed: &SignedListView) -> String {
    let lang = look.lang;
    let heads =
        [("渠道", "Channel"), ("上次核对", "Last compared"), ("几天前", "Days ago"), ("谁", "Who"), ("时段", "Span")];
    let counts = FindingKind::ALL.map(|kind| say(lang, kind.zh(), kind.en()));
    let heads: Vec<_> = heads.iter().map(|(zh, en)| say(lang, zh, en)).chain(counts).collect();
    let rows = signed.lists.iter().map(|list| {
        let never = || say(lang, "从未", "never").to_owned();
        let mut row = vec![
            list.name.clone(),
            list.at.map_or_else(never, |at| look.time(Some(at))),
            list.days.map(|days| days.to_string()).unwrap_or_default(),
            list.who.clone().unwrap_or_default(),
            list.span.map(|(first, last)| format!("{first} {last}")).unwrap_or_default(),
        ];
        row.extend(list.counts.map(|count| if list.at.is_some() { count.to_string() } else { String::new() }));
        row
    });
    let rows: Vec<_> = rows.collect();
    let mut text = look.titled(&heads, &[2], rows);
    text.push('\n');
    text + &gaps(look, &signed.gaps)
}
