//! What the core tells us about a ticket (办理反馈), as a connector that writes back sees it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a ticket, or what is asked of its source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// 签收.
    Signed,
    /// 退回补正: data is missing; nothing leaves the house.
    ReturnedToGateway,
    /// 申请退单: handed back to the source.
    ReturnedToSource,
    /// 申请延期.
    Extended,
    /// 阶段反馈.
    Progressed,
    /// 公开答复.
    Replied,
    /// 办结.
    Closed,
    /// 不予受理, the statutory path told.
    Declined,
    /// 转其他渠道.
    Redirected,
    /// 并单.
    Merged,
    /// 回访.
    Visited,
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outcome").field("kind", &self.kind).field("at", &self.at).finish_non_exhaustive()
    }
}

impl Outcome {
    /// A signing (签收) of our own.
    pub fn signed(at: Timestamp) -> Self {
        Self {
            kind: OutcomeKind::Signed,
            at,
            units: Vec::new(),
            way: None,
            public_reply: None,
            internal_note: None,
            reason: None,
            days: None,
            solved: None,
            into: None,
            satisfaction: None,
        }
    }
}

impl OutcomeKind {
    /// Every kind, in the order of a ticket's life.
    pub const ALL: [Self; 11] = [
        Self::Signed,
        Self::ReturnedToGateway,
        Self::ReturnedToSource,
        Self::Extended,
        Self::Progressed,
        Self::Replied,
        Self::Closed,
        Self::Declined,
        Self::Redirected,
        Self::Merged,
        Self::Visited,
    ];

    /// Its one word: in configuration, on the wire to the core, in logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::ReturnedToGateway => "returned_to_gateway",
            Self::ReturnedToSource => "returned_to_source",
            Self::Extended => "extended",
            Self::Progressed => "progressed",
            Self::Replied => "replied",
            Self::Closed => "closed",
            Self::Declined => "declined",
            Self::Redirected => "redirected",
            Self::Merged => "merged",
            Self::Visited => "visited",
        }
    }

    /// What people call it, on screens and in sheets.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Signed => "签收",
            Self::ReturnedToGateway => "退回补正",
            Self::ReturnedToSource => "申请退单",
            Self::Extended => "申请延期",
            Self::Progressed => "阶段反馈",
            Self::Replied => "公开答复",
            Self::Closed => "办结",
            Self::Declined => "不予受理",
            Self::Redirected => "转其他渠道",
            Self::Merged => "并单",
            Self::Visited => "回访",
        }
    }

    /// Whether it can leave the house: 退回补正 never does.
    pub const fn leaves(self) -> bool {
        !matches!(self, Self::ReturnedToGateway)
    }

    /// Its word on the way back to a source, as the ways under `[return]` are called: as [`Self::word`], but `returned`
    /// for 申请退单, the only return that leaves the house.
    pub fn road_word(self) -> &'static str {
        match self {
            Self::ReturnedToSource => "returned",
            other => other.word(),
        }
    }

    /// Whether it ends the ticket as far as the source is concerned: 办结, 不予受理, 转其他渠道.
    pub fn concludes(self) -> bool {
        matches!(self, Self::Closed | Self::Declined | Self::Redirected)
    }
}

/// The part a unit has in handling a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitRole {
    /// 主办.
    Lead,
    /// 协办.
    Assisting,
}

/// A unit that handles a ticket (承办单位).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// The unit's name.
    pub name: String,
    /// Lead or assisting.
    pub role: UnitRole,
}

/// One outcome, as the core posts it and as it is carried home. `Debug` shows what it is, and nothing that was written.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// What happened.
    pub kind: OutcomeKind,
    /// When it happened, by the core's clock.
    pub at: Timestamp,
    /// The units that handle or handled it, 主办 and 协办.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Unit>,
    /// 办理方式, for example 在线办结 or 转办.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<String>,
    /// The text the citizen may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_reply: Option<String>,
    /// The text that never leaves the house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_note: Option<String>,
    /// Why (returned, extended, declined).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Days asked for (extended).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Whether the matter is solved, as the core words it (解决, 未解决, 部分解决).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved: Option<String>,
    /// Where it was redirected to (redirected), or the number it was joined into (merged).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// Satisfaction as it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<String>,
}
