//! A site for connectors that are built outside of the gateway: invented secrets, a fixed zone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use huiliu_contract::{Misconfigured, Secret, SecretRef, Site};
use jiff::tz::TimeZone;

/// A site whose secrets are given by name; `{ env = "NAME" }` and `{ file = "NAME" }` find the same.
#[derive(Clone, Debug, Default)]
pub struct Premises {
    secrets: BTreeMap<String, Secret>,
    public: bool,
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

    fn listener_is_loopback(&self) -> bool {
        !self.public
    }
}
