//! JSON as it was sent: the members of an object, in their order, each with its very bytes. A member that is there twice
//! makes the object unreadable: one reader would take the first, another the last.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::pick::Pointer;

/// The members; none where it is no object, or has one twice.
pub(super) fn members(object: &str) -> Option<Vec<(String, &RawValue)>> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, &'de RawValue)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(member) = map.next_entry::<String, &RawValue>()? {
                members.push(member);
            }
            Ok(members)
        }
    }
    let mut reader = serde_json::Deserializer::from_str(object);
    let found = reader.deserialize_map(Members).ok()?;
    reader.end().ok()?;
    let mut names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).all(|two| two[0] != two[1]).then_some(found)
}

/// The text of a value, as it was sent.
pub(super) fn raw_at<'b>(body: &'b [u8], place: &Pointer) -> Option<&'b str> {
    let mut text = std::str::from_utf8(body).ok()?;
    text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    for step in segments(place.as_str()) {
        text = if text.starts_with('[') {
            let list: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            list.get(step.parse::<usize>().ok()?)?.get()
        } else {
            members(text)?.into_iter().find(|(name, _)| *name == step)?.1.get()
        };
    }
    Some(text)
}

/// The steps of a place, as [`Pointer`] reads it.
pub(super) fn segments(written: &str) -> Vec<String> {
    match written.strip_prefix('/') {
        Some(rest) => rest.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect(),
        None if written.is_empty() => Vec::new(),
        None => written.split('.').map(str::to_owned).collect(),
    }
}
