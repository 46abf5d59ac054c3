//! SM2 (GM/T 0003): signatures over SM3, and encryption in the layouts that are met.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use sm2::dsa::signature::{MultipartVerifier, RandomizedSigner};
use sm2::dsa::{self, SigningKey, VerifyingKey};
use sm2::elliptic_curve::rand_core::{TryCryptoRng, TryRng};
use sm2::pkcs8::DecodePrivateKey;
use sm2::pke::{DecryptingKey, EncryptingKey, Mode};
use sm2::{PublicKey, SecretKey};

use super::{Refused, pem};
use crate::recipe::{Form, Layout};

/// The signer's id where none is agreed (GM/T 0009).
pub const SIGNER: &str = "1234567812345678";

/// The system's randomness.
struct Random;

impl TryRng for Random {
    type Error = Unrandom;

    fn try_next_u32(&mut self) -> Result<u32, Unrandom> {
        let mut four = [0; 4];
        self.try_fill_bytes(&mut four)?;
        Ok(u32::from_ne_bytes(four))
    }

    fn try_next_u64(&mut self) -> Result<u64, Unrandom> {
        let mut eight = [0; 8];
        self.try_fill_bytes(&mut eight)?;
        Ok(u64::from_ne_bytes(eight))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Unrandom> {
        SystemRandom::new().fill(to).map_err(|_| Unrandom)
    }
}

impl TryCryptoRng for Random {}

/// The system has no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the system has no randomness")]
struct Unrandom;

/// Our private key for signatures.
pub struct Signer {
    key: SigningKey,
    form: Form,
}

/// The far side's public key for signatures.
pub struct Verifier {
    key: VerifyingKey,
    form: Form,
}

/// The far side's public key for encryption.
pub struct Sealer {
    key: EncryptingKey,
    way: Way,
}

/// Our private key for decryption.
pub struct Opener {
    key: DecryptingKey,
    way: Way,
}

/// How a ciphertext is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Way {
    /// The order of its parts.
    pub layout: Layout,
    /// Whether it begins with 04.
    pub lead: bool,
}

/// A private key: 64 hexadecimal digits, or PEM (PKCS#8, SEC1).
fn private(written: &[u8]) -> Result<SecretKey, Refused> {
    let block = pem::read(written).ok_or(Refused)?;
    let bytes = match block.der.len() {
        33 if block.der[0] == 0 => &block.der[1..],
        _ => &block.der[..],
    };
    if bytes.len() == 32 {
        return SecretKey::from_slice(bytes).map_err(|_| Refused);
    }
    SecretKey::from_pkcs8_der(bytes).or_else(|_| SecretKey::from_sec1_der(bytes)).map_err(|_| Refused)
}

/// A public key: hexadecimal digits with or without 04, or PEM, also of a certificate. One that is not on the curve is
/// refused.
fn public(written: &[u8]) -> Result<PublicKey, Refused> {
    let der = pem::read(written).ok_or(Refused)?.der;
    let point = match der.len() {
        64 => [&[4], &der[..]].concat(),
        33 | 65 => der,
        _ => pem::public(&der).ok_or(Refused)?.1,
    };
    PublicKey::from_sec1_bytes(&point).map_err(|_| Refused)
}

impl Signer {
    /// A private key with the signer's id.
    ///
    /// # Errors
    ///
    /// If it is no such key.
    pub fn read(written: &[u8], signer: &str, form: Form) -> Result<Self, Refused> {
        let key = SigningKey::new(signer, &private(written)?).map_err(|_| Refused)?;
        Ok(Self { key, form })
    }

    /// Signs. Another signature each time.
    ///
    /// # Errors
    ///
    /// If there is no randomness.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refused> {
        let signature = self.key.try_sign_with_rng(&mut Random, message).map_err(|_| Refused)?;
        Ok(match self.form {
            Form::Rs => signature.to_bytes().to_vec(),
            Form::Der => signature.to_der().as_bytes().to_vec(),
        })
    }
}

impl Verifier {
    /// A public key with the signer's id.
    ///
    /// # Errors
    ///
    /// If it is no such key.
    pub fn read(written: &[u8], signer: &str, form: Form) -> Result<Self, Refused> {
        let key = VerifyingKey::new(signer, public(written)?).map_err(|_| Refused)?;
        Ok(Self { key, form })
    }

    /// Whether the signature is that of this message.
    pub fn fits(&self, message: &[u8], signature: &[u8]) -> bool {
        let read = match self.form {
            Form::Rs => dsa::Signature::from_slice(signature),
            Form::Der => dsa::Signature::from_der(signature),
        };
        read.is_ok_and(|signature| self.key.multipart_verify(&[message], &signature).is_ok())
    }
}

fn mode(layout: Layout) -> Mode {
    match layout {
        Layout::C1c2c3 => Mode::C1C2C3,
        Layout::C1c3c2 | Layout::Der => Mode::C1C3C2,
    }
}

impl Sealer {
    /// A public key.
    ///
    /// # Errors
    ///
    /// If it is no such key.
    pub fn read(written: &[u8], way: Way) -> Result<Self, Refused> {
        Ok(Self { key: EncryptingKey::new_with_mode(public(written)?, mode(way.layout)), way })
    }

    /// Encrypts.
    ///
    /// # Errors
    ///
    /// If the message is empty, which SM2 cannot encrypt, or there is no randomness.
    pub fn seal(&self, message: &[u8]) -> Result<Vec<u8>, Refused> {
        if self.way.layout == Layout::Der {
            return self.key.encrypt_der(&mut Random, message).map_err(|_| Refused);
        }
        let mut sealed = self.key.encrypt(&mut Random, message).map_err(|_| Refused)?;
        if !self.way.lead {
            sealed.remove(0);
        }
        Ok(sealed)
    }
}

impl Opener {
    /// A private key.
    ///
    /// # Errors
    ///
    /// If it is no such key.
    pub fn read(written: &[u8], way: Way) -> Result<Self, Refused> {
        let key = private(written)?.to_nonzero_scalar();
        Ok(Self { key: DecryptingKey::new_with_mode(key, mode(way.layout)), way })
    }

    /// Decrypts.
    ///
    /// # Errors
    ///
    /// If it was not encrypted with this key, or was changed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Refused> {
        if self.way.layout == Layout::Der {
            return self.key.decrypt_der(sealed).map_err(|_| Refused);
        }
        let with_lead;
        let sealed = if self.way.lead {
            sealed
        } else {
            with_lead = [&[4], sealed].concat();
            &with_lead
        };
        self.key.decrypt(sealed).map_err(|_| Refused)
    }
}
