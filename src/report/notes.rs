//! What was counted how: the small print under a report.

use jiff::civil::Date;

use super::figures::Figures;
use super::print::rate;
use crate::settings::Effective;

/// The notes of figures that know everything up to the end of a day.
pub(super) fn of(figures: &Figures, last_day: Date) -> Vec<String> {
    let day = format!("{}年{}月{}日", last_day.year(), last_day.month(), last_day.day());
    let mut notes = vec![format!(
        "统计口径:每个来源计一次,按{}归入本期;重发、更正、补充、催办、督办等不另计。办结为截至{day}已办结且未重新办理的。",
        figures.by.zh()
    )];
    notes.extend(instead(figures));
    notes.push(joined(figures));
    if figures.apart.ended > 0 {
        notes.push(format!("来源已撤诉、收回或同意退单的{}件未计入受理。", figures.apart.ended));
    }
    notes.extend(unmapped(figures));
    notes.extend(apart(figures));
    notes.extend(effective(figures));
    notes
}

fn instead(figures: &Figures) -> Option<String> {
    let counts = [("转派时间", figures.instead.handed), ("汇流收到时间", figures.instead.received)];
    let said = counts.into_iter().filter(|(_, count)| *count > 0).map(|(by, count)| format!("{count}件按{by}"));
    let said = said.collect::<Vec<_>>().join(",");
    (!said.is_empty()).then(|| format!("没有{}的,{said}归入本期。", figures.by.zh()))
}

fn joined(figures: &Figures) -> String {
    let joined: u64 = figures.channels.iter().map(|one| one.joined).sum();
    let tickets = figures.tickets;
    match figures.apart.joined {
        0 => format!(
            "并单的来件在各自渠道里各计一次(本期{joined}件);承办单位、诉求类型、诉求类别按统一工单计,共{tickets}件。"
        ),
        left => format!(
            "并单的来件只在先到的渠道里计一次,另有{left}件未计入;承办单位、诉求类型、诉求类别按统一工单计,共{tickets}件。"
        ),
    }
}

fn unmapped(figures: &Figures) -> Option<String> {
    let by_channel: Vec<_> = figures.unmapped.iter().map(|(name, count)| format!("{name}{count}件")).collect();
    let total = figures.unmapped();
    (total > 0)
        .then(|| format!("未成单来件{total}件({}):认不出、待人工处理,计入受理,未计入办结。", by_channel.join("、")))
}

/// Letters from before the start are the office's old count, unless somebody registered them here.
fn apart(figures: &Figures) -> Option<String> {
    let apart = &figures.apart;
    let counts = [
        ("试运行渠道的", apart.trial, ""),
        ("启用日期以前的历史件", apart.historic, "(登记过热线工单号的已按正式来件计一次)"),
        ("等人确认启用日期的", apart.waiting, ""),
    ];
    let said = counts.into_iter().filter(|(_, count, _)| *count > 0);
    let said: Vec<_> = said.map(|(what, count, more)| format!("{what}{count}件{more}")).collect();
    (!said.is_empty()).then(|| format!("未计入:{}。", said.join("、")))
}

fn effective(figures: &Figures) -> Option<String> {
    let (own, total) = (figures.accepted, figures.effective_total?);
    Some(match figures.effective {
        Effective::Inside => {
            format!("非话务渠道诉求{own}件在有效工单{total}件之内,占{}。", rate(own, total))
        }
        Effective::Beside => {
            format!("非话务渠道诉求{own}件在有效工单{total}件之外,两项合计{}件。", own.saturating_add(total))
        }
    })
}
