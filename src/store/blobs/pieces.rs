//! How a blob is laid out: a sealed head, then pieces of 1 MiB, each sealed for its place.
//!
//! The head is bound to the blob's name and tells the size, the digest and a random mark. Each piece is bound to that
//! mark, to its index, and to whether it is the last: a piece that was moved, left out or brought over from another
//! blob does not open, and an end that was cut off is missed.

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::rand;
use sm3::{Digest as _, Sm3};

use super::super::seal::{OVERHEAD, Place};
use super::super::{Digest, Keys, SealError};
use super::Content;

/// How many bytes of content one piece holds; the last may hold fewer, and does of an empty blob.
pub(super) const PIECE: usize = 1024 * 1024;

/// How long a whole piece is on disk.
pub(super) const SEALED_PIECE: usize = PIECE + OVERHEAD;

const PLAIN_HEAD: usize = 8 + 32 + 16;

/// How long the head is on disk.
pub(super) const SEALED_HEAD: usize = PLAIN_HEAD + OVERHEAD;

/// What ties the pieces of one blob together.
pub(super) type Mark = [u8; 16];

/// A mark that no other blob has.
pub(super) fn mark() -> Result<Mark, SealError> {
    let mut mark = [0; 16];
    rand::fill(&mut mark).map_err(|_| SealError::NoRandom)?;
    Ok(mark)
}

/// Size and digest of bytes that come one after the other.
pub(super) struct Counted {
    size: u64,
    digest: Context,
    sm3: Sm3,
}

impl Default for Counted {
    fn default() -> Self {
        Self { size: 0, digest: Context::new(&SHA256), sm3: Sm3::new() }
    }
}

impl Counted {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.digest.update(bytes);
        self.sm3.update(bytes);
    }

    pub(super) fn content(self) -> Content {
        let mut sha256 = [0; 32];
        let digest = self.digest.finish();
        sha256.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        Content { size: self.size, sha256, sm3: self.sm3.finalize().into() }
    }
}

/// How many pieces so many bytes make; an empty blob has one, so that its end can be told from a cut.
pub(super) fn count(size: u64) -> u64 {
    size.div_ceil(PIECE as u64).max(1)
}

pub(super) fn seal_head(keys: &Keys, name: Digest, content: Content, mark: Mark) -> Result<Vec<u8>, SealError> {
    keys.seal_bound(&head_bound(name), PLAIN_HEAD, |out| {
        out.extend_from_slice(&content.size.to_be_bytes());
        out.extend_from_slice(&content.sha256);
        out.extend_from_slice(&mark);
    })
}

/// What a head tells.
pub(super) struct Head {
    pub(super) size: u64,
    pub(super) sha256: [u8; 32],
    pub(super) mark: Mark,
}

pub(super) fn open_head(keys: &Keys, name: Digest, sealed: &[u8]) -> Result<Head, SealError> {
    let plain = keys.open_bound(&head_bound(name), sealed)?;
    let (size, rest) = plain.split_first_chunk::<8>().ok_or(SealError::Broken)?;
    let (sha256, mark) = rest.split_first_chunk::<32>().ok_or(SealError::Broken)?;
    let mark = Mark::try_from(mark).map_err(|_| SealError::Broken)?;
    Ok(Head { size: u64::from_be_bytes(*size), sha256: *sha256, mark })
}

pub(super) fn seal_piece(keys: &Keys, mark: Mark, index: u64, last: bool, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    keys.seal_bound(&piece_bound(mark, index, last), plain.len(), |out| out.extend_from_slice(plain))
}

pub(super) fn open_piece(keys: &Keys, mark: Mark, index: u64, last: bool, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    keys.open_bound(&piece_bound(mark, index, last), sealed)
}

fn head_bound(name: Digest) -> [u8; 18] {
    let mut bound = [Place::Blob as u8; 18];
    bound[1] = b'h';
    bound[2..].copy_from_slice(&name.0);
    bound
}

fn piece_bound(mark: Mark, index: u64, last: bool) -> [u8; 27] {
    let mut bound = [Place::Blob as u8; 27];
    bound[1] = b'p';
    bound[2..18].copy_from_slice(&mark);
    bound[18..26].copy_from_slice(&index.to_be_bytes());
    bound[26] = u8::from(last);
    bound
}
