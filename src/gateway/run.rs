//! The daemon's life: start, tell people what they must know, serve until told to stop, end in order.

use tokio::signal::unix::{SignalKind, signal};

use super::{Gateway, Start, StartError, shown, tell_service_manager};
use crate::settings::{Lang, Text};

/// Runs until SIGTERM or SIGINT. `lang` is the language of what operators see.
pub async fn run(start: Start, lang: Lang) -> Result<(), StartError> {
    let at = start.settings.settings.http.listen;
    let signals = signal(SignalKind::terminate()).and_then(|term| Ok((term, signal(SignalKind::interrupt())?)));
    let (mut term, mut int) = signals.map_err(|why| StartError::Listen { at: at.to_string(), why })?;
    let gateway = Gateway::start(start).await?;
    for notice in shown(&gateway.notices, lang) {
        println!("{notice}");
    }
    if let Some(token) = &gateway.token {
        let text = Text::new(
            format!("热线系统接口的口令(只显示这一次,请妥善保存):{token}"),
            format!("token of the core's interface (shown only this once, keep it safe): {token}"),
        );
        println!("{}", text.in_lang(lang));
    }
    let text = Text::new(
        format!("汇流已启动,监听 {}", gateway.address),
        format!("huiliu runs, listening on {}", gateway.address),
    );
    println!("{}", text.in_lang(lang));
    tell_service_manager(sd_notify::NotifyState::Ready);
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    tell_service_manager(sd_notify::NotifyState::Stopping);
    tracing::info!("stopping");
    gateway.stop().await;
    tracing::info!("stopped");
    Ok(())
}
