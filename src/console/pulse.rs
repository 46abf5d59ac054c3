//! Whether channels are alive, as the watch over them kept it.

use super::view::{AlarmView, PulseView, UnexpectedView};
use super::{ConfiguredChannel, House, Problem};
use crate::channel::pulse::Pulse;
use crate::settings::ChannelState;

/// What was found of a channel; of one that is off, or of which nothing is expected any more, nothing counts.
pub(super) async fn of(house: &House, channel: &ConfiguredChannel) -> Result<PulseView, Problem> {
    let expects = |key: &str| channel.settings.pointer(key).is_some_and(|value| !value.is_null());
    let (silence, expect) = (expects("/channel/silence"), expects("/channel/expect"));
    if channel.state == ChannelState::Off || !(silence || expect) {
        return Ok(PulseView::default());
    }
    let pulse = Pulse::read(house.store.value(&Pulse::name(&channel.code)).await?.as_deref());
    let unexpected = pulse.unexpected.filter(|_| expect);
    Ok(PulseView {
        silent_since: pulse.silent_since.filter(|_| silence),
        unexpected: unexpected.map(|found| UnexpectedView { day: found.day, count: found.count }),
    })
}

/// The channels that a person should look at.
pub(super) async fn alarms(house: &House, channels: &[ConfiguredChannel]) -> Result<Vec<AlarmView>, Problem> {
    let mut alarms = Vec::new();
    for channel in channels {
        let pulse = of(house, channel).await?;
        if pulse != PulseView::default() {
            alarms.push(AlarmView { channel: channel.code.clone(), name: channel.name.clone(), pulse });
        }
    }
    Ok(alarms)
}
