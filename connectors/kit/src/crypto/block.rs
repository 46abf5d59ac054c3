//! SM4 and AES over whole texts: ECB and CBC with PKCS#7, GCM with its tag behind.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{AesGcm, Nonce};
use aws_lc_rs::aead::{self, Aad, LessSafeKey, UnboundKey};
use aws_lc_rs::cipher::{
    self, AES_128, AES_192, AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
    UnboundCipherKey,
};
use aws_lc_rs::constant_time;
use aws_lc_rs::iv::FixedLength;
use cbc::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use sm4::Sm4;

use super::Refused;
use crate::recipe::Cipher;

/// The bytes of a block.
pub const BLOCK: usize = 16;

/// A key of a block cipher in its mode.
pub enum Key {
    /// SM4, each block alone.
    Sm4Ecb(Box<Sm4>),
    /// SM4 in chains.
    Sm4Cbc([u8; 16]),
    /// SM4 with a tag.
    Sm4Gcm(Box<AesGcm<Sm4, U12>>),
    /// AES, each block alone.
    AesEcb(Vec<u8>),
    /// AES in chains.
    AesCbc(Vec<u8>),
    /// AES with a tag.
    AesGcm(Box<LessSafeKey>),
}

/// How many bytes an initial vector has; none where the cipher has none.
pub fn iv_length(by: Cipher) -> usize {
    match by {
        Cipher::Sm4Ecb | Cipher::AesEcb | Cipher::Sm2 => 0,
        Cipher::Sm4Cbc | Cipher::AesCbc => BLOCK,
        Cipher::Sm4Gcm | Cipher::AesGcm => 12,
    }
}

/// Whether what was changed on its way is always noticed.
pub fn authenticates(by: Cipher) -> bool {
    matches!(by, Cipher::Sm4Gcm | Cipher::AesGcm)
}

impl Key {
    /// A key of 16 bytes; for AES also of 24 or 32.
    ///
    /// # Errors
    ///
    /// If it has another length, or the cipher is no block cipher.
    pub fn new(by: Cipher, key: &[u8]) -> Result<Self, Refused> {
        Ok(match by {
            Cipher::Sm4Ecb => Self::Sm4Ecb(Box::new(Sm4::new_from_slice(key).map_err(|_| Refused)?)),
            Cipher::Sm4Cbc => Self::Sm4Cbc(key.try_into().map_err(|_| Refused)?),
            Cipher::Sm4Gcm => Self::Sm4Gcm(Box::new(AesGcm::new_from_slice(key).map_err(|_| Refused)?)),
            Cipher::AesEcb => aes(key).map(|_| Self::AesEcb(key.to_vec()))?,
            Cipher::AesCbc => aes(key).map(|_| Self::AesCbc(key.to_vec()))?,
            Cipher::AesGcm => {
                let kind = match key.len() {
                    16 => &aead::AES_128_GCM,
                    24 => &aead::AES_192_GCM,
                    32 => &aead::AES_256_GCM,
                    _ => return Err(Refused),
                };
                Self::AesGcm(Box::new(LessSafeKey::new(UnboundKey::new(kind, key).map_err(|_| Refused)?)))
            }
            Cipher::Sm2 => return Err(Refused),
        })
    }

    /// Encrypts; `pad` is the multiple that ECB and CBC pad to.
    ///
    /// # Errors
    ///
    /// If the initial vector has not its length.
    pub fn seal(&self, iv: &[u8], message: &[u8], pad: usize) -> Result<Vec<u8>, Refused> {
        match self {
            Self::Sm4Ecb(sm4) => {
                let mut bytes = padded(message, pad);
                for block in bytes.chunks_exact_mut(BLOCK) {
                    sm4.encrypt_block(array(block)?);
                }
                Ok(bytes)
            }
            Self::Sm4Cbc(key) => {
                let mut bytes = padded(message, pad);
                let mut chain = cbc::Encryptor::<Sm4>::new_from_slices(key, iv).map_err(|_| Refused)?;
                for block in bytes.chunks_exact_mut(BLOCK) {
                    chain.encrypt_block(array(block)?);
                }
                Ok(bytes)
            }
            Self::Sm4Gcm(key) => key.encrypt(&sm4_nonce(iv)?, message).map_err(|_| Refused),
            Self::AesEcb(key) => {
                let mut bytes = padded(message, pad);
                EncryptingKey::ecb(aes(key)?).and_then(|key| key.encrypt(&mut bytes)).map_err(|_| Refused)?;
                Ok(bytes)
            }
            Self::AesCbc(key) => {
                let mut bytes = padded(message, pad);
                let key = EncryptingKey::cbc(aes(key)?).map_err(|_| Refused)?;
                let iv = EncryptionContext::Iv128(FixedLength::try_from(iv).map_err(|_| Refused)?);
                key.less_safe_encrypt(&mut bytes, iv).map_err(|_| Refused)?;
                Ok(bytes)
            }
            Self::AesGcm(key) => {
                let nonce = aead::Nonce::try_assume_unique_for_key(iv).map_err(|_| Refused)?;
                let mut bytes = message.to_vec();
                key.seal_in_place_append_tag(nonce, Aad::empty(), &mut bytes).map_err(|_| Refused)?;
                Ok(bytes)
            }
        }
    }

