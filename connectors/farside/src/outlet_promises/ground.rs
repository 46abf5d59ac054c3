//! What a promise asks of the far side that is answered, whatever sort of far side that is.

use std::io;

use async_trait::async_trait;
use huiliu_contract::Secret;

use super::TOKEN;
use crate::desk::{Desk, Told};
use crate::platform::{Gate, Trick};
use crate::portal::{FIRST, Portal, PortalOptions};

/// A far side that takes answers.
#[async_trait]
pub trait Ground: Sized + Send + Sync {
    /// Opens one that knows the items of the promises.
    async fn open() -> io::Result<Self>;

    /// What the next answers meet.
    fn play(&self, tricks: &[Trick]);

    /// What it was told about an item, in order and each time.
    fn told(&self, item: &str) -> Vec<Told>;

    /// Puts an item into a state.
    fn set_state(&self, item: &str, state: &str, reason: Option<&str>);

    /// Does not know us any more.
    fn estrange(&self);

    /// Closes the port.
    async fn shut(&self);

    /// Opens it again.
    async fn reopen(&self) -> io::Result<()>;
}

#[async_trait]
impl Ground for Desk {
    async fn open() -> io::Result<Self> {
        Self::open(Gate::Bearer(Secret::new(TOKEN))).await
    }

    fn play(&self, tricks: &[Trick]) {
        self.answers().play(tricks.iter().cloned());
    }

    fn told(&self, item: &str) -> Vec<Told> {
        self.answers().told(item)
    }

    fn set_state(&self, item: &str, state: &str, reason: Option<&str>) {
        self.answers().set_state(item, state, reason);
    }

    fn estrange(&self) {
        self.answers().change_gate(Gate::Bearer(Secret::new("somebody-else")));
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
    async fn open() -> io::Result<Self> {
        Self::start(PortalOptions::new(8)).await
    }

    fn play(&self, tricks: &[Trick]) {
        self.play_on_answers(tricks.iter().cloned());
    }

    fn told(&self, item: &str) -> Vec<Told> {
        Self::told(self, item)
    }

    fn set_state(&self, item: &str, state: &str, reason: Option<&str>) {
        // A portal has its own word for what waits.
        let state = if state == crate::desk::FIRST { FIRST } else { state };
        Self::set_state(self, item, state, reason);
    }

    fn estrange(&self) {
        Self::estrange(self);
    }

    async fn shut(&self) {
        Self::shut(self).await;
    }

    async fn reopen(&self) -> io::Result<()> {
        Self::reopen(self).await
    }
}
