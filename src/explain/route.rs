//! Whose letters a channel brings, where one far side holds those of several.

use super::Line;
use super::who::as_printed;
use crate::settings::ChannelSettings;

/// All of it; nothing where every item is the channel's own.
pub(super) fn lines(channel: &ChannelSettings) -> Vec<Line> {
    let Some(route) = &channel.route else { return Vec::new() };
    let place = route.place().unwrap_or_default();
    let mut lines = vec![Line::new(
        format!("看 {place} 一栏是哪个渠道的:由这个渠道收、转、回,在页面、报表和查询里算那个渠道的"),
        format!(
            "{place} says whose an item is: this channel takes, forwards and answers it; it counts and is shown under that name"
        ),
        &["route.from", "route.label", "route.column"],
    )];
    for (tag, routed) in &route.to {
        let aliases = match routed.aliases.is_empty() {
            true => (String::new(), String::new()),
            false => {
                (format!(",旧叫法 {}", routed.aliases.join("、")), format!(", formerly {}", routed.aliases.join(", ")))
            }
        };
        let (zh, en) = as_printed(&routed.report);
        lines.push(Line::new(
            format!("{tag} 是{}{};{zh}", routed.name, aliases.0),
            format!("{tag} is {}{}; in reports {en}", routed.name, aliases.1),
            &[&format!("route.to.{tag}")],
        ));
    }
    let other = route.other.as_ref().and_then(|tag| route.to.get(tag));
    lines.push(match other {
        Some(other) => Line::new(
            format!("没有标记、标记没列出的,算{}的", other.name),
            format!("Without a tag, or with another one, it counts as {}", other.name),
            &["route.other"],
        ),
        None => Line::new(
            "没有标记、标记没列出的,停下来问人,从不猜",
            "Without a tag, or with another one, it waits for a person; nothing is guessed",
            &["route.other"],
        ),
    });
    lines
}
