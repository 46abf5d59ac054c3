//! What a house lends to the connectors of its channels: keyed digests, and counts that outlive the process.

use std::sync::Arc;

use async_trait::async_trait;
use huiliu_contract::{Allowance, Blind, Fault, Ration, Reached, Unlimited};

use crate::store::{Keys, Store};

/// What is lent; nothing of it is a channel's own yet.
#[derive(Clone)]
pub(super) struct Lent {
    /// The digests.
    pub(super) blind: Arc<dyn Blind>,
    store: Option<Arc<dyn Store>>,
}

impl Lent {
    /// By a house.
    pub(super) fn of(store: &Arc<dyn Store>) -> Self {
        Self { blind: store.keys().clone(), store: Some(store.clone()) }
    }

    /// By none, for checks: digests under a key that is no secret, and nothing is counted.
    pub(super) fn of_nobody() -> Self {
        Self { blind: Keys::of_no_house(), store: None }
    }

    /// The counts of a channel.
    pub(super) fn ration(&self, channel: &str) -> Arc<dyn Ration> {
        match &self.store {
            Some(store) => Arc::new(Counts { channel: channel.to_owned(), store: store.clone() }),
            None => Arc::new(Unlimited),
        }
    }
}

/// A channel's counts, in the store.
struct Counts {
    channel: String,
    store: Arc<dyn Store>,
}

impl std::fmt::Debug for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Counts").field("channel", &self.channel).finish_non_exhaustive()
    }
}

#[async_trait]
impl Ration for Counts {
    async fn take(&self, claim: &str, allowances: &[Allowance]) -> Result<bool, Fault> {
        let taken = self.store.take_ration(self.channel.clone(), claim.to_owned(), allowances.to_vec()).await;
        taken
            .map_err(|error| Fault::unavailable(format!("the store could not count what leaves: {error}"), Reached::No))
    }
}
