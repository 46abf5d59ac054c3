//! A ticket as people and sheets bring it to a core without an interface: boxes of an entry form, or columns, each with a
//! name and a text made of the event.

use std::borrow::Cow;

use huiliu_contract::Misconfigured;
use huiliu_kit::template::{Filling, Template};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::settings::{FormField, Lang};
use crate::store::Fresh;
use crate::ticket::{Detail, Draft, mask_text};
use crate::words::{EVENT_KINDS, FIELDS, head, word};

/// What a box may hold: the placeholder, and where it stands in the ticket's form. Those without a place are known of the
/// event. Their order is the order of a form that nobody wrote.
const NAMES: [(&str, &str); 40] = [
    ("ticket", ""),
    ("act", ""),
    ("core_number", ""),
    ("channel_name", ""),
    ("channel", ""),
    ("external_id", ""),
    ("title", "matter.title"),
    ("content", "matter.content"),
    ("said", ""),
    ("type", "matter.type"),
    ("category", "matter.category"),
    ("urgency", "matter.urgency"),
    ("region", "matter.place.region"),
    ("place", "matter.place.text"),
    ("name", "person.name"),
    ("sex", "person.sex"),
    ("role", "person.role"),
    ("organisation", "person.organisation"),
    ("phone", "person.phone"),
    ("contact", "person.contact"),
    ("email", "person.email"),
    ("id_type", "person.id_type"),
    ("id_no", "person.id_no"),
    ("address", "person.address"),
    ("anonymous", "person.anonymous"),
    ("confidential", "person.confidential"),
    ("agree_public", "person.agree_public"),
    ("accused_name", "accused.name"),
    ("accused_phone", "accused.phone"),
    ("accused_organisation", "accused.organisation"),
    ("instruction", "instructions"),
    ("unit", "handling.unit"),
    ("way", "handling.way"),
    ("occurred_at", "times.occurred_at"),
    ("submitted_at", "times.submitted_at"),
    ("deadline", "deadline"),
    ("attachments", "files"),
    ("parent_no", "parent_no"),
    ("sequence", ""),
    ("key", ""),
];

/// What stands behind the boxes of a form that nobody wrote: for machines, not for people.
const NOT_SHOWN: [&str; 3] = ["channel", "sequence", "key"];

/// The boxes of an entry form, compiled.
#[derive(Clone, Debug, Default)]
pub struct Form {
    boxes: Vec<(String, Template)>,
}

/// What is said of an event besides what it holds.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The name of the channel.
    pub channel_name: &'a str,
    /// The number that the ticket has in the core, if it has one.
    pub core_number: Option<&'a str>,
    /// The site's zone.
    pub zone: &'a TimeZone,
    /// Whether everything personal is hidden.
    pub masked: bool,
    /// In which language a form that nobody wrote names its boxes.
    pub lang: Lang,
}

impl Form {
    /// Compiles the boxes that stand under a key; all mistakes at once.
    pub fn build(fields: &[FormField], key: &str, wrong: &mut Vec<Misconfigured>) -> Self {
        let names = NAMES.map(|(name, _)| name);
        let mut boxes: Vec<(String, Template)> = Vec::with_capacity(fields.len());
        for (n, field) in fields.iter().enumerate() {
            let name = field.name.trim();
            if name.is_empty() || boxes.iter().any(|(known, _)| known == name) {
                wrong.push(Misconfigured::new(
                    format!("{key}.{n}.name"),
                    "a name is empty, or stands twice; each has a name of its own",
                    "栏名是空的,或写了两遍;每栏一个名字",
                ));
            }
            match Template::text(&field.value, &names) {
                Ok(template) => boxes.push((name.to_owned(), template)),
                Err(bad) => wrong.push(bad.at_key(&format!("{key}.{n}.value"))),
            }
        }
        Self { boxes }
    }

    /// Whether any box holds this.
    pub fn holds(&self, placeholder: &str) -> bool {
        let position = NAMES.iter().position(|(name, _)| *name == placeholder);
        position.is_some_and(|position| self.boxes.iter().any(|(_, template)| template.uses(position)))
    }

    /// The names of the boxes, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.boxes.iter().map(|(name, _)| name.as_str())
    }

    /// An event in the boxes, in their order. Without a form of its own: whatever is known, under our names.
    pub fn fill(&self, fresh: &Fresh, about: &About<'_>) -> Vec<(String, String)> {
        let holds = Held::of(fresh, about);
        if self.boxes.is_empty() {
            let shown = NAMES.iter().filter(|(name, _)| !NOT_SHOWN.contains(name));
            let told = shown.map(|(name, path)| (label(name, path, about.lang).to_owned(), holds.text(name, path)));
            return told.filter(|(_, text)| !text.is_empty()).collect();
        }
        let filled = |(name, template): &(String, Template)| {
            let texts: Vec<Cow<'_, str>> = (0..NAMES.len())
                .map(|at| match (template.uses(at), NAMES.get(at)) {
                    (true, Some((name, path))) => holds.text(name, path).into(),
                    _ => Cow::Borrowed(""),
                })
                .collect();
            let fillings: Vec<Filling<'_>> = texts.iter().map(|text| Filling::Text(text)).collect();
            (name.clone(), template.to_text(&fillings))
        };
        self.boxes.iter().map(filled).collect()
    }
}

