//! The watch over the configuration folder: a file that counts was changed, and shortly after the last change everything is
//! read anew. It watches folders, for editors and mounted configurations replace files by renaming.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::EventKind;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::Reloader;

/// How long after the last change it is acted upon: a save is several changes.
const QUIET: Duration = Duration::from_millis(300);

/// How long changes may go on before it is acted upon all the same.
const LONGEST: Duration = Duration::from_secs(5);

/// Begins to watch. Where that is impossible, a warning says so, and files count when somebody says so.
pub(in crate::gateway) fn start(reloader: &Arc<Reloader>) {
    let ground = &reloader.running.ground;
    if !ground.started.settings.reload.watch {
        return;
    }
    let dir = ground.started.dir.clone();
    let (tell, told) = unbounded_channel();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // Whoever listened is gone only when the gateway stops.
        let _ = tell.send(event);
    });
    let watching = watcher.and_then(|mut watcher| watcher.watch(&dir, RecursiveMode::Recursive).map(|()| watcher));
    match watching {
        Ok(watcher) => {
            let watch = Watch { _watcher: watcher, dir, told, reloader: reloader.clone() };
            ground.tracker.spawn(watch.run(ground.stop.clone()));
        }
        Err(error) => tracing::warn!(%error, folder = %dir.display(),
            "the configuration folder cannot be watched; changed files count after `huiliu reload`"),
    }
}

struct Watch {
    /// Watches as long as it lives.
    _watcher: RecommendedWatcher,
    dir: PathBuf,
    told: UnboundedReceiver<notify::Result<Event>>,
    reloader: Arc<Reloader>,
}

impl Watch {
    async fn run(mut self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                event = self.told.recv() => match event {
                    Some(event) if self.counts(&event) => {}
                    Some(_) => continue,
                    None => return,
                },
            }
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tokio::time::timeout(LONGEST, self.quiet()) => {}
            }
            self.reloader.clone().reload(super::FILES).await;
        }
    }

    /// Waits until nothing that counts was changed for a while.
    async fn quiet(&mut self) {
        let mut since = tokio::time::Instant::now();
        while let Ok(Some(event)) = tokio::time::timeout_at(since + QUIET, self.told.recv()).await {
            if self.counts(&event) {
                since = tokio::time::Instant::now();
            }
        }
    }

    fn counts(&self, event: &notify::Result<Event>) -> bool {
        match event {
            // Reading is no change, and we read ourselves.
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => false,
            // Some changes were missed.
            Ok(event) if event.need_rescan() => true,
            Ok(event) => {
                let reloader = &self.reloader;
                let made_of = || reloader.running.made_of().into_iter().chain(reloader.core.files());
                event.paths.iter().any(|path| is_setting(&self.dir, path) || made_of().any(|file| file == *path))
            }
            Err(error) => {
                tracing::warn!(%error, "the watch over the configuration folder missed something");
                true
            }
        }
    }
}

/// Whether a changed path may change what the configuration says, whatever other files channels name.
fn is_setting(dir: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(dir) else { return false };
    let names: Option<Vec<&str>> = inside
        .components()
        .map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    match names.as_deref() {
        // A mounted configuration is changed by turning this link.
        Some([.., "..data"]) => true,
        Some([.., name]) if is_draft(name) => false,
        Some([file]) => file.ends_with(".toml") || *file == "channels" || *file == "secrets",
        Some(["channels", _] | ["channels", _, "channel.toml"] | ["secrets", _]) => true,
        // A program that is wrong is named by no channel that runs.
        Some(["channels", _, file]) => file.ends_with(".vrl"),
        _ => false,
    }
}

/// What editors and we ourselves write beside a file before it takes its place.
fn is_draft(name: &str) -> bool {
    let ends = ["~", ".swp", ".swx", ".swo", ".tmp", ".bak", ".part", ".kate-swp"];
    name.starts_with('.') || name.starts_with('#') || name == "4913" || ends.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_change_the_configuration_counts() {
        let dir = Path::new("/srv/config");
        let counts = |path: &str| is_setting(dir, Path::new(path));
        for path in [
            "/srv/config/gateway.toml",
            "/srv/config/holidays-2027.toml",
            "/srv/config/channels",
            "/srv/config/channels/letters",
            "/srv/config/channels/letters/channel.toml",
            "/srv/config/channels/letters/reshape.vrl",
            "/srv/config/channels/letters/..data",
            "/srv/config/..data",
            "/srv/config/secrets/letters.token",
        ] {
            assert!(counts(path), "{path}");
        }
        for path in [
            "/srv/config",
            "/srv/config/README.md",
            "/srv/config/.gateway.toml.swp",
            "/srv/config/gateway.toml~",
            "/srv/config/channels/letters/.channel.toml.swx",
            "/srv/config/channels/letters/4913",
            "/srv/config/channels/letters/samples/a.in.json",
            "/srv/config/channels/letters/备注.txt",
            "/srv/config/secrets/.letters.token.4711",
            "/srv/config/certs/other.pem",
            "/srv/config/收件/a.xlsx",
            "/srv/data/huiliu.db",
        ] {
            assert!(!counts(path), "{path}");
        }
    }
}
