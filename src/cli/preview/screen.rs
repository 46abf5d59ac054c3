//! A look at a channel on the screen.

use serde_json::Value;

use crate::cli::draft::{named, reasons};
use crate::cli::table::{Look, clean, clean_text};
use crate::preview::{AnswerView, BodyView, ExchangeView, FieldView, Preview, RowView};
use crate::settings::Lang;
use crate::words::{EVENT_KINDS, FAULTS, REASONS, say, word};

/// The most lines of a body.
const LINES: usize = 80;
/// The most characters of a text in a body, and of a cell.
const TEXT: usize = 200;
const CELL: usize = 60;

/// Headers of an answer that help to understand it; `--json` has all.
const TELLING: [&str; 6] = ["content-type", "location", "link", "retry-after", "set-cookie", "www-authenticate"];

/// The whole look; `rows` are shown in full, the rest is counted.
pub(in crate::cli) fn whole(look: &Look, kind: &str, preview: &Preview, rows: usize) -> String {
    let lang = look.lang;
    let mut text = match lang {
        Lang::Zh => format!("{}({})· {kind} · 试看:没有收下、没有移动任何东西\n", preview.name, preview.channel),
        Lang::En => format!("{} ({}), {kind}: a look; nothing was taken or moved\n", preview.name, preview.channel),
    };
    if let Some(began) = &preview.began {
        text += &section(say(lang, "从哪里取起", "From"), began.note.in_lang(lang));
    }
    for exchange in &preview.exchanges {
        text += &exchanged(look, exchange, rows);
    }
    if let Some(saved) = &preview.saved {
        text += &section(say(lang, "文件内容", "In the file"), &body(look, saved, rows));
    }
    if let Some(fault) = &preview.fault {
        let quoted = fault.quoted.as_deref().map(|said| format!("\n{}{said}", say(lang, "对方说:", "it said: ")));
        let message = fault.message.strip_prefix(&format!("{}: ", fault.word)).unwrap_or(&fault.message);
        let told = format!("{}: {message}{}", word(FAULTS, &fault.word, lang), quoted.unwrap_or_default());
        text += &section(say(lang, "没有取成", "It broke off"), &clean_text(&told));
    }
    text += &listed(look, preview, rows);
    if let Some(next) = &preview.next {
        let more = if preview.more { say(lang, "(还有下一页)", " (there is more)") } else { "" };
        let cursor = next.cursor.as_deref().map(|cursor| format!("\n{}", clean(cursor))).unwrap_or_default();
        let told = format!("{}{more}{cursor}", next.note.in_lang(lang));
        text += &section(say(lang, "取完以后的进度", "Cursor after it"), &told);
    }
    let notes: Vec<String> = preview.notes.iter().map(|note| clean_text(note.in_lang(lang))).collect();
    text += &section(say(lang, "注意", "Mind"), &notes.join("\n"));
    if preview.masked {
        text += "\n";
        text += match preview.way.as_str() {
            "saved" => say(lang, "(已脱敏;要看全部加 --unmask)", "(personal data is hidden; --unmask shows all)"),
            _ => say(
                lang,
                "(已脱敏;要看全部内容,用 --unmask --why “理由”,会记录在案)",
                "(personal data is hidden; --unmask --why \"…\" shows all and goes on record)",
            ),
        };
    }
    text
}

/// A heading over what follows; nothing if nothing follows.
fn section(name: &str, body: &str) -> String {
    if body.is_empty() { String::new() } else { format!("\n[{name}]\n{}\n", body.trim_end()) }
}

fn exchanged(look: &Look, exchange: &ExchangeView, rows: usize) -> String {
    let lang = look.lang;
    let name = if exchange.login { say(lang, "登录请求", "Login") } else { say(lang, "请求", "Request") };
    let mut sent = format!("{} {}\n", exchange.method, clean(&exchange.address));
    sent += &headers(exchange.headers.iter());
    sent += &exchange.body.as_ref().map(|sent| body(look, sent, rows)).unwrap_or_default();
    let told = match (&exchange.answer, &exchange.failed) {
        (Some(answer), _) => answered(look, answer, rows),
        (None, failed) => failed.clone().unwrap_or_default(),
    };
    section(name, &sent) + &section(say(lang, "返回", "Answer"), &told)
}

