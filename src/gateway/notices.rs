//! What a person must know at a start before anything else: an unclean stop, and channels that need mending.

use std::sync::Arc;

use huiliu_contract::Door;

use super::{Built, runs};
use crate::channel::Channel;
use crate::settings::Text;
use crate::store::Store;

/// What a person must know before anything else.
pub(super) fn notices(store: &Arc<dyn Store>, built: &Built, zone: jiff::tz::TimeZone) -> Vec<Text> {
    let mut notices = Vec::new();
    let shown = |millis: i64| {
        let at = jiff::Timestamp::from_millisecond(millis).unwrap_or_default().to_zoned(zone.clone());
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    };
    if let Some(unclean) = store.unclean() {
        let (from, to, undone) = (shown(unclean.from), shown(unclean.to), unclean.undone);
        let silent: Vec<&str> = built
            .channels
            .values()
            .map(|(channel, _)| channel)
            .filter(|channel| runs(channel) && is_told_once(channel) && !channel.settings.channel.repush)
            .map(|channel| channel.settings.channel.name.as_str())
            .collect();
        let (by_hand_zh, by_hand) = if silent.is_empty() {
            (String::new(), String::new())
        } else {
            let list = silent.join("、");
            (
                format!(";这些渠道的对方不会重发,请到对方后台核对这段时间的来件:{list}"),
                format!("; the far sides of these channels do not tell again, look them up by hand: {list}"),
            )
        };
        notices.push(Text::new(
            format!("上次没有正常停机:{from} 至 {to} 网关停摆;未完成的后台任务 {undone} 个,正在补做{by_hand_zh}"),
            format!("unclean stop: the gateway was down from {from} to {to}; {undone} errands were undone and are caught up{by_hand}"),
        ));
    }
    for broken in &built.broken {
        notices.push(Text::new(
            format!("渠道 {} 配置有误,已停用待改:运行 huiliu check {} 查看", broken.code, broken.code),
            format!("channel {} is off, needs mending: run huiliu check {}", broken.code, broken.code),
        ));
    }
    notices
}

/// Whether what nobody took is told once by its far side. A mail server keeps what was not acknowledged and comes again.
fn is_told_once(channel: &Channel) -> bool {
    matches!(channel.connector.receive, Some((Door::Http { .. }, _)))
}
