//! Blobs: the bytes of files, beside the database. One is durable before a row names it, sealed, and named by the
//! keyed digest of its content, so that the same file twice is one blob.

mod folder;
mod leaving;
mod pieces;
mod sweep;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Digest, Keys, StoreError};

pub(super) use folder::Folder;
pub use leaving::upload;
pub use sweep::sweep;

/// What is known of the content of a blob.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Content {
    /// How many bytes it has.
    pub size: u64,
    /// Its SHA-256. Not keyed: it goes to the core, and never stands in a clear column.
    pub sha256: [u8; 32],
    /// Its SM3 (GB/T 32905-2016); as the SHA-256, it never stands in a clear column.
    pub sm3: [u8; 32],
}

impl Content {
    /// The name of the blob that holds it: by size and SHA-256.
    pub fn name(&self, keys: &Keys) -> Digest {
        keys.blind("blob", &[&self.size.to_be_bytes(), &self.sha256])
    }

    /// Of bytes that are at hand.
    pub fn of(bytes: &[u8]) -> Self {
        let mut counted = pieces::Counted::default();
        counted.add(bytes);
        counted.content()
    }
}

/// Where blobs lie.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Begins a blob aside; nothing of it counts before it is kept, and what is dropped before leaves nothing.
    async fn begin(&self) -> Result<Box<dyn BlobWriter>, StoreError>;
    /// Opens a blob to be read from its beginning. [`StoreError::NotFound`] if there is none of this name.
    async fn open(&self, name: Digest) -> Result<Box<dyn BlobReader>, StoreError>;
    /// Names of blobs on one shelf (those whose name begins with this byte) that nobody wrote since `before` (ms).
    async fn untouched(&self, shelf: u8, before: i64) -> Result<Vec<Digest>, StoreError>;
    /// Removes a blob, unless it was written again since `before` (ms). True if it is gone by this.
    async fn remove(&self, name: Digest, before: i64) -> Result<bool, StoreError>;
}

/// A blob that is being written. It holds at most one piece of it in memory.
#[async_trait]
pub trait BlobWriter: Send {
    /// Adds bytes.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError>;
    /// Keeps it: on disk under its name when this returns.
    async fn keep(self: Box<Self>) -> Result<(Digest, Content), StoreError>;
}

/// A blob that is being read.
#[async_trait]
pub trait BlobReader: Send {
    /// How many bytes it holds, by its sealed head.
    fn size(&self) -> u64;
    /// The SHA-256 of what it holds, by its sealed head.
    fn sha256(&self) -> [u8; 32];
    /// The next piece, opened, at most 1 MiB; none after the last. An error if the blob was changed or cut.
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError>;
}

/// Keeps bytes that are at hand.
pub async fn keep(blobs: &dyn Blobs, bytes: &[u8]) -> Result<(Digest, Content), StoreError> {
    let mut writer = blobs.begin().await?;
    writer.write(bytes).await?;
    writer.keep().await
}
