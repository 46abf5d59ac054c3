//! The files of an answer on their way home: opened from where they lie, unless the far side does not take them.

use huiliu_contract::{Enclosure, Upload};

use super::super::sniff;
use super::Shared;
use crate::store::{Digest, StoreError, upload};

/// Why a file does not leave.
pub(super) enum Kept {
    /// The channel's file says that the far side does not take it.
    Held {
        /// One stable word.
        reason: &'static str,
        /// What a person is told of it; names no file.
        message: String,
    },
    /// It does not open.
    Unread(StoreError),
}

impl From<StoreError> for Kept {
    fn from(error: StoreError) -> Self {
        Self::Unread(error)
    }
}

impl Shared {
    /// Opens the files that a parcel names, in their order.
    pub(super) async fn open_files(&self, files: &[Enclosure]) -> Result<Vec<Upload>, Kept> {
        let mut uploads = Vec::with_capacity(files.len());
        if files.is_empty() {
            return Ok(uploads);
        }
        let (table, blobs) = (self.channel.settings.back.files(), self.store.blobs().as_ref());
        for (n, file) in (1..).zip(files) {
            let mut blob = [0; 16];
            hex::decode_to_slice(&file.blob, &mut blob).map_err(|_| StoreError::NotFound)?;
            if file.size > table.most() {
                let (size, most) = (file.size, table.most());
                let message = format!("file {n} of the answer has {size} bytes, `return.max_file_mib` allows {most}");
                return Err(Kept::Held { reason: "too_large", message });
            }
            let head = blobs.open(Digest(blob)).await?.next().await?.unwrap_or_default();
            let head = head.get(..sniff::HEAD.min(head.len())).unwrap_or_default();
            let judged = sniff::judge(&table, Some(&file.name), "", &[file.media_type.as_deref()], head);
            judged.map_err(|reason| {
                let message = format!("file {n} of the answer is of a sort that `return.file_types` does not name");
                Kept::Held { reason, message }
            })?;
            uploads.push(upload(blobs, Digest(blob), file.name.clone(), file.media_type.clone()).await?);
        }
        Ok(uploads)
    }
}
