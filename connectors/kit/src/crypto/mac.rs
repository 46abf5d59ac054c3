//! HMAC (RFC 2104) over bytes that come in pieces.

use ::hmac::{Hmac, KeyInit, Mac as _};
use aws_lc_rs::hmac;
use sm3::Sm3;

use super::Refused;
use crate::recipe::Mac;

/// A key, ready for many messages.
#[derive(Clone)]
pub enum Key {
    /// HMAC-SHA1 and HMAC-SHA256.
    Sha(Box<hmac::Key>),
    /// HMAC-SM3.
    Sm3(Box<Hmac<Sm3>>),
}

/// A MAC under way.
pub enum Maker {
    /// HMAC-SHA1 and HMAC-SHA256.
    Sha(Box<hmac::Context>),
    /// HMAC-SM3.
    Sm3(Box<Hmac<Sm3>>),
}

impl Key {
    /// A key of any length.
    ///
    /// # Errors
    ///
    /// None that is known: HMAC takes a key of any length.
    pub fn new(kind: Mac, key: &[u8]) -> Result<Self, Refused> {
        Ok(match kind {
            Mac::Sha1 => Self::Sha(Box::new(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key))),
            Mac::Sha256 => Self::Sha(Box::new(hmac::Key::new(hmac::HMAC_SHA256, key))),
            Mac::Sm3 => Self::Sm3(Box::new(Hmac::new_from_slice(key).map_err(|_| Refused)?)),
        })
    }

    /// Begins.
    pub fn maker(&self) -> Maker {
        match self {
            Self::Sha(key) => Maker::Sha(Box::new(hmac::Context::with_key(key))),
            Self::Sm3(keyed) => Maker::Sm3(keyed.clone()),
        }
    }

    /// The MAC of one text.
    pub fn tag(&self, bytes: &[u8]) -> Vec<u8> {
        let mut maker = self.maker();
        maker.update(bytes);
        maker.finish()
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(••••)")
    }
}

impl Maker {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha(context) => context.update(bytes),
            Self::Sm3(keyed) => keyed.update(bytes),
        }
    }

    /// The MAC.
    pub fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha(context) => context.sign().as_ref().to_vec(),
            Self::Sm3(keyed) => keyed.finalize().into_bytes().to_vec(),
        }
    }
}
