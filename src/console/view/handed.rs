//! What became of files that were handed in.

use std::collections::BTreeMap;

use huiliu_contract::Remark;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TextView;
use crate::intake::{HandedIn, HandedRow};

impl From<Remark> for TextView {
    fn from(remark: Remark) -> Self {
        Self { zh: remark.zh, en: remark.en }
    }
}

/// What became of a file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HandedView {
    /// The channel's code.
    pub channel: String,
    /// What the file is called.
    pub file: String,
    /// Whether this only says what would become of it.
    pub dry_run: bool,
    /// How many items became what.
    pub counts: BTreeMap<String, u64>,
    /// What became of each, as far as they are shown: the first thousand, and as many more that wait for a person.
    pub rows: Vec<HandedRowView>,
    /// How many items are not among the rows.
    pub left_out: u64,
    /// What is to be known of the file as a whole.
    pub remarks: Vec<TextView>,
    /// Why not all of it was taken; what was counted stands. Null: all was.
    pub stopped: Option<TextView>,
    /// Where the answer lies.
    pub answer: Option<String>,
    /// Why it could not be written.
    pub answer_failed: Option<TextView>,
}

/// What became of one item.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "FileHandedRow")]
pub struct HandedRowView {
    /// Its place among the file's items, from 1.
    pub place: u64,
    /// `new`, `repeat`, `revised`, `joined`, `act`, `unmapped`, `held`, `unreadable`; of a dry run also `known`.
    pub state: String,
    /// 来源编号; null for what cannot be read.
    pub external_id: Option<String>,
    /// 汇流编号.
    pub ticket: Option<String>,
    /// Why it waits for a person.
    pub reason: Option<TextView>,
}

impl HandedView {
    /// As intake tells it.
    pub fn of(channel: &str, file: &str, dry_run: bool, done: HandedIn) -> Self {
        let (answer, answer_failed) = match done.answer {
            Some(Ok(path)) => (Some(path.display().to_string()), None),
            Some(Err(remark)) => (None, Some(remark.into())),
            None => (None, None),
        };
        Self {
            channel: channel.into(),
            file: file.into(),
            dry_run,
            counts: done.counts.into_iter().map(|(state, n)| (state.to_owned(), n)).collect(),
            rows: done.rows.into_iter().map(HandedRowView::from).collect(),
            left_out: done.left_out,
            remarks: done.remarks.into_iter().map(TextView::from).collect(),
            stopped: done.stopped.map(TextView::from),
            answer,
            answer_failed,
        }
    }

    /// Whether nothing waits for a person and nothing was left.
    pub fn is_clean(&self) -> bool {
        let waits = ["unmapped", "held", "unreadable"].into_iter().any(|state| self.counts.contains_key(state));
        !waits && self.stopped.is_none() && self.answer_failed.is_none()
    }
}

impl From<HandedRow> for HandedRowView {
    fn from(row: HandedRow) -> Self {
        Self {
            place: row.place,
            state: row.state.into(),
            external_id: row.external_id,
            ticket: row.ticket,
            reason: row.why.map(TextView::from),
        }
    }
}
