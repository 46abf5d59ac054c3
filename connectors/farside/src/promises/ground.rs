//! What a promise asks of the far side on which it is tried, whatever sort of far side that is.

use std::io;

use async_trait::async_trait;
use huiliu_contract::Secret;

use crate::platform::{Gate, Platform, PlatformOptions, Trick};
use crate::portal::{Portal, PortalOptions};

/// A far side with a list.
#[async_trait]
pub trait Ground: Sized + Send + Sync {
    /// How it is set up.
    type Options: Clone + Sync;

    /// Opens one with so many items.
    async fn open(options: &Self::Options, items: u64) -> io::Result<Self>;

    /// Adds so many items.
    fn grow(&self, items: u64);

    /// Adds one without a number.
    fn grow_malformed(&self);

    /// The numbers of all items; none for one that has none.
    fn numbers(&self) -> Vec<Option<String>>;

    /// What the next lists meet.
    fn play(&self, tricks: &[Trick]);

    /// Does not know us any more.
    fn estrange(&self);

    /// How many lists were asked for.
    fn lists(&self) -> u64;

    /// Closes the port.
    async fn shut(&self);

    /// Opens it again.
    async fn reopen(&self) -> io::Result<()>;
}

#[async_trait]
impl Ground for Platform {
    type Options = PlatformOptions;

    async fn open(options: &PlatformOptions, items: u64) -> io::Result<Self> {
        Self::start(PlatformOptions { items, ..options.clone() }).await
    }

    fn grow(&self, items: u64) {
        Self::grow(self, items);
    }

    fn grow_malformed(&self) {
        Self::grow_malformed(self);
    }

    fn numbers(&self) -> Vec<Option<String>> {
        Self::numbers(self)
    }

    fn play(&self, tricks: &[Trick]) {
        Self::play(self, tricks.iter().cloned());
    }

    fn estrange(&self) {
        self.change_gate(Gate::Bearer(Secret::new("somebody-else")));
    }

    fn lists(&self) -> u64 {
        self.stats().requests
    }

    async fn shut(&self) {
        Self::shut(self).await;
    }

    async fn reopen(&self) -> io::Result<()> {
        Self::reopen(self).await
    }
}

#[async_trait]
impl Ground for Portal {
    type Options = PortalOptions;

    async fn open(options: &PortalOptions, items: u64) -> io::Result<Self> {
        Self::start(PortalOptions { items, ..options.clone() }).await
    }

    fn grow(&self, items: u64) {
        Self::grow(self, items);
    }

    fn grow_malformed(&self) {
        Self::grow_malformed(self);
    }

    fn numbers(&self) -> Vec<Option<String>> {
        Self::numbers(self)
    }

    fn play(&self, tricks: &[Trick]) {
        Self::play(self, tricks.iter().cloned());
    }

    fn estrange(&self) {
        Self::estrange(self);
    }

    fn lists(&self) -> u64 {
        self.stats().lists
    }

    async fn shut(&self) {
        Self::shut(self).await;
    }

    async fn reopen(&self) -> io::Result<()> {
        Self::reopen(self).await
    }
}
