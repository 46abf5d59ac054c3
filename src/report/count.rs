//! Counting: facts come one by one, and are forgotten at once. The unit is the source reference under the channel that it
//! is counted under; what is partitioned by unit, type or category is counted in tickets.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::figures::{Apart, ChannelFigures, Figures, Instead, Named, Part, UnitFigures};
use super::{Line, Span};
use crate::settings::{CountedBy, ReportSettings};
use crate::store::{FactRow, Standing};
use crate::ticket::MatterType;
use jiff::Timestamp;

/// Counts the facts of a span.
#[derive(Debug)]
pub struct Counter {
    settings: ReportSettings,
    as_of: Timestamp,
    channels: BTreeMap<(String, Option<String>), ChannelFigures>,
    unmapped: BTreeMap<String, u64>,
    units: BTreeMap<Option<String>, UnitFigures>,
    kinds: Tally,
    categories: Tally,
    accepted: u64,
    closed: u64,
    tickets: u64,
    apart: Apart,
    instead: Instead,
}

/// Tickets by something that they have or have not: now, and in the period before.
type Tally = BTreeMap<Option<String>, (u64, u64)>;

impl Counter {
    /// Nothing counted yet, for these channels, as it stands at a moment.
    pub fn new(settings: ReportSettings, channels: Vec<Named>, as_of: Timestamp) -> Self {
        let channels = channels.into_iter().map(|one| ((one.code.clone(), one.tag.clone()), ChannelFigures::none(one)));
        Self {
            settings,
            as_of,
            channels: channels.collect(),
            unmapped: BTreeMap::new(),
            units: BTreeMap::new(),
            kinds: Tally::new(),
            categories: Tally::new(),
            accepted: 0,
            closed: 0,
            tickets: 0,
            apart: Apart::default(),
            instead: Instead::default(),
        }
    }

    /// Counts a fact of the span; none where it does not count.
    pub fn count(&mut self, fact: FactRow) -> Option<Line> {
        if let Some(apart) = self.stands_apart(&fact) {
            *apart += 1;
            return None;
        }
        let line = Line::of(fact, self.settings.by, self.as_of);
        if line.ended.is_some() && line.number.is_some() && !self.settings.ended {
            self.apart.ended += 1;
            return None;
        }
        self.accepted += 1;
        match (line.by == self.settings.by, line.by) {
            (false, CountedBy::Handed) => self.instead.handed += 1,
            (false, _) => self.instead.received += 1,
            (true, _) => {}
        }
        let (code, tag) = line.counted_under();
        let channel = self
            .channels
            .entry((code.to_owned(), tag.map(str::to_owned)))
            .or_insert_with(|| ChannelFigures::none(Named::unknown(code, tag)));
        if line.number.is_none() {
            *self.unmapped.entry(channel.channel.name.clone()).or_default() += 1;
            return Some(line);
        }
        channel.accepted += 1;
        channel.closed += u64::from(line.closed_at.is_some());
        channel.overdue += u64::from(line.overdue);
        channel.returned += u64::from(line.returned);
        channel.redone += u64::from(line.redone > 0);
        channel.joined += u64::from(!line.opened);
        self.closed += u64::from(line.closed_at.is_some());
        if line.opened {
            self.tickets += 1;
            self.kinds.entry(line.kind.clone()).or_default().0 += 1;
            self.categories.entry(line.category.clone()).or_default().0 += 1;
            self.unit(&line);
        }
        Some(line)
    }

    /// Counts a fact of the period before, with which types and categories are compared.
    pub fn count_before(&mut self, fact: &FactRow) {
        let mut fact = fact.clone();
        fact.ended = fact.ended.filter(|(at, _)| *at <= self.as_of);
        let counts = fact.opened && (self.settings.ended || fact.ended.is_none());
        if counts && self.stands_apart(&fact).is_none() {
            let category = fact.matter.category.into_iter().next();
            self.kinds.entry(fact.matter.kind).or_default().1 += 1;
            self.categories.entry(category).or_default().1 += 1;
        }
    }

    /// Where a fact is counted apart, whatever became of it. What was registered as handled by hand is live.
    fn stands_apart(&mut self, fact: &FactRow) -> Option<&mut u64> {
        match fact.standing {
            Standing::Trial => Some(&mut self.apart.trial),
            Standing::Historic if !self.settings.historic => Some(&mut self.apart.historic),
            Standing::Waiting => Some(&mut self.apart.waiting),
            _ if !self.settings.joined && fact.ticket.is_some() && !fact.opened => Some(&mut self.apart.joined),
            Standing::Live | Standing::Historic => None,
        }
    }

    fn unit(&mut self, line: &Line) {
        let unit = self.units.entry(line.unit.clone()).or_default();
        unit.name.clone_from(&line.unit);
        unit.accepted += 1;
        unit.closed_late += u64::from(line.overdue && line.closed_at.is_some());
        unit.open_late += u64::from(line.overdue && line.closed_at.is_none());
        unit.redone += u64::from(line.redone > 0);
    }

    /// All that was counted.
    pub fn figures(self, span: Span, effective_total: Option<u64>) -> Figures {
        let mut channels: Vec<_> =
            self.channels.into_values().filter(|one| one.channel.is_on || one.accepted > 0).collect();
        channels.sort_by(|a, b| place(a).cmp(&place(b)));
        let mut units: Vec<_> = self.units.into_values().collect();
        units.sort_by_key(|unit| (unit.name.is_none(), Reverse(unit.accepted)));
        Figures {
            span,
            as_of: self.as_of,
            by: self.settings.by,
            accepted: self.accepted,
            closed: self.closed,
            channels,
            unmapped: self.unmapped.into_iter().collect(),
            tickets: self.tickets,
            units,
            kinds: parts(self.kinds, |part| {
                MatterType::KNOWN.iter().position(|known| part.name.as_deref() == Some(known))
            }),
            categories: parts(self.categories, |_| None),
            apart: self.apart,
            instead: self.instead,
            effective: self.settings.effective,
            effective_total,
        }
    }
}

/// By the order of print; those without one behind all others.
fn place(one: &ChannelFigures) -> (bool, Option<u32>, &str) {
    (one.channel.order.is_none(), one.channel.order, &one.channel.name)
}

/// What is known first, in its own order, then the largest; what is not known last.
fn parts(tally: Tally, known: impl Fn(&Part) -> Option<usize>) -> Vec<Part> {
    let mut parts: Vec<_> = tally.into_iter().map(|(name, (count, before))| Part { name, count, before }).collect();
    parts.sort_by_key(|part| {
        let known = known(part);
        (part.name.is_none(), known.is_none(), known, Reverse(part.count))
    });
    parts
}
