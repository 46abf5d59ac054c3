//! What the gateway lends to a connector while it is built: secrets, paths, the zone. No connector is built here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use huiliu_contract::{Blind, Misconfigured, Ration, Secret, SecretRef, Site, Unlimited};
use jiff::tz::TimeZone;

use super::{Gateway, Secrets, Variables};

/// The site as one channel sees it.
#[derive(Clone, Debug)]
pub struct ChannelSite {
    channel: String,
    secrets: Secrets,
    zone: TimeZone,
    loopback: bool,
    blind: Arc<dyn Blind>,
    ration: Arc<dyn Ration>,
}

impl ChannelSite {
    /// For a channel; also for the core, under a name that no channel can have. `blind` are the digests that it lends.
    pub fn new(channel: impl Into<String>, gateway: &Gateway, variables: &Variables, blind: &Arc<dyn Blind>) -> Self {
        Self {
            channel: channel.into(),
            secrets: Secrets::new(&gateway.dir, variables.clone()),
            zone: gateway.settings.zone.0.clone(),
            loopback: gateway.settings.http.is_loopback(),
            blind: blind.clone(),
            ration: Arc::new(Unlimited),
        }
    }

    /// The same with counts that outlive the process.
    #[must_use]
    pub fn with_ration(self, ration: Arc<dyn Ration>) -> Self {
        Self { ration, ..self }
    }
}

impl Site for ChannelSite {
    fn channel(&self) -> &str {
        &self.channel
    }

    fn secret(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured> {
        self.secrets.read(key, at)
    }

    fn path(&self, written: &Path) -> PathBuf {
        self.secrets.dir().join(written)
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone()
    }

    fn blind(&self) -> Arc<dyn Blind> {
        self.blind.clone()
    }

    fn ration(&self) -> Arc<dyn Ration> {
        self.ration.clone()
    }

    fn listener_is_loopback(&self) -> bool {
        self.loopback
    }
}
