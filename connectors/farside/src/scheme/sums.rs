//! Digests, as partners' documents write them.

use aws_lc_rs::{digest, hmac};
use md5::Digest as _;

pub(super) fn md5_hex(text: impl AsRef<[u8]>) -> String {
    hex::encode(md5::Md5::digest(text.as_ref()))
}

pub(super) fn sha1_hex(text: impl AsRef<[u8]>) -> String {
    hex::encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_ref()))
}

pub(super) fn sm3(text: &[u8]) -> [u8; 32] {
    sm3::Sm3::digest(text).into()
}

pub(super) fn sm3_hex(text: &[u8]) -> String {
    hex::encode(sm3(text))
}

pub(super) fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

/// HMAC (RFC 2104) by its definition; SM3 has blocks of 64 bytes.
pub(super) fn hmac_sm3(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    let short = sm3(key);
    let key = if key.len() > block.len() { &short[..] } else { key };
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let padded = |with: u8| block.map(|byte| byte ^ with).to_vec();
    let inner = sm3(&[padded(0x36), text.to_vec()].concat());
    sm3(&[padded(0x5c), inner.to_vec()].concat())
}
