//! How much of something left lately: counts that a restart does not forget.

use async_trait::async_trait;
use huiliu_contract::Allowance;

use super::StoreError;

/// Counts, each channel's its own.
#[async_trait]
pub trait Rations: Send + Sync {
    /// Takes one of each allowance of a channel if all have one left, else none; asked again under the same claim it
    /// answers the same. On disk when this returns.
    async fn take_ration(&self, channel: String, claim: String, allowances: Vec<Allowance>)
    -> Result<bool, StoreError>;
}
