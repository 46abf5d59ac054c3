//! The words under which the ways of outcomes are written in `[return]`, for every table that lists some of them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use crate::OutcomeKind;

/// A kind of outcome that can leave, as its way is called: [`OutcomeKind::road_word`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ReturnWord(OutcomeKind);

impl ReturnWord {
    /// Every kind that can leave, in the order of a ticket's life.
    pub fn all() -> impl Iterator<Item = Self> {
        OutcomeKind::ALL.into_iter().filter(|kind| kind.leaves()).map(Self)
    }

    /// The kind of outcome it stands for.
    pub fn kind(self) -> OutcomeKind {
        self.0
    }
}

impl<'de> Deserialize<'de> for ReturnWord {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let told = Cow::<str>::deserialize(input)?;
        Self::all().find(|word| word.0.road_word() == told).ok_or_else(|| {
            let all: Vec<_> = Self::all().map(|word| word.0.road_word()).collect();
            D::Error::custom(format!("unknown word `{}`, expected one of {}", told.escape_debug(), all.join(", ")))
        })
    }
}

impl JsonSchema for ReturnWord {
    fn schema_name() -> Cow<'static, str> {
        "ReturnWord".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::ReturnWord").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let word = |word: Self| {
            let (word, zh) = (word.0.road_word(), word.0.zh());
            json_schema!({ "type": "string", "const": word, "description": format!("{zh}."), "x-zh": zh })
        };
        let all: Vec<_> = Self::all().map(word).collect();
        json_schema!({
            "description": "The kinds of outcome that can leave, by the words under which their ways are written.",
            "oneOf": all,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_has_a_word_and_what_stays_has_none() {
        for kind in OutcomeKind::ALL {
            let read = serde_json::from_value::<ReturnWord>(kind.road_word().into());
            assert_eq!(read.ok().map(ReturnWord::kind), (kind != OutcomeKind::ReturnedToGateway).then_some(kind));
        }
        let wrong = serde_json::from_str::<ReturnWord>("\"returned_to_source\"").unwrap_err();
        assert!(wrong.to_string().contains("expected one of signed, returned,"), "{wrong}");
    }
}
