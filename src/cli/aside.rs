//! What a person edits: a file that only its owner can read and that goes away again, and what is read from files.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::output::Failure;
use super::prompt::Prompt;
use crate::console::Problem;

/// A file that goes away with this value. What lies in it is personal.
pub(super) struct Aside {
    path: PathBuf,
}

impl Aside {
    /// Writes a new file in the data folder, for the owner alone.
    pub(super) fn write(folder: &Path, name: &str, text: &str) -> Result<Self, Failure> {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, "txt"));
        let aside = Self { path: folder.join(format!("{stem}-{}.{end}", std::process::id())) };
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside.path)?;
            file.write_all(format!("{text}\n").as_bytes())
        };
        let shown = aside.path.display();
        write().map_err(|error| Failure::io(&format!("{shown} 写不了"), &format!("cannot write {shown}"), &error))?;
        Ok(aside)
    }

    /// Lets the person change it.
    pub(super) fn edited(&self, prompt: &mut dyn Prompt) -> Result<&Path, Failure> {
        prompt.edit(&self.path).map_err(|error| Failure::io("没有改成", "nothing was edited", &error))?;
        Ok(&self.path)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a file with personal data was not removed");
        }
    }
}

/// What stands in a file, without the mark that some editors put first.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let bytes = fs::read(path)
        .map_err(|error| Failure::io(&format!("{shown} 读不了"), &format!("cannot read {shown}"), &error))?;
    Ok(bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(bytes))
}

/// A text from a file, or from standard input for `-`; blank ends are cut off.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Failure::io("读不到输入", "nothing could be read", &error))?;
        bytes
    } else {
        read(path)?
    };
    let text = String::from_utf8(bytes).map_err(|_| {
        let shown = path.display();
        Problem::invalid(
            format!("{shown} 不是 UTF-8 文本,请另存为 UTF-8"),
            format!("{shown} is no UTF-8 text; save it as UTF-8"),
        )
    })?;
    Ok(text.replace("\r\n", "\n").trim_end().to_owned())
}
