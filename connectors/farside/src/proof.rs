//! How a far side proves who it is when it pushes. It is written from the far side's end, on purpose
//! without sharing a line with the kind that verifies it.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huiliu_contract::Secret;
use jiff::Timestamp;

use crate::scheme::{Scheme, Sent};

/// A way of proving.
#[derive(Clone, Debug)]
pub enum Proof {
    /// None at all.
    Nothing,
    /// A header with a fixed content, for example `Bearer …`.
    Header {
        /// The header.
        name: String,
        /// Its content.
        value: Secret,
    },
    /// A query parameter with a fixed content of unreserved characters.
    Query {
        /// The parameter.
        name: String,
        /// Its content.
        value: Secret,
    },
    /// HTTP Basic.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// An HMAC-SHA256 signature.
    Hmac(Hmac),
    /// As a partner's document says.
    Scheme(Scheme),
}

/// An HMAC-SHA256 signature in a header.
#[derive(Clone, Debug)]
pub struct Hmac {
    /// The header of the signature.
    pub header: String,
    /// The key.
    pub secret: Secret,
    /// What stands before the signature.
    pub prefix: String,
    /// Base64 instead of hexadecimal digits.
    pub base64: bool,
    /// What is signed, with `{body}`, `{timestamp}`, `{nonce}`.
    pub signed: String,
    /// The header of the timestamp, if one is sent.
    pub timestamp: Option<String>,
    /// The timestamp counts milliseconds.
    pub millis: bool,
    /// The header of the nonce, if one is sent.
    pub nonce: Option<String>,
}

impl Hmac {
    /// Signs the body alone: `x-signature: <hex>`.
    pub fn of_body(secret: &str) -> Self {
        Self {
            header: "x-signature".into(),
            secret: Secret::new(secret),
            prefix: String::new(),
            base64: false,
            signed: "{body}".into(),
            timestamp: None,
            millis: false,
            nonce: None,
        }
    }

    /// Signs `{timestamp}.{nonce}.{body}`, with the headers `x-timestamp` (seconds) and `x-nonce`.
    pub fn once(secret: &str) -> Self {
        Self {
            signed: "{timestamp}.{nonce}.{body}".into(),
            timestamp: Some("x-timestamp".into()),
            nonce: Some("x-nonce".into()),
            ..Self::of_body(secret)
        }
    }
}

impl Proof {
    /// A header `authorization: Bearer …`, the most common static token.
    pub fn bearer(token: &str) -> Self {
        Self::Header { name: "authorization".into(), value: Secret::new(format!("Bearer {token}")) }
    }

    /// A push of this body at this time with this nonce, proven.
    pub fn sent(&self, target: &str, media_type: &str, body: &[u8], now: Timestamp, nonce: &str) -> Sent {
        let mut sent = Sent::post(&self.target(target), media_type, body);
        match self {
            Self::Scheme(scheme) => scheme.prove(sent, now, nonce),
            _ => {
                sent.headers.extend(self.headers(now, nonce, body));
                sent
            }
        }
    }

    /// The headers that prove a push of this body at this time with this nonce, of proofs that change nothing else.
    pub fn headers(&self, now: Timestamp, nonce: &str, body: &[u8]) -> Vec<(String, String)> {
        match self {
            Self::Nothing | Self::Query { .. } | Self::Scheme(_) => Vec::new(),
            Self::Header { name, value } => vec![(name.clone(), value.expose().into())],
            Self::Basic { user, password } => {
                let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
                vec![("authorization".into(), format!("Basic {pair}"))]
            }
            Self::Hmac(how) => how.headers(now, nonce, body),
        }
    }

    /// The path and query to push to.
    pub fn target(&self, path: &str) -> String {
        match self {
            Self::Query { name, value } => format!("{path}?{name}={}", value.expose()),
            _ => path.into(),
        }
    }

    /// Whether a changed body breaks the proof.
    pub fn covers_body(&self) -> bool {
        match self {
            Self::Hmac(_) => true,
            Self::Scheme(scheme) => scheme.covers_body(),
            _ => false,
        }
    }

    /// The same way of proving with another secret.
    #[must_use]
    pub fn with_secret(&self, secret: &str) -> Self {
        let mut other = self.clone();
        match &mut other {
            Self::Nothing => {}
            Self::Header { value, .. } | Self::Query { value, .. } => *value = Secret::new(secret),
            Self::Basic { password, .. } => *password = Secret::new(secret),
            Self::Hmac(how) => how.secret = Secret::new(secret),
            Self::Scheme(scheme) => *scheme = scheme.with_secret(secret),
        }
        other
    }
}

impl Hmac {
    fn headers(&self, now: Timestamp, nonce: &str, body: &[u8]) -> Vec<(String, String)> {
        let stamp = if self.millis { now.as_millisecond() } else { now.as_second() }.to_string();
        let frame = self.signed.replace("{timestamp}", &stamp).replace("{nonce}", nonce);
        let (before, after) = frame.split_once("{body}").unwrap_or((&frame, ""));
        let signed = [before.as_bytes(), body, after.as_bytes()].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.secret.expose().as_bytes()), &signed);
        let written = if self.base64 { STANDARD.encode(tag) } else { hex::encode(tag) };
        let mut headers = vec![(self.header.clone(), format!("{}{written}", self.prefix))];
        headers.extend(self.timestamp.iter().map(|name| (name.clone(), stamp.clone())));
        headers.extend(self.nonce.iter().map(|name| (name.clone(), nonce.into())));
        headers
    }
}
