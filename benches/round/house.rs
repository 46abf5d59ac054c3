//! The gateway as its users have it: a process with its folder. What it used is read from `/proc`.

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// The channel without its way home: the one that is measured everywhere.
const CHANNEL: &str = include_str!("../../tests/bench/channels/bench/channel.toml");

/// How long it may take until it listens, or until it has stopped.
const PATIENCE: Duration = Duration::from_secs(60);

/// Seconds of CPU are told in so many parts on every Linux.
const TICKS: f64 = 100.0;

/// A running gateway; killed when it is dropped.
pub(crate) struct House {
    child: Child,
    said: mpsc::UnboundedReceiver<String>,
    _dir: TempDir,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The token of the core's interface.
    pub(crate) token: String,
}

impl House {
    /// Writes a configuration and starts the program on it.
    pub(crate) async fn start(core: SocketAddr, desk: SocketAddr, in_flight: u8) -> Result<Self, String> {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("config");
        let channel = config.join("channels/letters");
        fs::create_dir_all(&channel).unwrap();
        let back = format!(
            r#"
[return]
url     = "http://{desk}"
sign    = "never"
approve = []
signed  = {{ post = "/order/sign", send = {{ letterNo = "{{id}}" }} }}
closed  = {{ post = "/order/finish", send = {{ letterNo = "{{id}}", unit = "{{unit}}", text = "{{reply}}", solved = "{{solved}}" }} }}
success = {{ at = "/code", is = [200] }}
in_flight = {in_flight}
"#
        );
        fs::write(channel.join("channel.toml"), format!("{CHANNEL}{back}")).unwrap();
        let gateway = format!(
            "lang = \"en\"\ndata = \"data\"\n[http]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"warn\"\n\
             [core]\nurl = \"http://{core}/tickets\"\n"
        );
        fs::write(config.join("gateway.toml"), gateway).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_huiliu"))
            .args(["run", "--lang", "en", "--config"])
            .arg(&config)
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("the program does not start: {error}"))?;
        let (tell, mut said) = mpsc::unbounded_channel();
        follow(child.stdout.take(), tell.clone());
        follow(child.stderr.take(), tell);
        let listening = tokio::time::timeout(PATIENCE, listening(&mut said)).await;
        let (address, token) = listening.map_err(|_| "it does not listen in time")??;
        Ok(Self { child, said, _dir: dir, address, token })
    }

    /// Seconds of CPU used so far, user and system.
    pub(crate) fn cpu(&self) -> Result<f64, String> {
        let stat = self.proc("stat")?;
        // The name in brackets may hold blanks; behind it the state is the first field.
        let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_ascii_whitespace().collect::<Vec<_>>());
        let ticks = |at: usize| fields.as_ref()?.get(at)?.parse::<f64>().ok();
        let (user, system) = ticks(11).zip(ticks(12)).ok_or("the times in /proc are not as expected")?;
        Ok((user + system) / TICKS)
    }

    /// The most memory it held so far, in MiB.
    pub(crate) fn peak(&self) -> Result<f64, String> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|rest| rest.split_ascii_whitespace().next()?.parse::<f64>().ok());
        kib.map(|kib| kib / 1024.0).ok_or_else(|| "the memory in /proc is not as expected".into())
    }

    fn proc(&self, name: &str) -> Result<String, String> {
        let pid = self.child.id().ok_or("the gateway has ended")?;
        fs::read_to_string(format!("/proc/{pid}/{name}")).map_err(|error| format!("/proc/{pid}/{name}: {error}"))
    }

    /// Asks it to stop and waits until it has: from then on nothing comes from it.
    pub(crate) async fn stop(mut self) -> Result<(), String> {
        let pid = self.child.id().ok_or("the gateway has ended by itself")?;
        let asked = Command::new("kill").arg("-TERM").arg(pid.to_string()).status().await;
        asked.map_err(|error| format!("it cannot be asked to stop: {error}"))?;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = ended.map_err(|_| "it does not stop in time")?.map_err(|error| error.to_string())?;
        if !status.success() {
            let mut said = Vec::new();
            while let Ok(line) = self.said.try_recv() {
                said.push(line);
            }
            return Err(format!("it ended with {status}: {}", said.join("\n")));
        }
        Ok(())
    }

    /// What it said since it listens; at `warn` that is what went wrong.
    pub(crate) fn warned(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.said.try_recv().ok()).collect()
    }
}

fn follow(stream: Option<impl AsyncRead + Unpin + Send + 'static>, tell: mpsc::UnboundedSender<String>) {
    let Some(stream) = stream else { return };
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
}

/// Reads on until it tells where it listens; before that it told its token.
async fn listening(said: &mut mpsc::UnboundedReceiver<String>) -> Result<(SocketAddr, String), String> {
    let (mut token, mut all) = (None, Vec::new());
    while let Some(line) = said.recv().await {
        if let Some((_, told)) = line.split_once("keep it safe): ") {
            token = Some(told.trim().to_owned());
        }
        if let Some((_, told)) = line.split_once("listening on ") {
            let address = told.trim().parse().map_err(|_| format!("`{line}` tells no address"))?;
            let token = token.ok_or("it listens and has told no token")?;
            return Ok((address, token));
        }
        all.push(line);
    }
    Err(format!("it ended before it listened:\n{}", all.join("\n")))
}
