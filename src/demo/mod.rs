//! `huiliu demo`: a quarter of letters by nine roads and some by mail, with faults on and one `kill -9` in the middle, a
//! clerk, a core that works on every ticket, and at the end a reconciliation and the report. The far sides, the core and their counts live in
//! this process, the gateway in another; what the reconciliation compares is told by those who must know it, never by this
//! room.

mod balance;
mod clerk;
mod counts;
mod daemon;
mod fold;
mod folder;
mod letters;
mod mail;
mod quarter;
mod screen;
mod sentence;
mod stage;
mod stay;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

pub use balance::{ChannelFigures, Ends, Figures, Said};
pub use mail::MailFigures;

use self::counts::Counts;
use self::screen::Screen;
use self::stage::Stage;
use crate::settings::{Lang, Text};

/// How the demo is to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// How many letters come by which channel; none replays the county's quarter.
    pub counts: Option<PathBuf>,
    /// Which letters, faults and ways of handling: the same seed plays the same.
    pub seed: u64,
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

/// Runs the demo; success only if the reconciliation balances and the report says what the far sides say.
pub fn demo(options: Options) -> ExitCode {
    let lang = options.lang;
    let counts = match Counts::read(options.counts.as_deref()) {
        Ok(counts) => counts,
        Err(mistake) => {
            eprintln!("{}", mistake.shown(lang));
            return ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let done = runtime.map_err(Trouble::from).and_then(|runtime| runtime.block_on(Box::pin(play(options, counts))));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("{}", trouble.0.in_lang(lang));
            ExitCode::FAILURE
        }
    }
}

/// Plays it, unless it is interrupted; whether everything fits.
async fn play(options: Options, counts: Counts) -> Result<bool, Trouble> {
    let screen = Arc::new(Screen::new(options.json, options.lang));
    let (stage, daemon) = Box::pin(Stage::build(&options, counts, Arc::clone(&screen))).await?;
    let watch = tokio::spawn(stage::watch(Arc::clone(&stage)));
    let postbox = tokio::spawn(mail::watch(Arc::clone(&stage)));
    let played = tokio::select! {
        played = story::play(&stage, daemon) => played,
        ended = interrupted() => ended.and(Err(Trouble::new("已中断", "interrupted"))),
    };
    watch.abort();
    let ended = match played {
        Ok(daemon) => stage.figures().await.map(|figures| (daemon, figures)),
        Err(trouble) => Err(trouble),
    };
    screen.close();
    let (mut daemon, figures) = ended.map_err(|trouble| with_log(&stage, trouble))?;
    let said = stage.said(&figures).await?;
    let fits = screen.reconciliation(&figures, &said, &stage.mishaps());
    if options.stay {
        let lines = stay::lines(&stage, &daemon, options.lang).await?;
        println!("{lines}");
        interrupted().await?;
        daemon.ends_within(std::time::Duration::from_secs(3)).await;
    }
    postbox.abort();
    Ok(fits)
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
