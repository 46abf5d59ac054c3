//! From figures to a paper, as a template says.

use jiff::tz::TimeZone;

use super::figures::{Figures, Named, Part, Unbalanced};
use super::rate::{Change, Percent, shares};
use super::template::{Bit, Piece, Place, TableOf, Template};
use super::{notes, tables};
use crate::paper::{Block, Paper};

/// Prints figures; `also` are notes that stand behind those of the figures.
///
/// # Errors
///
/// If a total does not equal its sum: then nothing is printed.
pub fn print(
    figures: &Figures,
    template: &Template,
    house: &str,
    zone: &TimeZone,
    also: &[String],
) -> Result<Paper, Unbalanced> {
    figures.check()?;
    let filled = |bits: &[Bit]| bits.iter().map(|bit| fill(bit, figures, house)).collect::<String>();
    let mut paper = Paper::default();
    for piece in &template.pieces {
        match piece {
            Piece::Title(bits) => paper.title = filled(bits),
            Piece::Heading(bits) => paper.blocks.push(Block::Heading(filled(bits))),
            Piece::Text(bits) => paper.blocks.push(Block::Text(filled(bits))),
            Piece::Table(of) => paper.blocks.push(Block::Table(match of {
                TableOf::Channels => tables::channels(figures),
                TableOf::Units => tables::units(figures),
                TableOf::Kinds => tables::parts("诉求类型", "未注明类型", &figures.kinds),
                TableOf::Categories => tables::parts("诉求类别", "未注明类别", &figures.categories),
            })),
            Piece::Notes => {
                let said = notes::of(figures, figures.as_of.to_zoned(zone.clone()).date())
                    .into_iter()
                    .chain(also.iter().cloned());
                paper.blocks.extend(said.map(Block::Note));
            }
        }
    }
    Ok(paper)
}

fn fill(bit: &Bit, figures: &Figures, house: &str) -> String {
    let place = match bit {
        Bit::Plain(text) => return text.clone(),
        Bit::Place(place) => place,
    };
    match place {
        Place::House => house.into(),
        Place::Span => figures.span.zh(),
        Place::Before => figures.span.before().map(super::Span::zh).unwrap_or_default(),
        Place::Accepted => figures.accepted.to_string(),
        Place::Closed => figures.closed.to_string(),
        Place::Open => figures.accepted.saturating_sub(figures.closed).to_string(),
        Place::Rate => rate(figures.closed, figures.accepted),
        Place::Preamble => preamble(figures),
        Place::Items => items(figures),
        Place::Tickets => figures.tickets.to_string(),
        Place::Kinds => kinds(figures),
        Place::Categories => categories(figures),
        Place::Changes => changes(figures),
    }
}

/// A rate; of nothing there is none.
pub(super) fn rate(part: u64, whole: u64) -> String {
    Percent::of(part, whole).map_or_else(|| "—".into(), |rate| rate.to_string())
}

/// 「(含省长信箱、……等渠道)」. The county's own text of 2025 has one more 、 before 等渠道, a slip.
fn preamble(figures: &Figures) -> String {
    let mut names: Vec<&str> = Vec::new();
    for channel in figures.in_preamble() {
        if !names.contains(&channel.name.as_str()) {
            names.push(&channel.name);
        }
    }
    if names.is_empty() { String::new() } else { format!("(含{}等渠道)", names.join("、")) }
}

/// 「,其中,省长信箱转派工单23件,……」: what something came by, and last what led to no ticket. Their sum is the total.
fn items(figures: &Figures) -> String {
    // One name is one item, also where a channel of its own and a tag of another one's brought it.
    let mut came: Vec<(&Named, u64)> = Vec::new();
    for one in figures.channels.iter().filter(|one| one.accepted > 0) {
        match came.iter_mut().find(|(channel, _)| channel.name == one.channel.name) {
            Some((_, count)) => *count += one.accepted,
            None => came.push((&one.channel, one.accepted)),
        }
    }
    let came =
        came.into_iter().map(|(channel, count)| format!("{}{}{count}{}", channel.name, channel.noun, channel.measure));
    let unmapped = Some(figures.unmapped()).filter(|count| *count > 0).map(|count| format!("未成单来件{count}件"));
    let items: Vec<_> = came.chain(unmapped).collect();
    if items.is_empty() { String::new() } else { format!(",其中,{}", items.join(",")) }
}

/// All types are all of the tickets: their shares sum to 100 %.
fn kinds(figures: &Figures) -> String {
    let counts: Vec<_> = figures.kinds.iter().map(|part| part.count).collect();
    let said = figures.kinds.iter().zip(shares(&counts)).filter(|(part, _)| part.count > 0).map(|(part, share)| {
        let name = part.name.as_ref().map_or_else(|| "未注明类型".to_owned(), |name| format!("{name}类"));
        format!("{name}{}件,占比{share}", part.count)
    });
    or(said.collect::<Vec<_>>().join(";"), "无")
}

/// What is said, or what is said where there is nothing to say.
fn or(said: String, nothing: &str) -> String {
    if said.is_empty() { nothing.into() } else { said }
}

/// The largest categories that are known.
fn largest(figures: &Figures) -> impl Iterator<Item = (&str, &Part)> {
    let known = figures.categories.iter().filter_map(|part| Some((part.name.as_deref()?, part)));
    known.filter(|(_, part)| part.count > 0).take(5)
}

/// Some of many are no partition: each is rounded for itself. Where these are all there are, they are one.
fn categories(figures: &Figures) -> String {
    let largest: Vec<_> = largest(figures).collect();
    let counts: Vec<_> = largest.iter().map(|(_, part)| part.count).collect();
    let share: Vec<_> = match counts.iter().sum::<u64>() == figures.tickets {
        true => shares(&counts).iter().map(ToString::to_string).collect(),
        false => counts.iter().map(|count| rate(*count, figures.tickets)).collect(),
    };
    let said =
        largest.iter().zip(share).map(|((name, part), share)| format!("{name}{}件,占诉求量的{share}", part.count));
    or(said.collect::<Vec<_>>().join(";"), "(没有注明类别的)")
}

fn changes(figures: &Figures) -> String {
    let said =
        largest(figures).map(|(name, part)| format!("{name}类{}", compared(Change::between(part.before, part.count))));
    or(said.collect::<Vec<_>>().join("、"), "没有可比的类别")
}

/// A change behind its word.
fn compared(change: Change) -> String {
    match change {
        Change::FromNothing => change.to_string(),
        _ => format!("环比{change}"),
    }
}