fn answered(look: &Look, answer: &AnswerView, rows: usize) -> String {
    let mut told = format!("HTTP {}\n", answer.status);
    told += &headers(answer.headers.iter().filter(|(name, _)| TELLING.contains(&name.as_str())));
    match &answer.body {
        Some(said) => told += &body(look, said, rows),
        None => told += say(look.lang, "(没有内容)", "(no body)"),
    }
    told
}

fn headers<'h>(headers: impl Iterator<Item = &'h (String, String)>) -> String {
    headers.map(|(name, value)| format!("{}: {}\n", clean(name), clean(value))).collect()
}

/// A body as far as it fits a screen.
fn body(look: &Look, body: &BodyView, rows: usize) -> String {
    let text = match (body.form.as_str(), &body.content) {
        ("bytes", Value::Number(count)) => format!("({count} B)"),
        ("bytes", _) => say(look.lang, "(文件)", "(files)").to_owned(),
        ("form", Value::Array(pairs)) => {
            let pair = |pair: &Value| {
                let part = |at: usize| pair[at].as_str().unwrap_or_default().to_owned();
                format!("{}={}", part(0), cut(&part(1), TEXT))
            };
            pairs.iter().map(pair).collect::<Vec<_>>().join("\n")
        }
        (_, Value::String(text)) => text.clone(),
        (_, document) => format!("{:#}", shortened(look.lang, document, rows.max(1))),
    };
    let text = clean_text(&text);
    let count = text.lines().count();
    if count <= LINES {
        return text + "\n";
    }
    let shown: Vec<&str> = text.lines().take(LINES).collect();
    let left = count - LINES;
    let left = match look.lang {
        Lang::Zh => format!("… 还有 {left} 行,--json 有全部"),
        Lang::En => format!("… {left} more lines, --json has all"),
    };
    format!("{}\n{left}\n", shown.join("\n"))
}

/// A document with its long lists and texts cut.
fn shortened(lang: Lang, value: &Value, rows: usize) -> Value {
    match value {
        Value::Array(list) => {
            let mut shown: Vec<Value> = list.iter().take(rows).map(|item| shortened(lang, item, rows)).collect();
            match (list.len().saturating_sub(rows), lang) {
                (0, _) => {}
                (n, Lang::Zh) => shown.push(format!("… 还有 {n} 条").into()),
                (n, Lang::En) => shown.push(format!("… {n} more").into()),
            }
            Value::Array(shown)
        }
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), shortened(lang, value, rows))).collect()
        }
        Value::String(text) => Value::String(cut(text, TEXT)),
        other => other.clone(),
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most).chain(['…']).collect() }
}

/// The rows: some in full, the rest counted.
fn listed(look: &Look, preview: &Preview, rows: usize) -> String {
    let lang = look.lang;
    let all = preview.rows.len();
    if all == 0 {
        let waits = preview.fault.is_none();
        return if waits { section(say(lang, "来件", "Rows"), say(lang, "没有", "none")) } else { String::new() };
    }
    let wrong = |rows: &[RowView]| rows.iter().filter(|row| !row.reasons.is_null()).count();
    let mut text = match (wrong(&preview.rows), lang) {
        (0, Lang::Zh) => format!("共 {all} 件,都认得出\n"),
        (0, Lang::En) => format!("{all} in all, every one maps\n"),
        (n, Lang::Zh) => format!("共 {all} 件,其中 {n} 件认不出\n"),
        (n, Lang::En) => format!("{all} in all, {n} do not map\n"),
    };
    for (n, row) in preview.rows.iter().take(rows).enumerate() {
        text += &format!("\n{}\n", one_row(look, n + 1, row));
    }
    let rest = preview.rows.get(rows..).unwrap_or_default();
    match (rest.len(), wrong(rest), lang) {
        (0, ..) => {}
        (n, bad, Lang::Zh) => {
            text += &format!("\n其余 {n} 件没有列出(认不出的 {bad} 件);--rows 多列几件,--json 有全部\n")
        }
        (n, bad, Lang::En) => {
            text +=
                &format!("\n{n} more are not listed ({bad} of them do not map); --rows lists more, --json has all\n");
        }
    }
    section(say(lang, "来件", "Rows"), &text)
}

