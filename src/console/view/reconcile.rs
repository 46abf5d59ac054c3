//! What reconciliation found (对账).

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reconcile::{ChannelDay, Finding};
use crate::store::{GapRow, SignedRow};

/// A day of all channels that were asked for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReconciledView {
    /// The day, in the site's zone.
    #[schemars(with = "String")]
    pub day: Date,
    /// Whether it was looked just now; else it is what the last look found, and no numbers are named.
    pub now: bool,
    /// What each channel's day comes to.
    pub channels: Vec<ChannelDay>,
    /// Names of channels that are off, or of which that day was never looked at.
    pub not_looked: Vec<String>,
    /// All gaps that are not mended, of any day.
    pub gaps: Vec<GapView>,
}

/// One gap.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GapView {
    /// The channel's code.
    pub channel: String,
    /// Its name.
    pub name: String,
    /// The day.
    #[schemars(with = "String")]
    pub day: Date,
    /// `missing`, `surplus` or `inside`.
    pub kind: String,
    /// How many items, by the latest look.
    pub count: u64,
    /// Since when it is known.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// Since when it is mended.
    #[schemars(with = "Option<String>")]
    pub mended_at: Option<Timestamp>,
    /// Who said that it is right as it is.
    pub signed_by: Option<String>,
}

impl GapView {
    /// Of a row, with the channel's name.
    pub fn of(row: GapRow, name: String) -> Self {
        Self {
            channel: row.channel_code,
            name,
            day: row.day,
            kind: row.kind.word().into(),
            count: row.count,
            since: row.since,
            mended_at: row.mended_at,
            signed_by: row.signed_by,
        }
    }
}

/// A list held against ours.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgainstView {
    /// The channel's code; null is the core.
    pub channel: Option<String>,
    /// The channel's name, or the core's.
    pub name: String,
    /// The first and last day of the span; null where none is known: then nothing of ours is looked for in the list.
    pub span: Option<(Date, Date)>,
    /// Rows of the list.
    pub rows: u64,
    /// How many of ours lie in the span.
    pub ours: u64,
    /// 漏件, 多件, 状态不一致, 重件.
    pub counts: [u64; 4],
    /// Each of them.
    pub findings: Vec<Finding>,
    /// Whether it was signed for.
    pub signed: bool,
}

/// A list that somebody signed for, or that nobody ever did.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SignedView {
    /// The channel's code; null is the core.
    pub channel: Option<String>,
    /// Its name.
    pub name: String,
    /// When; null where it never was.
    pub at: Option<Timestamp>,
    /// How many days ago, in the site's zone.
    pub days: Option<i64>,
    /// Who.
    pub who: Option<String>,
    /// The first and last day that were compared.
    pub span: Option<(Date, Date)>,
    /// Rows of the list.
    pub rows: u64,
    /// 漏件, 多件, 状态不一致, 重件.
    pub counts: [u64; 4],
}

impl SignedView {
    /// Of a row.
    pub fn of(row: SignedRow, name: String, days: i64) -> Self {
        Self {
            channel: row.channel_code,
            name,
            at: Some(row.at),
            days: Some(days),
            who: Some(row.who),
            span: row.list.span,
            rows: row.list.rows,
            counts: row.list.counts,
        }
    }
}

/// What is signed, and what is not mended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SignedListView {
    /// Lists, the newest first; then channels of which none was ever compared.
    pub lists: Vec<SignedView>,
    /// Gaps, the oldest first; with the mended ones of the last month where all was asked for.
    pub gaps: Vec<GapView>,
}
