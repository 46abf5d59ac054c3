//! Texts with placeholders, line by line: a line that names something which is not there is left out whole, so that nobody reads
//! "查询码:" with nothing behind it.

use huiliu_contract::{Homebound, Misconfigured};
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::outlet::words as said;
use huiliu_kit::template::{Filling, Template};
use jiff::tz::TimeZone;

/// The placeholders, in the order of their values.
pub(super) const NAMES: [&str; 14] = [
    "reply",
    "public_reply",
    "greeting",
    "ending",
    "number",
    "code",
    "subject",
    "unit",
    "date",
    "reason",
    "days",
    "into",
    "solved",
    "lookup",
];
/// Those that only the outcome has: an answer that tells none of them tells nothing.
const SUBSTANCE: [usize; 5] = [0, 1, 9, 10, 11];

/// What is known beside the outcome.
pub(super) struct Beside<'a> {
    /// The query code.
    pub(super) code: Option<&'a str>,
    /// The part of the citizen's subject that may be repeated.
    pub(super) subject: &'a str,
    /// Where people look up how their matter stands.
    pub(super) lookup: Option<&'a str>,
}

/// The values of [`NAMES`]; none for what there is not.
pub(super) struct Values([Option<String>; NAMES.len()]);

impl Values {
    /// Gathers them.
    pub(super) fn of(homebound: &Homebound<'_>, beside: &Beside<'_>, zone: &TimeZone) -> Self {
        let known = said::values(homebound, zone);
        let of_kit = |name: &str| {
            let value = said::NAMES.iter().zip(&known).find(|(known, _)| **known == name)?.1.as_ref()?;
            Some(match value {
                said::Value::Text(text) => text.to_string(),
                said::Value::Json(raw) => raw.clone(),
            })
        };
        let own = |name: &str| match name {
            "number" => Some(homebound.number.to_owned()),
            "code" => beside.code.map(str::to_owned),
            "subject" => Some(beside.subject.to_owned()),
            "date" => Some(homebound.outcome.at.to_zoned(zone.clone()).strftime("%Y年%-m月%-d日").to_string()),
            "lookup" => beside.lookup.map(str::to_owned),
            // Greeting and ending around nothing are no answer.
            "reply" if homebound.outcome.public_reply.as_deref().is_none_or(|text| text.trim().is_empty()) => None,
            name => of_kit(name),
        };
        Self(NAMES.map(|name| own(name).filter(|text| !text.trim().is_empty())))
    }
}

/// A text, compiled line by line.
#[derive(Debug)]
pub(super) struct Words(Vec<Template>);

impl Words {
    /// Compiles it; `key` is where it is written.
    pub(super) fn read(text: &str, key: &str, wrong: &mut Mistakes) -> Option<Self> {
        let lines: Result<Vec<_>, Misconfigured> =
            text.lines().map(|line| Template::text(line, &NAMES).map_err(|bad| bad.at_key(key))).collect();
        let lines = wrong.take(lines)?;
        if lines.is_empty() {
            wrong.tell(key, "this is empty; delete it to have the usual text", "没有写内容;删掉这一项就用自带的");
            return None;
        }
        Some(Self(lines))
    }

    /// The text with its values, without empty lines at its ends and without two of them in a row.
    pub(super) fn fill(&self, values: &Values) -> String {
        let fillings: Vec<_> = values.0.iter().map(|value| Filling::from(value.as_deref())).collect();
        let missing = |line: &Template| values.0.iter().enumerate().any(|(at, value)| value.is_none() && line.uses(at));
        let kept =
            self.0.iter().filter(|line| !missing(line)).map(|line| line.to_text(&fillings).replace("\r\n", "\n"));
        let mut out: Vec<String> = Vec::new();
        for line in kept.flat_map(|text| text.split('\n').map(str::to_owned).collect::<Vec<_>>()) {
            let blank = line.trim().is_empty();
            if !blank || out.last().is_some_and(|last| !last.is_empty()) {
                out.push(if blank { String::new() } else { line });
            }
        }
        while out.last().is_some_and(String::is_empty) {
            out.pop();
        }
        out.join("\n")
    }

    /// Whether it would tell something of the outcome, and the outcome has nothing of it.
    pub(super) fn says_nothing(&self, values: &Values) -> bool {
        let asked: Vec<_> = SUBSTANCE.into_iter().filter(|at| self.0.iter().any(|line| line.uses(*at))).collect();
        !asked.is_empty() && asked.iter().all(|at| values.0.get(*at).is_none_or(Option::is_none))
    }
}