    /// Decrypts.
    ///
    /// # Errors
    ///
    /// If it was not encrypted with this key and mode, as far as the mode can tell.
    pub fn open(&self, iv: &[u8], sealed: &[u8], pad: usize) -> Result<Vec<u8>, Refused> {
        let mut bytes = sealed.to_vec();
        match self {
            Self::Sm4Ecb(_) | Self::Sm4Cbc(_) | Self::AesEcb(_) | Self::AesCbc(_)
                if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK) =>
            {
                return Err(Refused);
            }
            Self::Sm4Ecb(sm4) => {
                for block in bytes.chunks_exact_mut(BLOCK) {
                    sm4.decrypt_block(array(block)?);
                }
            }
            Self::Sm4Cbc(key) => {
                let mut chain = cbc::Decryptor::<Sm4>::new_from_slices(key, iv).map_err(|_| Refused)?;
                for block in bytes.chunks_exact_mut(BLOCK) {
                    chain.decrypt_block(array(block)?);
                }
            }
            Self::Sm4Gcm(key) => return key.decrypt(&sm4_nonce(iv)?, sealed).map_err(|_| Refused),
            Self::AesEcb(key) => {
                let key = DecryptingKey::ecb(aes(key)?).map_err(|_| Refused)?;
                key.decrypt(&mut bytes, DecryptionContext::None).map_err(|_| Refused)?;
            }
            Self::AesCbc(key) => {
                let iv = DecryptionContext::Iv128(FixedLength::try_from(iv).map_err(|_| Refused)?);
                let key = DecryptingKey::cbc(aes(key)?).map_err(|_| Refused)?;
                key.decrypt(&mut bytes, iv).map_err(|_| Refused)?;
            }
            Self::AesGcm(key) => {
                let nonce = aead::Nonce::try_assume_unique_for_key(iv).map_err(|_| Refused)?;
                let plain = key.open_in_place(nonce, Aad::empty(), &mut bytes).map_err(|_| Refused)?.len();
                bytes.truncate(plain);
                return Ok(bytes);
            }
        }
        unpadded(bytes, pad)
    }
}

fn aes(key: &[u8]) -> Result<UnboundCipherKey, Refused> {
    let kind: &'static cipher::Algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        32 => &AES_256,
        _ => return Err(Refused),
    };
    UnboundCipherKey::new(kind, key).map_err(|_| Refused)
}

fn sm4_nonce(iv: &[u8]) -> Result<Nonce<U12>, Refused> {
    Nonce::try_from(iv).map_err(|_| Refused)
}

fn array(block: &mut [u8]) -> Result<&mut Array<u8, cbc::cipher::consts::U16>, Refused> {
    block.try_into().map_err(|_| Refused)
}

/// PKCS#7 (RFC 5652, 6.3).
fn padded(message: &[u8], to: usize) -> Vec<u8> {
    let missing = to - message.len() % to;
    let mut bytes = Vec::with_capacity(message.len() + missing);
    bytes.extend_from_slice(message);
    // `to` is at most 255 (checked where recipes are built).
    bytes.resize(message.len() + missing, u8::try_from(missing).unwrap_or(u8::MAX));
    bytes
}

/// Takes the padding off; all of it is looked at, whatever is wrong with it.
fn unpadded(mut bytes: Vec<u8>, to: usize) -> Result<Vec<u8>, Refused> {
    let count = usize::from(*bytes.last().ok_or(Refused)?);
    if count == 0 || count > to.min(bytes.len()) {
        return Err(Refused);
    }
    let whole = bytes.len() - count;
    let wanted = vec![*bytes.last().ok_or(Refused)?; count];
    constant_time::verify_slices_are_equal(&bytes[whole..], &wanted).map_err(|_| Refused)?;
    bytes.truncate(whole);
    Ok(bytes)
}
