//! The way home (回传) on screens: what was carried to each source, and what a person does where a machine cannot.

use serde_json::Value;

use super::table::{Look, clean_text};
use crate::console::view::{DeadDetail, ReferenceView, TryView, WriteBackView};
use crate::settings::Lang;
use crate::words::{CARRIED, OUTCOME_KINDS, SOURCE_ENDS, TRY_ENDS, head, say, word};

/// Whether a dead letter of this kind is about a write-back.
pub(super) fn is_homeward(kind: &str) -> bool {
    matches!(kind, "write_back" | "uncertain" | "by_hand" | "approval")
}

/// What lies in a dead letter of the way home, and what can be done about it.
pub(super) fn details(look: &Look, letter: &DeadDetail) -> String {
    let (dead, details) = (&letter.dead, &letter.details);
    let mut text = String::new();
    if dead.kind == "by_hand" {
        text += &match look.lang {
            Lang::Zh => format!("\n请到{}后台回复。\n", dead.channel_name),
            Lang::En => format!("\nAnswer on the pages of {}.\n", dead.channel_name),
        };
        text += &look.section("outcome", &outcome(look, &details["outcome"]));
        text += &look.section("to_copy", &clean_text(details["text"].as_str().unwrap_or_default()));
    }
    let fault = if details["fault"].is_object() { &details["fault"] } else { details };
    text += &look.section("fault", &said(&dead.reason, fault));
    if dead.ended_at.is_none() {
        text += &look.section("next", &next(look.lang, &dead.kind, dead.id));
    }
    if letter.masked && dead.kind == "by_hand" {
        text += say(
            look.lang,
            "\n(已脱敏;要复制原文,用 --unmask --why “理由”,会记录在案)\n",
            "\n(personal data is hidden; to copy the text use --unmask --why \"…\",\nit goes on record)\n",
        );
    }
    text
}

/// What a person enters besides the text.
fn outcome(look: &Look, told: &Value) -> String {
    let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
    let units = told["units"].as_array().map(Vec::as_slice).unwrap_or_default();
    let units: Vec<&str> = units.iter().filter_map(|unit| unit["name"].as_str()).collect();
    look.card(&[
        ("what", word(OUTCOME_KINDS, told["kind"].as_str().unwrap_or_default(), look.lang).into()),
        ("days", told["days"].as_u64().map(|days| days.to_string()).unwrap_or_default()),
        ("units", units.join("、")),
        ("way", text("way")),
        ("solved", text("solved")),
        ("satisfaction", text("satisfaction")),
        ("into", text("into")),
    ])
}

