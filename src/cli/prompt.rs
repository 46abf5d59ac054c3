//! Asking the person at the terminal. What is personal or secret is typed here, never as an argument: arguments
//! stay in the shell's history and can be read by everybody on the machine.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::Command;

use huiliu_contract::Secret;

use super::login::terminal::Inline;
use crate::settings::Lang;
use crate::words::say;

/// Who can be asked.
pub(super) trait Prompt {
    /// A line of text; blanks around it are cut off.
    fn ask(&mut self, question: &str) -> io::Result<String>;

    /// A secret, typed without being shown.
    fn secret(&mut self, question: &str) -> io::Result<Secret>;

    /// Whether anybody is there to be asked.
    fn is_there(&self) -> bool {
        true
    }

    /// Shows a picture where it is typed, if that is possible.
    fn show(&mut self, _picture: &[u8], _media_type: &str) {}

    /// Takes a folder away too when the person breaks the command off (Ctrl-C).
    fn leaves_with(&mut self, _folder: &Path) {}

    /// Lets the person change a file and comes back when that is done.
    fn edit(&mut self, file: &Path) -> io::Result<()>;
}

/// The terminal of this process. Questions go to standard error, so that output can be redirected.
pub(super) struct Terminal {
    lang: Lang,
}

impl Terminal {
    /// Speaks this language where it must say something of its own.
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang }
    }
}

impl Prompt for Terminal {
    fn ask(&mut self, question: &str) -> io::Result<String> {
        let mut err = io::stderr().lock();
        write!(err, "{question}")?;
        err.flush()?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            let text = say(self.lang, "没有输入", "nothing was typed");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
        Ok(line.trim().to_owned())
    }

    fn secret(&mut self, question: &str) -> io::Result<Secret> {
        rpassword::prompt_password(question).map(Secret::new)
    }

    fn is_there(&self) -> bool {
        io::stdin().is_terminal()
    }

    fn show(&mut self, picture: &[u8], media_type: &str) {
        let mut err = io::stderr().lock();
        let inline = Inline::of(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        if let Some(shown) = inline.filter(|_| err.is_terminal()).and_then(|inline| inline.shown(picture, media_type)) {
            // Whoever cannot see it has the file.
            let _ = err.write_all(shown.as_bytes()).and_then(|()| err.flush());
        }
    }

    fn leaves_with(&mut self, folder: &Path) {
        let folder = folder.to_owned();
        let listening = tokio::runtime::Builder::new_current_thread().enable_all().build();
        std::thread::spawn(move || {
            let Ok(runtime) = listening else { return };
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                let _ = std::fs::remove_dir_all(&folder);
                eprintln!();
                std::process::exit(130);
            }
        });
    }

    fn edit(&mut self, file: &Path) -> io::Result<()> {
        let named =
            ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let editor = named.unwrap_or_else(|| "vi".into());
        // As git does: what stands in the variable may carry options of its own.
        let mut words = editor.split_whitespace();
        let ended = Command::new(words.next().unwrap_or("vi")).args(words).arg(file).status()?;
        if ended.success() {
            return Ok(());
        }
        let text = say(self.lang, "编辑器没有正常结束,没有改动", "the editor did not end well, nothing was changed");
        Err(io::Error::other(format!("{text} ({editor})")))
    }
}
