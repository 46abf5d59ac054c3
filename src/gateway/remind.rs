//! Reminding of tables that did not come: who is missing now, and telling each once a day.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio_util::sync::CancellationToken;

use super::control::Daemon;
use super::running::Running;
use crate::channel::{Seen, missing as missing_of};
use crate::intake::handed_name;
use crate::store::{Store, StoreError};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(30);

/// The channels whose table is missing now: code, name, and of which day.
pub(super) async fn missing(running: &Running) -> Vec<(String, String, Date)> {
    let now = Timestamp::from_millisecond(running.ground.store.clock().now()).unwrap_or_default();
    missing_at(running, now).await
}

/// The same for a time that is given.
pub(super) async fn missing_at(running: &Running, now: Timestamp) -> Vec<(String, String, Date)> {
    let house = running.now();
    let gateway = &house.settings;
    let mut found = Vec::new();
    for channel in running.list().into_iter().filter(|channel| super::runs(channel)) {
        let Some(remind) = channel.settings.channel.remind else { continue };
        let day = now.to_zoned(gateway.settings.zone.0.clone()).date();
        let seen = match seen(running.ground.store.as_ref(), &channel.code, channel.enrolled.channel, day).await {
            Ok(seen) => seen,
            Err(error) => {
                tracing::error!(channel = %channel.code, %error, "whether a table is missing could not be looked up");
                continue;
            }
        };
        if let Some(day) = missing_of(remind, now, &gateway.settings.zone.0, &gateway.calendar, seen) {
            found.push((channel.code.to_string(), channel.settings.channel.name.clone(), day));
        }
    }
    found
}

async fn seen(store: &dyn Store, code: &str, channel: u32, day: Date) -> Result<Seen, StoreError> {
    let handed = store.value(&handed_name(code)).await?;
    let handed = handed.and_then(|millis| Timestamp::from_millisecond(millis.parse().ok()?).ok());
    let item = store.last_item(channel, day).await?;
    let deeds = store.deeds(&format!("channel:{code}")).await?;
    let nothing = deeds.into_iter().filter(|deed| deed.what == "nothing_today").map(|deed| deed.at).max();
    Ok(Seen { came: handed.max(item), nothing })
}

/// Tells each missing table once a day, also over a restart.
pub(super) async fn run(daemon: Arc<Daemon>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let running = daemon.channels();
        for (code, _, day) in missing(running).await {
            if let Err(error) = tell(running.ground.store.as_ref(), &code, day).await {
                tracing::error!(channel = %code, %error, "it could not be noted that a table is missing");
            }
        }
    }
}

/// Tells one, unless it was told before; whether it was told now.
pub(super) async fn tell(store: &dyn Store, code: &str, day: Date) -> Result<bool, StoreError> {
    let (name, day) = (format!("reminded:{code}"), day.to_string());
    if store.value(&name).await?.as_deref() == Some(&day) {
        return Ok(false);
    }
    // First on disk: better one reminder too few than one at each start.
    store.keep_value(&name, &day).await?;
    metrics::counter!("huiliu_reminders_total", "channel" => code.to_owned()).increment(1);
    tracing::warn!(channel = code, day, "no table came today; hand it in, or say `huiliu channel nothing-today`");
    Ok(true)
}