/// What a box is called where nobody named it.
fn label(name: &'static str, path: &'static str, lang: Lang) -> &'static str {
    match name {
        "ticket" => head("number", lang),
        "act" => head("event_kind", lang),
        "channel_name" => head("channel", lang),
        "category" => word(FIELDS, "matter.category.mapped", lang),
        "instruction" => word(FIELDS, "instructions.text", lang),
        "deadline" => word(FIELDS, "deadline.computed", lang),
        "attachments" => word(FIELDS, "files.name", lang),
        "said" => head("said", lang),
        "core_number" | "external_id" => head(name, lang),
        _ => word(FIELDS, path, lang),
    }
}

/// What an event holds, ready to be looked at.
struct Held<'a> {
    fresh: &'a Fresh,
    about: &'a About<'a>,
    form: Value,
    detail: Detail,
}

impl<'a> Held<'a> {
    fn of(fresh: &'a Fresh, about: &'a About<'a>) -> Self {
        // What a person edited is what counts.
        let edited = fresh.edited.as_deref().and_then(|json| serde_json::from_slice::<Value>(json).ok());
        let mut edited = edited.unwrap_or_default();
        let draft = match edited.get_mut("data").map(Value::take) {
            Some(data) => serde_json::from_value::<Draft>(data).ok(),
            None => serde_json::from_slice::<Draft>(&fresh.draft).ok(),
        };
        let draft = draft.unwrap_or_default();
        let form = serde_json::to_value(if about.masked { draft.masked() } else { draft }).unwrap_or_default();
        let detail = match edited.get_mut("detail").map(Value::take) {
            Some(detail) => serde_json::from_value(detail).ok(),
            None => fresh.detail.as_deref().and_then(|detail| serde_json::from_slice(detail).ok()),
        };
        Self { fresh, about, form, detail: detail.unwrap_or_default() }
    }

    fn text(&self, name: &str, path: &str) -> String {
        match name {
            "ticket" => self.fresh.ticket.number.to_string(),
            "act" => word(EVENT_KINDS, self.fresh.kind.name(), self.about.lang).into(),
            "core_number" => self.about.core_number.unwrap_or_default().into(),
            // What one far side brings for several channels bears the name under which it counts.
            "channel_name" => {
                self.form.pointer("/via/name").and_then(Value::as_str).unwrap_or(self.about.channel_name).into()
            }
            "channel" => self.fresh.channel.as_ref().into(),
            "external_id" => self.fresh.external_id.as_str().into(),
            "sequence" => self.fresh.n.to_string(),
            "key" => crate::ticket::event::idempotency_key(self.fresh.ticket.number, u64::from(self.fresh.n)),
            "said" => self.said(),
            "deadline" if self.detail.deadline.is_some() => {
                self.detail.deadline.map(|at| self.time(&at.to_string())).unwrap_or_default()
            }
            _ => {
                let found = path.split('.').try_fold(&self.form, |at, name| at.get(name));
                found.map(|value| self.shown(name, value)).unwrap_or_default()
            }
        }
    }

