//! From a record of the core's list to an outcome: which member is which, what codes mean, how times are written. Pure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use huiliu_contract::{Misconfigured, Outcome, OutcomeKind, Unit, UnitRole};
use huiliu_kit::pick::{Pointer, scalar};
use huiliu_kit::stamp::Stamp;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Entry;
use super::columns::kind;
use crate::settings::OutcomesTable;
use crate::words::OUTCOME_KINDS;

/// Reads records of the core's list.
#[derive(Debug)]
pub struct Reading {
    id: Option<Pointer>,
    ticket: Pointer,
    kind: Pointer,
    at: (Pointer, Stamp),
    units: Vec<(Pointer, UnitRole)>,
    way: Option<Pointer>,
    public_reply: Option<Pointer>,
    internal_note: Option<Pointer>,
    reason: Option<Pointer>,
    days: Option<Pointer>,
    solved: Option<Pointer>,
    satisfaction: Option<Pointer>,
    into: Option<Pointer>,
    kinds: BTreeMap<String, OutcomeKind>,
    ways: BTreeMap<String, String>,
    solutions: BTreeMap<String, String>,
    zone: TimeZone,
}

/// Why a record is no outcome: one stable word, and where in the record. Nothing that was written there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotAnOutcome {
    /// `outcome_id`, `outcome_ticket`, `outcome_kind`, `outcome_at`, `outcome_code`, `outcome_days` or `outcome_conflict`.
    pub reason: &'static str,
    /// The place, as the operator wrote it; empty where it is none.
    pub place: String,
}

/// Compiles places, and keeps what is wrong with them.
#[derive(Default)]
struct Compiler(Vec<Misconfigured>);

impl Compiler {
    fn place(&mut self, key: &str, written: &str) -> Option<Pointer> {
        Pointer::parse(written).map_err(|wrong| self.0.push(wrong.at_key(&format!("fields.{key}")))).ok()
    }

    fn maybe(&mut self, key: &str, written: Option<&String>) -> Option<Pointer> {
        self.place(key, written?)
    }
}

impl Reading {
    /// Compiles the table; times without a zone are meant in `zone`.
    ///
    /// # Errors
    ///
    /// Everything wrong with it, keys told from `core.outcomes` on.
    pub fn new(table: &OutcomesTable, zone: TimeZone) -> Result<Self, Vec<Misconfigured>> {
        let (fields, mut wrong) = (&table.fields, Compiler::default());
        let id = wrong.maybe("id", fields.id.as_ref());
        let (ticket, of) = (wrong.place("ticket", &fields.ticket), wrong.place("kind", &fields.kind));
        let at = wrong.place("at.from", &fields.at.from);
        let stamp = Stamp::parse(&fields.at.date).map_err(|bad| wrong.0.push(bad.at_key("fields.at.date"))).ok();
        let lead = wrong.maybe("lead", fields.lead.as_ref()).map(|place| (place, UnitRole::Lead));
        let assisting = wrong.maybe("assisting", fields.assisting.as_ref()).map(|place| (place, UnitRole::Assisting));
        let way = wrong.maybe("way", fields.way.as_ref());
        let public_reply = wrong.maybe("public_reply", fields.public_reply.as_ref());
        let internal_note = wrong.maybe("internal_note", fields.internal_note.as_ref());
        let reason = wrong.maybe("reason", fields.reason.as_ref());
        let days = wrong.maybe("days", fields.days.as_ref());
        let solved = wrong.maybe("solved", fields.solved.as_ref());
        let satisfaction = wrong.maybe("satisfaction", fields.satisfaction.as_ref());
        let into = wrong.maybe("into", fields.into.as_ref());
        let mut kinds = BTreeMap::new();
        for (code, word) in &table.codes.kind {
            match kind(word) {
                Some(kind) => drop(kinds.insert(code.clone(), kind)),
                None => wrong.0.push(no_kind(code, word)),
            }
        }
        match (ticket, of, at.zip(stamp)) {
            (Some(ticket), Some(of), Some(at)) if wrong.0.is_empty() => Ok(Self {
                id,
                ticket,
                kind: of,
                at,
                units: [lead, assisting].into_iter().flatten().collect(),
                way,
                public_reply,
                internal_note,
                reason,
                days,
                solved,
                satisfaction,
                into,
                kinds,
                ways: table.codes.way.clone(),
                solutions: table.codes.solved.clone(),
                zone,
            }),
            _ => Err(wrong.0),
        }
    }

