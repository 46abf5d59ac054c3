//! How many items a far side says it has for a day: what reconciliation holds against what came.

use async_trait::async_trait;
use jiff::civil::Date;

use crate::{Cursor, ExternalId, Fault, Keepsake};

/// By which time a far side counts an item to a day. Ours of the same meaning is held against it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountedBy {
    /// When the far side handed it over.
    #[default]
    #[schemars(extend("x-zh" = "对方转来的时间"))]
    HandedAt,
    /// When the citizen submitted it.
    #[schemars(extend("x-zh" = "群众提交的时间"))]
    SubmittedAt,
    /// When it came here.
    #[schemars(extend("x-zh" = "我们收到的时间"))]
    ReceivedAt,
}

/// One answer to the question what there is for a day.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Counted {
    /// How many items it says there are in all; none where it only lists them.
    pub total: Option<u64>,
    /// The numbers of this page; none where it only counts.
    pub ids: Option<Vec<ExternalId>>,
    /// How many items of this page have no number that could be one.
    pub unnumbered: u64,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
}

/// The counting part of a connector.
#[async_trait]
pub trait Census: Send + Sync {
    /// By which time the far side counts.
    fn by(&self) -> CountedBy;

    /// Asks what there is for a day of the site's zone. One call is one request: the first has no `after`, each further one
    /// the place that the one before told.
    ///
    /// # Errors
    ///
    /// As a poll; [`Fault::Malformed`] where an answer holds no count, or a list ends before its own total.
    async fn count(&self, day: Date, after: Option<&Cursor>, kept: Option<&Keepsake>) -> Result<Counted, Fault>;
}
