//! Digests, MACs, signatures and ciphers that recipes name, under one face each. What aws-lc-rs has is aws-lc-rs's; MD5 and
//! 国密 are RustCrypto's. Nothing here knows a message, a key's name or a file.

pub mod block;
pub mod digest;
pub mod mac;
pub mod pem;
pub mod rsa;
pub mod sm2;

/// It did not work: a wrong key, a wrong text, a wrong length. Why is not said: whoever sends what cannot be opened shall
/// learn nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the cryptography refused it")]
pub struct Refused;