    /// Reads a record; `listed` is the id by which the list knows it.
    ///
    /// # Errors
    ///
    /// The first thing that makes it no outcome.
    pub fn read(&self, listed: &str, record: &Value) -> Result<Entry, NotAnOutcome> {
        let not = |reason: &'static str, place: &Pointer| NotAnOutcome { reason, place: place.to_string() };
        let id = match &self.id {
            Some(place) => text(record, Some(place)).ok_or_else(|| not("outcome_id", place))?,
            None => listed.to_owned(),
        };
        let number = text(record, Some(&self.ticket)).ok_or_else(|| not("outcome_ticket", &self.ticket))?;
        let kind = self.kind_of(record).ok_or_else(|| not("outcome_kind", &self.kind))?;
        let (place, stamp) = &self.at;
        let at: Option<Timestamp> = place.get(record).and_then(|value| stamp.read(value, &self.zone));
        let at = at.ok_or_else(|| not("outcome_at", place))?;
        let units = self.units.iter().flat_map(|(place, role)| units(place.get(record), *role)).collect();
        let days = match text(record, self.days.as_ref()).zip(self.days.as_ref()) {
            Some((days, place)) => Some(whole(&days).ok_or_else(|| not("outcome_days", place))?),
            None => None,
        };
        let coded = |place: &Option<Pointer>, codes: &BTreeMap<String, String>| {
            let Some((said, place)) = text(record, place.as_ref()).zip(place.as_ref()) else { return Ok(None) };
            if codes.is_empty() {
                return Ok(Some(said));
            }
            codes.get(&said).cloned().map(Some).ok_or_else(|| not("outcome_code", place))
        };
        let outcome = Outcome {
            kind,
            at,
            units,
            way: coded(&self.way, &self.ways)?,
            public_reply: text(record, self.public_reply.as_ref()),
            internal_note: text(record, self.internal_note.as_ref()),
            reason: text(record, self.reason.as_ref()),
            days,
            solved: coded(&self.solved, &self.solutions)?,
            into: text(record, self.into.as_ref()),
            satisfaction: text(record, self.satisfaction.as_ref()),
        };
        Ok(Entry { id: Some(id), number: Some(number), core_number: None, outcome })
    }

    /// Where the ticket's number stands.
    pub(super) fn ticket_at(&self) -> String {
        self.ticket.to_string()
    }

    /// A code by its table; without a table our own words count.
    fn kind_of(&self, record: &Value) -> Option<OutcomeKind> {
        let said = text(record, Some(&self.kind))?;
        if self.kinds.is_empty() { kind(&huiliu_sheet::plain(&said)) } else { self.kinds.get(&said).copied() }
    }
}

