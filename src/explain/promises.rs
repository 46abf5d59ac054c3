//! What the gateway promises, as far as it concerns a channel in its state.

use super::way::is_pushed;
use super::{Around, Line};
use crate::settings::{ChannelSettings, ChannelState};

/// The promises, in plain words.
pub(super) fn lines(channel: &ChannelSettings, around: &Around<'_>) -> Vec<Line> {
    let pushed = is_pushed(around);
    let polled = around.kind.sections().any(|section| section == "poll");
    // Of a channel that is off it is told how it will be.
    let live = channel.channel.state != ChannelState::Trial;
    let goes_back = channel.has_return && live;
    let told: [(bool, &str, &str); 10] = [
        (
            channel.channel.state == ChannelState::Off,
            "停用:眼下什么也不收;下面是正式启用以后的",
            "Off: nothing is taken now; what follows holds once it is live",
        ),
        (
            pushed,
            "先落盘再应答:应答过的来件已经在磁盘上",
            "Answered after the commit: what was acknowledged is on disk",
        ),
        (polled, "取件进度不会越过没落盘的来件", "How far it was read never passes what is not on disk"),
        (
            true,
            "同一件来两遍只有一个工单;改过的成为更正,不悄悄改写;编号被复用的停下来等人看",
            "Told twice makes one ticket; changed makes a revision; a re-used number waits for a person",
        ),
        (
            live,
            "每条流转消息至少送到热线一次,一单之内按先后;送两遍也无妨",
            "Every event reaches the hotline at least once, in order, and twice is harmless",
        ),
        (
            goes_back,
            "每个来源按先后收到它该收的办理反馈;不知道到没到的,先查或者问人,不盲目再发",
            "Every outcome goes back in order; where nobody knows whether it arrived, it is looked up or a person is asked",
        ),
        (
            channel.channel.state == ChannelState::Trial,
            "试运行:绝不转热线,绝不回传",
            "Trial: nothing is ever forwarded or written back",
        ),
        (
            true,
            "认不出、送不到的都列出来等人处理,不丢,不挡别的",
            "What cannot go on is listed for a person; it is not lost and holds nobody else up",
        ),
        (
            true,
            "个人信息加密存储,屏幕上脱敏;看全的要写理由,记录在案",
            "Personal data is sealed on disk and masked on screens; every unmasked look is on record",
        ),
        (
            true,
            "配置有一处不对就整个不生效,照旧运行",
            "A file with one mistake does not count at all; what ran goes on",
        ),
    ];
    told.into_iter().filter(|(holds, ..)| *holds).map(|(_, zh, en)| Line::new(zh, en, &[])).collect()
}
