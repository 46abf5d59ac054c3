//! What is known of two letters that came by different roads: the words of the judgement, shared by whoever compares and
//! whoever decides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a comparison of two letters found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Likeness {
    /// The same citizen's same words.
    Same,
    /// The same words, but something forbids to be sure.
    Doubtful(Doubt),
    /// Another letter.
    Other,
}

/// Why two letters that look like one are not joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// A telephone number is masked; its visible digits agree.
    MaskedContact,
    /// One of them says nothing by which its sender can be reached.
    NoContact,
    /// Both can be reached, and not at the same place.
    OtherContact,
    /// The contact agrees, the name does not.
    OtherName,
    /// One of them is confidential (保密).
    Confidential,
    /// One of them is anonymous (匿名).
    Anonymous,
    /// The earlier one is concluded.
    Concluded,
    /// More than one earlier ticket fits.
    Several,
    /// One of them is not live.
    NotLive,
    /// The channel's file wants no joining.
    NotWanted,
}

impl Doubt {
    const ALL: [Self; 10] = [
        Self::MaskedContact,
        Self::NoContact,
        Self::OtherContact,
        Self::OtherName,
        Self::Confidential,
        Self::Anonymous,
        Self::Concluded,
        Self::Several,
        Self::NotLive,
        Self::NotWanted,
    ];

    /// Its one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::MaskedContact => "masked_contact",
            Self::NoContact => "no_contact",
            Self::OtherContact => "other_contact",
            Self::OtherName => "other_name",
            Self::Confidential => "confidential",
            Self::Anonymous => "anonymous",
            Self::Concluded => "concluded",
            Self::Several => "several",
            Self::NotLive => "not_live",
            Self::NotWanted => "not_wanted",
        }
    }
}

/// By what two letters were known to be one, or to look like one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// One names the number of the other (上级编号).
    Number,
    /// Their words are the same.
    Text,
}

impl Evidence {
    fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Text => "text",
        }
    }
}

/// That a letter is, or looks like, the same as another ticket's (`same_letter`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SameLetter {
    /// By what.
    pub by: Evidence,
    /// Why they were not joined; none where they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
}

impl SameLetter {
    /// As the store keeps it: one clear word for each part.
    pub fn to_stored(self) -> String {
        match self.doubt {
            Some(doubt) => format!("{}:{}", self.by.word(), doubt.word()),
            None => self.by.word().into(),
        }
    }

    /// What [`SameLetter::to_stored`] wrote; none for anything else.
    pub fn from_stored(stored: &str) -> Option<Self> {
        let (by, doubt) = stored.split_once(':').map_or((stored, None), |(by, doubt)| (by, Some(doubt)));
        let by = [Evidence::Number, Evidence::Text].into_iter().find(|one| one.word() == by)?;
        let doubt = match doubt {
            Some(word) => Some(Doubt::ALL.into_iter().find(|one| one.word() == word)?),
            None => None,
        };
        Some(Self { by, doubt })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_reads_back_and_its_words_are_its_json() {
        let doubts = Doubt::ALL.into_iter().map(Some).chain([None]);
        for doubt in doubts {
            for by in [Evidence::Number, Evidence::Text] {
                let said = SameLetter { by, doubt };
                assert_eq!(SameLetter::from_stored(&said.to_stored()), Some(said));
                assert_eq!(serde_json::to_value(by).unwrap(), by.word());
            }
            if let Some(doubt) = doubt {
                assert_eq!(serde_json::to_value(doubt).unwrap(), doubt.word());
            }
        }
        assert_eq!(SameLetter::from_stored("text:"), None);
        assert_eq!(SameLetter::from_stored(""), None);
    }
}
