//! Pinned certificates: SHA-256 digests, of a whole certificate or of its public key. Nothing is trusted here.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use x509_parser::prelude::{FromDer, X509Certificate};

/// SHA-256 of a certificate, or of its public key (SubjectPublicKeyInfo, RFC 7469). Which of the two need not be told: no
/// certificate has the digest of another one's key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin([u8; 32]);

impl Pin {
    /// Reads `sha256/BASE64`, with one slash or two, or 64 hexadecimal digits with or without colons, as browsers and openssl
    /// show them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = match text.strip_prefix("sha256/") {
            // A digest may begin with a slash itself: 44 characters are one without a second slash before it.
            Some(rest) if rest.len() == 45 => STANDARD.decode(rest.strip_prefix('/')?).ok()?,
            Some(rest) => STANDARD.decode(rest).ok()?,
            None => hex::decode(text.replace([':', ' '], "")).ok()?,
        };
        Some(Self(bytes.try_into().ok()?))
    }

    /// The digest of a whole certificate.
    pub fn of_certificate(der: &[u8]) -> Self {
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, der).as_ref());
        Self(out)
    }

    /// The digest of a certificate's public key; none if it is no certificate.
    pub fn of_key(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        Some(Self::of_certificate(certificate.tbs_certificate.subject_pki.raw))
    }

    /// Whether this certificate is meant.
    pub fn is_of(&self, der: &[u8]) -> bool {
        *self == Self::of_certificate(der) || Some(*self) == Self::of_key(der)
    }

    /// As people compare it by telephone: hexadecimal digits, two by two.
    pub fn spoken(&self) -> String {
        let pairs: Vec<_> = self.0.iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }
}

impl fmt::Display for Pin {
    /// As it is written into a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256/{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pin_is_read_as_it_is_written_and_as_it_is_spoken(bytes: [u8; 32]) {
            let pin = Pin(bytes);
            let curls = pin.to_string().replace("sha256/", "sha256//");
            for text in [pin.to_string(), curls, pin.spoken(), hex::encode(bytes), pin.spoken().replace(':', " ")] {
                prop_assert_eq!(Pin::parse(&text), Some(pin), "{}", text);
            }
        }
    }

    #[test]
    fn what_is_no_digest_is_no_pin() {
        let short = hex::encode([1; 20]);
        let slash = Pin([0xfc; 32]).to_string();
        assert!(slash.starts_with("sha256//") && Pin::parse(&slash) == Some(Pin([0xfc; 32])), "{slash}");
        for text in ["", "sha256/", "sha1/AAAA", "sha256/AAAA", &short, "zz", "sha512/AAAA"] {
            assert_eq!(Pin::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_key() {
        assert_eq!(Pin::of_key(b"not a certificate"), None);
        assert!(Pin::of_certificate(b"x").is_of(b"x"));
    }
}
