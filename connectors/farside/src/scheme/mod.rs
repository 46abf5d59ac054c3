//! How partners sign and seal what goes over the line, written from their own documents as plain functions: on purpose
//! without sharing a line with the recipes that the kit reads. One scheme proves, and one scheme checks.

mod check;
mod gm;
mod prove;
mod sent;
mod sums;
#[cfg(test)]
mod tests;
mod wecom;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huiliu_contract::Secret;

pub use check::{Checker, CheckerStats, Wrong};
pub use gm::public_of;
pub use sent::Sent;

/// A partner's way of signing, with what both sides know.
#[derive(Clone, Debug)]
pub enum Scheme {
    /// The national platform: four headers, base64 of an HMAC-SHA256 over interface, application and time. The body is not
    /// signed.
    National {
        /// Our application, `gjzwfwpt_rid`.
        rid: String,
        /// The interface, `gjzwfwpt_sid`; what the request carries already goes before it.
        sid: String,
        /// The agreed secret.
        secret: Secret,
    },
    /// A province's gateway: `appKey`, `requestTime` (ms) and `sign` = MD5(appKey + secret + time) among the parameters.
    Timed {
        /// Our application.
        app_key: String,
        /// The agreed secret.
        secret: Secret,
    },
    /// All parameters but empty ones sorted by name, joined, `&key=` and the secret behind them; digest in capitals.
    Sorted {
        /// Our application, `app_key`.
        app_key: String,
        /// The agreed secret.
        secret: Secret,
        /// SM3 instead of MD5.
        sm3: bool,
    },
    /// people.cn's message board: a form of `appCode`, `token`, `param` and `signature`.
    Board {
        /// Our application.
        app_code: Secret,
        /// The token that was given to us.
        token: Secret,
    },
    /// Standard Webhooks: id, time and body by HMAC-SHA256.
    Standard {
        /// `whsec_` and the key in base64.
        secret: Secret,
    },
    /// A callback of WeChat in clear, or of WeCom with everything inside `Encrypt`.
    WeCom {
        /// The agreed token.
        token: Secret,
        /// The `EncodingAESKey` (43 characters) and the receiver's id; none where nothing is encrypted.
        aes: Option<(Secret, String)>,
    },
    /// 国密: the body in SM4-ECB and base64, and an SM2 signature over that text in `x-signature`, in hex.
    Guomi {
        /// The SM4 key, in hex.
        key: Secret,
        /// The signer's private key, in hex.
        private: Secret,
        /// The public key of whoever answers, in hex.
        theirs: String,
    },
    /// `x-key-id`, `x-timestamp` (seconds), `x-nonce` and an HMAC-SM3 of `{timestamp}.{nonce}.{body}` in `x-signature`.
    Keyed {
        /// The key's id.
        id: String,
        /// The key.
        secret: Secret,
    },
}

impl Scheme {
    /// Whether a changed body breaks the proof.
    pub fn covers_body(&self) -> bool {
        matches!(self, Self::Standard { .. } | Self::Guomi { .. } | Self::Keyed { .. })
    }

    /// The same scheme with another secret.
    #[must_use]
    pub fn with_secret(&self, other: &str) -> Self {
        let mut changed = self.clone();
        match &mut changed {
            Self::National { secret, .. }
            | Self::Timed { secret, .. }
            | Self::Sorted { secret, .. }
            | Self::Keyed { secret, .. } => *secret = Secret::new(other),
            Self::Board { app_code, .. } => *app_code = Secret::new(other),
            Self::Standard { secret } => *secret = Secret::new(format!("whsec_{}", STANDARD.encode(other))),
            Self::WeCom { token, .. } => *token = Secret::new(other),
            Self::Guomi { private, .. } => *private = Secret::new(sums::sm3_hex(other.as_bytes())),
        }
        changed
    }
}
