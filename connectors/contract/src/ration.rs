//! How much of something may leave: counts that outlive the process, so that a restart in the middle of a storm of mails
//! begins no second one.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::Fault;

/// So many within so long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allowance {
    /// Of what: a name without personal data, or the hex form of a keyed digest ([`crate::Blind`]).
    pub of: String,
    /// How many at most.
    pub most: u32,
    /// Within how long, counted back from now.
    pub within: Duration,
}

/// What a channel counts. Each channel has counts of its own.
#[async_trait]
pub trait Ration: Send + Sync + fmt::Debug {
    /// Takes one of each allowance if all of them have one left; else takes none. `claim` is what it is taken for: asked
    /// again under the same claim, the answer is the same and nothing more is taken, for as long as the longest of the
    /// allowances. On disk when it returns.
    ///
    /// # Errors
    ///
    /// [`Fault::Unavailable`] if the store failed; nothing was taken.
    async fn take(&self, claim: &str, allowances: &[Allowance]) -> Result<bool, Fault>;
}

/// Allows everything and remembers nothing: for checks and previews, which send nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlimited;

#[async_trait]
impl Ration for Unlimited {
    async fn take(&self, _: &str, _: &[Allowance]) -> Result<bool, Fault> {
        Ok(true)
    }
}
