//! `huiliu demo`: the gateway at work between invented far sides, with faults on and one `kill -9` in the middle, and
//! a reconciliation at the end. The far sides and their counts live in this process, the gateway in another; what the
//! reconciliation compares is told by those who must know it, never by this room.

mod balance;
mod daemon;
mod folder;
mod letters;
mod screen;
mod stage;
mod stay;
mod story;

use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

pub use balance::{ChannelFigures, Figures};

use self::screen::Screen;
use self::stage::Stage;
use crate::settings::{Lang, Text};

/// How the demo is to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Stay up after the reconciliation and print addresses to try.
    pub stay: bool,
    /// Print the reconciliation as JSON and nothing else on stdout.
    pub json: bool,
    /// The language of everything shown.
    pub lang: Lang,
}

/// Why the demo cannot go on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", .0.en)]
pub(crate) struct Trouble(pub(crate) Text);

impl Trouble {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Text::new(zh, en))
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::new(format!("系统出错:{error}"), format!("the system says: {error}"))
    }
}

/// Runs the demo; success only if the reconciliation balances.
pub fn demo(options: Options) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let done = runtime.map_err(Trouble::from).and_then(|runtime| runtime.block_on(Box::pin(play(options))));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("{}", trouble.0.in_lang(options.lang));
            ExitCode::FAILURE
        }
    }
}

/// Plays it, unless it is interrupted; whether the books balance.
async fn play(options: Options) -> Result<bool, Trouble> {
    let screen = Arc::new(Screen::new(options));
    let (stage, daemon) = Stage::build(options.lang, screen.clone()).await?;
    let watch = tokio::spawn(stage::watch(stage.clone()));
    let played = tokio::select! {
        played = story::play(&stage, daemon) => played,
        ended = interrupted() => ended.and(Err(Trouble::new("已中断", "interrupted"))),
    };
    watch.abort();
    let mut daemon = match played {
        Ok(daemon) => daemon,
        Err(trouble) => {
            screen.close();
            return Err(with_log(&stage, trouble));
        }
    };
    let (figures, dead) = (stage.figures().await?, stage.dead().await?);
    screen.close();
    screen.listed(&dead);
    let balanced = screen.reconciliation(&figures, &stage.mishaps());
    if options.stay {
        let lines = stay::lines(&stage, &daemon, options.lang).await?;
        println!("{lines}");
        interrupted().await?;
        daemon.ends_within(std::time::Duration::from_secs(3)).await;
    }
    Ok(balanced)
}

/// Waits for Ctrl-C or SIGTERM, so that the gateway's process and the folder never stay behind.
async fn interrupted() -> Result<(), Trouble> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => Ok(pressed?),
        _ = terminated.recv() => Ok(()),
    }
}

/// The trouble with the end of the gateway's log, for the folder goes away with the demo.
fn with_log(stage: &Stage, trouble: Trouble) -> Trouble {
    let log = std::fs::read_to_string(stage.folder.log()).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let tail = lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n");
    let Trouble(Text { zh, en }) = trouble;
    Trouble::new(format!("{zh}\n网关日志的末尾:\n{tail}"), format!("{en}\nthe end of the gateway's log:\n{tail}"))
}
