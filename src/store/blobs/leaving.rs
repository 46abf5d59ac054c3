//! Blobs that leave: opened, with their first piece at hand, so that what does not open is known before anything is sent.

use async_trait::async_trait;
use bytes::Bytes;
use huiliu_contract::{NoPiece, Personal, Pieces, Upload};

use super::super::{Digest, StoreError};
use super::{BlobReader, Blobs};

/// A reader, and the piece that it opened before it was asked.
struct Opened {
    reader: Box<dyn BlobReader>,
    first: Option<Bytes>,
}

#[async_trait]
impl Pieces for Opened {
    async fn next(&mut self) -> Result<Option<Bytes>, NoPiece> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => {
                let next = self.reader.next().await;
                next.inspect_err(|error| tracing::error!(%error, "a file could not be opened whole"))
                    .map_err(Into::into)
            }
        }
    }
}

/// Opens a blob to be sent under a name. An error if there is none, or if its beginning does not open.
pub async fn upload(
    blobs: &dyn Blobs,
    blob: Digest,
    name: String,
    media_type: Option<String>,
) -> Result<Upload, StoreError> {
    let mut reader = blobs.open(blob).await?;
    let size = reader.size();
    let first = reader.next().await?;
    Ok(Upload { name: Personal::new(name), media_type, size, pieces: Box::new(Opened { reader, first }) })
}