/// A failure in our words, then in the far side's. Where the reason says it all already, nothing.
fn said(reason: &str, fault: &Value) -> String {
    let known = matches!(reason, "uncertain" | "told_twice" | "absent" | "no_outlet" | "unknown_state" | "unreadable");
    let message = fault["message"].as_str().filter(|_| !known).unwrap_or_default();
    let quoted = fault["quoted"].as_str().unwrap_or_default();
    clean_text(&[message, quoted].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"))
}

const APPROVAL: [(&str, &str, &str); 4] = [
    ("看将要发出的内容", "see what will be sent", "huiliu approve show ID"),
    ("同意发出", "agree", "huiliu approve agree ID"),
    ("改了再发", "change it, then agree", "huiliu approve agree ID --edit --why \"…\""),
    ("退回热线修改", "hand it back", "huiliu approve hand-back ID --why \"…\""),
];

/// The commands that end a dead letter of the way home.
pub(super) fn next(lang: Lang, kind: &str, id: i64) -> String {
    let lines: &[(&str, &str, &str)] = match kind {
        "by_hand" => &[
            ("回复好了", "answered", "huiliu dead done ID"),
            ("不用回复了", "not to be answered", "huiliu dead drop ID --why \"…\""),
        ],
        "uncertain" => &[
            ("到对方后台看,已经到了", "it is on the far side's pages", "huiliu dead done ID"),
            ("没有到,再发一次", "it is not; send it again", "huiliu dead retry ID"),
            ("不发了", "not to be sent", "huiliu dead drop ID --why \"…\""),
        ],
        "write_back" => &[
            ("改好后再发", "mended; send it again", "huiliu dead retry ID"),
            ("已到对方后台回复", "answered by hand", "huiliu dead done ID"),
            ("不回传了", "not to be sent", "huiliu dead drop ID --why \"…\""),
        ],
        "approval" => &APPROVAL,
        "approval_seen" => &APPROVAL[1..],
        _ => &[],
    };
    let line = |(zh, en, command): &(&str, &str, &str)| {
        format!("{}{}{}", say(lang, zh, en), say(lang, ":", ": "), command.replace("ID", &id.to_string()))
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The sources of a ticket that came by several roads.
pub(super) fn sources(look: &Look, references: &[ReferenceView]) -> String {
    let rows = references.iter().map(|reference| {
        let ended = reference.ended_how.as_deref().map(|how| word(SOURCE_ENDS, how, look.lang));
        vec![
            reference.channel_name.clone(),
            reference.external_id.clone(),
            look.time(Some(reference.since)),
            ended.unwrap_or("-").to_owned(),
        ]
    });
    look.table(&["channel", "external_id", "received_at", "state"], &[2], rows.collect())
}

/// What was carried to each source of a ticket; nothing if nothing is owed to any.
pub(super) fn references(look: &Look, references: &[ReferenceView]) -> String {
    let owed = references.iter().filter(|reference| !reference.write_backs.is_empty());
    owed.map(|reference| one(look, reference)).collect::<Vec<_>>().join("\n")
}

fn one(look: &Look, reference: &ReferenceView) -> String {
    let items = &reference.write_backs;
    let rows = items.iter().map(|item| {
        vec![
            item.n.to_string(),
            told(look, item),
            state(look, item),
            look.time(Some(item.since)),
            item.tries.len().to_string(),
        ]
    });
    let mut text = clean_text(&format!("{} {}\n", reference.channel_name, reference.external_id));
    text += "\n";
    text += &look.table(&["id", "outcome", "state", "since", "attempts"], &[1, 3], rows.collect());
    text += "\n";
    for item in items {
        for tried in &item.tries {
            text += &one_try(look, item.n, tried);
        }
    }
    text
}

fn told(look: &Look, item: &WriteBackView) -> String {
    let kind = word(OUTCOME_KINDS, &item.kind, look.lang);
    match (item.repeats, look.lang) {
        (None, _) => kind.to_owned(),
        (Some(n), Lang::Zh) => format!("{kind}(再次答复第 {n} 条)"),
        (Some(n), Lang::En) => format!("{kind} (no. {n} again)"),
    }
}

fn state(look: &Look, item: &WriteBackView) -> String {
    let state = word(CARRIED, &item.state, look.lang);
    match (item.dead, item.waits_for, look.lang) {
        (Some(dead), ..) => format!("{state} #{dead}"),
        (None, Some(n), Lang::Zh) => format!("{state}(等第 {n} 条)"),
        (None, Some(n), Lang::En) => format!("{state} (waits for no. {n})"),
        (None, None, _) => state.to_owned(),
    }
}

fn one_try(look: &Look, n: u32, tried: &TryView) -> String {
    let end = word(TRY_ENDS, tried.end.as_deref().unwrap_or("underway"), look.lang);
    let at = look.time(Some(tried.at));
    let mut text = match look.lang {
        Lang::Zh => format!("第 {n} 条,{at} 发出:{end}\n"),
        Lang::En => format!("no. {n}, sent {at}: {end}\n"),
    };
    let answered = match &tried.answered {
        Value::Object(fault) => {
            let words = ["message", "quoted"].into_iter().filter_map(|key| fault.get(key)?.as_str());
            words.collect::<Vec<_>>().join("\n")
        }
        other => look.value(other),
    };
    for (name, said) in [("sent_text", tried.sent.as_deref().unwrap_or_default()), ("answered", &answered)] {
        if !said.is_empty() {
            let indented = clean_text(said).lines().map(|line| format!("    {line}\n")).collect::<String>();
            text += &format!("  {}{}\n{indented}", head(name, look.lang), say(look.lang, ":", ":"));
        }
    }
    text
}
