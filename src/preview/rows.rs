//! From what a look brought to what is shown: every row beside the ticket it would become, all of it behind the veil.

use huiliu_contract::{Cursor, Item, Submission, Unreadable};
use huiliu_kit::tap::{Content, Exchange};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::veil::Veil;
use super::view::{
    AnswerView, BeganView, BodyView, ExchangeView, FaultView, FieldView, FoundValue, Note, Preview, RowView,
};
use super::{Looked, Subject, hints};
use crate::normalize::{Explained, Reading, Unmappable};
use crate::settings::Text;
use crate::ticket::{Accused, Draft, Person};

type Read = Result<Reading, Unmappable>;

impl Looked {
    /// What is shown. `saved` is what stands in the file that was read.
    pub(super) fn shown(self, subject: &Subject<'_>, saved: Option<&Content>, unmask: bool, now: Timestamp) -> Preview {
        let reads: Vec<Option<Read>> = self.items.iter().map(|item| read(subject, item, now)).collect();
        let drafts: Vec<&Draft> =
            reads.iter().flatten().filter_map(|read| read.as_ref().ok()).map(|reading| &reading.draft).collect();
        let pieces: Vec<Draft> =
            self.items.iter().zip(&reads).flat_map(|(item, read)| pieces(subject, item, read)).collect();
        let all = !reads.is_empty() && drafts.len() == reads.len();
        let people: Vec<&Draft> = drafts.iter().copied().chain(&pieces).collect();
        let veil = Veil::new(subject, &people, all, unmask);
        let last = self.exchanges.iter().rev().find(|exchange| !exchange.login);
        let answered = last.and_then(|exchange| exchange.answer.as_ref().ok()).map(|answer| &answer.body);
        let mut notes = self.notes;
        notes.extend(hints::of(subject.settings, self.fault.as_ref(), answered.or(saved).and_then(document)));
        if subject.mapping.is_reshaped() && !self.items.is_empty() {
            notes.push(Note::new(
                "每件先经高级处理 [reshape] 整理,“对方的栏”是整理以后的样子",
                "each row went through [reshape] first; its fields are shown as that leaves them",
            ));
        }
        let rows = self.items.iter().zip(&reads).map(|(item, read)| row(subject, &veil, item, read.as_ref()));
        Preview {
            channel: subject.settings.code.clone(),
            name: subject.settings.channel.name.clone(),
            kind: subject.settings.connect.kind.clone(),
            way: String::new(),
            masked: !unmask,
            began: None,
            exchanges: self.exchanges.iter().map(|exchange| exchanged(&veil, exchange)).collect(),
            saved: saved.and_then(|content| body(&veil, content)),
            rows: rows.collect(),
            next: self.next.as_ref().map(|cursor| next(subject, cursor)),
            more: self.more,
            fault: self.fault.as_ref().map(|fault| FaultView {
                word: fault.word().into(),
                message: fault.to_string(),
                quoted: self.quoted.as_deref().map(|said| veil.page(said)),
            }),
            notes,
        }
    }
}

/// What the rules make of an item; none for one that is none.
fn read(subject: &Subject<'_>, item: &Item, now: Timestamp) -> Option<Read> {
    let Item::Submission(submission) = item else { return None };
    if submission.unticketed.is_some() {
        return None;
    }
    let mut read = subject.mapping.read_with(submission.document.reveal(), &submission.attachments);
    if let (Ok(reading), Some(limit)) = (&mut read, subject.time_limit)
        && let Some(deadline) = limit.of(&reading.draft, now)
    {
        reading.draft.deadline = Some(deadline);
    }
    Some(read)
}

/// Of a row that does not map, what its rules made all the same: its people are hidden in its texts too.
fn pieces(subject: &Subject<'_>, item: &Item, read: &Option<Read>) -> Vec<Draft> {
    let (Item::Submission(submission), Some(Err(_))) = (item, read) else { return Vec::new() };
    let explained = subject.mapping.explain(submission.document.reveal()).unwrap_or_default();
    explained.into_iter().filter_map(|one| one.made).collect()
}

fn row(subject: &Subject<'_>, veil: &Veil, item: &Item, read: Option<&Read>) -> RowView {
    match (item, read) {
        (Item::Submission(submission), Some(read)) => mapped(subject, veil, submission, read),
        // No rule read it, so nobody knows which of its texts are personal.
        (Item::Submission(submission), None) if !veil.is_off() => {
            RowView { document: Value::Null, ..bare(veil, submission) }
        }
        (Item::Submission(submission), None) => bare(veil, submission),
        (Item::Unreadable(Unreadable { raw, reason }), _) => RowView {
            external_id: None,
            version: None,
            sent_at: None,
            document: raw_shown(veil, raw.bytes.reveal()),
            fields: Vec::new(),
            act: None,
            unticketed: None,
            unticketed_reason: Value::Null,
            ticket: Value::Null,
            reasons: json!([{ "reason": { "zh": reason.zh, "en": reason.en } }]),
            files: 0,
        },
    }
}

fn bare(veil: &Veil, submission: &Submission) -> RowView {
    RowView {
        external_id: Some(submission.external_id.as_str().to_owned()),
        version: submission.version.as_ref().map(|version| version.0.clone()),
        sent_at: submission.sent_at,
        document: veil.value(submission.document.reveal()),
        fields: Vec::new(),
        act: None,
        unticketed: submission.unticketed.as_ref().map(|one| one.class.to_owned()),
        unticketed_reason: submission
            .unticketed
            .as_ref()
            .map_or(Value::Null, |one| json!({ "zh": one.reason.zh, "en": one.reason.en })),
        ticket: Value::Null,
        reasons: Value::Null,
        files: submission.attachments.len(),
    }
}

