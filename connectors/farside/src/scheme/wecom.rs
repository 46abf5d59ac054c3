//! WeCom's frame: 16 random bytes, the length in four bytes, the message, the receiver's id; padded to 32; AES-256-CBC whose
//! first block is the key's own front.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, UnboundCipherKey};
#[cfg(test)]
use aws_lc_rs::cipher::{DecryptingKey, DecryptionContext};
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// The key lacks the sign that would end it, and its last bits are not all zero.
const LAX: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

fn key(encoding_key: &str) -> Option<[u8; 32]> {
    LAX.decode(format!("{encoding_key}=")).ok()?.try_into().ok()
}

/// A message as the text of `Encrypt`; `random` stands in front.
pub(super) fn seal(encoding_key: &str, receiver: &str, random: [u8; 16], message: &[u8]) -> Option<String> {
    let key = key(encoding_key)?;
    let length = u32::try_from(message.len()).ok()?.to_be_bytes();
    let mut clear = [&random[..], &length, message, receiver.as_bytes()].concat();
    let fill = 32 - clear.len() % 32;
    clear.resize(clear.len() + fill, u8::try_from(fill).ok()?);
    let cipher = EncryptingKey::ecb(UnboundCipherKey::new(&AES_256, &key).ok()?).ok()?;
    let (mut before, mut sealed) = (<[u8; 16]>::try_from(&key[..16]).ok()?, Vec::with_capacity(clear.len()));
    for block in clear.as_chunks::<16>().0 {
        let mut block = xor(*block, before);
        cipher.encrypt(&mut block).ok()?;
        sealed.extend_from_slice(&block);
        before = block;
    }
    Some(STANDARD.encode(sealed))
}

/// The message of a text of `Encrypt`; none where it is for somebody else, or nothing of the sort.
#[cfg(test)]
pub(super) fn open(encoding_key: &str, receiver: &str, sealed: &str) -> Option<Vec<u8>> {
    let key = key(encoding_key)?;
    let sealed = STANDARD.decode(sealed).ok()?;
    let cipher = DecryptingKey::ecb(UnboundCipherKey::new(&AES_256, &key).ok()?).ok()?;
    let (mut before, mut clear) = (<[u8; 16]>::try_from(&key[..16]).ok()?, Vec::with_capacity(sealed.len()));
    for block in sealed.as_chunks::<16>().0 {
        let mut opened = *block;
        cipher.decrypt(&mut opened, DecryptionContext::None).ok()?;
        clear.extend_from_slice(&xor(opened, before));
        before = *block;
    }
    let fill = usize::from(*clear.last()?);
    clear.truncate(clear.len().checked_sub(fill)?);
    let length = u32::from_be_bytes(clear.get(16..20)?.try_into().ok()?);
    let (message, whose) = clear.get(20..)?.split_at_checked(usize::try_from(length).ok()?)?;
    (whose == receiver.as_bytes()).then(|| message.to_vec())
}

fn xor(block: [u8; 16], with: [u8; 16]) -> [u8; 16] {
    std::array::from_fn(|at| block[at] ^ with[at])
}
