//! The figures of a report: what was counted, ready to be printed, and the sums that must hold before anything is.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Span;
use crate::settings::{CountedBy, Effective};

/// A channel as reports print it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Named {
    /// Its code.
    pub code: String,
    /// Of a channel that another one's file routes to, its tag there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Its name.
    pub name: String,
    /// What its items are called (转派工单, 信件).
    pub noun: String,
    /// The measure word (件, 封).
    pub measure: String,
    /// Its place in the itemised sentence and in tables; none comes last.
    pub order: Option<u32>,
    /// Its place in the preamble's list; none is not in it.
    pub preamble: Option<u32>,
    /// Whether it takes anything in.
    pub is_on: bool,
}

impl Named {
    /// A channel that nobody has configured any more.
    pub fn unknown(code: &str, tag: Option<&str>) -> Self {
        Self {
            code: code.into(),
            tag: tag.map(Into::into),
            name: tag.unwrap_or(code).into(),
            noun: "来件".into(),
            measure: "件".into(),
            order: None,
            preamble: None,
            is_on: false,
        }
    }
}

/// What was counted of one channel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChannelFigures {
    /// The channel.
    #[serde(flatten)]
    pub channel: Named,
    /// References that were accepted (受理).
    pub accepted: u64,
    /// Of these, concluded (办结).
    pub closed: u64,
    /// Of these, past their deadline, concluded or not (超期).
    pub overdue: u64,
    /// Of these, to be handed back to the source (申请退单).
    pub returned: u64,
    /// Of these, to be done again (发回重办).
    pub redone: u64,
    /// Of these, on a ticket that another one opened (并单).
    pub joined: u64,
}

impl ChannelFigures {
    /// Of a channel that nothing came by.
    pub fn none(channel: Named) -> Self {
        Self { channel, accepted: 0, closed: 0, overdue: 0, returned: 0, redone: 0, joined: 0 }
    }
}

/// What was counted of one unit, in tickets.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct UnitFigures {
    /// The unit (承办单位); none of tickets that no unit is known of.
    pub name: Option<String>,
    /// Tickets (受理).
    pub accepted: u64,
    /// Of these, concluded past their deadline (超期办结).
    pub closed_late: u64,
    /// Of these, open past their deadline (超期未办结).
    pub open_late: u64,
    /// Of these, to be done again (发回重办).
    pub redone: u64,
}

/// One part of a partition, in tickets.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// What it is; none of tickets of which that is not known.
    pub name: Option<String>,
    /// Tickets now.
    pub count: u64,
    /// Tickets in the period before.
    pub before: u64,
}

/// Counted apart: not among the accepted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Apart {
    /// That came while their channel was on trial.
    pub trial: u64,
    /// From before their channel's `start_from`.
    pub historic: u64,
    /// That wait for the end of a first run.
    pub waiting: u64,
    /// That joined another channel's ticket, where those do not count.
    pub joined: u64,
    /// That their source took back, where those do not count.
    pub ended: u64,
}

/// By what the accepted were counted that the wanted time was not known of.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Instead {
    /// By when they were handed over.
    pub handed: u64,
    /// By when they were received.
    pub received: u64,
}

/// What was counted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Of which days.
    pub span: Span,
    /// As it stood at this moment.
    pub as_of: Timestamp,
    /// By which time.
    pub by: CountedBy,
    /// Accepted by all channels, with those that could not be mapped.
    pub accepted: u64,
    /// Of these, concluded.
    pub closed: u64,
    /// By channel: those that are on, and those that something came by; in the order of print.
    pub channels: Vec<ChannelFigures>,
    /// Submissions that could not be mapped, by the name of their channel: accepted, but no ticket (未成单).
    pub unmapped: Vec<(String, u64)>,
    /// Tickets that the accepted ones opened.
    pub tickets: u64,
    /// By unit, the largest first.
    pub units: Vec<UnitFigures>,
    /// By 诉求类型.
    pub kinds: Vec<Part>,
    /// By category, the largest first.
    pub categories: Vec<Part>,
    /// Not counted.
    pub apart: Apart,
    /// Counted by another time.
    pub instead: Instead,
    /// Where these stand beside 有效工单.
    pub effective: Effective,
    /// How many 有效工单 the core counts, as the person who prints told.
    pub effective_total: Option<u64>,
}

/// Two figures of a report that should be equal are not: it must not be printed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what_en} is {whole}, but its parts sum to {sum}")]
pub struct Unbalanced {
    /// What the whole is, in Chinese.
    pub what: &'static str,
    /// The same in English.
    pub what_en: &'static str,
    /// What it is said to be.
    pub whole: u64,
    /// What its parts sum to.
    pub sum: u64,
}

impl Figures {
    /// How many could not be mapped.
    pub fn unmapped(&self) -> u64 {
        self.unmapped.iter().map(|(_, count)| count).sum()
    }

    /// Whether all totals equal their sums.
    ///
    /// # Errors
    ///
    /// The first that does not.
    pub fn check(&self) -> Result<(), Unbalanced> {
        let of = |figure: fn(&ChannelFigures) -> u64| self.channels.iter().map(figure).sum::<u64>();
        let parts = |parts: &[Part]| parts.iter().map(|part| part.count).sum::<u64>();
        let units = self.units.iter().map(|unit| unit.accepted).sum::<u64>();
        let sums = [
            (
                "受理总数(各渠道与未成单之和)",
                "the number accepted",
                self.accepted,
                of(|one| one.accepted) + self.unmapped(),
            ),
            ("办结总数(各渠道之和)", "the number concluded", self.closed, of(|one| one.closed)),
            ("统一工单总数(各承办单位之和)", "the number of tickets by unit", self.tickets, units),
            ("统一工单总数(各诉求类型之和)", "the number of tickets by type", self.tickets, parts(&self.kinds)),
            (
                "统一工单总数(各诉求类别之和)",
                "the number of tickets by category",
                self.tickets,
                parts(&self.categories),
            ),
            (
                "统一工单与并单之和(各渠道成单数之和)",
                "the number of tickets and of references that joined one",
                self.tickets + of(|one| one.joined),
                of(|one| one.accepted),
            ),
        ];
        let wrong = sums.into_iter().find(|(_, _, whole, sum)| whole != sum);
        wrong.map_or(Ok(()), |(what, what_en, whole, sum)| Err(Unbalanced { what, what_en, whole, sum }))
    }

    /// Channels that the preamble lists, in its order: one that is off only where something came by it.
    pub fn in_preamble(&self) -> Vec<&Named> {
        let mut listed: Vec<_> = self
            .channels
            .iter()
            .filter(|one| one.channel.is_on || one.accepted > 0)
            .filter_map(|one| Some((one.channel.preamble?, &one.channel)))
            .collect();
        listed.sort_by_key(|(place, _)| *place);
        listed.into_iter().map(|(_, channel)| channel).collect()
    }
}