fn one_row(look: &Look, n: usize, row: &RowView) -> String {
    let lang = look.lang;
    let id = row.external_id.as_deref().unwrap_or(say(lang, "(没有编号)", "(no number)"));
    let mut head = vec![format!("{n}. {}", clean(id))];
    if let Some(version) = &row.version {
        head.push(format!("{} {}", say(lang, "版本", "version"), clean(version)));
    }
    if row.sent_at.is_some() {
        head.push(format!("{} {}", say(lang, "对方转出", "sent"), look.time(row.sent_at)));
    }
    if let Some(act) = &row.act {
        head.push(format!("{} {}", say(lang, "来件性质", "act"), word(EVENT_KINDS, act, lang)));
    }
    if let Some(class) = &row.unticketed {
        let why = row.unticketed_reason.get(say(lang, "zh", "en")).and_then(Value::as_str).unwrap_or_default();
        head.push(format!("{}: {} ({why})", say(lang, "不立件", "no ticket"), word(REASONS, class, lang)));
    }
    if row.files > 0 {
        head.push(format!("{} {}", say(lang, "附件", "files"), row.files));
    }
    let mut text = head.join(say(lang, ",", ", ")) + "\n";
    if row.fields.is_empty() && !row.document.is_null() {
        text += &clean_text(&format!("{:#}\n", shortened(lang, &row.document, 3)));
    } else if !row.fields.is_empty() {
        let cells = row.fields.iter().map(|field| cells(look, field));
        text += &look.table(&["their_field", "their_value", "ticket_field", "became"], &[0, 2], cells.collect());
        text += "\n";
    }
    text += &unread(lang, row);
    if !row.reasons.is_null() {
        text += &format!("{}:\n{}\n", say(lang, "认不出", "It does not map"), reasons(look, &row.reasons));
    }
    text.trim_end().to_owned()
}

/// One rule as a line of the table.
fn cells(look: &Look, field: &FieldView) -> Vec<String> {
    let there: Vec<_> = field.found.iter().filter(|found| !found.value.is_null()).collect();
    let shown = if there.is_empty() { field.found.iter().collect() } else { there };
    let places: Vec<&str> = shown.iter().map(|found| found.place.as_str()).collect();
    let values: Vec<String> = shown.iter().map(|found| cell(look, &found.value)).collect();
    let rule = if field.rule.is_empty() { String::new() } else { format!(" [{}]", field.rule) };
    let became = match (&field.became, field.failed) {
        (_, true) => say(look.lang, "认不出,见下", "no: see below").to_owned(),
        (Value::Null, _) => "-".to_owned(),
        (Value::String(text), _) => text.clone(),
        (made, _) => {
            let made = named(look, made);
            let one = made.len() == 1;
            let told = made.into_iter().map(|(name, text)| if one { text } else { format!("{name} {text}") });
            cut(&told.collect::<Vec<_>>().join("; "), CELL)
        }
    };
    let name = say(look.lang, &field.field_zh, &field.field);
    vec![places.join(" + "), values.join(" + "), format!("{name}{rule}"), became]
}

fn cell(look: &Look, value: &Value) -> String {
    match value {
        Value::Null => say(look.lang, "(没有)", "(nothing)").to_owned(),
        Value::String(text) => cut(text, CELL),
        other => cut(&other.to_string(), CELL),
    }
}

/// What no rule reads, and the time limit where it was counted.
fn unread(lang: Lang, row: &RowView) -> String {
    let mut text = String::new();
    let limit = row.ticket.pointer("/deadline/rule/limit").and_then(Value::as_str);
    if let (Some(limit), Some(at)) = (limit, row.ticket.pointer("/deadline/computed").and_then(Value::as_str)) {
        text += &format!("{}: {at} ({limit})\n", say(lang, "办理时限(按规定推算)", "Deadline by rule"));
    }
    let names: Vec<String> =
        row.ticket.get("extra").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| clean(name)).collect();
    if !names.is_empty() {
        text += &format!("{}: {}\n", say(lang, "没有对应的栏", "Read by no rule"), names.join(say(lang, "、", ", ")));
    }
    text
}