fn no_kind(code: &str, word: &str) -> Misconfigured {
    let words = |of: fn(&(&'static str, &'static str, &'static str)) -> &'static str, between: &str| {
        OUTCOME_KINDS.iter().map(of).collect::<Vec<_>>().join(between)
    };
    Misconfigured::new(
        format!("codes.kind.{code}"),
        format!("`{word}` is no kind of outcome; write one of {}", words(|entry| entry.0, ", ")),
        format!("没有“{word}”这种办理反馈;可写:{}", words(|entry| entry.1, "、")),
    )
}

/// What stands at a place as text, trimmed; none where it is empty or no text.
fn text(record: &Value, place: Option<&Pointer>) -> Option<String> {
    let found = scalar(place?.get(record)?)?;
    let found = found.trim();
    (!found.is_empty()).then(|| found.to_owned())
}

/// Names of units, from a list or from one text.
fn units(value: Option<&Value>, role: UnitRole) -> Vec<Unit> {
    let texts: Vec<Cow<'_, str>> = match value {
        Some(Value::Array(list)) => list.iter().filter_map(scalar).collect(),
        Some(value) => scalar(value).into_iter().collect(),
        None => Vec::new(),
    };
    texts.iter().flat_map(|text| super::row::names(text)).map(|name| Unit { name: name.to_owned(), role }).collect()
}

/// A number of days: `5`, `5天`.
fn whole(text: &str) -> Option<u32> {
    text.trim_end_matches(['天', '日']).trim().parse().ok().filter(|days| *days > 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(fields: &Value, codes: &Value) -> OutcomesTable {
        let whole = json!({ "connect": {}, "poll": {}, "fields": fields, "codes": codes });
        serde_json::from_value(whole).unwrap()
    }

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn reading() -> Reading {
        let fields = json!({
            "ticket": "/ticketNo", "kind": "type", "at": { "from": "time", "date": "yyyy-MM-dd HH:mm:ss" },
            "lead": "unit", "assisting": "more.units", "way": "way", "public_reply": "reply", "days": "days",
            "solved": "solved",
        });
        let codes = json!({ "kind": { "07": "办结", "03": "extended" }, "solved": { "1": "解决" } });
        Reading::new(&table(&fields, &codes), zone()).unwrap()
    }

    fn record() -> Value {
        json!({ "ticketNo": " 261122-00017 ", "type": "07", "time": "2026-12-03 09:30:00", "unit": "县住建局",
            "more": { "units": ["城管局", "供电公司、水务局"] }, "way": "转办", "reply": "路灯已修复。", "days": "",
            "solved": 1 })
    }

    #[test]
    fn a_record_is_an_outcome() {
        let entry = reading().read("FK1", &record()).unwrap();
        assert_eq!((entry.id.as_deref(), entry.number.as_deref()), (Some("FK1"), Some("261122-00017")));
        let outcome = entry.outcome;
        assert_eq!((outcome.kind, outcome.at.to_string()), (OutcomeKind::Closed, "2026-12-03T01:30:00Z".into()));
        let units: Vec<_> = outcome.units.iter().map(|unit| (unit.name.as_str(), unit.role)).collect();
        let more = UnitRole::Assisting;
        assert_eq!(units, [("县住建局", UnitRole::Lead), ("城管局", more), ("供电公司", more), ("水务局", more)]);
        assert_eq!((outcome.way.as_deref(), outcome.solved.as_deref()), (Some("转办"), Some("解决")));
        assert_eq!((outcome.days, outcome.reason), (None, None));
    }

    #[test]
    fn what_is_no_outcome_is_told_with_its_place() {
        for (key, value, reason, place) in [
            ("ticketNo", json!(""), "outcome_ticket", "/ticketNo"),
            ("type", json!("08"), "outcome_kind", "type"),
            ("type", json!("办结"), "outcome_kind", "type"),
            ("time", json!("昨天"), "outcome_at", "time"),
            ("days", json!("几天"), "outcome_days", "days"),
            ("solved", json!("2"), "outcome_code", "solved"),
        ] {
            let mut wrong = record();
            wrong[key] = value;
            assert_eq!(reading().read("FK1", &wrong), Err(NotAnOutcome { reason, place: place.into() }));
        }
    }

    #[test]
    fn without_a_table_our_own_words_count() {
        let fields = json!({ "id": "no", "ticket": "t", "kind": "k", "at": { "from": "a" } });
        let reading = Reading::new(&table(&fields, &json!({})), zone()).unwrap();
        for word in ["办结", "closed"] {
            let record = json!({ "no": 12, "t": "1", "k": word, "a": "2026-12-03T01:30:00Z" });
            let entry = reading.read("FK1", &record).unwrap();
            assert_eq!((entry.id.as_deref(), entry.outcome.kind), (Some("12"), OutcomeKind::Closed));
        }
        let no_id = json!({ "t": "1", "k": "closed", "a": "2026-12-03T01:30:00Z" });
        assert_eq!(reading.read("FK1", &no_id).unwrap_err().reason, "outcome_id");
    }

    #[test]
    fn everything_wrong_in_the_table_is_told_at_once() {
        let fields = json!({ "ticket": "a..b", "kind": "k", "at": { "from": "a", "date": "YYYY" }, "lead": "/a~" });
        let wrong = Reading::new(&table(&fields, &json!({ "kind": { "07": "办节" } })), zone()).unwrap_err();
        let keys: Vec<_> = wrong.iter().map(|wrong| wrong.key.as_str()).collect();
        assert_eq!(keys, ["fields.ticket", "fields.at.date", "fields.lead", "codes.kind.07"]);
        assert!(wrong[3].problem_zh.contains("办结") && wrong[3].problem.contains("closed"));
    }
}
