//! The daemon's life: start, tell people what they must know, serve until told to stop, end in order. SIGHUP has it read its
//! configuration anew.

use tokio::signal::unix::{SignalKind, signal};

use super::{Gateway, Start, StartError, shown, tell_service_manager};
use crate::settings::{Lang, Text};

/// Runs until SIGTERM or SIGINT. `lang` is the language of what operators see.
pub async fn run(start: Start, lang: Lang) -> Result<(), StartError> {
    let at = start.settings.settings.http.listen;
    let listening =
        || Ok((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?));
    let (mut term, mut int, mut hangup) = listening().map_err(|why| StartError::Listen { at: at.to_string(), why })?;
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
    let (zh, en) = match &gateway.letters {
        Some(at) => (format!(",收信 {at}"), format!(", letters at {at}")),
        None => Default::default(),
    };
    let text = Text::new(
        format!("汇流已启动,监听 {}{zh}", gateway.address),
        format!("huiliu runs, listening on {}{en}", gateway.address),
    );
    println!("{}", text.in_lang(lang));
    tell_service_manager(sd_notify::NotifyState::Ready);
    loop {
        tokio::select! {
            _ = term.recv() => break,
            _ = int.recv() => break,
            Some(()) = hangup.recv() => {
                // Beside this loop: a stop is heard while it lasts.
                let reload = gateway.reload();
                tokio::spawn(async move {
                    tell_of_reloading();
                    reload.await;
                    tell_service_manager(sd_notify::NotifyState::Ready);
                });
            }
        }
    }
    tell_service_manager(sd_notify::NotifyState::Stopping);
    tracing::info!("stopping");
    gateway.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Tells the service manager that the configuration is being read anew; it wants to know since when.
fn tell_of_reloading() {
    let told = sd_notify::NotifyState::monotonic_usec_now()
        .and_then(|since| sd_notify::notify(&[sd_notify::NotifyState::Reloading, since]));
    if let Err(error) = told {
        tracing::debug!(%error, "no service manager was told");
    }
}
