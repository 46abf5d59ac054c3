//! Files that came along with a submission: their place in the draft, and their bytes on disk before a row names them.

use huiliu_contract::{Attachment, AttachmentSource, Item};

use crate::store::{Blobs, Content, Digest, Keys, StoreError, blobs};
use crate::ticket::{Draft, File};

/// An attachment whose bytes came along.
pub(super) struct Part {
    /// Its place among the attachments, from 0.
    pub(super) at: u32,
    /// What it holds.
    pub(super) content: Content,
    /// The name of its blob.
    pub(super) name: Digest,
}

fn bytes(attachment: &Attachment) -> Option<&[u8]> {
    match &attachment.source {
        AttachmentSource::Bytes(bytes) => Some(bytes.reveal()),
        AttachmentSource::Link(_) => None,
    }
}

/// The attachments whose bytes came along.
pub(super) fn parts(keys: &Keys, attachments: &[Attachment]) -> Vec<Part> {
    let part = |(at, attachment)| {
        let content = Content::of(bytes(attachment)?);
        Some(Part { at, content, name: content.name(keys) })
    };
    (0u32..).zip(attachments).filter_map(part).collect()
}

/// A digest of something and of the files that came along with it: another file makes another submission.
pub(super) fn with_parts(keys: &Keys, label: &str, what: &[u8], parts: &[Part]) -> Digest {
    if parts.is_empty() {
        return keys.blind(label, &[what]);
    }
    let names = parts.iter().map(|part| &part.name.0[..]);
    keys.blind(label, &std::iter::once(what).chain(names).collect::<Vec<_>>())
}

/// Puts those attachments into the draft that no rule of the mapping put there.
pub(super) fn adopt(draft: &mut Draft, attachments: &[Attachment]) {
    for (at, attachment) in (0u32..).zip(attachments) {
        let (part, link) = match &attachment.source {
            AttachmentSource::Bytes(_) => (Some(at), None),
            AttachmentSource::Link(link) => (None, Some(link.reveal().clone())),
        };
        if draft.files.iter().any(|file| if part.is_some() { file.part == part } else { file.link == link }) {
            continue;
        }
        let size = bytes(attachment).map(|bytes| bytes.len() as u64);
        let name = Some(attachment.name.reveal().clone()).filter(|name| !name.is_empty());
        draft.files.push(File { name, media_type: attachment.media_type.clone(), size, link, part, url: None });
    }
}

/// Brings the bytes that came along to the disk.
pub(super) async fn keep(blobs: &dyn Blobs, items: &[Item]) -> Result<(), StoreError> {
    for item in items {
        let Item::Submission(submission) = item else { continue };
        for bytes in submission.attachments.iter().filter_map(bytes) {
            blobs::keep(blobs, bytes).await?;
        }
    }
    Ok(())
}
