//! What a channel is: its names, its state, its place in reports, whom to ask.

use super::{Around, Line};
use crate::settings::{ChannelSettings, ChannelState, Report};

/// All of it.
pub(super) fn lines(channel: &ChannelSettings, around: &Around<'_>) -> Vec<Line> {
    let mut lines = vec![named(channel, around), state(channel)];
    if let Some(day) = channel.channel.start_from {
        lines.push(Line::new(
            format!("{day} 以前的件只登记,不转热线、不回传"),
            format!("Items from before {day} are only registered: not forwarded, not answered"),
            &["channel.start_from"],
        ));
    }
    lines.extend(preset(channel));
    lines.push(report(channel));
    lines.extend(ledger(channel));
    lines
}

fn named(channel: &ChannelSettings, around: &Around<'_>) -> Line {
    let (table, code) = (&channel.channel, &channel.code);
    let aliases = match table.aliases.as_slice() {
        [] => (String::new(), String::new()),
        some => (format!(",旧叫法 {}", some.join("、")), format!(", formerly {}", some.join(", "))),
    };
    let kind = around.kind;
    Line::new(
        format!("{}(代号 {code}{}),接入方式:{}({})", table.name, aliases.0, kind.summary_zh, kind.name),
        format!("{} (code {code}{}), kind {}: {}", table.name, aliases.1, kind.name, kind.summary),
        &["channel.name", "channel.code", "channel.aliases", "connect.kind"],
    )
}

fn state(channel: &ChannelSettings) -> Line {
    let (zh, en) = match channel.channel.state {
        ChannelState::Off => (
            "状态:停用——不取、不收、不转、不回;下面说的是启用以后",
            "State: off — nothing comes in or goes out; what follows is how it will be",
        ),
        ChannelState::Trial => (
            "状态:试运行——来件照收、照数,不转热线,不回传",
            "State: trial — submissions are taken and counted, nothing is forwarded or written back",
        ),
        ChannelState::Live => {
            ("状态:正式——收件、转热线、回传", "State: live — submissions are taken, forwarded and answered")
        }
    };
    Line::new(zh, en, &["channel.state"])
}

fn preset(channel: &ChannelSettings) -> Option<Line> {
    let name = channel.connect.preset.as_ref()?;
    Some(Line::new(
        format!("用了预设 {name}:文件里没写的按它(huiliu presets {name} 看它写了什么)"),
        format!("The preset {name} says what the file does not (see huiliu presets {name})"),
        &["connect.preset"],
    ))
}

fn report(channel: &ChannelSettings) -> Line {
    let (zh, en) = as_printed(&channel.channel.report);
    Line::new(zh, format!("In reports: {en}"), &["channel.report"])
}

/// How a channel's items stand in reports.
pub(super) fn as_printed(report: &Report) -> (String, String) {
    let place = |n: Option<u32>, zh: &str, en: &str| match n {
        Some(n) => (format!(",{zh}第 {n}"), format!(", {en} no. {n}")),
        None => (String::new(), String::new()),
    };
    let (order, order_en) = place(report.order, "表格里排", "in tables");
    let (preamble, preamble_en) = place(report.preamble, "开头一段里排", "in the opening");
    (
        format!("报表上叫“{}”,按“{}”数{order}{preamble}", report.noun, report.measure),
        format!("{}, counted in {}{order_en}{preamble_en}", report.noun, report.measure),
    )
}

fn ledger(channel: &ChannelSettings) -> Option<Line> {
    let ledger = &channel.ledger;
    let day = |day: Option<crate::settings::Day>| day.map(|day| day.to_string());
    let told = [
        ("账号保管人", "account holder", ledger.account_holder.clone()),
        ("对方联系人", "contact", ledger.far_contact.clone()),
        ("对接依据", "permitted by", ledger.permitted_by.clone()),
        ("密钥到期日", "secret expires", day(ledger.secret_expires)),
        ("上次换密码", "secret changed", day(ledger.secret_changed)),
        ("密码有效期", "secret's life", ledger.secret_life.map(|life| life.to_string())),
        ("备注", "note", ledger.note.clone()),
    ];
    let told: Vec<_> = told.into_iter().filter_map(|(zh, en, value)| Some((zh, en, value?))).collect();
    let zh: Vec<_> = told.iter().map(|(zh, _, value)| format!("{zh} {value}")).collect();
    let en: Vec<_> = told.iter().map(|(_, en, value)| format!("{en} {value}")).collect();
    (!told.is_empty())
        .then(|| Line::new(format!("台账:{}", zh.join(";")), format!("Ledger: {}", en.join("; ")), &["ledger"]))
}
