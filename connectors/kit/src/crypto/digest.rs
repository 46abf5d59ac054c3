//! Digests over bytes that come in pieces.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use md5::Md5;
use sm3::{Digest as _, Sm3};

use crate::recipe::Digest;

/// A digest under way.
pub enum Hasher {
    /// MD5.
    Md5(Box<Md5>),
    /// SHA-1 and SHA-256.
    Sha(Box<Context>),
    /// SM3.
    Sm3(Box<Sm3>),
}

impl Hasher {
    /// Begins.
    pub fn new(kind: Digest) -> Self {
        match kind {
            Digest::Md5 => Self::Md5(Box::new(Md5::new())),
            Digest::Sha1 => Self::Sha(Box::new(Context::new(&SHA1_FOR_LEGACY_USE_ONLY))),
            Digest::Sha256 => Self::Sha(Box::new(Context::new(&SHA256))),
            Digest::Sm3 => Self::Sm3(Box::new(Sm3::new())),
        }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(md5) => md5.update(bytes),
            Self::Sha(context) => context.update(bytes),
            Self::Sm3(sm3) => sm3.update(bytes),
        }
    }

    /// The digest.
    pub fn finish(self) -> Vec<u8> {
        match self {
            Self::Md5(md5) => md5.finalize().to_vec(),
            Self::Sha(context) => context.finish().as_ref().to_vec(),
            Self::Sm3(sm3) => sm3.finalize().to_vec(),
        }
    }
}

/// How many bytes a digest has.
pub fn length(kind: Digest) -> usize {
    match kind {
        Digest::Md5 => 16,
        Digest::Sha1 => 20,
        Digest::Sha256 | Digest::Sm3 => 32,
    }
}

/// The digest of one text.
pub fn digest(kind: Digest, bytes: &[u8]) -> Vec<u8> {
    let mut hasher = Hasher::new(kind);
    hasher.update(bytes);
    hasher.finish()
}
