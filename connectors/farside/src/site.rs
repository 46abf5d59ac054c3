//! A site for connectors that are built outside of the gateway: invented secrets, a fixed zone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::hmac;
use huiliu_contract::{Blind, Misconfigured, Secret, SecretRef, Site};
use jiff::tz::TimeZone;

/// A site whose secrets are given by name; `{ env = "NAME" }` and `{ file = "NAME" }` find the same.
#[derive(Clone, Debug, Default)]
pub struct Premises {
    secrets: BTreeMap<String, Secret>,
    public: bool,
    matching: Matching,
}

/// A matching key, as a house has one.
#[derive(Clone, Copy, Default)]
struct Matching([u8; 32]);

impl std::fmt::Debug for Matching {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Matching(…)")
    }
}

impl Blind for Matching {
    fn blind(&self, domain: &str, bytes: &[u8]) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        context.update(domain.as_bytes());
        context.update(&[0]);
        context.update(bytes);
        let mut short = [0; 16];
        short.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        short
    }
}

impl Premises {
    /// A site whose listener is reached from this machine only, without secrets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret.
    #[must_use]
    pub fn with(mut self, name: &str, secret: &str) -> Self {
        self.secrets.insert(name.into(), Secret::new(secret));
        self
    }

    /// Gives it another matching key: it is another house.
    #[must_use]
    pub fn keyed(mut self, matching: [u8; 32]) -> Self {
        self.matching = Matching(matching);
        self
    }

    /// Makes the listener one that others can reach.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }
}

impl Site for Premises {
    fn channel(&self) -> &str {
        "letters"
    }

    fn secret(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured> {
        let name = match at {
            SecretRef::Env(name) => name.clone(),
            SecretRef::File(path) => path.display().to_string(),
        };
        self.secrets
            .get(&name)
            .cloned()
            .ok_or_else(|| Misconfigured::new(key, format!("there is no secret `{name}`"), format!("没有密钥“{name}”")))
    }

    fn path(&self, written: &Path) -> PathBuf {
        written.to_path_buf()
    }

    fn zone(&self) -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(8))
    }

    fn blind(&self) -> Arc<dyn Blind> {
        Arc::new(self.matching)
    }

    fn listener_is_loopback(&self) -> bool {
        !self.public
    }
}
