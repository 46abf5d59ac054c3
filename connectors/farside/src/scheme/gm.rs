//! SM2 signatures put together from the digest of the signer's identity (GM/T 0003.2, 5.5), and SM4 block by block.

use sm2::SecretKey;
use sm2::dsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm4::Sm4;
use sm4::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use super::sums::sm3;

/// The identity that everybody uses who agreed on none.
const ID: &str = "1234567812345678";

/// The curve's a, b and base point.
const CURVE: &str = "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc\
    28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93\
    32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7\
    bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0";

/// What is signed in place of a message: SM3 over the signer's identity and key, then over that and the message.
fn digest(public: &[u8], message: &[u8]) -> Option<[u8; 32]> {
    let bits = u16::try_from(ID.len() * 8).ok()?.to_be_bytes();
    let curve = hex::decode(CURVE).ok()?;
    let who = sm3(&[&bits[..], ID.as_bytes(), &curve, public.get(1..)?].concat());
    Some(sm3(&[&who[..], message].concat()))
}

/// The public key of a private one: `04`, x and y, in hex; none where it is no private key.
pub fn public_of(private: &str) -> Option<String> {
    let key = SecretKey::from_slice(&hex::decode(private).ok()?).ok()?;
    Some(hex::encode(key.public_key().to_sec1_bytes()))
}

/// r and s of a signature, in hex.
pub(super) fn sign(private: &str, message: &[u8]) -> Option<String> {
    let public = hex::decode(public_of(private)?).ok()?;
    let key = SigningKey::from_slice(ID, &hex::decode(private).ok()?).ok()?;
    let signature: Signature = key.sign_prehash(&digest(&public, message)?).ok()?;
    Some(hex::encode(signature.to_bytes()))
}

/// Whether r and s, in hex, were made by the holder of this public key.
pub(super) fn verifies(public: &str, message: &[u8], signature: &str) -> bool {
    let holds = || {
        let public = hex::decode(public).ok()?;
        let signature = Signature::from_slice(&hex::decode(signature).ok()?).ok()?;
        let key = VerifyingKey::from_sec1_bytes(ID, &public).ok()?;
        key.verify_prehash(&digest(&public, message)?, &signature).ok()
    };
    holds().is_some()
}

/// SM4-ECB with PKCS#7 padding; none where the key is not 32 hex digits.
pub(super) fn sm4_seal(key: &str, clear: &[u8]) -> Option<Vec<u8>> {
    let cipher = Sm4::new_from_slice(&hex::decode(key).ok()?).ok()?;
    let fill = 16 - clear.len() % 16;
    let mut whole = clear.to_vec();
    whole.resize(clear.len() + fill, u8::try_from(fill).ok()?);
    let (blocks, _) = whole.as_chunks::<16>();
    let sealed = blocks.iter().flat_map(|block| {
        let mut block = Array::from(*block);
        cipher.encrypt_block(&mut block);
        block.to_vec()
    });
    Some(sealed.collect())
}

/// The way back; none where it was not sealed so.
pub(super) fn sm4_open(key: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let cipher = Sm4::new_from_slice(&hex::decode(key).ok()?).ok()?;
    let (blocks, rest) = sealed.as_chunks::<16>();
    if blocks.is_empty() || !rest.is_empty() {
        return None;
    }
    let mut whole = Vec::with_capacity(sealed.len());
    for block in blocks {
        let mut block = Array::from(*block);
        cipher.decrypt_block(&mut block);
        whole.extend_from_slice(&block);
    }
    let fill = usize::from(*whole.last()?);
    let clear = whole.len().checked_sub(fill).filter(|_| (1..=16).contains(&fill))?;
    whole.iter().skip(clear).all(|byte| usize::from(*byte) == fill).then(|| whole[..clear].to_vec())
}
