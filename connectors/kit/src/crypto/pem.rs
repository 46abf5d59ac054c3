//! Keys out of files: PEM, DER, base64 or hexadecimal, and the public key of a certificate.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Certificate};

/// Base64 as keys are written: its padding may be missing, and what its last character has too much is not looked at.
pub(crate) const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What lies in a file of keys.
pub struct Block {
    /// What PEM calls it, for example `PRIVATE KEY`; empty where it is no PEM.
    pub label: String,
    /// The bytes.
    pub der: Vec<u8>,
}

/// Takes PEM apart; the first block that holds no mere parameters. Else hexadecimal, base64, or the bytes themselves.
pub fn read(bytes: &[u8]) -> Option<Block> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some(Block { label: String::new(), der: bytes.to_vec() });
    };
    if text.contains("-----BEGIN ") {
        return armoured(text);
    }
    let bare: String = text.split_ascii_whitespace().collect();
    let der = hex::decode(&bare).ok().or_else(|| LENIENT.decode(&bare).ok())?;
    (!der.is_empty()).then_some(Block { label: String::new(), der })
}

fn armoured(text: &str) -> Option<Block> {
    let mut rest = text;
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let (label, inside) = begun.split_once("-----")?;
        let (inside, after) = inside.split_once(&format!("-----END {label}-----"))?;
        if !label.ends_with("PARAMETERS") {
            let bare: String = inside.split_ascii_whitespace().collect();
            return Some(Block { label: label.to_owned(), der: LENIENT.decode(bare).ok()? });
        }
        rest = after;
    }
    None
}

/// The `SubjectPublicKeyInfo` of a certificate, or of itself, as DER; and the bytes of the key in it.
pub fn public(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let parts = |info: &SubjectPublicKeyInfo<'_>| (info.raw.to_vec(), info.subject_public_key.data.to_vec());
    if let Ok((_, info)) = SubjectPublicKeyInfo::from_der(der) {
        return Some(parts(&info));
    }
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(parts(certificate.public_key()))
}
