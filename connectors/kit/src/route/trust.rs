//! Whose certificates are trusted by what speaks TLS but not HTTP: a database, say. The same check as for all that leaves.

use std::path::Path;
use std::sync::Arc;

use huiliu_contract::Misconfigured;
use rustls::ClientConfig;

use super::Route;
use super::tls::{self, Verifier};

/// The check of certificates on one way out.
#[derive(Clone)]
pub struct Trust(pub(crate) Verifier);

impl Trust {
    /// Reads the certificates that the way trusts. `key` is where its `ca_file` is written, for the error.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or holds no certificate, or there is nothing to trust at all.
    pub fn read(route: &Route, key: &str) -> Result<Self, Misconfigured> {
        let pem = route.ca_file.as_deref().map(|file| pem(file, key)).transpose()?;
        tls::verifier(route, &pem.unwrap_or_default(), key).map(Self)
    }

    /// TLS 1.2 and 1.3 by this check, without a word about what is spoken inside.
    ///
    /// # Errors
    ///
    /// None that a configuration could cause.
    pub fn client(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let mut config = tls::config(Arc::clone(&self.0))?;
        config.alpn_protocols = Vec::new();
        Ok(Arc::new(config))
    }
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trust(…)")
    }
}

/// The bytes of a file of certificates.
pub(crate) fn pem(file: &Path, key: &str) -> Result<Vec<u8>, Misconfigured> {
    std::fs::read(file).map_err(|error| {
        let shown = file.display();
        let problem = format!("{shown} cannot be read: {}", error.kind());
        Misconfigured::new(key, problem, format!("读不了证书文件 {shown};请检查路径和权限"))
    })
}
