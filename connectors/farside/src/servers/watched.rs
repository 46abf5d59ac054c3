//! A server under a watch: a shell that ends it when told to, or when nobody holds the other end of its input any more. So it
//! outlives no test, whichever way that ends.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use super::programs;

/// Runs what it is given; at `stop` it ends it, at the end of its input it ends it and leaves nothing behind.
const WATCH: &str = r#"
folder=$1; shift
"$@" </dev/null &
server=$!
if read -r word; then :; else word=gone; fi
# Nobody may be there any more to hear it.
exec 2>/dev/null
kill -KILL $server
wait $server
if [ "$word" = gone ]; then
    # Its children end by themselves when it is gone; until then they may still write.
    for again in 1 2 3 4 5; do rm -rf "$folder" && break; done
fi
"#;

/// A server with its watch.
pub(super) struct Watched {
    shell: Child,
    input: ChildStdin,
}

impl Watched {
    /// Starts it, and waits until it says that it is ready.
    pub(super) fn start(server: Command, folder: &Path, sign: &'static str) -> Result<Self, String> {
        let mut shell = programs::command(Path::new("/bin/sh"));
        shell.args(["-c", WATCH, "watch"]).arg(folder).arg(server.get_program()).args(server.get_args());
        shell.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut shell = shell.spawn().map_err(|error| format!("no server can be started: {error}"))?;
        let (Some(input), Some(said)) = (shell.stdin.take(), shell.stderr.take()) else {
            return Err("a server without input or output".into());
        };
        let heard = listen(said, sign);
        let mut last = Vec::new();
        while let Ok(line) = heard.recv() {
            match line {
                Some(line) => last.push(line),
                None => return Ok(Self { shell, input }),
            }
        }
        let from = last.len().saturating_sub(20);
        Err(format!("the server does not come up:\n{}", last.get(from..).unwrap_or_default().join("\n")))
    }

    /// Ends the server at once, and waits until it is gone.
    pub(super) fn stop(mut self) {
        // If the shell is gone already, so is the server.
        let _ = self.input.write_all(b"stop\n");
        drop(self.input);
        let _ = self.shell.wait();
    }
}

/// Hands on what a server says up to its sign, then nothing once; and hears it out to its end, so that it is never kept waiting.
fn listen(said: impl std::io::Read + Send + 'static, sign: &'static str) -> Receiver<Option<String>> {
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(said).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            let ready = line.contains(sign);
            // Nobody listens any more after the sign.
            let _ = tell.send(Some(line));
            if ready {
                let _ = tell.send(None);
            }
        }
    });
    heard
}