    /// What the event says besides the ticket: what was added, what was decided and why.
    fn said(&self) -> String {
        let hide = |text: &str| if self.about.masked { mask_text(text) } else { text.to_owned() };
        let said = self.detail.said.as_deref().map(|said| if self.about.masked { said.masked() } else { said.clone() });
        let matter = said.map(|said| said.matter).unwrap_or_default();
        let told = [self.detail.decision.as_deref().map(&hide), self.detail.reason.as_deref().map(&hide)];
        let others = self.detail.ticket.iter().chain(&self.detail.parts).map(ToString::to_string);
        let all = [matter.title, matter.content].into_iter().chain(told).flatten().chain(others);
        all.filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// A member of the form as it is typed into a box.
    fn shown(&self, name: &str, value: &Value) -> String {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match (name, value) {
            ("occurred_at" | "submitted_at", Value::String(at)) => self.time(at),
            ("deadline", deadline) => match deadline.get("computed").and_then(Value::as_str) {
                Some(at) => self.time(at),
                None => deadline.get("verbatim").map(text).unwrap_or_default(),
            },
            ("category", category) => {
                let levels = |key: &str| {
                    let levels = category.get(key).and_then(Value::as_array).into_iter().flatten();
                    levels.filter_map(Value::as_str).collect::<Vec<_>>().join("/")
                };
                Some(levels("mapped")).filter(|mapped| !mapped.is_empty()).unwrap_or_else(|| levels("source"))
            }
            ("instruction", Value::Array(list)) => lines(list, "text"),
            ("attachments", Value::Array(list)) => lines(list, "name"),
            (_, Value::Bool(yes)) => match (yes, self.about.lang) {
                (true, Lang::Zh) => "是".into(),
                (false, Lang::Zh) => "否".into(),
                (yes, Lang::En) => if *yes { "yes" } else { "no" }.into(),
            },
            (_, Value::String(text)) => text.clone(),
            _ => String::new(),
        }
    }

    fn time(&self, at: &str) -> String {
        match at.parse::<Timestamp>() {
            Ok(at) => at.to_zoned(self.about.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
            Err(_) => at.to_owned(),
        }
    }
}

/// A member of each of a list, one a line.
fn lines(list: &[Value], key: &str) -> String {
    let told = list.iter().filter_map(|one| one.get(key)?.as_str());
    told.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use huiliu_contract::ExternalId;
    use serde_json::json;

    use super::*;
    use crate::store::TicketKey;
    use crate::ticket::{EventKind, Spoken};

    fn letter() -> Fresh {
        let draft = json!({
            "person": { "name": "王小明", "phone": "13812345678", "confidential": true },
            "matter": { "title": "路灯不亮", "content": "望修复", "category": { "source": ["城建", "路灯"] } },
            "times": { "submitted_at": "2026-11-22T01:00:00Z" },
            "deadline": { "verbatim": "三天内" },
            "files": [{ "name": "a.jpg" }, { "name": "b.jpg" }],
        });
        Fresh {
            kind: EventKind::Urged,
            ticket: TicketKey { id: 1, number: Spoken::new(jiff::civil::date(2026, 11, 22), 17).unwrap() },
            n: 2,
            at: 0,
            channel: Arc::from("letters"),
            namespace: Arc::from("letters"),
            external_id: ExternalId::new("A-1").unwrap(),
            version_n: 1,
            received_at: 0,
            draft: draft.to_string().into(),
            detail: Some(json!({ "reason": "请速回 13812345678" }).to_string().into()),
            joined: Vec::new(),
            edited: None,
        }
    }

    fn about(zone: &TimeZone, masked: bool) -> About<'_> {
        About { channel_name: "县长信箱", core_number: Some("RX-9"), zone, masked, lang: Lang::Zh }
    }

    fn field(name: &str, value: &str) -> FormField {
        FormField { name: name.into(), value: value.into() }
    }

    #[test]
    fn a_form_is_filled_in_its_own_order_and_words() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let fields = [
            field("诉求标题", "【{channel_name}】{title}"),
            field("说明", "{act}:{said}({core_number})"),
            field("时间", "{submitted_at}"),
            field("分类", "{category}"),
            field("时限", "{deadline}"),
            field("附件", "{attachments}"),
            field("保密", "{confidential}"),
        ];
        let mut wrong = Vec::new();
        let form = Form::build(&fields, "core.form", &mut wrong);
        assert!(wrong.is_empty() && form.holds("title") && !form.holds("ticket"));
        let filled: Vec<_> = form.fill(&letter(), &about(&zone, false)).into_iter().map(|(_, text)| text).collect();
        let wanted = [
            "【县长信箱】路灯不亮",
            "催办:请速回 13812345678(RX-9)",
            "2026-11-22 09:00",
            "城建/路灯",
            "三天内",
            "a.jpg\nb.jpg",
            "是",
        ];
        assert_eq!(filled, wanted);
    }

    #[test]
    fn without_a_form_all_that_is_known_is_told_and_hidden_where_asked() {
        let zone = TimeZone::UTC;
        let told = |masked| {
            let filled = Form::default().fill(&letter(), &about(&zone, masked));
            filled.into_iter().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join(";")
        };
        assert!(told(false).contains("联系电话=13812345678") && told(false).starts_with("汇流编号="));
        let hidden = told(true);
        assert!(!hidden.contains("13812345678") && !hidden.contains("王小明"), "{hidden}");
        assert!(
            NAMES
                .iter()
                .all(|(name, path)| !label(name, path, Lang::En).contains(['.', '_']) || NOT_SHOWN.contains(name))
        );
    }

    #[test]
    fn what_is_wrong_in_a_form_is_said_at_its_place() {
        let mut wrong = Vec::new();
        Form::build(&[field("甲", "{titel}"), field("甲", "x"), field(" ", "{")], "core.form", &mut wrong);
        let keys: Vec<_> = wrong.iter().map(|found| found.key.as_str()).collect();
        // The first box was not made, so its name is free for the second one.
        assert_eq!(keys, ["core.form.0.value", "core.form.2.name", "core.form.2.value"]);
    }
}
