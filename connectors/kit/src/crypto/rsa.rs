//! RSA with SHA-256 (PKCS#1 v1.5).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_SHA256, UnparsedPublicKey,
};

use super::{Refused, pem};

/// Our private key.
pub struct Signer(KeyPair);

/// The far side's public key, 1024 bits or more: what partners have is not ours to choose.
pub struct Verifier(ParsedPublicKey);

impl Signer {
    /// PEM or DER, PKCS#8 or PKCS#1; 2048 bits or more.
    ///
    /// # Errors
    ///
    /// If it is no such key.
    pub fn read(written: &[u8]) -> Result<Self, Refused> {
        let der = pem::read(written).ok_or(Refused)?.der;
        KeyPair::from_pkcs8(&der).or_else(|_| KeyPair::from_der(&der)).map(Self).map_err(|_| Refused)
    }

    /// Signs.
    ///
    /// # Errors
    ///
    /// If there is no randomness.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refused> {
        let mut out = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut out).map_err(|_| Refused)?;
        Ok(out)
    }
}

impl Verifier {
    /// PEM or DER: a public key, PKCS#1 or X.509, or a certificate.
    ///
    /// # Errors
    ///
    /// If it is no such key.
    pub fn read(written: &[u8]) -> Result<Self, Refused> {
        let der = pem::read(written).ok_or(Refused)?.der;
        let der = pem::public(&der).map_or(der, |(info, _)| info);
        let key = UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, der);
        key.parse().map(Self).map_err(|_| Refused)
    }

    /// Whether the signature is that of this message.
    pub fn fits(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}
