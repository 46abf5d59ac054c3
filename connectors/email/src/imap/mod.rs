//! Mailboxes that are asked by IMAP (RFC 3501): one connection that is kept between calls, letters in the order in which the
//! server numbered them, and a place that moves only with what is committed. What letters mean is read elsewhere.

mod asking;
mod build;
mod call;
mod care;
mod far;
mod fetch;
mod folders;
mod idle;
mod item;
mod line;
mod mailbox;
mod open;
mod options;
mod place;
mod single;
mod sync;
mod trouble;
mod uids;
mod utf7;
mod wire;

use bytes::Bytes;
use huiliu_contract::{Item, Timestamp};

pub use mailbox::Mailbox;
pub use options::{Afterwards, ImapConnect, ImapOptions, ImapPoll, ImapTls};

/// Makes items of letters: their text, their identity, what they answer.
pub trait Reader: Send + Sync {
    /// The item of one letter. `raw` is what the server gave, byte for byte; of a letter that is too large its beginning. Never
    /// fails: what cannot be read is an [`Item::Unreadable`].
    fn item(&self, raw: Bytes, met: &Met) -> Item;
}

/// How a letter was met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Met {
    /// The folder it lies in, as people see its name.
    pub folder: String,
    /// Its number there (UID), which is its own only together with the folder's numbering.
    pub uid: u32,
    /// When the server got it (INTERNALDATE), if it said so.
    pub received_at: Option<Timestamp>,
    /// Whether the folder is the one for junk.
    pub junk: bool,
    /// The size of the whole letter in bytes, where only its beginning was taken because it is too large.
    pub whole_size: Option<u64>,
}
