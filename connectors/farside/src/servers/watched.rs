//! A server under a watch: a shell that ends it when told to, or when nobody holds the other end of its input any more. So it
//! outlives no test, whichever way that ends.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::programs;

/// Runs what it is given; at `stop` it ends it by the signal it was told, at the end of its input it ends it and leaves nothing
/// behind.
const WATCH: &str = r#"
signal=$1; folder=$2; shift 2
"$@" </dev/null &
server=$!
if read -r word; then :; else word=gone; fi
# Nobody may be there any more to hear it.
exec 2>/dev/null
kill -$signal $server
wait $server
if [ "$word" = gone ]; then
    # Its children end by themselves when it is gone; until then they may still write.
    for again in 1 2 3 4 5; do rm -rf "$folder" && break; done
fi
"#;

/// How a server is ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// At once, as a machine does that loses its power.
    Killed,
    /// By asking it, for one whose children would hold its ports otherwise.
    Asked,
}

/// So many lines of what a server says are kept.
const KEPT: usize = 20_000;

/// What a server said so far.
type Said = Arc<Mutex<Vec<String>>>;

/// A server with its watch.
pub(super) struct Watched {
    shell: Child,
    input: ChildStdin,
    said: Said,
}

impl Watched {
    /// Starts it, and waits until it says that it is ready.
    pub(super) fn start(server: Command, folder: &Path, sign: &'static str, ending: Ending) -> Result<Self, String> {
        let mut shell = programs::command(Path::new("/bin/sh"));
        let signal = match ending {
            Ending::Killed => "KILL",
            Ending::Asked => "TERM",
        };
        shell.args(["-c", WATCH, "watch", signal]).arg(folder).arg(server.get_program()).args(server.get_args());
        shell.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut shell = shell.spawn().map_err(|error| format!("no server can be started: {error}"))?;
        let (Some(input), Some(output)) = (shell.stdin.take(), shell.stderr.take()) else {
            return Err("a server without input or output".into());
        };
        let said = Said::default();
        let heard = listen(output, sign, Arc::clone(&said));
        let mut last = Vec::new();
        while let Ok(line) = heard.recv() {
            match line {
                Some(line) => last.push(line),
                None => return Ok(Self { shell, input, said }),
            }
        }
        let from = last.len().saturating_sub(20);
        Err(format!("the server does not come up:\n{}", last.get(from..).unwrap_or_default().join("\n")))
    }

    /// What it said so far, line by line.
    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the server, and waits until it is gone.
    pub(super) fn stop(mut self) {
        // If the shell is gone already, so is the server.
        let _ = self.input.write_all(b"stop\n");
        drop(self.input);
        let _ = self.shell.wait();
    }
}

/// Hands on what a server says up to its sign, then nothing once; and hears it out to its end, so that it is never kept waiting.
fn listen(output: impl std::io::Read + Send + 'static, sign: &'static str, said: Said) -> Receiver<Option<String>> {
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            let ready = line.contains(sign);
            let mut all = said.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() < KEPT {
                all.push(line.clone());
            }
            drop(all);
            // Nobody listens any more after the sign.
            let _ = tell.send(Some(line));
            if ready {
                let _ = tell.send(None);
            }
        }
    });
    heard
}
