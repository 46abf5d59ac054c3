//! What requests hold that is more than a word: what to find, the parts of a ticket, what a person decides.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One part of a ticket that is to be split, as a person writes it. Printed by `Debug` as dots.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartText {
    /// Its title, one line; it stands in the public answer.
    pub title: String,
    /// Its text.
    pub content: String,
}

/// What a person decides about an event that the core refuses because its order is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedChoice {
    /// The source is told once more what it was told (再次答复).
    AnswerAgain,
    /// It becomes a ticket of its own that names the old one (另立新件).
    NewTicket,
    /// Somebody opened the order in the core again (热线已重开): the event goes again.
    Reopened,
}

/// What to find; all that is given must fit, and something must be given.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Find {
    /// Any number: of the gateway, of the core, or of a source.
    pub number: Option<String>,
    /// A whole telephone number.
    pub phone: Option<String>,
    /// A whole number of an identity document.
    pub id_no: Option<String>,
    /// A name, together with `last4`.
    pub name: Option<String>,
    /// The last four digits of a telephone number, together with `name`.
    pub last4: Option<String>,
    /// The channel.
    pub channel: Option<String>,
    /// Received on this day or later.
    pub from: Option<Date>,
    /// Received on this day or earlier.
    pub to: Option<Date>,
    /// At most so many; 0 gives [`super::ROWS`].
    pub limit: usize,
}

impl fmt::Debug for PartText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartText(…)")
    }
}

impl fmt::Debug for Find {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Find(…)")
    }
}
