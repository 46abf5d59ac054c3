//! Reconciliation (对账): where each item of a channel stands, what a look at a day found, gaps until they are mended, and lists
//! that a person compared and signed. All of it is clear: numbers, times, counts.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Actor, Carried, StoreError, TicketKey};

/// Where an item stands that a channel brought. Every item stands somewhere; one that stands nowhere is [`Self::Lost`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemPlace {
    /// The core has it.
    Forwarded,
    /// It joined a ticket (并单).
    Joined,
    /// It asks something about another item (催办 and the like).
    Act,
    /// A person gave it up.
    Refused,
    /// A person has it before them: it cannot be mapped, or the core does not take it.
    Person,
    /// It is on its way to the core.
    Queued,
    /// It waits for the end of a first run.
    FirstRun,
    /// It is kept and not forwarded: 试运行, or 历史件.
    Aside,
    /// It is kept, and nothing will ever be done about it: that must not be.
    Lost,
}

/// One item that a channel brought, by its first version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemRow {
    /// The id of its first version; behind it lie those that came later.
    pub version: i64,
    /// Its number.
    pub external_id: String,
    /// When it came.
    pub received_at: Timestamp,
    /// When the citizen submitted it, where its form says so.
    pub submitted_at: Option<Timestamp>,
    /// When the far side handed it over, where its form says so.
    pub handed_at: Option<Timestamp>,
    /// Where it stands.
    pub place: ItemPlace,
    /// Its ticket.
    pub ticket: Option<TicketKey>,
    /// The core's number.
    pub core_number: Option<String>,
    /// When the core told that its ticket is done with.
    pub concluded_at: Option<Timestamp>,
    /// How far the latest outcome that concludes it came on its way home.
    pub answered: Option<Carried>,
}

/// Items of a channel that are asked for.
#[derive(Clone, Debug)]
pub struct Items {
    /// The channel.
    pub channel: u32,
    /// Behind this version.
    pub after: i64,
    /// First received at this time or later.
    pub from: Timestamp,
    /// First received before this time.
    pub until: Timestamp,
    /// At most so many versions are looked through.
    pub limit: usize,
}

/// A page of items; `next` is behind which version the next begins, none at the end.
#[derive(Clone, Debug, Default)]
pub struct ItemsPage {
    /// The items.
    pub rows: Vec<ItemRow>,
    /// The last version that was looked at.
    pub next: Option<i64>,
}

/// What a far side said of a day.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Nothing: it cannot be asked (说不出).
    #[default]
    CannotSay,
    /// How many items it has.
    Said,
    /// Nothing: it was away, or a person must log in first. It is asked again.
    Away,
}

/// What a look at one channel and day found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reckoning {
    /// The channel's id.
    pub channel: u32,
    /// The day.
    pub day: Date,
    /// When it was looked; the store's own time where it is kept.
    pub at: Timestamp,
    /// Whether the far side said anything.
    pub asked: Asked,
    /// How many it has.
    pub theirs: Option<u64>,
    /// How many came, unreadable ones included.
    pub taken: u64,
    /// Of these, how many stand where: in the order of [`ItemPlace`].
    pub places: [u64; 9],
    /// How many it has that did not come.
    pub missing: u64,
    /// How many came that it does not have.
    pub surplus: u64,
}

impl Reckoning {
    /// How many stand there.
    pub fn at_place(&self, place: ItemPlace) -> u64 {
        self.places[place as usize]
    }

    /// What is wrong: each kind of gap with its count.
    pub fn gaps(&self) -> [(GapKind, u64); 3] {
        [
            (GapKind::Missing, self.missing),
            (GapKind::Surplus, self.surplus),
            (GapKind::Inside, self.at_place(ItemPlace::Lost)),
        ]
    }
}

/// What sort of gap.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum GapKind {
    /// The far side has more than came (漏收).
    Missing = 1,
    /// More came than the far side has (多收).
    Surplus = 2,
    /// What came does not add up inside (内部不平).
    Inside = 3,
}

impl GapKind {
    /// Every kind, as they are stored.
    pub const ALL: [Self; 3] = [Self::Missing, Self::Surplus, Self::Inside];

    /// One stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Surplus => "surplus",
            Self::Inside => "inside",
        }
    }
}

/// One gap, from the first look that found it until it is mended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GapRow {
    /// The channel's id.
    pub channel: u32,
    /// The channel's code.
    pub channel_code: String,
    /// The day.
    pub day: Date,
    /// What sort.
    pub kind: GapKind,
    /// How many items, by the latest look.
    pub count: u64,
    /// Since when it is known.
    pub since: Timestamp,
    /// Since when it is mended.
    pub mended_at: Option<Timestamp>,
    /// Who said that it is right as it is; none where a later look found the day whole.
    pub signed_by: Option<String>,
}

/// A list that a person compared and signed for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedList {
    /// The channel; none is the core.
    pub channel: Option<u32>,
    /// The days that were compared, where they are known.
    pub span: Option<(Date, Date)>,
    /// Rows of the list.
    pub rows: u64,
    /// 漏件, 多件, 状态不一致, 重件.
    pub counts: [u64; 4],
}

/// The same as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedRow {
    /// What was signed.
    pub list: SignedList,
    /// The channel's code; none is the core.
    pub channel_code: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
}

/// Reconciliation, as it is kept.
#[async_trait]
pub trait Reckonings: Send + Sync {
    /// Items that a channel was the first to bring, in the order in which they came.
    async fn items(&self, items: Items) -> Result<ItemsPage, StoreError>;
    /// Those among these numbers of a channel's namespace that are known.
    async fn items_known(&self, channel: u32, ids: Vec<String>) -> Result<Vec<ItemRow>, StoreError>;
    /// How many unreadable items came by a channel in a time, and how many of them were given up.
    async fn unreadable(&self, channel: u32, from: Timestamp, until: Timestamp) -> Result<(u64, u64), StoreError>;
    /// Keeps what a look found, in the place of the one before, and opens and mends its gaps. A gap that a person signed for
    /// is opened again only where more is wrong than they saw.
    async fn reckon(&self, found: Reckoning) -> Result<(), StoreError>;
    /// What the latest looks at these days found, by day and channel.
    async fn reckonings(&self, from: Date, to: Date) -> Result<Vec<Reckoning>, StoreError>;
    /// Gaps that are not mended, the oldest first; `mended` gives those of the last days too.
    async fn gaps(&self, mended: bool) -> Result<Vec<GapRow>, StoreError>;
    /// A person says that the gaps of a channel and day are right as they are. Answers how many there were.
    async fn sign_gaps(&self, channel: u32, day: Date, actor: &Actor) -> Result<usize, StoreError>;
    /// Keeps that a person compared a list.
    async fn sign_list(&self, list: SignedList, actor: &Actor) -> Result<(), StoreError>;
    /// The lists that were signed for, the newest first; of each channel the newest alone, or all.
    async fn signed_lists(&self, all: bool) -> Result<Vec<SignedRow>, StoreError>;
}
