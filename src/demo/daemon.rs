//! The gateway as a process of its own: the same executable with its run command, so that it can really be killed.
//! It is asked only by its command socket; nothing here opens the store.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdout, Command};

use super::Trouble;
use super::folder::Folder;
use crate::console::{Answer, Call, Request};
use crate::settings::Lang;

/// How long a start may take: a machine that is busy compiling is slow.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// A running gateway; it ends with this value.
#[derive(Debug)]
pub(super) struct Daemon {
    child: Child,
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// The token of the core's interface, at the first start.
    pub(super) token: Option<String>,
    /// What it said people must know.
    pub(super) notices: Vec<String>,
}

impl Daemon {
    /// Starts it and waits until it listens; at `listen` if that is given.
    pub(super) async fn start(folder: &Folder, listen: Option<SocketAddr>, lang: Lang) -> Result<Self, Trouble> {
        let log = OpenOptions::new().create(true).append(true).open(folder.log())?;
        let mut command = Command::new(std::env::current_exe()?);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("HUILIU_")) {
                command.env_remove(name);
            }
        }
        if let Some(listen) = listen {
            command.env("HUILIU__HTTP__LISTEN", listen.to_string());
        }
        command.env("NO_COLOR", "1");
        command.arg("run").arg("--config").arg(folder.config());
        command.arg("--lang").arg(match lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        });
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| Trouble::new("网关没有输出", "the gateway has no output"))?;
        let mut lines = BufReader::new(stdout).lines();
        let said = tokio::time::timeout(STARTS_WITHIN, Said::read(&mut lines)).await;
        let said = said.map_err(|_| Trouble::new("网关迟迟没有启动", "the gateway does not come up"))??;
        // Its output must be read on, or it would fail when it says something more.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, address: said.address, token: said.token, notices: said.notices })
    }

    /// Kills it by SIGKILL, as `kill -9` does.
    pub(super) async fn kill(mut self) -> Result<(), Trouble> {
        Ok(self.child.kill().await?)
    }

    /// Waits until it ends by itself, but no longer than this.
    pub(super) async fn ends_within(&mut self, wait: Duration) {
        if tokio::time::timeout(wait, self.child.wait()).await.is_err() {
            tracing::debug!("the gateway is still stopping; it is killed");
        }
    }
}

/// What a gateway says when it starts.
struct Said {
    address: SocketAddr,
    token: Option<String>,
    notices: Vec<String>,
}

impl Said {
    async fn read(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<Self, Trouble> {
        let (mut token, mut notices) = (None, Vec::new());
        while let Some(line) = lines.next_line().await? {
            let last = line.rsplit([' ', ':', ',', ':']).next().unwrap_or_default();
            if let Some(address) = line.split([' ', ',']).find_map(|word| word.parse().ok()) {
                return Ok(Self { address, token, notices });
            }
            if last.starts_with("hl_") {
                token = Some(last.to_owned());
            } else {
                notices.push(line);
            }
        }
        Err(Trouble::new("网关没有启动起来", "the gateway did not start"))
    }
}

/// Asks a daemon by its socket; `why` goes on record where something does.
pub(super) async fn ask<T: DeserializeOwned>(socket: &Path, request: Request, why: Option<&str>) -> Result<T, Trouble> {
    let why = why.map(str::to_owned);
    let mut line = serde_json::to_vec(&Call { request, why }).map_err(std::io::Error::from)?;
    line.push(b'\n');
    let asked = async {
        let mut stream = UnixStream::connect(socket).await?;
        stream.write_all(&line).await?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = tokio::time::timeout(Duration::from_secs(5), asked).await;
    let answer = answer.map_err(|_| Trouble::new("网关没有回答", "the gateway does not answer"))??;
    match serde_json::from_str(&answer).map_err(std::io::Error::from)? {
        Answer::Done(value) => Ok(serde_json::from_value(value).map_err(std::io::Error::from)?),
        Answer::Problem(problem) => Err(Trouble::new(problem.zh, problem.en)),
    }
}
