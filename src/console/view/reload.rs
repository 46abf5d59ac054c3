//! What came of reading the configuration anew.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::TextView;
use crate::settings::Mistake;

/// What came of a reload.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct ReloadReport {
    /// `ok`: everything is as the files say; `partial`: some of it is not; `refused`: nothing was changed.
    pub result: String,
    /// Who asked: `command`, `api`, `signal` or `files`.
    pub by: String,
    /// Channels that now run as their changed files say.
    pub swapped: Vec<String>,
    /// Channels that run, or are known as off, and were not before.
    pub added: Vec<String>,
    /// Channels whose folder is gone.
    pub retired: Vec<String>,
    /// Channels whose files are wrong and that go on as they were.
    pub kept: Vec<WrongChannel>,
    /// Channels whose files are wrong and that do not run.
    pub broken: Vec<WrongChannel>,
    /// How many channels were left alone, for nothing of them changed.
    pub unchanged: usize,
    /// Channels, and `core`, that stood still because they did not accept us or needed a person, and are asked once more.
    /// A reload that the watch of the files began asks none.
    #[serde(default)]
    pub resumed: Vec<String>,
    /// Keys of `gateway.toml` that were taken over, and `holidays`.
    pub taken_over: Vec<String>,
    /// Keys of `gateway.toml` that only count from the next start.
    pub needs_restart: Vec<String>,
    /// Why nothing was changed: what is wrong with `gateway.toml` or what stands beside it.
    pub mistakes: Vec<MistakeView>,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// A channel whose files are wrong.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WrongChannel {
    /// Its code.
    pub channel: String,
    /// Everything wrong with it.
    pub mistakes: Vec<MistakeView>,
}

/// A mistake in a file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MistakeView {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column, from 1.
    pub column: Option<usize>,
    /// The dotted key, empty when the whole file is meant.
    pub key: String,
    /// All of it as one or two lines.
    pub text: TextView,
}

impl From<&Mistake> for MistakeView {
    fn from(mistake: &Mistake) -> Self {
        use crate::settings::Lang;
        Self {
            file: mistake.file.display().to_string(),
            line: mistake.place.map(|(line, _)| line),
            column: mistake.place.map(|(_, column)| column),
            key: mistake.key.clone(),
            text: TextView { zh: mistake.shown(Lang::Zh), en: mistake.shown(Lang::En) },
        }
    }
}

impl ReloadReport {
    /// Whether everything is as the files say.
    pub fn is_well(&self) -> bool {
        self.kept.is_empty() && self.broken.is_empty() && self.mistakes.is_empty() && self.needs_restart.is_empty()
    }
}