fn mapped(subject: &Subject<'_>, veil: &Veil, submission: &Submission, read: &Read) -> RowView {
    let explained = subject.mapping.explain(submission.document.reveal()).unwrap_or_default();
    let whole = read.as_ref().ok().map(|reading| &reading.draft);
    let fields = explained.iter().map(|one| field(veil, whole, one)).collect();
    let (act, ticket, reasons) = match read {
        Ok(reading) => {
            let masked = if veil.is_off() { reading.draft.clone() } else { reading.draft.masked() };
            let act = reading.act.as_ref().map(|on| on.act.word().to_owned());
            (act, serde_json::to_value(masked).unwrap_or_default(), Value::Null)
        }
        Err(unmappable) => (None, Value::Null, reasons(unmappable)),
    };
    RowView { fields, act, ticket, reasons, ..bare(veil, submission) }
}

/// One rule: what it read beside what it made.
fn field(veil: &Veil, whole: Option<&Draft>, one: &Explained) -> FieldView {
    let found = one.found.iter().map(|(place, value)| FoundValue {
        place: place.clone(),
        value: value.as_ref().map(|value| veil.of_field(one.field, value)).unwrap_or_default(),
    });
    let became = one.made.as_ref().map(|made| became(veil, whole, made)).unwrap_or_default();
    FieldView {
        field: one.field.into(),
        field_zh: one.field_zh.into(),
        rule: one.rule.clone(),
        found: found.collect(),
        became,
        failed: one.failed.is_some(),
    }
}

/// A piece of a draft, hidden as the whole is: what is known of its people is hidden in every text of it.
fn became(veil: &Veil, whole: Option<&Draft>, made: &Draft) -> Value {
    if veil.is_off() {
        return serde_json::to_value(made).unwrap_or_default();
    }
    let masked = serde_json::to_value(made.masked()).unwrap_or_default();
    if made.person != Person::default() || made.accused != Accused::default() {
        return masked;
    }
    let about = |text: &str| whole.map_or_else(|| veil.text(text), |whole| whole.mask_about(text));
    let shown = texts(masked, &about);
    // A point on the map is left out as a whole.
    let nothing = shown.as_object().is_none_or(serde_json::Map::is_empty) && *made != Draft::default();
    if nothing { Value::String("***".into()) } else { shown }
}

fn texts(value: Value, mask: &dyn Fn(&str) -> String) -> Value {
    match value {
        // A time of our own writing is nobody's number.
        Value::String(text) if text.parse::<Timestamp>().is_ok() => Value::String(text),
        Value::String(text) => Value::String(mask(&text)),
        Value::Array(list) => list.into_iter().map(|item| texts(item, mask)).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, texts(value, mask))).collect(),
        other => other,
    }
}

/// The reasons in the form in which dead letters keep them.
fn reasons(unmappable: &Unmappable) -> Value {
    let text = |text: &Text| json!({ "zh": text.zh, "en": text.en });
    let one = |failed: &crate::normalize::Failed| {
        json!({
            "field": failed.field, "field_zh": failed.field_zh, "rule": failed.rule, "place": failed.place,
            "reason": text(&failed.reason), "remedy": text(&failed.remedy),
        })
    };
    unmappable.failed.iter().map(one).collect()
}

fn raw_shown(veil: &Veil, bytes: &[u8]) -> Value {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(document) => veil.value(&document),
        Err(_) => std::str::from_utf8(bytes).map_or(Value::Null, |text| Value::String(veil.page(text))),
    }
}

fn next(subject: &Subject<'_>, cursor: &Cursor) -> BeganView {
    let note = subject.spelled(cursor).map(Note::from);
    BeganView {
        cursor: Some(cursor.0.clone()),
        note: note.unwrap_or_else(|| Note::new("接着上次的地方", "from where it was left")),
    }
}

fn exchanged(veil: &Veil, exchange: &Exchange) -> ExchangeView {
    let (answer, failed) = match &exchange.answer {
        Ok(answer) => {
            let view = AnswerView {
                status: answer.status,
                headers: veil.pairs(&answer.headers),
                body: body(veil, &answer.body),
            };
            (Some(view), None)
        }
        Err(why) => (None, Some(why.clone())),
    };
    ExchangeView {
        login: exchange.login,
        method: exchange.method.clone(),
        address: veil.text(&exchange.address),
        headers: veil.pairs(&exchange.headers),
        body: body(veil, &exchange.body),
        answer,
        failed,
    }
}

fn body(veil: &Veil, content: &Content) -> Option<BodyView> {
    let view = |form: &str, content| Some(BodyView { form: form.into(), content });
    match content {
        Content::Nothing => None,
        Content::Json(document) => view("json", veil.value(document)),
        Content::Xml(document) => view("xml", veil.value(document)),
        Content::Form(pairs) => view("form", json!(veil.pairs(pairs))),
        Content::Text(text) => view("text", Value::String(veil.page(text))),
        Content::Bytes(count) => view("bytes", json!(count)),
    }
}

fn document(content: &Content) -> Option<&Value> {
    match content {
        Content::Json(document) | Content::Xml(document) => Some(document),
        _ => None,
    }
}
