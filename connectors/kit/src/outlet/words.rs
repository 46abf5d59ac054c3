//! The words of an outcome as values for placeholders. The internal note is not among them: it never leaves the
//! house.

use std::borrow::Cow;

use huiliu_contract::{Homebound, Outcome, UnitRole};
use jiff::tz::TimeZone;

use crate::template::Filling;

/// The placeholders of a write-back, in the order of their values.
pub const NAMES: [&str; 18] = [
    "id",
    "key",
    "kind",
    "at",
    "unit",
    "lead",
    "assisting",
    "way",
    "public_reply",
    "greeting",
    "ending",
    "reply",
    "reason",
    "days",
    "solved",
    "satisfaction",
    "agree_public",
    "into",
];
/// Where the public text stands among them, alone and with the words around it.
pub const PUBLIC: [usize; 2] = [8, 11];

/// A value, until it is filled in.
pub enum Value<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A value of JSON.
    Json(String),
}

impl Value<'_> {
    /// As a template takes it.
    pub fn filling(&self) -> Filling<'_> {
        match self {
            Self::Text(text) => Filling::Text(text),
            Self::Json(raw) => Filling::Json(raw.as_bytes()),
        }
    }
}

/// The values of [`NAMES`]; none for what the outcome does not tell.
pub fn values<'a>(homebound: &Homebound<'a>, zone: &TimeZone) -> [Option<Value<'a>>; 18] {
    let outcome = homebound.outcome;
    let text = |text: &'a str| Some(Value::Text(Cow::Borrowed(text)));
    let own = |text: String| (!text.is_empty()).then_some(Value::Text(Cow::Owned(text)));
    let told = |text: &'a Option<String>| text.as_deref().map(|text| Value::Text(Cow::Borrowed(text)));
    [
        text(homebound.to.as_str()),
        text(homebound.key),
        text(outcome.kind.road_word()),
        own(outcome.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()),
        own(units(outcome, &[UnitRole::Lead, UnitRole::Assisting])),
        own(units(outcome, &[UnitRole::Lead])),
        own(units(outcome, &[UnitRole::Assisting])),
        told(&outcome.way),
        told(&outcome.public_reply),
        text(homebound.greeting),
        text(homebound.ending),
        reply(homebound).and_then(own),
        told(&outcome.reason),
        outcome.days.map(|days| Value::Json(days.to_string())),
        told(&outcome.solved),
        told(&outcome.satisfaction),
        homebound.agree_public.map(|agreed| Value::Json(agreed.to_string())),
        told(&outcome.into),
    ]
}

/// The units of these roles, one role after the other.
fn units(outcome: &Outcome, roles: &[UnitRole]) -> String {
    let of = |role: &UnitRole| {
        let role = *role;
        outcome.units.iter().filter(move |unit| unit.role == role).map(|unit| unit.name.as_str())
    };
    roles.iter().flat_map(of).collect::<Vec<_>>().join("、")
}

/// The public text between its greeting and its ending; without a public text there is nothing to greet with.
fn reply(homebound: &Homebound<'_>) -> Option<String> {
    let parts = [homebound.greeting, homebound.outcome.public_reply.as_deref()?, homebound.ending];
    Some(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"))
}
