//! The sessions of logins that people do: apart from what polls keep, so that a poll's commit never overwrites a login
//! that was made meanwhile.

use async_trait::async_trait;

use super::StoreError;

/// Sessions, one a channel.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// The opened session of a channel's login; none where nothing was kept.
    async fn session(&self, channel: u32) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps the session of a channel's login in the place of the one before, sealed as [`super::Place::Session`] under the
    /// channel's id; on disk when this returns.
    async fn keep_session(&self, channel: u32, body: Vec<u8>) -> Result<(), StoreError>;
}
