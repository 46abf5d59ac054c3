//! How a file of a channel is laid out: tables in the order in which people think of a channel, keys aligned at `=`,
//! remarks aligned, one blank line between tables. Whatever is written stays: every value as its writer wrote it, every
//! remark beside what it is about. A pure room.

mod blocks;
mod lines;
#[cfg(test)]
mod tests;

use toml_edit::DocumentMut;

use blocks::Blocks;

/// Tables of `channel.toml` in their order: who this is, whom to ask, how it is connected, how it is fetched, which column
/// is which, what an item is there for, how it is answered. Others stand behind them, in the order they have.
const ORDER: [&str; 17] = [
    "channel",
    "ledger",
    "connect",
    "login",
    "poll",
    "sheet",
    "receive",
    "answer",
    "reshape",
    "fields",
    "codes",
    "acts",
    "route",
    "same_letter",
    "files",
    "deadline",
    "return",
];

/// Why a text is not laid out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotLaidOut {
    /// It is no TOML; where and why, as its reader says it.
    NotToml {
        /// The byte at which it ends to be TOML, where that is known.
        at: Option<usize>,
        /// What is wrong there, in English.
        why: String,
    },
    /// Laid out it would say something else, or lack a remark: it is left as it is.
    WouldChange,
}

/// The text of a channel's file as it is to be laid out. What it says, its values and its remarks stay as they are; laid out
/// again nothing changes.
///
/// # Errors
///
/// If it is no TOML, or would not come out saying the same.
pub fn laid_out(text: &str) -> Result<String, NotLaidOut> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let before = Blocks::read(&parsed(&text)?);
    let out = lines::written(&before);
    let after = Blocks::read(&parsed(&out).map_err(|_| NotLaidOut::WouldChange)?);
    if meaning(&text) == meaning(&out) && before.remarks() == after.remarks() {
        Ok(out)
    } else {
        Err(NotLaidOut::WouldChange)
    }
}

fn parsed(text: &str) -> Result<DocumentMut, NotLaidOut> {
    text.parse().map_err(|error: toml_edit::TomlError| NotLaidOut::NotToml {
        at: error.span().map(|span| span.start),
        why: error.message().to_owned(),
    })
}

fn meaning(text: &str) -> Option<toml::Table> {
    text.parse().ok()
}

/// The place of a table among the others, by the first name of its path.
fn place(root: &str) -> usize {
    ORDER.iter().position(|name| *name == root).unwrap_or(ORDER.len())
}
