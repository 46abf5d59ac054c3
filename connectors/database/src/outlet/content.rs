//! A parcel's content: one statement with what is bound to it, as it was composed, to be read again when it is sent.

use huiliu_contract::{Fault, Homebound, Parcel, Personal};
use huiliu_kit::outlet::shown_file;
use huiliu_kit::pick::scalar;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::way::{Filled, Road};

/// One statement, written down. A new member must have a default: parcels wait longer than a program runs.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    /// The word of the way it goes by.
    pub(super) way: String,
    /// The database that it was composed for.
    pub(super) to: String,
    /// Its text.
    pub(super) sql: String,
    /// What is bound, with names for people.
    pub(super) values: Vec<(String, Value)>,
    /// Which of them is the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_at: Option<usize>,
    /// How many rows it must touch.
    pub(super) rows: u64,
    /// Finds the row that the key left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) again: Option<String>,
    /// Names of files that stay here: no database takes any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left: Vec<String>,
}

impl Content {
    /// Writes a statement down.
    pub(super) fn of(road: &Road, to: String, filled: Filled, homebound: &Homebound<'_>) -> Self {
        let Filled { values, key_at } = filled;
        let left = homebound.files.iter().map(shown_file).collect();
        let (way, sql) = (road.kind.road_word().into(), road.sql.clone());
        Self { way, to, sql, values, key_at, rows: road.rows, again: road.again.clone(), left }
    }

    /// The parcel: for the database, and for a person.
    pub(super) fn parcel(&self, whereto: &str) -> Result<Parcel, Fault> {
        let content = serde_json::to_string(self).map_err(|_| Fault::malformed("the parcel cannot be written down"))?;
        Ok(Parcel { content: Personal::new(content), shown: Personal::new(self.shown(whereto)) })
    }

    /// Reads a parcel again.
    pub(super) fn read(parcel: &Parcel) -> Result<Self, Fault> {
        serde_json::from_str(parcel.content.reveal())
            .map_err(|_| Fault::malformed("the parcel was not composed by this kind of connection"))
    }

    fn shown(&self, whereto: &str) -> String {
        let mut shown = format!("{} · {whereto}\n", self.to);
        for (name, value) in &self.values {
            let value = scalar(value).unwrap_or_else(|| "(空 · nothing)".into());
            shown.push_str(&format!("\n{name} = {value}"));
        }
        if !self.left.is_empty() {
            let left = self.left.join("、");
            shown.push_str(&format!("\n\n[未带附件:对方不收附件 · files not sent: this way takes none] {left}"));
        }
        shown
    }
}
