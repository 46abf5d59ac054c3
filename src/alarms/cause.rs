//! What a look found that people must know. Numbers, codes and times alone: nothing of a letter gets in here.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::settings::AlarmKind;
use crate::store::NewAlarm;

/// Something that is wrong now.
#[derive(Clone, PartialEq, Debug)]
pub struct Cause {
    /// Its kind.
    pub kind: AlarmKind,
    /// What it is about: a channel's code, a host, the house.
    pub subject: String,
    /// Since when.
    pub since: Timestamp,
    /// How grave it is, in numbers of its kind; more is told again although somebody took it.
    pub weight: u64,
    /// What is said of it.
    pub about: About,
}

/// What is said of an alarm.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// The channel's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The channel's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Tickets, by their spoken numbers; a few of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<String>,
    /// Groups of the list of urgent words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// A day, or the day on which it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// A year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// A host, or an address without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whether answers are meant, where a channel's far side could be.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub outlet: bool,
}

impl About {
    /// Of a channel.
    pub fn channel(code: &str, name: &str) -> Self {
        Self { channel: Some(code.into()), name: Some(name.into()), ..Self::default() }
    }

    /// As it is kept.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was kept; what cannot be read says nothing.
    pub fn read(kept: &str) -> Self {
        serde_json::from_str(kept).unwrap_or_default()
    }
}

impl Cause {
    /// As an alarm that is to be raised.
    pub fn raised(&self) -> NewAlarm {
        NewAlarm {
            kind: self.kind,
            subject: self.subject.clone(),
            since: self.since,
            weight: self.weight,
            about: self.about.written(),
            mark: 0,
        }
    }
}
