//! Files that came along with a submission: their place in the draft, and their bytes on disk before a row names them.

use huiliu_contract::{Attachment, AttachmentSource, Item, Personal};

use crate::store::{Blobs, Content, Digest, FileAbout, Keys, StoreError, blobs};
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
        let new = file(at, attachment);
        let is_there = |file: &File| if new.part.is_some() { file.part == new.part } else { file.link == new.link };
        if !draft.files.iter().any(is_there) {
            draft.files.push(new);
        }
    }
}

fn file(at: u32, attachment: &Attachment) -> File {
    let (part, link) = match &attachment.source {
        AttachmentSource::Bytes(_) => (Some(at), None),
        AttachmentSource::Link(link) => (None, Some(link.reveal().clone())),
    };
    let size = bytes(attachment).map(|bytes| bytes.len() as u64);
    let name = Some(attachment.name.reveal().clone()).filter(|name| !name.is_empty());
    File { name, media_type: attachment.media_type.clone(), size, link, part, ..File::default() }
}

/// What was set aside of a kept version, as attachments again: bytes from where they lie, links as they came.
pub(super) async fn attachments(
    blobs: &dyn Blobs,
    kept: Vec<(FileAbout, Option<Digest>)>,
) -> Result<Vec<Attachment>, StoreError> {
    let mut attachments = Vec::with_capacity(kept.len());
    for (about, blob) in kept {
        let source = match (blob, about.link) {
            (Some(blob), _) => {
                let mut reader = blobs.open(blob).await?;
                let mut bytes = Vec::with_capacity(usize::try_from(reader.size()).unwrap_or_default());
                while let Some(piece) = reader.next().await? {
                    bytes.extend_from_slice(&piece);
                }
                AttachmentSource::Bytes(Personal::new(bytes.into()))
            }
            (None, Some(link)) => AttachmentSource::Link(Personal::new(link)),
            (None, None) => continue,
        };
        let name = Personal::new(about.name.unwrap_or_default());
        attachments.push(Attachment { name, media_type: about.media_type, source });
    }
    Ok(attachments)
}

/// The attachments as files of a draft that there is not: what cannot be mapped keeps its files all the same.
pub(super) fn unmapped(attachments: &[Attachment]) -> Draft {
    let mut draft = Draft::default();
    for (at, attachment) in (0u32..).zip(attachments) {
        draft.files.push(file(at, attachment));
    }
    draft
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
