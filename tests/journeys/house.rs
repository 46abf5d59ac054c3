//! The gateway as its users have it: a process that is started, told to stop, or killed. How the program is
//! called stands here and nowhere else.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How long a story waits for what must come. It is only ever reached by a story that fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// The program, called to do this with this configuration, in English.
pub(crate) fn command(config: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huiliu"));
    command.args(words).args(["--lang", "en", "--config"]).arg(config).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// What the process printed so far, both streams in the order in which they were read; with each line whether
/// it was on standard output.
#[derive(Clone, Default)]
struct Printed {
    lines: Arc<Mutex<Vec<(bool, String)>>>,
    more: Arc<Notify>,
}

impl Printed {
    fn follow(&self, out: bool, stream: impl Read + Send + 'static) {
        let printed = self.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                printed.lines.lock().unwrap().push((out, line));
                printed.more.notify_one();
            }
            printed.more.notify_one();
        });
    }
}

/// A running gateway; killed when it is dropped.
pub(crate) struct House {
    child: Child,
    printed: Printed,
    /// Where it listens, `http://127.0.0.1:…`.
    pub(crate) url: String,
}

impl House {
    /// Starts it and waits until it listens.
    pub(crate) async fn start(config: &Path) -> Self {
        Self::started(command(config, &["run"])).await
    }

    /// As [`House::start`], but a write beyond the limit for the size of a file is an error, not the end.
    pub(crate) async fn start_so_that_a_full_disk_is_an_error(config: &Path) -> Self {
        let run = command(config, &["run"]);
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(run.get_program()).args(run.get_args());
        shell.env_remove("RUST_LOG").stdin(Stdio::null());
        Self::started(shell).await
    }

    async fn started(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let printed = Printed::default();
        printed.follow(true, child.stdout.take().unwrap());
        printed.follow(false, child.stderr.take().unwrap());
        let mut house = Self { child, printed, url: String::new() };
        let address = tokio::time::timeout(PATIENCE, house.listening()).await.expect("it listens in time");
        house.url = format!("http://{address}");
        house
    }

    async fn listening(&mut self) -> String {
        loop {
            let address = self.printed().iter().find_map(|line| Some(line.split_once("listening on ")?.1.to_owned()));
            if let Some(address) = address {
                return address;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("it ended with {status} before it listened:\n{}", self.printed().join("\n"));
            }
            let _ = tokio::time::timeout(Duration::from_millis(50), self.printed.more.notified()).await;
        }
    }

    /// Every line printed so far.
    pub(crate) fn printed(&self) -> Vec<String> {
        self.printed.lines.lock().unwrap().iter().map(|(_, line)| line.clone()).collect()
    }

    /// The lines for people, on standard output.
    pub(crate) fn said(&self) -> Vec<String> {
        let lines = self.printed.lines.lock().unwrap();
        lines.iter().filter(|(out, _)| *out).map(|(_, line)| line.clone()).collect()
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(name).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// SIGTERM; gives how it ended and how long that took.
    pub(crate) async fn stop(&mut self) -> (ExitStatus, Duration) {
        let began = Instant::now();
        self.signal("-TERM");
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, began.elapsed());
            }
            assert!(began.elapsed() < PATIENCE, "it does not stop:\n{}", self.printed().join("\n"));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let printed = self.printed();
            eprintln!("--- what the gateway printed (last lines)");
            printed.iter().rev().take(30).rev().for_each(|line| eprintln!("{line}"));
        }
    }
}
