//! Files that leave: what is known of them beforehand, and their bytes, piece by piece, when they are sent.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Personal;

/// A file that is to leave, as far as it can be written down.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Under which keyed digest the gateway keeps its bytes, in hexadecimal.
    pub blob: String,
    /// Its name; may be personal.
    pub name: String,
    /// Its media type, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// How many bytes it has.
    pub size: u64,
}

/// Without the name: it may be a citizen's.
impl std::fmt::Debug for Enclosure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enclosure")
            .field("media_type", &self.media_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// A file that is about to be sent, opened.
pub struct Upload {
    /// Its name.
    pub name: Personal<String>,
    /// Its media type, if it is known.
    pub media_type: Option<String>,
    /// How many bytes will come.
    pub size: u64,
    /// They.
    pub pieces: Box<dyn Pieces>,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("media_type", &self.media_type).field("size", &self.size).finish_non_exhaustive()
    }
}

/// Why bytes could not be read.
pub type NoPiece = Box<dyn std::error::Error + Send + Sync>;

/// The bytes of a file, in order.
#[async_trait]
pub trait Pieces: Send {
    /// The next piece; none after the last.
    ///
    /// # Errors
    ///
    /// If what was kept does not open whole; nothing comes after that.
    async fn next(&mut self) -> Result<Option<Bytes>, NoPiece>;
}
