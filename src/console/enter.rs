//! Letters that people enter (手工登记): what is told, and what became of it. Only a running daemon takes them, for it alone
//! knows how a channel's fields are read.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{House, Problem};
use crate::store::Actor;

/// A letter as it is entered. Printed by `Debug` without what was written.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entered {
    /// Its number, where it has one (来源编号); else one is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What stands in it, by the names that the channel's `[fields]` read.
    pub fields: Map<String, Value>,
}

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entered(…)")
    }
}

/// What became of a letter that was entered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EnteredView {
    /// The channel's code.
    pub channel: String,
    /// 来源编号: the given number, or the one that was made.
    pub external_id: String,
    /// 汇流编号; null where it is held for a person.
    pub ticket: Option<String>,
    /// What became of it: [`huiliu_contract::What::word`].
    pub what: String,
}

/// Takes a letter in. Answers only after it is on disk, with who entered it.
pub async fn enter(house: &House, channel: &str, entered: Entered, actor: &Actor) -> Result<EnteredView, Problem> {
    house.control.enter(channel, entered, actor).await
}
