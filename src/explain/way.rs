//! When a far side is asked, how fast, with whom it shares its pace; and what it is told of what cannot be mapped.

use super::{Around, Line};
use crate::settings::{ChannelSettings, OnUnmappable};

/// Whether channels of this kind are asked.
fn is_polled(around: &Around<'_>) -> bool {
    around.kind.sections().any(|section| section == "poll")
}

/// Whether they are told.
pub(super) fn is_pushed(around: &Around<'_>) -> bool {
    around.kind.sections().any(|section| section == "receive")
}

/// When and how fast.
pub(super) fn lines(channel: &ChannelSettings, around: &Around<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    if is_polled(around) {
        let (zh, en) = channel.poll.period().spoken();
        lines.push(Line::new(format!("每{zh}一次"), format!("Once every {en}"), &["poll.every"]));
        lines.push(match &channel.poll.hours {
            Some(hours) => Line::new(
                format!("只在 {hours} 去,别的时段静默"),
                format!("Only during {hours}; quiet at other times"),
                &["poll.hours"],
            ),
            None => Line::new("全天都去,没有静默时段", "All day, no quiet hours", &["poll.hours"]),
        });
    }
    if let Some(limit) = channel.connect.limit {
        let (zh, en) = limit.spoken();
        let (zh, en) = (format!("限速:最多{zh}"), format!("At most {en}"));
        lines.push(Line::new(zh, en, &["connect.limit"]));
    } else if is_polled(around) {
        lines.push(Line::new("没有限速", "No limit of its own", &["connect.limit"]));
    }
    lines.extend(budget(channel, around));
    lines
}

fn budget(channel: &ChannelSettings, around: &Around<'_>) -> Option<Line> {
    let name = channel.connect.budget.as_ref()?;
    let rate = around.gateway.settings.budgets.get(name).map(|rate| rate.spoken()).unwrap_or_default();
    let others = around.channels.good().filter(|other| other.code != channel.code);
    let others = others.filter(|other| other.connect.budget.as_ref() == Some(name));
    let others: Vec<_> = others.map(|other| other.channel.name.as_str()).collect();
    let (with, with_en) = match others.as_slice() {
        [] => ("眼下只有它一个在用".to_owned(), "nobody else uses it now".to_owned()),
        some => (format!("和 {} 共用", some.join("、")), format!("shared with {}", some.join(", "))),
    };
    Some(Line::new(
        format!("共用限速 {name}({}),{with}", rate.0),
        format!("It counts against the budget {name} ({}), {with_en}", rate.1),
        &["connect.budget"],
    ))
}

/// What is told of what cannot be mapped, and whether the far side tells again.
pub(super) fn unmappable(channel: &ChannelSettings, around: &Around<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let (zh, en) = match channel.channel.unmappable {
        OnUnmappable::Accept => {
            ("认不出的来件照收,转人工处理", "What cannot be mapped is kept for a person, and counts as taken")
        }
        OnUnmappable::Refuse => {
            ("认不出的来件也留着请人看,但回绝对方", "What cannot be mapped is kept for a person, and refused")
        }
    };
    lines.push(Line::new(zh, en, &["channel.unmappable"]));
    if is_pushed(around) {
        let (zh, en) = match channel.channel.repush {
            true => (
                "没收到应答时对方会再推:停机不丢件",
                "What was not acknowledged is told again, so a halt loses nothing",
            ),
            false => (
                "没收到应答时对方不会再推:停机以后要到对方后台核对",
                "What was not acknowledged is not told again: after a halt compare with the far side",
            ),
        };
        lines.push(Line::new(zh, en, &["channel.repush"]));
    } else if channel.channel.repush {
        lines.push(Line::new("repush = true", "repush = true", &["channel.repush"]));
    }
    lines
}
